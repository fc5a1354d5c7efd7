"""What people can rely on when several lab/relay.py serve one chat, over real redis-server processes.

The log of the chat has one order, so a line that all wait for is a fence for all that its speaker said
before. It is none for what others have only sent: where their words count, each says a last one.
"""

import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import count, cycle, product
from urllib.parse import quote

import pytest
import redis
import yaml

from needs import need
from people import TIMEOUT, Peer
from programs import LAB, Program, Redis, Server
from proxy import Wire
from test_overload import held_once_of_three, listen_at_once, longest_names
from test_server import PROMPT, peak_memory

pytestmark = need("redis-server")

RELAY = LAB / "relay.py"
AWAY = "Связи с другими серверами нет, сообщения ждут."
BACK = "Связь с другими серверами восстановлена."
MISSED = "Часть сообщений могла потеряться."
numbers = count()


@pytest.fixture(scope="module")
def store():
    """A redis-server for the tests that do it no harm."""
    with Redis() as store:
        yield store


def new_room():
    """Return the name of a room in which nobody has been."""
    return f"room{next(numbers)}"


@contextmanager
def chat(*stores, options=(), room=None, script=RELAY):
    """Servers of one chat that end with status 0 and no traceback: one on each store, a Redis or a wire."""
    room = room or new_room()
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                Server(script, "--redis", f"redis://127.0.0.1:{store.port}/0", "--room", room, *options)
            )
            for store in stores
        ]
        yield servers
        for server in servers:
            if server.process.poll() is None:
                assert server.stop() == 0
            assert not [line for line in server.rest() if "Traceback" in line]


@contextmanager
def people(servers, *names):
    """People in this order, on the servers by turns; all hear those who come after them."""
    with ExitStack() as stack:
        crowd = []
        for name, server in zip(names, cycle(servers)):
            crowd.append(stack.enter_context(Peer(server.port, name)))
        for i, person in enumerate(crowd[:-1]):
            for name in names[i + 1 :]:
                person.expect(f"{name} присоединился к чату.")
        yield crowd


def hear_up_to(last, *listeners):
    """Return what the listeners have heard before the line that is last; it is the same for all.

    What a server says about its own connection is left out: it is not in the log.
    """
    first, *others = [
        [line for line in listener.expect(last) if line not in (AWAY, BACK, MISSED)] for listener in listeners
    ]
    assert others == [first] * len(others)
    return first


def hear_all_leave(person, names):
    """Return what person hears until all of names have left."""
    return hear_all(person, (f"{name} вышел из чата." for name in names))


def hear_all(person, lines):
    """Return what person hears until it has heard all of the lines, in any order."""
    heard, missing = [], {*lines}
    while missing:
        heard.append(person.line())
        assert heard[-1], f"the end came before {missing}"
        missing.discard(heard[-1])
    return heard


def assert_refused(server, name):
    """A newcomer on server does not get the name, as somebody has it."""
    with Peer(server.port) as newcomer:
        newcomer.say(name)
        assert [newcomer.line() for _ in range(3)] == [PROMPT, f"Имя {name} уже занято.", PROMPT]


# What was said earlier


def test_a_newcomer_hears_the_last_lines_marked_as_earlier(store):
    room = new_room()
    with chat(store, room=room) as [first], people([first], "Аня") as [anna]:
        for i in range(30):
            anna.say(i)
        anna.expect("Аня: 29")
        with (
            chat(store, room=room) as [later],
            chat(store, room=room, options=["--history", "5"]) as [terse],
            chat(store, room=room, options=["--history", "0"]) as [silent],
            people([later, terse, silent], "Вера", "Галя", "Даша") as there,
        ):
            said = [f"(ранее) Аня: {i}" for i in range(30)]
            said += [f"(ранее) {name} присоединился к чату." for name in ("Вера", "Галя", "Даша")]
            for server, number in (first, 20), (later, 20), (terse, 5), (silent, 0):
                with Peer(server.port) as newcomer:
                    newcomer.say("Боря")
                    assert newcomer.expect("Боря присоединился к чату.") == [PROMPT, *said[len(said) - number :]]
                for person in anna, *there:  # so all four servers have read it
                    person.expect("Боря вышел из чата.")
                said += ["(ранее) Боря присоединился к чату.", "(ранее) Боря вышел из чата."]


