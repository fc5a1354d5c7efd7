"""Chat server over TCP: one thread reads from each client, one thread decides and sends.

Run it in a terminal:  python server.py [--host HOST] [--port PORT]
"""
import argparse
import os
import queue
import re
import select
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
import unicodedata
from collections import deque
from contextlib import suppress

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192      # bytes taken from the socket at a time
PAUSE = 1.0           # seconds of silence after which a peer is taken to send no newlines
TIMEOUT = 5.0         # seconds within which a client that sends or leaves must read something
MAX_NAME = 32         # characters
MAX_MESSAGE = 4096    # bytes, without the line ending
MAX_LINES = 100       # lines taken from one client at a time, before others get a turn
MAX_BATCH = 65536     # bytes; an outbox of this size is sent before more is taken in
MAX_BEHIND = 4194304  # bytes that may wait for a client; above this, it is disconnected
GRACE = 0.03          # seconds that a speaker waits before an item while somebody is far behind
LAG = 2.0             # seconds after which whoever has taken nothing is no longer waited for
DONTWAIT = socket.MSG_DONTWAIT if sys.platform == "linux" else 0  # macOS: send ignores it
LOOK = None if sys.platform == "linux" else 1.0  # seconds; Windows: shutdown ends no recv
PROMPT = "Enter your name:\n"
TOO_LONG = f"Message longer than {MAX_MESSAGE} bytes not sent.\n"

# The listener hands these on to each socket that it accepts: no waiting for more to send, and
# the end of a connection whose other machine has answered, or taken, nothing for a minute.
SOCKET_OPTIONS = {"SO_KEEPALIVE": 1, "TCP_NODELAY": 1, "TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10,
                  "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60000, "SO_SNDBUF": 262144}

# Control characters, line separators, marks that hide or reorder text. Not "\n", which
# here only ends a line, and not the joiners and tags that emoji are made of.
CONTROLS = bytes.maketrans(bytes([*range(10), *range(11, 32), 127]), b" " * 32)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
                    "\u2060-\u206f\ufeff\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
                    "\U0001d173-\U0001d17a\U000e0001]")

# In a name a colon could end it early, and an opening bracket pass for a mark of the server's own.
COLONS = re.compile("[:\u02d0\u02f8\u0589\u05c3\u205a\u2236\ua789\ufe13\ufe30\ufe55\uff1a]")
HIDDEN = ("\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
          "\ufff0-\ufff8\U000e0000-\U000e0fff")  # characters that show nothing
OPENING = re.compile(f"^[\\s(\u2768\ufe59\uff08{HIDDEN}]+")

log_lines = queue.Queue(1000)           # str, or None at the end; lost while the terminal is stopped
blocked_clients = queue.SimpleQueue()   # Client, for watch,
bell, bell_rings = socket.socketpair()  # which a byte wakes
lagging = threading.Event()             # somebody is far behind, but takes something
# What follows belongs to the broadcast thread, so it needs no lock.
connected_clients = []                  # Client
client_names = []                       # client_names[i] is the name of connected_clients[i]
shapes = set()                          # what people see of each name
outbox = bytearray()                    # what is sent to everybody next


