"""How the programs of a submission are started: found out by trying, once for each of them."""

import re
import time
from dataclasses import dataclass, replace

from . import asking, limits
from .excuses import excuse
from .silence import Silence
from .terminal import Program
from .words import Failure, Untried


@dataclass(frozen=True)
class Way:
    """A way to start a program."""

    arguments: tuple = ()  # with "{port}" and the like (see asking.KINDS) for values
    home: str = ""  # where, if not in its own folder: a path in the submission
    typed: tuple = ()  # the answers to what it asks before anything else, in the same manner
    asks: bool = False  # whether to answer what it asks, which is not known yet


WAYS = (
    Way(),
    Way(("{port}",)),
    Way(("{host}", "{port}")),
    Way(("--port", "{port}")),
    Way(("--host", "{host}", "--port", "{port}")),
    Way(("{host}", "{port}", "{name}")),
)  # tried in turn while a program ends at once, and not after PATIENCE in which it has done nothing
MOST = 12  # ways that are tried


def ending(lasted):
    """Return how (str) a program ends that lasted so long (float, seconds)."""
    return "сразу завершает работу и" if lasted < limits.SOON else f"завершает работу через {lasted:.0f} с и"


class Start:
    """A program on its way to listen or to connect."""

    def __init__(self, work, chat, name, who, port, ready, missing, first):
        """As Work.start, which sees to the rest."""
        self.work, self.chat, self.name, self.who = work, chat, name, who
        self.ready, self.missing, self.first = ready, missing, first
        self.script, self.choice = work.script(name), work.choice
        person = first or (who if who == name else chat.called(who))
        self.answers = asking.ANSWERS | {"port": str(port), "name": person}
        self.attempts = []
        self.idle = 0  # seconds for which the last of them did nothing

    def run(self):
        """Start it; return the program, what ready() gives, and the way. Raises Failure, which may be Untried."""
        known = self.work.ways.get(self.name)
        ways = [known] if known else list(WAYS)
        tried, alive, longest = set(), False, 0
        while ways and len(tried) < MOST:
            way = ways.pop(0)
            if way in tried:
                continue
            tried.add(way)
            began = time.monotonic()
            program, found, way = self.attempt(way)
            if found:
                return program, found, way
            runs = program.process.poll() is None
            longest = max(longest, 0 if runs else time.monotonic() - began)
            alive = runs or alive and not way.asks  # who waits for an answer may end with it
            hints = [] if known else self.hints(program, way)
            program.kill()
            self.chat.programs.remove(program)
            self.chat.transcript.forget(program)
            ways = hints + ([] if runs or self.idle > limits.PATIENCE else ways)
        self.chat.programs.append(self.attempts[0])  # its last lines say most
        if reason := next(filter(None, (excuse(one.all_text()) for one in self.attempts)), ""):
            failure = Untried(f"{self.name} здесь не запустить: {reason}.")
        else:
            failure = Failure(f"{self.name} {'работает, но' if alive else ending(longest)} {self.missing}.")
        failure.told, failure.printed = self.chat.told(), self.chat.printed()
        raise failure

    def attempt(self, way):
        """Start the program in this way; return it, what ready() gives or None, and the way that worked."""
        mode, before = self.choice["modes"].get(self.name, ([], []))
        arguments = [*mode, *self.filled(way.arguments)]
        root, package = self.choice["roots"][self.name], self.choice["packages"][self.name]
        where = self.work.folder / root if root else None
        home = self.work.folder / way.home if way.home else None
        program = Program(self.chat, self.who, self.script, arguments, where, package, home)
        self.attempts.append(program)
        self.chat.programs.append(program)
        for text in [*before, *self.filled(way.typed)]:
            program.type(text)
        if not way.asks:
            self.introduce(program, way)
        found, typed = self.wait(program, way.asks)
        if found and way.asks:
            way = replace(way, typed=typed, asks=False)
            self.introduce(program, way)
        return program, found, way

    def filled(self, texts):
        """Return texts (list of str) with values for "{port}" and the like."""
        return [text.format(**self.answers) for text in texts]

    def introduce(self, program, way):
        """Type what is to be typed first, unless it is a name that is in the way."""
        if self.first and "{name}" not in "".join([*way.arguments, *way.typed]):
            program.type(self.first)

    def wait(self, program, answering):
        """Wait until the program is ready, answering what it asks or not; return what it was asked (tuple), too."""
        patience = limits.QUIET if answering else limits.START
        began, silence = time.monotonic(), Silence(program, patience)
        self.idle, told, typed = 0, 0, ()
        while program.process.poll() is None and not self.too_much(program):
            if found := self.ready(program):
                return found, typed
            if silence.enough():
                if not answering or len(typed) >= asking.MANY:
                    break
                question, told = program.all_text()[told:], len(program.all_text())
                asked = asking.kinds(question) or ["name"] * bool(self.first and "{name}" not in typed)
                typed += (asking.answer(question, asked),)
                program.type(*self.filled(typed[-1:]))
                silence = Silence(program, patience)
            now = time.monotonic()
            self.idle = max(self.idle, now - silence.since)
            if now > began + limits.START:
                break
            time.sleep(max(0.01, (now - began) / 50))  # each look at it takes time as well
        return None, typed

    def too_much(self, program):
        """Return whether a program computes or says more than any does to start."""
        return program.spent() > limits.SPENT or program.repeats()

    def hints(self, program, way):
        """Return the ways (list) that a program suggests which has not got ready in this one."""
        said, ways = program.all_text(), []
        if missing := re.findall(r"No such file or directory: '([^'/][^']*)'", said):
            ways += [replace(way, home=home) for home in self.homes(missing[-1]) if home != way.home]
        code = self.script.read_text(encoding="utf-8", errors="replace")
        for arguments in asking.usage(said, self.script.name), asking.in_code(code):
            ways.append(replace(way, arguments=tuple(arguments)))
        waits = program.process.returncode is None and program.rest() is not None
        if waits or set(asking.mentioned(said.partition("Traceback")[0])) - {"name"}:
            ways.append(replace(way, asks=True))
        return ways

    def homes(self, path):
        """Return the folders (list of str, paths in the submission) above the program where path (str) is."""
        above = [folder for folder in self.script.parents if folder.is_relative_to(self.work.folder)]
        found = [folder for folder in above if (folder / path).exists() or (folder / path).parent.is_dir()]
        return [str(folder.relative_to(self.work.folder)) for folder in found if folder != self.script.parent]