SLOW = f"""
import sys, time
sys.path.insert(0, {str(LAB)!r})
import relay

def flush_slowly(flush=relay.server.flush):
    time.sleep(0.1)  # meanwhile there is more to send
    flush()

relay.server.flush = flush_slowly
relay.main()
"""


@pytest.mark.parametrize("slow", [False, True])
def test_a_newcomer_in_mid_talk_misses_nothing_and_hears_nothing_twice(store, tmp_path, slow):
    room, script = new_room(), RELAY
    if slow:
        script = tmp_path / "slow.py"
        script.write_text(SLOW, encoding="utf-8")
    with (
        chat(store, room=room) as first,
        chat(store, room=room, script=script) as second,
        people(first + second + second, "Аня", "Боря", "Вера") as [anna, boris, vera],
        ThreadPoolExecutor(1) as pool,
        ExitStack() as stack,
    ):
        stop = threading.Event()

        def talk():
            heard = []
            for i in count():
                if stop.is_set():
                    break
                anna.say(i)
                heard += [*anna.expect(f"Аня: {i}"), f"Аня: {i}"]
                if i % 20 == 0:
                    vera.expect(f"Аня: {i}")  # or the slow one would fall further and further behind
            anna.say("конец")
            return heard + anna.expect("Аня: конец")

        stack.callback(stop.set)
        talking = pool.submit(talk)
        boris.expect("Аня: 30")
        newcomers = []
        for i in range(10):
            newcomers.append(stack.enter_context(Peer(second[0].port)))
            newcomers[-1].say(f"Новый{i}")
            boris.expect(f"Новый{i} присоединился к чату.")
        stop.set()
        lines = talking.result()
        for i, newcomer in enumerate(newcomers):
            heard = newcomer.expect("Аня: конец")
            joined = f"Новый{i} присоединился к чату."
            assert heard[0] == PROMPT and heard.index(joined) == 21
            assert (
                heard[1:]
                == [f"(ранее) {line}" for line in lines[lines.index(joined) - 20 : lines.index(joined)]]
                + lines[lines.index(joined) :]
            )


# A server that dies, or seems to


@pytest.fixture
def small(tmp_path):
    """A script: a server that keeps little of the log."""
    script = tmp_path / "small.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(LAB)!r})\nimport relay; relay.MAX_LOG = 2**18; relay.main()",
        encoding="utf-8",
    )
    return script


def test_a_killed_servers_people_are_announced_once_and_their_names_are_free(store):
    names = [f"Имя{i}" for i in range(30)]
    with chat(store, store, store) as servers, people(servers, *names) as crowd, ThreadPoolExecutor(30) as pool:
        alive = [person for i, person in enumerate(crowd) if i % 3 != 2]

        def talk(person):
            with suppress(OSError):
                for i in range(300):
                    person.say(i)
                person.say("всё")

        talks = [pool.submit(talk, person) for person in crowd]
        heard = [*alive[0].expect("Имя29: 50"), "Имя29: 50"]
        servers[2].stop(signal.SIGKILL)
        last = {f"{name} вышел из чата." if i % 3 == 2 else f"{name}: всё" for i, name in enumerate(names)}
        heard += hear_all(alive[0], last.difference(heard))
        for talk in talks:
            talk.result()
        with people([servers[0]], names[2]), people([servers[1]], names[5]):
            alive[0].say("конец")
            heard += alive[0].expect("Имя0: конец")
            assert [person.expect("Имя0: конец") for person in alive[1:]] == [heard] * 19
        for i, name in enumerate(names):
            said = [line for line in heard if line.startswith(f"{name}:")]
            assert said == [f"{name}: {i}" for i in (*range(300), "всё")][: len(said)]
            assert i % 3 == 2 or len(said) == 301
        assert sorted(line for line in heard if "вышел" in line) == sorted(
            f"{name} вышел из чата." for name in names[2::3]
        )


