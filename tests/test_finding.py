"""What an instructor relies on: the right programs are graded, whatever a student calls them."""

import json
from pathlib import Path

import pytest

from lab.grader import limits, programs
from lab.grader.finding import choose, is_course, plays, unfold
from lab.grader.words import Failure

TESTS = Path(__file__).resolve().parent
SAMPLE = {role: (TESTS / "sample" / role).read_text(encoding="utf-8") for role in ("server.py", "client.py")}
CHAT_SERVER, CHAT_CLIENT = SAMPLE.values()

UDP_SERVER = """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("localhost", 8080))
print(sock.recvfrom(1024))
"""
UDP_CLIENT = """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.sendto(b"Hello, server", ("localhost", 8080))
print(sock.recvfrom(1024))
"""
ONE_SERVER = """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("localhost", 8080))
sock.listen(1)
peer, address = sock.accept()
a, b = map(float, peer.recv(1024).split())
peer.send(str((a * a + b * b) ** 0.5).encode())
"""
ONE_CLIENT = """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("localhost", 8080))
sock.send(input().encode())
print(sock.recv(1024).decode())
"""
HTTP_SERVER = """
import http.server
http.server.HTTPServer(("", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
ASYNC_SERVER = """
import asyncio
writers = []
async def chat(reader, writer):
    writers.append(writer)
    while line := await reader.readline():
        for one in writers:
            one.write(line)
async def main():
    server = await asyncio.start_server(chat, "localhost", 8080)
    await server.serve_forever()
asyncio.run(main())
"""
ASYNC_CLIENT = """
import asyncio
async def main():
    reader, writer = await asyncio.open_connection("localhost", 8080)
    writer.write(input().encode())
asyncio.run(main())
"""
SOCKETSERVER = """
import socketserver
class Chat(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)
socketserver.ThreadingTCPServer(("", 8080), Chat).serve_forever()
"""
FUNCTIONS = """
import socket
import sys
import threading
clients = []
def run_server():
    sock = socket.create_server(("", 8080))
    while True:
        peer, _ = sock.accept()
        clients.append(peer)
        threading.Thread(target=talk, args=(peer,)).start()
def talk(peer):
    while data := peer.recv(1024):
        for one in clients:
            one.sendall(data)
class Client:
    def start(self):
        self.sock = socket.socket()
        self.sock.connect(("localhost", 8080))
        threading.Thread(target=self.listen).start()
        while True:
            self.sock.send(input().encode())
    def listen(self):
        print(self.sock.recv(1024))
"""


def course(server="task{}/server.py", client="task{}/client.py"):
    """Return the files of five tasks, of which the fourth is the chat; {} in a path is the task."""
    tasks = [
        (UDP_SERVER, UDP_CLIENT),
        (ONE_SERVER, ONE_CLIENT),
        (HTTP_SERVER, ONE_CLIENT),
        (CHAT_SERVER, CHAT_CLIENT),
        (HTTP_SERVER, ONE_CLIENT),
    ]
    return {
        path.format(number): text
        for number, texts in enumerate(tasks, 1)
        for path, text in zip((server, client), texts)
    }


def made(folder, files):
    """Write files ({path: text or bytes}) to folder (Path), and return it."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def found(folder, files, task=""):
    """Return what is found in files, written to folder (Path): server, client (str or None), notes."""
    choice = choose(made(folder, files), task)
    return choice["programs"].get("server.py"), choice["programs"].get("client.py"), " ".join(choice["notes"])


SCHEMES = [
    ("server.py", "client.py"),
    ("Server.py", "Client.py"),
    ("SERVER.PY", "CLIENT.PY"),
    ("server4.py", "client4.py"),
    ("server_t4.py", "client_t4.py"),
    ("chat_server.py", "chat_client.py"),
    ("task4_server.py", "task4_client.py"),
    ("1.4.server.py", "1.4.client.py"),
    ("server.py", "client1.py"),
    ("server.py", "client 1.py"),
    ("server (1).py", "client (1).py"),
    ("сервер.py", "клиент.py"),
    ("Сервер чата.py", "Клиент чата.py"),
    ("server.py.txt", "client.py.txt"),
    ("server.pyw", "client.pyw"),
    ("srv.py", "cli.py"),
    ("main.py", "app.py"),
    ("a.py", "b.py"),
    ("b.py", "a.py"),
    ("Иванов_1.py", "Иванов_2.py"),
    ("server/main.py", "client/main.py"),
    ("src/chat/server.py", "src/chat/client.py"),
    ("Задание 4/сервер/1.py", "Задание 4/клиент/1.py"),
    ("-server.py", "-client.py"),
    ("client-server/server_side.py", "client-server/client_side.py"),
    ("test_server.py", "test_client.py"),
    ("old/server.py", "old/client.py"),
]


