"""Мой сервер после урока 12: программа, которая кончается, когда её просят, и только тогда."""
import os
import queue
import select
import socket
import threading
import time
import traceback
import unicodedata

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
MAX_MESSAGE = 4096  # байтов
MAX_NAME = 32       # знаков
PROMPT = "Введите своё имя:\n"
TOO_LONG = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"

inbox = queue.SimpleQueue()  # (сокет, строка) или (сокет, None), когда клиент ушёл
log_lines = queue.Queue(1000)  # строки для терминала; лишнее выбрасывается

# Это хозяйство потока рассылки, поэтому блокировка здесь не нужна.
connected_clients = []
client_names = []
left = set()  # сокеты тех, кто попрощался, а его поток ещё читает


def log(line):
    """Напечатать строку, никого не задерживая."""
    try:
        log_lines.put_nowait(line)
    except queue.Full:
        pass  # терминал остановлен


def print_log():
    """Печатать журнал, без конца."""
    while True:
        print(log_lines.get(), flush=True)


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


def start_connection(client_socket, client_address):
    """Читать одного клиента; всё прочитанное класть во входящие."""
    log(f"Новое подключение: {client_address}")
    try:
        client_socket.sendall(PROMPT.encode())
        for line in lines(client_socket):
            inbox.put((client_socket, line))
    except OSError as error:
        log(f"Ошибка: {error}")
    inbox.put((client_socket, None))


def broadcast():
    """Брать входящие по одному, решать и посылать, без конца."""
    while True:
        client_socket, line = inbox.get()
        if line is None:
            remove_user(client_socket)
            left.discard(client_socket)
            client_socket.close()
        elif client_socket not in left:
            decide(client_socket, line)


def decide(client_socket, line):
    """Решить, что значит строка (bytes): имя, прощание или сообщение."""
    if client_socket not in connected_clients:
        add_user(client_socket, line)
    elif not line:
        remove_user(client_socket)
        left.add(client_socket)
        disconnect(client_socket)
    elif len(line) > MAX_MESSAGE:
        tell(client_socket, TOO_LONG.encode())
    else:
        username = client_names[connected_clients.index(client_socket)]
        send_message(f"{username}: ".encode() + clean(line) + b"\n")


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


def add_user(client_socket, line):
    """Впустить клиента под именем из строки (bytes) или сказать, почему нельзя."""
    username = " ".join(clean(line).decode().replace(":", " ").split())
    reason = why_not(username)
    if reason:
        return tell(client_socket, f"{reason}\n{PROMPT}".encode())
    client_names.append(username)
    connected_clients.append(client_socket)
    send_message(f"{username} присоединился к чату.\n".encode())


def remove_user(client_socket):
    """Убрать клиента из обоих списков и сказать об этом остальным."""
    if client_socket in connected_clients:
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
        log(f"{disconnected_user} покинул чат.")
        send_message(f"{disconnected_user} вышел из чата.\n".encode())


def send_message(message):
    """Послать сообщение (bytes) всем."""
    for client in connected_clients:
        tell(client, message)


def tell(client_socket, message):
    """Послать сообщение (bytes) одному клиенту, не ожидая; у кого нет места, того отключить."""
    try:
        if select.select([], [client_socket], [], 0)[1]:
            client_socket.sendall(message)
        else:
            disconnect(client_socket)
    except OSError:
        pass  # его уже нет: поток, который его читает, скажет об этом сам


def disconnect(client_socket):
    """Закончить соединение; поток, который его читает, увидит конец и закончится."""
    try:
        client_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # его уже нет


def run():
    """Выполнять broadcast; если она упала, сервер бесполезен: кончить программу."""
    try:
        broadcast()
    except Exception:
        traceback.print_exc()
    os._exit(1)


def accept_client(server_socket):
    """Принять соединение; когда принимать некуда, подождать."""
    while True:
        try:
            return server_socket.accept()
        except TimeoutError:
            pass  # никто не пришёл
        except OSError as error:
            log(f"Новые подключения ждут: {error}")
            time.sleep(1)


def start_server():
    """Запустить поток рассылки и журнал; принимать клиентов и каждому запускать поток."""
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((SERVER_HOST, SERVER_PORT))
    server_socket.listen(100)
    server_socket.settimeout(1)  # в Windows Ctrl+C ждёт, пока accept вернётся
    log(f"Сервер запущен на {SERVER_HOST}:{SERVER_PORT}")
    for task in print_log, run:
        threading.Thread(target=task, daemon=True).start()
    while True:
        newcomer = accept_client(server_socket)
        threading.Thread(target=start_connection, args=newcomer, daemon=True).start()


if __name__ == "__main__":
    try:
        start_server()
    except KeyboardInterrupt:
        os._exit(0)  # журнал допечатывать незачем, сокеты закроет система
