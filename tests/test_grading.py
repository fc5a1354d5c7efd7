"""What an instructor relies on: each submission gets its points, and nothing else happens.

The corpus is described in tests/submissions/README.md.
"""

import csv
import hashlib
import json
import os
import runpy
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest

TESTS = Path(__file__).resolve().parent
SUBMISSIONS = TESTS / "submissions"
GRADE = TESTS.parent / "lab" / "grade.py"
ZIPS = "ivanov.zip", "Петров Пётр_123_file"
EXPECTED = json.loads((SUBMISSIONS / "expected.json").read_text(encoding="utf-8"))

pytestmark = [
    pytest.mark.timeout(1200),  # the whole corpus is graded at once
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


def criteria_of(row):
    """Return the criteria (list of str) in a line of the table: between the points and the programs."""
    return list(row)[3:-1]


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
    adopt = runpy.run_path(str(GRADE))["adopt"]
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
    """The whole corpus and two zips, graded once: its folder, and what has changed meanwhile."""
    folder = tmp_path_factory.mktemp("class")
    corpus = folder / "corpus"
    for name in EXPECTED:
        build(name, corpus)
    zip_in_two_ways(corpus)
    watched = corpus, TESTS.parent / "lab", TESTS.parent / "notebooks"
    files, running = [contents(path) for path in watched], what_runs()
    status, printed = grade(
        corpus,
        "--out",
        folder / "grades.csv",
        "-j",
        6,
        "--junit",
        folder / "junit.xml",
        "--gradescope",
        env={"TMPDIR": str(scratch)},
    )
    assert status == 0, printed
    changed = [path for path, before in zip(watched, files) if contents(path) != before]
    return folder, changed, new_since(running)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_submission_gets_its_points(graded, name):
    folder = graded[0]
    row = rows(folder / "grades.csv")[name]
    criteria = set(criteria_of(row))
    loses = set(EXPECTED[name]["loses"])
    report = (folder / "grades" / f"{name}.md").read_text(encoding="utf-8")
    assert lost(row) == (criteria if "*" in loses else loses), report


def test_every_criterion_has_a_submission_that_loses_it_alone(graded):
    losses = [lost(row) for row in rows(graded[0] / "grades.csv").values()]
    criteria = set(criteria_of(rows(graded[0] / "grades.csv")["lab"]))
    base = criteria - {"glued", "torn", "letter", "namesakes", "ghosts", "deaf", "fifty"}
    assert {name for some in losses if len(some & base) == 1 for name in some & base} == base
    assert {name for some in losses if len(some) == 1 for name in some - base} == criteria - base


@pytest.mark.parametrize("name", [name for name in EXPECTED if "programs" in EXPECTED[name]])
def test_table_and_report_name_the_programs(graded, name):
    programs = EXPECTED[name]["programs"]
    report = (graded[0] / "grades" / f"{name}.md").read_text(encoding="utf-8")
    assert rows(graded[0] / "grades.csv")[name]["programs"] == ", ".join(programs)
    assert f"Проверены: сервер — `{programs[0]}`, клиент — `{programs[-1]}`" in report


def test_the_lab_gets_all_points(graded):
    assert rows(graded[0] / "grades.csv")["lab"]["points"] == "120"


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
    assert "    Борис слышит по отдельности: «раз», «два»\n" in report
    assert "    Борис слышит только: Аня: раздва\n" in report
    assert "    Последние строки на терминале server.py:\n" in report
    assert "## Говорят четверо" not in report  # nothing to say about what holds


def test_junit_has_a_case_for_each_criterion(graded):
    suites = ElementTree.parse(graded[0] / "junit.xml").getroot()
    assert {suite.get("name") for suite in suites} == {*EXPECTED, *ZIPS}
    sample = suites.find("testsuite[@name='sample']")
    assert int(sample.get("failures")) == len(EXPECTED["sample"]["loses"])
    assert "раздва" in sample.find("testcase[@name='glued']/failure").text


def test_gradescope_gets_a_score_for_each_criterion(graded):
    results = json.loads((graded[0] / "grades" / "sample.json").read_text(encoding="utf-8"))
    assert results["score"] == sum(test["score"] for test in results["tests"]) == 95


def test_zips_are_graded_as_folders_are(graded):
    assert {rows(graded[0] / "grades.csv")[name]["points"] for name in ZIPS} == {"120"}


@pytest.fixture
def zipped(tmp_path):
    """A function that makes a zip (its name) with members ({name: bytes}) in tmp_path/class."""

    def make(name, members):
        (tmp_path / "class").mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / "class" / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        return tmp_path / "class" / name

    return make


def programs():
    """Return our two programs as members of a zip."""
    return {f"work/{name}": (TESTS.parent / "lab" / name).read_bytes() for name in ("server.py", "client.py")}


def gathered(source, tmp_path):
    """Return what the grader takes for submissions in source (Path): {name: names of its files}."""
    submissions = runpy.run_path(str(GRADE))["gather"](source, tmp_path / "unpacked")
    return {s.name: {path.name for path in s.path.rglob("*.py")} for s in submissions}


@pytest.mark.parametrize("top", ["", "Задание 4"])
def test_a_zip_of_a_class_or_of_its_folder_is_a_class_and_not_one_submission(tmp_path, top):
    for name in "sample", "syntax-error":
        build(name, tmp_path / "class" / top)
    zip_in_two_ways(tmp_path / "class" / top)
    (tmp_path / "class" / "__MACOSX" / "Задание 4").mkdir(parents=True)
    shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path / "class")
    assert gathered(tmp_path / "all.zip", tmp_path) == dict.fromkeys(
        ["sample", "syntax-error", *ZIPS], {"server.py", "client.py"}
    )