@pytest.mark.parametrize("names", SCHEMES, ids=" ".join)
def test_the_sample_is_found_under_any_name(tmp_path, names):
    assert found(tmp_path, dict(zip(names, (CHAT_SERVER, CHAT_CLIENT)))) == (*names, "")


@pytest.mark.parametrize("names", SCHEMES, ids=" ".join)
def test_a_program_that_is_no_python_3_is_found_by_name_and_text(tmp_path, names):
    files = {name: "print 'начало'\n" + text for name, text in zip(names, (CHAT_SERVER, CHAT_CLIENT))}
    assert found(tmp_path, files) == (*names, "")


@pytest.mark.parametrize("names", [("server.py", "client.py"), ("x.py", "y.py"), ("y.py", "x.py")], ids=" ".join)
@pytest.mark.parametrize(
    "server, client",
    [(ASYNC_SERVER, ASYNC_CLIENT), (SOCKETSERVER, ONE_CLIENT), (ONE_SERVER, ONE_CLIENT), (ASYNC_SERVER, CHAT_CLIENT)],
    ids=["asyncio", "socketserver", "one", "mixed"],
)
def test_who_accepts_is_the_server_and_who_connects_the_client(tmp_path, names, server, client):
    assert found(tmp_path, dict(zip(names, (server, client)))) == (*names, "")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"def broken(:\n",
        b"\0" * 100,
        b"\xff\xfe\xfd",
        b"(" * 5000,
        b"x = " + b"-" * 100_000 + b"1",
        b"while True: pass",
    ],
    ids=["empty", "syntax", "zeros", "bytes", "parentheses", "deep", "loop"],
)
def test_what_no_parser_reads_is_found_by_its_name(tmp_path, data):
    assert found(tmp_path, {"server4.py": data, "client4.py": data}) == ("server4.py", "client4.py", "")


@pytest.mark.parametrize(
    "server, client",
    [
        ("task{}/server.py", "task{}/client.py"),
        ("Задание {}/server.py", "Задание {}/client.py"),
        ("lab1/{}/a.py", "lab1/{}/b.py"),
        ("Lab {}/srv.py", "Lab {}/cli.py"),
        ("server{}.py", "client{}.py"),
        ("task{}_server.py", "task{}_client.py"),
        ("1.{}.server.py", "1.{}.client.py"),
        ("{}-1.py", "{}-2.py"),
        ("servers/{}.py", "clients/{}.py"),
    ],
)
def test_of_a_course_the_chat_is_graded(tmp_path, server, client):
    assert found(tmp_path, course(server, client)) == (server.format(4), client.format(4), "")


def test_the_chat_is_graded_and_not_what_has_the_usual_names(tmp_path):
    files = {"chat_server.py": CHAT_SERVER, "chat_client.py": CHAT_CLIENT}
    files |= {"server.py": UDP_SERVER, "client.py": UDP_CLIENT}
    assert found(tmp_path, files) == ("chat_server.py", "chat_client.py", "")


@pytest.mark.parametrize(
    "aside", ["old", "backup", "venv", ".git", "__MACOSX", "node_modules", "tests", "старое", "a/b/old"]
)
def test_what_lies_aside_is_not_graded(tmp_path, aside):
    files = {"work/server.py": CHAT_SERVER, "work/client.py": CHAT_CLIENT + "# new\n"}
    files |= {f"{aside}/server.py": CHAT_SERVER + "# old\n", f"{aside}/client.py": CHAT_CLIENT}
    assert found(tmp_path, files) == ("work/server.py", "work/client.py", "")


@pytest.mark.parametrize(
    "old, new",
    [
        ("for client in connected_clients:", "if client := connected_clients[-1]:"),
        ("threading.Thread(target=start_connection, args=", "start_connection(*"),
    ],
    ids=["to-one", "no-threads"],
)
def test_a_chat_for_many_is_preferred(tmp_path, old, new):
    other = CHAT_SERVER.replace(old, new).replace("client_address)).start()", "client_address))")
    files = {"a/server.py": other, "a/client.py": CHAT_CLIENT, "b/server.py": CHAT_SERVER, "b/client.py": CHAT_CLIENT}
    assert found(tmp_path, files) == ("b/server.py", "b/client.py", "")


