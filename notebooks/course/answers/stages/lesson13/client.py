"""Мой клиент после урока 13: каждый из двух потоков может закончить разговор."""

import os
import socket
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


def leave(client_socket, listener):
    """Сказать серверу, что мы договорили, и недолго подождать его последних слов."""
    leaving.set()
    try:
        client_socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # сервера уже нет
    listener.join(0.5)


def start_client():
    """Посылать набранное, пока не набрано «покинуть чат»."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((SERVER_HOST, SERVER_PORT))
    listener = threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True)
    listener.start()
    while True:
        text = input()
        if text.lower() == "покинуть чат":
            break
        try:
            client_socket.sendall(f"{text}\n".encode())
        except OSError as error:
            print(f"Ошибка отправки сообщения: {error}")
    leave(client_socket, listener)
    os._exit(0)  # второй поток, может быть, всё ещё ждёт


if __name__ == "__main__":
    start_client()
