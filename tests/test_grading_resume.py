"""No run of lab/grade.py loses what has been graded: not by Ctrl+C, nor by a power cut, nor by a latecomer.

Nothing is really graded here: a stand-in for runs.grade() gives each submission its points.
"""

import csv
import importlib.util
import json
import signal
import sys
import threading
from pathlib import Path

import pytest

from lab.grader import store
from lab.grader.saving import whole

pytestmark = pytest.mark.quick
LAB = Path(__file__).resolve().parent.parent / "lab"


@pytest.fixture
def command(monkeypatch):
    """The module lab/grade.py, whose imports are those of a script."""
    monkeypatch.syspath_prepend(LAB)
    spec = importlib.util.spec_from_file_location("grade_command", LAB / "grade.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def klass(tmp_path):
    """A function that hands in a text in somebody's name: the criteria that his server is said to lose."""

    def hand_in(name, loses="", folder="class"):
        work = tmp_path / folder / name
        work.mkdir(parents=True, exist_ok=True)
        (work / "server.py").write_text(f"server.accept()  # loses: {loses}\n", encoding="utf-8")

    return hand_in


@pytest.fixture
def grade(command, monkeypatch, tmp_path):
    """A function that runs the command; it returns the names of those who were graded, and what was printed."""
    graded = []

    def stand_in(submission, number, files, isolation, task=""):
        graded.append(submission.name)
        lost = (submission.path / "server.py").read_text(encoding="utf-8").partition("loses: ")[2].split()
        if "Ctrl+C" in lost:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            assert killed.wait(60)
        names = [c["criterion"] for c in command.read_criteria(files[command.NOTEBOOK])]
        submission.results = {n: {"passed": n not in lost, "expected": "a\n", "heard": "b\n"} for n in names}
        submission.done = True

    killed = threading.Event()
    runs = sys.modules["grader.runs"]
    monkeypatch.setattr(runs, "grade", stand_in)
    monkeypatch.setattr(runs, "end_all_children", killed.set)

    def run(*arguments, folder="class"):
        graded.clear()
        monkeypatch.setattr(
            sys, "argv", ["grade.py", str(tmp_path / folder), "--out", str(tmp_path / "grades.csv"), *arguments]
        )
        said = command.run(command.read_arguments(), None)[2]
        return sorted(graded), "\n".join(said)

    return run


def points(tmp_path):
    """Return what the table says: {submission: points}."""
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: int(row["points"]) for row in csv.DictReader(file)}


def test_the_same_command_grades_only_what_has_changed(grade, klass, tmp_path):
    klass("anya")
    klass("boris", "two")
    assert grade()[0] == ["anya", "boris"]
    klass("boris", "name")
    graded, said = grade()
    assert graded == ["boris"] and "Не изменились и не проверялись заново: 1 из 2" in said
    assert points(tmp_path) == {"anya": 120, "boris": 114}
    assert grade()[0] == []


def test_again_grades_all(grade, klass):
    klass("anya")
    grade()
    assert grade("--again")[0] == ["anya"]


@pytest.mark.parametrize("option", ["--junit", "--json", "--github", "--prairielearn", "--vpl", "--summary"])
def test_what_cannot_be_written_is_said_before_anybody_is_graded(grade, klass, tmp_path, option):
    klass("anya")
    folder = "class" if option == "--junit" else "class/anya"  # of one submission, or of all
    with pytest.raises(OSError, match="папка, а не файл"):
        grade(option, str(tmp_path), folder=folder)
    assert grade(option, str(tmp_path / "new" / "file"), folder=folder)[0] == ["anya"]


def test_another_task_grades_all_again(grade, klass):
    klass("anya")
    grade()
    assert grade("--task", "*4*")[0] == ["anya"]


def test_ctrl_c_keeps_what_is_done_and_the_old_table(grade, klass, tmp_path):
    klass("anya")
    grade()
    for name, loses in ("boris", ""), ("viktor", "Ctrl+C"), ("yana", ""):
        klass(name, loses)
    with pytest.raises(KeyboardInterrupt, match="проверено 2 из 4, это сохранено. Та же команда проверит остальное"):
        grade()
    assert points(tmp_path) == {"anya": 120}
    klass("viktor", "two")
    assert grade()[0] == ["viktor", "yana"]
    assert points(tmp_path) == {"anya": 120, "boris": 120, "viktor": 108, "yana": 120}


def test_who_was_cut_off_is_not_kept(grade, klass, tmp_path):
    klass("anya", "Ctrl+C")
    with pytest.raises(KeyboardInterrupt, match="проверено 0 из 1"):
        grade()
    assert not list(tmp_path.glob("grades/.grading/*.json"))


