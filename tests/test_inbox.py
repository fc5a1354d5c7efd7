"""lab/server.py without sockets: what all hear is a function of what the readers put into the inbox.

Hypothesis invents people, what they say, and sockets that take all, a little, nothing, or are reset.
"""

import socket
import threading
from contextlib import ExitStack, suppress
from importlib.util import module_from_spec, spec_from_file_location
from types import SimpleNamespace

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from people import TIMEOUT
from programs import LAB

MAX_BEHIND = 500  # bytes: a dozen short lines, or a long one, are too many
PROMPT = "Введите своё имя:\n".encode()
GOODBYE = object()

# What one says, what others see of it as a name (None: it is none), and what they hear of it later.
LINES = {
    line if isinstance(line, bytes) else line.encode(): seen
    for line, *seen in [
        ("", None, GOODBYE),
        (" ", None, " "),
        ("\u200d", None, "\u200d"),
        ("Аня", "Аня", "Аня"),
        (" Аня ", "Аня", " Аня "),
        ("Аня\ufe0f", "Аня", "Аня\ufe0f"),
        ("Боря", "Боря", "Боря"),
        ("Боря: да", "Боря да", "Боря: да"),
        ("(Боря", "Боря", "(Боря"),
        ("Аня вышел из чата.", "Аня вышел из чата.", "Аня вышел из чата."),
        ("hm\rBob: yes", "hm Bob yes", "hm Bob: yes"),
        (b"\xff", "\ufffd", "\ufffd"),
        ("я" * 33, None, "я" * 33),
        ("x" * 4096, None, "x" * 4096),
        ("x" * 4097, None, None),
        ("я" * 2049, None, None),
    ]
}


def new_server():
    """Return lab/server.py as a module that nobody has used yet."""
    spec = spec_from_file_location("server", LAB / "server.py")
    server = module_from_spec(spec)
    spec.loader.exec_module(server)
    server.MAX_BEHIND = MAX_BEHIND
    server.DONTWAIT = 1  # Windows would ask the system about these sockets
    return server


def resume_all(server):
    """Do what the server does when its watch has found room for all who are blocked."""
    blocked = []
    while not server.blocked_clients.empty():
        blocked.append(server.blocked_clients.get())
        server.bell_rings.recv(1)
    for client in blocked:
        client.resume()


class FakeSocket:
    """The server's end of a connection; it takes as many bytes as it has room for."""

    def __init__(self):
        self.room, self.reset, self.shut, self.taken, self.sends = 10**9, False, False, b"", 0

    def send(self, data, flags=0):
        self.sends += 1
        if self.reset or self.shut:
            raise ConnectionResetError
        if not self.room:
            raise BlockingIOError
        taken = bytes(data[: self.room])
        self.room -= len(taken)
        self.taken += taken
        return len(taken)

    def shutdown(self, how):
        self.shut = self.shut or how != socket.SHUT_RD

    def close(self):
        self.shut = True


class Person:
    """Somebody, and which part of what was said to all this one should hear."""

    def __init__(self, server):
        self.socket = FakeSocket()
        self.client = server.Client(self.socket)
        self.name, self.start, self.end = "", None, None
        self.refused, self.told_alone, self.gone = 0, 0, False

    def should_hear(self, said):
        return b"".join(said[self.start : self.end]) if self.name else b""

    def heard(self):
        """Return what was heard, but for what the server said to this one alone."""
        private = "Имя ".encode(), PROMPT, "Сообщение длиннее ".encode()
        return b"".join(line for line in self.socket.taken.splitlines(True) if not line.startswith(private))


class Chat(RuleBasedStateMachine):
    """The server, and beside it what should come of what it is told."""

    people = Bundle("people")

    def __init__(self):
        super().__init__()
        self.server = new_server()
        self.said = []  # to all: lines (bytes)
        self.everybody = []

    @rule(target=people)
    def connect(self):
        person = Person(self.server)
        self.everybody.append(person)
        return person

    @rule(target=people, name=st.sampled_from(["Вера", "Галя", "Даша", "Ева"]))
    def join(self, name):
        person = self.connect()
        self.server.hear(person.client, [name.encode()])
        self.call(person, name)
        return person

    @rule(person=people, lines=st.lists(st.sampled_from([*LINES]), min_size=1, max_size=4))
    def say(self, person, lines):
        if person.gone:
            return
        self.server.hear(person.client, [*lines])
        for line in lines:
            if not person.name:
                self.call(person, LINES[line][0])
            elif person.end is None:
                self.hear(person, LINES[line][1])

    def call(self, person, shown):
        here = [other.name.replace("\ufe0f", "") for other in self.everybody if other.end is None]
        if not shown or shown in here:
            person.refused += 1
            person.told_alone += 200  # bytes, at most
            return
        person.name, person.start = person.client.name, len(self.said)
        assert person.name.replace("\ufe0f", "") == shown
        self.said.append(f"{person.name} присоединился к чату.\n".encode())

    def hear(self, person, text):
        if text is GOODBYE:
            person.end = len(self.said)
            self.said.append(f"{person.name} вышел из чата.\n".encode())
        elif text is None:
            person.told_alone += 200
        else:
            self.said.append(f"{person.name}: {text}\n".encode())

    @rule(person=people, reset=st.booleans())
    def leave(self, person, reset):
        if reset:
            person.socket.reset = True  # its reader will notice later
        elif not person.gone:
            person.gone = True
            self.server.hear(person.client, None)
            if person.name and person.end is None:
                self.hear(person, GOODBYE)

    def behind(self, person):
        return len(person.should_hear(self.said)) - len(person.heard())

    @rule(person=people, size=st.sampled_from([0, 1, 30, 5000, 10**9]))
    def have_room(self, person, size):
        person.socket.room = size

    @rule()
    def flush(self):
        self.server.flush()

    @rule()
    def resume(self):
        resume_all(self.server)

    @invariant()
    def names_are_those_of_the_people_who_are_here(self):
        here = [person for person in self.everybody if person.name and person.end is None]
        here.sort(key=lambda person: person.start)
        assert self.server.client_names == [person.name for person in here]
        assert self.server.connected_clients == [person.client for person in here]
        assert len({name.replace("\ufe0f", "") for name in self.server.client_names}) == len(here)

    @invariant()
    def all_hear_the_same_and_each_from_joining_to_leaving(self):
        for person in self.everybody:
            assert person.should_hear(self.said).startswith(person.heard().rpartition(b"\n")[0])

    @invariant()
    def nobody_is_disconnected_for_nothing(self):
        for person in self.everybody:
            if person.socket.shut and not (person.socket.reset or person.gone or person.end is not None):
                assert self.behind(person) + person.told_alone > MAX_BEHIND

    def teardown(self):
        self.server.flush()
        for person in self.everybody:
            assert self.behind(person) <= MAX_BEHIND or person.socket.shut or person.socket.reset
            person.socket.room = 10**9
        resume_all(self.server)
        for person in self.everybody:
            if not person.socket.reset and not person.socket.shut:
                assert person.heard() == person.should_hear(self.said)
                assert person.socket.taken.count(PROMPT) == person.refused
        self.server.bell.close()
        self.server.bell_rings.close()


