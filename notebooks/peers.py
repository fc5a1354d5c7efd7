"""People and programs for the chapters and the tests: somebody to talk to, and something to watch.

Every wait has a time limit, and says in its error what it waited for in vain.
"""
import base64
import io
import os
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

try:
    import pexpect
    import pyte
except ImportError:
    pass  # Windows has neither, and no Terminal

LAB = Path(__file__).resolve().parent.parent / "lab"
TIMEOUT = 60.0  # seconds: far more than anything here takes, also on a busy machine


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

    def __init__(self, port, name=None, host="127.0.0.1"):
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
                last, self.buffer = self.buffer, b""
                return last.decode()
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


class Diagram:
    """What was said, in the order in which it was said: the source of a Mermaid diagram.

    JupyterLab draws it where a cell ends with it.
    """

    def __init__(self, *people):
        """Begin an empty diagram with people (str), from left to right."""
        self.lines = ["sequenceDiagram", f"accTitle: Кто что сказал: {', '.join(people)}",
                      *(f"participant {person}" for person in people)]

    def arrow(self, speaker, listener, text, shape="->>"):
        """Add an arrow of this shape, with text (str), from speaker to listener (str)."""
        text = re.sub("[#;]", lambda sign: f"#{ord(sign[0])};", text)  # they are Mermaid's own
        self.lines.append(f"{speaker}{shape}{listener}: {text}")

    def note(self, person, text):
        """Add a note, text (str), over a person (str)."""
        self.lines.append(f"Note over {person}: {text}")

    def __repr__(self):
        return "\n".join(self.lines)

    def _repr_markdown_(self):
        return f"```mermaid\n{self}\n```"


def show(figure, alt):
    """Display a Matplotlib figure, with alt (str) in its place for those who do not see it.

    JupyterLab drops the alt of a PNG and keeps that of Markdown; other readers prefer the PNG.
    """
    from IPython.display import display  # a chapter has it, a test does without
    png = io.BytesIO()
    figure.savefig(png)
    data = base64.b64encode(png.getvalue()).decode()
    display({"text/plain": repr(figure), "image/png": data,
             "text/markdown": f"![{alt}](data:image/png;base64,{data})"},
            metadata={"image/png": {"alt": alt}}, raw=True)


class Guest(Peer):
    """A peer of the server; a diagram shows what it really said and heard, and nothing else."""

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


class Proxy:
    """A wire to a server that passes on what it gets in small pieces, both ways.

    TCP may glue pieces together again: what is proved through it must hold for any size.
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
                end.shutdown(socket.SHUT_RDWR)  # wakes recv
        for thread in self.threads:
            thread.join(TIMEOUT)
        for end in self.listener, *self.sockets:
            end.close()


class Wire(Proxy):
    """A proxy that can be cut and mended again; the two ends are not told."""

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
        """Let nothing through any more."""
        self.whole.clear()

    def mend(self):
        """Let through what waits, and all that follows."""
        self.whole.set()

    def __exit__(self, *error):
        self.mend()
        super().__exit__(*error)


class Program:
    """A Python program in a process of its own; a thread collects the lines that it prints."""

    executable = sys.executable

    def __init__(self, *command, env=None, **options):
        """Start python with command, such as LAB / "server.py", "--port", "0"."""
        self.process = subprocess.Popen(
            [self.executable, *map(str, command)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHON_COLORS": "0", **(env or {})}, **options)
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
        """Send a signal, wait for the end, and return the exit status.

        Python does not see a signal that comes just before a call in which it waits, so it is
        sent again, as a person presses Ctrl+C again.
        """
        for patience in 10, TIMEOUT:
            if self.process.poll() is None:
                self.process.send_signal(signum)
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(patience)
        raise TimeoutError(f"the program goes on after {signum!r}")

    def pause(self):
        """Stop the process in mid-work (SIGSTOP); its connections stay, and nobody answers."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)  # until it has stopped

    def go_on(self):
        """Let a paused process go on as if nothing had been."""
        self.process.send_signal(signal.SIGCONT)

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

    def __init__(self, script=LAB / "server.py", *arguments, **options):
        super().__init__(script, "--port", "0", *arguments, **options)
        try:
            self.port = int(self.expect("Сервер запущен").rpartition(":")[2])
        except (TimeoutError, EOFError):
            self.__exit__()
            raise


class Redis(Program):
    """A redis-server on a free port of this machine, in a folder of its own."""

    executable = "redis-server"

    def __init__(self, *options):
        """Start it with more options, such as "--requirepass", "secret"; FileNotFoundError: none here."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.options, self.folder = options, tempfile.TemporaryDirectory()
        self.start()

    def start(self):
        """Start it, as at first, after stop(); it knows what save() kept."""
        super().__init__("--port", self.port, "--bind", "127.0.0.1", "--save", "",
                         "--dir", self.folder.name, *self.options)
        try:
            self.expect("Ready to accept connections")
        except (TimeoutError, EOFError):
            self.__exit__()
            raise

    def stop(self, signum=signal.SIGTERM):
        """As Program's; start() may follow."""
        status = super().stop(signum)
        super().__exit__()
        return status

    def save(self):
        """Keep what it has in its memory now, for the next start."""
        with Peer(self.port) as peer:
            peer.send(b"SAVE\r\n")
            peer.expect("+OK\r")

    def forget(self):
        """Drop what save() kept: the next start is one with an empty memory."""
        (Path(self.folder.name) / "dump.rdb").unlink(missing_ok=True)

    def restart(self):
        """End it as a power cut does, and start it again at once, on the same port."""
        self.stop(signal.SIGKILL)
        self.start()

    def __exit__(self, *error):
        super().__exit__(*error)
        self.folder.cleanup()


class Terminal:
    """A Python program in a pseudo-terminal, and the screen that a person would see there.

    pexpect plays the keyboard, pyte draws what the program writes; Windows has neither.
    """

    def __init__(self, *command, env=None):
        """Start python with command, in a terminal of 24 lines of 80 letters."""
        self.process = pexpect.spawn(
            sys.executable, [str(part) for part in command], dimensions=(24, 80),
            env={**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1",
                 "PYTHONUNBUFFERED": "", **(env or {})})  # lines come whole
        self.process.delaybeforesend = None
        self.paper = pyte.Screen(80, 24)
        self.paper.write_process_input = self.type  # it answers where its cursor is
        self.pen = pyte.ByteStream(self.paper)

    def type(self, keys):
        """Press keys (str); Enter is "\\r"."""
        self.process.send(keys)

    def screen(self):
        """Return the lines on the screen that are not empty."""
        return [line.rstrip() for line in self.paper.display if line.strip()]

    def draw(self):
        """Draw what the program writes next; raises EOFError when it has ended, or TimeoutError."""
        try:
            self.pen.feed(self.process.read_nonblocking(65536, TIMEOUT))
        except pexpect.EOF:
            raise EOFError(f"ended; the screen has {self.screen()}") from None
        except pexpect.TIMEOUT:
            raise TimeoutError(f"no end, nothing new; the screen has {self.screen()}") from None

    def wait_for(self, *lines):
        """Wait until the last lines on the screen are these (str); return the whole screen."""
        while self.screen()[-len(lines):] != [*lines]:
            try:
                self.draw()
            except (EOFError, TimeoutError) as error:
                raise type(error)(f"waited for {lines}: {error}") from None
        return self.screen()

    def end(self):
        """Wait until the program ends by itself; return its exit status."""
        with suppress(EOFError):
            while True:
                self.draw()
        return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.close(force=True)