def test_of_several_clients_the_first_is_graded_and_that_is_said(tmp_path):
    files = {f"client{number}.py": f"{CHAT_CLIENT}# {number}\n" for number in (10, 2, 3, 1)}
    server, client, notes = found(tmp_path, {"server.py": CHAT_SERVER, **files})
    assert (server, client) == ("server.py", "client1.py")
    assert notes == "клиентов 4: client1.py, client2.py, client3.py, client10.py; взял client1.py"


def test_copies_of_one_client_are_no_doubt(tmp_path):
    files = {f"client{number}.py": CHAT_CLIENT for number in (1, 2, 3)}
    assert found(tmp_path, {"server.py": CHAT_SERVER, **files}) == ("server.py", "client1.py", "")


def test_a_tie_is_said(tmp_path):
    files = {"a/server.py": CHAT_SERVER, "a/client.py": CHAT_CLIENT}
    files |= {"b/server.py": CHAT_SERVER + "# b\n", "b/client.py": CHAT_CLIENT}
    server, client, notes = found(tmp_path, files)
    assert (server, client) == ("a/server.py", "a/client.py")
    assert notes == (
        "два кандидата: a/server.py и a/client.py; b/server.py и b/client.py; взял a/server.py и a/client.py"
    )


@pytest.mark.parametrize(
    "task, number", [("*2*", 2), ("task3/*", 3), ("TASK5/*", 5), ("*/server.py", None), ("*9*", None)]
)
def test_an_instructor_may_say_which_task_it_is(tmp_path, task, number):
    choice = choose(made(tmp_path, course()), task)
    if number:
        assert choice["programs"] == {role: f"task{number}/{role}" for role in SAMPLE}
    elif "9" in task:
        assert "ни одна программа не подходит под «*9*»" in choice["missing"]["server.py"]
    else:
        assert choice["programs"] == {"server.py": "task4/server.py"} and "client.py" in choice["missing"]


def test_programs_in_a_package_with_modules_of_their_own(tmp_path):
    files = {
        "server/main.py": "from .net import serve\nserve()\n",
        "server/net.py": CHAT_SERVER.replace('if __name__ == "__main__":\n    start_server()\n', ""),
        "client/main.py": "from common.config import PORT\nfrom client.talk import start_client\nstart_client()\n",
        "client/talk.py": CHAT_CLIENT.replace('if __name__ == "__main__":\n    start_client()\n', ""),
        "common/config.py": "PORT = 8080\n",
        "common/__init__.py": "",
    }
    assert found(tmp_path, files) == ("server/main.py", "client/main.py", "")


def test_a_program_is_started_where_its_imports_are_found(tmp_path):
    files = {
        "src/server.py": "from .net import x\n" + CHAT_SERVER,
        "src/net.py": "x = 1\n",
        "app/client.py": "from common.config import x\nfrom own import y\n" + CHAT_CLIENT,
        "app/own.py": "y = 1\n",
        "common/config.py": "import json\nx = 1\n",
        "socket.py": "",
    }
    choice = choose(made(tmp_path, files))
    assert choice["roots"] == {"server.py": ".", "client.py": "."}
    assert choice["packages"] == {"server.py": "src.server", "client.py": ""}
    assert choice["modules"] == {"server.py": ["socket", "threading"], "client.py": ["json", "socket", "threading"]}


def test_a_file_called_like_a_standard_module_hides_it_beside_the_program_only(tmp_path):
    files = {"server.py": CHAT_SERVER, "client/client.py": CHAT_CLIENT, "socket.py": "", "threading/__init__.py": ""}
    choice = choose(made(tmp_path, files))
    assert choice["modules"] == {"server.py": [], "client.py": ["socket", "threading"]}


def test_a_syntax_error_is_told_with_its_line(tmp_path):
    choice = choose(made(tmp_path, {"server.py": "def broken(:\n" + CHAT_SERVER, "client.py": CHAT_CLIENT}))
    assert choice["errors"] == {"server.py": "SyntaxError: invalid syntax, строка 1", "client.py": ""}


def test_a_client_that_takes_its_port_from_the_server_is_no_server(tmp_path):
    files = {"main.py": CHAT_SERVER, "user.py": "from main import SERVER_PORT as PORT\n" + CHAT_CLIENT}
    assert found(tmp_path, files) == ("main.py", "user.py", "")


