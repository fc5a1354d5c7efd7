"""Texts made fit for where they are shown."""

import re
from itertools import groupby

TALK = "Разговор:"  # what stands above the transcript of a chat, and above what a program has printed
TERMINAL = "Последние строки на терминале "
LEAVES = "покинуть чат", "leave the chat"  # what the assignment has one type, in its two languages
FRAME = re.compile(r'\s*File "(.*)", line \d+')
ERROR = re.compile(  # what Python prints of an exception, also while more of it is still to come
    r"(?:Exception in thread|Traceback \(most recent).*(?:\n(?:Traceback|[ \t]).*)*(?:\n.*)?"
)
FOREIGN = re.compile(r"/|<|[A-Za-z]:[\\/]")  # how the path of a file begins that is none of the submission's


def excerpt(text, size=400):
    """Return text (str), shortened to its last size characters, in one line."""
    text = " ⏎ ".join(re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", " ", text).split("\n"))
    return text if len(text) <= size else "… " + text[-size:]


def quoted(text, size=400):
    """Return what somebody has said (str) in one line, in quotation marks; equal lines are there once."""
    return f"«{excerpt(chr(10).join(folded([line.rstrip() for line in text.splitlines()])), size)}»"


def indented(text, by=4):
    """Return text (str), indented by so many spaces (int), as a code block of Markdown that nothing in it can end."""
    return "\n".join(" " * by + line for line in text.splitlines())


def printable(text):
    """Return text (str) without the characters that XML, or a file in UTF-8, does not allow."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def own(lines):
    """Return lines (list of str) of a program without those of tracebacks that tell of files of Python's."""
    kept, depth = [], None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if depth is not None and indent > depth and line.strip():
            continue  # the line of the file, and the marks below it
        frame = FRAME.match(line)
        depth = indent if frame and FOREIGN.match(frame[1]) else None
        if depth is None:
            kept.append(line)
    return kept


def folded(lines):
    """Return lines (list of str) where equal ones that follow each other are one, which says so."""
    runs = [(line, len(list(run))) for line, run in groupby(lines)]
    return [line if times == 1 else f"{line}   (подряд: {times})" for line, times in runs]


def because(error):
    """Return why (str) an attempt to connect has failed with error (OSError)."""
    if isinstance(error, ConnectionRefusedError):
        return "там никто не слушает"
    if isinstance(error, TimeoutError):
        return "никто не отвечает"
    return f"ошибка {error.errno}"
