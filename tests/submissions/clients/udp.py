"""Задание 1: клиент UDP."""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.sendto(b"Hello, server", ('localhost', 8080))
print(sock.recvfrom(1024)[0].decode())