def test_modules_and_databases_and_buttons_are_no_programs(tmp_path):
    server = "import sqlite3\nsqlite3.connect('chat.db')\n" + CHAT_SERVER
    server += "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('8.8.8.8', 80))\n"
    files = {
        "a.py": server,
        "b.py": CHAT_CLIENT,
        "c.py": "def connect(a): pass\nconnect(1)\nbutton.clicked.connect(connect)",
    }
    assert found(tmp_path, files) == ("a.py", "b.py", "")


@pytest.mark.parametrize(
    "end, server, client",
    [
        (
            "if sys.argv[1] == 'server':\n    run_server()\nelse:\n    Client().start()\n",
            [["server"], []],
            [["client"], []],
        ),
        (
            "if '-s' in sys.argv:\n    run_server()\nelif '-c' in sys.argv:\n    Client().start()\n",
            [["-s"], []],
            [["-c"], []],
        ),
        (
            "match sys.argv[1]:\n    case 'host':\n        run_server()\n    case 'join':\n        Client().start()\n",
            [["host"], []],
            [["join"], []],
        ),
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--server', action='store_true')\n"
            "args = p.parse_args()\nif args.server:\n    run_server()\nelse:\n    Client().start()\n",
            [["--server"], []],
            [[], []],
        ),
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('-m', '--mode')\nargs = p.parse_args()\n"
            "if args.mode == 'client':\n    Client().start()\nelse:\n    run_server()\n",
            [["--mode", "server"], []],
            [["--mode", "client"], []],
        ),
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('mode')\nargs = p.parse_args()\n"
            "if args.mode == 'server':\n    run_server()\nif args.mode == 'client':\n    Client().start()\n",
            [["server"], []],
            [["client"], []],
        ),
        (
            "if input('1 - сервер, 2 - клиент: ') == '1':\n    run_server()\nelse:\n    Client().start()\n",
            [[], ["1"]],
            [[], ["2"]],
        ),
        (
            "mode = int(input())\nif mode == 1:\n    Client().start()\nelif mode == 2:\n    run_server()\n",
            [[], ["2"]],
            [[], ["1"]],
        ),
        (
            "if input('Сервер?').lower().startswith('д'):\n    run_server()\nelse:\n    Client().start()\n",
            [[], ["д"]],
            [[], ["н"]],
        ),
        ("try:\n    Client().start()\nexcept ConnectionRefusedError:\n    run_server()\n", [[], []], [[], []]),
    ],
    ids=["argv", "flags", "match", "switch", "option", "positional", "question", "number", "yes", "try"],
)
def test_one_file_for_both_is_started_in_both_ways(tmp_path, end, server, client):
    source = FUNCTIONS.replace("import sys\n", "" if "argv" not in end else "import sys\n") + end
    choice = choose(made(tmp_path, {"chat.py": source}))
    assert choice["programs"] == {"server.py": "chat.py", "client.py": "chat.py"}
    assert choice["modes"] == {"server.py": server, "client.py": client}
    assert "chat.py — и сервер, и клиент" in choice["notes"][0]


def test_one_file_for_both_that_does_not_say_how_is_said(tmp_path):
    choice = choose(made(tmp_path, {"chat.py": FUNCTIONS + "{'s': run_server, 'c': Client().start}[sys.argv[1]]()\n"}))
    assert choice["modes"] == {} and "как выбрать, не понял" in choice["notes"][0]


def test_a_launcher_of_both_is_not_graded_where_both_are_there(tmp_path):
    launcher = "import sys\nimport server, client\nserver.start_server() if sys.argv[1:] else client.start_client()\n"
    files = {"server.py": CHAT_SERVER, "client.py": CHAT_CLIENT, "main.py": launcher}
    assert found(tmp_path, files) == ("server.py", "client.py", "")


@pytest.mark.parametrize(
    "files, reason",
    [
        ({}, "в папке нет программ на Python"),
        ({"отчёт.docx": b"PK"}, "в папке нет программ на Python, есть отчёт.docx"),
        ({"hello.py": "print('hello')\n"}, "ни одна программа не принимает подключений (hello.py)"),
        ({"client.py": CHAT_CLIENT}, "ни одна программа не принимает подключений (client.py)"),
    ],
    ids=["nothing", "text", "other", "half"],
)
def test_what_is_not_there_gets_a_reason(tmp_path, files, reason):
    assert choose(made(tmp_path, files))["missing"]["server.py"] == reason


def notebook(*cells):
    """Return a notebook (str) with code in cells (str)."""
    return json.dumps({"cells": [{"cell_type": "code", "source": cell.splitlines(True)} for cell in cells]})


