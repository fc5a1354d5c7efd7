"""What grading.ipynb uses: a submission's programs, and people who talk to them.

Nothing of a submission runs in the process that imports this. What people are called and what they
say has a random tail, so that no program can know it beforehand; reports leave the tail out.
"""

import json
import os
import random
import re
import select
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path

import psutil

import grading_find as finding
import grading_proc as proc

LAB = Path(__file__).resolve().parents[2] / "lab"
LINUX = proc.TELLS  # it tells which programs have still something to do
PATIENCE = 5.0  # seconds after which nothing more is expected
QUIET = 2.0 if LINUX else PATIENCE  # seconds of silence that are enough when no program is busy
REST = 0.25  # seconds of silence that are enough when all programs wait without end
LOOK = 0.1  # seconds between two looks at what programs do while nothing is heard
LIMIT = 15.0  # seconds after which talk without the word waited for counts as silence
START = 15.0  # seconds for a program to listen or to connect
SPENT = 6.0  # seconds of processor time that it may use for that
KEPT = 1 << 20  # bytes of what was heard that are remembered
WORK = 60.0  # seconds in which a busy program shall have read what it was told
FLOOD = 5_000_000  # bytes said past one who does not read: more than the system's buffers hold
PROMPT = "Введите своё имя:"
LEAVE = "покинуть чат"
WIRES = "\n", "\r\n", ""  # what ends a message: "" where each recv is one
CLIENTS = "clients"  # a wire that only the submission's own clients speak
OPERATOR = "operator"  # a chat between one client and the server's terminal
LETTERS = "бвгджзклмнпрстфхцчшщ"
ASKING = re.compile(
    r"\b(имя|имени|именем|ник|ника|никнейм|псевдоним|логин|кто (вы|ты|там|здесь|это)|"
    r"вас зовут|тебя зовут|звать|назов\w+|представ\w+|обращаться|"
    r"\w*name|nick|login|who)\b",
    re.I,
)
ARGUMENTS = (
    [],
    ["{port}"],
    ["localhost", "{port}"],
    ["--port", "{port}"],
    ["--host", "localhost", "--port", "{port}"],
)  # tried in turn while a program ends at once
COPIED = 50_000_000  # bytes of a submission that are copied, the smallest files first


class Failure(Exception):
    """Why a criterion does not hold: str(failure), in Russian."""


class Silence:
    """How long nothing has happened, and whether it is in vain to wait for more."""

    def __init__(self, programs, patience):
        """programs (Program or Chat) tell whether they are busy; patience in seconds."""
        self.programs, self.patience = programs, patience
        self.since = self.still = time.monotonic()
        self.rest = None

    def enough(self):
        """Return whether patience is over while no program was busy, or none will ever be again."""
        rest, now = self.programs.rest(), time.monotonic()
        if rest is None or rest != self.rest:
            self.rest, self.still = rest, now
        if rest is None and self.programs.busy():
            self.since = now
        return now > self.since + self.patience or now > self.still + REST


