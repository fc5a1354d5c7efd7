import json
import os
import socket
import threading


def send(sock, **message):
    sock.sendall(json.dumps(message).encode() + b'\n')


def receive(sock):
    try:
        for line in sock.makefile('r', encoding='utf-8'):
            message = json.loads(line)
            if message['type'] == 'text':
                print(f"{message['name']}: {message['text']}", flush=True)
            else:
                print(message['text'], flush=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print('Ошибка:', error)
    os._exit(0)


sock = socket.create_connection(('localhost', 8080))
threading.Thread(target=receive, args=(sock,), daemon=True).start()
send(sock, type='name', name=input())
while (text := input()) != 'покинуть чат':
    send(sock, type='text', text=text)
sock.shutdown(socket.SHUT_RDWR)
