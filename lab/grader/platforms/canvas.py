"""Canvas: files called name[_LATE]_user_attachment_file, and a gradebook (CSV) to be filled in.

Its importer (lib/gradebook_importer.rb) wants the columns Student, ID and Section in English and
at the start, finds the assignment by the number in `title (number)`, the student by ID, then by
SIS ID, login or name. An empty cell takes a grade away, so whoever is not graded keeps what the
cell has. A column that is "(read only)" in the row "Points Possible" is left alone.
"""

import re

from . import Name
from .sheets import Sheet, number

FILE = re.compile(
    r"(?P<student>[^_]+(?:_[^\W\d_]+)*?)(?P<late>_late)?_(?P<id>\d{1,18})_"
    r"(?:(?P<attachment>\d{2,18})_(?P<file>.+)|(?P<text>text\.html))",
    re.I,
)
AGAIN = re.compile(r"-(\d{1,3})(?=\.\w+$)")  # a file handed in again is "server-1.py"
ASSIGNMENT = re.compile(r".*\(\d+\)")
# Columns that Canvas works out itself
OTHERS = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")


def read(name, folder=False):
    """Return what name (str) says (Name), or None when Canvas does not call files so."""
    match = FILE.fullmatch(name)
    if folder or not match:
        return None
    file = match["file"] or match["text"]
    again = AGAIN.search(file)
    return Name(
        "canvas",
        match["student"],
        AGAIN.sub("", file),
        match["id"],
        late=bool(match["late"]),
        text=bool(match["text"]),
        again=int(again[1]) if again else 0,
    )


def is_class(parts):
    """Return whether parts (Names) are a class: one file of one student is enough."""
    return bool(parts)


def fill(path, grades, assignment=""):
    """Return the gradebook at path (Path) as text with grades, and what there is to say (list of str).

    grades are platforms.sheets.Grade. assignment (str) is a part of the title of the column, or
    its number, and need not be given where there is only one. Raises ValueError.
    """
    sheet = Sheet(path)
    header = [cell.strip() for cell in sheet.header]
    if len(header) < 3 or "Student" not in header[0] or "ID" not in header[1] or "Section" not in header:
        raise ValueError(f"{path.name}: это не журнал Canvas: нет столбцов Student, ID и Section.")
    column = assignment_column(path.name, header, assignment)
    possible = next((row for row in sheet.rows if "Points Possible" in row[0]), None)
    if possible is None or number(possible[column]) is None:
        raise ValueError(f"{path.name}: в столбце «{header[column]}» нет баллов «Points Possible» (числа).")
    students = [row for row in sheet.rows if row is not possible and row[1].strip()]
    notes = []
    for grade in grades:
        row = student_row(students, header, grade)
        if row is None:
            notes.append(f"{grade.name}: нет в журнале {path.name}.")
        elif grade.reason:
            notes.append(f"{grade.name}: оценка в журнале не тронута. {grade.reason}")
        else:
            row[column] = grade.scaled(number(possible[column]))
    return sheet.text(), notes


def assignment_column(name, header, assignment):
    """Return the index of the column for assignment (str) in header (list of str). Raises ValueError."""
    columns = [
        index
        for index, title in enumerate(header)
        if ASSIGNMENT.fullmatch(title) and not OTHERS.search(title) and assignment.casefold() in title.casefold()
    ]
    if len(columns) != 1:
        named = ", ".join(f"«{header[index]}»" for index in columns) or "ни одного"
        raise ValueError(f"{name}: нужен один столбец задания, подходят: {named}. Назовите его: --assignment.")
    return columns[0]


def student_row(rows, header, grade):
    """Return the only one of rows that is grade's (sheets.Grade), by number, login or name; or None."""
    names = [index for index, title in enumerate(header) if title in ("SIS User ID", "SIS Login ID")]
    for belongs in (
        lambda row: grade.id and row[1].strip() == grade.id,
        lambda row: grade.student.casefold() in (row[index].strip().casefold() for index in names),
        lambda row: grade.is_called(row[0]),
    ):
        found = [row for row in rows if belongs(row)]
        if len(found) == 1:
            return found[0]
    return None
