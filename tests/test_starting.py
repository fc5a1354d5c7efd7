"""How the grading starts a program that never gets ready: in other ways, or not, and for how long."""

import re
from pathlib import Path

import pytest

from lab.grader import limits
from lab.grader.language import english
from lab.grader.programs import Work
from lab.grader.starting import WAYS, Start
from lab.grader.words import Failure


@pytest.fixture
def attempts(tmp_path, monkeypatch):
    """A function that starts a server (its code) and returns the ways (list) that were tried, and what is said."""

    def start(code):
        (tmp_path / "server.py").write_text(code)
        (tmp_path / "client.py").write_text("input()\n")
        work, tried, attempt = Work(tmp_path), [], Start.attempt
        monkeypatch.setattr(Start, "attempt", lambda self, way: (tried.append(way), attempt(self, way))[1])
        chat = work.chat()
        try:
            with pytest.raises(Failure) as failure:
                work.start_server(chat)
        finally:
            chat.end()
            work.clean_up()
        return tried, str(failure.value)

    return start


def test_who_ends_at_once_is_started_in_all_ways(attempts, monkeypatch):
    monkeypatch.setattr(limits, "SOON", float("inf"))
    tried, said = attempts("raise SystemExit(1)\n")
    assert tried == list(WAYS)
    assert said == "server.py сразу завершает работу и не слушает ни одного порта."


def test_who_ends_later_is_told_when_though_other_ways_end_at_once(attempts, monkeypatch):
    monkeypatch.setattr(limits, "SOON", 0.9)
    tried, said = attempts("import sys, time\ntime.sleep(len(sys.argv) < 2)\n")
    assert tried == list(WAYS)
    assert re.fullmatch(r"server\.py завершает работу через \d+ с и не слушает ни одного порта\.", said)
    assert re.fullmatch(r"server\.py ends after \d+ s and listens on no port\.", english(said))


def test_who_runs_on_is_not_told_to_end_at_once_because_other_ways_do(attempts, monkeypatch):
    monkeypatch.setattr(limits, "START", 1)
    tried, said = attempts("import sys, time\ntime.sleep(0 if sys.argv[1:] else 60)\nport = sys.argv[1]\n")
    assert tried == list(WAYS[:2]) and said == "server.py работает, но не слушает ни одного порта."


def test_who_ends_when_it_is_answered_is_told_to_end(attempts):
    assert "завершает работу" in attempts("input('Порт: ')\n")[1]


def test_who_has_done_nothing_before_it_ends_is_not_started_in_other_ways(attempts, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0.1)
    assert len(attempts("import time\ntime.sleep(2)\n")[0]) == 1


def test_who_says_the_same_over_and_over_is_not_waited_for(attempts, monkeypatch):
    for limit in "START", "SPENT":
        monkeypatch.setattr(limits, limit, float("inf"))
    assert attempts("while True:\n    print('болтовня ' * 1000)\n")[1].startswith("server.py работает, но")


def test_a_client_that_ends_some_time_after_the_name_is_not_told_to_end_at_once(tmp_path):
    server = Path(__file__).with_name("sample") / "server.py"
    (tmp_path / "server.py").write_bytes(server.read_bytes())
    (tmp_path / "client.py").write_text(
        "import socket, sys, time\nserver = socket.create_connection(('localhost', int(sys.argv[1])))\n"
        "input()\ntime.sleep(1)\n"
    )
    with Work(tmp_path).chat() as chat:
        chat.meet("Аня")
    assert str(chat.failure) == "До этого не дошло: client.py завершил работу после имени."
