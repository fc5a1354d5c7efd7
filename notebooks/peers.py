"""People and programs for the chapters and the tests: somebody to talk to, and something to watch.

Every wait has a time limit, and says in its error what it waited for in vain.
"""
import os
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent / "lab"
TIMEOUT = 10.0  # seconds: far more than anything here takes, also on a busy machine


class Journal:
    """A log that threads write and one thread reads, waiting for the line that it expects.

    Threads that print for themselves would print in another order in every run.
    """

    def __init__(self):
        self.lines = queue.SimpleQueue()

    def write(self, line):
        """Add a line (str); the port in an address, another one in every run, becomes "…"."""
        self.lines.put(re.sub(r"', \d+\)", "', …)", line))

    def until(self, wanted):
        """Wait for a line with wanted in it; return the lines up to this one. Raises TimeoutError."""
        lines = []
        while not lines or wanted not in lines[-1]:
            try:
                lines.append(self.lines.get(timeout=TIMEOUT))
            except queue.Empty:
                raise TimeoutError(f"waited for {wanted!r}; the journal has {lines}") from None
        return lines


class Peer:
    """One end of a TCP connection, for a person who speaks and listens line by line."""

    def __init__(self, port, name=None, host="localhost"):
        """Connect to host:port; with a name, answer the prompt and hear oneself join."""
        self.socket = socket.create_connection((host, port), TIMEOUT)
        self.buffer = b""
        if name:
            self.join(name)

    def join(self, name):
        """Answer the server's prompt with name, and listen until one has joined."""
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
        """Return the next line heard (str, without its end); "" when the other side has ended."""
        while b"\n" not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                return self.buffer.decode()
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode()

    def expect(self, wanted):
        """Listen until a line is wanted; return the lines before it.

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
        """End the connection as a crash does: a zero linger time sends RST (man 7 socket)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


class Program:
    """A Python program in a process of its own; a thread collects the lines that it prints."""

    def __init__(self, *command, env=None, **options):
        """Start python with command, such as LAB / "server.py", "--port", "0"."""
        self.process = subprocess.Popen(
            [sys.executable, *map(str, command)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUTF8": "1", **(env or {})}, **options)
        self.lines = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.process.stdout as stdout:
            for line in stdout:
                self.lines.put(line.decode(errors="replace").rstrip("\r\n"))
        self.lines.put(None)

    def line(self, timeout=TIMEOUT):
        """Return the next line printed (str), or None at the end; raises TimeoutError."""
        try:
            return self.lines.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError("the program printed nothing more") from None

    def expect(self, wanted):
        """Wait until a line printed has wanted in it; return that line."""
        printed = []
        while True:
            try:
                line = self.line()
            except TimeoutError:
                raise TimeoutError(f"waited for {wanted!r}; printed {printed}") from None
            if line is None:
                raise EOFError(f"ended before {wanted!r}; printed {printed}")
            printed.append(line)
            if wanted in line:
                return line

    def type(self, text):
        """Type text (str) and Enter."""
        self.process.stdin.write(f"{text}\n".encode())
        self.process.stdin.flush()

    def end_input(self):
        """Close the program's input, as Ctrl+D or the end of a pipe does."""
        self.process.stdin.close()

    def rest(self):
        """Wait for the end; return the lines printed that nobody has taken yet."""
        self.process.wait(TIMEOUT)
        return list(iter(self.line, None))

    def stop(self, signum=signal.SIGINT):
        """Send a signal, wait for the end, and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        return self.process.wait(TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        self.reader.join(TIMEOUT)
        if self.process.stdin and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # the program ended before it had read all


class Server(Program):
    """lab/server.py, or another server script, on a free port."""

    def __init__(self, script=LAB / "server.py", **options):
        super().__init__(script, "--port", "0", **options)
        self.port = int(self.expect("Сервер запущен").rpartition(":")[2])
