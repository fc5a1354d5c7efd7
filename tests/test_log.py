"""The rules of lab/relay.py's log without Redis: what all hear is a function of the entries.

Hypothesis invents servers that start, speak, sleep, send twice, and are read late; strangers; and a
Redis that forgets. Whoever has read the same knows the same, and said it once.
"""

import json
import queue
import sys
import threading
from types import ModuleType
from unittest import mock

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, precondition, rule

from programs import LAB

redis = pytest.importorskip("redis")
NAMES = ["Аня", "Боря", "Вера", "Галя"]
TAKEN = "Имя {} тем временем занял другой."
FOREIGN = [
    {},
    {b"data": b"hi"},
    {b"server": b"x", b"number": b"1", b"events": b""},
    {b"server": b"x", b"number": b"one", b"events": b"[]"},
    {b"server": b"x", b"number": b"9" * 5000, b"events": b"[]"},
    {b"server": b"\xff", b"number": b"1", b"events": b"[]"},
    *(
        {b"server": b"x", b"number": b"1", b"events": events}
        for events in [
            b"\xff",
            b"{",
            b"null",
            b"7",
            b'"ask"',
            b'{"ask": 1}',
            b"[null]",
            b"[[]]",
            b'[["ask", 1]]',
            b'[[1, "x"]]',
            b'[["x", "", "y"]]',
            b'[[1, 2, "y"]]',
            b'[[1, "", 3]]',
            b'[[1, "", "\\ud800"]]',
            b"[" * 100000,
            b'[["roster", "x", 1, {}]]',
            b'[["roster", "x", 1, null]]',
            b'[["roster", 1, "x", {}]]',
            b'[["roster", "x", 1, {"time": 1e999, "servers": [], "dead": [], "people": [], "lines": []}]]',
            b'[["roster", "x", 1, {"time": 1, "servers": [1], "dead": [], "people": [], "lines": []}]]',
            b'[["roster", "x", 1, {"time": 1, "servers": [], "dead": 1, "people": [], "lines": []}]]',
            b'[["roster", "x", 1, {"time": 1, "servers": [], "dead": [], "people": [["x", 1]], "lines": []}]]',
            b'[["roster", "x", 1, {"time": 1, "servers": [], "dead": [], "people": [], "lines": [1]}]]',
            b"[" + b" " * 2**22 + b"]",
        ]
    ),
]


CODE = {name: compile((LAB / f"{name}.py").read_text(encoding="utf-8"), name, "exec") for name in ("server", "relay")}


def load(name):
    """Return lab's module name as one that nobody has used yet."""
    module = ModuleType(name)
    exec(CODE[name], vars(module))
    return module


class FakeSocket:
    """The server's end of a connection; it takes all."""

    def __init__(self):
        self.taken, self.ended = b"", False

    def send(self, data, flags=0):
        self.taken += data
        return len(data)

    def shutdown(self, how):
        self.ended = True

    def lines(self):
        return self.taken.decode().splitlines()


class Person:
    """Somebody at a site, who has at most one thing to say on its way."""

    def __init__(self, site):
        self.site, self.said = site, []
        self.client = site.server.Client(FakeSocket())
        self.client.turn.acquire()
        self.client.said = True
        self.client.give_turn()

    def say(self, *lines):
        """Say lines (str), or nothing more (None), unless what one said before is on its way."""
        gone = self.client.left or self.site.ended
        if not gone and self.client.turn.acquire(blocking=False):
            lines = None if lines == (None,) else [line.encode() for line in lines]
            self.site.room.put(self.client, lines)
            return True


class Site:
    """A server, its room, and how far it has read the log."""

    def __init__(self, log):
        self.server = load("server")
        self.server.DONTWAIT = 1
        with mock.patch.dict(sys.modules, server=self.server):
            self.relay = load("relay")
        self.room = self.relay.Room(3)
        self.room.history.lines = self.transcript = self.relay.deque(maxlen=10**6)  # all of it
        self.log, self.place, self.ended = log, 0, False

    def read(self, limit=10**9):
        """Take in entries of the log, as broadcast does."""
        for now, fields in self.log[self.place : self.place + limit]:
            self.place += 1
            for client, lines in self.room.read(now, fields):
                self.server.hear(client, lines)
                client.said = True
                client.give_turn()
            self.server.flush()

    def knows(self):
        """Return what must be the same for all who have read the same."""
        people = [(*key, client.name) for key, client in self.room.people.items()]
        assert [name for name in self.server.client_names if name] == [name for *_, name in people]
        assert len({*self.server.client_names} - {""}) == len(people)
        return people, {one: last[0] for one, last in self.room.servers.items()}


