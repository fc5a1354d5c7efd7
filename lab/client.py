"""Chat client over TCP: one thread prints what the server sends, the other sends what is typed.

Run it in a terminal:  python client.py [--host HOST] [--port PORT]
"""
import argparse
import codecs
import errno
import os
import queue
import re
import select
import socket
import sys
import threading
from contextlib import suppress

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192      # bytes taken from the socket at a time
PAUSE = 1.0           # seconds of silence after which an unfinished line is shown
MAX_MESSAGE = 65536   # bytes in a line; longer ones are cut
HURRY = 0.5           # seconds that the server has for its last messages after a goodbye
PATIENCE = 10.0       # seconds for the same at the end of input, and for the server to take a line
LEAVE = "покинуть чат"
GOODBYES = LEAVE, "\x04", "\x1a"  # Ctrl+D or Ctrl+Z, where they only type a character

# Control characters, line separators, marks that hide or reorder text. Not "\n", which
# here only ends a line, and not the joiners and tags that emoji are made of.
CONTROLS = bytes.maketrans(bytes([*range(10), *range(11, 32), 127]), b" " * 32)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
                    "\u2060-\u206f\ufeff\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
                    "\U0001d173-\U0001d17a\U000e0001]")

answered = threading.Event()  # the server has sent what we wait for: we may send again
raw = threading.Event()       # the server sends no newlines
leaving = threading.Event()   # we end the conversation ourselves
said = b""                    # what we wait for: our own message; before the first one, anything


def clean(data):
    """Return data (bytes) as valid UTF-8, with a space for anything that could harm a terminal."""
    if data.isascii():
        return data.translate(CONTROLS)  # at the speed of C
    text = data.decode("utf-8", "replace")
    if "\ufffd" not in text and text.replace("\n", " ").isprintable():
        return data  # as most text is, in any language
    return UNSAFE.sub(" ", text).encode()


def receive(client_socket, timeout):
    """Return the next bytes, b"" at the end or a reset, None after timeout seconds of silence."""
    try:
        if select.select([client_socket], [], [], timeout)[0]:
            return client_socket.recv(RECV_SIZE)
    except (OSError, ValueError):  # ValueError: we have closed it
        return b""


def read_lines(client_socket):
    """Yield what the server sends (bytes): whole lines, with line endings, as soon as they come.

    Works for any size that recv returns. An unfinished line comes after PAUSE seconds of
    silence. If that happens before its first newline, the server sends none: from then on each
    recv is a line. A letter cut in two waits for its other half, but no longer than that.
    """
    rest, framed = b"", False
    while (chunk := receive(client_socket, PAUSE if rest else None)) != b"":
        silent = chunk is None
        data = (rest + (chunk or b"")).replace(b"\r\n", b"\n")
        end = data.rfind(b"\n") + 1
        framed = framed or end > 0
        if not framed and (silent or len(data) > MAX_MESSAGE):
            raw.set()
        if silent or raw.is_set():
            end = codecs.utf_8_decode(data, "replace")[1] or silent * len(data)
        if end:
            missing = raw.is_set() and not data.endswith(b"\n", 0, end)
            yield data[:end] + b"\n" * missing
        rest = data[end:end + MAX_MESSAGE]
    if rest:
        yield rest


def show(text):
    """Print text (str) as it is, at once."""
    print(text, end="", flush=True)


def listen_for_messages(client_socket, show=show):
    """Show what the server sends until the connection ends; raises OSError if it can't be shown."""
    data = b"\n"
    for data in map(clean, read_lines(client_socket)):
        show(data.decode())
        if said in data:
            answered.set()
    if not leaving.is_set():
        show("\n" * (not data.endswith(b"\n")) + "Соединение с сервером потеряно.\n")


def send_line(client_socket, line):
    """Send one message (str) with the same ending as the server's own messages; raises OSError."""
    global said
    data = line.encode("utf-8", "replace")
    answered.wait(2 * PAUSE)
    if raw.is_set():      # one recv is one message there:
        said = clean(data).strip()
        answered.clear()  # wait for its echo before the next
    else:
        answered.set()    # wait only once for a server that sends nothing
        data += b"\n"
    client_socket.sendall(data)


def as_typed(text):
    """Return text (str) decoded as UTF-8 where possible, whatever the encoding of the input."""
    with suppress(UnicodeError):
        return text.encode(sys.stdin.encoding, "surrogateescape").decode()
    return text


def send_input(client_socket, texts):
    """Send texts (str) line by line; return whether a goodbye has ended them."""
    for text in texts:
        for line in as_typed(text).splitlines():  # a pasted text has several
            if line.strip().lower() in GOODBYES:
                return True
            if line.strip():
                send_line(client_socket, line)
    return False


