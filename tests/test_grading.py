"""What an instructor relies on: each submission gets its points, and nothing else happens.

The corpus is described in tests/submissions/README.md. A part of it is graded, with EVERYTHING=1 all of it.
"""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest

from lab.grader.processes import adopt

TESTS = Path(__file__).resolve().parent
SUBMISSIONS = TESTS / "submissions"
GRADE = TESTS.parent / "lab" / "grade.py"
ZIPS = "ivanov.zip", "Петров Пётр_123_file"
EXPECTED = json.loads((SUBMISSIONS / "expected.json").read_text(encoding="utf-8"))
# A fault of a server and one of a client are graded at once; each alone with EVERYTHING=1.
PAIRS = {
    "no-threading": "no-types",
    "no-prompt": "no-prints",
    "no-join": "no-quits",
    "no-leave": "no-ends",
    "no-reset": "no-socket-client",
}


def pair(server, client):
    """Return what to expect (dict) of the server of one submission beside the client of another, by their names."""
    programs = {"server.py": EXPECTED[server], "client.py": EXPECTED[client]}
    return {
        "first": True,
        "files": {name: submission["files"][name] for name, submission in programs.items()},
        "patch": {name: submission.get("patch", {}).get(name, []) for name, submission in programs.items()},
        "loses": EXPECTED[server]["loses"] | EXPECTED[client]["loses"],
    }


EXPECTED |= {f"{server} {client}": pair(server, client) for server, client in PAIRS.items()}
GRADED = {name for name in EXPECTED if EXPECTED[name].get("first") or os.environ.get("EVERYTHING")}

pytestmark = [
    pytest.mark.timeout(1200),  # a class is graded at once
    pytest.mark.skipif(os.name != "posix", reason="the corpus has links and signals"),
]


def build(name, folder):
    """Make the submission called name (str) in folder (Path), as expected.json describes it."""
    submission = EXPECTED[name]
    for path, source in submission["files"].items():
        target = folder / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, dict):
            target.symlink_to(Path(SUBMISSIONS, source["link"]))
            continue
        data = (SUBMISSIONS / source).read_bytes()
        for old, new in submission.get("patch", {}).get(path, []):
            assert data.count(old.encode()) == 1, f"{name}: {old!r} is not once in {source}"
            data = data.replace(old.encode(), new.encode())
        target.write_bytes(data)


def zip_in_two_ways(folder):
    """Put our programs into folder (Path) as ZIPS: a zip, and a folder in which there is one."""
    for target in folder / ZIPS[0], folder / ZIPS[1] / "Задание 4.ZIP":
        target.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(target, "w") as archive:
            for name in "server.py", "client.py":
                archive.write(TESTS.parent / "lab" / name, f"work/{name}")