def test_a_server_that_slept_is_announced_as_left_and_back_and_its_people_go_on(store):
    with chat(store, store) as servers, people(servers, "Аня", "Боря") as [anna, boris]:
        servers[1].pause()
        boris.say("сплю")
        assert anna.expect("Боря вышел из чата.") == []
        anna.say("жаль")
        assert anna.line() == "Аня: жаль"
        servers[1].go_on()
        assert hear_up_to("Боря: сплю", anna) == ["Боря присоединился к чату."]
        heard = boris.expect("Боря: сплю")
        assert "Аня: жаль" in heard
        assert heard[-3:] == ["(ранее) Боря вышел из чата.", "(ранее) Аня: жаль", "Боря присоединился к чату."]
        assert_refused(servers[0], "Боря")


def test_nothing_is_said_in_a_name_that_was_taken_while_its_server_slept(store):
    with chat(store, store) as servers, people(servers, "Аня", "Боря") as [anna, boris]:
        servers[1].pause()
        boris.say("сплю")
        boris.half_close()
        assert anna.expect("Боря вышел из чата.") == []
        with people(servers[:1], "Боря") as [other]:
            servers[1].go_on()
            assert boris.rest()[-1] == "Имя Боря тем временем занял другой."
            other.say("конец")
            assert hear_up_to("Боря: конец", anna)[:1] == ["Боря присоединился к чату."]
            assert hear_up_to("Боря: конец", other) == []


def test_a_server_cut_off_for_long_comes_back_with_its_people_but_not_with_names_taken_meanwhile(store):
    with (
        Wire(store.port) as wire,
        chat(store, wire, store) as servers,
        people(servers[1:2], "Боря", "Галя", "Даша") as [boris, galya, dasha],
        people(servers[::2], "Аня", "Витя") as [anna, vitya],
    ):
        boris.expect("Витя присоединился к чату.")
        wire.cut()
        boris.say("я тут")
        assert sorted(hear_all_leave(anna, ["Боря", "Галя", "Даша"])) == [
            f"{name} вышел из чата." for name in ("Боря", "Галя", "Даша")
        ]
        for person in boris, galya, dasha:
            person.expect(AWAY)
        boris.say("ждём")
        dasha.half_close()
        with people(servers[:1], "Галя") as [other]:
            wire.mend()
            hear_all(anna, ["Боря: ждём", "Даша вышел из чата."])
            other.say("конец")
            anna.expect("Галя: конец")
            galya.expect("Имя Галя тем временем занял другой.")
            assert galya.rest() == []
        hear_all_leave(anna, ["Галя"])
        with people(servers[2:], "Галя", "Даша"):
            anna.say("всё")
            heard = hear_up_to("Аня: всё", vitya)
            missed = [line.removeprefix("(ранее) ") for line in boris.expect("Аня: всё") if line not in (AWAY, BACK)]
        assert missed[-len(heard) :] == heard  # who comes back hears first what was said meanwhile
        assert [line for line in heard if line.startswith("Боря:")] == ["Боря: я тут", "Боря: ждём"]
        for name, comings, goings in ("Боря", 1, 1), ("Даша", 2, 2), ("Галя", 2, 2):
            assert heard.count(f"{name} присоединился к чату.") == comings
            assert heard.count(f"{name} вышел из чата.") == goings
        assert (
            heard.index("Боря вышел из чата.") < heard.index("Боря присоединился к чату.") < heard.index("Боря: я тут")
        )


def test_who_is_cut_off_while_the_log_is_trimmed_is_told_that_lines_may_be_lost(store, small):
    room = new_room()
    with (
        Wire(store.port) as wire,
        chat(store, wire, script=small, room=room) as servers,
        people(servers, "Аня", "Боря") as [anna, boris],
    ):
        wire.cut()
        for i in range(3000):
            anna.say(i)
            anna.expect(f"Аня: {i}")
        wire.mend()
        boris.expect(MISSED)
        heard = [line.removeprefix("(ранее) ") for line in boris.expect("Боря присоединился к чату.")]
        anna.expect("Боря присоединился к чату.")
        assert "Аня: 2999" in heard and "Аня: 0" not in heard
        anna.say("конец")
        assert hear_up_to("Аня: конец", anna, boris) == []
        assert_refused(servers[0], "Боря")
        assert_refused(servers[1], "Аня")


# Redis goes


