"""What people can rely on when lab/load.py measures a server: its counts, its checks, its words."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import dedent

import pytest

from needs import need
from people import Peer
from programs import LAB, Program, Server

psutil = pytest.importorskip("psutil")
pytest.importorskip("rich")

LOAD = LAB / "load.py"
BENCH = Path(__file__).parent / "bench"
posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows sends no signals")

# Each does one wrong to the third client's fifth message; held is a line that is to come later.
FAULTS = {
    "drop": "lines[at:at + 1] = []",
    "double": "lines[at:at + 1] = [line, line]",
    "swap": "lines[at:at + 1] = []; held.append(line)",
    "cut": "lines[at:at + 1] = [line[:20] + b'\\n']",
    "die": "os._exit(3)",
    "let go": "client.close()",
}
FAULTY = """
    import os, sys
    sys.path.insert(0, {lab!r})
    import server
    right, counted, held = server.Client.tell, 0, []

    def tell(client, data):
        global counted
        if client in server.connected_clients[2:3]:
            lines = []
            for line in bytes(data).splitlines(True):
                at = len(lines)
                lines.append(line)
                counted += b": " in line
                lines += [held.pop()] if held else []
                if b": " in line and counted == 5:
                    {fault}
                    counted += 1
            data = b"".join(lines)
        right(client, data)

    server.Client.tell = tell
    server.main()
"""

# Tells a newcomer that it has joined earlier, and never that it has joined.
FORGETFUL = """
    import sys
    sys.path.insert(0, {lab!r})
    import server

    def add_user(client, line):
        client.tell(f"(ранее) {{line.decode()}} присоединился к чату.\\n".encode())
        client.close()

    server.add_user = add_user
    server.main()
"""

# One chat on two ports. Who joins hears first, with a mark, who did before, and itself.
TWO_PORTS = """
    import queue, sys, threading
    sys.path.insert(0, {lab!r})
    import server
    right, inbox = server.add_user, queue.SimpleQueue()

    def add_user(client, line):
        for name in [*server.client_names[-3:], line.decode()]:
            client.tell(f"(ранее) {{name}} присоединился к чату.\\n".encode())
        return right(client, line)

    server.add_user = add_user
    tasks = [(server.broadcast, inbox), (server.watch, inbox)]
    server.broadcast = server.watch = lambda inbox: threading.Event().wait()  # once for both
    tasks += [(server.start_server, "127.0.0.1", int(port), inbox) for port in sys.argv[1:]]
    for task, *args in tasks:
        threading.Thread(target=task, args=args).start()
