"""What Windows and macOS do otherwise, played on any system: sockets, select, pipes, the windows of IDLE."""

import os
import select
import signal
import socket
from contextlib import ExitStack

import pytest

import lessons
import wine
from lab.grader import processes
from lab.server import Selector
from people import Host, Peer
from programs import LAB, Program, Server
from test_server import PROMPT, hear_to_the_end

# No send without waiting; an option of which only the name is known; nobody who waits for a socket hears of its
# shutdown, as if there had been none; after a reset a socket still knows its peer.
SOCKETS = """
import os, signal, socket, sys
sys.path[:0] = [{lab!r}, {models!r}]
vars(socket).pop("MSG_DONTWAIT", None)
sys.platform = "win32"
setsockopt = socket.socket.setsockopt

def set_few_options(sock, level, option, value):
    if option == socket.TCP_KEEPINTVL and level == socket.IPPROTO_TCP:
        raise OSError(10042, "WSAENOPROTOOPT")
    setsockopt(sock, level, option, value)

socket.socket.shutdown, socket.socket.setsockopt = lambda sock, how: None, set_few_options
socket.socket.getpeername = lambda sock: ("127.0.0.1", 1)
signal.SIGBREAK = getattr(signal, "SIGBREAK", getattr(signal, "SIGUSR1", None))
import {name} as server
server.LOOK = 0.1
server.main()
"""

# A flag that says nothing to send, as MSG_DONTWAIT does to that of macOS.
MACOS = """
import socket, sys
sys.path[:0] = [{lab!r}]
socket.MSG_DONTWAIT = getattr(socket, "MSG_NOSIGNAL", 0)
sys.platform = "darwin"
import server
server.main()
"""

# Streams that cannot be set up; they say that they are a terminal.
IDLE = """
import io, sys
class Idle(io.TextIOBase):
    encoding = "utf-8"
    isatty = lambda self: True
    def __init__(self, stream):
        self.write, self.readline, self.flush = stream.write, stream.readline, stream.flush
sys.stdin, sys.stdout, sys.stderr = Idle(sys.stdin), Idle(sys.stdout), Idle(sys.stderr)
sys.path[:0] = [{lab!r}]
import {name}
{name}.main()
"""


def with_windows_sockets(tmp_path, script):
    """Return a Server that runs script (Path) with sockets that are as those of Windows."""
    patched = tmp_path / "patched.py"
    patched.write_text(SOCKETS.format(lab=str(LAB), models=str(LAB / "models"), name=script.stem), encoding="utf-8")
    return Server(patched)


@pytest.fixture(params=[LAB / "server.py", LAB / "models/selectors_server.py"], ids=lambda script: script.stem)
def server(tmp_path, request):
    with with_windows_sockets(tmp_path, request.param) as server:
        yield server


def test_an_empty_line_ends_the_connection_though_shutdown_wakes_nobody(server):
    with Peer(server.port, "Аня") as anna, Peer(server.port, "Боря") as boris:
        anna.say("пока\n")
        assert anna.rest() == ["Боря присоединился к чату.", "Аня: пока"]
        boris.expect("Аня вышел из чата.")


def meet_one_who_never_reads(server):
    """Have one who never reads fall behind, others chat on, and it be let go."""
    with Peer(server.port, "Соня") as sleeper, Peer(server.port, "Боря") as boris:
        line = ""
        while line != "Соня вышел из чата.":
            boris.send(b"x" * 4000 + b"\n")
            line = boris.line()
        assert len(hear_to_the_end(sleeper)) > 0  # what found room, then the end
        with Peer(server.port, "Соня"):
            boris.expect("Соня присоединился к чату.")


def test_who_never_reads_holds_up_nobody_and_is_let_go_though_shutdown_wakes_nobody(server):
    meet_one_who_never_reads(server)


def test_who_never_reads_holds_up_nobody_though_send_ignores_the_flag_not_to_wait(tmp_path):
    script = tmp_path / "patched.py"
    script.write_text(MACOS.format(lab=str(LAB)), encoding="utf-8")
    with Server(script) as server:
        meet_one_who_never_reads(server)


def test_who_half_closes_and_never_reads_is_let_go_though_shutdown_wakes_nobody(server):
    with Peer(server.port, "Соня") as sleeper, Peer(server.port, "Боря") as boris:
        for _ in range(500):  # 2 MB: more than the buffers hold, less than what it is let go for
            boris.send(b"x" * 4000 + b"\n")
            boris.line()
        sleeper.send("пока".encode())
        sleeper.half_close()
        boris.expect("Соня вышел из чата.")
        with Peer(server.port, "Соня"):
            boris.expect("Соня присоединился к чату.")


