"""The English edition's helpers: its exercises accept their own solutions; the scripts talk English."""

import os
import re
import subprocess
import sys

import pytest

import lessons

COURSE = lessons.ROOT / "notebooks/course_en"
SOLVE = """
import ast, os, sys
from importlib import import_module
from pathlib import Path
import exercises

exercises.WAIT = exercises.START = 30
for exercise in vars(import_module("answers." + sys.argv[1])).values():
    if isinstance(exercise, type) and getattr(exercise, "number", ""):
        exercise, names = exercise(), {"__name__": "__main__"}
        if "." in exercise.name:
            Path(exercise.name).write_text(exercise.solution, encoding="utf-8")
            answer = Path(exercise.name).resolve()
        elif exercise.name:
            exec(compile(exercise.solution, "cell.py", "exec"), names)
            answer = names[exercise.name]
        else:
            answer = exercise.answer
        print(exercise.number, exercises.outcome(exercise, answer) or "is right", flush=True)
os._exit(0)
"""


def english(folder, *command):
    """Run python with command in folder (Path), as an English lesson would; return what it printed (str)."""
    path = os.pathsep.join(map(str, [COURSE, lessons.ROOT]))
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
    )
    return done.stdout


@pytest.mark.parametrize("lesson", sorted(path.stem for path in (COURSE / "answers").glob("lesson*.py")))
def test_the_english_solutions_are_right(lesson, tmp_path):
    printed = english(tmp_path, "-c", SOLVE, lesson)
    verdicts = re.findall(r"^(\d+\.\d) (.+)$", printed, re.MULTILINE)
    assert verdicts and all(verdict == "is right" for _, verdict in verdicts), printed


def test_the_english_help_is_english(tmp_path):
    for script in "server.py", "client.py", "relay.py", "load.py", "models/naive.py":
        printed = english(tmp_path, lessons.ROOT / "lab/en" / script, "--help")
        assert printed.startswith("usage: ") and not re.search("[а-яё]", printed.lower()), printed
