"""The same chat in four ways, over real sockets: what each of them promises, and what naive cannot.

Silence is proved with a fence: somebody else speaks, and the next line heard must be that one.
"""

import os
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from textwrap import dedent

import pytest

from people import TIMEOUT, Peer
from programs import LAB, Program, Server
from proxy import Proxy

# A fixture, and tests that hold for all four:
from test_server import (  # noqa: F401
    ENDS,
    PROMPT,
    assert_silence,
    each_signal,
    enter as enter,
    hear,
    peak_memory,
    posix_only,
    test_a_letter_torn_in_two_is_put_together,
    test_bytes_that_are_no_utf8_are_replaced_and_nobody_is_thrown_out,
    test_who_connects_is_asked_for_a_name_and_logged,
    test_who_leaves_is_announced_once_logged_once_and_frees_the_name,
)

MODELS = LAB / "models"
NAIVE = MODELS / "naive.py"
IN_ORDER = [LAB / "server.py", MODELS / "selectors_server.py", MODELS / "asyncio_server.py"]
ALL = [*IN_ORDER, NAIVE]

in_order_only = pytest.mark.parametrize("script", IN_ORDER, ids=lambda script: script.stem)


@pytest.fixture(params=ALL, ids=lambda script: script.stem)
def script(request):
    """The server to start; a test that needs one order for all asks for in_order_only."""
    return request.param


@pytest.fixture
def server(script):
    """A server that ends with status 0 and no traceback, whatever the test did to it."""
    with Server(script) as server:
        yield server
        if os.name == "posix":
            assert server.stop() == 0
        else:
            server.process.kill()
        assert not [line for line in server.rest() if "Traceback" in line or "rror" in line]


def small_buffers(tmp_path, script, patch=""):
    """Return a Server that runs patch (Python) first; its sockets send from small buffers."""
    patched = tmp_path / "patched.py"
    patched.write_text(
        dedent(f"""
        import socket, sys
        sys.path.insert(0, {str(script.parent)!r})
        import {script.stem} as server
        listen = socket.socket.listen
        def listen_with_small_buffers(listener, *backlog):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            listen(listener, *backlog)
        socket.socket.listen = listen_with_small_buffers
    """)
        + dedent(patch)
        + "\nserver.main()\n",
        encoding="utf-8",
    )
    return Server(patched)


def sloth(server, name):
    """Return a Peer with little room for what it does not read, who has said its name."""
    peer = Peer.__new__(Peer)  # its own __init__ connects: too late for SO_RCVBUF
    peer.socket, peer.buffer = socket.socket(), b""
    peer.socket.settimeout(TIMEOUT)
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.socket.connect(("127.0.0.1", server.port))
    peer.say(name)
    return peer


# Joining and talking


def test_three_talk_and_all_hear_who_joins_and_what_is_said(enter):
    people = anna, boris, vera = enter("Аня", "Боря", None)
    vera.join("Вера")
    for person in anna, boris:
        assert person.line() == "Вера присоединился к чату."
    for speaker, name in zip(people, ["Аня", "Боря", "Вера"]):
        speaker.say("привет")
        for person in people:
            assert person.line() == f"{name}: привет"


@pytest.mark.parametrize(
    "name, reason",
    [
        ("", "пустым"),
        (" \t", "пустым"),
        ("я" * 33, "32"),
        ("Аня", "Аня уже занято"),
        (" Аня ", "Аня уже занято"),
        ("я" * 5000, "32"),
    ],
)
def test_a_bad_name_is_refused_to_that_one_alone_who_is_asked_again(enter, name, reason):
    anna, boris, newcomer = enter("Аня", "Боря", None)
    assert newcomer.line() == PROMPT
    newcomer.say(name)
    assert reason in newcomer.line()
    assert newcomer.line() == PROMPT
    assert_silence(anna, boris=boris)
    newcomer.say("Вера")
    assert newcomer.line() == "Вера присоединился к чату."


def test_of_many_who_want_one_name_at_once_one_gets_it(enter):
    rivals = enter(*[None] * 20)
    for rival in rivals:
        rival.say("Аня")
    for rival in rivals:
        assert rival.line() == PROMPT
    heard = [rival.line() for rival in rivals]
    assert heard.count("Аня присоединился к чату.") == 1
    assert heard.count("Имя Аня уже занято.") == 19