def test_a_latecomer_joins_the_class(grade, klass, tmp_path):
    klass("anya")
    klass("boris")
    grade()
    klass("yana", "two", folder="late")
    graded, said = grade(folder="late")
    assert graded == ["yana"] and "остались и прежние: anya, boris" in said
    assert points(tmp_path) == {"anya": 120, "boris": 120, "yana": 108}
    grade("--only", folder="late")
    assert points(tmp_path) == {"yana": 108}


@pytest.mark.parametrize("which, earned", [("best", 115), ("last", 88)])
def test_earlier_attempts_are_kept_and_counted(grade, klass, tmp_path, which, earned):
    for loses in "two many", "leave", "two types prints quits threads":
        klass("anya", loses)
        grade("--attempt", which)
    assert points(tmp_path) == {"anya": earned}
    assert f"попытка {3 if which == 'last' else 2} из 3" in (tmp_path / "grades/anya.md").read_text(encoding="utf-8")


def test_weights_change_points_and_grade_nobody_again(grade, klass, tmp_path):
    klass("anya", "many two")
    grade()
    graded, said = grade("--weights", "many=0, two=20")
    assert not graded and points(tmp_path) == {"anya": 78}
    assert "78 из 78" not in said and "# anya: 78 из 78" in (tmp_path / "grades/anya.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("weights, reason", [("nobody=3", "нет критерия «nobody»"), ("two=-1", "целое число")])
def test_nonsense_weights_get_a_clear_line(grade, klass, weights, reason):
    klass("anya")
    with pytest.raises(ValueError, match=reason):
        grade("--weights", weights)


def test_its_own_reports_are_nobodys_work(grade, klass, tmp_path):
    klass("class/anya", folder=".")
    klass("class/boris", folder=".")
    for _ in range(2):
        grade("--out", str(tmp_path / "class/grades.csv"), "--junit", str(tmp_path / "class/junit.xml"))
        assert sorted(path.stem for path in (tmp_path / "class/grades").glob("*.md")) == ["anya", "boris"]


def test_a_record_that_is_no_record_is_graded_anew(grade, klass, tmp_path):
    klass("anya")
    grade()
    [record] = tmp_path.glob("grades/.grading/*.json")
    for broken in "", "[]", record.read_text(encoding="utf-8")[:-9]:
        record.write_text(broken, encoding="utf-8")
        assert grade()[0] == ["anya"]


def test_a_file_that_is_not_written_to_its_end_leaves_the_old_one(tmp_path):
    (tmp_path / "table.csv").write_text("old")
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / "table.csv") as file:
        file.write("new, but not all of it")
        file.flush()
        assert (tmp_path / "table.csv").read_text() == "old"
        raise KeyboardInterrupt
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_the_version_follows_what_decides_and_nothing_else():
    notebook = {"cells": [{"cell_type": "code", "source": "x", "outputs": ["y"], "metadata": {"points": 1}}]}
    files = {
        "notebooks/grading.ipynb": json.dumps(notebook).encode(),
        "lab/grader/plugin.py": b"from . import limits",
        "lab/grader/limits.py": b"TIME = 1",
        "lab/grader/reports.py": b"",
    }
    before = store.version(files)
    notebook["cells"][0]["metadata"]["points"] = 2
    notebook["cells"].append({"cell_type": "markdown", "source": "why"})
    same = {"lab/grader/reports.py": b"x = 1", "lab/grader/limits.py": b"# seconds\nTIME = 1"}
    assert store.version(files | same | {"notebooks/grading.ipynb": json.dumps(notebook).encode()}) == before
    notebook["cells"][0]["outputs"] = ["z"]
    others = [{"lab/grader/limits.py": b"TIME = 2"}, {"notebooks/grading.ipynb": json.dumps(notebook).encode()}]
    assert before not in {store.version(files | other) for other in others}
    assert store.version(files, "*task4*") != before


def test_what_decides_is_found_by_what_is_imported():
    sources = {f"lab/grader/{path.name}": path.read_bytes() for path in (LAB / "grader").glob("*.py")}
    needed = {Path(name).stem for name in store.needed(sources)}
    assert {"plugin", "programs", "finding", "chat", "words", "limits", "processes"} <= needed
    assert not {"reports", "tables", "store", "runs", "exports", "gathering"} & needed


def test_the_disk_has_a_file_before_it_takes_the_place_of_the_old_one(tmp_path, monkeypatch):
    done, saving = [], sys.modules[whole.__module__]
    for name in "fsync", "replace":
        real = getattr(saving.os, name)
        monkeypatch.setattr(saving.os, name, lambda *given, n=name, real=real: (done.append(n), real(*given)))
    with whole(tmp_path / "table.csv") as file:
        file.write("new")
    assert done[:2] == ["fsync", "replace"]