def test_a_name_that_a_reset_has_cut_is_none_though_the_socket_knows_its_peer(server):
    with Peer(server.port, "Боря") as boris:
        for _ in range(10):
            ghost = Peer(server.port)
            ghost.expect(PROMPT)
            ghost.send("\nГо".encode())
            ghost.expect("Имя не может быть пустым.")
            ghost.expect(PROMPT)
            ghost.reset()
        boris.say("тише")
        assert boris.line() == "Боря: тише"


@pytest.mark.skipif(os.name != "posix", reason="a signal of Linux's plays Ctrl+Break; test_server.py has the true one")
def test_ctrl_break_ends_it_in_silence(server):
    with Peer(server.port, "Аня") as anna:
        assert server.stop(signal.SIGUSR1) == 0
        assert anna.rest() == []
        assert not [line for line in server.rest() if "Traceback" in line]


def test_more_sockets_than_windows_takes_can_be_waited_for(monkeypatch):
    def select_few(readers, writers, errors, timeout):
        assert max(map(len, (readers, writers, errors))) <= 512
        return right(readers, writers, errors, timeout)

    right = select.select
    monkeypatch.setattr(select, "select", select_few)
    with ExitStack() as stack, Selector() as selector:
        pairs = [[stack.enter_context(one) for one in socket.socketpair()] for _ in range(270)]
        ends = {end for pair in pairs for end in pair}
        assert selector._select(ends, set(), set(), 0) == [[], [], []]
        assert selector._select(ends, set(), set(), 0.01) == [[], [], []]
        pairs[0][0].send(b"x")
        pairs[269][1].send(b"x")
        assert {*selector._select(ends, set(), set(), None)[0]} == {pairs[0][1], pairs[269][0]}
        assert {*selector._select(set(), ends, set(), None)[1]} == ends
        assert not any(selector._select(set(), set(), set(), 0))  # Windows refuses to wait for nobody


def test_no_word_of_a_pipe_that_nobody_reads_as_windows_names_it():
    changes = f"""
import errno, sys
sys.path.insert(0, {str(LAB)!r})
import client
def show(text):
    raise OSError(errno.EINVAL, "Invalid argument")
client.show = show
client.main()
"""
    with Host() as host, Program("-c", changes, "--port", host.port) as client:
        host.accept(f"{PROMPT}\n")
        assert (client.rest(), client.process.returncode) == ([], 1)


@pytest.mark.parametrize("script", ["lab/grade.py", "lab/load.py", "notebooks/tools/start.py"])
def test_help_is_printed_where_letters_are_lacking(script):
    with Program(LAB.parent / script, "--help", env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}) as program:
        text = "\n".join(program.rest())
    assert program.process.returncode == 0 and "--" in text, text


@pytest.mark.parametrize("name", ["server", "load"])
def test_help_is_printed_in_the_window_of_idle(name):
    with Program("-c", IDLE.format(lab=str(LAB), name=name), "--help") as program:
        text = "\n".join(program.rest())
    assert "--server" in text or "--port" in text
    assert program.process.returncode == 0


def test_the_server_chats_from_the_window_of_idle():
    with Program("-c", IDLE.format(lab=str(LAB), name="server"), "--port", "0") as program:
        with Peer(int(program.expect("Сервер запущен").rpartition(":")[2]), "Аня") as anna:
            anna.say("привет")
            assert anna.line() == "Аня: привет"


def test_who_grades_finds_the_python_that_another_has_started_as_that_of_a_venv_does(monkeypatch):
    monkeypatch.setattr(processes, "TELLS", False)
    monkeypatch.setattr(processes, "threads", lambda pid: [])  # there is no /proc
    starter = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import os; print(os.getpid()); input()'])"
    with Program("-c", starter, env={"PYTHONUNBUFFERED": "1"}) as program:
        started = int(program.line())
        assert started in processes.family(program.process.pid)
        program.type("")
        program.rest()


def test_what_wine_cannot_show_is_there():
    files = [*(lessons.ROOT / "tests").glob("test_*.py"), *(lessons.ROOT / "notebooks/ru").glob("*.ipynb")]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert [name for name in wine.CANNOT if f"def {name}(" not in text and f'"id": "{name}"' not in text] == []
