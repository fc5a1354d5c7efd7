"""Чат на двоих: сервер передаёт слова одного другому."""
import socket
import threading

server = socket.create_server(('localhost', 8080))
people = []


def pass_on(me, other, name):
    try:
        for line in me.makefile('r', encoding='utf-8', errors='replace'):
            if not line.strip():
                break
            other.sendall(f'{name}: {line}'.encode())
    except OSError:
        pass
    try:
        other.sendall(f'{name} вышел из чата.\n'.encode())
    except OSError:
        pass
    try:
        me.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


for _ in range(2):
    sock, _ = server.accept()
    sock.sendall('Введите своё имя:\n'.encode())
    name = b''
    while not name.endswith(b'\n'):
        name += sock.recv(1) or b'\n'
    name = name.decode().strip()
    for other, _ in people:
        other.sendall(f'{name} присоединился к чату.\n'.encode())
    people.append((sock, name))

(first, name1), (second, name2) = people
threads = [threading.Thread(target=pass_on, args=(first, second, name1)),
           threading.Thread(target=pass_on, args=(second, first, name2))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
