"""What people can rely on when they chat through lab/server.py, over real sockets.

Silence is proved with a fence: somebody else speaks, and the next line heard must be that one.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import product
from pathlib import Path
from textwrap import dedent

import pytest

from people import TIMEOUT, Peer
from programs import LAB, Program, Server

POSIX = os.name == "posix"
posix_only = pytest.mark.skipif(not POSIX, reason="Windows sends no signals")
each_signal = pytest.mark.parametrize("signum", ["SIGINT", "SIGTERM"] if POSIX else ["CTRL_BREAK_EVENT"])
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

PROMPT = "Введите своё имя:"
REFUSAL = re.compile(r"\D*4096\D*")  # of a message that is too long
ENDS = {"close": Peer.close, "half-close": Peer.half_close, "reset": Peer.reset}
SAMPLE = Path(__file__).parent / "sample" / "client.py"

# Emoji are made of the joiners and tags; Arabic, Syriac and Kaithi marks are visible letters.
EMOJI_PARTS = {"\u200c", "\u200d", *map(chr, range(0xE0020, 0xE0080))}
LETTERS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
EMOJI = "👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👍🏽 3️⃣ ❤️‍🔥"


@pytest.fixture
def server():
    """A server that ends with status 0 and no traceback, whatever the test did to it."""
    with Server() as server:
        yield server
        if POSIX:
            assert server.stop() == 0
        else:
            server.process.kill()
        assert not [line for line in server.rest() if "Traceback" in line]


@pytest.fixture
def harmful():
    """What must reach nobody (list of str): all that Unicode calls control, format or separator of lines."""
    every = map(chr, range(sys.maxunicode + 1))
    found = {c for c in every if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")}
    return sorted(found - EMOJI_PARTS - LETTERS - {"\n"})


@pytest.fixture
def enter(server):
    """A function that lets people in: those without a name (None) are left at the prompt."""
    with ExitStack() as stack:

        def enter(*names):
            people = [stack.enter_context(Peer(server.port, name)) for name in names]
            for i, person in enumerate(people):
                for name in filter(None, names[i + 1 :]):
                    person.expect(f"{name} присоединился к чату.")
            return people

        yield enter


def assert_silence(*listeners, boris):
    """The next line for the listeners and for Boris is what Boris says now."""
    boris.say("тише")
    for listener in [*listeners, boris]:
        assert listener.line() == "Боря: тише"


def hear(peer, count):
    """Return the next lines that peer hears."""
    return [peer.line() for _ in range(count)]


def hear_to_the_end(peer):
    """Return all bytes that peer still hears, until the other side closes or resets."""
    heard, peer.buffer = [peer.buffer], b""
    with suppress(ConnectionResetError):
        heard += iter(lambda: peer.socket.recv(65536), b"")
    return b"".join(heard)


def patched_server(tmp_path, patch):
    """Return a Server that runs patch (Python) first."""
    script = tmp_path / "patched.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(LAB)!r})\nimport server\n{dedent(patch)}\nserver.main()\n",
        encoding="utf-8",
    )
    return Server(script)


def peak_memory(server):
    """Return the most MiB that the server has ever had in memory; 0 where there is no /proc."""
    if sys.platform != "linux":
        return 0
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def processor_time(server):
    """Return the seconds of processor time that the server has used (man 5 proc)."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Joining


def test_who_connects_is_asked_for_a_name_and_logged(server, enter):
    [newcomer] = enter(None)
    assert newcomer.line() == PROMPT
    port = newcomer.socket.getsockname()[1]
    assert re.match(rf"Новое подключение: .*\b{port}\b", server.line())


def test_all_hear_who_joins_the_newcomer_included(enter):
    anna, boris, vera = enter("Аня", "Боря", None)
    assert vera.line() == PROMPT
    vera.say("Вера")
    assert {anna.line(), boris.line(), vera.line()} == {"Вера присоединился к чату."}


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\x00\x1b\x07", "\x85\u2028\u202e", "\u200d", "\u200d\u200c", "я" * 33, "Аня", " Аня\t", "я" * 5000],
)
def test_a_bad_name_is_refused_to_that_one_alone_with_the_reason(enter, name):
    anna, boris, newcomer = enter("Аня", "Боря", None)
    assert newcomer.line() == PROMPT
    newcomer.say(name)
    assert newcomer.line().strip() not in ("", PROMPT)
    assert newcomer.line() == PROMPT
    assert_silence(anna, boris=boris)
    newcomer.say("Вера")
    assert newcomer.line() == "Вера присоединился к чату."