def test_broken_and_malicious_zips_get_a_reason_and_write_nothing(tmp_path, zipped):
    zipped("absolute.zip", {str(tmp_path / "absolute"): b"x", **programs()})
    zipped("climbs.zip", {"../../climbed": b"x", **programs()})
    zipped("windows.zip", {"C:\\climbed": b"x", "..\\climbed": b"x", **programs()})
    zipped("bomb.zip", {"server.py": bytes(201_000_000)})
    zipped("crowd.zip", {f"{number}.py": b"" for number in range(20_001)})
    squeezed = zipped("squeezed.zip", {})
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("server.py", bytes(1000))
    data = bytearray(squeezed.read_bytes())
    data[data.index(b"server.py") + 18] ^= 255  # behind the name and the properties of LZMA
    squeezed.write_bytes(data)
    zipped("cut.zip", programs())
    cut = tmp_path / "class" / "cut.zip"
    cut.write_bytes(cut.read_bytes()[:-200])
    link = zipfile.ZipInfo("server.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    zipped("link.zip", {link: str(TESTS.parent / "lab" / "server.py").encode()})
    (tmp_path / "class" / "work.rar").write_bytes(b"Rar!")
    (tmp_path / "class" / "empty").mkdir()
    status, printed = grade(tmp_path / "class", "--out", tmp_path / "grades.csv", "-j", 2)
    assert status == 0, printed
    assert {row["points"] for row in rows(tmp_path / "grades.csv").values()} == {"0"}
    reports = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "grades").iterdir()}
    assert "ведёт наружу" in reports["absolute.zip"]
    assert "ведёт наружу" in reports["climbs.zip"]
    assert "ведёт наружу" in reports["windows.zip"]
    assert "больше 200 МБ" in reports["bomb.zip"]
    assert "больше 20000 файлов" in reports["crowd.zip"]
    assert "архив не читается" in reports["cut.zip"]
    assert "архив не читается" in reports["squeezed.zip"]
    assert "server.py не найден" in reports["empty"]
    assert "нужна папка или zip" in reports["work.rar"]
    assert not list(tmp_path.rglob("*climbed")) and not (tmp_path / "absolute").exists()


def test_one_folder_with_the_programs_is_one_submission(tmp_path):
    build("sample", tmp_path)
    assert gathered(tmp_path / "sample", tmp_path) == {"sample": {"server.py", "client.py"}}


def one(tmp_path, files):
    """Return the names of the submissions in tmp_path, where files (list of paths) are programs."""
    for path in files:
        role = "clients" if "client" in path else "servers"
        (tmp_path / "class" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SUBMISSIONS / role / "lines.py", tmp_path / "class" / path)
    return sorted(gathered(tmp_path / "class", tmp_path))