def talk(client_socket, listener, texts):
    """Send texts (str); then half-close and wait, not forever, for the server's last messages."""
    patience = HURRY
    try:
        if not send_input(client_socket, texts):
            patience = PATIENCE
    except KeyboardInterrupt:
        pass
    except OSError:
        listener.join(PATIENCE)  # the listener reports that the connection is lost
        with suppress(OSError):  # or wake it here: the server takes nothing anymore
            client_socket.shutdown(socket.SHUT_RDWR)
        client_socket.close()    # Windows ends the listener's wait only now
        return listener.join(HURRY)
    leaving.set()
    with suppress(OSError):
        client_socket.shutdown(socket.SHUT_WR)
    listener.join(patience)


def typed_lines():
    """Yield the lines of standard input; stop where it is closed or fails."""
    with suppress(OSError, ValueError):
        yield from sys.stdin or ()


def chat(client_socket, texts, show, stop):
    """Send texts (str) in this thread, and listen in another, until one of the two ends."""
    def listen():
        try:
            listen_for_messages(client_socket, show)
        except OSError as error:  # the disk is full, or nobody reads the output
            if error.errno not in (errno.EPIPE, errno.EINVAL):  # nobody reads (EINVAL on Windows)
                print(f"Сообщения не выводятся: {error}", file=sys.stderr)
            os._exit(1)
        stop()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    talk(client_socket, listener, texts)
    stop()


class Prompt:
    """A line that is being typed, below everything that is shown.

    One prompt for all lines: between two prompts the terminal would handle keys in its own way.
    """

    def __init__(self):
        from prompt_toolkit import PromptSession  # here, so that a pipe does not wait for it
        os.environ["PROMPT_TOOLKIT_NO_CPR"] = "1"  # the answer would be out of date: we print
        session = PromptSession("> ", erase_when_done=True)  # the echo takes the line's place
        session.default_buffer.accept_handler = lambda buffer: self.typed.put(buffer.text)
        self.typed, self.app = queue.SimpleQueue(), session.app

    def call(self, function):
        """Have function called between key presses, or here if the loop is over; wait for it."""
        done = threading.Event()
        try:
            self.app.loop.call_soon_threadsafe(lambda: (function(), done.set()))
            done.wait(PATIENCE)
        except (AttributeError, RuntimeError):  # there is no loop anymore
            function()

    def show(self, text):
        """Print text (str) above the line."""
        def draw():
            self.app.renderer.erase()
            print(text, end="" if text.endswith("\n") else "\n", flush=True)
            self.app.invalidate()
        self.call(draw)

    def stop(self):
        """End the line, from any thread."""
        self.call(lambda: self.app.is_running and not self.app.is_done and self.app.exit())

    def run(self, client_socket):
        """Chat until one side leaves; Ctrl+D ends the input, Ctrl+C is a goodbye."""
        talker = threading.Thread(target=chat, daemon=True, args=(
            client_socket, iter(self.typed.get, None), self.show, self.stop))
        try:
            self.app.run(pre_run=talker.start)
        except KeyboardInterrupt:
            self.typed.put(LEAVE)
        except EOFError:
            pass
        self.typed.put(None)
        talker.join()


def find_prompt():
    """Return a Prompt, or None if plain lines must do: no terminal to draw on, or no library."""
    if not all(hasattr(stream, "reconfigure") and stream.isatty()  # IDLE's only claim to be
               for stream in (sys.stdin, sys.stdout)):
        return None
    try:
        from prompt_toolkit.utils import is_dumb_terminal
    except ImportError:
        return None
    return None if is_dumb_terminal() else Prompt()


def start_client(host=SERVER_HOST, port=SERVER_PORT):
    """Chat with the server on host:port until one side leaves; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client_socket:
        client_socket.connect((host, port))
        client_socket.settimeout(PATIENCE)
        if prompt := find_prompt():
            prompt.run(client_socket)
        else:  # only the program's end ends a thread that waits for a line
            chat(client_socket, typed_lines(), show, lambda: os._exit(0))


def main():
    """Run the client with the options of the command line; status 1 when there is no connection."""
    for stream in sys.stdin, sys.stdout, sys.stderr:
        with suppress(AttributeError):  # pythonw has no streams, IDLE its own
            stream.reconfigure(errors="surrogateescape" if stream is sys.stdin else "replace")
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
    os._exit(0)  # the listener may still be printing, and would hold up an ordinary exit


if __name__ == "__main__":
    main()