class Servers(RuleBasedStateMachine):
    """Servers of one room, whose log loses nothing that was in it."""

    people, entries = Bundle("people"), Bundle("entries")

    def __init__(self):
        super().__init__()
        self.log, self.now, self.sites, self.crowd, self.count = [], 10**9, [], [], 0
        self.start()

    def tick(self, milliseconds=1):
        self.now += milliseconds
        return self.now

    @precondition(lambda self: len(self.sites) < 4)
    @rule()
    def start(self):
        self.sites.append(Site(self.log))
        self.sites[-1].place = len([now for now, _ in self.log if now < self.now - 5000])
        self.write(self.sites[-1])

    def alive(self):
        return [site for site in self.sites if not site.ended]

    def site(self, data):
        return data.draw(st.sampled_from(self.alive()))

    def write(self, site, milliseconds=1):
        site.room.compose()
        self.send(site, milliseconds)

    def send(self, site, milliseconds=1):
        """Send all that this site has not read, whether or not it was sent before."""
        for entry in site.room.unread:
            fields = {
                key.encode(): value if isinstance(value, bytes) else str(value).encode()
                for key, value in site.relay.encode(entry).items()
            }
            self.log.append((self.tick(milliseconds), fields))

    @rule(target=people, data=st.data(), name=st.sampled_from(NAMES))
    def connect(self, data, name):
        person = Person(self.site(data))
        self.crowd.append(person)
        person.say(name)
        return person

    @rule(person=people)
    def speak(self, person):
        line = f"слово{self.count}"
        if person.say(line):
            self.count += 1
            person.said.append(line)

    @rule(person=consumes(people), goodbye=st.sampled_from([None, ""]))
    def leave(self, person, goodbye):
        person.say(goodbye)

    @rule(data=st.data())
    def write_one(self, data):
        self.write(self.site(data))

    @rule(data=st.data())
    def refuse_one(self, data):
        """Redis does not take an entry; it comes with the next one."""
        self.site(data).room.compose()

    @rule(data=st.data())
    def send_again(self, data):
        self.send(self.site(data))

    @rule(data=st.data(), limit=st.sampled_from([1, 2, 5, 10**9]))
    def read(self, data, limit):
        self.site(data).read(limit)

    @rule(i=st.integers(0, len(FOREIGN) - 1))  # hypothesis would print the entry itself
    def write_by_a_stranger(self, i):
        self.log.append((self.tick(), FOREIGN[i]))

    @rule(data=st.data(), seconds=st.sampled_from([1, 3, 7]))
    def sleep(self, data, seconds):
        """One site neither reads nor writes, while the others do, or nobody does."""
        sleeper = self.site(data)
        for _ in range(seconds):
            self.tick(1000)
            for site in self.alive():
                if site is not sleeper:
                    self.write(site)
                    site.read()

    @rule(seconds=st.sampled_from([1, 3, 7]))
    def lose_redis(self, seconds):
        self.tick(1000 * seconds)

    @precondition(lambda self: len(self.alive()) > 1)
    @rule(data=st.data(), clean=st.booleans())
    def end(self, data, clean):
        site = self.site(data)
        if clean:
            site.room.said.put(["bye", site.room.me])
            self.write(site)
        site.ended = True

    def settle(self):
        """Let all who are there read and write until nothing is on its way."""
        for _ in range(25):  # seconds: a death is noticed, an answer waited for in vain
            self.tick(1000)
            for site in self.alive():
                site.read()
                self.write(site)
        for site in self.alive():
            site.read()

    def check(self):
        first, *others = self.alive()
        for site in self.alive():
            assert site.room.sure and site.room.open and site.room.since is None
        for other in others:
            assert other.knows() == first.knows()
        there = {site.room.me for site in self.alive()}
        assert there == {*first.room.servers} >= {origin for origin, *_ in first.knows()[0]}  # no ghosts
        for person in self.crowd:
            assert person.site.ended or not person.client.turn.locked()

    def check_words(self):
        longest = max((site.transcript for site in self.alive()), key=len)
        for site in self.alive():
            assert [*site.transcript] == [*longest][-len(site.transcript) or len(longest) :]
        said = [line.decode() for line in longest]
        words = [line for line in said if ": слово" in line]
        assert len({*words}) == len(words)
        for person in self.crowd:
            if not person.site.ended:
                self.check_person(person)

    def check_person(self, person):
        heard, name = person.client.socket.lines(), person.client.name
        talk = [line.split(": ")[1] for line in heard if name and line.startswith(f"{name}: ")]
        told_to_go = TAKEN.format(name) in heard
        mine = [line for line in talk if line in person.said]
        words = [word for word in person.said if not name or word != name]
        if name and not told_to_go:
            assert mine == [word for word in words if word in mine]  # in order, once
            # the first words of one who was refused were tried as names
            joined = [line for line in heard if line == f"{name} присоединился к чату."]
            assert joined
            assert [word for word in words if f"Имя {word}" not in heard] == mine or name in person.said

    def teardown(self):
        self.settle()
        self.check()
        self.check_words()
        for site in self.sites:
            site.server.bell.close()
            site.server.bell_rings.close()


