"""What a person may rely on in lab/client.py, seen through pipes and in a real terminal."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from people import TIMEOUT, Peer
from programs import LAB, Program, Server, Terminal

if sys.platform != "win32":
    import termios

CLIENT = LAB / "client.py"
PROMPT = "Введите своё имя:"
JOINED = "Аня присоединился к чату."
LEFT = "Аня вышел из чата."
LOST = "Соединение с сервером потеряно."
HARM = ["\x1b]2;title\x07", "\x1b[5m", "\x9b5m", "\x08\x08", "c\rd", "\u2028", "\u202e"]

# The assignment's own server knows one port only; this runs it on a free one, which it prints.
SAMPLE = Path(__file__).parent / "sample" / "server.py"
RUN_SAMPLE = """import sys
source = open(sys.argv[1], encoding="utf-8").read().replace("SERVER_PORT = 8080", "SERVER_PORT = 0")
exec(source.replace("{SERVER_PORT}", "{server_socket.getsockname()[1]}"))"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX terminals and signals")


class Host(Peer):
    """The server's end of a connection, for a test that plays the server."""

    def __init__(self, listener, prompt=f"{PROMPT}\n"):
        """Accept the client that comes next, and ask for its name."""
        self.socket, _ = listener.accept()
        self.socket.settimeout(TIMEOUT)
        self.buffer = b""
        self.send(prompt.encode())


class Screen(Terminal):
    """The client in a terminal, as a person sees it."""

    def __init__(self, port, env=None):
        super().__init__(CLIENT, "--port", port, env=env)
        self.process.logfile_read = self.written = io.BytesIO()

    def see(self, *wanted):
        """Wait until the wanted lines, and no others, are on the screen."""
        with suppress(TimeoutError, EOFError):
            while self.screen() != [*wanted]:
                self.draw()
        assert self.screen() == [*wanted]

    def join(self):
        """Give a name when asked for it, and see oneself join."""
        self.see(PROMPT, ">")
        self.type("Аня\r")
        self.see(PROMPT, JOINED, ">")

    def end(self):
        """Wait until the client ends by itself; return its status. The terminal is as before."""
        status = super().end()
        flags = termios.tcgetattr(self.process.child_fd)[3]
        assert flags & termios.ECHO and flags & termios.ICANON
        return status


def pipe(port, *args, env=None, **options):
    """Start the client between two pipes; it must flush by itself what it prints."""
    return Program(CLIENT, "--port", port, *args, env={"PYTHONUNBUFFERED": "", **(env or {})}, **options)


def change(changes):
    """Return options of python that run the client after changes (Python) in it."""
    return (
        "-c",
        f"""import sys
sys.path.insert(0, {str(LAB)!r})
import client
{changes}
client.main()""",
        "--port",
    )


def port_of(listener):
    return listener.getsockname()[1]


def hear(peer, wanted):
    """Listen to as many bytes as wanted (str) has, however they are cut; they must be wanted."""
    data = b""
    while len(data) < len(wanted.encode()) and (more := peer.socket.recv(65536)):
        data += more
    assert data.decode() == wanted


@pytest.fixture
def listener():
    """A listening socket, for a test that plays the server."""
    with socket.create_server(("localhost", 0)) as listener:
        listener.settimeout(TIMEOUT)
        yield listener


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def boris(server):
    """Somebody else in the chat."""
    with Peer(server.port, "Борис") as boris:
        yield boris


@pytest.fixture
def anya(server, boris):
    """The client in a terminal, in the chat."""
    with Screen(server.port) as anya:
        anya.join()
        boris.expect(JOINED)
        yield anya


# What arrives


def test_lines_that_come_byte_by_byte_are_printed_whole(listener):
    with pipe(port_of(listener)) as client, Host(listener, prompt="") as host:
        for byte in f"{PROMPT}\nБорис: съешь ещё 👩‍🍳🥐\n".encode():
            host.send(bytes([byte]))
            time.sleep(0.01)  # so that TCP does not glue them
        assert [client.line(), client.line()] == [PROMPT, "Борис: съешь ещё 👩‍🍳🥐"]