class Client:
    """A connection. Its own thread reads from it; only the broadcast thread sends to it."""

    def __init__(self, client_socket):
        self.socket = client_socket
        self.tail = b""               # the beginning of a line that has no end yet
        self.name = ""                # str, when it has joined
        self.prefix = b""             # of its messages
        self.start = 0                # where its part of outbox begins
        self.left = False             # it has left the chat
        self.closed = False           # we have ended the connection, or it has no other end
        self.reset = False            # it has reset the connection
        self.turn = threading.Lock()  # held while its messages are on their way, or it is blocked
        self.said = False             # what it said is in outbox, or handled
        self.blocked = False          # its socket has no room; watch tells when it has
        self.unsent = deque()         # bytes that wait for room
        self.unsent_size = 0          # bytes in all
        self.since = 0.0              # when it last began to be blocked, by time.monotonic

    def tell(self, data):
        """Send data (bytes) without waiting; whatever does not fit is sent when there is room."""
        sent = 0
        try:
            if self.closed:
                sent = len(data)  # its own thread will notice
            elif not self.blocked and (DONTWAIT or select.select([], [self.socket], [], 0)[1]):
                sent = self.socket.send(data, DONTWAIT)
        except BlockingIOError:
            pass
        except OSError:
            self.closed, sent = True, len(data)  # no more for one who is gone
        if sent < len(data):
            self.keep(memoryview(data)[sent:] if sent else data)
        elif self.said:
            self.give_turn()

    def keep(self, data):
        """Keep data (bytes) until there is room; have watch report when there is."""
        self.unsent.append(data)
        self.unsent_size += len(data)
        if self.unsent_size > MAX_BEHIND:
            self.close()
        elif self.unsent_size > MAX_BEHIND / 4 and time.monotonic() - self.since < LAG:
            lagging.set()
        if not self.blocked:
            self.blocked, self.since = True, time.monotonic()
            blocked_clients.put(self)
            with suppress(BlockingIOError):  # full: it rings already
                bell.send(b"!")

    def resume(self):
        """Send what did not fit before, now that there is room."""
        self.blocked = False
        while self.unsent and not self.blocked:
            data = bytearray()
            while self.unsent and len(data) < MAX_BATCH:  # not a call for each small batch
                data += self.unsent.popleft()
            self.unsent_size -= len(data)
            self.tell(data)
        if self.blocked:
            self.unsent.rotate()  # what is left of it is first again

    def give_turn(self):
        """Let it speak again if what it said has been handled and it has taken everything."""
        if self.said and not self.unsent:
            self.said = False
            self.turn.release()

    def close(self, how=socket.SHUT_RDWR):
        """End the connection, or (socket.SHUT_RD) only the recv in which its thread waits."""
        self.closed |= how == socket.SHUT_RDWR
        with suppress(OSError):  # it may be gone already
            self.socket.shutdown(how)


def log(line):
    """Have a line (str) printed on the server's terminal; never wait for that terminal."""
    with suppress(queue.Full):
        log_lines.put_nowait(line)


def print_log():
    """Print each logged line at once, even into a pipe, until None comes."""
    with suppress(OSError, ValueError):  # nobody reads it anymore; the chat goes on
        for line in iter(log_lines.get, None):
            print(line, flush=True)


def clean(data):
    """Return data (bytes) as valid UTF-8, with a space for anything that could harm a terminal."""
    if data.isascii():
        return data.translate(CONTROLS)  # at the speed of C
    text = data.decode("utf-8", "replace")
    if "\ufffd" not in text and text.replace("\n", " ").isprintable():
        return data  # as most text is, in any language
    return UNSAFE.sub(" ", text).encode()


def first_words(client_socket):
    """Return the first bytes that the peer sends, and whether PAUSE seconds of silence followed.

    A peer that falls silent before its first newline is taken to send none.
    """
    words, silent = client_socket.recv(RECV_SIZE), False
    client_socket.settimeout(PAUSE)
    try:
        while b"\n" not in words and (more := client_socket.recv(RECV_SIZE)):
            words = words[:MAX_MESSAGE + 1] + more  # the beginning of a long line is enough
    except TimeoutError:
        silent = True
    client_socket.settimeout(LOOK)
    return words, silent


def next_words(client):
    """Return the next bytes that client sends, b"" at the end; a reset counts as an end."""
    while True:
        try:
            return client.socket.recv(RECV_SIZE)
        except TimeoutError:  # on Windows: see whether to go on
            if client.left or client.closed:
                return b""
        except OSError:
            client.reset = True
            return b""


def read_lines(client):
    """Yield lists of lines (bytes, without line endings) from client until the connection ends.

    Works for any size that recv returns. A line that is too long comes at once; the rest of
    it is skipped. From a raw peer, which sends no newlines, each recv is a line.
    """
    chunk, raw = first_words(client.socket)
    skipping = supplied = False
    while chunk:
        if skipping:
            _, newline, chunk = chunk.partition(b"\n")
            skipping = not newline
        data = client.tail + chunk
        if raw:
            raw = b"\n" not in chunk
            data += b"\n" * raw
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        *lines, client.tail = data.split(b"\n")
        if supplied and lines and not lines[0]:
            del lines[0]  # the newline, at last, of a line that the pause has ended
        supplied = raw
        if len(client.tail) > MAX_MESSAGE + 1:  # 1 may be the \r of \r\n
            lines.append(client.tail)
            client.tail, skipping = b"", True
        yield lines
        chunk = next_words(client)


def was_reset(client):
    """Return whether client has reset the connection; a send may already have consumed the error."""
    try:
        return client.reset or not client.socket.getpeername()
    except OSError:
        return True


def wait_for_turn(client):
    """Wait until what client said has been sent on, and client has taken everything it was sent.

    A client that takes nothing for TIMEOUT seconds is disconnected.
    """
    if lagging.is_set():  # let those who read more slowly than we speak catch up
        lagging.clear()
        time.sleep(GRACE)
    while not (client.turn.acquire(False) or client.turn.acquire(timeout=TIMEOUT)):
        if client.blocked and time.monotonic() - client.since > TIMEOUT:
            client.close()


