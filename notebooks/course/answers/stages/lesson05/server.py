"""Мой сервер после урока 5: каждого клиента слушает свой поток."""

import socket
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
MAX_MESSAGE = 4096
PROMPT = "Введите своё имя:\n"
TOO_LONG = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"

lock = threading.Lock()  # охраняет оба списка
connected_clients = []
client_names = []


def receive(sock):
    """Вернуть следующий кусок; обрыв — такой же конец, как и b""."""
    try:
        return sock.recv(RECV_SIZE)
    except OSError:
        return b""


def lines(sock):
    """Отдавать строки собеседника (bytes, без концов строк); слишком длинную — один раз."""
    tail, skipping = b"", False
    while chunk := receive(sock):
        if skipping:
            rest, newline, chunk = chunk.partition(b"\n")
            skipping = not newline
        *whole, tail = (tail + chunk).replace(b"\r\n", b"\n").split(b"\n")
        if len(tail) > MAX_MESSAGE + 1:
            whole.append(tail)
            tail, skipping = b"", True
        yield from whole  # то же, что for line in whole: yield line
    if tail:
        yield tail


def talk(client_socket):
    """Узнать имя и пересылать сообщения, пока клиент не уйдёт."""
    client_socket.sendall(PROMPT.encode())
    username = ""
    for line in lines(client_socket):
        text = line.decode("utf-8", "replace")
        if not text:
            return
        if len(line) > MAX_MESSAGE:
            with lock:
                client_socket.sendall(TOO_LONG.encode())
            continue
        if username:
            send_message(f"{username}: {text}\n".encode())
        else:
            username = text
            add_user(client_socket, username)


def start_connection(client_socket, client_address):
    """Разговаривать с одним клиентом от начала до конца."""
    print(f"Новое подключение: {client_address}")
    try:
        talk(client_socket)
    except OSError as error:
        print(f"Ошибка: {error}")
    remove_user(client_socket)
    client_socket.close()


def add_user(client_socket, username):
    """Записать клиента в оба списка и сказать об этом всем."""
    with lock:
        client_names.append(username)
        connected_clients.append(client_socket)
    send_message(f"{username} присоединился к чату.\n".encode())


def send_message(message):
    """Послать сообщение (bytes) всем."""
    with lock:
        for client in connected_clients:
            try:
                client.sendall(message)
            except OSError as error:  # клиент ушёл: уберёт его собственный поток
                print(f"Ошибка отправки: {error}")


def remove_user(client_socket):
    """Убрать клиента из обоих списков и сказать об этом остальным."""
    with lock:
        if client_socket not in connected_clients:
            return
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
    print(f"{disconnected_user} покинул чат.")
    send_message(f"{disconnected_user} вышел из чата.\n".encode())


def start_server():
    """Принимать клиентов и каждому запускать поток."""
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((SERVER_HOST, SERVER_PORT))
    server_socket.listen()
    print(f"Сервер запущен на {SERVER_HOST}:{SERVER_PORT}")
    while True:
        client_socket, client_address = server_socket.accept()
        threading.Thread(target=start_connection, args=(client_socket, client_address), daemon=True).start()


if __name__ == "__main__":
    start_server()
