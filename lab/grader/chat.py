"""A fresh server and people who come to it: nobody knows beforehand what they will say.

What people are called and what they say has a random tail; reports leave the tail out.
"""

import os
import re
import socket
import subprocess
import time
from contextlib import contextmanager, suppress

from . import limits, processes
from .asking import FORMS, plain
from .excuses import excuse
from .line import Line
from .texts import ERROR, LEAVES, TALK, TERMINAL, because, indented
from .transcript import Transcript
from .words import UNTRIED, Failure, Untried

PROMPT = "Введите своё имя:"
WIRES = "\n", "\r\n", ""  # what ends a message: "" where each recv is one
HOW = {
    "\n": "(люди кончают каждое сообщение знаком \\n)",
    "\r\n": "(люди кончают каждое сообщение знаками \\r\\n, как telnet)",
    "": "(знаков конца люди не посылают: этот сервер берёт за сообщение то, что вернул один recv)",
}
SPINS = "занимает процессор без отдыха: его цикл ничего не ждёт"
CLIENTS = "clients"  # a wire that only the submission's own clients speak
OPERATOR = "operator"  # a chat between one client and the server's terminal


class Chat:
    """A fresh server of the submission, and people who come to it.

    A context manager: at its end all are gone; a Failure is printed and goes no further.
    """

    def __init__(self, work, wire=None, own=False):
        """work (Work); wire is found out where it is not given, or own clients (bool) talk with the own server."""
        self.work, self.wire, self.own = work, wire, own
        self.failure = None  # which has ended it
        self.server, self.address = None, None
        self.people, self.programs, self.secrets = [], [], {}
        self.transcript = Transcript()
        self.missed, self.lost = None, 0  # the first Failure of a part, and how many there were

    def secret(self, text):
        """Return text (str) with the tail that it has in this chat."""
        if text not in self.secrets:
            self.secrets[text] = plain(text)
        return self.secrets[text]

    def called(self, name):
        """Return what somebody is called in this chat: name (str) as the server takes it, with a tail."""
        if name not in self.secrets:
            self.secrets[name] = FORMS[self.work.form](name)
        return self.secrets[name]

    def shown(self, text):
        """Return text (str) without the tails, and without the place where our copy is."""
        for shown, secret in self.secrets.items():
            tail = secret.removeprefix(shown)  # it may have come apart from its word, or as a program shows bytes
            codes = repr(tail.encode())[2:-1], tail.encode("unicode_escape").decode()
            for part in filter(None, (secret, tail, *codes)):
                text = text.replace(part, shown if part == secret else "")
        return text.replace(f"{self.work.folder}{os.sep}", "") if self.work.temporary else text

    def is_news(self, text, name):
        """Return whether text (str) has somebody's name (str) and a word that nobody said, and is no message.

        Nor is what Python prints of an error a word, nor one that has lost a part of a letter.
        """
        news = self.work.without_messages(ERROR.sub("", re.sub(r"\x1b\[[\d;]*\w", "", text)), name)
        words = re.sub(r"\S*\ufffd\S*", " ", news)
        for said in [*self.secrets.values(), *filter(None, [self.work.more]), *LEAVES]:
            words = words.replace(said, " ")
        return name in news and re.search(r"[^\W\d_]{3,}", words) is not None

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
        if not processes.TELLS or None in rests or any(ear.behind() for ear in {*self.people, *self.programs}):
            return None
        return rests

    def settle(self):
        """Wait until no program is busy: what they were told is done; or one says the same over and over."""
        deadline, quiet = time.monotonic() + limits.LIMIT, 0
        while quiet < 3 and not self.work.restless:  # at one look a word may be between two programs
            if any(ear.repeats() for ear in self.people):
                break
            quiet = 0 if self.busy() else quiet + 1
            self.work.restless = not quiet and time.monotonic() > deadline  # one that never rests
            time.sleep(0.002)

    def visit(self, name):
        """Have somebody connect who says nothing yet; returns who it is."""
        if self.own and not self.is_greeted():
            raise Failure("Сервер молчит.")
        if self.own or self.work.needs_clients():
            self.wire = CLIENTS
            with suppress(Failure):
                return self.enter(name, "")
            return self.enter(name)  # it wants to know before it connects
        self.connect(name)
        return self.people[-1]

    def is_greeted(self):
        """Return whether the server says something to somebody who has come."""
        self.connect("Призрак")
        ghost = self.people.pop()
        greeted = ghost.until(lambda heard: heard)
        ghost.close()
        return greeted

    def open(self):
        """Start the server, once."""
        self.mark()
        if not self.server:
            self.server, self.address = self.work.start_server(self)

    def connect(self, name):
        """Have somebody connect over a socket of ours."""
        self.open()
        try:
            connection = socket.create_connection(self.address, limits.PATIENCE)
        except OSError as error:
            raise Failure(f"{name} не может подключиться: {because(error)}.") from None
        self.people.append(Line(self, name, connection, self.wire if self.wire in WIRES else "\n"))

    def enter(self, name, first=None):
        """Have somebody come who talks as this server wants it; returns who it is.

        Only client.py types something at once: first (str), or else the name.
        """
        if self.wire is None:
            self.wire = CLIENTS if self.own else self.work.wire
        self.called(name)
        if self.wire == OPERATOR and len(self.people) > 1:
            raise Failure("Третьему здесь нет места: второй сидит за терминалом сервера.")
        if self.wire == OPERATOR and self.people:
            self.people.append(self.server)
            self.server.who = name
        elif self.wire == CLIENTS:
            self.open()
            first = self.called(name) + self.work.more if first is None else first
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
            person.introduces_itself()
            if self.work.announces:  # let the news be over before anybody speaks
                self.work.announces = all([other.until(lambda text: self.secret(name) in text) for other in others])
            self.settle()
            people.append(person)
        return people

    def crowd(self, size):
        """Have size people come at once; returns them in a list."""
        people, deadline = [], time.monotonic() + limits.PATIENCE
        for number in range(1, size + 1):
            people.append(self.enter(f"Гость{number}"))
            self.admit(deadline)
        self.mark()
        for answer in self.work.introduction:
            for person in people:
                person.send((person.filled(answer) + person.end).encode())
            for person in people:
                person.read()
                if person.ignored:
                    raise Failure(f"{person.who} подключается, а сервер его не слушает.")
            self.settle()
        return people

    def admit(self, deadline):
        """Let the server accept who has connected: where too many wait, one more waits for a second and longer."""
        while processes.knocking(self.address[1]) > 1 and time.monotonic() < deadline:
            time.sleep(0.005)

    def meet(self, name):
        """Start client.py and type name (str); returns it, and "Сервер", with whom it talks.

        Waits for the name, though some send it with each message only.
        """
        if self.own or self.work.needs_clients():
            self.wire = self.work.wire
            [other] = self.join("Сервер")
            self.wire = CLIENTS
            client = self.enter("Клиент", self.called(name) + self.work.more)
            client.introduces_itself()
        else:
            client, connection = self.work.greet_client(self, self.called(name) + self.work.more)
            end = "\r\n" if self.work.knows("\r\n") else "\n"
            other = Line(self, "Сервер", connection, end)
            self.people += client, other
            other.send(f"{PROMPT}{end}".encode())
        other.until(lambda heard: self.secret(name) in heard)
        self.settle()  # it may be about to end
        if other.ended:
            with suppress(subprocess.TimeoutExpired):
                client.process.wait(limits.QUIET)
        if client.process.poll() is not None:
            raise self.fall(client)
        return client, other

    def fall(self, client):
        """Return the Failure of a client (Program) that has ended too early: the same each time."""
        if not self.work.fallen:
            client.thread.join(limits.QUIET)  # it has heard all then
            failure = self.work.fallen = Failure("До этого не дошло: client.py завершил работу после имени.")
            failure.told, failure.printed = self.told(), self.printed()
        return self.work.fallen

    def hang_up(self):
        """End the server with which client.py talks, when it has done all that it was told."""
        self.settle()
        self.server.kill() if self.server else self.people[-1].half_close()

    def see_off(self):
        """Answer a client.py that closes the connection; raises Failure when it does not."""
        if not self.server:
            other = self.people[-1]
            other.until(lambda heard: False)
            if not other.ended:
                raise Failure("Не случилось: Клиент закрывает соединение.\nСоединение всё ещё открыто.")
            other.half_close()

    def haunt(self):
        """Have two come and go who never say who they are."""
        for vanish in Line.reset, Line.half_close:
            ghost = Line(self, "Призрак", socket.create_connection(self.address, limits.PATIENCE))
            ghost.until(lambda heard: heard)  # the prompt, where there is one
            vanish(ghost)
            ghost.until(lambda heard: ghost.ended)
            ghost.close()

    def all_hear(self, text):
        """Wait until everybody but the first has heard text (str)."""
        self.can_talk()
        for person in self.people[1:]:
            if not person.until(lambda heard: self.secret(text) in heard):
                person.hears(text)
        print(f"все слышат: «{text}»")

    def can_talk(self):
        """Raises the Failure of all who tried to talk with this server, where nobody has heard anybody."""
        if self.server and self.work.silent:
            raise self.work.silent

    def threads(self):
        """Print that the server has more than one thread; raises Failure when it has not."""
        if self.server.threads() < 2:
            raise Failure("Не случилось: у server.py больше одного потока.\nПоток один.")
        print("у server.py больше одного потока")

    def bytes_only(self):
        """Raises Untried where one has to send bytes, and only client.py knows which."""
        if self.work.wire in (CLIENTS, OPERATOR):
            raise Untried("сервер понимает только свой client.py.")

    @contextmanager
    def part(self):
        """What is expected in this context is a part of the points: where it fails, the rest goes on."""
        try:
            yield
        except Failure as failure:
            self.missed = self.missed or failure
            self.lost += 1
            if self.lost > limits.PARTS:  # it is waited for each
                raise self.missed from None

    def end(self):
        """Have all people leave and all programs end."""
        for person in self.people:
            if isinstance(person, Line):
                person.close()
        for program in reversed(self.programs):  # the server last
            program.kill()

    def excuse(self):
        """Return why (str) a program can't be run here that has ended, or ""."""
        ended = [program for program in self.programs if program.process.poll() is not None]
        found = [(program.name, excuse(program.all_text())) for program in ended]
        return next((f"{name}: {reason}." for name, reason in found if reason), "")

    def __enter__(self):
        return self

    def __exit__(self, kind, failure, traceback):
        self.failure = failure = failure or self.missed
        told, printed, reason = "", (), ""
        if isinstance(failure, Failure):
            told = failure.told or self.told()
            printed = failure.printed if failure.told or failure.printed else self.printed()
            reason = self.excuse()
        self.end()
        self.work.clean_up()
        if not isinstance(failure, Failure):
            return False
        print(f"{UNTRIED}{reason}" if reason else failure)
        if told:
            print(f"{TALK}\n{indented(told)}")
        for name, words in printed:
            print(f"{TERMINAL}{name}:\n{words}")
        return True

    def told(self):
        """Return what happened here (str), a line for each thing; "" when nobody came."""
        text = self.transcript.text(self.shown, self.wire if self.wire in WIRES else "\n")
        spinning = [f"{program.name} {SPINS}" for program in self.programs if program.spins()]
        return "\n".join(filter(None, [HOW.get(self.wire), text, *spinning])) if text else ""

    def printed(self):
        """Return what programs have printed (list of (name, lines as str))."""
        printed = [(program.name, program.last_words()) for program in self.programs]
        return list(dict.fromkeys((name, words) for name, words in printed if words))
