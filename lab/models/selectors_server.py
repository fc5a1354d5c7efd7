"""The chat in a single thread: a selector tells which sockets are ready, and no call ever waits.

A turn of the loop reads from all who have spoken, then sends all that was said as one joined
block to each client: one order for all. Each client's talk is a generator that stops at `yield`
until a line has come, as a thread stops in recv. What a client has no room for waits in unsent;
meanwhile it is not heard, and with too much there it is let go.

What this model cannot do: use a second processor, or go on while one line of it computes or
waits (a terminal that is stopped stops all). Out of descriptors, it keeps trying to accept.
Like the other models it serves no peer without newlines and leaves control characters as they are.

Run it in a terminal:  python selectors_server.py [--host HOST] [--port PORT]
"""
import argparse
import selectors
import signal
import socket
import sys
from contextlib import suppress

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192      # bytes taken from a socket in a turn
MAX_NAME = 32         # characters
MAX_MESSAGE = 4096    # bytes, without the line end
MAX_BEHIND = 1048576  # bytes that a client has not taken; above, it is let go
PROMPT = "Введите своё имя:\n"
TOO_LONG = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"

selector = selectors.DefaultSelector()  # the data of each socket: the function to call
connected_clients = []  # sockets
client_names = []       # client_names[i] is the name of connected_clients[i]
talks = {}              # socket: its start_connection, stopped at a yield
tails = {}              # socket: bytes of a line whose end has not come
unsent = {}             # socket: bytes (bytearray) that wait for room
outbox = []             # messages (str) said in this turn
leaving = set()         # sockets that go as soon as nothing waits for them


def send_message(message):
    """Put message (str, whole lines) into the block that this turn sends to all."""
    outbox.append(message)


def remove_user(client_socket):
    """Close a client's connection and tell the others; one without a name leaves in silence."""
    selector.unregister(client_socket)
    client_socket.close()
    leaving.discard(client_socket)
    del talks[client_socket]
    tails.pop(client_socket, None)
    if client_socket in connected_clients:
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
        print(f"{disconnected_user} покинул чат.")
        send_message(f"{disconnected_user} вышел из чата.\n")


def send_now(client_socket, data):
    """Send what finds room of data (bytes); return the number of bytes that need not wait."""
    try:
        return client_socket.send(data)
    except BlockingIOError:
        return 0
    except OSError:
        return len(data)  # it is gone: nothing waits for it, and read will find the end


def deliver(client_socket, data):
    """Send data (bytes) without waiting; keep what finds no room, let go who is too far behind."""
    if client_socket not in unsent:
        rest = data[send_now(client_socket, data):]
        if rest:
            unsent[client_socket] = bytearray(rest)
            selector.modify(client_socket, selectors.EVENT_WRITE, write)
    elif len(unsent[client_socket]) <= MAX_BEHIND:
        unsent[client_socket] += data
    else:
        del unsent[client_socket]
        leaving.add(client_socket)


def write(client_socket):
    """Send what waits for a client, which has room now; when nothing is left, hear it again."""
    rest = unsent[client_socket]
    del rest[:send_now(client_socket, rest)]
    if not rest:
        del unsent[client_socket]
        selector.modify(client_socket, selectors.EVENT_READ, read)


def flush():
    """Send all that was said in this turn as one block to each client."""
    block = "".join(outbox).encode()
    outbox.clear()
    for client_socket in connected_clients if block else []:
        deliver(client_socket, block)


def take_lines(client_socket, chunk):
    """Return the lines (bytes, without ends) that chunk completes; b"" completes the last one.

    A line that is too long comes cut.
    """
    *lines, tail = (tails[client_socket] + (chunk or b"\n")).split(b"\n")
    tails[client_socket] = tail[:MAX_MESSAGE + 2]  # shows that it is too long: 1 may be a \r
    return [line.removesuffix(b"\r") for line in lines if chunk or line]


def read(client_socket):
    """Resume a client's talk with each line that has come; the end of either ends both."""
    try:
        chunk = client_socket.recv(RECV_SIZE)
    except BlockingIOError:
        return
    except OSError:  # a reset is an end like any other, but half a line is no last word then
        chunk = tails[client_socket] = b""
    try:
        for line in take_lines(client_socket, chunk):
            talks[client_socket].send(line)
    except StopIteration:
        chunk = b""
    if not chunk:
        leaving.add(client_socket)


def refusal(username):
    """Return why username (str) can't be had, as a str, or None."""
    if not username:
        return "Имя не может быть пустым."
    if len(username) > MAX_NAME:
        return f"Имя не может быть длиннее {MAX_NAME} символов."
    if username in client_names:
        return f"Имя {username} уже занято."


def start_connection(client_socket, client_address):
    """Talk with one client; each yield waits for its next line (bytes), an empty one ends it."""
    print(f"Новое подключение: {client_address}")
    deliver(client_socket, PROMPT.encode())
    while reason := refusal(username := (yield).decode("utf-8", "replace").strip()):
        deliver(client_socket, f"{reason}\n{PROMPT}".encode())
    connected_clients.append(client_socket)
    client_names.append(username)
    send_message(f"{username} присоединился к чату.\n")
    while line := (yield):
        if len(line) > MAX_MESSAGE:
            deliver(client_socket, TOO_LONG.encode())
        else:
            send_message(f"{username}: {line.decode('utf-8', 'replace')}\n")


def accept_client(server_socket):
    """Accept a connection, if one is still there, and start its talk."""
    with suppress(OSError):
        client_socket, client_address = server_socket.accept()
        client_socket.setblocking(False)
        client_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(client_socket, selectors.EVENT_READ, read)
        tails[client_socket] = b""
        talks[client_socket] = start_connection(client_socket, client_address)
        next(talks[client_socket])  # as far as its first yield


def start_server(host=SERVER_HOST, port=SERVER_PORT):
    """Serve on host:port until KeyboardInterrupt; raises OSError when it can't listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1024) as server_socket:
        server_socket.setblocking(False)
        selector.register(server_socket, selectors.EVENT_READ, accept_client)
        print(f"Сервер запущен на {host}:{server_socket.getsockname()[1]}")
        while True:  # on Windows Ctrl+C waits until select returns
            for key, _ in selector.select(0 if outbox else 1):
                key.data(key.fileobj)
            flush()
            for client_socket in leaving - unsent.keys():
                remove_user(client_socket)


def main():
    """Run the server with the options given, until Ctrl+C or SIGTERM."""
    sys.stdout.reconfigure(errors="replace", line_buffering=True)
    parser = argparse.ArgumentParser(description="Сервер чата: один поток и selectors.")
    parser.add_argument("--host", default=SERVER_HOST, help="адрес (%(default)s)")
    parser.add_argument("--port", default=SERVER_PORT, help="порт, 0 — любой (%(default)s)")
    args = parser.parse_args()
    for signum in signal.SIGINT, signal.SIGTERM:
        signal.signal(signum, signal.default_int_handler)
    try:
        start_server(args.host, int(args.port))
    except KeyboardInterrupt:
        pass
    except (OSError, OverflowError, TypeError, ValueError) as error:
        sys.exit(f"Сервер не запущен на {args.host}:{args.port}: {error}")


if __name__ == "__main__":
    main()
