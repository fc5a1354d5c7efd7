"""How lab/grade.py is used: what it takes for a class, and what it says of what is none.

The points themselves are test_grading.py's.
"""

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from lab.grader.gathering import gather
from test_grading import (
    EXPECTED,
    GRADE,
    SUBMISSIONS,
    TESTS,
    ZIPS,
    attacks_files,
    build,
    grade,
    heir as heir,
    lost,
    new_since,
    rows,
    scratch as scratch,
    untried,
    what_runs,
    zip_in_two_ways,
)

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.name != "posix", reason="the corpus has links and signals"),
]


@pytest.fixture
def zipped(tmp_path):
    """A function that makes a zip (its name) with members ({name: bytes}) in tmp_path/class."""

    def make(name, members):
        (tmp_path / "class").mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / "class" / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        return tmp_path / "class" / name

    return make


def programs():
    """Return our two programs as members of a zip."""
    return {f"work/{name}": (TESTS.parent / "lab" / name).read_bytes() for name in ("server.py", "client.py")}


def gathered(source, tmp_path):
    """Return what the grader takes for submissions in source (Path): {name: names of its files}."""
    submissions = gather([source], tmp_path / "unpacked")
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
    reports = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "grades").glob("*.md")}
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


@pytest.mark.parametrize("name", ["no-reset", "kills-parent", "leaves-daemon"])
def test_without_namespaces_the_points_are_the_same(tmp_path, scratch, name):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
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
    row = rows(tmp_path / "grades.csv")[name]
    assert "*" in EXPECTED[name]["loses"] or lost(row) == set(EXPECTED[name]["loses"])
    assert not new_since(running)


def works_for_a_submission(process):
    """Return whether a process (psutil.Process) has the copy of a submission's folder for its own."""
    with suppress(psutil.Error):
        return Path(process.cwd()).name == "submission"
    return False


def test_who_is_told_to_end_takes_all_programs_along(tmp_path, scratch):
    build("sleeper", tmp_path / "class")
    running = what_runs()
    grader = subprocess.Popen(
        [sys.executable, GRADE, tmp_path / "class", "--out", tmp_path / "x.csv"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    while grader.poll() is None and not any(works_for_a_submission(process) for process in what_runs()):
        time.sleep(0.05)
    grader.terminate()
    printed = grader.communicate()[0].decode()
    assert grader.returncode == 130 and "Прервано: проверено 0 из 1" in printed and "Traceback" not in printed, printed
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


def wheel(path, module):
    """Write a wheel (Path) with a module (str) that has a logger in it: what pip can install without a network."""
    info = f"{module}-1.0.dist-info"
    members = {
        f"{module}.py": "import logging as logger\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*members, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**members, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)


def test_a_package_that_the_instructor_installs_is_there(tmp_path, scratch):
    build("package-missing", tmp_path / "class")
    package = tmp_path / "chatlogger-1.0-py3-none-any.whl"
    wheel(package, "chatlogger")
    table = tmp_path / "grades.csv"
    status, printed = grade(
        tmp_path / "class",
        "--out",
        table,
        "--with",
        tmp_path / "chatlogger-1.0-py3-none-any.whl",
        env={"TMPDIR": scratch},
    )
    assert status == 0, printed
    assert rows(table)["package-missing"]["points"] == "120"
    assert not list(scratch.iterdir())


def test_without_the_package_the_report_names_it_and_points_are_open(tmp_path):
    build("package-missing", tmp_path / "class")
    files = "--out", tmp_path / "grades.csv", "--junit", tmp_path / "junit.xml"
    status, printed = grade(tmp_path / "class", *files, env={"COLUMNS": "200"})
    assert status == 0 and "не проверено: name, join" in printed and "не проверено 81" in printed, printed
    report = (tmp_path / "grades" / "package-missing.md").read_text(encoding="utf-8")
    assert "Баллов, которые преподаватель ставит сам: 101." in report
    assert "| Двое разговаривают | не проверено | 12 |" in report
    assert "server.py здесь не запустить: не установлен пакет chatlogger" in report
    assert 'failures="0" skipped="16"' in (tmp_path / "junit.xml").read_text(encoding="utf-8")


def test_packages_that_pip_does_not_find_are_said(tmp_path):
    build("lines", tmp_path / "class")
    status, printed = grade(tmp_path / "class", "--out", tmp_path / "x.csv", "--with", tmp_path / "none.whl")
    assert status == 1 and "Пакеты не поставлены" in printed and "Traceback" not in printed


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python understands it")
def test_syntax_of_a_newer_python_leaves_the_points_open(tmp_path):
    build("lines", tmp_path / "class")
    server = tmp_path / "class" / "lines" / "server.py"
    text = server.read_text(encoding="utf-8")
    server.write_text(text.replace('print("Новое подключение:", address)', 'print(f"Новое: {":".join(address)}")'))
    status, printed = grade(tmp_path / "class", "--out", tmp_path / "grades.csv")
    assert status == 0, printed
    row = rows(tmp_path / "grades.csv")["lines"]
    assert not lost(row) and {"socket", "two"} <= untried(row)
    report = (tmp_path / "grades" / "lines.md").read_text(encoding="utf-8")
    assert "строка 71 — для Python 3.12 и новее, а здесь Python 3." in report
