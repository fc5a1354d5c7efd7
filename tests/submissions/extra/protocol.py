"""Общее для сервера и клиента: адрес и то, как сообщения идут по сети."""
import socket

ADDRESS = ('localhost', 8080)


def listen():
    return socket.create_server(ADDRESS, backlog=64)


def connect():
    return socket.create_connection(ADDRESS)


def send(sock, text):
    sock.sendall(text.encode('utf-8') + b'\n')


def receive(sock):
    """Выдавать сообщения, пока собеседник не отключится."""
    with sock.makefile('r', encoding='utf-8', errors='replace', newline='\n') as lines:
        for line in lines:
            yield line.strip()


def hang_up(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    sock.close()
