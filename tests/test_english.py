"""The English edition's helpers: its exercises accept their own solutions; the scripts talk English."""

import os
import re
import shutil
import subprocess
import sys

import pytest

import lessons

STILL_OPEN = "The connection is still open."
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


@pytest.mark.timeout(300)
def test_our_english_programs_earn_all_points_but_for_a_fault_that_is_told_in_english(tmp_path, monkeypatch):
    monkeypatch.setenv("POINTS_SLOWNESS", "4")
    shutil.copy(lessons.ROOT / "lab/en/server.py", tmp_path)
    client = (lessons.ROOT / "lab/en/client.py").read_text(encoding="utf-8")
    assert client.count('"leave the chat"') == 1
    (tmp_path / "client.py").write_text(client.replace('"leave the chat"', '"goodbye"'), encoding="utf-8")
    checking, total, leaves = english(tmp_path, "-c", "from points import points; points()").splitlines()
    assert checking.startswith("Checking server.py and client.py.")
    assert total == "Points: 116 of 100, 20 of them bonus"
    assert leaves == "✗ The client leaves, 0 of 4. Did not happen: Client closes the connection. " + STILL_OPEN