Servers.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None, database=None)
test_all_servers_that_read_one_log_agree = Servers.TestCase


class Forgetting(Servers):
    """The same where Redis forgets what it had, and comes back with an older memory, or an empty one."""

    @rule(data=st.data(), seconds=st.sampled_from([-9, 1, 9]), again=st.booleans())
    def forget(self, data, seconds, again):
        del self.log[data.draw(st.integers(max(0, len(self.log) - 9), len(self.log))) :]
        self.tick(seconds * 1000)  # its clock may go back
        for site in self.sites:
            site.place = 0 if again else min(site.place, len(self.log))

    def check_words(self):
        for site in self.alive():  # nobody hears a thing twice
            said = [line.decode() for line in site.transcript if ": слово".encode() in line]
            assert len({*said}) == len(said)


Forgetting.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None, database=None)
test_servers_agree_again_after_redis_has_forgotten = Forgetting.TestCase


class Forgetful:
    """A Redis that takes all that is sent, breaks the connection once when told to, and gives nothing back."""

    def __init__(self):
        self.taken, self.breaks = queue.SimpleQueue(), threading.Event()
        self.connection = mock.Mock()

    def client(self):
        return self

    def time(self):
        return 10**9, 0

    def xadd(self, key, fields, **limits):
        if self.breaks.is_set():
            self.breaks.clear()
            raise redis.ConnectionError
        self.taken.put(fields["number"])

    def xread(self, streams, **limits):
        threading.Event().wait()


def test_after_an_error_all_is_sent_again_that_was_not_read_back():
    store, site = Forgetful(), Site([])
    site.relay.Log(store, "chat:main", site.room)
    sent = [store.taken.get(timeout=60) for _ in range(2)]
    store.breaks.set()
    again = [store.taken.get(timeout=60) for _ in range(3)]
    assert (sent, again) == ([1, 2], [1, 2, 3])


class Silent(Forgetful):
    """A Redis whose log holds one entry, with this id (bytes); then there is nothing new."""

    def __init__(self, place):
        super().__init__()
        self.asked, self.answers = queue.SimpleQueue(), iter([[[b"chat:main", [(place, {})]]], []])

    def xread(self, streams, **limits):
        self.asked.put(*streams.values())
        for answer in self.answers:
            return answer
        threading.Event().wait()


@pytest.mark.parametrize("place, then", [(b"999000000-7", b"999000000-7"), (b"2000000000000-7", b"999999995000-0")])
def test_after_silence_a_server_reads_on_from_where_it_is_or_from_a_little_earlier(place, then):
    store, site = Silent(place), Site([])
    site.relay.Log(store, "chat:main", site.room)
    assert [store.asked.get(timeout=60) for _ in range(3)] == [b"999999995000-0", place, then]


