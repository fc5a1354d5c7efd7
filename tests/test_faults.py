"""Each common fault is recognised in a small submission that has it, and in none that has not."""

from pathlib import Path

import pytest

from lab.grader import faults
from lab.grader.language import FAULTS

pytestmark = pytest.mark.quick
SERVER = """\
import socket
import threading

clients = []
names = {}

def broadcast(text):
    for client in list(clients):
        client.send((text + "\\n").encode())

def handle(client):
    client.send("Как вас зовут?\\n".encode())
    name = client.recv(1024).decode()
    if name in names:
        client.send("Имя занято\\n".encode())
    names[name] = client
    clients.append(client)
    while True:
        message = client.recv(1024).decode()
        if not message:
            break
        broadcast(name + ": " + message)
    clients.remove(client)
    broadcast(name + " вышел")

def main():
    server = socket.socket()
    server.bind(("localhost", 8080))
    server.listen()
    while True:
        client, address = server.accept()
        threading.Thread(target=handle, args=(client,)).start()

main()
"""
CLIENT = """\
import os
import socket
import threading

def listen(sock):
    while True:
        data = sock.recv(1024)
        if not data:
            os._exit(0)
        print(data.decode())

sock = socket.socket()
sock.connect(("localhost", 8080))
threading.Thread(target=listen, args=(sock,)).start()
while True:
    text = input()
    if text == "покинуть чат":
        sock.shutdown(socket.SHUT_RDWR)
        break
    sock.send((text + "\\n").encode())
sock.close()
"""
SPINNING = "Разговор:\n    {0} занимает процессор без отдыха: его цикл ничего не ждёт\n"


def error(last, line=20, role="server.py"):
    """Return what a criterion prints (str) where the program of role (str) ends in line (int) with an error (str)."""
    trace = f'Traceback (most recent call last):\n  File "{role}", line {line}, in handle\n    x = 1\n{last}\n'
    return f"Последние строки на терминале {role}:\n" + "".join(f"    {text}\n" for text in trace.splitlines())


# Name of the fault: what to replace in the two programs (they may be wrong in one way only), the criteria lost,
# what is printed, and what the line of the fault holds.
FAULTY = {
    "syntax": ([("server.py", "while True:\n        message", "while True\n        message")], "two", "", "while True"),
    "import": (
        [("server.py", "import threading", "import treading")],
        "two",
        error("ModuleNotFoundError: No module named 'treading'", 2),
        "import treading",
    ),
    "name": ([("server.py", "broadcast(name + \" вышел", "brodcast(name + \" вышел")], "leave",
             error("NameError: name 'brodcast' is not defined. Did you mean: 'broadcast'?", 24), "brodcast"),
    "attribute": ([("server.py", "clients.append", "clients.push")], "two",
                  error("AttributeError: 'list' object has no attribute 'push'", 17), "push"),
    "port": ([], "two", error("OSError: [Errno 98] Address already in use", 28), ".bind("),
    "bind": ([("server.py", '"localhost"', "socket.gethostbyname(socket.gethostname())")], "two",
             "Аня не может подключиться: там никто не слушает.\n", "gethostname"),
    "input-first": ([("client.py", "sock.connect", "name = input()\nsock.connect")], "types",
                    "client.py работает, но не подключается к серверу на этой же машине.\n", "input()"),
    "daemon": ([("server.py", "    while True:\n        client, address = server.accept()\n        threading",
                 "    client, address = server.accept()\n    threading"),
                ("server.py", "args=(client,))", "args=(client,), daemon=True)")],
               "name", "server.py сразу завершает работу и не слушает ни одного порта.\n", "daemon=True"),
    "thread-called": ([("server.py", "target=handle, args=(client,)", "target=handle(client)")],
                      "two", "", "handle(client)"),
    "thread-args": ([("server.py", "args=(client,)", "args=(client)")], "two",
                    error("TypeError: handle() argument after * must be an iterable, not socket"), "args=(client)"),
    "thread-idle": ([("server.py", ".start()", "")], "two", "", "Thread"),
    "accepts-once": ([("server.py", "    while True:\n        client, address = server.accept()\n        threading",
                       "    client, address = server.accept()\n    threading")], "many", "", "accept"),
    "one-at-a-time": ([("server.py", "threading.Thread(target=handle, args=(client,)).start()", "handle(client)")],
                      "two", "", "accept"),
    "self-only": ([("server.py", "broadcast(name + \": \" + message)", "client.send(message.encode())")],
                  "two", "", "client.send(message"),
    "nobody-added": ([("server.py", "    clients.append(client)\n", "")], "two", "", "for client in"),
    "name-not-asked": ([("server.py", "    client.send(\"Как вас зовут?\\n\".encode())\n", "")], "name", "", "recv"),
    "spins": ([("server.py", "        if not message:\n            break\n", "")], "leave",
              SPINNING.format("server.py"), "message = client.recv"),
    "reset": ([], "reset", error("ConnectionResetError: [Errno 104] Connection reset by peer", 19), "recv"),
    "removed-twice": ([], "leave", error("ValueError: list.remove(x): x not in list", 23), "clients.remove"),
    "key": ([], "leave", error("KeyError: <socket.socket fd=5>", 23), ""),
    "list-walked": ([("server.py", "        client.send((", "        clients.remove(client)\n        client.send(("),
                     ("server.py", "list(clients)", "clients")], "reset", "", "for client"),
    "closed": ([], "ends", error("OSError: [Errno 9] Bad file descriptor", 7, "client.py"), "recv"),
    "no-goodbye": ([("client.py", "покинуть чат", "exit")], "quits", "", "input()"),
    "no-shutdown": ([("client.py", "        sock.shutdown(socket.SHUT_RDWR)\n", ""),
                     ("client.py", "os._exit(0)", "break")],
                    "quits", "", "sock.close()"),
    "in-turns": ([("client.py", "threading.Thread(target=listen, args=(sock,)).start()\n", ""),
                  ("client.py", "text = input()", "text = input()\n    print(sock.recv(1024).decode())")],
                 "prints ends", "", "input()"),
    "waits-for-input": ([("client.py", "os._exit(0)", "break")], "ends", "", "input()"),
    "leaves-silently": ([("server.py", "    broadcast(name + \" вышел\")\n", "")], "leave", "", "recv"),
    "no-encode": ([("client.py", "(text + \"\\n\").encode()", "text")], "types",
                  error("TypeError: a bytes-like object is required, not 'str'", 20, "client.py"), "send"),
    "no-decode": ([("client.py", "data.decode()", "data")], "prints",
                  "Разговор:\n    Клиент видит на экране: «b'\\xd0»\n", "print(data)"),
    "half-letter": ([], "letter", error("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xd0", 19), "decode"),
    "no-newline": ([("server.py", "    name = client.recv(1024).decode()", "    name = client.makefile().readline()"),
                    ("client.py", "text + \"\\n\"", "text")], "two", "", "sock.send"),
    "small-buffer": ([("server.py", "message = client.recv(1024)", "message = client.recv(16)")],
                     "two", "", "recv(16)"),
    "piece": ([], "glued torn", "", "recv"),
    "timeout": ([], "two", error("TimeoutError: timed out", 19), "recv"),
    "one-blocks-all": ([], "deaf", "", "send"),
    "namesakes": ([("server.py", "    if name in names:\n        client.send(\"Имя занято\\n\".encode())\n", "")],
                  "namesakes", "", "recv"),
    "ghosts": ([], "ghosts", "", "recv"),
    "error": ([], "two", error("ZeroDivisionError: division by zero", 19), "recv"),
}  # fmt: skip
BEYOND = {"glued", "torn", "letter", "namesakes", "ghosts", "deaf", "fifty"}


