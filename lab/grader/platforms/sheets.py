"""Tables (CSV) that a platform gave to be filled in: all that is not ours in them stays as it was."""

import csv
import io
import re
from dataclasses import dataclass


@dataclass
class Grade:
    """What a platform is told of one hand-in; base and bonus stand apart, as platforms have a maximum."""

    name: str  # as our own table has it
    student: str
    id: str = ""
    base: int = 0  # points without bonus points, the penalty taken off
    bonus: int = 0
    of: int = 100  # how many base points there are
    late: int = 0  # days begun after the deadline
    penalty: int = 0  # points taken off for that
    reason: str = ""  # why nothing was graded; then no points may be written
    folder: str = ""  # what the platform called it
    report: str = ""  # Markdown
    untried: int = 0  # points that the instructor is to give

    def scaled(self, maximum):
        """Return base for a platform where the most is maximum (number), as its decimal (str)."""
        points = min(max(self.base, 0), self.of) * maximum / self.of
        return f"{points:.2f}".rstrip("0").rstrip(".") if points % 1 else str(int(points))

    def comment(self):
        """Return what the number alone does not say (str): bonus points, lateness."""
        said = [f"бонус: {self.bonus}"] if self.bonus else []
        if self.late:
            said.append(f"опоздание в днях: {self.late}, снято баллов: {self.penalty}")
        if self.untried:
            said.append(f"не проверено баллов: {self.untried}, их ставит преподаватель")
        return "; ".join(said)

    def is_called(self, name):
        """Return whether name (str) is the student's, whatever the order of its words."""
        return words(name) == words(self.student) or squeezed(name) == squeezed(self.student)


def words(name):
    """Return the words (list of str) of a person's name, comparable."""
    return sorted(re.findall(r"\w+", name.casefold().replace("ё", "е")))


def squeezed(name):
    """Return name (str) as Canvas writes it in names of files: letters only."""
    return "".join(re.findall(r"\w", name.casefold().replace("ё", "е")))


def number(text):
    """Return the number (float) that text (str) begins with, with a decimal point or comma, or None."""
    match = re.match(r"\s*(\d[\d\s\u00a0\u202f]*)(?:[.,](\d+))?", text)
    return float(re.sub(r"\D", "", match[1]) + "." + (match[2] or "0")) if match else None


class Sheet:
    """A table in memory: header, and rows as long as it."""

    def __init__(self, path):
        """Read path (Path). Raises ValueError when it is no table."""
        data = path.read_bytes()
        try:
            text, self.mark = data.decode("utf-8-sig"), data.startswith(b"\xef\xbb\xbf")
        except UnicodeDecodeError:
            text, self.mark = data.decode("cp1251", "replace"), True  # Excel has saved it anew
        self.end = "\r\n" if "\r\n" in text else "\n"
        first = text.partition("\n")[0]
        self.delimiter = max(",;\t", key=first.count)
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter))
        except csv.Error as error:
            raise ValueError(f"{path.name}: таблица не читается: {error}") from None
        if len(rows) < 2 or len(rows[0]) < 2:
            raise ValueError(f"{path.name}: в таблице нет строк.")
        self.header = rows[0]
        self.rows = [row + [""] * (len(self.header) - len(row)) for row in rows[1:] if any(row)]

    def text(self, delimiter=""):
        """Return the table as text, in UTF-8's mark and all, with delimiter (str) or the one it had."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter or self.delimiter, lineterminator=self.end)
        writer.writerows([self.header, *self.rows])
        return "\ufeff" * self.mark + out.getvalue()