def test_while_redis_is_paused_people_are_told_once_and_words_and_newcomers_wait():
    names = [f"Имя{i}" for i in range(30)]
    with (
        Redis() as store,
        chat(store, store, store) as servers,
        people(servers, *names) as crowd,
        Peer(servers[1].port) as newcomer,
    ):
        for person in crowd[:3]:
            person.say("начнём")
        for person, i in product(crowd, range(3)):
            assert person.line().endswith(": начнём")
        store.pause()
        newcomer.say("Новый")
        for i in range(5):
            for person in crowd:
                person.say(i)
        for person in crowd:
            assert person.expect(AWAY) == []
        for server in servers:
            assert "Redis" in server.expect("недоступен")
        time.sleep(4)  # longer in all than a server may be silent while Redis is there
        store.go_on()
        for server in servers:
            server.expect("снова отвечает")
        newcomer.expect("Новый присоединился к чату.")
        for person in crowd:  # each one's words have an order of their own, so each says its last
            person.say("конец")
        all_heard = [hear_all(person, (f"{name}: конец" for name in names)) for person in crowd]
        assert all(heard.count(AWAY) == 0 and heard.count(BACK) == 1 for heard in all_heard)
        heard, *others = [[line for line in heard if line != BACK] for heard in all_heard]
        assert others == [heard] * 29
        assert sorted(heard) == sorted(
            ["Новый присоединился к чату.", *(f"{name}: {word}" for name in names for word in [*range(5), "конец"])]
        )
        for name in names:
            said = [line for line in heard if line.startswith(f"{name}:")]
            assert said == [f"{name}: {word}" for word in [*range(5), "конец"]]


def test_redis_restarted_with_an_empty_memory_loses_no_words_that_waited_and_no_names():
    names = [f"Имя{i}" for i in range(6)]
    with (
        Redis() as store,
        chat(store, store, store) as servers,
        people(servers, *names) as crowd,
        Peer(servers[1].port) as newcomer,
    ):
        store.stop(signal.SIGKILL)
        for person in crowd:
            person.expect(AWAY)
        newcomer.say("Новый")
        for i in range(5):
            for person in crowd:
                person.say(i)
        store.start()
        newcomer.expect("Новый присоединился к чату.")
        for server in servers:
            server.expect("снова отвечает")
        for i, name in enumerate(names):
            assert_refused(servers[(i + 1) % 3], name)
        crowd[0].say("конец")
        for person in crowd:
            heard = person.expect("Имя0: конец")
            assert MISSED not in heard and not [line for line in heard if "вышел" in line]
        with people(servers[:1], "Последний"):
            pass
        hear_up_to("Последний вышел из чата.", *crowd)


def test_redis_restarted_with_its_memory_changes_nothing():
    with (
        Redis("--appendonly", "yes", "--appendfsync", "always") as store,
        chat(store, store) as servers,
        people(servers, "Аня", "Боря") as crowd,
    ):
        store.restart()
        for person in crowd:
            person.expect(BACK)
        crowd[0].say("дальше")
        assert [person.expect("Аня: дальше") for person in crowd] == [[], []]
        assert_refused(servers[1], "Аня")


def test_redis_restarted_with_an_older_memory_gives_back_names_left_since_and_no_others():
    with (
        Redis() as store,
        chat(store, store, store) as servers,
        people(servers, "Аня", "Боря", "Витя") as [anna, boris, vitya],
    ):
        store.save()
        anna.half_close()
        boris.expect("Аня вышел из чата.")
        with people(servers, "Галя") as [galya]:
            for person in boris, vitya:  # else Redis may take it along that one has not yet read of her
                person.expect("Галя присоединился к чату.")
            store.stop(signal.SIGKILL)
            time.sleep(6)  # longer than a server may be silent while Redis is there
            store.start()
            for person in boris, vitya, galya:
                person.expect(BACK)
            with people(servers[1:], "Аня"):
                for name, server in ("Боря", servers[2]), ("Витя", servers[0]), ("Галя", servers[1]):
                    assert_refused(server, name)
                galya.say("конец")
                assert hear_up_to("Галя: конец", boris, vitya, galya) == ["Аня присоединился к чату."]


