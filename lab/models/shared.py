"""What the models share: cutting bytes into lines, and starting the program. Who is sent what comes
from lab/server.py. Each model shows how it waits and how it sends; this file does neither.
"""
import os
import signal
import socket
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # lab/
from server import MAX_MESSAGE, log, options, print_log


def split(data):
    """Return the lines (list of bytes, without line endings) in data (bytes), and an unfinished one.

    An unfinished line that is too long is truncated, but stays long enough to show it.
    """
    *lines, tail = data.split(b"\n")
    return [line.removesuffix(b"\r") for line in lines], tail[:MAX_MESSAGE + 2]  # 1 may be a \r


class OneThreadClient:
    """A connection as hear of lab/server.py knows it; a model adds tell, which sends.

    Without threads it is simpler: nobody has to be woken, and nobody waits for a turn.
    """

    def __init__(self):
        self.tail = b""     # the beginning of a line that has no end yet
        self.name = ""      # str, when it has joined
        self.prefix = b""   # of its messages
        self.start = 0      # where its part of outbox begins
        self.left = False   # it has left the chat

    def close(self, how):
        """Do nothing: the one thread sees in left that there is nothing more to be read."""

    def take(self, chunk):
        """Return the lines (list of bytes) that chunk (bytes) completes; b"" completes the last."""
        if not chunk:
            return [self.tail] if self.tail else []
        lines, self.tail = split(self.tail + chunk)
        return lines


def listen(host, port, nodelay):
    """Return a socket that listens on host:port; raises OSError if it can't.

    With nodelay the sockets that it accepts wait for no ACK: it is set before anybody can connect.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server_socket = socket.create_server((host, port), family=family, backlog=1024)
    server_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, nodelay)  # handed on to each
    log(f"Сервер запущен на {host}:{server_socket.getsockname()[1]}")
    return server_socket


def run(description, start_server, nodelay=True):
    """Run start_server(listening socket) as the command line says, until Ctrl+C or SIGTERM.

    Ends the program with status 1 if it can't listen there.
    """
    args = options(description).parse_args()
    for name in {"SIGINT", "SIGTERM", "SIGBREAK"} & {*dir(signal)}:  # the last: on Windows
        signal.signal(getattr(signal, name), lambda *_: os._exit(0))  # the system closes the sockets
    threading.Thread(target=print_log, daemon=True).start()
    try:
        server_socket = listen(args.host, int(args.port), nodelay)
    except (OSError, OverflowError, TypeError, ValueError) as error:
        sys.exit(f"Сервер не запущен на {args.host}:{args.port}: {error}")
    start_server(server_socket)
