"""What happened in a chat, in its order: who came, said, typed, heard and left. For the report."""

import re
import threading
from dataclasses import dataclass, field

from . import limits
from .texts import excerpt, folded

FLOOD = "bla "  # what somebody says who never stops
PIECES, MUCH = re.compile("(?:l?a )?(?:bla\\s+){2,}(?:bl?a?)?"), "bla bla…"
VERBS = {"says": "говорит", "types": "набирает", "hears": "слышит", "prints": "видит на экране"}
HEARD = "hears", "prints"
HALF = limits.QUOTED // 2


@dataclass
class Event:
    """Something that happened to an Ear: it says, types, hears or prints data, or something else, told in a word."""

    ear: object
    what: str
    data: bytearray = field(default_factory=bytearray)
    times: int = 1
    cut: bool = False  # whether there was more than is kept: HALF of it from the start, the rest from the end
    unit: bytes = b""  # what data repeats again and again
    endless: bool = False  # whether that went on after data was full

    def add(self, data):
        """Add data (bytes) that came a moment later, as far as there is room."""
        self.data += data
        if len(self.data) > limits.QUOTED:
            self.unit = self.unit or repeated(bytes(self.data[-limits.QUOTED :]))
            del self.data[HALF:-HALF]
            self.cut = True

    def goes_on(self, data):
        """Return whether data (bytes) is more of what is repeated."""
        return bool(self.unit) and data in self.unit * (len(data) // len(self.unit) + 2)

    def text(self, shown):
        """Return data (str); shown(text) hides secrets. Where something was cut out is "…", between whole lines."""
        if not self.cut:
            return shown(self.data.decode("utf-8", "replace"))
        start, end = (part.decode("utf-8", "ignore") for part in (self.data[:HALF], self.data[HALF:]))
        start, line, _ = start.rpartition("\n") if "\n" in start else (start, "", "")
        end = end.partition("\n")[2] if "\n" in end else end
        if self.unit:
            end = ""
            start = re.sub(r"(^.+)(?:\n\1)+$", r"\1", start, flags=re.M)
        return f"{shown(start)}{line}…{line * bool(end)}{shown(end)}"


def repeated(data):
    """Return what the end of data (bytes) repeats at least three times, or b""."""
    sizes = range(1, len(data) // 3 + 1)
    size = next((size for size in sizes if data[-2 * size :] == data[-3 * size : -size]), 0)
    return b"" if FLOOD.strip().encode() in data[-3 * size :] else data[len(data) - size :]


class Transcript:
    """The events of a chat; several threads add to it."""

    def __init__(self):
        self.events, self.lock = [], threading.Lock()

    def note(self, ear, what, data=b""):
        """Add what (str: one of VERBS, or what is to be told) of ear (Ear), with data (bytes)."""
        with self.lock:
            new, nothing = Event(ear, what), Event(None, "")
            new.add(data)
            last = self.events[-1] if self.events else nothing
            flood = next((event for event in reversed(self.events) if event.ear is ear and event.what == what), nothing)
            if what in HEARD and flood.goes_on(data):
                flood.endless = True
            elif last.ear is ear and last.what == what and what in HEARD and not last.unit:
                last.add(data)
            elif last.ear is ear and last.what == what and last.data == new.data:
                last.times += 1
            else:
                self.events.append(new)
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
            lines = [f"{self.who(event)} {told(event, shown, end)}" for event in self.events if event not in empty]
        lines = [line for number, line in enumerate(lines) if MUCH not in line or line not in lines[:number]]
        if len(lines) >= limits.EVENTS:
            lines.insert(limits.EVENTS // 3, "…")
        return "\n".join(lines)

    def who(self, event):
        """Return who (str) an event happened to; of several with one name, those after the first have a number."""
        called = [one.ear for one in self.events if one.ear.who == event.ear.who]
        number = list({id(ear): ear for ear in called}).index(id(event.ear)) + 1
        return event.ear.who + f" № {number}" * (number > 1)


def told(event, shown, end):
    """Return what is told (str) of an event, see Transcript.text()."""
    if event.what not in VERBS:
        return event.what
    text, error, _ = re.split(r"((?:Exception in thread.*\n)?Traceback \(most|\Z)", event.text(shown), maxsplit=1)
    text += error and "(ошибка: она ниже)"
    if event.what == "says" and end:
        text = text.removesuffix(end)
    text = re.sub(f"(?:{MUCH}…*)+", MUCH, PIECES.sub(MUCH, text.replace("\r\n", "\n")))
    text = "\n".join(folded(text.rstrip("\n").split("\n")))
    times = f" ({event.times} раз)" * (event.times > 1) + " (и так много раз подряд)" * event.endless
    return f"{VERBS[event.what]}: «{excerpt(text, 2 * limits.QUOTED)}»{times}"
