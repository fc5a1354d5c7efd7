"""Задание 1: сервер UDP отвечает на одно сообщение."""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(('localhost', 8080))
data, address = sock.recvfrom(1024)
print(data.decode())
sock.sendto(b"Hello, client", address)
