"""Сервер чата, который слушает людей по очереди."""
import socket
import threading
import time

people = []  # сокет, имя


def read_line(sock):
    line = b''
    while not line.endswith(b'\n'):
        data = sock.recv(1)
        if not data:
            return ''
        line += data
    return line.decode('utf-8', 'replace').strip()


def send_message(text):
    for sock, _ in people:
        try:
            sock.sendall(f'{text}\n'.encode())
        except OSError:
            pass


def remove_user(person):
    people.remove(person)
    person[0].close()
    send_message(f'{person[1]} вышел из чата.')


def accept():
    server = socket.create_server(('localhost', 8080), backlog=100)
    while True:
        sock, _ = server.accept()
        sock.sendall('Введите своё имя:\n'.encode())
        name = read_line(sock)
        if name:
            people.append((sock, name))
            send_message(f'{name} присоединился к чату.')


threading.Thread(target=accept).start()
turn = 0
while True:
    while not people:
        time.sleep(0.01)
    person = people[turn % len(people)]
    try:
        line = read_line(person[0])  # ошибка: пока молчит один, не слышно остальных
    except OSError:
        line = ''
    if line:
        send_message(f'{person[1]}: {line}')
        turn += 1
    else:
        remove_user(person)