class Ear:
    """A thread that hears all that a socket or a program says, and a way to wait for a word."""

    def __init__(self, chat, who, source, receive):
        """who (str) is the name shown; receive() returns bytes of source, or b"" at the end."""
        self.chat, self.who, self.source, self.receive = chat, who, source, receive
        self.heard, self.since, self.ended, self.ignored = bytearray(), 0, False, False
        self.news = threading.Condition()
        self.listening = threading.Event()
        self.listening.set()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while not self.ended:
            self.listening.wait()
            try:
                data = self.receive()
            except OSError:  # a reset is an end as well
                data = b""
            with self.news:
                self.ended = not data
                self.heard += data
                surplus = max(0, len(self.heard) - KEPT)
                del self.heard[:surplus]
                self.since = max(0, self.since - surplus)
                self.news.notify_all()

    def mark(self):
        """Begin anew: what was heard up to now does not count any more."""
        with self.news:
            self.since = len(self.heard)

    def text(self):
        """Return what was heard since the mark (str)."""
        with self.news:
            return self.heard[self.since :].decode("utf-8", "replace")

    def all_text(self):
        """Return all that was heard (str), as far as it is kept."""
        with self.news:
            return self.heard.decode("utf-8", "replace")

    def until(self, condition, patience=QUIET):
        """Wait until condition(text) holds; return whether it does.

        Gives up after patience seconds of silence, when no program is busy, and after LIMIT; at
        once when no program will ever be busy again.
        """
        deadline = time.monotonic() + LIMIT
        patience = PATIENCE if self.chat.work.restless else patience
        silence = Silence(self.chat, patience)
        with self.news:
            while not condition(self.text()) and not self.ended and time.monotonic() < deadline:
                if self.news.wait(LOOK):
                    silence = Silence(self.chat, patience)
                elif silence.enough():
                    break
            return bool(condition(self.text()))

    def behind(self):
        """Return whether something has been said that was not heard yet."""
        if self.ended or not self.listening.is_set():
            return False
        try:
            return proc.state(f"/proc/self/task/{self.thread.native_id}") == b"R" or bool(
                select.select([self.source], [], [], 0)[0]
            )
        except (OSError, ValueError):
            return True  # it has just ended

    def expect(self, condition, wanted):
        """Print wanted (str) when condition(text) comes to hold; raises Failure when it does not."""
        if not self.until(condition):
            heard = self.chat.shown(self.text()).strip()
            raise Failure(
                f"Не случилось: {self.who} {wanted}.\n"
                f"{self.who} {'слышит только' if heard else 'не слышит ничего'}"
                f"{': ' if heard else '.'}{excerpt(heard)}"
            )
        print(self.who, wanted)

    def hears(self, text, by=None):
        """Wait for text (str) that somebody said, and for the name of by (Ear), if given."""
        parts = [self.chat.secret(text)] + ([self.chat.secret(by.who)] if by else [])
        self.expect(
            lambda heard: all(part in heard for part in parts),
            f"слышит: «{text}»" + (f", и видит имя: {by.who}" if by else ""),
        )

    def hears_letters(self, text):
        """Wait for all letters of text (str) in their order, whatever stands between them."""
        letters = ".*".join(map(re.escape, self.chat.secret(text)))
        self.expect(
            lambda heard: re.search(letters, heard, re.DOTALL) and "\ufffd" not in heard,
            f"слышит: «{text}», и ни одна буква не пострадала",
        )

    def hears_news(self, person):
        """Wait for the name of person (Ear) together with words that nobody said."""
        name = self.chat.secret(person.who)
        self.expect(lambda heard: name in heard and self.chat.words(heard), f"слышит новость, в ней имя: {person.who}")

    def is_asked(self):
        """Wait for a question that asks for one's name."""
        self.expect(lambda heard: ASKING.search(heard), "слышит вопрос об имени")

    def hears_apart(self, *texts):
        """Wait for texts (str), one after another, with something between them."""
        pattern = r"\s*[^\s].*?".join(self.chat.secret(text) for text in texts)
        self.expect(
            lambda heard: re.search(pattern, heard, re.DOTALL),
            f"слышит по отдельности: {', '.join(f'«{text}»' for text in texts)}",
        )

    def is_out(self, speaker):
        """Wait until one has gone or does not hear speaker (Ear) any more, and the chat goes on."""
        self.until(lambda heard: False, patience=1)
        for text in "его нет?", "а теперь?":  # a server that hangs after the first ignores the second
            speaker.say(text)
        if not self.ended and self.until(lambda heard: self.chat.secret("а теперь?") in heard):
            raise Failure(f"Не случилось: {self.who} удалён. {self.who} всё ещё слышит других.")
        server = self.chat.server
        if not server.sockets(psutil.CONN_ESTABLISHED):  # it has closed all, or is about to end
            with suppress(subprocess.TimeoutExpired):
                server.process.wait(PATIENCE)
        if speaker.ignored or server.process.poll():
            raise Failure(
                f"Не случилось: чат работает без {self.who}. Сервер "
                f"{'больше не читает' if speaker.ignored else 'завершился с ошибкой'}."
            )
        print(self.who, "удалён: он ничего больше не слышит")

    def tells_apart(self, person, text, other, other_text):
        """Raises Failure when both texts (str) are heard in the name of person (Ear)."""
        deadline, silence = time.monotonic() + PATIENCE, Silence(self.chat, PATIENCE)
        said = self.chat.secret(other_text)
        while said not in self.all_text() and not other.ended and time.monotonic() < deadline and not silence.enough():
            time.sleep(0.02)
        name = re.escape(self.chat.secret(person.who))
        before = [
            re.search(f"{name}((?:(?!{name}).)*?){self.chat.secret(said)}", self.all_text(), re.DOTALL)
            for said in (text, other_text)
        ]
        if all(before) and before[0][1] == before[1][1]:
            heard = excerpt(self.chat.shown(self.all_text()).strip())
            raise Failure(f"Не случилось: {self.who} различает двоих с одним именем.\n{self.who} слышит: {heard}")
        print(self.who, "различает двоих с одним именем")

    def hears_nothing_else(self, *texts):
        """Raises Failure unless the same stands before the second and the third of texts (str)."""
        places = [self.all_text().index(self.chat.secret(text)) for text in texts]
        usual, now = [
            re.sub(r"[\d\s]+", " ", self.all_text()[start:end].replace(self.chat.secret(text), ""))
            for start, end, text in zip(places, places[1:], texts)
        ]
        if now != usual:
            raise Failure(
                f"Не случилось: {self.who} не слышит ничего лишнего.\n"
                f"{self.who} слышит: {excerpt(self.chat.shown(now).strip())}"
            )
        print(self.who, "не слышит ничего лишнего")


