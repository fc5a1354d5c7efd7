"""Wires for lessons and tests: one that splits the data it passes on, and one that can be cut."""
import socket
import threading
from contextlib import suppress
from types import SimpleNamespace

from people import TIMEOUT


class Proxy:
    """A wire to a server that passes everything on in small pieces, both ways.

    TCP may glue pieces together again: a test through it must hold for any size.
    """

    def __init__(self, port, size=1):
        """Listen on a free port, self.port; pass on to port, at most size bytes at a time."""
        self.target, self.size, self.ended = port, size, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets = []
        self.threads = []
        self._start(self._accept)

    def _start(self, function, *args):
        self.threads.append(threading.Thread(target=function, args=args, daemon=True))
        self.threads[-1].start()

    def _accept(self):
        while True:
            client = self.listener.accept()[0]
            if self.ended:
                return client.close()
            server = socket.create_connection(("127.0.0.1", self.target))
            self.sockets += client, server
            self._start(self._pass_on, client, server)
            self._start(self._pass_on, server, client)

    def _pass_on(self, source, target):
        with suppress(OSError):  # one of the two is gone
            target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while data := source.recv(self.size):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.ended = True
        socket.create_connection(self.listener.getsockname()).close()  # wakes accept
        self.threads[0].join(TIMEOUT)
        for end in self.sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes recv,
            end.close()                         # on Windows only this does
        for thread in self.threads:
            thread.join(TIMEOUT)
        self.listener.close()


class Wire(Proxy):
    """A proxy that can be cut and mended; neither end is told."""

    def __init__(self, port, size=2**16):
        self.whole = threading.Event()
        self.mend()
        super().__init__(port, size)

    def _pass_on(self, source, target):
        def recv(size):
            data = source.recv(size)
            self.whole.wait()
            return data
        super()._pass_on(SimpleNamespace(recv=recv), target)

    def cut(self):
        """Let nothing through anymore."""
        self.whole.clear()

    def mend(self):
        """Let the waiting data through, and all that follows."""
        self.whole.set()

    def __exit__(self, *error):
        self.mend()
        super().__exit__(*error)
