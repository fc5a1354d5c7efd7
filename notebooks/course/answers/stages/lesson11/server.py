"""Сервер чата: у каждого клиента поток, который читает; решает и посылает один поток рассылки."""
import os
import queue
import select
import socket
import threading
import time
import traceback

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
PROMPT = "Введите своё имя:\n"
MAX_MESSAGE = 4096  # байтов в строке

inbox = queue.SimpleQueue()  # (сокет, строка) или (сокет, None), когда клиент ушёл
log_lines = queue.Queue(1000)  # строки для терминала; лишнее выбрасывается

# Оба списка принадлежат потоку рассылки, поэтому блокировка им не нужна.
connected_clients = []
client_names = []


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


def lines(client_socket):
    """Отдавать строки клиента (str), пока он не уйдёт; слишком длинная строка — тоже конец."""
    rest = b""
    while len(rest) <= MAX_MESSAGE and (chunk := client_socket.recv(8192)):
        *ready, rest = (rest + chunk).split(b"\n")
        for line in ready:
            yield clean(line)


def clean(line):
    """Вернуть строку (str) из bytes, с пробелами вместо управляющих символов."""
    text = line.decode('utf-8', 'replace')
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text.strip()


def start_connection(client_socket, client_address):
    """Читать одного клиента; всё прочитанное положить во входящие."""
    log(f"Новое подключение: {client_address}")
    try:
        client_socket.sendall(PROMPT.encode('utf-8'))
        for line in lines(client_socket):
            if not line:
                break  # пустое сообщение: клиент уходит
            inbox.put((client_socket, line))
    except OSError:
        pass  # обрыв — такой же уход
    inbox.put((client_socket, None))


def tell(client_socket, text):
    """Послать текст одному клиенту, не ожидая; у кого нет места, того отключить."""
    try:
        if select.select([], [client_socket], [], 0)[1]:
            client_socket.sendall(text.encode('utf-8'))
        else:
            client_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # его уже нет: об этом скажет его поток


def send_message(message):
    """Послать сообщение всем."""
    for client_socket in connected_clients:
        tell(client_socket, message)


def add_user(client_socket, username):
    """Впустить клиента под этим именем или попросить другое."""
    if username in client_names:
        return tell(client_socket, f"Имя {username} уже занято.\n{PROMPT}")
    connected_clients.append(client_socket)
    client_names.append(username)
    send_message(f"{username} присоединился к чату.\n")


def remove_user(client_socket):
    """Убрать клиента из списков, сказать об этом остальным, закрыть соединение."""
    if client_socket in connected_clients:
        index = connected_clients.index(client_socket)
        connected_clients.pop(index)
        username = client_names.pop(index)
        log(f"{username} покинул чат.")
        send_message(f"{username} вышел из чата.\n")
    client_socket.close()


def decide(client_socket, line):
    """Решить, что значит строка клиента: имя, сообщение или уход (None)."""
    if line is None:
        remove_user(client_socket)
    elif client_socket in connected_clients:
        username = client_names[connected_clients.index(client_socket)]
        send_message(f"{username}: {line}\n")
    else:
        add_user(client_socket, line)


def broadcast():
    """Брать входящие по одному, решать и посылать, без конца; без этого сервер бесполезен."""
    try:
        while True:
            decide(*inbox.get())
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
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((SERVER_HOST, SERVER_PORT))
    server_socket.listen(100)
    server_socket.settimeout(1)  # в Windows Ctrl+C ждёт, пока accept вернётся
    log(f"Сервер запущен на {SERVER_HOST}:{SERVER_PORT}")
    threading.Thread(target=print_log, daemon=True).start()
    threading.Thread(target=broadcast, daemon=True).start()
    while True:
        newcomer = accept_client(server_socket)
        threading.Thread(target=start_connection, args=newcomer, daemon=True).start()


if __name__ == "__main__":
    try:
        start_server()
    except KeyboardInterrupt:
        os._exit(0)
