"""From when to when one is in the chat of lab/server.py: what one hears, and how one's name is free again."""

import re
import socket
import threading
from pathlib import Path

import pytest

from people import Peer
from test_server import (
    PROMPT,
    SMALL_BUFFERS,
    enter as enter,
    hear,
    linux_only,
    patched_server,
    posix_only,
    server as server,
)

JOINED, LEFT = " присоединился к чату.", " вышел из чата."


# What one hears


@posix_only
def test_a_newcomer_hears_all_from_its_own_joining_on_and_nothing_from_before(server, enter):
    boris, talker, *newcomers = enter("Боря", "Аня", *[None] * 20)
    names = [f"Гость{i}" for i in range(20)]
    for newcomer in newcomers:
        assert newcomer.line() == PROMPT
    server.pause()  # so that all of this finds the server at once
    for i, (newcomer, name) in enumerate(zip(newcomers, names)):
        talker.send("".join(f"{100 * i + j}\n" for j in range(100)).encode())
        newcomer.say(name)
    server.go_on()
    said = hear(boris, 20 * 100 + 20)
    assert [line for line in said if line.startswith("Аня: ")] == [f"Аня: {i}" for i in range(2000)]
    boris.say("конец")
    for newcomer, name in zip(newcomers, names):
        assert newcomer.expect("Боря: конец") == said[said.index(f"{name}{JOINED}") :]


@pytest.mark.parametrize("goodbye", ["", "\n", "пока", "пока\n\n"])
def test_who_leaves_hears_all_up_to_its_leaving(enter, goodbye):
    boris, talker, *leavers = enter("Боря", "Аня", *[f"Гость{i}" for i in range(20)])
    ended = threading.Event()

    def talk():
        while not ended.is_set():
            talker.send("слово\n".encode() * 99 + "вздох\n".encode())
            talker.expect("Аня: вздох")

    flood = threading.Thread(target=talk)
    flood.start()
    for leaver in leavers:
        leaver.expect("Аня: слово")
        leaver.send(goodbye.encode())
        leaver.half_close()
    rests = [leaver.rest() for leaver in leavers]
    ended.set()
    flood.join()
    boris.say("конец")
    said = boris.expect("Боря: конец")
    for i, rest in enumerate(rests):
        heard = said[: said.index(f"Гость{i}{LEFT}")]
        assert rest == heard[len(heard) - len(rest) :]
        assert not goodbye.strip() or f"Гость{i}: пока" in rest


# Who is gone without a word


def test_who_half_closes_and_does_not_read_loses_its_name_for_lack_of_patience(tmp_path):
    with (
        patched_server(tmp_path, SMALL_BUFFERS + "    server.TIMEOUT = 0.5") as server,
        Peer(server.port, "Боря") as boris,
        socket.socket() as sloth,
    ):
        sloth.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sloth.connect(("127.0.0.1", server.port))
        sloth.sendall("Соня\n".encode())
        boris.expect(f"Соня{JOINED}")
        for _ in range(50):  # 200 kB: more than the buffers hold, less than what it is let go for
            boris.say("x" * 4000)
            boris.line()
        sloth.sendall("пока".encode())
        sloth.shutdown(socket.SHUT_WR)
        assert hear(boris, 2) == ["Соня: пока", f"Соня{LEFT}"]
        Peer(server.port, "Соня").close()


def timer(server, peer):
    """Return the timer of the server's end of a connection, and its seconds (Linux, proc_net_tcp)."""
    ends = rf": \w+:{server.port:04X} \w+:{peer.socket.getsockname()[1]:04X} 01 \w+:\w+ (\w+):(\w+) "
    kind, when = re.search(ends, Path("/proc/net/tcp").read_text()).groups()
    return int(kind, 16), int(when, 16) / 100


@linux_only
def test_the_system_asks_within_a_minute_whether_a_silent_machine_is_still_there(server, enter):
    for newcomer in enter("Аня", None):
        newcomer.send(b"x")  # so the server knows that its last words have arrived
        kind, seconds = timer(server, newcomer)
        assert kind == 2  # keepalive
        assert seconds <= 61
