"""Задание 2: сервер TCP считает гипотенузу для одного клиента."""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(('localhost', 8080))
sock.listen(1)
peer, address = sock.accept()
a, b = map(float, peer.recv(1024).decode().split())
peer.send(str((a * a + b * b) ** 0.5).encode())
peer.close()
