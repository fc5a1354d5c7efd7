"""People to talk to, in lessons and tests.

Every wait has a timeout, and its error says what it waited for.
"""
import queue
import re
import socket
import struct

TIMEOUT = 60.0  # seconds: far more than anything here takes, also on a busy machine


class Journal:
    """A log that threads write to and one thread reads, waiting for the line that it expects.

    Threads that print for themselves would print in a different order in every run.
    """

    def __init__(self):
        self.lines = queue.SimpleQueue()

    def write(self, line):
        """Add a line (str); the port in an address, different in every run, becomes "…"."""
        self.lines.put(re.sub(r"', \d+\)", "', …)", line))

    def until(self, wanted):
        """Wait for a line that contains wanted; return the lines up to it. Raises TimeoutError."""
        lines = []
        while not lines or wanted not in lines[-1]:
            try:
                lines.append(self.lines.get(timeout=TIMEOUT))
            except queue.Empty:
                raise TimeoutError(f"waited for {wanted!r}; the journal has {lines}") from None
        return lines


class Peer:
    """One end of a TCP connection, for a person who speaks and listens line by line."""

    def __init__(self, port, name=None, host="127.0.0.1"):
        """Connect to host:port; with a name, answer the prompt and wait until the server announces it."""
        self.socket = socket.create_connection((host, port), TIMEOUT)
        self.buffer = b""
        if name:
            self.join(name)

    def join(self, name):
        """Answer the server's prompt with name, and listen until the server announces it."""
        self.expect("Введите своё имя:")
        self.say(name)
        self.expect(f"{name} присоединился к чату.")

    def send(self, data):
        """Send data (bytes) as they are."""
        self.socket.sendall(data)

    def say(self, text):
        """Send text (str) as one message, ended by a newline."""
        self.send(f"{text}\n".encode())

    def line(self):
        """Return the next line heard (str, without line ending); "" when the other side has ended."""
        while b"\n" not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                last, self.buffer = self.buffer, b""
                return last.decode()
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode()

    def expect(self, wanted):
        """Listen until a line equals wanted; return the lines before it.

        Raises TimeoutError when nothing more comes, EOFError when the other side ends first.
        """
        heard = []
        try:
            while (line := self.line()) != wanted:
                if not line and not self.buffer:
                    raise EOFError(f"ended before {wanted!r}; heard {heard}")
                heard.append(line)
        except TimeoutError:
            raise TimeoutError(f"waited for {wanted!r}; heard {heard}") from None
        return heard

    def rest(self):
        """Listen to the end; return the lines heard."""
        return list(iter(self.line, ""))

    def half_close(self):
        """Say that nothing more will be said, and go on listening."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        """End the connection."""
        self.socket.close()

    def reset(self):
        """Reset the connection: a zero linger time sends RST in place of FIN (man 7 socket)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class Host(Peer):
    """A server for one client, played by us: it waits for a connection to self.port."""

    def __init__(self):
        self.socket = self.listener = socket.create_server(("localhost", 0))
        self.listener.settimeout(TIMEOUT)
        self.port = self.listener.getsockname()[1]
        self.buffer = b""

    def accept(self, greeting=""):
        """Wait for the client, and send it this greeting (str)."""
        self.socket, _ = self.listener.accept()
        self.socket.settimeout(TIMEOUT)
        self.send(greeting.encode())

    def close(self):
        self.listener.close()
        super().close()


class Guest(Peer):
    """A peer of the server; a diagram shows what it really sent and received, and nothing else."""

    def __init__(self, port, name, diagram):
        """Connect to port; the diagram (Diagram) knows this guest by name (str)."""
        self.name, self.diagram = name, diagram
        super().__init__(port)

    def say(self, text):
        super().say(text)
        self.diagram.arrow(self.name, "Сервер", text or "(пустая строка)")

    def line(self):
        line = super().line()
        self.diagram.arrow("Сервер", self.name, line or "(конец)", "->>" if line else "--x")
        return line

    def half_close(self):
        super().half_close()
        self.diagram.arrow(self.name, "Сервер", "(конец)", "--x")

    def reset(self):
        super().reset()
        self.diagram.arrow(self.name, "Сервер", "(обрыв)", "-x")