def test_the_reasons_for_refusal_differ(enter):
    _, newcomer = enter("Аня", None)
    for name in "", "я" * 33, "Аня":
        newcomer.say(name)
    _, empty, _, long, _, taken, _ = hear(newcomer, 7)
    assert len({empty, long, taken}) == 3
    assert "32" in long and "Аня" in taken


@pytest.mark.parametrize("name", ["я" * 32, "я", "Анна Каренина", "☺", "A\u0301"])
def test_a_good_name_is_taken_as_it_is(enter, name):
    boris, newcomer = enter("Боря", None)
    newcomer.join(name)
    newcomer.say("привет")
    assert hear(boris, 2) == [f"{name} присоединился к чату.", f"{name}: привет"]


def test_of_many_who_want_one_name_at_once_one_gets_it(enter):
    rivals = enter(*[None] * 20)
    for rival in rivals:
        assert rival.line() == PROMPT
    for rival in rivals:
        rival.say("Аня")
    heard = [rival.line() for rival in rivals]
    assert heard.count("Аня присоединился к чату.") == 1


@pytest.mark.parametrize("first_words, end", [*product(["", "\n"], ENDS), ("Ан", "reset"), ("\nАн", "reset")])
def test_leaving_before_naming_announces_nobody(server, enter, first_words, end):
    anna, boris = enter("Аня", "Боря")
    for _ in range(10):
        [ghost] = enter(None)
        assert ghost.line() == PROMPT
        ghost.send(first_words.encode())
        ENDS[end](ghost)
        assert_silence(anna, boris=boris)
    boris.half_close()
    assert boris.rest() == []
    assert server.expect("покинул чат.") == "Боря покинул чат."


# Talking


def test_all_hear_a_message_the_sender_included(enter):
    people = anna, boris, vera = enter("Аня", "Боря", "Вера")
    anna.say("привет")
    vera.say("и тебе")
    for person in people:
        assert sorted(hear(person, 2)) == ["Аня: привет", "Вера: и тебе"]


@pytest.mark.parametrize(
    "data, heard",
    [
        ("привет\n", ["привет"]),
        ("привет\r\n", ["привет"]),
        ("раз\nдва\r\nтри\n", ["раз", "два", "три"]),
        (" с краю \n", [" с краю "]),
        ("Боря: привет\n", ["Боря: привет"]),
    ],
)
def test_each_newline_ends_a_message(enter, data, heard):
    anna, boris = enter("Аня", "Боря")
    anna.send(data.encode())
    assert hear(boris, len(heard)) == [f"Аня: {text}" for text in heard]
    assert_silence(boris=boris)


def test_a_message_may_come_byte_by_byte(enter):
    anna, boris = enter("Аня", "Боря")
    anna.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in "привет, 👍🏽!\r\nпока\n".encode():
        anna.send(bytes([byte]))
    assert hear(boris, 2) == ["Аня: привет, 👍🏽!", "Аня: пока"]


def test_a_letter_torn_in_two_is_put_together(enter):
    anna, boris = enter("Аня", "Боря")
    first, second = "ё".encode()[:1], "ё".encode()[1:]
    anna.send(b"a\n" + first)
    assert boris.line() == "Аня: a"  # so the server has the first half
    anna.send(second + b"\r")
    assert_silence(boris=boris)
    anna.send(b"\n")
    assert boris.line() == "Аня: ё"


def test_what_was_sent_just_before_the_end_is_heard_by_all(enter):
    boris, anna = enter("Боря", None)
    anna.send("Аня\nпривет\n".encode())
    anna.half_close()
    heard = ["Аня присоединился к чату.", "Аня: привет"]
    assert hear(boris, 3) == [*heard, "Аня вышел из чата."]
    assert anna.rest() == [PROMPT, *heard]


def test_last_words_without_a_newline_are_heard(enter):
    anna, boris = enter("Аня", "Боря")
    anna.send("привет\nпока".encode())
    anna.half_close()
    assert hear(boris, 3) == ["Аня: привет", "Аня: пока", "Аня вышел из чата."]


def test_last_words_of_one_who_has_not_read_all_are_heard(enter):
    anna, boris = enter("Аня", "Боря")
    anna.send("привет\nпока".encode())
    assert boris.line() == "Аня: привет"
    anna.close()
    assert boris.line() == "Аня: пока"


