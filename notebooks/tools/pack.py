"""Make the instructor's pack: slides, plan, solutions, common faults; of a class, statistics and questions.

    python notebooks/tools/pack.py OUT [--class grades.csv] [--defence SUBMISSIONS] [--language ru]

All is made of what is there: the lessons, the exercises' answers, what grading has found. OUT is a folder of
HTML pages that need no network; begin at its index.html. It is not for students: it has all solutions.
"""

import argparse
import html
import json
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

import editions  # noqa: E402
from instructor import catalogue, defending, grades, plan, slides, solutions  # noqa: E402
from instructor.lesson import Lesson  # noqa: E402
from instructor.page import page  # noqa: E402
from lab.grader import faults, screen  # noqa: E402
from lab.grader.criteria import read_criteria  # noqa: E402
from lab.grader.gathering import gather  # noqa: E402
from lab.grader.language import speaker  # noqa: E402
from lab.language import LANGUAGES, asked  # noqa: E402

FOLDER = ROOT / "notebooks"
OURS = ".ci", ".git", ".venv", "lab", "notebooks", "tests", "my"
WORDS = {
    "ru": {
        "pack": "Преподавателю",
        "plan": "План занятий",
        "slides": "Слайды",
        "solutions": "Решения",
        "faults": "Частые ошибки",
        "class": "Оценки класса",
        "defence": "Вопросы к защите",
        "waits": "(пока по-русски)",
        "help": "Собрать материалы преподавателя в папку OUT.",
        "help-out": "папка, которую можно создать или дополнить",
        "help-class": "таблица от lab/grade.py",
        "help-defence": "работы, к которым нужны вопросы",
        "help-task": "какие программы, если в работе целый курс",
        "help-language": "только этот язык (обычно оба)",
        "ours": "{}: здесь курс или папка студента, а в материалах решения. Выберите другую папку.",
        "failed": "Не получилось: {}",
    },
    "en": {
        "pack": "For the instructor",
        "plan": "Plan",
        "slides": "Slides",
        "solutions": "Solutions",
        "faults": "Common faults",
        "class": "The class in points",
        "defence": "Questions for the defence",
        "waits": "(in Russian for now)",
        "help": "Make the instructor's pack in the folder OUT.",
        "help-out": "a folder, to be made or added to",
        "help-class": "the table that lab/grade.py has written",
        "help-defence": "the submissions that need questions",
        "help-task": "which programs, where a submission holds a whole course",
        "help-language": "this language alone (else both)",
        "ours": "{}: this is the course, or a student's folder, and the pack has solutions. Choose another folder.",
        "failed": "That failed: {}",
    },
}


def read_arguments(words):
    """Return what the arguments say (argparse.Namespace), explained in words (dict); ends the program if nonsense."""
    parser = argparse.ArgumentParser(description=words["help"])
    parser.add_argument("out", type=Path, metavar="OUT", help=words["help-out"])
    parser.add_argument("--class", dest="table", type=Path, metavar="grades.csv", help=words["help-class"])
    parser.add_argument(
        "--defence", type=Path, nargs="+", default=[], metavar="SUBMISSIONS", help=words["help-defence"]
    )
    parser.add_argument("--task", default="", metavar="GLOB", help=words["help-task"])
    parser.add_argument("--language", choices=LANGUAGES, help=words["help-language"])
    options = parser.parse_args()
    out = options.out = options.out.expanduser().resolve()
    if (
        out in (ROOT, *ROOT.parents)
        or any(out.is_relative_to(ROOT / name) for name in OURS)
        or (out / ".lessons.json").exists()
    ):
        parser.error(words["ours"].format(out))
    return options


def lessons(language):
    """Return the lessons (list of Lesson) in language, in Russian where they wait for their translation."""
    pairs = editions.lessons(FOLDER)
    return [Lesson(twin if language == "en" and twin.exists() else path) for path, twin in pairs]


def criteria(language):
    """Return the criteria (list of dict) of grading.ipynb in language."""
    file = FOLDER / "en" / "grading.ipynb" if language == "en" else FOLDER / "grading.ipynb"
    return read_criteria(file.read_bytes())


