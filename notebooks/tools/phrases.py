r"""The table of phrases: what the Russian course says in its code, and what the English one says there.

A row of notebooks/phrases/*.tsv has two to four fields with a TAB between them:

    Russian, English          as they stand in the source, escapes such as \n and \" included
    where                     only there: ids of cells, or paths of scripts (* stands for anything), with spaces
    why                       the English has Cyrillic letters, on purpose: the reason

A row is applied inside string literals and comments, and nowhere else. Of several that fit, the longest is
taken. A row for a text of many lines has \n for each line end. What is left with a Cyrillic letter has no
row yet; a row that is never applied has no use any more. Both are wrong, and named.

Outputs and English Markdown may have the Cyrillic letters of rows for their cell, or for all.
"""

import io
import re
import tokenize
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "phrases"
CYRILLIC = re.compile("[\u0400-\u04ff]")
LINE_END = re.compile(r"(?<!\\)\\n")
LITERAL = re.compile(r"([a-z]*(\"\"\"|'''|\"|'))(.*)(\2)", re.DOTALL | re.IGNORECASE)


class Row(NamedTuple):
    """One row of the table."""

    russian: str
    english: str
    where: str = ""
    why: str = ""

    def suits(self, place):
        """Return whether the row is for a place (str): the id of a cell, or a path."""
        return not self.where or any(fnmatchcase(place, pattern) for pattern in self.where.split())


def spans(source):
    """Yield (start, end) of each string literal and each comment in a Python source (str).

    Up to Python 3.11 an f-string is one token. Later it comes in parts, among these the strings in its
    braces: here it is one literal in either case.
    """
    lines = [0]
    for line in source.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    depth, begin = 0, None
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        start, end = (lines[row - 1] + column for row, column in (token.start, token.end))
        kind = tokenize.tok_name[token.type]
        if kind.endswith("STRING_START"):
            begin, depth = begin if depth else start, depth + 1
        elif kind.endswith("STRING_END"):
            depth -= 1
            if not depth:
                yield begin, end
        elif kind in ("STRING", "COMMENT") and not depth:
            yield start, end


def edges(phrase):
    """Return a pattern (str) for phrase (str) that no letter continues on either side."""
    letter = {True: "[\u0400-\u04ff]", False: r"\w"}
    before = f"(?<!{letter[bool(CYRILLIC.match(phrase))]})" * phrase[0].isalnum()
    after = f"(?!{letter[bool(CYRILLIC.match(phrase[-1]))]})" * phrase[-1].isalnum()
    return before + re.escape(phrase) + after


class Phrases:
    """The rows of the table; it remembers which were applied, and what none was found for."""

    def __init__(self, rows):
        """Take rows (Row)."""
        self.rows = sorted(rows, key=lambda row: row.where != "")
        # (Russian, English, row), for a text of one line and for one of many
        self.forms = [(*row[:2], row) for row in self.rows]
        self.forms += [(*(LINE_END.sub("\n", words) for words in row[:2]), row) for row in self.rows if r"\n" in row[0]]
        self.used, self.missing = {}, []  # {row: the first place where it was applied}, [(place, text)]

    def english(self, source, place):
        """Return a Python source (str) with English literals and comments; place is a cell's id or a path."""
        parts, done = [], 0
        for start, end in spans(source):
            parts += source[done:start], self.literal(source[start:end], place)
            done = end
        return "".join(parts) + source[done:]

    def literal(self, text, place):
        """Return a string literal, or a comment, in English."""
        found = LITERAL.fullmatch(text)
        opening, body, closing = (found[1], found[3], found[4]) if found else ("", text, "")
        return opening + self.text(body, place) + closing

    def text(self, text, place):
        """Return what stands in a literal in English; note which rows it took, and whether one is missing."""
        fitting = self.fitting(text, place)
        pattern = re.compile("|".join(map(edges, sorted(fitting, key=len, reverse=True))) or r"(?!)")
        if CYRILLIC.search(pattern.sub("", text)):
            self.missing.append((place, text))
        for found in pattern.findall(text):
            self.used.setdefault(fitting[found][1], place)
        return pattern.sub(lambda found: fitting[found[0]][0], text)

    def fitting(self, text, place):
        """Return {Russian: (English, row)} of what may be replaced in a text; a row for this place goes first."""
        return {russian: (english, row) for russian, english, row in self.forms if russian in text and row.suits(place)}

    def cyrillic(self, text, place):
        """Return [(word, why)] of the Cyrillic words in an English text (str), why is "" where no row allows one."""
        allowed = {row.english: row for row in self.rows if row.why and row.english in text and row.suits(place)}
        words = []
        for part in re.split(f"({'|'.join(map(edges, sorted(allowed, key=len, reverse=True))) or '(?!)'})", text):
            if part in allowed:
                self.used.setdefault(allowed[part], place)
            why = allowed[part].why if part in allowed else ""
            words += [(word, why) for word in re.findall(f"{CYRILLIC.pattern}+", part)]
        return words

    def unused(self):
        """Return the rows that were never applied."""
        return [row for row in self.rows if row not in self.used]


def read(folder=FOLDER):
    """Return (Phrases, what is wrong with its rows as lines) for the tables in folder (Path)."""
    rows, wrong = {}, []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if not line or line.startswith("## "):
                continue
            place, fields = f"phrases/{path.name}:{number}", line.split("\t")
            if not 2 <= len(fields) <= 4 or not fields[0]:
                wrong.append(f"{place}: needs Russian TAB English [TAB where [TAB why]]")
                continue
            row = Row(*fields)
            if bool(CYRILLIC.search(row.english)) != bool(row.why):
                wrong.append(f"{place}: Cyrillic letters need a reason, and nothing else does: {row.russian}")
            if rows.setdefault((row.russian, row.where), row) is not row:
                wrong.append(f"{place}: there is a row already for {row.russian}")
    return Phrases(rows.values()), wrong
