"""Чат в JSON: каждая строка — словарь с ключом type."""
import json
import socket
import threading

members = {}
lock = threading.Lock()


def send(sock, **message):
    try:
        sock.sendall(json.dumps(message).encode() + b'\n')
    except OSError:
        pass


def send_all(**message):
    with lock:
        for sock in members:
            send(sock, **message)


def session(sock):
    send(sock, type='question', text='Введите имя')
    name = 'Аноним'
    try:
        for line in sock.makefile('r', encoding='utf-8'):
            message = json.loads(line)
            if message['type'] == 'name':
                name = message['name']
                with lock:
                    members[sock] = name
                send_all(type='info', text=f'{name} присоединился')
            elif message['type'] == 'text' and message['text']:
                send_all(type='text', name=name, text=message['text'])
            else:
                break
    except (OSError, ValueError, KeyError, TypeError) as error:
        print('Плохое сообщение или обрыв:', error)
    with lock:
        members.pop(sock, None)
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    send_all(type='info', text=f'{name} отключился')


with socket.create_server(('localhost', 8080), backlog=50) as server:
    while True:
        threading.Thread(target=session, args=(server.accept()[0],), daemon=True).start()
