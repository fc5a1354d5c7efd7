"""The English edition's helpers: its exercises accept their own solutions; the scripts talk English."""

import os
import re
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

SAID = {
    "Введите своё имя": "Enter your name",
    "присоединился к чату": "joined the chat",
    "вышел из чата": "left the chat",
    "покинуть чат": "leave the chat",
}


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
@pytest.mark.parametrize(
    "folder, points, faults",
    [
        ("lab/en", "120 of 100, 20 of them bonus", []),
        (
            "tests/sample",
            "95 of 100, 3 of them bonus",
            ["✗ The client leaves, 0 of 4. Did not happen: Client closes the connection. " + STILL_OPEN],
        ),
    ],
)
def test_english_programs_earn_what_the_russian_ones_do(folder, points, faults, tmp_path, monkeypatch):
    monkeypatch.setenv("POINTS_SLOWNESS", "4")
    for name in "server.py", "client.py":
        text = (lessons.ROOT / folder / name).read_text(encoding="utf-8")
        for russian, words in SAID.items():
            text = text.replace(russian, words)
        (tmp_path / name).write_text(text, encoding="utf-8")
    checking, total, *lost = english(tmp_path, "-c", "from points import points; points()").splitlines()
    assert checking.startswith("Checking server.py and client.py.") and total == f"Points: {points}"
    assert lost[:1] == faults
    assert not re.search("[а-яё]", re.sub("«[^»]*»", "", "".join(lost)).lower()), lost