def start_connection(client_socket, client_address, inbox):
    """Read what one client sends, in its own thread, from prompt to end; put it into inbox."""
    log(f"New connection: {client_address}")
    client = Client(client_socket)
    with suppress(OSError, MemoryError):  # a reset before the first line
        client_socket.sendall(PROMPT.encode())
        for lines in read_lines(client):
            while lines:
                wait_for_turn(client)
                inbox.put((client, lines[:MAX_LINES]))
                del lines[:MAX_LINES]
            if client.left:
                break
    wait_for_turn(client)
    if client.tail and (client.name or not was_reset(client)):  # no half names
        inbox.put((client, [client.tail]))
        wait_for_turn(client)
    inbox.put((client, None))
    wait_for_turn(client)
    client_socket.close()


def shape(username):
    """Return what people see of a name (str): two names of the same shape look alike."""
    return unicodedata.normalize("NFKC", re.sub(f"[{HIDDEN}]", "", username))


def why_not(username):
    """Return the reason (str, in English) why username can't be used, or None."""
    if len(username) > MAX_NAME:  # first: the shape of thousands of marks takes long
        return f"A name cannot be longer than {MAX_NAME} characters."
    if all(unicodedata.category(c)[0] in "MZ" for c in shape(username)):  # marks, blanks
        return "A name cannot be empty."
    if shape(username) in shapes:
        return f"The name {username} is already taken."
    return None


def seat(client, username):
    """Put client into both lists under username (str)."""
    client.name, client.prefix = username, f"{username}: ".encode()
    shapes.add(shape(username))
    client_names.append(username)
    connected_clients.append(client)


def add_user(client, line):
    """Let client in under the name in line (bytes); return why it is refused (str), or None."""
    words = COLONS.sub(" ", clean(line).decode())
    username = " ".join(OPENING.sub("", words).split())
    reason = why_not(username)
    if not reason:
        client.start = len(outbox)
        seat(client, username)
        send_message(f"{username} joined the chat.\n".encode())
    return reason


def remove_user(client):
    """Remove client from both lists, once, and tell the others; it still gets what came before."""
    with suppress(ValueError):  # it has left already, or never joined
        index = connected_clients.index(client)
        client.tell(bytes(outbox[client.start:]))
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
        shapes.discard(shape(disconnected_user))
        log(f"{disconnected_user} has left the chat.")
        send_message(f"{disconnected_user} left the chat.\n".encode())
    client.left = True
    client.close(socket.SHUT_RD)


def send_message(message):
    """Add message (bytes, whole lines) to the next batch for everybody."""
    outbox.extend(message)


def flush():
    """Send outbox to everybody as one batch; to a newcomer, from its own announcement on."""
    batch = bytes(outbox)
    outbox.clear()
    for client in connected_clients:
        if client.start:
            client.tell(memoryview(batch)[client.start:])
            client.start = 0
        else:
            client.tell(batch)


def relay(client, lines):
    """Send lines (bytes) to everybody as messages from client; tell it if a line is too long."""
    short = [line for line in lines if len(line) <= MAX_MESSAGE]
    if len(short) < len(lines):
        client.tell(TOO_LONG.encode())
    if short:
        said = client.prefix + (b"\n" + client.prefix).join(short) + b"\n"
        send_message(clean(said))


def hear(client, lines):
    """Act on lines (bytes) that client has sent; None means that it has left."""
    if lines is None:
        remove_user(client)
    if client.left:
        return
    refusals = ""
    while lines and not client.name:
        if reason := add_user(client, lines.pop(0)):
            refusals += f"{reason}\n{PROMPT}"
    if refusals:
        client.tell(refusals.encode())
    if b"" in lines:  # an empty message: goodbye
        relay(client, lines[:lines.index(b"")])
        remove_user(client)
    elif lines:
        relay(client, lines)


def broadcast(inbox):
    """Take in what clients have sent, decide, and send one batch to each, forever.

    Only this thread knows who is here and sends, so everybody gets the same order.
    """
    while True:
        talkers = []
        while not talkers or not inbox.empty() and len(outbox) < MAX_BATCH:
            client, lines = inbox.get()
            if lines == []:  # there is room for more
                client.resume()
                continue
            hear(client, lines)
            client.said = True
            talkers.append(client)
        if outbox:
            flush()
        for client in talkers:
            client.give_turn()


