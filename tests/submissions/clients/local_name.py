"""Имя спрашивает сам клиент и отправляет его первым; вопрос сервера просто печатается."""
import os
import socket
import threading


def receive(sock):
    try:
        while data := sock.recv(1024):
            print(data.decode('utf-8', 'replace'), end='', flush=True)
    except OSError:
        pass
    os._exit(0)


def main():
    sock = socket.create_connection(('localhost', 8080))
    name = input('Ваше имя: ')
    sock.sendall(name.encode() + b'\n')
    threading.Thread(target=receive, args=(sock,), daemon=True).start()
    while True:
        text = input(f'{name}> ')
        if text == 'покинуть чат':
            return sock.shutdown(socket.SHUT_RDWR)
        sock.sendall(text.encode() + b'\n')


main()
