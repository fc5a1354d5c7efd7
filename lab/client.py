"""Chat client over TCP: one thread prints what the server says, one sends what is typed.

Run it in a terminal:  python client.py [--host HOST] [--port PORT]
"""
import argparse
import os
import re
import socket
import sys
import threading
from contextlib import nullcontext, suppress

try:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.patch_stdout import patch_stdout
except ImportError:
    PromptSession = None  # plain lines will do

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192      # bytes taken from the socket at a time
PAUSE = 1.0           # seconds of silence that end the first words of one without newlines
MAX_MESSAGE = 65536   # bytes in a line; what is longer is cut
PATIENCE = 5.0        # seconds that a silent server is waited for at the end of input
LEAVE = "покинуть чат"

# Control characters, line separators, marks that hide or reorder text. Not "\n", which
# here only ends a line, and not the joiners and tags that emoji are made of.
CONTROLS = bytes([*range(10), *range(11, 32), 127])
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
                    "\u2060-\u206f\ufeff\ufff9-\ufffb\U00013430-\U0001345f\U0001bca0-\U0001bca3"
                    "\U0001d173-\U0001d17a\U000e0001]")

answered = threading.Event()   # the server has spoken: it may be spoken to
raw = threading.Event()        # and ends nothing with a newline
leaving = threading.Event()    # we end the talk ourselves


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


def listen_for_messages(client_socket):
    """Print what the server says until the connection ends."""
    with suppress(OSError):  # a reset before the first word, or nobody to print for
        words, framed = first_words(client_socket)
        if not framed:
            raw.set()
        for lines in read_lines(client_socket, words, framed):
            if lines:
                print(clean(b"\n".join(lines)).decode(), flush=True)
                answered.set()
    with suppress(OSError):
        if not leaving.is_set():
            print("Соединение с сервером потеряно.", flush=True)


def send_line(client_socket, line):
    """Send one message (str), ended as the server ends its own; raises OSError."""
    answered.wait(2 * PAUSE)
    if raw.is_set():      # one recv is one message there:
        answered.clear()  # wait for its echo before the next
    else:
        answered.set()    # a server that says nothing is waited for only once
        line += "\n"
    client_socket.sendall(line.encode("utf-8", "replace"))


def terminal():
    """Return two functions: one reads a line, one ends that reading from another thread."""
    if not (PromptSession and sys.stdin.isatty() and sys.stdout.isatty()):
        return input, lambda: os._exit(0)  # nothing less ends an input() that waits
    session = PromptSession(erase_when_done=True)  # the server's echo takes the line's place
    app, lost = session.app, threading.Event()

    def close():
        if lost.is_set() and app.is_running and not app.is_done:
            app.exit(exception=EOFError)

    def stop():
        lost.set()
        with suppress(AttributeError, RuntimeError):  # no line is being read just now
            app.loop.call_soon_threadsafe(close)

    return lambda: session.prompt("> ", pre_run=close), stop


def send_input(client_socket, read_line):
    """Send line after line that is typed, until the word LEAVE; raises what ends it earlier."""
    while True:
        for line in read_line().splitlines():  # a pasted text has several
            if line.strip().lower() == LEAVE:
                return
            if line.strip():
                send_line(client_socket, line)


def talk(client_socket, listener, read_line):
    """Send what is typed; then half-close and wait, not for ever, for the server's last words."""
    patience = 0.5
    try:
        send_input(client_socket, read_line)
    except EOFError:
        patience = PATIENCE
    except KeyboardInterrupt:
        pass
    except OSError:
        return listener.join(PATIENCE)  # it says that the connection is lost
    leaving.set()
    with suppress(OSError):
        client_socket.shutdown(socket.SHUT_WR)
    while True:
        answered.clear()
        listener.join(patience)
        if patience < PATIENCE or not answered.is_set() or not listener.is_alive():
            return  # we are in a hurry, the server is silent, or all is said


def start_client(host=SERVER_HOST, port=SERVER_PORT):
    """Chat with the server on host:port until one side leaves; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client_socket:
        client_socket.connect((host, port))
        read_line, stop = terminal()

        def listen():
            listen_for_messages(client_socket)
            stop()

        listener = threading.Thread(target=listen, daemon=True)
        with nullcontext() if read_line is input else patch_stdout():
            listener.start()
            talk(client_socket, listener, read_line)


def main():
    """Run the client with the options given; status 1 when there is no connection."""
    for stream in filter(None, (sys.stdin, sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")  # a terminal may lack some letters
    parser = argparse.ArgumentParser(description="Клиент чата.")
    parser.add_argument("--host", default=SERVER_HOST, help="адрес сервера (%(default)s)")
    parser.add_argument("--port", default=SERVER_PORT, help="порт сервера (%(default)s)")
    args = parser.parse_args()
    try:
        start_client(args.host, int(args.port))
    except KeyboardInterrupt:
        pass
    except (OSError, OverflowError, TypeError, ValueError) as error:
        sys.exit(f"Нет соединения с {args.host}:{args.port}: {error}")
    os._exit(0)  # the listener may still be printing, and would hold up a usual end


if __name__ == "__main__":
    main()