@pytest.mark.parametrize(
    "cells, server",
    [
        (["%%writefile s.py\n" + CHAT_SERVER, "%%writefile c.py\n" + CHAT_CLIENT], "s.py"),
        (["!pip install x\nimport socket\n", CHAT_SERVER, CHAT_CLIENT], "чат.ipynb.server.py"),
    ],
    ids=["files", "cells"],
)
def test_programs_in_a_notebook_become_files(tmp_path, cells, server):
    unfold(made(tmp_path, {"чат.ipynb": notebook(*cells)}))
    choice = choose(tmp_path)
    assert choice["programs"]["server.py"] == server and "client.py" in choice["programs"]
    assert compile((tmp_path / server).read_text(encoding="utf-8"), server, "exec")


def test_a_notebook_beside_a_server_and_a_client_is_none_of_the_programs(tmp_path):
    made(
        tmp_path, {"server.py": CHAT_SERVER, "client.py": CHAT_CLIENT, "урок.ipynb": notebook(CHAT_SERVER, CHAT_CLIENT)}
    )
    unfold(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"server.py", "client.py", "урок.ipynb"}


def test_of_several_notebooks_each_becomes_programs(tmp_path):
    unfold(made(tmp_path, {f"{n}.ipynb": notebook(CHAT_SERVER, CHAT_CLIENT) for n in (1, 2)}))
    assert len(list(tmp_path.glob("*.py"))) == 4


def test_a_notebook_without_programs_or_sense_changes_nothing(tmp_path):
    made(tmp_path, {"a.ipynb": "[" * 100_000, "b.ipynb": "{}", "c.ipynb": notebook("print(1)"), "d.ipynb": "[]"})
    unfold(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


def test_our_own_chat_is_found_among_the_other_scripts():
    choice = choose(TESTS.parent / "lab")
    assert choice["programs"] == {"server.py": "server.py", "client.py": "client.py"}
    assert all("en/server.py и en/client.py" in note for note in choice["notes"])  # they are twins


def test_a_first_look_tells_programs_from_other_files(tmp_path):
    made(tmp_path, {"a.py": CHAT_SERVER, "b.py": CHAT_CLIENT, "c.py": "print(1)", "server.py": "", "server.txt": ""})
    looks = [plays(path) for path in sorted(tmp_path.iterdir())]
    assert looks == [{"server.py"}, {"client.py"}, set(), {"server.py"}, set()]


@pytest.mark.parametrize(
    "names, course",
    [
        (["task1", "task2"], True),
        (["Задание 1", "Задание 2"], True),
        (["1", "2"], True),
        (["ivanov1", "petrov2"], False),
        (["task4_ivanov", "task4_petrov"], False),
        (["task1"], False),
    ],
)
def test_tasks_are_told_from_people(names, course):
    assert is_course(names) is course


def test_a_submission_that_is_too_much_for_a_parser_is_found_by_name_and_text(tmp_path, monkeypatch):
    work = programs.Work(made(tmp_path, {"server4.py": CHAT_SERVER, "b.py.txt": CHAT_CLIENT}))
    monkeypatch.setattr(limits, "START", 0)  # seconds that the parser has
    try:
        assert [work.script(role).name for role in SAMPLE] == ["server4.py", "b.py.txt"]
        with pytest.raises(Failure, match="server.py не удалось прочесть: слишком сложно"):
            work.uses("socket", "server.py")
    finally:
        work.clean_up()


@pytest.mark.parametrize("names", [("server4.py", "b.py.txt"), ("-server.py", "чат.ipynb")], ids=" ".join)
def test_a_submission_has_its_programs_in_a_copy_and_stays_as_it_is(tmp_path, names):
    client = notebook(CHAT_CLIENT) if names[1].endswith(".ipynb") else CHAT_CLIENT
    work = programs.Work(made(tmp_path / "work", {names[0]: CHAT_SERVER, names[1]: client.replace("8080", "5678")}))
    try:
        assert work.script("server.py").name == names[0] and work.script("client.py").name.startswith(names[1])
        assert tmp_path not in work.script("client.py").parents and 5678 in work.ports()
        assert {path.name for path in (tmp_path / "work").iterdir()} == set(names)
    finally:
        work.clean_up()


def test_an_instructor_s_task_reaches_the_submission(tmp_path):
    work = programs.Work(made(tmp_path, course()), task="*2*")
    try:
        assert work.script("server.py").parent.name == "task2"
        work.clean_up()
        work = programs.Work(tmp_path, task="x")
        with pytest.raises(Failure, match="server.py не найден: ни одна программа не подходит под «x»"):
            work.script("server.py")
    finally:
        work.clean_up()
