"""Клиент чата: один поток печатает, что говорит сервер, другой посылает, что набрано."""
import os
import socket
import sys
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192

leaving = threading.Event()  # уходим мы сами, а не сервер


def lines(sock):
    """Отдавать сообщения собеседника (str) одно за другим, без концов строк."""
    tail = b""
    while chunk := sock.recv(RECV_SIZE):
        *whole, tail = (tail + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    if tail:
        yield tail.decode("utf-8", "replace")


def listen_for_messages(client_socket):
    """Печатать, что говорит сервер; когда он закончит, закончить и программу."""
    try:
        for line in lines(client_socket):
            print(line, flush=True)
    except OSError:
        pass  # обрыв — такой же конец
    if not leaving.is_set():
        print("Соединение с сервером потеряно.", flush=True)
    os._exit(0)  # главный поток ждёт ввода, и слабее этого его ничто не разбудит


def send_input(client_socket, texts):
    """Послать строки texts (str), кроме пустых; вернуть, кончились ли они прощанием."""
    for text in texts:
        line = text.strip()
        if line.lower() == "покинуть чат":
            return True
        if line:
            client_socket.sendall(f"{line}\n".encode("utf-8", "replace"))
    return False


def leave(client_socket, listener):
    """Сказать серверу, что мы договорили, и недолго подождать его последних слов."""
    try:
        client_socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # сервера уже нет
    listener.join(0.5)


def start_client():
    """Разговаривать с сервером, пока не уйдёт одна из сторон."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((SERVER_HOST, SERVER_PORT))
    listener = threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True)
    listener.start()
    try:
        send_input(client_socket, sys.stdin)
        leaving.set()
    except KeyboardInterrupt:
        leaving.set()
    except OSError:
        pass  # о потере связи скажет второй поток
    leave(client_socket, listener)
    os._exit(0)  # второй поток, может быть, всё ещё ждёт


if __name__ == "__main__":
    try:
        start_client()
    except OSError as error:
        sys.exit(f"Нет соединения с {SERVER_HOST}:{SERVER_PORT}: {error}")