def test_all_that_one_said_who_left_without_listening_is_heard(enter):
    anna, boris = enter("Аня", "Боря")
    said = [f"{i} ".ljust(100, "x") for i in range(300)]
    anna.send("".join(f"{text}\n" for text in said).encode())
    anna.close()
    assert boris.expect("Аня вышел из чата.") == [f"Аня: {text}" for text in said]


def test_a_name_may_be_the_last_words(enter):
    boris, anna = enter("Боря", None)
    anna.send("Аня".encode())
    anna.half_close()
    assert hear(boris, 2) == ["Аня присоединился к чату.", "Аня вышел из чата."]


def test_all_that_the_server_says_is_whole_lines(enter):
    enter("Боря")
    [anna] = enter(None)
    for text in "", "Боря", "я" * 33, "Аня", "привет", "x" * 5000, "пока":
        anna.say(text)
    anna.half_close()
    said = hear_to_the_end(anna)
    assert said.startswith(f"{PROMPT}\n".encode()) and said.endswith("Аня: пока\n".encode())
    assert len(said.splitlines()) == 1 + 3 * 2 + 4


def test_eight_talkers_are_heard_by_all_in_one_order(enter):
    names = [f"Имя{i}" for i in range(8)]
    people = enter(*names, "Муха", "Моль")
    with ThreadPoolExecutor(len(people) * 2) as pool:
        ears = [pool.submit(hear, person, 8 * 600) for person in people]
        for talker in people[:8]:
            pool.submit(lambda talker=talker: [talker.say(i) for i in range(600)])
        first, *others = [ear.result() for ear in ears]
    assert all(heard == first for heard in others)
    for name in names:
        assert [line for line in first if line.startswith(name)] == [f"{name}: {i}" for i in range(600)]


# Leaving


@pytest.mark.parametrize(
    "leave",
    [*ENDS.values(), lambda anna: anna.send(b"\n"), lambda anna: anna.send(b"\r\n")],
    ids=[*ENDS, "empty line", "empty line as Windows ends it"],
)
def test_who_leaves_is_announced_once_logged_once_and_frees_the_name(server, enter, leave):
    anna, boris = enter("Аня", "Боря")
    leave(anna)
    assert boris.line() == "Аня вышел из чата."
    server.expect("Новое подключение")
    server.expect("Новое подключение")
    assert server.line() == "Аня покинул чат."
    enter("Аня")
    assert server.line().startswith("Новое подключение")
    assert boris.line() == "Аня присоединился к чату."
    assert_silence(boris=boris)


def test_an_empty_message_ends_the_connection_after_what_came_before_it(enter):
    anna, boris = enter("Аня", "Боря")
    anna.send("пока\n\nо чём это я?\n".encode())
    assert anna.rest() == ["Аня: пока"]
    assert hear(boris, 2) == ["Аня: пока", "Аня вышел из чата."]
    assert_silence(boris=boris)


def test_two_hundred_vanish_at_once_and_each_leaving_is_announced_once(enter):
    names = [f"Гость{i}" for i in range(200)]
    boris, *guests = enter("Боря", *[None] * 200)
    for guest, name in zip(guests, names):
        guest.join(name)
    for guest in guests:
        guest.reset()
    assert hear(boris, 200) == [f"{name} присоединился к чату." for name in names]
    assert sorted(hear(boris, 200)) == sorted(f"{name} вышел из чата." for name in names)
    assert_silence(boris=boris)
    enter(*names[::50])


# Bad input


