"""How the grading starts a program that never gets ready: in other ways, or not, and for how long."""

import pytest

from lab.grader import limits
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


def test_who_ends_at_once_is_started_in_all_ways(attempts):
    assert attempts("raise SystemExit(1)\n")[0] == list(WAYS)


def test_who_has_done_nothing_before_it_ends_is_not_started_in_other_ways(attempts, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0.1)
    assert len(attempts("import time\ntime.sleep(2)\n")[0]) == 1


def test_who_says_the_same_over_and_over_is_not_waited_for(attempts, monkeypatch):
    for limit in "START", "SPENT":
        monkeypatch.setattr(limits, limit, float("inf"))
    assert attempts("while True:\n    print('болтовня ' * 1000)\n")[1].startswith("server.py работает, но")
