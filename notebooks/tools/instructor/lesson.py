"""A lesson as an instructor needs it: its problem, aims and minutes, and its sections, taken from the notebook."""

import json
import re
from dataclasses import dataclass, field

# What a heading begins with, in either language, and what its section is for; any other one teaches.
KINDS = {
    "recall": ("Вспомним", "Recall"),
    "wrong": ("Что идёт не так", "What goes wrong"),
    "glossary": ("Словарик", "Glossary"),
    "exercises": ("Упражнения", "Exercises"),
    "terminal": ("В терминале", "In the terminal", "Сдать работу", "Hand in"),
    "extra": ("★",),
}
TIME = re.compile(r"(?:Время|Time):\W*(\d+)\D+(\d+)")
HEADING = re.compile(r"^(#{1,3}) (.+)$", re.M)
EXERCISE = re.compile(r"^\*\*(?:Упражнение |Exercise )?(\d+\.\d+)")
HEADS_EXERCISE = re.compile(r"(?:упражнение|exercise) (\d+\.\d+)", re.I)  # the paragraph below sets it
NEXT = re.compile(r"^\*\*(?:Дальше|Next)")
CHECK = re.compile(r"^(?:check|points)\(", re.M)
CHECKED = re.compile(r"^check\(\"(\d+\.\d+)\"", re.M)
BUILDS = re.compile(r"# lab/")


@dataclass
class Cell:
    """A code cell: its source (str), what it has printed (str), and a picture (base64) if it has drawn one."""

    source: str
    printed: str = ""
    picture: str = ""
    about: str = ""  # what the picture shows

    @property
    def ran(self):
        """Whether there is something to be seen."""
        return bool(self.printed or self.picture)

    @property
    def is_exercise(self):
        """Whether a student writes here, or has it checked."""
        return bool(CHECK.search(self.source)) or bool(re.search(r"^(?: {4}|\w+ = )\.\.\.$", self.source, re.M))

    @property
    def defines(self):
        """Whether it builds something: a cell of lab/, or a function or a class that is not the student's."""
        return bool(BUILDS.match(self.source) or re.search(r"^(?:async )?(?:def|class) ", self.source, re.M))


@dataclass
class Section:
    """A heading (Markdown), and the paragraphs (str) and cells (Cell) below it."""

    title: str
    kind: str
    parts: list = field(default_factory=list)

    def prose(self):
        """Return its paragraphs (list of str) without exercises."""
        return [part for part in self.parts if isinstance(part, str) and not EXERCISE.match(part)]

    def cells(self):
        """Return its code cells (list of Cell)."""
        return [part for part in self.parts if isinstance(part, Cell)]

    def exercises(self):
        """Return the exercises ({number: text}) that are set here: below their number, or above their check."""
        found = [(EXERCISE.match(part), part) for part in self.parts if isinstance(part, str)]
        tasks = {match[1]: part for match, part in found if match}
        for place, part in enumerate(self.parts):
            for number in CHECKED.findall(part.source) if isinstance(part, Cell) else ():
                tasks.setdefault(number, self.above(place))
        return tasks

    def above(self, place):
        """Return what stands above the cell at place (int): its paragraphs, else the cell to write in (Markdown)."""
        start = place - (isinstance(self.parts[place - 1], Cell) if place else 0)
        first = start
        while first and isinstance(self.parts[first - 1], str):
            first -= 1
        stub = self.parts[start].source if start < place else ""
        return "\n\n".join(self.parts[first:start]) if not stub else f"```python\n{stub}\n```"


class Lesson:
    """A lesson: number (int), title (str), problem and aims (lists of paragraphs), minutes, homework, sections."""

    def __init__(self, path):
        """path (Path) is the notebook. Raises ValueError when it does not say how long it takes."""
        self.path, self.number = path, int(path.stem[:2])
        self.sections = [Section("", "title")]
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            self.take(cell)
        opening, *self.sections = self.sections
        first = opening.prose()
        time = next((match for text in first if (match := TIME.search(text))), None)
        if not time:
            raise ValueError(f"{path.name}: сколько минут он занимает, не сказано")
        self.title, self.minutes, self.homework = opening.title, int(time[1]), int(time[2])
        lists = [i for i, text in enumerate(first) if re.match(r"[-*] ", text)]
        start = lists[0] if lists else 2
        self.problem, self.aims = first[: max(1, start - 1)], first[start - 1 : start + 1] if lists else []
        if len(opening.parts) > len(first):  # it begins without a heading
            self.sections.insert(0, Section(self.title, "", opening.parts))

    def take(self, cell):
        """Add a cell (dict) of the notebook to the sections."""
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            self.sections[-1].parts.append(code_cell(source, cell.get("outputs", [])))
            return
        number = ""
        for text in paragraphs(source):
            heading = HEADING.match(text)
            if heading and (found := HEADS_EXERCISE.search(heading[2])):
                number = found[1]
                continue
            if heading and len(heading[1]) == 1:
                self.sections[-1].title = heading[2]
            elif heading:
                self.sections.append(Section(heading[2], kind_of(heading[2])))
            else:
                self.sections[-1].parts.append(f"**{number}.** {text}" if number else text)
                number = ""

    def exercises(self):
        """Return all exercises ({number: text}) in their order."""
        return {number: text for section in self.sections for number, text in section.exercises().items()}

    def next(self):
        """Return the paragraph (str) that tells what comes next, or ""."""
        prose = [text for section in self.sections for text in section.prose() if NEXT.match(text)]
        return prose[-1] if prose else ""


def kind_of(title):
    """Return what a section with this title is for: one of KINDS, or "" where it teaches."""
    return next((kind for kind, starts in KINDS.items() if title.startswith(starts)), "")


def code_cell(source, outputs):
    """Return a Cell for what a code cell holds and what it has put out (list of dict)."""
    cell = Cell(source)
    for output in outputs:
        data = output.get("data", {})
        cell.picture = cell.picture or "".join(data.get("image/png", ""))
        cell.about = cell.about or output.get("metadata", {}).get("image/png", {}).get("alt", "")
        drawn = "image/png" in data or "text/markdown" in data
        text = output.get("text") or output.get("traceback") or ([] if drawn else data.get("text/plain", []))
        cell.printed += re.sub(r"\x1b\[[\d;]*m", "", "".join(text))
    return cell


def paragraphs(text):
    """Return the paragraphs (list of str) of Markdown (str); a fence, a list or what is folded stays whole."""
    found, open_fence, depth = [[]], False, 0
    for line in text.splitlines():
        if line.startswith("```"):
            open_fence = not open_fence
        depth += line.count("<details") - line.count("</details")
        whole = open_fence or depth > 0
        if not line.strip() and not whole:
            found.append([])
            continue
        if HEADING.match(line) and not whole:
            found += [[line], []]
            continue
        found[-1].append(line)
    return ["\n".join(lines) for lines in found if lines]