def test_one_who_floods_while_redis_is_away_is_held_up_and_takes_no_memory():
    with (
        Redis() as store,
        chat(store) as [server],
        people([server], "Аня", "Боря") as [anna, boris],
        ThreadPoolExecutor() as pool,
        ExitStack() as stack,
    ):
        stop = threading.Event()

        def visit():  # the server has something to do all the while
            while not stop.is_set():
                with Peer(server.port) as visitor:
                    visitor.expect(PROMPT)

        stack.callback(stop.set)
        boris.say("тут")  # so his own server, too, has read that he has joined
        for person in anna, boris:
            person.expect("Боря: тут")
        store.pause()
        before, sent = peak_memory(server), 0
        visits = pool.submit(visit)
        anna.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**14)
        anna.socket.settimeout(2)
        with pytest.raises(TimeoutError):  # nobody takes any more
            while sent < 2**22:
                sent += anna.socket.send(b"x\n"[sent % 2 :] + b"x\n" * 2**12)
        assert peak_memory(server) < before + 8
        stop.set()
        visits.result()
        store.go_on()
        anna.socket.settimeout(TIMEOUT)
        pool.submit(anna.send, b"x\n"[sent % 2 :] + "конец\n".encode())
        hears = pool.submit(hear_up_to, "Аня: конец", anna)  # lest it falls behind
        assert hear_up_to("Аня: конец", boris) == hears.result() == ["Аня: x"] * (sent // 2 + 1)


def burst_after_redis_was_away():
    """Twenty people say much while Redis is away; assert that all of them hear it all."""
    names = longest_names(20)
    with Redis() as store, chat(store, store) as servers, people(servers, *names) as crowd:
        store.pause()
        for person in crowd:
            person.send(b"x\n" * 4096)
        for person in crowd:
            person.expect(AWAY)
        store.go_on()
        for _ in listen_at_once(crowd, b"x", 4096 * len(names)):
            pass


def test_a_burst_after_redis_was_away_disconnects_nobody():
    held_once_of_three(burst_after_redis_was_away)


@contextmanager
def full(store, client):
    """Redis has no room for more."""
    client.config_set("maxmemory", 1)
    yield
    client.config_set("maxmemory", 0)


@contextmanager
def read_only(store, client):
    """Redis is a replica of one that is not there."""
    client.replicaof("127.0.0.1", free_port())
    yield
    client.replicaof("NO", "ONE")


@contextmanager
def locked_up(store, client):
    """Redis asks for another password."""
    client.config_set("requirepass", PASSWORD)
    client.client_kill_filter(_type="normal", skipme=True)
    yield
    client.config_set("requirepass", "")


@contextmanager
def busy(store, client):
    """Redis runs a script without end."""
    client.config_set("lua-time-limit", 10)
    with Peer(store.port) as other:
        other.send(b"EVAL 'while true do end' 0\r\n")
        yield
        while True:
            with suppress(redis.ResponseError):  # it has not begun yet
                client.script_kill()
                return


@pytest.mark.parametrize("refusing", [full, read_only, locked_up, busy])
def test_while_redis_refuses_people_are_told_once_and_words_wait(refusing):
    with (
        Redis() as store,
        redis.Redis.from_url(store.url) as client,
        chat(store, store) as servers,
        people(servers, "Аня", "Боря") as [anna, boris],
    ):
        with refusing(store, client):
            anna.expect(AWAY)
            boris.expect(AWAY)
            anna.say("привет")
        for person in anna, boris:
            assert sorted(person.line() for _ in range(2)) == sorted([BACK, "Аня: привет"])
        boris.say("да")
        assert [anna.line(), boris.line()] == ["Боря: да"] * 2


def test_who_may_write_but_not_read_is_told_so_on_the_terminal_once():
    with (
        Redis() as store,
        redis.Redis.from_url(store.url) as client,
        chat(store) as [server],
        people([server], "Аня") as [anna],
    ):
        client.acl_setuser("default", enabled=True, nopass=True, keys="*", commands=["+@all", "-xread"])
        server.expect("Журнал не читается")
        anna.say("привет")
        client.acl_setuser("default", enabled=True, nopass=True, keys="*", commands=["+@all"])
        anna.expect("Аня: привет")
        anna.say("")
        while (line := server.line()) != "Аня покинул чат.":
            assert "не читается" not in line


def test_after_a_failover_behind_a_fixed_address_to_a_replica_that_is_behind_all_go_on():
    with (
        Redis() as first,
        Redis("--replicaof", f"127.0.0.1 {first.port}") as second,
        redis.Redis.from_url(first.url) as master,
        redis.Redis.from_url(second.url) as replica,
        Wire(first.port) as wire,
        chat(wire, wire) as servers,
        people(servers, "Аня", "Боря") as [anna, boris],
    ):
        while master.wait(1, 1000) < 1:
            pass
        replica.replicaof("NO", "ONE")
        anna.say("раз")
        assert hear_up_to("Аня: раз", anna, boris) == []
        wire.target = second.port
        master.replicaof("127.0.0.1", second.port)
        for person in anna, boris:
            person.expect(BACK)
        anna.say("два")
        boris.say("три")
        for person in anna, boris:
            heard = hear_all(person, ["Аня: два", "Боря: три"])
            assert MISSED not in heard and "Аня: раз" not in heard
        assert_refused(servers[0], "Боря")
        assert_refused(servers[1], "Аня")


@pytest.mark.parametrize("stale", ["yes", "no"])
def test_who_slept_through_a_failover_goes_on_at_the_new_redis_though_the_old_one_still_answers(stale):
    with (
        Redis("--replica-serve-stale-data", stale) as first,
        Redis() as second,
        redis.Redis.from_url(first.url) as master,
        Wire(first.port) as wire,
        chat(wire, wire) as servers,
        people(servers, "Аня", "Боря") as [anna, boris],
    ):
        servers[1].pause()
        anna.say("раз")  # answers the read in which it would have heard of the failover
        anna.expect("Аня: раз")
        wire.target = second.port
        master.replicaof("127.0.0.1", free_port())
        anna.expect(BACK)
        servers[1].go_on()
        boris.say("два")
        for person in anna, boris:
            person.expect("Боря: два")


@pytest.mark.parametrize("lose", ["flushall", "delete"])
def test_a_memory_lost_when_redis_had_its_clock_ahead_deafens_nobody(lose):
    room = new_room()
    with (
        Redis() as store,
        redis.Redis.from_url(store.url) as client,
        chat(store, store, room=room) as servers,
        people(servers, "Аня", "Боря") as [anna, boris],
    ):
        client.xadd(f"chat:{room}", {"data": "x"}, id=f"{time.time_ns() // 10**6 + 10**8}-0")
        anna.say("раз")
        assert hear_up_to("Аня: раз", anna, boris) == []
        client.delete(f"chat:{room}") if lose == "delete" else client.flushall()
        anna.say("два")
        boris.expect("Аня: два")
        boris.say("три")
        anna.expect("Боря: три")
        assert_refused(servers[0], "Боря")


# Strangers


def test_what_strangers_write_into_the_log_is_skipped_with_one_line_each(store):
    room = new_room()
    with (
        redis.Redis.from_url(store.url) as client,
        chat(store, store, room=room) as servers,
        people(servers, "Аня", "Боря") as [anna, boris],
    ):
        entries = [
            {"data": "hi"},
            {"data": ""},
            {"server": "x", "number": 1, "events": ""},
            {"server": "x", "number": 1, "events": "x" * 20_000_000},
            {"server": b"\xff", "number": 1, "events": "[]"},
            {"server": "x", "number": "one", "events": "[]"},
            {"server": "x", "number": 1, "events": "[[1]]"},
        ]
        for entry in entries:
            client.xadd(f"chat:{room}", entry)
        anna.say("привет")
        assert hear_up_to("Аня: привет", anna, boris) == []
        for server in servers:
            for _ in entries:
                server.expect("не понята")
        anna.close()
        boris.expect("Аня вышел из чата.")
        assert not [line for line in servers[0].stop() and servers[0].rest() or [] if "не понята" in line]


def test_one_who_talks_without_end_does_not_make_the_log_grow(store, small):
    room = new_room()
    with (
        redis.Redis.from_url(store.url) as client,
        chat(store, room=room, script=small) as [server],
        people([server], "Аня") as [anna],
        ThreadPoolExecutor(1) as pool,
    ):
        talk = pool.submit(anna.send, (b"x" * 4000 + b"\n") * 500 + "конец\n".encode())
        anna.expect("Аня: конец")
        talk.result()
        assert client.memory_usage(f"chat:{room}", samples=0) < 2**19


def test_a_redis_without_hello_and_client_is_enough():
    with (
        Redis("--rename-command", "HELLO", "", "--rename-command", "CLIENT", "") as store,
        chat(store, store) as servers,
        people(servers, "Аня", "Боря") as [anna, boris],
    ):  # as before Redis 6
        anna.say("привет")
        boris.expect("Аня: привет")


# The end


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_server_whose_people_are_announced_as_left_at_once(store, signum):
    with chat(store, store) as servers, people(servers, "Аня", "Боря", "Витя", "Галя") as [anna, boris, vitya, _]:
        assert servers[1].stop(signum) == 0
        vitya.say("конец")
        assert sorted(hear_up_to("Витя: конец", anna, vitya)) == ["Боря вышел из чата.", "Галя вышел из чата."]
        boris.rest()


def test_a_signal_ends_a_server_without_redis():
    with Redis() as store, chat(store) as [server], people([server], "Аня") as [anna]:
        store.stop(signal.SIGKILL)
        anna.expect(AWAY)
        assert server.stop() == 0


# Starting

PASSWORD = "s3cret-Pässwörd"


def free_port():
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answer(*options, **env):
    """Return what relay.py prints, and its status, when it does not start; never the password."""
    with Program(RELAY, "--port", "0", *options, env=env) as program:
        printed = "\n".join(program.rest())
    assert "Traceback" not in printed and PASSWORD not in printed
    return printed, program.process.returncode


@pytest.fixture(scope="module")
def locked():
    """A redis-server that asks for a password."""
    with Redis("--requirepass", PASSWORD) as store:
        yield store


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost",
        "http://localhost",
        "redis://localhost:x",
        "redis://localhost?x=y",
        f"redis://:{PASSWORD}@localhost:99999",
    ],
)
def test_an_address_that_is_none_is_answered_in_one_line(url):
    printed, status = answer("--redis", url)
    assert status == 1 and len(printed.splitlines()) == 1 and "Адрес, имя или пароль Redis не поняты" in printed