@pytest.mark.parametrize("letter", ["x", "я"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_4096_bytes_pass_and_4097_do_not(enter, letter, end):
    anna, boris = enter("Аня", "Боря")
    longest = letter * (4096 // len(letter.encode()))
    anna.send(f"{longest}{end}".encode())
    assert anna.line() == boris.line() == f"Аня: {longest}"
    anna.send(f"{longest}!{end}".encode())
    assert REFUSAL.fullmatch(anna.line())
    assert_silence(anna, boris=boris)
    anna.say("дальше")
    assert anna.line() == boris.line() == "Аня: дальше"


def test_a_line_without_end_is_refused_once_and_takes_no_memory(server, enter):
    anna, boris = enter("Аня", "Боря")
    before = peak_memory(server)
    for _ in range(32):
        anna.send(b"x" * 2**20)
    assert REFUSAL.fullmatch(anna.line())
    assert_silence(anna, boris=boris)
    anna.send("конец\nдальше\n".encode())
    assert anna.line() == boris.line() == "Аня: дальше"
    assert peak_memory(server) < before + 8


def test_a_name_without_end_is_refused_once_and_takes_no_memory(server, enter):
    boris, newcomer = enter("Боря", None)
    before = peak_memory(server)
    for _ in range(32):
        newcomer.send(b"x" * 2**20)
    assert newcomer.line() == PROMPT
    assert "32" in newcomer.line()
    newcomer.say("")
    newcomer.join("Вера")
    assert boris.line() == "Вера присоединился к чату."
    assert peak_memory(server) < before + 8


def test_bytes_that_are_no_utf8_are_replaced_and_nobody_is_thrown_out(enter):
    anna, boris = enter("Аня", "Боря")
    anna.send(b"\xffabc\xd0\n\xe2\x82\n\xc0\xaf\xed\xa0\x80\n")
    assert hear(boris, 2) == ["Аня: \ufffdabc\ufffd", "Аня: \ufffd"]
    assert re.fullmatch("Аня: \ufffd+", boris.line())
    anna.say("ещё тут")
    assert boris.line() == "Аня: ещё тут"


def test_a_name_that_is_no_utf8_is_taken_with_replaced_letters(enter):
    boris, newcomer = enter("Боря", None)
    newcomer.send(b"\xcf\xee\xeb\n")  # "Пол" in the Cyrillic of Windows
    assert re.fullmatch("\ufffd+ присоединился к чату.", boris.line())


def test_no_harmful_character_of_a_message_reaches_another(enter, harmful):
    ann, boris = enter("Ann", "Боря")
    heard = ""
    for character in harmful:  # one at a time: all in ASCII is a case of its own
        ann.say(f"before{character}after")
        heard += boris.line()
    assert heard.count("Ann: before") == heard.count("after") == len(harmful)
    assert not [ascii(character) for character in harmful if character in heard]


def test_no_harmful_character_of_a_name_reaches_another(server, enter, harmful):
    [boris] = enter("Боря")
    for i in range(0, len(harmful), 30):
        [newcomer] = enter(None)
        newcomer.say("я" + "".join(harmful[i : i + 30]) + "я")
        newcomer.half_close()
        heard = boris.line() + boris.line() + server.expect("покинул чат.")
        assert not [ascii(character) for character in harmful if character in heard]


@pytest.mark.parametrize(
    "forged",
    [
        "hm\rBob: yes",
        "hm\x1b[2K\x1b[GBob: yes",
        "hm\x9b2K\x9bGBob: yes",
        "hm\x85Bob: yes",
        "hm\u2028Bob: yes",
        "hm\u2029Bob: yes",
        "hm\vBob: yes",
        "\x08" * 9 + "Bob: yes",
    ],
)
def test_no_line_of_another_can_be_forged(enter, forged):
    ann, bob, newcomer = enter("Ann", "Bob", None)
    ann.say(forged)
    said = bob.line()
    newcomer.say(forged)
    for line in said, bob.line():
        assert line.isprintable() and line.splitlines() == [line]


@pytest.mark.parametrize("text", [EMOJI, "\U00013440\U00013455"], ids=["emoji", "marks of hieroglyphs"])
def test_what_takes_several_characters_arrives_whole(enter, text):
    anna, boris, newcomer = enter("Аня", "Боря", None)
    anna.say(text)
    assert boris.line() == f"Аня: {text}"
    newcomer.join("🏴󠁧󠁢󠁳󠁣󠁴󠁿 👩‍💻")


# A client that does not read


def test_who_never_reads_holds_up_nobody_and_is_let_go(server, enter):
    anna, boris = enter("Аня", "Боря")
    with socket.socket() as sloth:
        sloth.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sloth.connect(anna.socket.getpeername()[:2])
        sloth.sendall("Соня\n".encode())
        anna.expect("Соня присоединился к чату.")
        boris.expect("Соня присоединился к чату.")
        before, heard = peak_memory(server), {anna: [], boris: []}
        for _ in range(100):  # 25 MB, step by step, lest those who read fall behind too
            for person in heard:
                person.send(b"x" * 4095 + b"\n" + ("y" * 4095 + "\n").encode() * 31)
            for person in heard:
                heard[person] += hear(person, 64)
        for person in heard:
            heard[person] += hear(person, 1)
        assert heard[anna] == heard[boris]
        assert heard[anna].count("Соня вышел из чата.") == 1
        for name in "Аня", "Боря":
            said = [line for line in heard[anna] if line.startswith(name)]
            assert said == [f"{name}: {letter * 4095}" for letter in "x" + "y" * 31] * 100
        assert peak_memory(server) < before + 16
        sloth.settimeout(TIMEOUT)
        while sloth.recv(2**20):
            pass  # what was on its way; then the end
    assert server.expect("покинул чат.") == "Соня покинул чат."


SMALL_BUFFERS = """
    server.SOCKET_OPTIONS["SO_SNDBUF"] = 4096
"""


def test_who_reads_late_hears_all_in_order(tmp_path):
    with (
        patched_server(tmp_path, SMALL_BUFFERS) as server,
        Peer(server.port, "Аня") as anna,
        Peer(server.port, "Боря") as boris,
    ):
        said = [f"Боря: {i} ".ljust(2000, "я") for i in range(50)]  # 200 kB
        for line in said:
            boris.say(line.removeprefix("Боря: "))
            assert boris.line() == line
        assert hear(anna, 51)[1:] == said


# A server that runs out of something


@linux_only
def test_out_of_descriptors_those_inside_chat_on_and_newcomers_wait_for_room():
    resource = pytest.importorskip("resource")
    few = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))}
    with Server(**few) as server, ExitStack() as stack:
        anna, boris = [stack.enter_context(Peer(server.port, name)) for name in ("Аня", "Боря")]
        *crowd, last = [stack.enter_context(Peer(server.port)) for _ in range(30)]
        server.expect("ждут")
        used = processor_time(server)
        time.sleep(2)  # what it does all the while is what this is about
        assert processor_time(server) - used < 1
        assert server.lines.qsize() < 20
        boris.say("нас много")
        anna.expect("Боря: нас много")
        for peer in crowd:
            peer.close()
        last.join("Вера")
        anna.expect("Вера присоединился к чату.")
        assert server.stop() == 0


