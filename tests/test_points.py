"""points() tells a student the same as the grading tells the instructor, and never keeps the notebook."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

import points
from lessons import ROOT

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch):
    """Other tests run meanwhile."""
    monkeypatch.setenv("POINTS_SLOWNESS", "4")


def said(folder, capsys):
    """Return the lines that points() prints in folder (Path), without the first."""
    points.points(folder)
    return capsys.readouterr().out.splitlines()[1:]


def test_the_assignments_server_without_a_client_earns_84_and_both_are_told(tmp_path, capsys):
    (tmp_path / "server.py").write_bytes((ROOT / "tests/sample/server.py").read_bytes())
    first, *lost = said(tmp_path, capsys)
    assert first == "Баллы: 84 из 100, из них 3 сверх задания"
    assert lost[0].startswith("✗ Модуль socket, 0 из 5. client.py не найден: ")
    assert lost[1] == "✗ Клиент отправляет, 0 из 3. То же самое."
    glued = "✗ Склеенные сообщения, сверх задания 0 из 3. Не случилось: Борис слышит по отдельности: «раз», «два»."
    assert f"{glued} Борис слышит только: «Аня: раздва»" in lost
    assert len(lost) == 11


def test_a_program_with_a_fault_of_syntax_is_told_which_and_the_rest_is_the_same(tmp_path, capsys):
    for name in points.FILES:
        (tmp_path / name).write_text("import socket\nsocket.socket(\n")
    first, *lost = said(tmp_path, capsys)
    assert first == "Баллы: 0 из 100" and len(lost) == 21
    assert "не слушает ни одного порта. (SyntaxError: " in lost[1]
    assert lost[2] == "✗ Кто пришёл, 0 из 5. То же самое."


def test_where_there_is_nothing_yet_it_says_so(tmp_path, capsys):
    points.points(tmp_path)
    assert capsys.readouterr().out == (
        "В этой папке нет ни server.py, ни client.py: проверять пока нечего. Сохраните их рядом с уроком.\n"
    )


def test_the_labs_programs_earn_120_and_a_server_that_runs_in_a_terminal_meanwhile_does_no_harm(tmp_path, capsys):
    code = "import socket; taken = socket.create_server(('localhost', 8080)); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=-1) as other:
        other.stdout.readline()  # also where somebody else has the port, and it ends
        assert said(ROOT / "lab", capsys) == ["Баллы: 120 из 100, из них 20 сверх задания"]
        other.kill()


def runs_the_server(process):
    """Return whether a process (psutil's) is the student's server."""
    try:
        return "server.py" in process.cmdline()
    except psutil.Error:
        return False  # it has just ended


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("ends", ["SIGINT", "SIGKILL"])
def test_nothing_is_left_running_when_the_notebook_is(ends, tmp_path, monkeypatch):
    monkeypatch.setenv("POINTS_SLOWNESS", "1000")
    (tmp_path / "server.py").write_text("print('ready')\nwhile True: pass")
    notebook = subprocess.Popen(
        [sys.executable, "-c", "import points; points.points()"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    kin = psutil.Process(notebook.pid)
    while not any(runs_the_server(process) for process in kin.children(recursive=True)):
        assert notebook.poll() is None
    begun = kin.children(recursive=True)
    notebook.send_signal(signal.Signals[ends])
    notebook.wait(60)
    left = psutil.wait_procs(begun, 60)[1]
    for process in left:
        process.kill()
    assert left == []
