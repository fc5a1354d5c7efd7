"""Мой сервер после урока 7: двух людей с одним именем не бывает."""

import socket
import threading
import unicodedata

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
MAX_MESSAGE = 4096  # байтов
MAX_NAME = 32  # знаков
PROMPT = "Введите своё имя:\n"
TOO_LONG = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"

lock = threading.Lock()  # охраняет оба списка
connected_clients = []
client_names = []


def clean(data):
    """Вернуть data (bytes) без неверных байтов и управляющих знаков, кроме \\n."""
    text = data.decode("utf-8", "replace")
    for sign in set(text):
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp") and sign != "\n":
            text = text.replace(sign, " ")
    return text.encode()


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


def log_in(client_socket, words):
    """Спрашивать имя, пока оно не подойдёт; вернуть его, или "", если клиент ушёл раньше."""
    client_socket.sendall(PROMPT.encode())
    for line in words:
        username = " ".join(clean(line).decode().replace(":", " ").split())
        reason = add_user(client_socket, username)
        if not reason:
            send_message(f"{username} присоединился к чату.\n".encode())
            return username
        client_socket.sendall(f"{reason}\n{PROMPT}".encode())
    return ""


def talk(client_socket):
    """Узнать имя и пересылать сообщения, пока клиент не уйдёт."""
    words = lines(client_socket)
    username = log_in(client_socket, words)
    for line in words:
        if not line:
            return
        if len(line) > MAX_MESSAGE:
            with lock:
                client_socket.sendall(TOO_LONG.encode())
        else:
            send_message(f"{username}: ".encode() + clean(line) + b"\n")


def start_connection(client_socket, client_address):
    """Разговаривать с одним клиентом от начала до конца."""
    print(f"Новое подключение: {client_address}")
    try:
        talk(client_socket)
    except OSError as error:
        print(f"Ошибка: {error}")
    remove_user(client_socket)
    client_socket.close()


def shape(username):
    """Вернуть имя таким, каким его видят: без знаков, которых на экране нет."""
    normal = unicodedata.normalize("NFKC", username)
    return "".join(c for c in normal if unicodedata.category(c) not in ("Cf", "Mn"))


def why_not(username):
    """Вернуть, почему имя не годится, или None."""
    if not shape(username).strip():
        return "Имя не может быть пустым."
    if len(username) > MAX_NAME:
        return f"Имя не может быть длиннее {MAX_NAME} символов."
    if shape(username) in [shape(name) for name in client_names]:
        return f"Имя {username} уже занято."
    return None


def add_user(client_socket, username):
    """Записать клиента в оба списка; вернуть, почему нельзя, или None."""
    with lock:
        reason = why_not(username)
        if not reason:
            client_names.append(username)
            connected_clients.append(client_socket)
    return reason


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
