"""Клиент, который не начнёт, пока сервер не скажет «Добро пожаловать»."""
import os
import socket
import threading

sock = socket.create_connection(('localhost', 8080))
print(sock.recv(1024).decode())
sock.send(input().encode())
welcome = sock.recv(1024).decode()
if not welcome.startswith('Добро пожаловать'):
    raise SystemExit(f'Сервер не пустил: {welcome}')
print(welcome)


def receive():
    try:
        while data := sock.recv(1024):
            print(data.decode(errors='replace'))
    except OSError:
        pass
    os._exit(0)


threading.Thread(target=receive, daemon=True).start()
while (text := input()) != 'покинуть чат':
    sock.send(text.encode())
sock.shutdown(socket.SHUT_RDWR)
