"""Чат в одном файле: python chat.py server, потом python chat.py client."""
import os
import socket
import sys
import threading
from contextlib import suppress

ADDRESS = ('localhost', 8080)
connected_clients = {}  # сокет: имя
lock = threading.Lock()


def send_message(text):
    with lock:
        for sock in connected_clients:
            with suppress(OSError):  # его собственный поток заметит это сам
                sock.sendall(f"{text}\n".encode('utf-8'))


def start_connection(sock):
    name = ""
    try:
        sock.sendall("Введите своё имя:\n".encode('utf-8'))
        lines = (line.strip() for line in sock.makefile(encoding='utf-8', errors='replace'))
        name = next(lines, "")
        if name:
            with lock:
                connected_clients[sock] = name
            send_message(f"{name} присоединился к чату.")
        for line in lines:
            if not line or not name:
                break
            send_message(f"{name}: {line}")
    except OSError as error:
        print("Связь оборвалась:", error)
    with lock:
        connected_clients.pop(sock, None)
    if name:
        send_message(f"{name} вышел из чата.")
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def start_server():
    with socket.create_server(ADDRESS, backlog=100) as server:
        while True:
            threading.Thread(target=start_connection, args=server.accept()[:1], daemon=True).start()


def listen_for_messages(sock):
    for line in sock.makefile(encoding='utf-8', errors='replace'):
        print(line, end="", flush=True)
    os._exit(0)


def start_client():
    sock = socket.create_connection(ADDRESS)
    threading.Thread(target=listen_for_messages, args=(sock,), daemon=True).start()
    while (text := input()).lower() != "покинуть чат":
        sock.sendall(f"{text}\n".encode('utf-8'))
    sock.close()
    os._exit(0)


if __name__ == '__main__':
    if sys.argv[1] == 'server':
        start_server()
    else:
        start_client()