@pytest.mark.parametrize("name", ["REDIS_USERNAME", "REDIS_PASSWORD"])
def test_a_name_or_a_password_that_is_no_text_is_answered_in_one_line(locked, name):
    env = {"REDIS_PASSWORD": PASSWORD, name: "\udcff"}
    printed, status = answer("--redis", f"redis://127.0.0.1:{locked.port}/0", **env)
    assert status == 1 and len(printed.splitlines()) == 1 and "имя или пароль Redis не поняты" in printed


def test_a_server_that_cannot_understand_its_redis_does_not_live_on_deaf(store):
    with Program(RELAY, "--port", "0", "--redis", f"{store.url}?decode_responses=true") as program:
        assert "TypeError" in program.rest()[-1]
    assert program.process.returncode == 1


def test_a_redis_that_is_not_there_is_named_in_one_line():
    port = free_port()
    printed, status = answer("--redis", f"redis://:{PASSWORD}@127.0.0.1:{port}/0")
    assert status == 1 and len(printed.splitlines()) == 1 and str(port) in printed


def test_who_starts_a_server_need_not_wait_for_a_redis_that_does_not_answer():
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Program(RELAY, "--redis", f"redis://127.0.0.1:{silent.getsockname()[1]}/0") as program,
    ):
        with silent.accept()[0] as asking:
            asking.recv(1)
            assert program.stop(signal.SIGINT) == 0
            assert program.rest() == []


