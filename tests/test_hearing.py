"""How long the grading listens to a program, in vain or not."""

import socket
import threading
from types import SimpleNamespace

import pytest

from lab.grader import limits, processes
from lab.grader.line import Line
from lab.grader.transcript import FLOOD


class Busy:
    """A chat whose programs always have something to do."""

    work = SimpleNamespace(restless=False)
    transcript = SimpleNamespace(note=lambda *what: None)

    def busy(self):
        return True

    def rest(self):
        return None


@pytest.fixture
def talk(monkeypatch):
    """A person who listens, and a function that says lines (iterator of bytes) to that person, without end."""
    monkeypatch.setattr(limits, "PATIENCE", 600)
    monkeypatch.setattr(limits, "LIMIT", 600)
    ours, theirs = socket.socketpair()
    person = Line(Busy(), "Аня", ours)

    def say(lines):
        try:
            for line in lines:
                theirs.sendall(line)
        except OSError:
            pass  # nobody listens any more

    def start(lines):
        threading.Thread(target=say, args=(lines,), daemon=True).start()
        return person

    yield start
    theirs.close()
    ours.close()


@pytest.mark.timeout(60)
def test_who_hears_the_same_over_and_over_waits_for_nothing_more(talk, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0.2)
    person = talk(iter(lambda: "Борис: \n".encode(), None))
    assert not person.until(lambda text: "вышел" in text)
    assert person.repeats()


def test_what_comes_after_much_of_the_same_is_heard(talk):
    person = talk(["Борис: \n".encode()] * 10_000 + ["Борис вышел\n".encode()])
    assert person.until(lambda text: "вышел" in text)


def test_many_different_words_are_no_repetition(talk):
    person = talk(f"Борис: {number}\n".encode() for number in range(10_000))
    assert person.until(lambda text: "Борис: 9999\n" in text)
    assert not person.repeats()


def test_what_comes_behind_a_flood_of_our_own_is_heard_however_long_that_takes(talk, monkeypatch):
    monkeypatch.setattr(limits, "PATIENCE", 0)
    flood = f"Аня: {FLOOD * 250}\n".encode()
    person = talk([flood] * 5000 + ["Аня: всё\n".encode()])
    assert person.until(lambda text: "всё" in text)


def test_who_says_much_waits_until_those_who_listen_have_heard_it(monkeypatch):
    monkeypatch.setattr(limits, "LIMIT", 600)
    monkeypatch.setattr(processes, "TELLS", True)
    viktor, unread = SimpleNamespace(unread=0), []
    viktor.behind = lambda: viktor.unread > 0 and vars(viktor).update(unread=viktor.unread - 1) is None
    anya = Line.__new__(Line)
    anya.chat, anya.end = SimpleNamespace(transcript=Busy.transcript, people=[viktor]), "\n"

    def send(data):
        viktor.unread += 3
        unread.append(viktor.unread)

    anya.send, anya.taken = send, lambda: None
    anya.talks_much()
    assert len(unread) > 100 and max(unread) == 3