@pytest.mark.parametrize(
    "files",
    [
        ["server4.py", "client4.py"],
        ["a.py", "client.pyw", "old/server.py", "old/client.py"],
        ["task1/server.py", "task1/client.py", "task2/server.py", "task2/client.py"],
        ["chat.py", "helpers/client_text.py"],
    ],
    ids=["names", "old", "course", "half"],
)
def test_one_folder_of_programs_or_tasks_is_one_submission(tmp_path, files):
    assert one(tmp_path, files) == ["class"]


@pytest.mark.parametrize(
    "files",
    [
        ["a/server4.py", "a/client4.py", "b/chat.py"],
        ["a/server.py", "b/server.py", "start_all_clients.py"],
        ["a/src/server/main.py", "a/src/client/main.py", "b/x.py"],
        ["group/a/server4.py", "group/b/x.py"],
    ],
    ids=["names", "script", "deep", "group"],
)
def test_folders_of_people_are_a_class(tmp_path, files):
    assert one(tmp_path, files) == ["a", "b"]


def test_a_zip_beside_programs_is_not_unpacked(tmp_path, zipped):
    (tmp_path / "class" / "a").mkdir(parents=True)
    shutil.copy(SUBMISSIONS / "servers" / "lines.py", tmp_path / "class" / "a" / "сервер.py")
    zipped("a/work.zip", programs())
    assert gathered(tmp_path / "class", tmp_path) == {"a": {"сервер.py"}}


def test_without_namespaces_the_points_are_the_same(tmp_path, scratch):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    for name in "lines", "no-reset", "kills-parent", "leaves-daemon":
        build(name, tmp_path / "class")
    with socket.create_server(("", 0)) as free:  # on this machine's own network 8080 may be taken
        port = str(free.getsockname()[1]).encode()
    for program in (tmp_path / "class").rglob("*.py"):
        program.write_bytes(program.read_bytes().replace(b"8080", port))
    running = what_runs()
    status, printed = grade(
        tmp_path / "class", "--out", tmp_path / "grades.csv", "-j", 2, env={"PATH": str(tools), "TMPDIR": str(scratch)}
    )
    for left in attacks_files(scratch):
        left.unlink()  # nothing keeps an attack from that here, and a killed one leaves it
    assert status == 0 and "проверяю по одной" in printed
    for name, row in rows(tmp_path / "grades.csv").items():
        assert "*" in EXPECTED[name]["loses"] or lost(row) == set(EXPECTED[name]["loses"]), name
    assert not new_since(running)


def test_who_is_told_to_end_takes_all_programs_along(tmp_path, scratch):
    build("sleeper", tmp_path / "class")
    running = what_runs()
    grader = subprocess.Popen(
        [sys.executable, GRADE, tmp_path / "class", "--out", tmp_path / "x.csv"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    while grader.poll() is None and not any("server.py" in arguments for arguments in new_since(running)):
        time.sleep(0.05)
    grader.terminate()
    printed = grader.communicate()[0].decode()
    assert grader.returncode == 1 and "Прервано" in printed and "Traceback" not in printed, printed
    assert not new_since(running)
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["{tmp}/nowhere"], "Нет такой папки"),
        (["{tmp}/void"], "нет ни папок, ни архивов"),
        (["{tmp}/file.zip"], "архив не читается"),
        (["{tmp}/class", "--out", "{tmp}/nowhere/at/all/x.csv"], "Не получилось"),
        (["{tmp}/class", "--out", "{tmp}/class"], "кончается на .csv"),
        (["{tmp}/class", "-j", "0"], "целое число от 1"),
        ([], "submissions"),
    ],
)
def test_nonsense_gets_one_clear_line(tmp_path, arguments, reason):
    (tmp_path / "void").mkdir()
    (tmp_path / "class" / "work").mkdir(parents=True)
    (tmp_path / "file.zip").write_bytes(b"no zip")
    arguments = [argument.format(tmp=tmp_path) for argument in arguments]
    if "/nowhere/at" in str(arguments):
        (tmp_path / "nowhere").write_bytes(b"")  # a file where a folder should be
    status, printed = grade(*arguments)
    assert status in (1, 2) and reason in printed and "Traceback" not in printed, printed