def course(language):
    """Return the folder (Path) of the lessons' helpers in language."""
    return FOLDER / ("course_en" if language == "en" else "course")


class Pack:
    """The pack in one language: its folder, and what index.html lists."""

    def __init__(self, folder, language):
        """folder (Path) is made unless it is there. Raises OSError."""
        self.folder, self.language, self.words, self.listed = folder, language, WORDS[language], []
        self.lessons, self.criteria = lessons(language), criteria(language)

    def write(self, name, text):
        """Write text (str) to the page called name (str, a path in the folder). Raises OSError."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")

    def add(self, name, title, text):
        """Write a page that index.html lists under title (str)."""
        self.write(name, text)
        self.listed.append(f'<p><a href="{name}">{html.escape(title)}</a></p>\n')

    def of_lessons(self):
        """Make what the lessons give."""
        self.add("plan.html", self.words["plan"], plan.plan(self.lessons, self.language))
        self.add(
            "solutions.html",
            self.words["solutions"],
            solutions.solutions(self.lessons, course(self.language), self.language),
        )
        links = ""
        for lesson in self.lessons:
            waits = self.words["waits"] if self.language == "en" and lesson.path.parent.name != "en" else ""
            name = f"slides/{lesson.path.stem}.html"
            self.write(name, slides.deck(lesson, self.language))
            links += f'<li><a href="{name}">{plan.markdown_line(lesson.title)}</a> {waits}</li>\n'
        self.listed.append(f"<h2>{self.words['slides']}</h2>\n<ul>\n{links}</ul>\n")

    def of_class(self, table):
        """Make the catalogue of faults, and the statistics of a class if there is its table (Path or None)."""
        graded = grades.Grades(table, self.criteria) if table else None
        beyond = {criterion["criterion"] for criterion in self.criteria if criterion.get("bonus")}
        cases = catalogue.of_records(graded.records(), faults, beyond) if graded else []
        corpus = catalogue.of_corpus(ROOT / "tests" / "submissions", faults, self.criteria)
        examples = corpus * bool(cases) + catalogue.of_tests(ROOT / "tests" / "test_faults.py", faults)
        about = self.lessons, self.criteria, self.language, bool(cases), speaker(self.language)
        self.add("faults.html", self.words["faults"], catalogue.catalogue(cases or corpus, examples, *about))
        if graded:
            self.add("class.html", self.words["class"], grades.statistics(graded, self.language))

    def of_submissions(self, submissions, task):
        """Make the questions for submissions (list, see gathering.gather)."""
        links, taken = "", set()
        for submission in submissions:
            name = re.sub(r"[^\w.-]+", "-", submission.name).strip("-.") or "work"
            while name in taken:
                name += "-"
            taken.add(name)
            self.write(f"defence/{name}.html", defending.defence(submission, task, self.language))
            links += f'<li><a href="defence/{name}.html">{html.escape(submission.name)}</a></li>\n'
        if links:
            self.listed.append(f"<h2>{self.words['defence']}</h2>\n<ul>\n{links}</ul>\n")

    def close(self):
        """Write index.html."""
        title = self.words["pack"]
        self.write("index.html", page(title, f"<h1>{title}</h1>\n{''.join(self.listed)}", self.language))


def make(options):
    """Make the pack that options ask for; return the pages to begin at (list of Path). Raises OSError, ValueError."""
    begin = []
    with tempfile.TemporaryDirectory(prefix="pack-") as folder:
        submissions = gather(options.defence, Path(folder)) if options.defence else []
        for language in [options.language] if options.language else LANGUAGES:
            pack = Pack(options.out / language, language)
            pack.of_lessons()
            pack.of_class(options.table)
            pack.of_submissions(submissions, options.task)
            pack.close()
            begin.append(pack.folder / "index.html")
    return begin


def main():
    """Make the pack; status 1 and a line when that can't be done."""
    words = WORDS[asked("--language")]
    options = read_arguments(words)
    try:
        print(*make(options), sep="\n")
    except (OSError, ValueError, json.JSONDecodeError) as error:
        sys.exit(words["failed"].format(screen.speaker(asked("--language"))(str(error))))


if __name__ == "__main__":
    main()