def test_out_of_threads_those_inside_chat_on_and_newcomers_wait_for_one(tmp_path):
    full = tmp_path / "full"
    with (
        patched_server(
            tmp_path,
            f"""
        import os, threading
        start = threading.Thread.start
        def start_if_not_full(thread):
            if os.path.exists({str(full)!r}):
                print("can't start new thread", flush=True)
                raise RuntimeError("can't start new thread")
            start(thread)
        threading.Thread.start = start_if_not_full
    """,
        ) as server,
        Peer(server.port, "Аня") as anna,
        Peer(server.port, "Боря") as boris,
    ):
        full.touch()
        with Peer(server.port) as newcomer:
            server.expect("can't start new thread")
            boris.say("нас много")
            anna.expect("Боря: нас много")
            full.unlink()
            newcomer.join("Вера")
            anna.expect("Вера присоединился к чату.")


# The end of the server


@each_signal
def test_a_signal_ends_the_server_in_silence_and_all_connections(signum):
    with Server() as server, Peer(server.port, "Аня") as anna, Peer(server.port) as newcomer:
        assert newcomer.line() == PROMPT
        assert server.stop(signal.Signals[signum]) == 0
        assert anna.rest() == newcomer.rest() == []
        assert [line for line in server.rest() if "Новое подключение" not in line] == []


@each_signal
def test_a_signal_ends_the_server_in_mid_flood(signum):
    with Server() as server, ExitStack() as stack, ThreadPoolExecutor() as pool:
        people = [stack.enter_context(Peer(server.port, f"Имя{i}")) for i in range(50)]

        def flood(person):
            with suppress(OSError):
                while True:
                    person.send("вода\n".encode() * 1000)

        for person in people[:2]:
            pool.submit(flood, person)
        people[-1].expect("Имя0: вода")
        assert server.stop(signal.Signals[signum]) == 0
        assert not [line for line in server.rest() if "Traceback" in line]
        for person in people:
            hear_to_the_end(person)


# Starting


@pytest.mark.parametrize(
    "options, named",
    [
        (["--port", "abc"], "abc"),
        (["--port", "99999"], "99999"),
        (["--port", "-1"], "-1"),
        (["--port", "0", "--host", "no such host"], "no such host"),
        (["--port", "0", "--host", "192.0.2.77"], "192.0.2.77"),  # nobody's address (RFC 5737)
    ],
)
def test_a_bad_address_is_named_in_one_line(options, named):
    with Program(LAB / "server.py", *options) as program:
        [line] = program.rest()
        assert named in line
        assert program.process.returncode == 1


