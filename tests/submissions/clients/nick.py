import os
import socket
import threading

nickname = input('Choose your nickname: ')
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(('127.0.0.1', 55555))


def receive():
    while True:
        try:
            message = client.recv(1024).decode('utf-8')
        except OSError:
            break
        if not message:
            break
        if message == 'NICK':
            client.send(nickname.encode('utf-8'))
        else:
            print(message)
    os._exit(0)


def write():
    while True:
        text = input('')
        if text == 'покинуть чат':
            client.shutdown(socket.SHUT_RDWR)
            break
        client.send(f'{nickname}: {text}'.encode('utf-8'))


threading.Thread(target=receive).start()
threading.Thread(target=write).start()