def test_many_lines_in_one_send_are_all_printed(listener):
    lines = [f"Борис: {n}" for n in range(3000)]
    with pipe(port_of(listener)) as client, Host(listener) as host:
        host.say("\n".join(lines))
        assert [client.line() for _ in range(3001)] == [PROMPT, *lines]


def test_bytes_that_are_no_letters_end_nothing(listener):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        host.send("Борис: \udcff!\n".encode("utf-8", "surrogateescape"))
        assert [client.line(), client.line()] == [PROMPT, "Борис: \ufffd!"]


def test_a_line_may_end_as_on_windows(listener):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        host.send("Борис: привет\r\nБорис: пока\r\n".encode())
        assert [client.line() for _ in range(3)] == [PROMPT, "Борис: привет", "Борис: пока"]


def test_of_a_line_that_is_far_too_long_the_rest_is_skipped(listener):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        host.say(f"{'много ' * 100_000}\nБорис: привет")
        assert client.line() == PROMPT
        assert len(client.line()) < 100_000
        assert client.line() == "Борис: привет"


def test_a_server_that_pauses_in_mid_letter_is_not_cut(listener):
    data = "Борис: привет\n".encode()
    with pipe(port_of(listener)) as client, Host(listener) as host:
        host.send(data[:-6])
        time.sleep(1.5)  # longer than a client waits for the first newline
        host.send(data[-6:])
        assert [client.line(), client.line()] == [PROMPT, "Борис: привет"]


def test_half_a_letter_whose_other_half_does_not_come_is_shown(listener):
    with pipe(port_of(listener)) as client, Host(listener, prompt="") as host:
        host.send("да".encode("cp1251"))  # its last byte might begin a letter of UTF-8
        assert [client.line(), client.line()] == ["\ufffd", "\ufffd"]