def grade(*arguments, env=None):
    """Run lab/grade.py to its end; return its status and all that it printed (str)."""
    done = subprocess.run(
        [sys.executable, GRADE, *map(str, arguments)],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def rows(table):
    """Return the lines of a table of points (Path): a dict of dict, by submission."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def lost(row):
    """Return the criteria (set) for which a line of the table has no points."""
    return {name for name in criteria_of(row) if row[name] == "0"}


def untried(row):
    """Return the criteria (set) for which the instructor is to give the points in a line of the table."""
    assert [name for name in criteria_of(row) if not row[name]] == [*filter(None, row["not_tried"].split(", "))]
    return {name for name in criteria_of(row) if not row[name]}


def criteria_of(row):
    """Return the criteria (list of str) in a line of the table: between the points and the programs."""
    return list(row)[3 : list(row).index("programs")]


def contents(folder):
    """Return what is in folder (Path): each path, and what it holds."""
    return {
        path: (path.lstat().st_mode, hashlib.sha256(path.read_bytes()).digest() if path.is_file() else None)
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module", autouse=True)
def heir():
    """On Linux, who gets away from a grader that has ended becomes a child of ours."""
    adopt()
    yield
    adopt(False)


def what_runs():
    """Return what this process has started and has not ended ({psutil.Process: arguments})."""
    started = {}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                started[process] = process.cmdline()
    return started


def new_since(before):
    """Return the arguments of what runs now and did not run before (see what_runs)."""
    return [arguments for process, arguments in what_runs().items() if process not in before]


def attacks_files(scratch):
    """Return what attacks have written outside their folders, which are in scratch (list of Path)."""
    return list(Path("/tmp").glob(f"grading-attack*{scratch.name}*"))


@pytest.fixture(scope="module")
def scratch():
    """Where graders put what they need on the way; other graders on this machine do not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # submissions run as somebody else
        yield Path(folder)


@pytest.fixture(scope="module")
def graded(tmp_path_factory, scratch):
    """The corpus and two zips, graded once: its folder, and what has changed meanwhile."""
    folder = tmp_path_factory.mktemp("class")
    corpus = folder / "corpus"
    for name in GRADED:
        build(name, corpus)
    zip_in_two_ways(corpus)
    watched = corpus, TESTS.parent / "lab", TESTS.parent / "notebooks"
    files, running = [contents(path) for path in watched], what_runs()
    status, printed = grade(
        corpus,
        "--out",
        folder / "grades.csv",
        "-j",
        12,  # what is wrong is waited for
        "--junit",
        folder / "junit.xml",
        "--gradescope",
        env={"TMPDIR": str(scratch)},
    )
    assert status == 0, printed
    changed = [path for path, before in zip(watched, files) if contents(path) != before]
    return folder, changed, new_since(running)


@pytest.mark.parametrize("name", sorted(GRADED))
def test_each_submission_gets_its_points(graded, name):
    folder = graded[0]
    row = rows(folder / "grades.csv")[name]
    criteria = set(criteria_of(row))
    parts, loses = EXPECTED[name].get("parts", {}), set(EXPECTED[name]["loses"])
    report = (folder / "grades" / f"{name}.md").read_text(encoding="utf-8")
    assert lost(row) == (criteria if "*" in loses else loses) - set(parts), report
    assert {name: int(row[name]) for name in parts} == parts, report
    assert untried(row) == set(EXPECTED[name].get("untried", {})), report


def test_every_criterion_has_a_submission_that_loses_it_alone(graded):
    criteria = set(criteria_of(rows(graded[0] / "grades.csv")[ZIPS[0]]))
    losses = {name: set(EXPECTED[name]["loses"]) - {"*"} for name in EXPECTED}
    base = criteria - {"glued", "torn", "letter", "namesakes", "ghosts", "deaf", "fifty"}
    assert {name for some in losses.values() if len(some & base) == 1 for name in some & base} == base
    assert {name for some in losses.values() if len(some) == 1 for name in some - base} == criteria - base
    graded_now = [losses[name] for name in GRADED if len(losses[name]) <= 3]  # it loses little else
    assert set().union(*graded_now) == criteria


@pytest.mark.parametrize("name", [name for name in sorted(GRADED) if "programs" in EXPECTED[name]])
def test_table_and_report_name_the_programs(graded, name):
    programs = EXPECTED[name]["programs"]
    report = (graded[0] / "grades" / f"{name}.md").read_text(encoding="utf-8")
    assert rows(graded[0] / "grades.csv")[name]["programs"] == ", ".join(programs)
    assert f"Проверены: сервер — `{programs[0]}`, клиент — `{programs[-1]}`" in report


def test_grading_changes_no_file(graded):
    assert not graded[1]


def test_grading_leaves_no_process_port_or_file(graded, scratch):
    assert not graded[2]  # and without a process, no port
    assert not attacks_files(scratch) and not list(scratch.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="man 5 sysvipc")
def test_grading_leaves_no_shared_memory(graded):
    segments = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    assert not {int(line.split()[0]) for line in segments} & set(range(2026, 2030))


def test_a_report_tells_what_was_expected_and_heard_and_printed(graded):
    report = (graded[0] / "grades" / "sample.md").read_text(encoding="utf-8")
    assert report.startswith("# sample: 95 из 100\n")
    assert "## Склеенные сообщения: 0 из 3" in report
    assert "    ✗ Борис слышит по отдельности: «раз», «два»\n" in report
    assert "    Борис слышит только: «Аня: раздва»\n" in report
    assert re.search(r"    Аня говорит: «раздва»\n(    .*\n)*?    Борис слышит: «Аня: раздва»\n", report)
    assert "На терминале `server.py`:\n\n    Сервер запущен" in report
    assert "## Говорят четверо" not in report  # nothing to say about what holds


def test_junit_has_a_case_for_each_criterion(graded):
    suites = ElementTree.parse(graded[0] / "junit.xml").getroot()
    assert {suite.get("name") for suite in suites} == {*GRADED, *ZIPS}
    sample = suites.find("testsuite[@name='sample']")
    assert int(sample.get("failures")) == len(EXPECTED["sample"]["loses"])
    assert "раздва" in sample.find("testcase[@name='glued']/failure").text


def test_gradescope_gets_a_score_for_each_criterion(graded):
    results = json.loads((graded[0] / "grades" / "sample.json").read_text(encoding="utf-8"))
    assert results["score"] == sum(test["score"] for test in results["tests"]) == 95


def test_the_lab_gets_all_points_in_a_zip_or_a_zip_in_a_folder(graded):
    assert {rows(graded[0] / "grades.csv")[name]["points"] for name in ZIPS} == {"120"}