@pytest.mark.parametrize(
    "url, env",
    [
        ("redis://127.0.0.1:{port}/0", {}),
        ("redis://:wrong@127.0.0.1:{port}/0", {}),
        ("redis://nobody:{password}@127.0.0.1:{port}/0", {}),
        ("redis://127.0.0.1:{port}/0", {"REDIS_PASSWORD": "wrong"}),
        ("redis://127.0.0.1:{port}/0", {"REDIS_PASSWORD": PASSWORD, "REDIS_USERNAME": "nobody"}),
    ],
)
def test_no_password_and_a_wrong_one_are_answered_in_one_line(locked, url, env):
    printed, status = answer("--redis", url.format(port=locked.port, password=quote(PASSWORD)), **env)
    assert status == 1 and len(printed.splitlines()) == 1 and "Redis недоступен" in printed


@pytest.mark.parametrize(
    "options, env",
    [
        (["--redis", "redis://:{password}@127.0.0.1:{port}/0"], {}),
        ([], {"REDIS_URL": "redis://default:{password}@127.0.0.1:{port}/0"}),
        ([], {"REDIS_URL": "redis://127.0.0.1:{port}/0", "REDIS_PASSWORD": PASSWORD}),
    ],
)
def test_the_address_and_the_password_may_be_in_the_environment_and_are_on_no_log(locked, options, env):
    def fill(text):
        return text.format(port=locked.port, password=quote(PASSWORD))

    with (
        Server(RELAY, *map(fill, options), env={name: fill(text) for name, text in env.items()}) as server,
        Peer(server.port, "Аня") as anna,
    ):
        locked.pause()
        anna.expect(AWAY)
        locked.go_on()
        anna.expect(BACK)
        assert server.stop() == 0
        printed = "\n".join(server.rest())
    assert "недоступен" in printed and PASSWORD not in printed and quote(PASSWORD) not in printed


