"""Chat server over TCP: one thread reads from each client, one thread sends to all.

Run it in a terminal:  python server.py [--host HOST] [--port PORT]
"""
import argparse
import os
import queue
import re
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192      # bytes taken from the socket at a time
PAUSE = 1.0           # seconds of silence that end the first words of one without newlines
MAX_NAME = 32         # characters
MAX_MESSAGE = 4096    # bytes, without the line end
MAX_BEHIND = 1048576  # bytes that a client has not taken; above, it is let go
RETRY = 0.05          # seconds between two tries to send to one that is behind
DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none
PROMPT = "Введите своё имя:\n"

# Control characters, line separators, marks that hide or reorder text. Not "\n", which
# here only ends a line, and not the joiners and tags that emoji are made of.
CONTROLS = bytes([*range(10), *range(11, 32), 127])
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
                    "\u2060-\u206f\ufeff\ufff9-\ufffb\U00013430-\U0001345f\U0001bca0-\U0001bca3"
                    "\U0001d173-\U0001d17a\U000e0001]")

log_lines = queue.SimpleQueue()   # str, or None at the end
outbox = queue.SimpleQueue()      # (socket, or None for all; bytes, or b"" at the end)
unsent = {}                       # socket: bytes not sent yet; b"" while its own words wait
lock = threading.RLock()          # guards both lists
room = threading.Condition(lock)  # rung after each broadcast
connected_clients = []            # sockets
client_names = []                 # client_names[i] is the name of connected_clients[i]


def log(line):
    """Have a line (str) printed on the server's terminal; never waits for that terminal."""
    log_lines.put(line)


def print_log():
    """Print what is logged, each line at once, also into a pipe, until None comes."""
    with suppress(OSError):  # nobody reads it any more: chat on
        for line in iter(log_lines.get, None):
            print(line, flush=True)


def clean(data):
    """Return data (bytes) as valid UTF-8, with a space for all that could harm a terminal."""
    if data.isascii() and len(data.translate(None, CONTROLS)) == len(data):
        return data  # the usual case, at the speed of C
    return UNSAFE.sub(" ", data.decode("utf-8", "replace")).encode()


def first_words(client_socket):
    """Return the first bytes that the peer says, and whether newlines end its messages.

    Answer as you were spoken to: a peer that falls silent for PAUSE seconds before its
    first newline sends none, and each recv from it is a message.
    """
    words = client_socket.recv(RECV_SIZE)
    client_socket.settimeout(PAUSE)
    with suppress(TimeoutError):
        while words and b"\n" not in words and len(words) <= MAX_MESSAGE:
            words += client_socket.recv(RECV_SIZE) or b"\n"
    client_socket.settimeout(None)
    return words, b"\n" in words or len(words) > MAX_MESSAGE


def read_lines(client_socket, chunk, framed):
    """Yield chunk and all that follows it as lists of lines (bytes, without line ends).

    Works for any size that recv returns. A line comes as soon as it is too long; the rest
    of it is skipped. A reset is an end like any other.
    """
    tail, skipping = b"", False
    while chunk:
        if skipping:
            _, newline, chunk = chunk.partition(b"\n")
            skipping = not newline
        data = tail + chunk
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        *lines, tail = data.split(b"\n")
        framed = framed or bool(lines)
        if tail and (not framed or len(tail) > MAX_MESSAGE + 1):  # 1 may be the \r of \r\n
            lines.append(tail)
            tail = b""
            skipping = framed  # one without newlines starts anew
        yield lines
        try:
            chunk = client_socket.recv(RECV_SIZE)
        except OSError:
            chunk = b""
    yield [tail] if tail else []


def send_message(message, client_socket=None):
    """Queue message (bytes, whole lines) for all, or for one client alone; never waits."""
    outbox.put((client_socket, message))


def remove_user(client_socket):
    """Take a client out of both lists, once, tell the others, and end its connection."""
    unsent.pop(client_socket, None)
    with lock:
        if client_socket in connected_clients:
            index = connected_clients.index(client_socket)
            del connected_clients[index]
            disconnected_user = client_names.pop(index)
            log(f"{disconnected_user} покинул чат.")
            send_message(f"{disconnected_user} вышел из чата.\n".encode())
    with suppress(OSError):                       # it may be gone already
        client_socket.shutdown(socket.SHUT_RDWR)  # ends the recv in which its thread waits


def deliver(client_socket, data):
    """Send data (bytes) without waiting; keep what finds no room, let go who is too far behind."""
    rest = unsent.pop(client_socket, b"") + data
    try:
        if DONTWAIT or select.select([], [client_socket], [], 0)[1]:
            rest = rest[client_socket.send(rest, DONTWAIT):]
    except BlockingIOError:
        pass
    except OSError:
        return  # it is gone: its thread will read its last words, and the end
    if len(rest) - len(data) > MAX_BEHIND:  # of what was said before data
        remove_user(client_socket)
    elif rest:
        unsent[client_socket] = rest


def send_to_all(block):
    """Send block (bytes) to each client; an empty one only moves on what finds no room."""
    for client_socket in connected_clients.copy() if block else list(unsent):
        deliver(client_socket, block)


