"""Мой клиент после урока 5: один поток печатает, что говорят другие, второй посылает набранное."""

import socket
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192


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
    """Печатать всё, что говорит сервер, до конца соединения."""
    try:
        for line in lines(client_socket):
            print(line, flush=True)
        print("Соединение с сервером потеряно.")
    except OSError as error:
        print(f"Ошибка при получении сообщения: {error}")


def start_client():
    """Посылать набранное, пока не набрано «покинуть чат»."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((SERVER_HOST, SERVER_PORT))
    threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True).start()
    while True:
        text = input()
        if text.lower() == "покинуть чат":
            break
        try:
            client_socket.sendall(f"{text}\n".encode())
        except OSError as error:
            print(f"Ошибка отправки сообщения: {error}")
    client_socket.close()


if __name__ == "__main__":
    start_client()
