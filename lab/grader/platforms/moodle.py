"""Moodle: "Download all submissions", the grading worksheet (CSV), the zip with feedback files.

What its importer (mod/assign/feedback/offline) does with a worksheet, row by row and without a
word: it finds Identifier, Grade and Last modified (grade) by their names in the teacher's
language, and the student by the number in "Participant 12". It skips a row whose grade is empty,
above the maximum or as before, whose grade is locked, and one that was graded after the date in
it (by more than 60 seconds). PHP's strtotime() reads that date and knows English only, so that a
Russian worksheet never replaces a grade, unless the date is rewritten, as fill() does.

A feedback file that comes in first makes a grade without points and with today's date, and the
worksheet is skipped as out of date. So: first the worksheet, then the zip.
"""

import re
import zipfile

from ..lateness import moment
from . import Name
from .sheets import Sheet, number

PART = re.compile(r"(?P<student>.+?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?")
PERSON = re.compile(r"(\D+)(\d+)")  # "Participant 12", «Участник12»
GRADE = "grade", "оценка"
MAXIMUM = "maximum grade", "максимальная оценка"
CHANGEABLE = "grade can be changed", "оценка может быть изменена"
NO = "no", "нет"
GRADED = "last modified (grade)", "последнее изменение (оценка)"
HANDED_IN = "last modified (submission)", "последнее изменение (ответ)"
IDENTIFIER = "identifier", "идентификатор"
COMMENT = "feedback comments", "отзыв в виде комментария"
ENGLISH = re.compile(r"[\x00-\x7f]*")
FIRST_THE_WORKSHEET = "В Moodle загрузите сначала ведомость, потом zip с отзывами: иначе оценки будут пропущены."


def read(name, folder=False):
    """Return what name (str) says (Name), or None when Moodle does not call files so."""
    match = PART.fullmatch(name)
    if not match or not (folder or match["file"]):
        return None
    file = "" if folder else match["file"]
    return Name("moodle", match["student"], file, match["id"], text=match["plugin"] == "onlinetext")


def is_class(parts):
    """Return whether parts (Names) are a class: nobody else writes assignsubmission."""
    return bool(parts)


def place(hand_in):
    """Return where in the feedback zip the files of hand_in (HandIn) go (str): what their paths begin with."""
    name, part = min(hand_in.parts.items(), key=lambda item: (item[1].text, item[0]))
    return f"{name}/" if not part.file else name.removesuffix(part.file)


def feedback_zip(path, grades, file="report.md"):
    """Write path (Path), where each of grades (sheets.Grade) that Moodle has handed out gets its report."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for grade in grades:
            if grade.folder:
                archive.writestr(grade.folder + file, grade.report)


class Worksheet:
    """The teacher's own grading worksheet: which of its columns are what, in any language."""

    def __init__(self, path):
        """Read path (Path). Raises ValueError when it is no worksheet."""
        self.sheet = Sheet(path)
        self.header, self.rows = [cell.strip().casefold() for cell in self.sheet.header], self.sheet.rows
        self.maximum = self.find(MAXIMUM, self.looks_like_maximum)
        self.grade = self.find(GRADE, lambda column: column + 1 == self.maximum)
        self.person = self.find(IDENTIFIER, self.looks_like_identifier)
        self.handed_in, self.graded = self.find(HANDED_IN), self.find(GRADED)
        if self.graded is None:
            self.handed_in, self.graded = self.twins()
        if None in (self.grade, self.person, self.graded):
            raise ValueError(f"{path.name}: это не ведомость Moodle: нет идентификатора, оценки или времени оценки.")
        if self.maximum is None:
            raise ValueError(f"{path.name}: в ведомости нет максимальной оценки (шкалы не поддерживаются).")
        self.changeable = self.find(CHANGEABLE)
        self.comment = self.find(COMMENT, lambda column: column == self.graded + 1)

    def find(self, names, looks=lambda column: False):
        """Return the column (int) called one of names, else the first that looks like it, or None."""
        columns = range(len(self.header))
        named = [column for column in columns if self.header[column] in names]
        return next(iter(named or filter(looks, columns)), None)

    def looks_like_maximum(self, column):
        """Return whether all rows have the same number here, and nothing above it in the column before."""
        cells = {row[column] for row in self.rows}
        maximum = number(min(cells))
        if not column or len(cells) > 1 or not maximum or re.search(r"[^\d.,\s]", min(cells)):
            return False
        grades = [row[column - 1] for row in self.rows if row[column - 1].strip()]
        return all(re.fullmatch(r"[\d.,\s]+", cell) and number(cell) <= maximum for cell in grades)

    def looks_like_identifier(self, column):
        """Return whether all rows have the same word and a number of their own here."""
        found = [PERSON.fullmatch(row[column]) for row in self.rows]
        return (
            all(found) and len({match[1] for match in found}) == 1 and len({match[2] for match in found}) == len(found)
        )

    def twins(self):
        """Return the columns that are called "… (submission)" and "… (grade)" in whatever language."""
        starts = [title.partition("(")[0].strip() if title.endswith(")") else "" for title in self.header]
        for first, start in enumerate(starts):
            if start and start in starts[first + 1 :]:
                return first, starts.index(start, first + 1)
        return None, None

    def row(self, grade):
        """Return the row (list) of grade (sheets.Grade), by number or by the name that only one has, or None."""
        for row in self.rows:
            person = PERSON.fullmatch(row[self.person].strip())
            if grade.id and person and person[2] == grade.id:
                return row
        named = [row for row in self.rows if any(map(grade.is_called, row))]
        return named[0] if len(named) == 1 and not grade.id else None

    def times(self):
        """Return when students have handed in, as {number (str): datetime}."""
        if self.handed_in is None:
            return {}
        times = {row[self.person]: moment(row[self.handed_in]) for row in self.rows}
        return {
            PERSON.fullmatch(person)[2]: time for person, time in times.items() if time and PERSON.fullmatch(person)
        }

    def fill(self, grades):
        """Return the worksheet as text with grades (sheets.Grade), and what there is to say (list of str)."""
        notes = []
        for grade in grades:
            row = self.row(grade)
            if row is None:
                notes.append(f"{grade.name}: нет в ведомости Moodle.")
            elif grade.reason:
                notes.append(f"{grade.name}: оценка в ведомости не тронута. {grade.reason}")
            elif self.changeable is not None and row[self.changeable].strip().casefold() in NO:
                notes.append(f"{grade.name}: оценка в Moodle закрыта для изменений, строка оставлена как была.")
            else:
                self.write(row, grade, notes)
        return self.sheet.text(","), notes

    def write(self, row, grade, notes):
        """Put grade (sheets.Grade) into row (list), its date in a form that Moodle reads; add to notes (list)."""
        row[self.grade] = grade.scaled(number(row[self.maximum]))
        if self.comment is not None and self.comment < len(row) and not row[self.comment].strip():
            row[self.comment] = grade.comment()
        date = row[self.graded].strip()
        if date in ("", "-") or ENGLISH.fullmatch(date):
            return
        when = moment(date)
        if when:
            row[self.graded] = f"{when:%Y-%m-%d %H:%M}"
        else:
            notes.append(
                f"{grade.name}: Moodle не прочтёт дату «{date}» и оставит прежнюю оценку, если при загрузке "
                "не разрешить обновление записей, изменённых позже."
            )
