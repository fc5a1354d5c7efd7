"""lab/grade.py with the options for platforms: what is checked before, what is written after, which status."""

import json
import re
import shlex
import subprocess
import sys
import zipfile

import pytest
import yaml

from lab.grader.isolation import ROOT
from test_gathering import PROGRAMS, packed, written
from test_grading import grade
from test_platforms import GRADEBOOK, Moodle, import_gradebook, metadata

pytestmark = pytest.mark.timeout(600)
RAR = b"Rar!\x1a\x07\x01\x00"  # is graded in no time
CLASS = {"12": "Иванова Анна", "7": "Smith John"}


@pytest.fixture
def klass(tmp_path):
    """A class from Moodle that has handed in nothing that opens."""
    return written(tmp_path / "class", {f"{n}_{i}_assignsubmission_file/чат.rar": RAR for i, n in CLASS.items()})


def test_one_graded_hand_in_gets_all_forms_and_a_status(tmp_path):
    work = written(tmp_path / "анна", PROGRAMS)
    forms = [f"--{form}={tmp_path / form}" for form in ("json", "github", "prairielearn", "vpl", "summary")]
    told = metadata(tmp_path, [110])
    status, printed = grade(
        work, "--out", tmp_path / "g.csv", *forms, "--gradescope", "--metadata", told, "--attempt=best",
        "--penalty", 10, "--pass", 91,
    )  # fmt: skip
    assert status == 3, printed
    plain = json.loads((tmp_path / "json").read_bytes())
    assert (plain["score"], plain["penalty"], plain["days_late"]) == (90, 10, 1)
    assert plain["programs"] == ["server.py", "client.py"] and plain["bonus"] > 0
    github = json.loads((tmp_path / "github").read_bytes())
    assert github["score"] == 90 and sum(test["score"] for test in github["tests"]) == 100
    assert json.loads((tmp_path / "prairielearn").read_bytes())["score"] == 0.9
    assert (tmp_path / "vpl").read_text(encoding="utf-8").endswith("Grade :=>> 90\n")
    assert "анна: 90 из 100" in (tmp_path / "summary").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "g" / "анна.json").read_bytes())["score"] == max(110, 90 + plain["bonus"])


def test_a_class_from_moodle_gets_worksheet_and_feedback(tmp_path, klass):
    at_moodle = Moodle("ru", CLASS, grades={})
    (tmp_path / "w.csv").write_text(at_moodle.worksheet(), encoding="utf-8", newline="")
    status, printed = grade(klass, "--out", tmp_path / "g.csv", "--moodle", tmp_path / "w.csv", "--due", "19.11.2026")
    assert status == 0 and "сначала ведомость" in printed, printed
    assert at_moodle.import_worksheet((tmp_path / "g-moodle.csv").read_text(encoding="utf-8")) == [], "nothing opened"
    assert "оценка в ведомости не тронута" in printed
    at_moodle.import_zip(tmp_path / "g-moodle.zip")
    assert {number: list(files) for number, files in at_moodle.files.items()} == dict.fromkeys(CLASS, ["report.md"])
    assert "опоздание в днях: 1" in at_moodle.files["12"]["report.md"]


