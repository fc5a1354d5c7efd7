# Клиент без потоков: select ждёт сразу и клавиатуру, и сервер (работает в Linux и macOS)
import os
import select
import socket
import sys

sock = socket.socket()
sock.connect(('localhost', 8080))

typing = True
while typing:
    ready, _, _ = select.select([sock, sys.stdin], [], [])
    if sock in ready:
        data = sock.recv(4096)
        if not data:
            print('Сервер закрыл соединение')
            break
        print(data.decode('utf-8', 'replace'), end='', flush=True)
    if sys.stdin in ready:
        typed = os.read(sys.stdin.fileno(), 4096).decode()
        for text in typed.splitlines():
            if text == 'покинуть чат':
                typing = False
            else:
                sock.sendall(text.encode() + b'\n')
        typing = typing and typed != ''

sock.close()
