# -*- coding: cp1251 -*-
# print без flush и приглашение "> " в input()
import os
import socket
import sys
import threading

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    s.connect(('localhost', 8080))
except ConnectionRefusedError:
    print('Сервер не запущен')
    sys.exit(1)


def receive():
    while True:
        try:
            data = s.recv(2048)
        except OSError:
            data = b''
        if not data:
            print('\nСервер недоступен. Пока!')
            sys.stdout.flush()
            os._exit(0)
        print('\r' + data.decode('utf-8', errors='ignore'))


threading.Thread(target=receive, daemon=True).start()
try:
    while True:
        msg = input('> ')
        if msg.strip().lower() == 'покинуть чат':
            print('До свидания!')
            break
        s.sendall((msg + '\n').encode('utf-8'))
except (EOFError, KeyboardInterrupt):
    pass
s.shutdown(socket.SHUT_RDWR)
s.close()
