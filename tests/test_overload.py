"""lab/server.py under more than its share: bursts, floods, people who do not read, too little memory.

Nobody who reads is disconnected, others chat on, and memory stays in proportion to the people.
"""
import selectors
import signal
import socket
import sys
import time
import zlib
from collections import Counter
from contextlib import ExitStack, suppress

import pytest

from peers import LAB, TIMEOUT, Peer, Server
from test_server import (  # noqa: F401: fixtures
    PROMPT, SMALL_BUFFERS, enter, hear, linux_only, patched_server, peak_memory, posix_only,
    processor_time, server, server_with_a_pipe)

LEFT = " вышел из чата.\n".encode()
SHORTEST = b"x\n" * 4096  # the longest block that comes of one recv


def longest_names(count):
    """Return count names of 32 characters, each of 4 bytes."""
    return [chr(0x1f600 + i) * 32 for i in range(count)]


def hear_at_once(people, count):
    """Let all people listen at once, each for count lines (int); return the lines, the same for all.

    As fast as Python can: who takes its time may be disconnected for that.
    """
    first, missing, sums = [], dict.fromkeys(people, count), dict.fromkeys(people, 0)
    buffer = bytearray(2**20)
    with selectors.DefaultSelector() as selector, memoryview(buffer) as view:
        for person in people:
            selector.register(person.socket, selectors.EVENT_READ, person)
        while ready := selector.get_map() and selector.select(TIMEOUT):
            for person in [key.data for key, _ in ready]:
                size = person.socket.recv_into(buffer)
                assert size, f"disconnected; lines missing: {[*missing.values()]}"
                missing[person] -= buffer.count(b"\n", 0, size)
                sums[person] = zlib.crc32(view[:size], sums[person])
                if person is people[0]:
                    first.append(view[:size].tobytes())
                if missing[person] <= 0:
                    selector.unregister(person.socket)
    assert [*missing.values()] == [0] * len(people)
    assert len(set(sums.values())) == 1
    return b"".join(first).decode().splitlines()


# Many who talk

@posix_only
def test_in_a_burst_nobody_who_reads_is_disconnected_and_memory_does_not_grow(server, enter):
    names = longest_names(25)
    people, before = enter(*names), peak_memory(server)
    server.pause()
    for talker in people[:20]:
        talker.send(SHORTEST)
    server.go_on()
    said = Counter(hear_at_once(people, 20 * 4096))
    assert said == {f"{name}: x": 4096 for name in names[:20]}
    assert peak_memory(server) < before + 60


@posix_only
def test_forty_who_flood_and_do_not_read_hold_up_nobody_and_memory_does_not_grow(server, enter):
    *flooders, boris = enter(*longest_names(40), "Боря")
    server.pause()
    for flooder in flooders:
        flooder.send(SHORTEST * 2)
    server.go_on()
    with boris.socket.makefile("rb") as ears:
        for i in range(20):
            boris.say(i)
            assert f"Боря: {i}\n".encode() in ears
        for flooder in flooders:
            flooder.reset()
        for _ in flooders:
            assert any(line.endswith(LEFT) for line in ears)
        boris.say("конец")
        assert ears.readline() == "Боря: конец\n".encode()
    assert peak_memory(server) < 60


# Many who have no name

@posix_only
@pytest.mark.parametrize("line", ["\n", "a\n", "x" * 33 + "\n"], ids=["empty", "taken", "long"])
def test_nameless_people_who_flood_and_do_not_read_hold_up_nobody(server, enter, line):
    anna, boris, *flooders = enter("a", "b", *[None] * 10)
    before, used = peak_memory(server), processor_time(server)
    server.pause()
    for flooder in flooders:
        flooder.socket.setblocking(False)
        flooder.socket.send(line.encode() * 60_000)  # as much as there is room for
    server.go_on()
    for i in range(50):
        for talker, name in (anna, "a"), (boris, "b"):
            talker.say(i)
            assert anna.line() == boris.line() == f"{name}: {i}"
    print("CPU", processor_time(server) - used, peak_memory(server) - before)
    assert processor_time(server) - used < 1.5
    assert peak_memory(server) < before + 24
