"""A running program of a submission, and one who sits at its terminal."""

import json
import os
import time
from contextlib import suppress

import psutil

from . import launching, limits, processes
from .hearing import Ear
from .silence import Silence
from .texts import excerpt, folded, own
from .words import Failure


class Program(Ear):
    """A running program of the submission: what it prints is heard, and one can type to it."""

    named = True

    def __init__(self, chat, who, script, args=(), root=None, package="", home=None):
        """Start script (Path) with args (str) in its folder, with nothing of our environment.

        Where it imports from root (Path), Python looks there; a package (str) is started from there,
        and any program from home (Path), if that is another folder.
        """
        home = str(home or (root if package else script.parent))
        file = os.path.relpath(script, home)
        file = f"./{file}" if file.startswith("-") else file
        env = {
            **launching.ENVIRONMENT,
            "HOME": home,
            "TMPDIR": home,
            "PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("GRADING_PYTHONPATH"), str(root or "")])),
            **json.loads(os.environ.get("GRADING_ENV", "{}")),  # more that a grader wants
        }
        self.name = script.name
        told = f"запускает {script.name}" if who != script.name else "запускается"
        chat.transcript.note(self, f"{told}{f' с аргументами: {excerpt(chr(32).join(args))}' * bool(args)}")
        modules = {module for some in chat.work.choice["modules"].values() for module in some}
        self.process = launching.start([*(["-m", package] if package else [file]), *args], home, env, modules)
        stdout = self.process.stdout.fileno()
        super().__init__(chat, who, stdout, lambda: os.read(stdout, 65536))

    def sockets(self, status):
        """Return the addresses (host, port) of its TCP sockets in this status of psutil's."""
        found = set()
        for pid in processes.family(self.process.pid):
            with suppress(psutil.Error):
                found |= {
                    (c.laddr.ip, c.laddr.port) for c in psutil.Process(pid).net_connections("tcp") if c.status == status
                }
        return found

    def busy(self):
        """Return whether one of its threads does not wait for anything (Linux; elsewhere False)."""
        return processes.TELLS and processes.busy(self.process.pid)

    def rest(self):
        """Return what its threads wait for, if none goes on by itself, else None (see processes.rest)."""
        return processes.rest(self.process.pid) if processes.TELLS else None

    def spent(self):
        """Return the seconds of processor time that it has used (Linux; elsewhere 0)."""
        return processes.spent(self.process.pid) if processes.TELLS else 0

    def threads(self):
        """Return how many threads it has, in the process that has most."""
        counts = [1]
        with suppress(psutil.Error):
            process = psutil.Process(self.process.pid)
            counts += [one.num_threads() for one in (process, *process.children(recursive=True))]
        return max(counts)

    def type(self, text):
        """Type text (str) and Enter."""
        self.chat.transcript.note(self, "types", text.encode())
        with suppress(OSError):  # it has ended: the next wait will tell
            self.process.stdin.write(f"{text}\n".encode())
            self.process.stdin.flush()

    def say(self, text):
        """Type text with its tail, after all has been done that was said before."""
        self.tell(self.chat.secret(text))

    def tell(self, text):
        """Type just text (str), after all has been done that was said before."""
        self.chat.settle()
        self.type(text)

    def says_goodbye(self):
        """Type what the assignment says, after all has been done that was said before."""
        self.chat.settle()
        self.chat.mark()
        self.type(self.chat.work.goodbye())

    def leave(self):
        """Say goodbye, or else be ended."""
        self.says_goodbye()
        if self is not self.chat.server and not self.has_ended():
            self.kill()

    def notice(self, data):
        """As Ear.notice; what server.py prints stands apart."""
        if not data:
            self.chat.transcript.note(self, "завершает работу")
        elif self.who != self.name:
            self.chat.transcript.note(self, "prints", data)

    def spins(self):
        """Return whether it has something to do whenever one looks (Linux; elsewhere False)."""
        for _ in range(5):
            if not self.busy():
                return False
            time.sleep(0.01)
        return True

    def reset(self):
        """End without a goodbye."""
        self.chat.mark()
        self.chat.transcript.note(self, "пропадает: программа снята")
        self.kill()

    def falls_silent(self):
        """Send an empty message, and be gone: many a client.py does not send it."""
        if self is self.chat.server:
            raise Failure("Борис сидит за терминалом сервера: удалить его нельзя.")
        self.chat.mark()
        self.tell("")
        self.chat.settle()
        name, alive = self.chat.secret(self.who), self.process.poll() is None
        heard = [other.text() for other in self.chat.people if other is not self]
        if alive and any(name in text and not self.chat.is_news(text, name) for text in heard):
            raise Failure(f"Не случилось: {self.who} удалён.\nПустое сообщение разослано, как любое другое.")
        self.reset()

    def ends(self):
        """Wait until the program has ended; raises Failure when it does not."""
        if not self.has_ended():
            raise Failure(f"Не случилось: {self.who} завершает работу.\nПрограмма всё ещё работает.")
        print(self.who, "завершает работу")

    def has_ended(self):
        """Wait until the program has ended; return whether it has."""
        deadline, silence = time.monotonic() + limits.PATIENCE, Silence(self.chat, limits.PATIENCE)
        while self.process.poll() is None:
            if silence.enough() or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def kill(self):
        """End all its processes."""
        self.process.end()
        self.thread.join(1)  # not for ever: one who got away may hold the pipe
        with suppress(OSError):
            self.process.stdin.close()

    def last_words(self):
        """Return the last lines that the program printed (str), or ""; of tracebacks, what is the program's own."""
        lines = self.chat.shown(self.all_text()[-20_000:]).splitlines()
        lines = folded(own([line for line in lines if line.strip()]))
        return "\n".join(f"    {excerpt(line)}" for line in lines[-limits.PRINTED :])
