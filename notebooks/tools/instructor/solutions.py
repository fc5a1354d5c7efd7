"""Solutions of all exercises, with their hints, from the same place as check() in the lessons."""

import html
import json
import subprocess
import sys

from .page import inline, markdown, page, python
from .plan import markdown_line

WORDS = {
    "ru": {"title": "Решения упражнений", "hints": "Подсказки", "warning": "Для преподавателя: студентам не раздают."},
    "en": {"title": "Solutions of the exercises", "hints": "Hints", "warning": "For the instructor, not for students."},
}
READ = """
import json, sys
from importlib import import_module
found = {}
for name in json.loads(sys.argv[1]):
    for exercise in vars(import_module(name)).values():
        if isinstance(exercise, type) and getattr(exercise, "number", None):
            found[exercise.number] = [exercise.name, list(exercise.hints), exercise.solution.strip("\\n")]
print(json.dumps(found))
"""


def answers(course):
    """Return {number: [what is written, hints, solution]} of all exercises in course (Path, the helpers' folder)."""
    names = [f"answers.{path.stem}" for path in sorted((course / "answers").glob("lesson*.py"))]
    command = [sys.executable, "-c", READ, json.dumps(names)]  # apart: each edition has helpers of the same names
    done = subprocess.run(command, cwd=course, capture_output=True, check=True, encoding="utf-8")
    return json.loads(done.stdout)


def solutions(lessons, course, language):
    """Return the solutions of lessons (list of Lesson) as a page (str)."""
    words, known = WORDS[language], answers(course)
    parts = [f"<h1>{words['title']}</h1>\n<p>{words['warning']}</p>\n"]
    for lesson in lessons:
        numbers = [number for number in known if number.split(".")[0] == str(lesson.number)]
        parts.append(f"<h2>{markdown_line(lesson.title)}</h2>\n")
        parts += [one(number, *known[number], lesson.exercises().get(number, ""), words) for number in numbers]
    return page(words["title"], "".join(parts), language)


def one(number, name, hints, solution, task, words):
    """Return the HTML (str) of an exercise."""
    shown = python(solution) if name else f"<pre>{html.escape(solution)}</pre>\n"
    listed = "".join(f"<li>{inline(hint)}</li>\n" for hint in hints)
    folded = f"<details><summary>{words['hints']}: {len(hints)}</summary>\n<ul>\n{listed}</ul>\n</details>\n"
    return f'<h3 id="exercise-{number}">{number}</h3>\n{markdown(task)}{shown}{folded}'
