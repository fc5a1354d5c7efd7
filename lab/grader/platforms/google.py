"""Google Classroom and Drive: a flat folder, each file called "Имя Фамилия - server.py"."""

import re

from ..finding import named
from . import Name

FILE = re.compile(r"(?P<student>[^\W\d_][^\d_/]*?) - (?P<file>.+\.\w+)")
AGAIN = re.compile(r" ?\((\d+)\)(?=\.\w+$)")  # Drive has two files of the same name: "server (1).py"
PERSON = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]*)*(?: [^\W\d_]+(?:['’.-][^\W\d_]*)*){1,4}")


def read(name, folder=False):
    """Return what name (str) says (Name), or None when Google does not call files so."""
    match = FILE.fullmatch(name)
    if folder or not match or not PERSON.fullmatch(match["student"]) or named(match["student"]):
        return None
    again = AGAIN.search(match["file"])
    return Name(
        "google",
        match["student"],
        AGAIN.sub("", match["file"]),
        again=int(again[1]) if again else 0,
    )


def is_class(parts):
    """Return whether parts (Names) are a class: "задание четыре - server.py" alone says little."""
    return len({part.student for part in parts}) > 1
