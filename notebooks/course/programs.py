"""Programs for lessons and tests, in processes of their own: a script, a server, Redis, a terminal.

Every wait has a timeout, and its error says what it waited for.
"""
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from people import TIMEOUT, Peer

try:
    import pexpect
    import pyte
except ImportError:
    pass  # Windows has neither, and no Terminal

LAB = Path(__file__).resolve().parents[2] / "lab"
# A group of its own: on Windows a signal goes to a whole group, and ours should not get it.
GROUP = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {}


class Program:
    """A Python program in a process of its own; a thread collects the lines that it prints."""

    executable = sys.executable

    def __init__(self, *command, env=None, **options):
        """Start python with command, such as LAB / "server.py", "--port", "0"."""
        self.process = subprocess.Popen(
            [self.executable, *map(str, command)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHON_COLORS": "0", **(env or {})}, **GROUP, **options)
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
        """Wait until a printed line contains wanted; return that line."""
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

    def python(self):
        """Return the process (psutil.Process) of Python itself; on Windows that of .venv only starts another."""
        import psutil
        started = psutil.Process(self.process.pid)
        return [started, *started.children()][-1]

    def asleep(self):
        """Return whether each of its threads waits for something; only Linux can tell, so elsewhere yes."""
        if sys.platform != "linux":
            return True
        try:
            return all(") S " in state.read_text()
                       for state in Path(f"/proc/{self.process.pid}/task").glob("*/stat"))
        except (FileNotFoundError, ProcessLookupError):  # a thread has just ended
            return False

    def wait_until_asleep(self):
        """Wait until each of its threads waits for something, or it has ended."""
        end = time.monotonic() + TIMEOUT
        while self.process.poll() is None and not self.asleep():
            if time.monotonic() > end:
                raise TimeoutError("the program does not fall asleep")
            time.sleep(0.01)

    def stop(self, signum=signal.SIGINT):
        """Send a signal (on Windows always Ctrl+Break), wait for the end, and return the exit status.

        Python does not see a signal that comes just before a call in which it waits, so it is
        sent again, as a person presses Ctrl+C again.
        """
        for patience in 10, TIMEOUT:
            if self.process.poll() is None:
                with suppress(SystemError):  # Windows without a console ends it with status 1
                    self.process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signum))
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(patience)
        raise TimeoutError(f"the program goes on after {signum!r}")

    def pause(self):
        """Stop the process in mid-work (SIGSTOP); its connections stay open, and nothing answers."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)  # until it has stopped

    def go_on(self):
        """Let a paused process go on as if nothing had happened."""
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
        """Start it, for the first time or after stop(); it remembers what save() kept."""
        super().__init__("--port", self.port, "--bind", "127.0.0.1", "--save", "",
                         "--dir", self.folder.name, *self.options)
        try:
            self.expect("Ready to accept connections")
        except (TimeoutError, EOFError):
            self.__exit__()
            raise

    def stop(self, signum=signal.SIGTERM):
        """Like Program's stop; start() may follow."""
        status = super().stop(signum)
        super().__exit__()
        return status

    def save(self):
        """Keep the contents of its memory for the next start."""
        with Peer(self.port) as peer:
            peer.send(b"SAVE\r\n")
            peer.expect("+OK\r")

    def forget(self):
        """Drop what save() kept: the next start begins with an empty memory."""
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

    timeout = TIMEOUT  # seconds to wait for anything new

    def __init__(self, *command, env=None):
        """Start python with command, in a terminal of 24 lines of 80 characters."""
        self.process = pexpect.spawn(
            sys.executable, [str(part) for part in command], dimensions=(24, 80),
            env={**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1",
                 "PYTHONUNBUFFERED": "", **(env or {})})  # lines come whole
        self.process.delaybeforesend = None
        self.paper = pyte.Screen(80, 24)
        self.paper.write_process_input = self.type  # it reports where its cursor is
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
            self.pen.feed(self.process.read_nonblocking(65536, self.timeout))
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