class Program(Ear):
    """A running program of the submission: what it prints is heard, and one can type to it."""

    def __init__(self, chat, who, script, args=(), root=None, package=""):
        """Start script (Path) with args (str) in its folder, with nothing of our environment.

        Where it imports from root (Path), Python looks there; a package (str) is started from there.
        """
        home = str(root if package else script.parent)
        file = f"./{script.name}" if script.name.startswith("-") else script.name
        env = {
            "PATH": os.defpath,
            "HOME": home,
            "TMPDIR": home,
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONUTF8": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHON_COLORS": "0",
            "PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("GRADING_PYTHONPATH"), str(root or "")])),
            "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
            **json.loads(os.environ.get("GRADING_ENV", "{}")),  # more that a grader wants
        }
        self.name = script.name
        self.process = subprocess.Popen(
            [*prefix(), sys.executable, *(["-m", package] if package else [file]), *args],
            cwd=home,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        stdout = self.process.stdout.fileno()
        super().__init__(chat, who, stdout, lambda: os.read(stdout, 65536))

    def family(self):
        """Return the program's processes (psutil.Process), the first one last."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.process.pid)
            return [*process.children(recursive=True), process]
        return []

    def sockets(self, status):
        """Return the addresses (host, port) of its TCP sockets in this status of psutil's."""
        found = set()
        for pid in proc.family(self.process.pid):
            with suppress(psutil.Error):
                found |= {
                    (c.laddr.ip, c.laddr.port) for c in psutil.Process(pid).net_connections("tcp") if c.status == status
                }
        return found

    def busy(self):
        """Return whether one of its threads does not wait for anything (Linux; elsewhere False)."""
        return LINUX and proc.busy(self.process.pid)

    def rest(self):
        """Return what its threads wait for, if none goes on by itself, else None (see proc.rest)."""
        return proc.rest(self.process.pid) if LINUX else None

    def spent(self):
        """Return the seconds of processor time that it has used (Linux; elsewhere 0)."""
        return proc.spent(self.process.pid) if LINUX else 0

    def threads(self):
        """Return how many threads it has, in the process that has most."""
        counts = [1]
        for process in self.family():
            with suppress(psutil.Error):
                counts.append(process.num_threads())
        return max(counts)

    def type(self, text):
        """Type text (str) and Enter; prints what was typed."""
        with suppress(OSError):  # it has ended: the next wait will tell
            self.process.stdin.write(f"{text}\n".encode())
            self.process.stdin.flush()

    def say(self, text):
        """Type text with its tail, after all has been done that was said before."""
        self.chat.settle()
        self.type(self.chat.secret(text))

    def leave(self):
        """Leave as the assignment says, after all has been done that was said before."""
        self.chat.settle()
        self.chat.mark()
        self.type(LEAVE)

    def reset(self):
        """End without a goodbye."""
        self.chat.mark()
        self.kill()

    def falls_silent(self):
        """Send an empty message, and be gone."""
        if self is self.chat.server:
            raise Failure("Борис сидит за терминалом сервера: удалить его нельзя.")
        self.type("")
        self.reset()

    def ends(self):
        """Wait until the program has ended; raises Failure when it does not."""
        deadline, silence = time.monotonic() + PATIENCE, Silence(self.chat, PATIENCE)
        while self.process.poll() is None:
            if silence.enough() or time.monotonic() > deadline:
                raise Failure(f"Не случилось: {self.who} завершает работу. Программа всё ещё работает.")
            time.sleep(0.02)
        print(self.who, "завершает работу")

    def kill(self):
        """End all its processes."""
        for process in self.family():
            with suppress(psutil.Error):
                process.kill()
        self.process.wait()
        self.thread.join(1)  # not for ever: one who got away may hold the pipe
        with suppress(OSError):
            self.process.stdin.close()

    def last_words(self):
        """Return the last lines that the program printed (str), or ""."""
        lines = self.chat.shown(self.heard[-4096:].decode("utf-8", "replace")).splitlines()
        return "\n".join(f"    {excerpt(line)}" for line in lines[-8:] if line.strip())


class Line(Ear):
    """One end of a TCP connection, with a person who talks and hears."""

    def __init__(self, chat, who, connection, end="\n"):
        """connection (socket.socket); end (str) stands behind each message."""
        self.socket, self.end, self.closed = connection, end, False
        connection.settimeout(REST)
        super().__init__(chat, who, connection, self._receive)

    def _receive(self):
        while not self.closed:
            with suppress(TimeoutError):
                return self.socket.recv(65536)
        return b""

    def send(self, data):
        """Send data (bytes); raises Failure when the other side takes nothing for PATIENCE."""
        silence = Silence(self.chat, PATIENCE)
        while data:
            try:
                data = data[self.socket.send(data) :]
                silence = Silence(self.chat, PATIENCE)
            except TimeoutError:
                if silence.enough():
                    raise Failure(f"{self.who} говорит, а сервер больше не читает.") from None
            except OSError:
                return  # the other side has ended: what is heard will tell

    def taken(self):
        """Wait until the program has dealt with all that was sent."""
        self.read()
        self.chat.settle()

    def read(self):
        """Wait until the program has read all that was sent (Linux tells; elsewhere 0.3 s)."""
        if not LINUX:
            return time.sleep(0.3)
        with suppress(OSError):
            ends = self.socket.getsockname()[1], self.socket.getpeername()[1]
            deadline, silence = time.monotonic() + WORK, Silence(self.chat, QUIET)
            while unread := proc.unread(*ends):
                if self.ignored or silence.enough() or time.monotonic() > deadline:
                    break
                time.sleep(0.01)
            self.ignored = unread > 0  # who does not read is not waited for again

    def say(self, text):
        """Say text (str) with its tail, as one message that the other side reads alone."""
        self.chat.mark()
        self.send((self.chat.secret(text) + self.end).encode())
        self.taken()

    def says_at_once(self, *texts):
        """Say several messages in one segment."""
        self.chat.mark()
        self.send("".join(self.chat.secret(text) + self.end for text in texts).encode())

    def says_in_pieces(self, text, size):
        """Say one message whose first size bytes come alone."""
        self.chat.mark()
        data = (self.chat.secret(text) + self.end).encode()
        self.send(data[:size])
        self.taken()
        self.send(data[size:])

    def talks_much(self):
        """Say FLOOD bytes in messages of 1000 bytes."""
        message = "bla " * 250 + self.end
        for _ in range(FLOOD // len(message)):
            self.send(message.encode())
        self.taken()

    def falls_silent(self):
        """Say an empty message, where the wire has one, and that nothing more will be said."""
        self.chat.mark()
        self.send(self.end.encode())
        self.half_close()

    def stops_listening(self):
        """Read no more, and stay."""
        self.listening.clear()
        with suppress(OSError):  # nor shall the system take more than it has promised to
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def half_close(self):
        """Send FIN and go on listening."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def leave(self):
        """End the connection as a program does that closes its socket."""
        self.chat.settle()
        self.chat.mark()
        self.half_close()

    def reset(self):
        """End the connection as a crash does: a zero linger time sends RST (man 7 socket)."""
        self.chat.settle()
        self.chat.mark()
        self.close()

    def close(self):
        """Be gone. With RST: no TIME_WAIT stays that would keep a server from its port."""
        self.closed = True
        self.listening.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RD)  # wakes the thread in recv
        self.thread.join(2)
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def prefix():
    """Return the command (list of str) that a grader wants before each program, or []."""
    return shlex.split(os.environ.get("GRADING_PREFIX", ""))


def excerpt(text, size=400):
    """Return text (str), shortened to its last size characters, in one line."""
    text = " ⏎ ".join(re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", " ", text).split("\n"))
    return text if len(text) <= size else "… " + text[-size:]


def free_port():
    """Return a port (int) on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Chat:
    """A fresh server of the submission, and people who come to it.

    A context manager: at its end all are gone; a Failure is printed and goes no further.
    """

    def __init__(self, work, wire=None):
        """work (Submission); wire is found out where it is not given."""
        self.work, self.wire = work, wire
        self.server, self.address = None, None
        self.people, self.programs, self.secrets = [], [], {}

    def secret(self, text):
        """Return text (str) with the tail that it has in this chat."""
        if text not in self.secrets:
            self.secrets[text] = text + "".join(random.choices(LETTERS, k=4))
        return self.secrets[text]

    def shown(self, text):
        """Return text (str) without the tails, and without the place where our copy is."""
        for shown, secret in self.secrets.items():
            text = text.replace(secret, shown)
        return text.replace(f"{self.work.folder}{os.sep}", "") if self.work.temporary else text

    def words(self, text):
        """Return whether text (str) has a word that nobody said and that is nobody's name."""
        for secret in self.secrets.values():
            text = text.replace(secret, " ")
        return re.search(r"[^\W\d_]{3,}", re.sub(r"\x1b\[[\d;]*\w", "", text)) is not None

    def mark(self):
        """Begin anew for all: see Ear.mark."""
        for person in self.people:
            person.mark()

    def busy(self):
        """Return whether a program, unless it never rests, has something to do (see Program.busy)."""
        return not self.work.restless and any(program.busy() for program in self.programs)

    def rest(self):
        """Return what all programs wait for, if all have been heard and none goes on by itself."""
        rests = [program.rest() for program in self.programs if program.process.poll() is None]
        if not LINUX or None in rests or any(ear.behind() for ear in {*self.people, *self.programs}):
            return None
        return rests

    def settle(self):
        """Wait until no program is busy: what they were told is done."""
        deadline, quiet = time.monotonic() + LIMIT, 0
        while quiet < 3 and not self.work.restless:  # at one look a word may be between two programs
            quiet = 0 if self.busy() else quiet + 1
            self.work.restless = not quiet and time.monotonic() > deadline  # one that never rests
            time.sleep(0.002)

    def visit(self, name):
        """Have somebody connect who says nothing yet; returns who it is."""
        if self.work.needs_clients():
            self.wire = CLIENTS
            return self.enter(name, "")
        self.connect(name)
        return self.people[-1]

    def open(self):
        """Start the server, once."""
        self.mark()
        if not self.server:
            self.server, self.address = self.work.start_server(self)

    def connect(self, name):
        """Have somebody connect over a socket of ours."""
        self.open()
        try:
            connection = socket.create_connection(self.address, PATIENCE)
        except OSError as error:
            raise Failure(f"{name} не может подключиться: {error}.") from None
        self.people.append(Line(self, name, connection, self.wire if self.wire in WIRES else "\n"))

    def enter(self, name, first=None):
        """Have somebody come who talks as this server wants it; returns who it is.

        Only client.py types something at once: first (str), or else the name.
        """
        self.wire = self.work.wire if self.wire is None else self.wire
        if self.wire == OPERATOR and len(self.people) > 1:
            raise Failure("Третьему здесь нет места: второй сидит за терминалом сервера.")
        if self.wire == OPERATOR and self.people:
            self.people.append(self.server)
            self.server.who = name
        elif self.wire == CLIENTS:
            self.open()
            first = self.secret(name) if first is None else first
            self.people.append(self.work.start_client(self, name, first))
        else:
            self.connect(name)
        return self.people[-1]

    def join(self, *names):
        """Have people come, one after another; returns them in a list."""
        people = []
        for name in names:
            person = self.enter(name)
            others = [other for other in self.people if other is not person]
            if isinstance(person, Line):
                person.say(name)
            if self.work.announces:  # let the news be over before anybody speaks
                self.work.announces = all([other.until(lambda text: self.secret(name) in text) for other in others])
            self.settle()
            people.append(person)
        return people

    def crowd(self, size):
        """Have size people come at once; returns them in a list."""
        people = [self.enter(f"Гость{number}") for number in range(1, size + 1)]
        for person in people:
            person.says_at_once(person.who)
        for person in people:
            person.read()
            if person.ignored:
                raise Failure(f"{person.who} подключается, а сервер его не слушает.")
        self.settle()
        return people

    def meet(self, name):
        """Start client.py and type name (str); returns it, and "Сервер", with whom it talks."""
        if self.work.needs_clients():
            [other] = self.join("Сервер")
            return self.enter("Клиент", self.secret(name)), other
        client, connection = self.work.greet_client(self, self.secret(name))
        end = "\r\n" if self.work.knows("\r\n") else "\n"
        self.people += client, Line(self, "Сервер", connection, end)
        self.people[-1].send(f"{PROMPT}{end}".encode())
        return self.people

    def hang_up(self):
        """End the server with which client.py talks, when it has done all that it was told."""
        self.settle()
        self.server.kill() if self.server else self.people[-1].half_close()

    def see_off(self):
        """Answer a client.py that leaves; raises Failure when nothing says that it does."""
        if not self.server:
            other = self.people[-1]
            if not (other.until(lambda heard: LEAVE in heard.lower()) or other.ended):
                raise Failure("Не случилось: Клиент закрывает соединение.")
            other.half_close()

    def haunt(self):
        """Have two come and go who never say who they are."""
        for vanish in Line.reset, Line.half_close:
            ghost = Line(self, "Призрак", socket.create_connection(self.address, PATIENCE))
            ghost.until(lambda heard: heard)  # the prompt, where there is one
            vanish(ghost)
            ghost.until(lambda heard: ghost.ended)
            ghost.close()

    def all_hear(self, text):
        """Wait until everybody but the first has heard text (str)."""
        for person in self.people[1:]:
            if not person.until(lambda heard: self.secret(text) in heard):
                person.hears(text)
        print(f"все слышат: «{text}»")

    def threads(self):
        """Print that the server has more than one thread; raises Failure when it has not."""
        if self.server.threads() < 2:
            raise Failure("Не случилось: у server.py больше одного потока.")
        print("у server.py больше одного потока")

    def bytes_only(self):
        """Raises Failure where one has to send bytes, and only client.py knows which."""
        if self.work.wire in (CLIENTS, OPERATOR):
            raise Failure("Сервер понимает только свой client.py: проверить это отсюда нельзя.")

    def end(self):
        """Have all people leave and all programs end."""
        for person in self.people:
            if isinstance(person, Line):
                person.close()
        for program in reversed(self.programs):  # the server last
            program.kill()

    def __enter__(self):
        return self

    def __exit__(self, kind, failure, traceback):
        printed = [(program.name, program.last_words()) for program in self.programs]
        self.end()
        self.work.clean_up()
        if not isinstance(failure, Failure):
            return False
        print(failure)
        for name, words in printed:
            if words:
                print(f"Последние строки на терминале {name}:\n{words}")
        return True


class Submission:
    """A folder with a server and a client somewhere in it; what runs is a copy of it.

    The copy is made anew for each criterion: a kernel may be killed before it can clean up.
    Whatever the programs are called, server.py and client.py are what we call them.
    """

    def __init__(self, folder, task=os.environ.get("GRADING_TASK", "")):
        """folder (str or Path) stays as it is; task (str) is a pattern like "*task4*" for the paths in it."""
        self.announces = True  # until somebody does not hear of a newcomer
        self.restless = False  # until one of the programs never waits for anything
        self.arguments = {}  # name of a script: the arguments with which it works
        self.broken = {}  # name of a script: why it can't be started
        self.silent = ""  # why nobody can talk with the server
        self.original, self.temporary = Path(folder), None
        self.task, self.choice = task, None  # what finding.choose() has returned

    def copy(self):
        """Make the copy, unless it is there: self.folder, with self.scripts in it."""
        if self.temporary:
            return
        self.temporary = tempfile.TemporaryDirectory(
            prefix="grading-", dir=os.environ.get("GRADING_COPIES"), ignore_cleanup_errors=True
        )
        os.chmod(self.temporary.name, 0o755)  # programs may run as somebody else
        self.folder = Path(self.temporary.name) / "submission"
        copy_folder(self.original, self.folder)
        finding.unfold(self.folder)
        self.choice = self.choice or self.choose()
        self.scripts = {name: self.folder / path for name, path in self.choice["programs"].items()}

    def choose(self):
        """Return what finding.choose() finds in the copy, read with the rights of a submission."""
        choice, script = None, Path(finding.__file__).read_bytes()
        command = [*prefix(), sys.executable, "-I", "-S", "-X", "utf8", "-", ".", self.task]
        with suppress(subprocess.TimeoutExpired, ValueError):  # too much for a parser: by name and text
            done = subprocess.run(command, cwd=self.folder, input=script, capture_output=True, timeout=START)
            choice = json.loads(done.stdout)
        choice = choice or finding.choose(self.folder, self.task, parse=False)
        if file := os.environ.get("GRADING_FOUND"):
            Path(file).write_text(json.dumps(choice))
        return choice

    def clean_up(self):
        """Remove the copy."""
        if self.temporary:
            self.temporary.cleanup()
            self.temporary = None

    def chat(self):
        """Return a new Chat."""
        return Chat(self)

    def script(self, name):
        """Return the path of the program called name (str); raises Failure when there is none."""
        self.copy()
        if name not in self.scripts:
            raise Failure(f"{name} не найден: {self.choice['missing'][name]}.")
        return self.scripts[name]

    def uses(self, module, name):
        """Print that the program called name imports module (str), or raise Failure."""
        self.script(name)
        if error := self.choice["errors"][name]:
            raise Failure(f"{name} не удалось прочесть: {excerpt(error)}")
        if module not in self.choice["modules"][name]:
            raise Failure(f"{name} не использует стандартный модуль {module}.")
        print(f"{name} использует {module}")

    def start(self, chat, name, who, port, ready, missing, first=""):
        """Start the program called name for who; return it and what ready(program) then gives.

        Types first (str) at once, if it is given: some ask before they connect. Tries ARGUMENTS in
        turn while it ends at once. Raises Failure when ready gives nothing for START or SPENT, or
        PATIENCE when the program is not busy; missing (str) says what has not happened.
        """
        if name in self.broken:
            raise Failure(self.broken[name])
        script, attempts = self.script(name), []
        mode, typed = self.choice["modes"].get(name, ([], []))
        root, package = self.choice["roots"][name], self.choice["packages"][name]
        where = self.folder / root if root else None, package
        for arguments in [self.arguments[name]] if name in self.arguments else ARGUMENTS:
            program = Program(chat, who, script, [*mode, *(part.format(port=port) for part in arguments)], *where)
            attempts.append(program)
            chat.programs.append(program)
            for text in [*typed, first] if first else typed:
                program.type(text)
            deadline = time.monotonic() + START
            silence = Silence(program, PATIENCE if LINUX else START)
            while (
                program.process.poll() is None
                and not silence.enough()
                and program.spent() < SPENT
                and time.monotonic() < deadline
            ):
                if found := ready(program):
                    self.arguments[name] = arguments
                    return program, found
                time.sleep(0.01)
            alive = program.process.poll() is None
            chat.programs.remove(program)
            program.kill()
            if alive:
                break
        reason = f"{name} работает, но {missing}." if alive else f"{name} сразу завершает работу и {missing}."
        if name not in self.arguments:
            self.broken[name] = reason
        chat.programs.append(attempts[0])  # its last lines say most
        raise Failure(reason)

    def start_server(self, chat):
        """Start server.py; return it and the address (host, port) on which it listens."""
        server, addresses = self.start(
            chat,
            "server.py",
            "server.py",
            free_port(),
            lambda program: program.sockets(psutil.CONN_LISTEN),
            "не слушает ни одного порта",
        )
        host, self.port = min(addresses, key=lambda address: (address[1] != 8080, address[1]))
        return server, ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), self.port)

    def start_client(self, chat, who, first):
        """Start client.py, type first (str), have it connect to server.py, and return it."""
        return self.start(
            chat,
            "client.py",
            who,
            self.port,
            lambda program: program.sockets(psutil.CONN_ESTABLISHED),
            "не подключается к серверу",
            first,
        )[0]

    def greet_client(self, chat, first):
        """Start client.py, type first (str), and return it and its connection to us (socket)."""
        with ExitStack() as stack:
            listeners = []
            for port in self.ports():
                with suppress(OSError):  # taken by somebody else
                    listeners.append(stack.enter_context(socket.create_server(("127.0.0.1", port))))
            return self.start(
                chat,
                "client.py",
                "Клиент",
                listeners[-1].getsockname()[1],
                lambda program: next(
                    (listener.accept()[0] for listener in select.select(listeners, [], [], 0)[0]), None
                ),
                "не подключается к серверу на этой же машине",
                first,
            )

    def ports(self):
        """Return the ports on which client.py may look for its server, the last a free one."""
        self.copy()
        numbers = [8080]
        for file in [*self.scripts.values(), *self.folder.rglob("*.py")]:
            numbers += map(int, re.findall(rb"\b\d{4,5}\b", file.read_bytes()))
        return [port for port in dict.fromkeys(numbers) if 1024 <= port < 65536][:50] + [0]

    @cached_property
    def wire(self):
        """What ends a message to this server, found out by trying; else CLIENTS or OPERATOR.

        Raises Failure when nobody hears anybody.
        """
        if self.silent:
            raise Failure(self.silent)
        self.announces = False  # who waits for news would wait in vain on a wrong wire
        try:
            heard = self.try_wire("\r\n")  # one that splits at "\n" understands this as well
            if heard == "apart":
                return "\n" if self.try_wire("\n") else "\r\n"
            if self.try_wire(""):
                return ""
            if heard:
                return "\n"
            for wire in CLIENTS, OPERATOR:
                if self.try_talk(wire):
                    return wire
        finally:
            self.announces = True
        self.silent = (
            "Никто никого не слышит: ни когда говорят строками, ни когда без концов строк, ни через client.py."
        )
        raise Failure(self.silent)

    def knows(self, wire):
        """Return whether this is the server's wire."""
        try:
            return self.wire == wire
        except Failure:
            return False

    def needs_clients(self):
        """Return whether only the submission's own clients can talk with its server."""
        return self.knows(CLIENTS)

    def try_wire(self, end):
        """Return "apart" or "glued" when one hears two messages that another says at once."""
        chat = Chat(self, end)
        try:
            first, second = chat.join("Аня", "Борис")
            first.says_at_once("раз", "два")
            first.read()
            one, two = chat.secret("раз"), chat.secret("два")
            if not first.ignored or one in second.text():  # else it may talk on and on, and read nothing
                second.until(lambda heard: one in heard and two in heard)
            heard = second.text()
            return one in heard and ("glued" if re.search(rf"{one}\s*{two}", heard) else "apart")
        finally:
            chat.end()

    def try_talk(self, wire):
        """Return whether two people hear each other who speak in this way."""
        chat = Chat(self, wire)
        try:
            first, second = chat.join("Аня", "Борис")
            return all(self.try_to_tell(chat, *ends) for ends in ((first, second), (second, first)))
        except Failure:
            return False
        finally:
            chat.end()

    def try_to_tell(self, chat, speaker, listener):
        """Return whether listener hears speaker, who tries again: the other may be still on the way in."""
        deadline = time.monotonic() + LIMIT
        for _ in range(3):
            speaker.say("раз")
            if listener.until(lambda heard: chat.secret("раз") in heard):
                return True
            if time.monotonic() > deadline:  # it hears something else all the time
                break
        return False


def copy_folder(source, target):
    """Copy source (Path) to target: plain files up to COPIED bytes; no link leads out of it."""
    target.mkdir()
    root, files = source.resolve(), []
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders  # without libraries: they have their own server.py
            if name not in finding.SKIPPED and not Path(folder, name, "pyvenv.cfg").exists()
        ]
        for path in (Path(folder, name) for name in names):
            real = path.resolve()
            if real.is_relative_to(root) and real.is_file():
                files.append((real.stat().st_size, path, real))
    left = COPIED
    for size, path, real in sorted(files):
        left -= size
        if left < 0:
            break
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with suppress(PermissionError):
            shutil.copyfile(real, copy)