"""


def command(script=LAB / "server.py", label=None, ports="--port {port}"):
    """Return the words that have load.py start a server script."""
    words = f"{quoted(sys.executable)} {quoted(script)} {ports}"
    return ["--server", f"{label}={words}" if label else words]


def quoted(path):
    return f"'{path}'" if os.name == "posix" else str(path)


def run(*words, meter=LOAD, **env):
    """Run load.py, or a script around it, to its end; no traceback may be seen."""
    done = subprocess.run(
        [sys.executable, meter, *map(str, words)],
        timeout=100,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **env},
    )
    assert "Traceback" not in done.stderr
    return done


def figures(*words, status=0, meter=LOAD):
    """Run load.py with --json; return the figures of its runs."""
    done = run("--json", *words, meter=meter)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)["runs"]


@pytest.fixture
def faulty(tmp_path):
    """A function that writes a server with a fault, and returns the words that start it."""

    def faulty(fault):
        script = tmp_path / "faulty.py"
        text = dedent(FAULTY).format(lab=str(LAB), fault=FAULTS[fault])
        script.write_text(text, encoding="utf-8")
        return command(script)

    return faulty


# Counts


@pytest.mark.parametrize("check", [[], ["--check"]])
@pytest.mark.parametrize("load", ["1/1/1", "10/3/8", "12/12/1"])
def test_each_message_is_counted_once_for_each_client(load, check):
    [one] = figures(load, "--messages", 300, "--rounds", 1, "--seconds", 30, *check)
    assert (one["sent"], one["deliveries"]) == (300, 300 * int(load.split("/")[0]))
    assert (one["lost"], one["excess"], one["gone"]) == (0, 0, 0)
    assert one["disordered"] == (0 if check else None)
    assert one["per_second"] > 0 and 0 < one["p50_us"] <= one["p99_us"] <= one["p999_us"]


def test_a_fixed_rate_sends_what_is_due():
    [one] = figures("--rate", 1000, "--messages", 100, "--clients", 4, "--talkers", 3, "--rounds", 1)
    assert (one["load"], one["sent"], one["deliveries"]) == ("4/3/16", 100, 400)


def test_a_fixed_rate_ends_in_time():
    [one] = figures("--rate", 1000, "--seconds", 0.3, "--clients", 2, "--rounds", 1)
    assert 0 < one["sent"] < 1500 and one["deliveries"] == 2 * one["sent"]


def test_large_messages_find_their_way_through_full_sockets():
    [one] = figures("3/3/64", "--size", 4096, "--messages", 6000, "--rounds", 1, "--seconds", 30, "--check")
    assert (one["lost"], one["excess"], one["disordered"]) == (0, 0, 0)


def test_clients_that_join_at_the_same_time_are_counted_as_others(tmp_path):
    meter = tmp_path / "meter.py"
    meter.write_text(f"import sys; sys.path.insert(0, {str(LAB)!r})\nimport load; load.TURNS = 3; load.main()")
    [one] = figures("300/3/4", "--messages", 60, "--rounds", 1, "--seconds", 30, meter=meter)
    assert (one["deliveries"], one["lost"], one["excess"], one["gone"]) == (18000, 0, 0, 0)


def test_those_who_have_joined_read_once_for_each_hundred_however_many_join_at_a_time(tmp_path):
    meter, heard = tmp_path / "meter.py", tmp_path / "heard"
    meter.write_text(
        dedent(f"""
        import sys
        sys.path.insert(0, {str(LAB)!r})
        import load
        load.TURNS, skip = 43, load.Load.skip  # seven at a time

        def noted(room):
            with open({str(heard)!r}, "a") as file:
                print(len(room.clients) // 100, file=file)
            skip(room)

        load.Load.skip = noted
        load.main()
    """)
    )
    figures("300/3/4", "--messages", 60, "--rounds", 1, "--seconds", 30, meter=meter)
    assert heard.read_text().split() == ["0", "1", "2"]


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_one_chat_on_two_ports_is_measured_as_one(tmp_path, check):
    script = tmp_path / "two_ports.py"
    script.write_text(dedent(TWO_PORTS).format(lab=str(LAB)), encoding="utf-8")
    for one in figures(
        "1/1/1",
        "7/4/8",
        "--messages",
        300,
        "--rounds",
        1,
        "--seconds",
        30,
        *check,
        *command(script, ports="{port} {port}"),
    ):
        assert (one["sent"], one["deliveries"]) == (300, 300 * int(one["load"].split("/")[0]))
        assert (one["lost"], one["excess"], one["gone"]) == (0, 0, 0)
        assert one["disordered"] == (0 if check else None)


def test_what_was_said_earlier_is_not_taken_for_an_answer(tmp_path):
    script = tmp_path / "forgetful.py"
    script.write_text(dedent(FORGETFUL).format(lab=str(LAB)), encoding="utf-8")
    done = run("1/1/1", "--rounds", 1, "--messages", 10, *command(script))
    assert (done.returncode, done.stdout) == (1, "")
    assert "Сервер не ответил по правилам чата" in done.stderr


def test_clients_connect_to_the_addresses_in_turn():
    with Program(LAB / "server.py", "--port", "0") as server:
        port = server.expect("Сервер запущен").rpartition(":")[2]
        words = ["--messages", 30, "--rounds", 1, "--connect", f"127.0.0.1:{port},127.0.0.1:1"]
        [one] = figures("1/1/1", *words)
        assert one["deliveries"] == 30
        assert "Нет соединения с 127.0.0.1:1:" in run("2/1/1", *words).stderr


# Faults


@pytest.mark.parametrize(
    "fault, lost, excess, disordered", [("drop", 1, 0, 0), ("double", 0, 1, 0), ("swap", 0, 0, 1), ("cut", 1, 1, 0)]
)
def test_a_check_finds_one_wrong_message(faulty, fault, lost, excess, disordered):
    [one] = figures("5/2/4", "--messages", 40, "--rounds", 1, "--seconds", 30, "--check", *faulty(fault), status=1)
    assert (one["lost"], one["excess"], one["disordered"]) == (lost, excess, disordered)


@pytest.mark.parametrize("fault, lost, excess", [("drop", 1, 0), ("double", 0, 1)])
def test_lost_and_doubled_messages_are_counted_without_a_check(faulty, fault, lost, excess):
    [one] = figures("5/2/4", "--messages", 40, "--rounds", 1, "--seconds", 30, *faulty(fault), status=1)
    assert (one["lost"], one["excess"], one["disordered"]) == (lost, excess, None)


def test_a_server_that_dies_is_named_and_the_next_one_measured(faulty):
    done = run("5/2/4", "--messages", 40, "--rounds", 1, *faulty("die"), *command(label="next"))
    assert done.returncode == 1
    assert "faulty.py: сервер завершился в 1 из 1 прогонов" in done.stdout
    assert "next" in done.stdout and "next: сервер" not in done.stdout


def test_a_client_that_is_let_go_is_told(faulty):
    done = run("5/2/4", "--messages", 40, "--rounds", 1, *faulty("let go"))
    assert done.returncode == 1
    assert "faulty.py: сервер отпустил клиентов: 1" in done.stdout


# Servers


def test_servers_take_turns_and_are_compared_to_the_first():
    done = run("2/2/1", "3/1/2", "--messages", 20, "--rounds", 2, "--json", *command(label="a"), *command(label="b"))
    result = json.loads(done.stdout)
    assert [(one["load"], one["server"]) for one in result["runs"]] == 2 * [
        ("2/2/1", "a"),
        ("2/2/1", "b"),
        ("3/1/2", "a"),
        ("3/1/2", "b"),
    ]
    assert [row["ratio"] == 1 for row in result["medians"]][::2] == [True, True]
    assert all(row["runs"] == 2 and row["deliveries"] > 0 for row in result["medians"])


def test_a_program_is_called_by_its_name_wherever_it_lies(tmp_path):
    program = tmp_path / "my tools" / "chat.exe"
    done = run("2/2/1", "--messages", 20, "--rounds", 1, "--server", f'"{program}" --port {{port}}')
    assert done.returncode == 1 and "Не запускается chat.exe: " in done.stderr


def test_a_table_names_loads_servers_and_columns():
    done = run("2/2/1", "--messages", 20, "--rounds", 1, *command(label="мой"), COLUMNS="120")
    assert done.returncode == 0
    for word in "нагрузка", "сервер", "тыс./с", "p99", "МиБ", "2/2/1", "мой", "0/0/–":
        assert word in done.stdout


@pytest.mark.parametrize("language, heading, ratio", [("ru", "нагрузка", " 1,00 "), ("en", "deliveries", " 1.00 ")])
def test_a_table_is_in_one_language_and_the_chats_may_be_in_any(language, heading, ratio):
    words = "2/2/1", "--messages", 20, "--rounds", 1, *command(), *command(LAB / "en/server.py"), "--lang", language
    done = run(*words, COLUMNS="120")
    assert done.returncode == 0, done.stderr
    assert heading in done.stdout and ratio in done.stdout


@pytest.mark.parametrize(
    "meter, words, environment, said",
    [
        (LOAD, (), "de_DE.UTF-8", "need"),
        (LOAD, (), "ru_RU:en", "нужно"),
        (LOAD, ("--lang", "en"), "ru", "need"),
        (LOAD, ("--lang=ru",), "C", "нужно"),
        (LAB / "en/load.py", (), "ru", "need"),
        (LAB / "en/load.py", ("--lang", "ru"), "C", "нужно"),
    ],
)
def test_it_speaks_the_language_asked_for_or_else_the_systems(meter, words, environment, said):
    done = run("--connect", "here", *words, meter=meter, LANGUAGE=environment)
    assert done.returncode == 2 and said in done.stderr.splitlines()[-1]


def test_a_picture_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    done = run("2/2/1", "--messages", 20, "--rounds", 1, "--plot", tmp_path / "load.svg")
    assert done.returncode == 0
    assert "server.py" in (tmp_path / "load.svg").read_text(encoding="utf-8")


def test_a_running_server_is_measured_and_left_running():
    with Program(LAB / "server.py", "--port", "0") as server:
        port = server.expect("Сервер запущен").rpartition(":")[2]
        [one] = figures(
            "3/3/2", "--messages", 30, "--rounds", 1, "--connect", f"localhost:{port}", "--pid", server.process.pid
        )
        assert one["deliveries"] == 90 and one["server_memory"] > 0
        assert server.process.poll() is None


def test_a_server_that_was_started_is_ended(tmp_path):
    script = tmp_path / "server.py"
    script.write_text(
        f"import os, sys; sys.path.insert(0, {str(LAB)!r})\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        f"exec(open({str(LAB / 'server.py')!r}, encoding='utf-8').read())\n"
    )
    assert run("2/2/1", "--messages", 20, "--rounds", 1, *command(script)).returncode == 0
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def build(folder, name):
    """Compile a program in C into folder; return its path."""
    subprocess.run(["cc", "-O2", "-pthread", "-o", folder / name, BENCH / f"{name}.c"], check=True)
    return folder / name


@contextmanager
def started(program):
    """Start a server in C; yield its port."""
    with subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE) as server:
        try:
            yield int(server.stdout.readline().rpartition(b":")[2])
        finally:
            server.kill()


def join(port, name):
    """Join on port, as one whose socket takes little; return the socket, and what it hears."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.settimeout(30)
    one.connect(("127.0.0.1", port))
    one.sendall(name + b"\n")
    heard = one.makefile("rb")
    assert [heard.readline(), heard.readline()][1].startswith(name)
    return one, heard


def room():
    """Return how many bytes a peer that takes little, and reads nothing, can be sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(listener.getsockname())
        sender = listener.accept()[0]
        sender.setblocking(False)
        sent = 0
        with sender, suppress(BlockingIOError):
            while True:
                sent += sender.send(bytes(65536))
        return sent


@need("cc")
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's epoll")
@pytest.mark.parametrize("name", ["epoll_server", "thread_server"])
def test_the_server_in_c_says_everything_once_and_in_one_order(tmp_path, name):
    program = build(tmp_path, name)
    for one in figures(
        "30/30/4",
        "30/3/64",
        "--messages",
        3000,
        "--rounds",
        1,
        "--seconds",
        30,
        "--check",
        "--server",
        f"'{program}' --port {{port}}",
    ):
        assert one["deliveries"] == 90000
        assert (one["lost"], one["excess"], one["disordered"]) == (0, 0, 0)


@need("cc")
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's epoll")
@pytest.mark.parametrize("name", ["epoll_server", "thread_server"])
def test_the_server_in_c_keeps_what_a_late_reader_has_no_room_for(tmp_path, name):
    said = b"talker: " + b"x" * 1000 + b"\n"
    with started(build(tmp_path, name)) as port:
        late, late_heard = join(port, b"late")
        talker, talker_heard = join(port, b"talker")
        late_heard.readline()
        times = (room() + 500000) // len(said)
        for _ in range(times):
            talker.sendall(said.partition(b" ")[2])
            assert talker_heard.readline() == said
        assert all(late_heard.readline() == said for _ in range(times))
        talker.close()
        late.close()


@need("cc")
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's epoll")
@pytest.mark.parametrize("text", [[], ["--russian"]])
def test_the_meter_in_c_talks_on_when_it_is_answered(tmp_path, text):
    build(tmp_path, "meter")
    with started(build(tmp_path, "epoll_server")) as port:
        done = subprocess.run(
            [
                tmp_path / "meter",
                "--port",
                str(port),
                "--clients",
                "12",
                "--talkers",
                "2",
                "--window",
                "4",
                "--seconds",
                "1",
                "--leave",
                *text,
            ],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    assert json.loads(done.stdout)["deliveries"] > 2 * 12 * 2 * 4  # said at first, and the answers


@need("cc")
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's epoll")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_servers_are_compared_in_one_table():
    done = subprocess.run(
        [
            sys.executable,
            BENCH / "compare.py",
            "--rounds",
            "1",
            "--more",
            "0",
            "--seconds",
            "0.1",
            "--only",
            "epoll_server,thread_server,server.py",
            "3/2/1",
            "3/3/4ru",
        ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    for name in "epoll_server, million", "thread_server", "server.py":
        row = next(row for row in rows if row[0] == f"| {name}")
        assert len(row) == 3 and "–" not in "".join(row)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's epoll")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_a_crowd_comes_and_leaves():
    command = sys.executable, BENCH / "crowd.py", "--clients", "30"
    printed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    assert re.fullmatch(
        r"30 clients have joined after [\d.]+ s\n"
        r"each costs the server \d+ KiB\n"
        r"all but 10 have left; those have heard it after [\d.]+ s\n",
        printed,
    )


# Words


@pytest.mark.parametrize(
    "words, reason",
    [
        (["--clients", "0"], "--clients: нужно число от 1 до 10000, а не 0"),
        (["--talkers", ""], "--talkers: нужно число от 1 до 10000"),
        (["--window", "x"], "--window: нужно число от 1 до 1024, а не x"),
        (["--clients", "3", "--talkers", "4"], "Говорящих: от 1 до 3, а не 4"),
        (["9" * 30 + "/1/1"], "Клиентов: от 1 до 10000, а не 999"),
        (["3/4/1"], "Говорящих: от 1 до 3, а не 4"),
        (["3/3/0"], "Окно: от 1"),
        (["3/3"], "нужно КЛИЕНТЫ/ГОВОРЯЩИЕ/ОКНО"),
        (["--rate", "-1"], "--rate"),
        (["--rate", "0"], "--rate"),
        (["--seconds", "nan"], "--seconds"),
        (["--seconds", "61"], "--seconds"),
        (["--seconds", "60", "--rounds", "100"], "можно не больше 3600"),
        (["--messages", "0"], "--messages"),
        (["--size", "5"], "--size"),
        (["--server", "python server.py"], "нет {port}"),
        (["--server", ""], "нет {port}"),
        (["--server", "'{port}"], "кавычка"),
        (["--connect", "here"], "нужно АДРЕС:ПОРТ"),
        (["--connect", "127.0.0.1:1,127.0.0.1"], "нужно АДРЕС:ПОРТ, а не 127.0.0.1"),
        (["--pid", "1"], "--pid"),
        (["--plot", "load.nonsense"], "--plot"),
        (["--lang", "de"], "--lang: invalid choice: 'de'"),
        (["--connect", "192.0.2.1:80"], "--beyond-loopback"),
        (["--connect", "127.0.0.1:80,192.0.2.1:80"], "--beyond-loopback"),
    ],
)
def test_nonsense_is_refused_in_a_line_or_two(words, reason):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "words, reason",
    [
        (["--server", "no-such-program {port}"], "Не запускается no-such-program"),
        (
            ["--server", f'{quoted(sys.executable)} -c "exit(7)" {{port}}'],
            f"Сервер {Path(sys.executable).name} завершился (код 7)",
        ),
        (["--connect", "127.0.0.1:1"], "Нет соединения с 127.0.0.1:1"),
        (["--connect", "a..b:1", "--beyond-loopback"], "Нет соединения с a..b:1"),
    ],
)
def test_a_server_that_is_not_there_is_told_in_a_line(words, reason):
    done = run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("library", ["psutil", "rich"])
def test_a_library_that_is_missing_is_named(tmp_path, library):
    (tmp_path / f"{library}.py").write_text(f"raise ModuleNotFoundError(name={library!r})")
    done = run(PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == f"Нет библиотеки {library}: pip install psutil rich\n"


@posix_only
def test_ctrl_c_ends_without_a_traceback():
    with Server() as server, Peer(server.port, "Аня") as person:
        with Program(LOAD, "2/2/1", "--seconds", 60, "--connect", f"127.0.0.1:{server.port}") as meter:
            assert "присоединился" in person.line()  # a connection alone may be anybody's
            assert meter.stop(signal.SIGINT) == 130
            printed = "\n".join(meter.rest())
    assert "Прервано." in printed and "Traceback" not in printed