class Selector(selectors.DefaultSelector):
    """Waits for any number of sockets, even on Windows, where select takes no more than 512."""

    def _select(self, readers, writers, _, timeout=None):  # DefaultSelector calls it there only
        readers, writers, ready = [*readers], [*writers], ([], [], [])
        most = max(len(readers), len(writers))
        for start in range(0, most, 500):
            some = readers[start:start + 500], writers[start:start + 500], []
            found = select.select(*some, timeout if most <= 500 else 0)
            ready = [one + more for one, more in zip(ready, found)]
        if most > 500 and timeout != 0 and not any(ready):
            time.sleep(0.01)  # before the caller asks again
        return ready


def watch(inbox):
    """Put (client, []) into inbox whenever a blocked client has room again, forever."""
    bell.setblocking(False)  # the broadcast thread must not wait for this one
    with Selector() as selector:
        selector.register(bell_rings, selectors.EVENT_READ)
        while True:
            ready = [key for key, _ in selector.select(LOOK)]
            if LOOK:  # on Windows select does not report a connection that we have ended
                ready += [key for key in selector.get_map().values()
                          if key.data and key.data.closed and key not in ready]
            for key in ready:
                if key.data:
                    selector.unregister(key.fileobj)
                    inbox.put((key.data, []))
                    continue
                bell_rings.recv(RECV_SIZE)
                while not blocked_clients.empty():
                    client = blocked_clients.get()
                    selector.register(client.socket, selectors.EVENT_WRITE, client)


def insist(call):
    """Return what call returns; try again each second while the system has no room for more."""
    while True:
        try:
            return call()
        except (TimeoutError, ConnectionError):
            pass  # nobody came, or nobody stayed
        except (OSError, RuntimeError, MemoryError) as error:  # no descriptors, threads, memory
            log(f"No room for new connections: {error}")
            time.sleep(1)


def run(task, inbox):
    """Run task(inbox), which does not fail; if it does, nobody is served: end the program."""
    try:
        return task(inbox)
    except MemoryError:
        print("Server stopped: out of memory.", file=sys.stderr, flush=True)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def start_server(host=SERVER_HOST, port=SERVER_PORT, inbox=None):
    """Serve on host:port until KeyboardInterrupt; raises OSError when it can't listen there.

    What clients send goes through inbox, by default a queue of its own.
    """
    inbox = inbox or queue.SimpleQueue()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1024) as server_socket:
        for name, value in SOCKET_OPTIONS.items():
            level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
            with suppress(AttributeError, OSError):  # not every system knows all of them
                server_socket.setsockopt(level, getattr(socket, name), value)
        server_socket.settimeout(1)  # on Windows Ctrl+C waits until accept returns
        for task in broadcast, watch:
            threading.Thread(target=run, args=(task, inbox), daemon=True).start()
        printer = threading.Thread(target=print_log, daemon=True)
        printer.start()
        log(f"Server running on {host}:{server_socket.getsockname()[1]}")
        try:
            while True:
                newcomer = insist(server_socket.accept)
                insist(threading.Thread(target=start_connection, daemon=True,
                                        args=(*newcomer, inbox)).start)
        finally:
            log(None)
            printer.join(1)  # not forever: its terminal may be stopped


def options(description):
    """Return a parser of the options --host and --port."""
    for stream in sys.stdout, sys.stderr:
        with suppress(AttributeError):            # pythonw has no streams, IDLE its own
            stream.reconfigure(errors="replace")  # a terminal may lack some letters
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--host", default=SERVER_HOST, help="address (%(default)s)")
    parser.add_argument("--port", default=SERVER_PORT,
                        help="port, 0 for any free one (%(default)s)")
    return parser


def serve(args, inbox=None):
    """Run the server with the options given, until Ctrl+C or SIGTERM; status 1 if it can't start."""
    with suppress(AttributeError, OSError):   # Linux: a waking thread does not interrupt others
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    sys.setswitchinterval(0.05)               # seconds; thousands that wait look less often
    for name in {"SIGINT", "SIGTERM", "SIGBREAK"} & {*dir(signal)}:  # the last: on Windows
        signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        start_server(args.host, int(args.port), inbox)
    except KeyboardInterrupt:
        pass
    except (OSError, OverflowError, TypeError, ValueError) as error:
        sys.exit(f"Server not started on {args.host}:{args.port}: {error}")


def main():
    """Run the server with the options of the command line."""
    serve(options("Chat server.").parse_args())
    os._exit(0)  # the other threads need no goodbye: the system closes their sockets


if __name__ == "__main__":
    main()