def test_a_port_that_is_taken_is_named_in_one_line(server):
    with Program(LAB / "server.py", "--port", server.port) as program:
        [line] = program.rest()
        assert str(server.port) in line
        assert program.process.returncode == 1


def test_help_and_unknown_options_are_answered():
    with Program(LAB / "server.py", "--help") as program:
        assert "--host" in (text := "\n".join(program.rest())) and "--port" in text
        assert program.process.returncode == 0
    with Program(LAB / "server.py", "--colour") as program:
        assert "--colour" in (text := "\n".join(program.rest())) and "Traceback" not in text
        assert program.process.returncode == 2


def test_it_starts_in_its_own_folder_and_says_line_by_line_which_port_it_took():
    with Server("server.py", cwd=LAB, env={"PYTHONUNBUFFERED": ""}) as server, Peer(server.port, "Аня"):
        assert server.line().startswith("Новое подключение: ")


def test_the_port_is_8080_unless_told():
    with Program(LAB / "server.py", "--help") as program:
        assert re.search(r"localhost.*8080", "".join(program.rest()))


# The log


def test_an_output_that_lacks_letters_ends_nothing():
    ascii_only = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    with Program(LAB / "server.py", "--port", "0", env=ascii_only) as server:
        port = int(server.line().rpartition(":")[2])
        with Peer(port, "Аня") as anna, Peer(port, "Боря") as boris:
            anna.say("")
            boris.expect("Аня вышел из чата.")
            boris.say("тише")
            boris.expect("Боря: тише")
        if POSIX:
            assert server.stop() == 0


@contextmanager
def server_with_a_pipe(script=LAB / "server.py", **options):
    """A server, as subprocess.Popen, whose output is read no further than its port."""
    command = [sys.executable, "-X", "utf8", str(script), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, **options) as process:
        try:
            yield process, int(process.stdout.readline().decode().rpartition(":")[2])
        finally:
            process.kill()


def test_a_log_that_nobody_reads_any_more_ends_nothing():
    with server_with_a_pipe() as (process, port):
        process.stdout.close()  # as in `python server.py | head -1`
        with Peer(port, "Аня") as anna, Peer(port, "Боря") as boris:
            anna.say("")
            boris.expect("Аня вышел из чата.")
            boris.say("тише")
            boris.expect("Боря: тише")


@linux_only
def test_a_log_that_somebody_has_stopped_holds_up_nobody():
    with server_with_a_pipe(pipesize=4096) as (process, port):
        for _ in range(200):  # nobody reads on, as after Ctrl+S in a terminal
            Peer(port).close()
        with Peer(port, "Аня") as anna, Peer(port, "Боря") as boris:
            boris.say("тише")
            anna.expect("Боря: тише")
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT) == 0


# Answer as you were spoken to


def test_a_peer_without_newlines_is_served_recv_by_recv(enter):
    boris, raw = enter("Боря", None)
    assert raw.line() == PROMPT
    raw.send("Аня".encode())
    assert raw.line() == boris.line() == "Аня присоединился к чату."
    for text in "привет", "как дела?", "пока":
        raw.send(text.encode())
        assert raw.line() == boris.line() == f"Аня: {text}"


def test_a_framed_peer_is_never_cut_by_a_pause(enter):
    anna, boris = enter("Аня", "Боря")
    anna.send("при".encode())
    time.sleep(1.5)  # the pause is what this is about
    assert_silence(anna, boris=boris)
    anna.send("вет\n".encode())
    assert boris.line() == "Аня: привет"


def test_the_assignments_own_client_chats(server, enter):
    [boris] = enter("Боря")
    run_patched = (
        "import sys; source = open(sys.argv[1], encoding='utf-8').read();exec(source.replace('8080', sys.argv[2]))"
    )
    unbuffered = {"PYTHONUNBUFFERED": "1"}
    with Program("-c", run_patched, SAMPLE, server.port, env=unbuffered) as sample:
        sample.expect(PROMPT)
        sample.type("Аня")
        sample.expect("Аня присоединился к чату.")
        sample.type("привет")
        assert hear(boris, 2) == ["Аня присоединился к чату.", "Аня: привет"]
        boris.say("и тебе")
        sample.expect("Боря: и тебе")
        boris.expect("Боря: и тебе")
    assert boris.line() == "Аня вышел из чата."