def broadcast():
    """Send what the readers queue, all that waits as one block to each client, for ever.

    Only this thread sends and removes: all clients hear one and the same order.
    """
    ended = set()
    while None not in ended:
        items = []
        with suppress(queue.Empty):
            items.append(outbox.get(timeout=RETRY if unsent else None))
            while True:
                items.append(outbox.get_nowait())
        for client_socket, data in items:
            if not data:
                ended.add(client_socket)
            elif client_socket:
                deliver(client_socket, data)
        send_to_all(clean(b"".join([data for client_socket, data in items if not client_socket])))
        for client_socket in ended - unsent.keys() - {None}:
            ended.remove(client_socket)
            remove_user(client_socket)
            client_socket.close()
        with room:
            room.notify_all()


def why_not(username):
    """Return why nobody can join as username (str), in Russian, or None."""
    if not any(c > " " and c.isprintable() for c in username):
        return "Имя не может быть пустым."
    if len(username) > MAX_NAME:
        return f"Имя не может быть длиннее {MAX_NAME} символов."
    if username in client_names:
        return f"Имя {username} уже занято."
    return None


def add_user(client_socket, line):
    """Take line (bytes) as the client's name and return it, or None after saying why not."""
    username = clean(line).decode().strip()
    with lock:
        reason = why_not(username)
        if not reason:
            client_names.append(username)
            connected_clients.append(client_socket)
            send_message(f"{username} присоединился к чату.\n".encode())
            return username
    send_message(f"{reason}\n{PROMPT}".encode(), client_socket)


def relay(client_socket, username, lines):
    """Queue lines (bytes) as messages from username; say so when one is too long."""
    short = [line for line in lines if len(line) <= MAX_MESSAGE]
    if len(short) < len(lines):
        refusal = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"
        send_message(refusal.encode(), client_socket)
    if short:
        prefix = f"{username}: ".encode()
        send_message(prefix + (b"\n" + prefix).join(short) + b"\n")


def start_connection(client_socket, client_address):
    """Talk with one client from the prompt to the end, in a thread of its own."""
    log(f"Новое подключение: {client_address}")
    send_message(PROMPT.encode(), client_socket)
    username = None
    with suppress(OSError):  # a reset before the first word
        for lines in read_lines(client_socket, *first_words(client_socket)):
            if client_socket in unsent:
                with room:  # not heard again before its last words are out
                    room.wait_for(lambda: client_socket not in unsent)
                if username and client_socket not in connected_clients:
                    break  # it was let go meanwhile
            if lines:
                unsent.setdefault(client_socket, b"")
            while lines and not username:
                username = add_user(client_socket, lines.pop(0))
            if b"" in lines:  # an empty message: goodbye
                relay(client_socket, username, lines[:lines.index(b"")])
                break
            relay(client_socket, username, lines)
    outbox.put((client_socket, b""))


def accept_client(server_socket):
    """Accept a connection, if one comes, and start its thread; wait when there is no room."""
    try:
        client_socket, client_address = server_socket.accept()
    except (TimeoutError, ConnectionError):
        return  # nobody came, or nobody stayed
    except OSError as error:  # no descriptors left: newcomers wait in the backlog
        log(f"Новые подключения ждут: {error.strerror}")
        return time.sleep(1)
    with suppress(OSError):  # it may be gone again already
        client_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        with suppress(RuntimeError):
            return threading.Thread(target=start_connection, daemon=True,
                                    args=(client_socket, client_address)).start()
        time.sleep(1)  # no threads left: this one waits


def start_server(host=SERVER_HOST, port=SERVER_PORT):
    """Serve on host:port until KeyboardInterrupt; raises OSError when it can't listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1024) as server_socket:
        server_socket.settimeout(1)  # on Windows Ctrl+C waits until accept returns
        threading.Thread(target=broadcast, daemon=True).start()
        printer = threading.Thread(target=print_log, daemon=True)
        printer.start()
        log(f"Сервер запущен на {host}:{server_socket.getsockname()[1]}")
        try:
            while True:
                accept_client(server_socket)
        finally:
            log_lines.put(None)
            printer.join(1)  # not for ever: its terminal may be stopped


def options(description):
    """Return a parser of the options --host and --port."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # a terminal may lack some letters
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--host", default=SERVER_HOST, help="адрес (%(default)s)")
    parser.add_argument("--port", default=SERVER_PORT,
                        help="порт, 0 — любой свободный (%(default)s)")
    return parser


def serve(args):
    """Run the server with the options given, until Ctrl+C or SIGTERM; status 1 if it can't start."""
    with suppress(AttributeError, OSError):   # Linux: a reader that wakes up does not interrupt
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    for signum in signal.SIGINT, signal.SIGTERM:
        signal.signal(signum, signal.default_int_handler)
    try:
        start_server(args.host, int(args.port))
    except KeyboardInterrupt:
        pass
    except (OSError, OverflowError, TypeError, ValueError) as error:
        sys.exit(f"Сервер не запущен на {args.host}:{args.port}: {error}")


def main():
    """Run the server with the options of the command line."""
    serve(options("Сервер чата.").parse_args())
    os._exit(0)  # the other threads need no goodbye, the system closes their sockets


if __name__ == "__main__":
    main()
