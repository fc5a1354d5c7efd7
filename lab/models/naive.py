"""The chat as the assignment has it: a thread for each client, a loop of sends in each thread.

Whoever's line has come sends it to all, one after another, and waits in sendall until each
has room for it. Lines end with a newline, and a lock guards the lists; more is not repaired.

What this model cannot do:
- One who does not read stops all who talk: sooner or later each waits in sendall for that one.
- Two who talk at once run two loops at once: Anna may hear A before B, and Boris B before A.
- One who reads slowly may find a message in the midst of another: sendall sends it in parts.
- A short message may wait for the listener's ACK of the last one (Nagle's algorithm).
Like the other models it serves no peer without newlines and leaves control characters as they are.

Run it in a terminal:  python naive.py [--host HOST] [--port PORT]
"""
import argparse
import os
import signal
import socket
import sys
import threading
from contextlib import suppress

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192    # bytes taken from the socket at a time
MAX_NAME = 32       # characters
MAX_MESSAGE = 4096  # bytes, without the line end
PROMPT = "Введите своё имя:\n"
TOO_LONG = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"

lock = threading.Lock()  # guards both lists
connected_clients = []   # sockets
client_names = []        # client_names[i] is the name of connected_clients[i]


def send_message(message):
    """Send message (str, whole lines) to all; waits for each who has no room for it."""
    with lock:
        listeners = connected_clients.copy()
    for client_socket in listeners:
        with suppress(OSError):  # it is gone: its own thread will read the end
            client_socket.sendall(message.encode())


def remove_user(client_socket):
    """Take a client out of both lists and tell the others; one without a name leaves in silence."""
    with lock:
        if client_socket not in connected_clients:
            return
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
    print(f"{disconnected_user} покинул чат.")
    send_message(f"{disconnected_user} вышел из чата.\n")


def read_lines(client_socket):
    """Yield each line (bytes, without its end) until the peer leaves; one too long comes cut.

    Raises OSError on a reset.
    """
    tail = b""
    while chunk := client_socket.recv(RECV_SIZE):
        *lines, tail = (tail + chunk).split(b"\n")
        tail = tail[:MAX_MESSAGE + 2]  # enough to see that it is too long: 1 may be a \r
        for line in lines:
            yield line.removesuffix(b"\r")
    if tail:
        yield tail


def add_user(client_socket, username):
    """Take a client in under its name (str) and return it, or None after saying why not."""
    with lock:
        if not username:
            reason = "Имя не может быть пустым."
        elif len(username) > MAX_NAME:
            reason = f"Имя не может быть длиннее {MAX_NAME} символов."
        elif username in client_names:
            reason = f"Имя {username} уже занято."
        else:
            connected_clients.append(client_socket)
            client_names.append(username)
            reason = None
    if reason:
        return client_socket.sendall(f"{reason}\n{PROMPT}".encode())
    send_message(f"{username} присоединился к чату.\n")
    return username


def start_connection(client_socket, client_address):
    """Talk with one client from the prompt to the end, in a thread of its own."""
    print(f"Новое подключение: {client_address}")
    username = None
    with suppress(OSError):  # a reset is an end like any other
        client_socket.sendall(PROMPT.encode())
        for line in read_lines(client_socket):
            text = line.decode("utf-8", "replace")
            if not username:
                username = add_user(client_socket, text.strip())
            elif not text:
                break
            elif len(line) > MAX_MESSAGE:
                client_socket.sendall(TOO_LONG.encode())
            else:
                send_message(f"{username}: {text}\n")
        client_socket.shutdown(socket.SHUT_RDWR)  # ends a sendall that still waits for it
    remove_user(client_socket)
    client_socket.close()


def start_server(host=SERVER_HOST, port=SERVER_PORT):
    """Serve on host:port until KeyboardInterrupt; raises OSError when it can't listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1024) as server_socket:
        server_socket.settimeout(1)  # on Windows Ctrl+C waits until accept returns
        print(f"Сервер запущен на {host}:{server_socket.getsockname()[1]}")
        while True:
            with suppress(TimeoutError):
                client = server_socket.accept()
                threading.Thread(target=start_connection, args=client, daemon=True).start()


def main():
    """Run the server with the options given, until Ctrl+C or SIGTERM."""
    sys.stdout.reconfigure(errors="replace", line_buffering=True)
    parser = argparse.ArgumentParser(description="Сервер чата: каждый поток рассылает сам.")
    parser.add_argument("--host", default=SERVER_HOST, help="адрес (%(default)s)")
    parser.add_argument("--port", default=SERVER_PORT, help="порт, 0 — любой (%(default)s)")
    args = parser.parse_args()
    for signum in signal.SIGINT, signal.SIGTERM:
        signal.signal(signum, signal.default_int_handler)
    try:
        start_server(args.host, int(args.port))
    except KeyboardInterrupt:
        os._exit(0)  # the other threads need no goodbye, the system closes their sockets
    except (OSError, OverflowError, TypeError, ValueError) as error:
        sys.exit(f"Сервер не запущен на {args.host}:{args.port}: {error}")


if __name__ == "__main__":
    main()