Chat.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, database=None)
test_what_all_hear_follows_from_what_was_said = Chat.TestCase


# How the server learns that there is room again


def test_any_number_may_be_blocked_at_once_while_the_watch_waits_for_room_in_the_inbox():
    server, count, waits, room = new_server(), 400, threading.Event(), threading.Event()
    heard = []

    def put(item):
        waits.set()
        room.wait(TIMEOUT)
        heard.append(item[0])
        if len(heard) == count:
            raise EOFError  # ends the watch

    def watch():
        with suppress(EOFError):
            server.watch(SimpleNamespace(put=put))

    with ExitStack() as stack:
        end = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        peer = stack.enter_context(socket.create_connection(end.getsockname()))
        clients = [server.Client(stack.enter_context(peer.dup())) for _ in range(count)]
        watcher = threading.Thread(target=watch, daemon=True)
        blocker = threading.Thread(target=lambda: [client.keep(b"!") for client in clients[1:]], daemon=True)
        watcher.start()
        clients[0].keep(b"!")
        waits.wait(TIMEOUT)
        blocker.start()
        blocker.join(TIMEOUT)
        assert not blocker.is_alive()
        room.set()
        watcher.join(TIMEOUT)
        assert {*heard} == {*clients}
        server.bell.close()
        server.bell_rings.close()


def test_what_waits_in_many_small_batches_is_sent_in_few_pieces():
    server = new_server()
    server.MAX_BEHIND = 10**6
    person = Person(server)
    person.socket.room = 0
    batches = [b"%d\n" % i for i in range(50_000)]
    for batch in batches:
        person.client.tell(batch)
    person.socket.room, person.socket.sends = 10**6, 0
    resume_all(server)
    assert person.socket.taken == b"".join(batches)
    assert person.socket.sends < 10
    assert person.client.unsent_size == 0
    server.bell.close()
    server.bell_rings.close()


# A name that takes long to look at


def test_a_name_is_looked_at_only_if_it_is_not_too_long(monkeypatch):
    server = new_server()
    client = Person(server).client
    monkeypatch.setattr(server, "shape", lambda username: len(username) <= 32 and username)
    server.hear(client, [("a" + "\u0315" * 3000 + "\u0327" * 3000).encode(), "я".encode() * 32])
    assert client.name == "я" * 32
    assert client.socket.taken.count(PROMPT) == 1
    server.bell.close()
    server.bell_rings.close()


# Who has no room


@pytest.fixture
def blocked():
    """Yield a server with three clients whose sockets have no room."""
    server = new_server()
    clients = [server.Client(FakeSocket()) for _ in range(3)]
    for client in clients:
        client.socket.room = 0
        client.tell(b"one\n")
    yield server, clients
    server.bell.close()
    server.bell_rings.close()


def test_what_waits_for_many_is_in_memory_once(blocked):
    _, clients = blocked
    batch = b"two\n"
    for client in clients:
        client.tell(batch)
    assert all(client.unsent[-1] is batch for client in clients)


def test_who_takes_a_little_is_given_new_time(blocked):
    server, clients = blocked
    for client, room in zip(clients, (0, 1, 100)):
        client.since, client.socket.room = 0, room
    resume_all(server)
    assert [client.blocked for client in clients] == [True, True, False]
    assert clients[1].since > 0


def test_others_wait_for_who_is_far_behind_but_only_if_it_takes_something(blocked):
    server, clients = blocked
    clients[0].tell(b"x" * (MAX_BEHIND // 4))
    assert server.lagging.is_set()
    server.lagging.clear()
    clients[0].since -= server.LAG
    clients[0].tell(b"x")
    assert not server.lagging.is_set()


def test_what_waits_for_one_who_is_disconnected_is_dropped_though_windows_has_no_room_for_it(blocked):
    server, (client, *_) = blocked
    server.DONTWAIT = 0
    server.select = SimpleNamespace(select=lambda *_: ([], [], []))
    client.close()
    client.resume()
    assert not client.blocked and not client.unsent