@need("openssl")
def test_a_chat_over_tls_and_a_certificate_that_nobody_knows(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    port = free_port()
    with Redis(
        "--tls-port",
        port,
        "--tls-cert-file",
        certificate,
        "--tls-key-file",
        key,
        "--tls-ca-cert-file",
        certificate,
        "--tls-auth-clients",
        "no",
    ):
        url = f"rediss://127.0.0.1:{port}/0"
        printed, status = answer("--redis", url)
        assert status == 1 and len(printed.splitlines()) == 1 and "CERTIFICATE_VERIFY_FAILED" in printed
        with Server(RELAY, "--redis", f"{url}?ssl_ca_certs={certificate}") as server, Peer(server.port, "Аня") as anna:
            anna.say("привет")
            anna.expect("Аня: привет")


def test_a_redis_that_is_too_old_is_answered_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:

        def serve():
            with suppress(OSError):
                while True:
                    pool.submit(refuse, listener.accept()[0])

        def refuse(client):
            with client, client.makefile("rb") as commands, suppress(OSError):
                for line in commands:
                    if line.startswith(b"*"):  # a command begins
                        client.sendall(b"-ERR unknown command\r\n")

        pool.submit(serve)
        printed, status = answer("--redis", f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        listener.shutdown(socket.SHUT_RDWR)
    assert status == 1 and len(printed.splitlines()) == 1 and "5" in printed and "unknown command" in printed


@pytest.mark.parametrize("room", ["", "a b\nc", "\udcff"])
def test_a_room_may_be_called_anything(store, room):
    with Server(RELAY, "--redis", store.url, "--room", room) as server, Peer(server.port, "Аня") as anna:
        anna.say("привет")
        anna.expect("Аня: привет")


@pytest.mark.parametrize(
    "options", [["--history", value] for value in ("x", "-1", "501", "9" * 30)] + [["--rooms", "x"]]
)
def test_nonsense_options_are_named(options):
    printed, status = answer(*options)
    assert status == 2 and options[0] in printed.splitlines()[-1]


def test_without_the_library_one_line_says_which():
    with Program("-S", RELAY) as program:
        [line] = program.rest()
    assert program.process.returncode == 1 and "pip install redis" in line


def test_the_compose_file_starts_three_servers_with_programs_and_options_that_exist():
    services = yaml.safe_load((LAB / "compose.yaml").read_text(encoding="utf-8"))["services"]
    servers = [service for name, service in services.items() if name != "redis"]
    assert len({service["ports"][0] for service in servers}) == 3
    with Program(RELAY, "--help") as program:
        known = "\n".join(program.rest())
    for service in servers:
        assert service["environment"]["REDIS_URL"].startswith("redis://redis:")  # the service's name
        requirements = (LAB.parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
        install, start = service["command"].split('"')[1].split(" && ")
        assert install.split()[-1] in requirements
        assert start.split()[2] == "/lab/relay.py" and service["volumes"] == [".:/lab:ro"]
        assert all(option in known for option in start.split() if option.startswith("--"))
