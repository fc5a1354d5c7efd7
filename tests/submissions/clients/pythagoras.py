"""Задание 2: клиент TCP."""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(('localhost', 8080))
sock.send(input("Катеты: ").encode())
print(sock.recv(1024).decode())
sock.close()