@pytest.fixture
def room():
    """A room of two servers that know each other; the second has one person, Аня."""
    servers = Servers()
    servers.start()
    anya = servers.sites[1]
    servers.settle()
    servers.person = Person(anya)
    servers.person.say("Аня")
    servers.settle()
    yield servers
    servers.teardown()


def test_who_returns_twice_in_a_row_is_not_taken_for_a_namesake(room):
    first, second = room.sites
    for _ in range(2):
        first.room.said.put(["bye", second.room.me])
        room.write(first)
        second.read()  # it is dead: it says hello again
        room.write(second)
        second.read()  # now its people may return,
        second.room.compose()  # but Redis does not take that entry
    room.settle()
    assert not room.person.client.socket.ended
    assert TAKEN.format("Аня") not in room.person.client.socket.lines()


def test_what_is_said_a_moment_later_goes_out_in_the_same_entry(room):
    site = room.sites[0]
    site.room.said.put([1, "Аня", "раз"])
    with mock.patch.object(site.relay.time, "sleep", lambda seconds: site.room.said.put([2, "Боря", "два"])):
        entry = site.room.compose()
    assert [event[2] for event in entry.events] == ["раз", "два"]
    site.room.unread.clear()


def test_what_waited_for_long_goes_out_in_entries_of_bounded_size(room):
    voice = room.sites[0].room
    for number in range(100):
        voice.said.put([number, "Аня", "x" * 4096])
    sizes = []
    while voice.waiting or not voice.said.empty():
        sizes.append(sum(len(event[2]) for event in voice.compose().events))
    assert sum(sizes) == 100 * 4096 and max(sizes) <= 65536 + 4096
    voice.unread.clear()


def test_who_starts_while_a_failover_forgets_its_hello_has_no_ghosts(room):
    first, second = room.sites
    room.start()
    newcomer = room.sites[2]
    first.read()  # and is about to tell that Аня is here;
    del room.log[-1]  # but the Redis that takes over never heard that hello
    first.place = second.place = len(room.log)
    second.room.said.put(["bye", second.room.me])
    room.write(second)
    second.ended = True
    room.send(newcomer)
    first.read()
    room.write(first)
    newcomer.read()  # an answer as of the first hello, while the second came after Аня had left
    Person(first).say("Аня")
    room.settle()
    assert "Аня" in newcomer.server.client_names


STATE = {"servers": {"x": 1}, "dead": ["y"], "people": [["x", 1, "Аня"]], "lines": ["Аня: слово"]}


@pytest.mark.parametrize(
    "state",
    [
        {},
        {**STATE, "more": 1},
        *({name: value for name, value in STATE.items() if name != missing} for missing in STATE),
        *({**STATE, name: value} for name in STATE for value in (None, 7, "x", [7], [None], {"x": None})),
        {**STATE, "servers": {"x": "one"}},
        {**STATE, "servers": {"x": float("inf")}},
        {**STATE, "people": [["x", 1, "\ud800"]]},
        {**STATE, "people": [["x", "one", "Аня"]]},
        {**STATE, "people": [["x", 1]]},
        {**STATE, "dead": [["x"]]},
        {**STATE, "lines": ["\ud800"]},
    ],
)
def test_an_answer_by_a_stranger_that_makes_no_sense_ends_nobody(room, state):
    room.start()
    newcomer = room.sites[2]
    hello = room.log[-1]
    events = json.dumps([["roster", newcomer.room.me, hello[0], state]]).encode()
    room.log.append((hello[0], {b"server": b"x", b"number": b"1", b"events": events}))
    newcomer.read()
    room.settle()
    boris = Person(newcomer)
    boris.say("Боря")
    room.settle()
    assert "Боря" in newcomer.server.client_names


def test_what_comes_in_one_entry_with_the_answer_to_a_hello_is_heard_once(room):
    second = room.sites[1]
    room.start()
    newcomer = room.sites[2]
    newcomer.read()
    vera = Person(newcomer)
    vera.say("Вера")
    room.write(newcomer)
    second.read()
    room.person.say("слово")
    room.write(second)
    newcomer.read()
    assert [line for line in vera.client.socket.lines() if line.startswith("Аня")] == ["Аня: слово"]