def test_what_a_server_leaves_unfinished_is_shown_and_goes_on_in_its_line(listener):
    with (
        subprocess.Popen(
            [sys.executable, CLIENT, "--port", str(port_of(listener))],
            bufsize=0,
            env={**os.environ, "PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as client,
        Host(listener) as host,
    ):
        assert client.stdout.read(1024).decode() == f"{PROMPT}{os.linesep}"
        for words in "Борис", ": привет", "!\n":
            host.send(words.encode())
            assert client.stdout.read(1024).decode() == words.replace("\n", os.linesep)
        host.send("Бо".encode())
        host.close()
        assert client.stdout.read().decode() == f"Бо\n{LOST}\n".replace("\n", os.linesep)


@posix
def test_what_a_server_leaves_unfinished_is_shown_above_the_line(listener):
    with Screen(port_of(listener)) as client, Host(listener) as host:
        client.see(PROMPT, ">")
        client.type("недописан")
        host.send("Имя занято.\nДругое: ".encode())
        client.see(PROMPT, "Имя занято.", "Другое:", "> недописан")


def test_what_could_harm_a_terminal_does_not_get_into_a_pipe(listener):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        client.expect(PROMPT)
        for harm in HARM:
            host.say(f"<{harm}>")
            line = client.line()
            assert line.isprintable() and (line[0], line[-1]) == ("<", ">")


@posix
def test_what_could_harm_a_terminal_does_not_get_there(listener):
    with Screen(port_of(listener)) as client, Host(listener) as host:
        host.say(f"Борис: {' '.join(HARM)}")
        host.close()
        client.end()
        assert client.screen()[1].startswith("Борис: ")
        assert [harm for harm in HARM if harm.encode() in client.written.getvalue()] == []


def test_letters_that_the_output_does_not_know_are_no_error(listener):
    env = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    with pipe(port_of(listener), env=env) as client, Host(listener) as host:
        host.say("Борис: hi")
        assert client.line() == "??????? ???? ???:"
        assert client.line() == "?????: hi"
        host.close()
        assert client.process.wait(TIMEOUT) == 0


def test_a_server_without_newlines_may_begin_without_a_pause(listener):
    with pipe(port_of(listener)) as client, Host(listener, prompt="x" * 100_000) as host:
        heard = 0
        while heard < 100_000:
            heard += len(client.line())
        host.send("Борис: привет".encode())
        assert client.line() == "Борис: привет"


# The end


@pytest.mark.parametrize("word", ["покинуть чат", "Покинуть Чат", "ПОКИНУТЬ ЧАТ"])
def test_the_word_leaves_and_the_others_hear_it(server, boris, word):
    with pipe(server.port) as client:
        client.type("Аня")
        client.expect(JOINED)
        client.type(word)
        assert (client.rest(), client.process.returncode) == ([], 0)
    assert boris.expect(LEFT) == [JOINED]


def test_the_word_leaves_a_server_that_neither_reads_nor_answers(listener):
    with pipe(port_of(listener)) as client, Host(listener, prompt=""):
        client.type("Аня\n" + 9 * "есть кто?\n" + "покинуть чат")
        assert (client.rest(), client.process.returncode) == ([], 0)


def test_the_word_leaves_a_server_that_talks_on(listener):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        client.expect(PROMPT)
        client.type("покинуть чат")
        end = time.monotonic() + TIMEOUT
        with pytest.raises(ConnectionError):  # the client is gone
            while time.monotonic() < end:
                host.say("Борис: и ещё одно…")
        client.rest()
        assert client.process.returncode == 0


@posix
def test_the_word_leaves_in_a_terminal(listener):
    with Screen(port_of(listener)) as client, Host(listener):
        client.see(PROMPT, ">")
        client.type("Покинуть чат\r")
        assert client.end() == 0
        assert client.screen() == [PROMPT]


@pytest.mark.parametrize("go", [Host.close, Host.reset])
def test_in_a_pipe_the_client_ends_when_the_server_goes(listener, go):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        client.expect(PROMPT)
        client.process.stdin.write("недопис".encode())
        client.process.stdin.flush()
        go(host)
        assert (client.rest(), client.process.returncode) == ([LOST], 0)


@pytest.mark.parametrize(
    "words, go",
    [
        ("до встр", Host.close),
        (f"{PROMPT}\nдо встр", Host.close),
        pytest.param(
            f"{PROMPT}\nдо встр",
            Host.reset,
            marks=pytest.mark.skipif(
                sys.platform != "linux", reason="elsewhere a reset may drop what was not read yet"
            ),
        ),
    ],
)
def test_what_a_server_says_just_before_it_goes_is_printed(listener, words, go):
    with pipe(port_of(listener)) as client:
        go(Host(listener, prompt=words))
        assert (client.rest(), client.process.returncode) == ([*words.split("\n"), LOST], 0)


@posix
@pytest.mark.parametrize("go", [Host.close, Host.reset])
def test_in_a_terminal_the_client_ends_in_mid_word_when_the_server_goes(listener, go):
    with Screen(port_of(listener)) as client, Host(listener) as host:
        client.see(PROMPT, ">")
        client.type("недопис")
        client.see(PROMPT, "> недопис")
        go(host)
        assert client.end() == 0
        assert client.screen() == [PROMPT, LOST]


@posix
def test_in_a_terminal_the_client_ends_when_the_server_goes_at_once(listener):
    with Screen(port_of(listener)) as client:
        Host(listener, prompt="").close()
        assert client.end() == 0
        assert client.screen() == [LOST]


def test_the_end_of_a_pipe_leaves_after_all_was_sent_and_all_echoes_were_printed(server, boris):
    messages = [f"сообщение {n}" for n in range(5000)]
    heard = [JOINED, *(f"Аня: {message}" for message in messages)]
    with pipe(server.port) as client:
        client.type("\n".join(["Аня", *messages]))
        client.end_input()
        assert boris.expect(LEFT) == heard
        assert (client.rest(), client.process.returncode) == ([PROMPT, *heard], 0)


@posix
def test_ctrl_d_leaves_after_all_was_sent_and_all_echoes_were_printed(anya, boris):
    anya.type("раз\rдва\rтри\r\x04")
    assert boris.expect(LEFT) == ["Аня: раз", "Аня: два", "Аня: три"]
    assert anya.end() == 0
    assert anya.screen() == [PROMPT, JOINED, "Аня: раз", "Аня: два", "Аня: три"]


@posix
def test_the_servers_last_words_after_ctrl_d_are_printed(listener):
    with Screen(port_of(listener)) as client, Host(listener) as host:
        client.see(PROMPT, ">")
        client.type("\x04")
        assert host.rest() == []
        host.say("до встречи")
        host.close()
        assert client.end() == 0
        assert client.screen() == [PROMPT, "до встречи"]


@posix
def test_ctrl_c_leaves_a_server_that_does_not_answer(listener):
    patient = change(f"client.PATIENCE = {3 * TIMEOUT}")
    with Terminal(*patient, port_of(listener)) as client, Host(listener) as host:
        client.wait_for(PROMPT, ">")
        client.type("\x03")
        assert host.rest() == []
        assert client.end() == 0


@posix
def test_a_terminal_that_stands_still_holds_the_server_back(listener):
    with Screen(port_of(listener)) as client, Host(listener) as host:
        client.see(PROMPT, ">")
        host.socket.settimeout(3)
        with pytest.raises(TimeoutError):
            host.send(b"x\n" * 20_000_000)  # more than all the buffers on the way have room for


@posix
def test_a_terminal_that_stands_still_does_not_hold_up_the_end(listener):
    with Terminal(*change("client.PATIENCE = 1"), port_of(listener)) as client, Host(listener) as host:
        client.wait_for(PROMPT, ">")
        client.type("\x04")
        assert host.rest() == []
        host.send(b"x\n" * 50_000)
        assert client.process.wait() == 0


def test_the_servers_last_words_after_the_end_of_a_pipe_are_printed(listener):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        client.type("Аня")
        client.end_input()
        assert host.rest() == ["Аня"]
        for word in "до", "встречи":
            time.sleep(3)  # longer than after a goodbye
            host.say(word)
        host.close()
        assert (client.rest(), client.process.returncode) == ([PROMPT, "до", "встречи"], 0)


def test_the_end_of_a_pipe_does_not_wait_for_ever_for_last_words(listener):
    with Program(*change("client.PATIENCE = 1"), port_of(listener)) as client, Host(listener):
        client.end_input()
        assert (client.rest(), client.process.returncode) == ([PROMPT], 0)


def test_the_end_of_a_pipe_leaves_a_server_that_talks_on(listener):
    with Program(*change("client.PATIENCE = 1"), port_of(listener)) as client, Host(listener) as host:
        client.end_input()
        end = time.monotonic() + TIMEOUT
        with pytest.raises(ConnectionError):  # the client is gone
            while time.monotonic() < end:
                host.say("Борис: и ещё одно…")
        client.rest()
        assert client.process.returncode == 0


def test_a_server_that_takes_nothing_any_more_ends_the_client(listener):
    with Program(*change("client.PATIENCE = 1"), port_of(listener)) as client, Host(listener):
        with suppress(BrokenPipeError):  # the client may be gone before it has read all
            client.type("слово " * 2_000_000)
        assert (client.rest(), client.process.returncode) == ([PROMPT, LOST], 0)


@posix
def test_sigint_leaves_in_a_pipe(server, boris):
    with pipe(server.port) as client:
        client.type("Аня")
        client.expect(JOINED)
        assert client.stop() == 0
        assert client.rest() == []
    assert boris.expect(LEFT) == [JOINED]


@posix
def test_after_sigint_the_servers_last_words_are_printed(listener):
    with Program(*change(f"client.HURRY = {TIMEOUT}"), port_of(listener)) as client, Host(listener) as host:
        client.expect(PROMPT)
        client.type("Аня")
        assert host.line() == "Аня"
        for patience in 10, TIMEOUT:  # as in Program.stop
            client.process.send_signal(signal.SIGINT)
            host.socket.settimeout(patience)
            with suppress(TimeoutError):
                assert host.rest() == []
                break
        host.say("до встречи")
        host.close()
        assert (client.rest(), client.process.returncode) == (["до встречи"], 0)


@posix
def test_ctrl_c_leaves_in_mid_word(anya, boris):
    anya.type("недопис")
    anya.see(PROMPT, JOINED, "> недопис")
    anya.type("\x03")
    assert boris.expect(LEFT) == []
    assert anya.end() == 0
    assert anya.screen() == [PROMPT, JOINED]


@posix
@pytest.mark.parametrize("closed", [[0], [1], [0, 1]])
def test_it_works_with_closed_streams(listener, closed):
    with pipe(port_of(listener), preexec_fn=lambda: [os.close(fd) for fd in closed]) as client, Host(listener) as host:
        if 0 not in closed:
            client.type("Аня")
            client.end_input()
        assert host.rest() == ["Аня"] * (0 not in closed)
        host.say("Борис: привет")
        host.close()
        heard = [PROMPT, "Борис: привет"] * (1 not in closed)
        assert (client.rest(), client.process.returncode) == (heard, 0)


@posix
def test_input_that_cannot_be_read_is_at_its_end(listener):
    def spoil():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 0)

    with pipe(port_of(listener), preexec_fn=spoil) as client, Host(listener) as host:
        assert host.rest() == []
        host.close()
        assert (client.rest(), client.process.returncode) == ([PROMPT], 0)


@pytest.mark.parametrize("stream", ["None", "Idle(sys.{})"])
def test_it_works_with_streams_that_are_none_or_those_of_idle(listener, stream):
    changes = [
        """class Idle(io.TextIOBase):
    encoding = "utf-8"
    isatty = lambda self: True
    def __init__(self, stream):
        self.write, self.readline = stream.write, stream.readline
        self.flush = stream.flush
"""
    ]
    changes += [f"sys.{name} = {stream.format(name)}" for name in ("stdin", "stdout", "stderr")]
    with Program(*change("\n".join(["import io", *changes])), port_of(listener)) as client, Host(listener) as host:
        client.type("Аня")
        client.end_input()
        assert host.rest() == ["Аня"] * (stream != "None")
        host.close()
        assert (client.rest(), client.process.returncode) == ([PROMPT] * (stream != "None"), 0)


@pytest.mark.skipif(sys.platform != "linux", reason="no /dev/full here")
def test_where_nothing_can_be_printed_one_line_says_so(listener):
    def fill():
        os.dup2(os.open("/dev/full", os.O_WRONLY), 1)

    with pipe(port_of(listener), preexec_fn=fill) as client, Host(listener):
        [line] = client.rest()
        assert "No space left" in line and client.process.returncode == 1


def test_the_client_ends_without_a_traceback_when_nobody_reads_its_output(listener):
    with (
        subprocess.Popen(
            [sys.executable, CLIENT, "--port", str(port_of(listener))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as client,
        Host(listener) as host,
    ):
        client.stdout.readline()
        client.stdout.close()
        host.say("Борис: привет")
        assert (client.wait(TIMEOUT), client.stderr.read()) == (1, b"")


@pytest.mark.parametrize("args", [[], ["--port", "abc"], ["--port", "99999"], ["--host", "no-such-host.invalid"]])
def test_without_a_connection_one_line_says_so(args):
    with socket.socket() as deaf:
        deaf.bind(("localhost", 0))  # nobody else gets this port, and nobody listens there
        with pipe(port_of(deaf), *args) as client:
            [line] = client.rest()
            assert (args or [str(port_of(deaf))])[-1] in line and "Traceback" not in line
            assert client.process.returncode == 1


# What is typed


def test_enter_on_an_empty_line_sends_nothing(listener):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        client.type("\nАня\n\nпривет")
        client.end_input()
        assert host.rest() == ["Аня", "привет"]


@pytest.mark.parametrize("key", ["\x04", "\x1a"])
def test_an_end_key_typed_as_a_line_leaves(listener, key):
    with pipe(port_of(listener)) as client, Host(listener) as host:
        client.type(f"Аня\n{key}")
        assert host.rest() == ["Аня"]
        assert (client.rest(), client.process.returncode) == ([PROMPT], 0)


ENCODINGS = [{"PYTHONIOENCODING": encoding} for encoding in ("ascii", "latin-1", "cp1251")] + [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
]


@pytest.mark.parametrize("env", ENCODINGS)
def test_utf_8_is_understood_whatever_encoding_the_input_has(listener, env):
    with pipe(port_of(listener), env=env) as client, Host(listener) as host:
        client.type("Аня\nсъешь ещё 👩‍🍳🥐\nпокинуть чат\nи это?")
        assert host.rest() == ["Аня", "съешь ещё 👩‍🍳🥐"]
        client.rest()
        assert client.process.returncode == 0


@posix
@pytest.mark.parametrize("env", ENCODINGS)
def test_utf_8_is_understood_in_a_terminal_whatever_encoding_it_has(listener, env):
    with Screen(port_of(listener), env=env) as client, Host(listener) as host:
        client.type("Аня\rсъешь ещё 👩‍🍳🥐\rпокинуть чат\r")
        assert host.rest() == ["Аня", "съешь ещё 👩‍🍳🥐"]
        assert client.end() == 0


def test_what_is_not_utf_8_is_read_in_the_inputs_own_encoding(listener):
    with pipe(port_of(listener), env={"PYTHONIOENCODING": "cp1251"}) as client, Host(listener) as host:
        client.process.stdin.write("Аня\nпривет\nпокинуть чат\n".encode("cp1251"))
        client.process.stdin.flush()
        assert host.rest() == ["Аня", "привет"]


@posix
def test_typed_bytes_that_are_no_letters_end_nothing(anya, boris):
    anya.type(b"x\xffy\r")
    assert boris.expect("Аня: x?y") == []


@posix
def test_enter_on_an_empty_line_sends_nothing_from_a_terminal(anya, boris):
    anya.type("\r\rпривет\r")
    assert boris.expect("Аня: привет") == []


@posix
def test_a_half_typed_line_survives_an_incoming_message(anya, boris):
    anya.type("недописан")
    anya.see(PROMPT, JOINED, "> недописан")
    boris.say("ты тут?")
    anya.see(PROMPT, JOINED, "Борис: ты тут?", "> недописан")
    anya.type("ная строка\r")
    assert boris.expect("Аня: недописанная строка") == ["Борис: ты тут?"]
    anya.see(PROMPT, JOINED, "Борис: ты тут?", "Аня: недописанная строка", ">")


@posix
@pytest.mark.parametrize("keys, words", [("пока\r\x04", ["пока"]), ("\x03", []), *[("\x04", [])] * 4])
def test_each_key_counts_that_is_typed_when_a_line_has_just_been_sent(listener, keys, words):
    with Screen(port_of(listener)) as client, Host(listener) as host:
        client.see(PROMPT, ">")
        client.type("Аня\r")
        assert host.line() == "Аня"
        host.say(JOINED)
        client.type(keys)
        assert host.rest() == words
        host.close()
        assert client.end() == 0
        assert client.screen() == [PROMPT, JOINED]


@posix
def test_only_one_thread_draws(listener):
    watch = """
from prompt_toolkit.output.vt100 import Vt100_Output
import threading
flush, threads = Vt100_Output.flush, set()
def watched(output):
    threads.add(threading.current_thread())
    flush(output)
Vt100_Output.flush = watched
end = client.os._exit
client.os._exit = lambda status: (print(len(threads), flush=True), end(status))
"""
    with Terminal(*change(watch), port_of(listener)) as client, Host(listener) as host:
        client.wait_for(PROMPT, ">")
        for n in range(20):
            client.type(f"{n}\r")
            assert host.line() == str(n)
            host.say(f"Аня: {n}")
        client.type("покинуть чат\r")
        assert host.rest() == []
        host.close()
        client.end()
        assert client.screen()[-2:] == ["Аня: 19", "1"]


@posix
@pytest.mark.parametrize("term", ["dumb", "unknown", "", "no-such-terminal", "vt52"])
def test_any_terminal_will_do(listener, term):
    with Screen(port_of(listener), env={"TERM": term}) as client, Host(listener) as host:
        client.type("Аня\r")
        assert host.line() == "Аня"
        host.say(JOINED)
        host.say("Борис: привет")
        host.close()
        assert client.end() == 0
        assert client.screen()[-3:] == [JOINED, "Борис: привет", LOST]
        assert term not in ("dumb", "unknown") or b"\x1b" not in client.written.getvalue()


@posix
@pytest.mark.parametrize("size", [(24, 1), (1, 80), (1, 1)])
def test_a_terminal_may_be_small(listener, size):
    with Screen(port_of(listener)) as client, Host(listener) as host:
        client.process.setwinsize(*size)
        client.type("Аня\r")
        assert host.line() == "Аня"
        host.say(JOINED)
        host.close()
        assert client.end() == 0


@posix
def test_arrow_up_brings_back_the_last_line(anya, boris):
    anya.type("привет\r")
    anya.see(PROMPT, JOINED, "Аня: привет", ">")
    anya.type("\x1b[A")
    anya.see(PROMPT, JOINED, "Аня: привет", "> привет")


@posix
def test_each_line_of_a_pasted_text_that_is_not_empty_is_a_message(anya, boris):
    anya.type("\x1b[200~раз\r\rдва три\r\x1b[201~\r")
    assert boris.expect("Аня: два три") == ["Аня: раз"]
    anya.see(PROMPT, JOINED, "Аня: раз", "Аня: два три", ">")


@posix
def test_without_prompt_toolkit_plain_lines_work_in_a_terminal(server, tmp_path):
    (tmp_path / "prompt_toolkit.py").write_text("raise ImportError")
    with Screen(server.port, env={"PYTHONPATH": str(tmp_path)}) as anya:
        anya.see(PROMPT)
        while anya.paper.cursor.x:  # the line's end is still to come
            anya.draw()
        anya.type("Аня\r")
        anya.see(PROMPT, "Аня", JOINED)
        anya.type("привет\r")
        anya.see(PROMPT, "Аня", JOINED, "привет", "Аня: привет")
        server.stop()
        assert anya.end() == 0
        assert anya.screen() == [PROMPT, "Аня", JOINED, "привет", "Аня: привет", LOST]


# Answer as you were spoken to


def test_a_server_without_newlines_hears_each_message_bare_and_apart(listener):
    with pipe(port_of(listener)) as client, Host(listener, prompt=PROMPT) as host:
        client.type("Аня\nпривет\nпока")
        for said, answer in ("Аня", JOINED), ("привет", "Аня: привет"), ("пока", "Аня: пока"):
            assert host.socket.recv(1024).decode() == said
            host.send(answer.encode())
        assert [client.line() for _ in range(4)] == [PROMPT, JOINED, "Аня: привет", "Аня: пока"]


def test_only_ones_own_echo_lets_the_next_message_go(listener):
    with Program(*change("client.PAUSE = 2"), port_of(listener)) as client, Host(listener, prompt=PROMPT) as host:
        client.type("Аня\nпривет\nпока")
        assert client.line() == PROMPT
        for said, answer in ("Аня", JOINED), ("привет", "Аня: привет"), ("пока", "Аня: пока"):
            assert host.socket.recv(1024).decode() == said
            for n in range(20):
                host.send(f"Борис: {n}".encode())
                assert client.line() == f"Борис: {n}"
            host.send(answer.encode())
            assert client.line() == answer


def test_a_server_without_newlines_may_pass_on_somebodys_newline(listener):
    with pipe(port_of(listener)) as client, Host(listener, prompt=PROMPT) as host:
        assert client.line() == PROMPT
        for words in "Борис: привет", "Вера: ага", "Борис: пока":
            host.send(words.encode() + b"\n" * words.startswith("Борис"))
            assert client.line() == words
        client.type("Аня\nпривет")
        assert host.socket.recv(1024).decode() == "Аня"
        host.send(JOINED.encode())
        assert host.socket.recv(1024).decode() == "привет"


def test_the_assignments_own_server_hears_each_message_apart():
    with Program("-c", RUN_SAMPLE, SAMPLE, env={"PYTHONUNBUFFERED": "1"}) as sample:
        port = int(sample.expect("Сервер запущен").rpartition(":")[2])
        with Peer(port) as boris, pipe(port) as client:
            hear(boris, PROMPT)
            boris.send("Борис".encode())
            hear(boris, "Борис присоединился к чату.")
            client.type("Аня\nпривет\nпока")
            client.end_input()
            hear(boris, f"{JOINED}Аня: приветАня: пока{LEFT}")
            assert [client.line() for _ in range(4)] == [PROMPT, JOINED, "Аня: привет", "Аня: пока"]


# How it is started


def test_it_starts_in_its_own_folder(server):
    with Program("client.py", "--host", "localhost", "--port", server.port, cwd=LAB) as client:
        client.expect(PROMPT)


def test_help_names_the_options_and_their_defaults():
    with Program(CLIENT, "--help") as client:
        text = " ".join(client.rest())
    assert all(word in text for word in ["--host", "localhost", "--port", "8080"])


def test_it_talks_to_a_server_with_an_ipv6_address():
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener, pipe(port_of(listener), "--host", "::1") as client, Host(listener):
        client.expect(PROMPT)
