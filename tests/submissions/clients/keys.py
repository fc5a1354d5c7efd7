# Клавиши читает msvcrt: только Windows
import msvcrt
import os
import socket
import threading

sock = socket.create_connection(('localhost', 8080))


def receive():
    for line in sock.makefile(encoding='utf-8'):
        print(line, end='')
    os._exit(0)


threading.Thread(target=receive, daemon=True).start()
text = ''
while text != 'покинуть чат':
    key = msvcrt.getwch()
    if key == '\r':
        sock.sendall(f'{text}\n'.encode())
        text = ''
    else:
        text += key
sock.close()
