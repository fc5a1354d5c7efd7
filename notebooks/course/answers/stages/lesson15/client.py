"""Клиент чата: один поток печатает, что говорит сервер, другой посылает, что набрано."""
import os
import socket
import sys
import threading
from contextlib import suppress

try:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.patch_stdout import patch_stdout
except ImportError:
    PromptSession = None  # строки читаются по-простому

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


def listen_for_messages(client_socket, stop):
    """Печатать, что говорит сервер; когда он закончит, остановить и ввод."""
    with suppress(OSError):  # обрыв — такой же конец
        for line in lines(client_socket):
            print(line, flush=True)
    if not leaving.is_set():
        print("Соединение с сервером потеряно.", flush=True)
    stop()


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
    with suppress(OSError):  # сервера уже нет
        client_socket.shutdown(socket.SHUT_WR)
    listener.join(0.5)


def listen_in_thread(client_socket, stop):
    """Вернуть слушающий поток, ещё не запущенный."""
    return threading.Thread(target=listen_for_messages, args=(client_socket, stop), daemon=True)


def talk_in_pipe(client_socket):
    """Посылать строки, которые даёт файл или другая программа."""
    listener = listen_in_thread(client_socket, lambda: os._exit(0))
    listener.start()
    try:
        send_input(client_socket, sys.stdin)
        leaving.set()
    except KeyboardInterrupt:
        leaving.set()
    except OSError:
        pass  # о потере связи скажет слушающий поток
    leave(client_socket, listener)


def talk_in_terminal(client_socket):
    """Посылать строки, которые набирает человек; чужие слова печатаются над его строкой."""
    session = PromptSession("> ", erase_when_done=True)
    app = session.app

    def send(buffer):
        with suppress(OSError):
            if send_input(client_socket, [buffer.text]):
                app.exit()

    def stop():
        with suppress(AttributeError, RuntimeError):  # цикла событий уже нет
            app.loop.call_soon_threadsafe(lambda: app.is_done or app.exit())

    session.default_buffer.accept_handler = send
    listener = listen_in_thread(client_socket, stop)
    with patch_stdout():
        with suppress(EOFError, KeyboardInterrupt):  # Ctrl+D, Ctrl+C
            app.run(pre_run=listener.start)
        leaving.set()
        leave(client_socket, listener)


def start_client():
    """Разговаривать с сервером, пока не уйдёт одна из сторон."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        client_socket.connect((SERVER_HOST, SERVER_PORT))
    except OSError as error:
        sys.exit(f"Нет соединения с {SERVER_HOST}:{SERVER_PORT}: {error}")
    if PromptSession and sys.stdin.isatty() and sys.stdout.isatty():
        talk_in_terminal(client_socket)
    else:
        talk_in_pipe(client_socket)
    os._exit(0)  # слушающий поток, может быть, всё ещё ждёт


if __name__ == "__main__":
    start_client()
