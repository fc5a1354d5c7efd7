"""What grading.ipynb begins with: the programs of a submission, and how one talks with them.

Nothing of a submission runs in the process that imports this.
"""

import difflib
import io
import json
import os
import platform
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, redirect_stdout, suppress
from functools import cached_property
from pathlib import Path

import psutil

from . import asking, finding, launching, limits
from .chat import CLIENTS, OPERATOR, WIRES, Chat
from .excuses import newer
from .starting import Start
from .texts import LEAVES, excerpt
from .words import Failure, Untried

NAMED = "\0"
INTRODUCTION = ("{name}",)
MANNERS = ("plain", False), ("plain", True), ("latin", True), ("full", True)
LAB = Path(__file__).resolve().parents[1]


class Work:
    """A folder with a server and a client somewhere in it; what runs is a copy of it.

    The copy is made anew for each criterion: a kernel may be killed before it can clean up.
    Whatever the programs are called, server.py and client.py are what we call them.
    """

    def __init__(self, folder, task=None):
        """folder (str or Path) stays as it is; task (str) is a pattern like "*task4*" for the paths in it."""
        self.announces = True  # until somebody does not hear of a newcomer
        self.restless = False  # until one of the programs never waits for anything
        self.ways = {}  # name of a script: the Way to start it
        self.broken = {}  # name of a script: the Failure to start it
        self.form, self.asks = MANNERS[0]  # of names that the server takes; whether to find out what it asks
        self.introduction = INTRODUCTION  # how one answers what it asks a newcomer
        self.before = None  # what stands before each message, NAMED for its author
        self.refused = False  # whether it has asked for something else than was said
        self.silent = None  # the Failure of all who tried to talk with the server
        self.fallen = None  # the Failure of a client.py that has ended at once
        self.trials = []  # what was told and printed when it was tried how to talk
        self.announced = set()  # WIRES on which one hears who has come, though nobody who speaks
        self.unheard = ""  # why nobody heard who spoke first
        self.original, self.temporary = Path(folder), None
        self.task = os.environ.get("GRADING_TASK", "") if task is None else task
        self.choice = None  # what finding.choose() has returned

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
        choice, command = None, ["-I", "-S", "-W", "ignore", "-X", "utf8", "-", ".", self.task]
        with open(finding.__file__, "rb") as script, tempfile.TemporaryFile() as found:
            process = launching.start(command, self.folder, stdin=script, stdout=found)
            with suppress(subprocess.TimeoutExpired, ValueError):  # too much for a parser: by name and text
                process.wait(limits.START)
                found.seek(0)
                choice = json.loads(found.read())
            process.end()
        choice = choice or finding.choose(self.folder, self.task, parse=False)
        choice["sources"] = {  # for who explains what is wrong in them
            name: (self.folder / path).read_text(encoding="utf-8", errors="replace")[: limits.SOURCE]
            for name, path in choice["programs"].items()
        }
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

    def any_way(self, steps):
        """Try steps(chat) as a criterion, and where that fails, once more with own clients at the own server.

        Prints what has happened the time that it holds, or else the first time.
        """
        printed = []
        for own in False, True:
            with redirect_stdout(io.StringIO()) as said, Chat(self, own=own) as chat:
                steps(chat)
            printed.append(said.getvalue())
            if not chat.failure or self.silent or not self.knows(*WIRES):
                break
        print(printed[0] if chat.failure else printed[-1], end="")

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
            self.explain(name, error)
        if module not in self.choice["modules"][name]:
            close = difflib.get_close_matches(module, self.choice["modules"][name], 1, 0.85)
            written = f": в нём написано {close[0]}" if close else ""
            raise Failure(f"{name} не использует стандартный модуль {module}{written}.")
        print(f"{name} использует {module}")

    def explain(self, name, error):
        """Raise why the program called name can't be read, with its error (str): Untried for a newer Python's."""
        here = ""
        if number := re.search(r"строка (\d+)$", error):
            here = f" (Python {platform.python_version()})"
            lines = self.script(name).read_text(encoding="utf-8", errors="replace").splitlines()
            line = "".join(lines[int(number[1]) - 1 : int(number[1])])
            if reason := newer(int(number[1]), line, error):
                raise Untried(f"{name}: {reason}.")
        raise Failure(f"{name} не удалось прочесть{here}: {excerpt(error)}")

    def start(self, chat, name, who, port, ready, missing, first=""):
        """Start the program called name for who; return it and what ready(program) then gives.

        Types first (str) at once, if it is given: some ask before they connect. Raises Failure when
        ready gives nothing for START or SPENT, or the program waits for ever; missing (str) says what
        has not happened.
        """
        if name in self.broken:
            raise self.broken[name]
        try:
            program, found, way = Start(self, chat, name, who, port, ready, missing, first).run()
        except Failure as failure:
            if name not in self.ways:
                self.broken[name] = failure
            raise
        self.ways[name] = way
        return program, found

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
            numbers += map(int, re.findall(rb"\b\d{2,5}\b", file.read_bytes()))
        numbers = sorted(dict.fromkeys(numbers), key=lambda port: port < 1024)  # those below are rare
        return [port for port in numbers if port < 65536][:50] + [0]

    @cached_property
    def wire(self):
        """What ends a message to this server, found out by trying; else CLIENTS or OPERATOR.

        Raises Failure when nobody hears anybody; where they hear of each other, only who speaks to them does.
        """
        if self.silent:
            raise self.silent
        self.announces = False  # who waits for news would wait in vain on a wrong wire
        try:
            for tries in self.try_wires, self.try_others:
                for self.form, self.asks in MANNERS:
                    self.introduction = INTRODUCTION
                    if (wire := tries()) is not None:
                        return wire
                    if not self.refused:
                        break
                self.form, self.asks = MANNERS[0]
        finally:
            self.announces, self.asks = True, False
        untried = isinstance(self.broken.get("client.py"), Untried)  # perhaps it is just what the server understands
        self.silent = (
            Untried("отсюда с сервером не поговорить, а client.py не запустить.") if untried else Failure(self.unheard)
        )
        self.silent.told, self.silent.printed = self.trials[0] if self.trials else ("", ())
        if self.announced and not untried:  # so much can be tried
            return "" if "" in self.announced else "\n"
        raise self.silent

    @property
    def more(self):
        """What everybody says behind one's name (str), for a server that wants to know more."""
        return asking.MORE.get(self.form, "")

    def knows(self, *wires):
        """Return whether one of wires is the server's."""
        try:
            return self.wire in wires
        except Failure:
            return False

    def needs_clients(self):
        """Return whether only the submission's own clients can talk with its server."""
        return self.knows(CLIENTS)

    def try_wires(self):
        """Return what ends a message to this server, or None when no end is understood."""
        heard = self.try_wire("\r\n")  # one that splits at "\n" understands this as well
        if heard == "apart":
            return "\n" if self.try_wire("\n") else "\r\n"
        if self.try_wire(""):
            return ""
        return "\n" if heard else None

    def try_others(self):
        """Return CLIENTS or OPERATOR, or None when nobody is understood so."""
        return next((wire for wire in (CLIENTS, OPERATOR) if self.try_talk(wire)), None)

    def try_wire(self, end):
        """Return "apart" or "glued" when one hears two messages that another says at once."""
        chat = Chat(self, end)
        try:
            first, second = chat.join("Аня", "Борис")
            since = first.since
            first.says_at_once("раз", "два")
            first.read()
            one, two = chat.secret("раз"), chat.secret("два")
            if not first.ignored or one in second.text():  # else it may talk on and on, and read nothing
                second.until(lambda heard: one in heard and two in heard)
            heard = second.text()
            self.learn(heard, chat, first, one)
            if one not in heard:
                self.refused |= asking.refuses(first.all_text())
                self.wonder(end, first, second, since)
            return one in heard and ("glued" if re.search(rf"{one}\s*{two}", heard) else "apart")
        finally:
            self.leave(chat)

    def wonder(self, end, first, second, since):
        """Note what first (Ear) has heard instead of talk in a trial of end (str), of the newcomer since (int) then."""
        chat, heard = first.chat, first.heard[since:].decode("utf-8", "replace")
        news = chat.is_news(heard, chat.secret(second.who))
        if news:
            self.announced.add("\n" if end else "")
        if self.unheard:
            return
        if first.all_text() and not second.all_text() and not news:
            self.unheard = "Борис подключился, а сервер ничего ему не сказал: занят Аней и других не слышит."
        elif chat.secret("раз") in heard:
            self.unheard = "Что сказала Аня, слышит только она сама: Борису сервер этого не послал."
        else:
            self.unheard = "Что сказала Аня, Борису не слышно, чем бы ни кончалось сообщение и через client.py тоже."

    def try_talk(self, wire):
        """Return whether two people hear each other who speak in this way."""
        chat = Chat(self, wire)
        try:
            first, second = chat.join("Аня", "Борис")
            understood = all(self.try_to_tell(chat, *ends) for ends in ((first, second), (second, first)))
            self.refused |= not understood and asking.refuses(first.all_text())
            return understood
        except Failure:
            return False
        finally:
            self.leave(chat)

    def leave(self, chat):
        """End chat (Chat), a trial; it is told of if none succeeds."""
        self.trials.append((chat.told(), chat.printed()))
        chat.end()

    def goodbye(self):
        """Return what one types to leave (str, one of LEAVES): the first that stands in a program."""
        self.copy()
        text = "\n".join(self.choice["sources"].values()).lower()
        return next((words for words in LEAVES if words in text), LEAVES[0])

    def learn(self, heard, chat, speaker, text):
        """Remember what stands before text (str) in what was heard (str) of speaker (Ear)."""
        if text in heard:
            line = re.sub(r"\x1b\[[\d;]*\w", "", heard[: heard.index(text)]).rpartition("\n")[2]
            self.before = line.replace(chat.secret(speaker.who), NAMED)

    def without_messages(self, text, name):
        """Return text (str) without the messages of name (str) that are empty, a name or one of LEAVES."""
        if self.before is None:
            return text
        line = self.before.replace(NAMED, name)
        before = re.sub(r"\d+", r"\\d+", re.sub(r"(?:\\\s)+", r"\\s*", re.escape(line)))
        if len(text) > limits.NEWS:  # a flood: what is left of its first message is none
            text = text[-limits.NEWS :]
            text = text[first.start() if (first := re.search(before, text)) else 0 :]
        no_news = "|".join([re.escape(name), *LEAVES])
        message, torn = rf"{before}\s*(?:{no_news})?\s*", ""
        if re.sub(rf"\s|{NAMED}", "", self.before):  # it can't be taken for anything else, not even in a flood
            text, start, end = text.replace("\n", ""), "", before
            torn = "|".join(re.escape(line[:size]) for size in range(len(line), 0, -1))
        else:
            start, end = "^", "$"
        return re.sub(rf"{start}(?:{message})+(?:(?:{torn})\Z)?(?={end}|\Z)", "\n", text, flags=re.M)

    def try_to_tell(self, chat, speaker, listener):
        """Return whether listener hears speaker, who tries again: the other may be still on the way in."""
        deadline = time.monotonic() + limits.LIMIT
        for _ in range(3):
            speaker.say("раз")
            if listener.until(lambda heard: chat.secret("раз") in heard):
                self.learn(listener.text(), chat, speaker, chat.secret("раз"))
                return True
            if time.monotonic() > deadline:  # it hears something else all the time
                break
        return False


def free_port():
    """Return a port (int) on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


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
    left = limits.COPIED
    for size, path, real in sorted(files):
        left -= size
        if left < 0:
            break
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with suppress(PermissionError):
            shutil.copyfile(real, copy)