def about(changes):
    """Return the programs as finding.choose() tells of them, with changes [(role, old, new)]."""
    sources = {"server.py": SERVER, "client.py": CLIENT}
    for role, old, new in changes:
        assert sources[role].count(old) == 1, old
        sources[role] = sources[role].replace(old, new)
    return {"programs": {role: f"src/{role}" for role in sources}, "sources": sources}


def results(lost, heard=""):
    """Return results in which the criteria called lost (str) do not hold."""
    names = {"name", "two", "many", "leave", "quits", "types", *BEYOND, *lost.split()}
    return {
        name: {"passed": name not in lost.split(), "heard": heard if name in lost.split() else ""} for name in names
    }


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_named_with_its_line(name):
    changes, lost, heard, line = FAULTY[name]
    programs = about(changes)
    found = {fault.name: fault for fault in faults.faults(programs, results(lost, heard), BEYOND)}
    assert name in found, found
    fault = found[name]
    lines = programs["sources"][fault.role].splitlines()
    assert line in (lines[fault.line - 1] if fault.line else ""), fault
    assert len(found) <= 2, found


def test_every_fault_has_a_small_submission_and_an_english_sentence():
    assert {name for name, *_ in faults.FINDERS} == set(FAULTY)
    assert {says for _, _, says, _ in faults.FINDERS} == set(FAULTS)


def test_lessons_exist():
    notebooks = {path.stem for path in (Path(__file__).parents[1] / "notebooks" / "ru").glob("*.ipynb")}
    assert {lesson for _, lesson, _, _ in faults.FINDERS} - {""} <= notebooks


@pytest.mark.parametrize("lost", ["two many", "reset", "quits", "ends", "signed", "empty"])
def test_right_programs_have_no_fault_that_their_text_alone_would_tell(lost):
    assert faults.faults(about([]), results(lost), BEYOND) == []


def test_nothing_is_said_where_nothing_is_lost():
    assert faults.faults(about([("server.py", "        if not message:\n            break\n", "")]), results("")) == []


def test_a_fault_of_the_base_goes_before_what_is_beyond():
    changes, lost, heard, _ = FAULTY["no-goodbye"]
    assert [fault.name for fault in faults.faults(about(changes), results(lost + " glued torn ghosts"), BEYOND)] == [
        "no-goodbye"
    ]


@pytest.mark.parametrize("text", ["(" * 5000, "-" * 50_000 + "1", "\0", "x = " + "1+" * 60_000 + "1"])
def test_a_program_that_is_too_much_for_a_parser_stops_no_report(text):
    found = {"programs": {"server.py": "server.py"}, "sources": {"server.py": text}}
    assert all(fault.name == "syntax" for fault in faults.faults(found, results("two")))


def test_a_file_of_another_name_is_recognised_by_it():
    programs = about([])
    programs["programs"]["server.py"] = "task4/chat_server.py"
    heard = error("ZeroDivisionError: division by zero", 19, "chat_server.py")
    [fault] = faults.faults(programs, results("two", heard), BEYOND)
    assert (fault.name, fault.role, fault.line) == ("error", "server.py", 19)