def test_fifty_join_at_once_and_all_hear_all(enter):
    [boris] = enter("Боря")
    crowd = enter(*[None] * 50)
    for i, guest in enumerate(crowd):
        guest.say(f"Гость{i}")
    joined = {f"Гость{i} присоединился к чату." for i in range(50)}
    assert {*hear(boris, 50)} == joined
    for i, guest in enumerate(crowd):
        guest.expect(f"Гость{i} присоединился к чату.")
    for guest in crowd:
        guest.say("тут")
    said = {f"Гость{i}: тут" for i in range(50)}
    assert {*hear(boris, 50)} == said
    for guest in crowd:
        heard = set()
        while not said <= heard:
            heard.add(guest.line())
        assert heard <= said | joined


# Glued and torn


def test_each_newline_ends_a_message_also_as_windows_sends_it(enter):
    anna, boris = enter("Аня", "Боря")
    anna.send("раз\nдва\r\n три \n".encode())
    assert hear(boris, 3) == ["Аня: раз", "Аня: два", "Аня:  три "]
    assert_silence(boris=boris)


def test_messages_may_come_and_go_byte_by_byte(server, enter):
    [boris] = enter("Боря")
    with Proxy(server.port) as proxy, Peer(proxy.port, "Аня") as anna:
        anna.send("привет, 👍🏽!\r\nпока\n".encode())
        assert hear(anna, 2) == ["Аня: привет, 👍🏽!", "Аня: пока"]
    assert hear(boris, 3) == ["Аня присоединился к чату.", "Аня: привет, 👍🏽!", "Аня: пока"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_4096_bytes_pass_and_4097_are_refused_to_that_one_alone(enter, end):
    anna, boris = enter("Аня", "Боря")
    longest = "я" * 2048
    anna.send(f"{longest}{end}".encode())
    assert anna.line() == boris.line() == f"Аня: {longest}"
    anna.send(f"{longest}!{end}".encode())
    assert "4096" in anna.line()
    assert_silence(anna, boris=boris)


def test_a_line_without_end_takes_no_memory(server, enter):
    anna, boris = enter("Аня", "Боря")
    before = peak_memory(server)
    for _ in range(32):
        anna.send(b"x" * 2**20)
    anna.send("конец\nдальше\n".encode())
    assert "4096" in anna.line()
    assert anna.line() == boris.line() == "Аня: дальше"
    assert peak_memory(server) < before + 8


# Leaving


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("first_words", ["", "\n"], ids=["silent", "refused"])
def test_leaving_before_naming_announces_nobody(server, enter, first_words, end):
    anna, boris = enter("Аня", "Боря")
    for _ in range(5):
        [ghost] = enter(None)
        assert ghost.line() == PROMPT
        ghost.send(first_words.encode())
        ENDS[end](ghost)
        assert_silence(anna, boris=boris)
    boris.half_close()
    assert boris.rest() == []
    assert server.expect("покинул чат.") == "Боря покинул чат."


def test_a_reset_makes_no_name_of_half_of_one(enter):
    anna, boris = enter("Аня", "Боря")
    for _ in range(5):
        [ghost] = enter(None)
        assert ghost.line() == PROMPT
        ghost.send("Вер".encode())
        ghost.reset()
        assert_silence(anna, boris=boris)


def test_who_ends_at_the_prompt_is_told_nothing_more(enter):
    [newcomer] = enter(None)
    newcomer.half_close()
    assert newcomer.rest() == [PROMPT]


def test_who_leaves_hears_its_own_last_words_and_the_end(enter):
    anna, boris = enter("Аня", "Боря")
    anna.send("пока\n\nо чём это я?\n".encode())
    assert anna.rest() == ["Аня: пока"]
    assert hear(boris, 2) == ["Аня: пока", "Аня вышел из чата."]
    boris.send("и мне\nпора".encode())
    boris.half_close()
    assert boris.rest() == ["Боря: и мне", "Боря: пора"]


def test_fifty_vanish_at_once_and_each_leaving_is_announced_once(enter):
    names = [f"Гость{i}" for i in range(50)]
    boris, *guests = enter("Боря", *[None] * 50)
    for guest, name in zip(guests, names):
        guest.join(name)
        boris.expect(f"{name} присоединился к чату.")
    for guest in guests:
        guest.reset()
    assert sorted(hear(boris, 50)) == sorted(f"{name} вышел из чата." for name in names)
    assert_silence(boris=boris)


# One order, and one who does not read: promised by all but naive


@in_order_only
def test_eight_talkers_are_heard_by_all_in_one_order(enter):
    names = [f"Имя{i}" for i in range(8)]
    people = enter(*names, "Муха", "Моль")
    with ThreadPoolExecutor(len(people) * 2) as pool:
        ears = [pool.submit(hear, person, 8 * 300) for person in people]
        for talker in people[:8]:
            pool.submit(lambda talker=talker: [talker.say(i) for i in range(300)])
        first, *others = [ear.result() for ear in ears]
    assert all(heard == first for heard in others)
    for name in names:
        said = [line for line in first if line.startswith(name)]
        assert said == [f"{name}: {i}" for i in range(300)]


@in_order_only
def test_who_never_reads_holds_up_nobody_takes_no_memory_and_is_let_go(server, enter):
    anna, boris = enter("Аня", "Боря")
    with sloth(server, "Соня") as sonya:
        people = {anna: [], boris: []}
        for person in people:
            person.expect("Соня присоединился к чату.")
        before = peak_memory(server)
        for _ in range(100):  # 25 MB, step by step, lest those who read fall behind too
            for person in people:
                person.send(b"x" * 4095 + b"\n" + (b"y" * 4095 + b"\n") * 31)
            for person, heard in people.items():
                heard += hear(person, 64)
        for person, heard in people.items():
            heard += hear(person, 1)
        assert people[anna] == people[boris]
        assert people[anna].count("Соня вышел из чата.") == 1
        for name in "Аня", "Боря":
            said = [line for line in people[anna] if line.startswith(name)]
            assert said == [f"{name}: {letter * 4095}" for letter in "x" + "y" * 31] * 100
        assert peak_memory(server) < before + 16
        with suppress(ConnectionResetError):
            while sonya.socket.recv(2**20):
                pass  # what was on its way; then the end
    assert server.expect("покинул чат.") == "Соня покинул чат."


@in_order_only
def test_who_reads_late_hears_all_in_order(tmp_path, script):
    with ExitStack() as stack:
        server = stack.enter_context(small_buffers(tmp_path, script))
        anna = stack.enter_context(sloth(server, "Аня"))
        anna.expect("Аня присоединился к чату.")
        boris = stack.enter_context(Peer(server.port, "Боря"))
        said = [f"Боря: {i} ".ljust(2000, "я") for i in range(100)]  # 400 kB
        for line in said:
            boris.say(line.removeprefix("Боря: "))
            assert boris.line() == line
        anna.expect("Боря присоединился к чату.")
        assert hear(anna, 100) == said
        anna.say("прочла")
        assert boris.line() == anna.line() == "Аня: прочла"


@in_order_only
def test_who_talks_without_listening_waits_and_hears_all_at_last(enter):
    anna, boris = enter("Аня", "Боря")
    said = [f"{i} ".ljust(4000, "x") for i in range(1600)]  # 6 MB: more than finds room
    heard = []
    with ThreadPoolExecutor() as pool:
        pool.submit(anna.send, "".join(f"{text}\n" for text in said).encode())
        for i in range(200):  # so the server has had time for all that it will take
            boris.say(i)
            heard += [*boris.expect(f"Боря: {i}"), f"Боря: {i}"]
        ear = pool.submit(hear, boris, 1800 - len(heard))
        assert hear(anna, 1800) == heard + ear.result()


def test_who_leaves_before_all_has_found_room_hears_all(tmp_path, script):
    name = "я" * 32
    with small_buffers(tmp_path, script) as server, Peer(server.port, name) as anna:
        anna.send(b"x\n" * 4000 + b"\n")  # 34 times as much comes back
        assert anna.rest() == [f"{name}: x"] * 4000


@in_order_only
def test_no_message_waits_for_an_ack(tmp_path, script):
    if script.stem == "asyncio_server" and os.name != "posix":
        pytest.skip("asyncio accepts in another way on Windows, and sets TCP_NODELAY itself")
    with (
        small_buffers(
            tmp_path,
            script,
            """
        accept = socket.socket.accept
        def accept_and_tell(listener):
            client_socket, address = accept(listener)
            nodelay = client_socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            print(f"TCP_NODELAY: {nodelay != 0}", flush=True)
            return client_socket, address
        socket.socket.accept = accept_and_tell
    """,
        ) as server,
        Peer(server.port),
    ):
        assert server.expect("TCP_NODELAY") == "TCP_NODELAY: True"


@in_order_only
def test_no_message_to_the_first_who_connects_waits_for_an_ack(tmp_path, script):
    with small_buffers(
        tmp_path,
        script,
        """
        import queue
        chosen, setsockopt, put = [], socket.socket.setsockopt, queue.Queue.put_nowait
        def choose(one, level, name, value):
            if (level, name) == (socket.IPPROTO_TCP, socket.TCP_NODELAY):
                chosen.append(value)
            setsockopt(one, level, name, value)
        def announce(log_lines, line):
            before = chosen == [1]
            put(log_lines, line)
            put(log_lines, f"TCP_NODELAY: {before}")
        socket.socket.setsockopt, queue.Queue.put_nowait = choose, announce
    """,
    ) as server:
        assert server.expect("TCP_NODELAY") == "TCP_NODELAY: True"


def test_naive_one_who_has_no_room_stops_all_who_talk(tmp_path):
    with (
        small_buffers(
            tmp_path,
            NAIVE,
            """
        import threading
        gone, remove_user = threading.Event(), server.remove_user
        def sendall(client_socket, data):  # as if Sonya, the first, had no room until she goes
            if b": " in data and not gone.is_set() and client_socket is server.connected_clients[0]:
                print("нет места", flush=True)
                gone.wait()
            socket._socket.socket.sendall(client_socket, data)
        def tell_and_remove_user(client_socket):
            gone.set()
            remove_user(client_socket)
        socket.socket.sendall, server.remove_user = sendall, tell_and_remove_user
    """,
        ) as server,
        Peer(server.port, "Соня") as sonya,
        Peer(server.port, "Аня") as anna,
        Peer(server.port, "Боря") as boris,
    ):
        anna.expect("Боря присоединился к чату.")
        for person in anna, boris:
            person.say("ау")
            server.expect("нет места")
        for person in anna, boris:  # both threads stand in sendall, before all who listen
            person.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                person.socket.recv(1)
            person.socket.settimeout(TIMEOUT)
        sonya.half_close()  # Wine may lose a reset
        for person in anna, boris:
            assert sorted(hear(person, 3)) == ["Аня: ау", "Боря: ау", "Соня вышел из чата."]


# Start and end


@each_signal
def test_a_signal_ends_the_server_in_silence_and_all_connections(script, signum):
    with Server(script) as server, Peer(server.port, "Аня") as anna, Peer(server.port) as newcomer:
        assert newcomer.line() == PROMPT
        assert server.stop(signal.Signals[signum]) == 0
        assert anna.rest() == newcomer.rest() == []
        assert [line for line in server.rest() if "Новое подключение" not in line] == []


@each_signal
def test_a_signal_ends_the_server_in_mid_flood(script, signum):
    with Server(script) as server, ExitStack() as stack, ThreadPoolExecutor() as pool:
        people = [stack.enter_context(Peer(server.port, f"Имя{i}")) for i in range(10)]

        def flood(person):
            with suppress(OSError):
                while True:
                    person.send("вода\n".encode() * 1000)

        for person in people[:2]:
            pool.submit(flood, person)
        people[-1].expect("Имя0: вода")
        assert server.stop(signal.Signals[signum]) == 0
        assert not [line for line in server.rest() if "Traceback" in line]


@pytest.mark.parametrize(
    "options, named",
    [
        (["--port", "abc"], "abc"),
        (["--port", "99999"], "99999"),
        (["--port", "-1"], "-1"),
        (["--port", "0", "--host", "no such host"], "no such host"),
    ],
)
def test_a_bad_address_is_named_in_one_line(script, options, named):
    with Program(script, *options) as program:
        [line] = program.rest()
        assert named in line
        assert program.process.returncode == 1


def test_a_port_that_is_taken_is_named_in_one_line(script, server):
    with Program(script, "--port", server.port) as program:
        [line] = program.rest()
        assert str(server.port) in line
        assert program.process.returncode == 1


def test_its_options_are_told(script):
    with Program(script, "--help") as program:
        text = "\n".join(program.rest())
        assert "--host" in text and "--port" in text and re.search(r"localhost.*8080", text, re.S)
        assert program.process.returncode == 0


def test_a_log_in_a_terminal_that_lacks_letters_ends_nothing(script):
    ascii_only = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    with Program(script, "--port", "0", env=ascii_only) as server:
        port = int(server.line().rpartition(":")[2])
        with Peer(port, "Аня") as anna, Peer(port, "Боря") as boris:
            anna.say("")
            boris.expect("Аня вышел из чата.")
