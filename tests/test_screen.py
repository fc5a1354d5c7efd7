"""What grade.py says on the screen, in the language of the system or of --lang."""

import ast
import os
import re
import subprocess
import sys

import pytest

from lab.grader import screen
from lab.grader.language import english
from programs import LAB

RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)


def said(file):
    """Return the Russian texts (set of str) that a file of the grading says, X for what is filled in."""
    nodes = list(ast.walk(ast.parse((LAB / file).read_text(encoding="utf-8"))))
    filled = [node.values for node in nodes if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for values in filled for part in values}
    texts = {"".join(part.value if is_text(part) else "X" for part in values) for values in filled}
    texts |= {node.value for node in nodes if is_text(node) and id(node) not in parts}
    return {text for text in texts if RUSSIAN.search(text)}


def is_text(node):
    """Return whether a node (ast.AST) is a string."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("file", ["grade.py", "grader/criteria.py", "grader/exports.py", "grader/packages.py"])
def test_each_text_has_an_english_phrase(file):
    left = [text for text in said(file) if RUSSIAN.search(screen.in_english(text))]
    assert said(file) and left == []


@pytest.mark.parametrize("platform", ["canvas", "gradescope", "moodle", "sheets"])
def test_each_complaint_about_a_platforms_file_has_an_english_phrase(platform):
    complaints = [text for text in said(f"grader/platforms/{platform}.py") if re.match(r"X: |.*\.$", text)]
    assert [text for text in complaints if RUSSIAN.search(screen.in_english(text))] == []


def test_names_and_quoted_words_stay_as_they_are():
    text = "Аня Сервер: нет в ведомости Moodle. «Таблица: из»"
    assert screen.in_english(text) == "Аня Сервер: is not in Moodle's worksheet. «Таблица: из»"
    assert english("Клиент: «клиент»") == "Client: «клиент»"


@pytest.mark.parametrize(
    "language, words, answer",
    [
        ("en_US", [], "Failed: There is no such folder: nowhere"),
        ("ru_RU", [], "Не получилось: Нет такой папки: nowhere"),
        ("ru_RU", ["--lang", "en"], "Failed: There is no such folder: nowhere"),
        ("C", ["--lang=ru"], "Не получилось: Нет такой папки: nowhere"),
    ],
)
def test_it_speaks_the_language_asked_for_or_else_the_systems(language, words, answer, tmp_path):
    done = subprocess.run(
        [sys.executable, LAB / "grade.py", "nowhere", *words],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "LANGUAGE": language},
    )
    assert (done.returncode, done.stderr.strip()) == (1, answer)