def test_a_class_from_canvas_gets_its_gradebook(tmp_path):
    klass = written(tmp_path / "class", {f"ivanovaanna_1034_{n}_{file}.rar": RAR for n, file in ((51, "a"), (52, "b"))})
    (tmp_path / "c.csv").write_text(GRADEBOOK.replace("{possible}", "100"), encoding="utf-8")
    status, printed = grade(klass, "--out", tmp_path / "g.csv", "--canvas", tmp_path / "c.csv", "--assignment", "Чат")
    assert status == 0 and "не тронута" in printed, printed
    text = (tmp_path / "g-canvas.csv").read_text(encoding="utf-8")
    assert import_gradebook(text, "501") == {"1034": "", "1036": "40", "1040": "30", "9999": ""}


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["--moodle", "{tmp}/x.csv"], "это не ведомость"),
        (["--moodle", "{tmp}/nowhere.csv"], "nowhere.csv"),
        (["--canvas", "{tmp}/x.csv"], "не журнал Canvas"),
        (["--metadata", "{tmp}/x.csv"], "submission_metadata"),
        (["--due", "завтра"], "нужно время"),
        (["--penalty", "-1"], "целое число от 0"),
        (["--attempt", "first"], "--attempt"),
        (["{tmp}/other", "--json", "{tmp}/one.json"], "нужна одна работа"),
        (["{tmp}/x.csv", "--json", "{tmp}/one.json"], "Нет такой папки"),
        (["{tmp}/nowhere"], "Нет такой папки"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_graded(tmp_path, klass, arguments, reason):
    (tmp_path / "x.csv").write_text("Имя,Балл\nАнна,5\n", encoding="utf-8")
    written(tmp_path / "other", {"a.rar": RAR})
    status, printed = grade(klass, "--out", tmp_path / "g.csv", *(a.format(tmp=tmp_path) for a in arguments))
    assert status in (1, 2) and reason in printed and "Traceback" not in printed, printed
    assert not (tmp_path / "g.csv").exists()


def test_without_copydetect_alike_says_so_before_anything_is_graded(tmp_path, klass):
    (tmp_path / "copydetect.py").write_text("raise ModuleNotFoundError(name='copydetect')")
    status, printed = grade(
        klass, "--out", tmp_path / "g.csv", "--alike", tmp_path / "a.html", env={"PYTHONPATH": str(tmp_path)}
    )
    assert status == 1 and "pip install copydetect" in printed and len(printed.splitlines()) == 1, printed


def test_alike_compares_with_past_years(tmp_path):
    pytest.importorskip("copydetect")
    step = "def step{n}(sock):\n    sock.sendall(b'{n}' * {n})\n    print(sock.recv({n}))\n"
    own = "".join(step.format(n=n) for n in range(9)).encode()
    now = written(tmp_path / "now", {"анна/client.py": own, "a.rar": RAR, "анна.rar": RAR})
    past = written(tmp_path / "2025", {"пётр/client.py": own, "иван/client.py": b"import socket"})
    status, printed = grade(
        now, "--out", tmp_path / "g.csv", "--alike", tmp_path / "a.html", "--past", past, "--task", "nothing"
    )
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert status == 0 and "2025/пётр: client.py" in page and "иван" not in page, printed


def commands():
    """Return what the workflows in lab/grader/README*.md run, as [(name of the file, command)]."""
    found = []
    for name in "README.ru.md", "README.md":
        text = (ROOT / "lab/grader" / name).read_text(encoding="utf-8")
        github, gitlab = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.S))
        steps = [step["run"] for step in github["jobs"]["grade"]["steps"] if "run" in step] + gitlab["grade"]["script"]
        found += [(name, step) for step in steps if "grade.py" in step]
    return found


@pytest.mark.parametrize("name, command", commands())
def test_the_commands_of_the_workflows_are_valid(tmp_path, name, command):
    written(tmp_path / "work", {"чат.rar": RAR})
    where = tmp_path if " work " in command else tmp_path / "work"
    command = re.sub(r"\S*lab/grade\.py", str(ROOT / "lab/grade.py"), command).replace("$GITHUB_STEP_SUMMARY", "s.md")
    done = subprocess.run([sys.executable, *shlex.split(command)[1:]], cwd=where, capture_output=True)
    assert done.returncode == 3, done.stderr.decode()
    made = {path.name for path in where.iterdir()} - {"work", "чат.rar", "grades", "grades.csv", "result.json"}
    assert made in ({"s.md"}, {"summary.md", "junit.xml"})


def test_the_workflows_of_both_languages_do_the_same():
    found = commands()
    assert len(found) == 4 and [command for _, command in found[:2]] == [command for _, command in found[2:]]


def test_a_zip_with_names_from_explorer_is_graded_under_its_students_name(tmp_path):
    (tmp_path / "class.zip").write_bytes(packed({"Ёлкин Пётр/чат.rar": RAR, "Анна/чат.rar": RAR}))
    status, printed = grade(tmp_path / "class.zip", "--out", tmp_path / "g.csv")
    assert status == 0 and (tmp_path / "g" / "Ёлкин Пётр.md").exists() and zipfile.is_zipfile(tmp_path / "class.zip")
