"""What happened in a chat, in its order: who came, said, typed, heard and left. For the report."""

import re
import threading
from dataclasses import dataclass, field

from . import limits
from .texts import excerpt, folded

FLOOD = "bla "  # what somebody says who never stops
PIECES, MUCH = re.compile("(?:l?a )?(?:bla\\s+){2,}(?:bl?a?)?"), "bla bla…"
VERBS = {"says": "говорит", "types": "набирает", "hears": "слышит", "prints": "видит на экране"}


@dataclass
class Event:
    """Something that happened to an Ear: it says, types, hears or prints data, or something else, told in a word."""

    ear: object
    what: str
    data: bytearray = field(default_factory=bytearray)
    times: int = 1
    cut: bool = False  # whether there was more than is kept

    def add(self, data):
        """Add data (bytes) that came a moment later, as far as there is room."""
        self.data += data
        if len(self.data) > limits.QUOTED:
            del self.data[limits.QUOTED // 2 : -limits.QUOTED // 2]
            self.cut = True


class Transcript:
    """The events of a chat; several threads add to it."""

    def __init__(self):
        self.events, self.lock = [], threading.Lock()

    def note(self, ear, what, data=b""):
        """Add what (str: one of VERBS, or what is to be told) of ear (Ear), with data (bytes)."""
        with self.lock:
            last = self.events[-1] if self.events else Event(None, "")
            if last.ear is ear and last.what == what and what in ("hears", "prints"):
                last.add(data)
            elif last.ear is ear and last.what == what and last.data == data[: limits.QUOTED]:
                last.times += 1
            else:
                self.events.append(Event(ear, what, bytearray(data[: limits.QUOTED])))
            if len(self.events) > limits.EVENTS:
                del self.events[limits.EVENTS // 3]

    def forget(self, ear):
        """Remove all that is told of ear (Ear), which turned out not to take part."""
        with self.lock:
            self.events = [event for event in self.events if event.ear is not ear]

    def text(self, shown, end):
        """Return all this (str), a line an event; shown(text) hides secrets, end (str) stands behind messages."""
        with self.lock:
            empty = [event for event in self.events if event.what == "prints" and not event.data.strip()]
            lines = [self.line(event, shown, end) for event in self.events if event not in empty]
        lines = [line for number, line in enumerate(lines) if MUCH not in line or line not in lines[:number]]
        if len(lines) >= limits.EVENTS:
            lines.insert(limits.EVENTS // 3, "…")
        return "\n".join(lines)

    def line(self, event, shown, end):
        """Return what is told (str) of an event."""
        if event.what not in VERBS:
            return f"{event.ear.who} {event.what}"
        text = shown(event.data.decode("utf-8", "ignore" if event.cut else "replace"))
        text, error, _ = re.split(r"((?:Exception in thread.*\n)?Traceback \(most|\Z)", text, maxsplit=1)
        text += error and "(ошибка: она ниже)"
        if event.what == "says" and end:
            text = text.removesuffix(end)
        text = PIECES.sub(MUCH, text.replace("\r\n", "\n"))
        text = "\n".join(folded(text.rstrip("\n").split("\n")))
        quoted = f"«{excerpt(text, limits.QUOTED)}{'…' * event.cut}»"
        return f"{event.ear.who} {VERBS[event.what]}: {quoted}{f' ({event.times} раз)' * (event.times > 1)}"
