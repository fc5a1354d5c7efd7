"""What people can rely on when three lab/relay.py serve one chat: the same as on one server, over a real redis-server.

All tests have the same three servers, and stay with one worker of pytest -n (conftest.py).
"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count, cycle

import pytest
import redis

from needs import need
from people import Peer
from programs import Program
from test_relay import RELAY, chat, hear_all, hear_up_to, numbers, store as store

# These hold for people on three servers as well:
from test_server import (  # noqa: F401
    PROMPT,
    harmful,
    test_4096_bytes_pass_and_4097_do_not,
    test_a_bad_name_is_refused_to_that_one_alone_with_the_reason,
    test_a_peer_without_newlines_is_served_recv_by_recv,
    test_all_hear_a_message_the_sender_included,
    test_all_that_one_said_who_left_without_listening_is_heard,
    test_an_empty_message_ends_the_connection_after_what_came_before_it,
    test_bytes_that_are_no_utf8_are_replaced_and_nobody_is_thrown_out,
    test_eight_talkers_are_heard_by_all_in_one_order,
    test_last_words_without_a_newline_are_heard,
    test_no_harmful_character_of_a_message_reaches_another,
    test_no_line_of_another_can_be_forged,
    test_of_many_who_want_one_name_at_once_one_gets_it,
    test_two_hundred_vanish_at_once_and_each_leaving_is_announced_once,
    test_what_was_sent_just_before_the_end_is_heard_by_all,
    test_who_never_reads_holds_up_nobody_and_is_let_go,
)

pytestmark = need("redis-server")


def names_in(store, room):
    """Return the names of all who are in a room, as of now: ask, as a server does that starts."""
    key, me, number = f"chat:{room}", f"test{next(numbers)}", count(1)
    with redis.Redis.from_url(store.url) as client:

        def write(event):
            return client.xadd(key, {"server": me, "number": next(number), "events": json.dumps([event])})

        place = write(["hello", ""])
        while True:
            for place, entry in client.xread({key: place}, block=60_000, count=1)[0][1]:
                for event in json.loads(entry[b"events"]):
                    if event[:2] == ["roster", me]:
                        write(["bye", me])
                        return [name for *_, name in event[3]["people"]]


@pytest.fixture(scope="module")
def town(store):
    """Three servers of one chat."""
    with chat(store, store, store, options=["--history", "0"], room="town") as servers:
        yield servers


@pytest.fixture
def server(town):
    """The server of those who come first, fourth …; its log begins now: this one is the last of those before."""
    with Peer(town[0].port, "Яна"):
        pass
    town[0].expect("Яна покинул чат.")
    return town[0]


@pytest.fixture
def enter(town, store):
    """As in test_server.py, on three servers by turns."""
    where = cycle(town)
    with ExitStack() as stack:

        def enter(*names):
            crowd = [stack.enter_context(Peer(next(where).port, name)) for name in names]
            for i, person in enumerate(crowd):
                for name in filter(None, names[i + 1 :]):
                    person.expect(f"{name} присоединился к чату.")
            return crowd

        yield enter
    while names_in(store, "town"):
        pass  # a goodbye is on its way


def test_a_name_taken_on_another_server_is_refused_and_a_good_one_is_not(town, enter):
    anna, boris = enter("Аня", "Боря")
    with Peer(town[2].port) as newcomer:
        newcomer.say("Аня")
        newcomer.say("Вера")
        heard = newcomer.expect("Вера присоединился к чату.")
    assert heard == [PROMPT, "Имя Аня уже занято.", PROMPT]
    assert hear_up_to("Вера вышел из чата.", anna, boris) == ["Вера присоединился к чату."]


def test_thirty_on_three_servers_hear_one_order_and_each_line_once(enter):
    names = [f"Имя{i}" for i in range(30)]
    crowd = enter(*names)
    with ThreadPoolExecutor(len(crowd)) as pool:

        def talk(person):
            for i in range(100):
                person.say(i)
            person.say("" if person in crowd[20:] else "всё")  # the first is a goodbye

        list(pool.map(talk, crowd))
    hear_all(crowd[0], [f"{name}: всё" for name in names[:20]] + [f"{name} вышел из чата." for name in names[20:]])
    enter("Новый")
    crowd[1].say("конец")
    heard = crowd[1].expect("Имя1: конец")
    assert len(heard) == 30 * 101 + 1 and heard[-1] == "Новый присоединился к чату."
    for name in names:
        said = [line for line in heard if line.startswith(f"{name}:")]
        assert said == [f"{name}: {i}" for i in range(100)] + [f"{name}: всё"] * (name in names[:20])
    assert sorted(line for line in heard if "вышел" in line) == [f"{name} вышел из чата." for name in names[20:]]
    assert [person.expect("Имя1: конец") for person in crowd[2:20]] == [heard] * 18


def test_last_words_in_a_busy_chat_are_heard_by_who_said_them(town, enter):
    [talker] = enter("Аня")
    with ThreadPoolExecutor(2) as pool, ExitStack() as stack:
        stop = threading.Event()
        stack.callback(stop.set)

        def talk():
            while not stop.is_set():
                talker.say("x")
                talker.expect("Аня: x")

        talking = pool.submit(talk)
        leavers = [stack.enter_context(Peer(town[i % 3].port, f"Имя{i}")) for i in range(20)]
        for i, leaver in enumerate(leavers):
            leaver.say(f"слово{i}")
            leaver.half_close()
        for i, leaver in enumerate(leavers):
            assert f"Имя{i}: слово{i}" in leaver.rest()
        stop.set()
        talking.result()


def test_a_port_that_is_taken_is_named_in_one_line(store, town):
    with Program(RELAY, "--redis", store.url, "--port", town[0].port) as program:
        [line] = program.rest()
    assert program.process.returncode == 1 and str(town[0].port) in line
