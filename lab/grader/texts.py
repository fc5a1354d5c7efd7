"""Texts made fit for where they are shown."""

import re


def excerpt(text, size=400):
    """Return text (str), shortened to its last size characters, in one line."""
    text = " ⏎ ".join(re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", " ", text).split("\n"))
    return text if len(text) <= size else "… " + text[-size:]


def indented(text):
    """Return text (str) as a code block of Markdown that nothing in it can end."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def printable(text):
    """Return text (str) without the characters that XML, or a file in UTF-8, does not allow."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
