"""Each common fault is recognised in a small submission that has it, and in none that has not."""

import queue
import re

import pytest

from lab.grader import faults, lessons, samples
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
    "unbound": ([], "two", error("UnboundLocalError: cannot access local variable 'clients'", 17), "clients"),
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
    "thread-no-args": ([("server.py", ", args=(client,)", "")], "two",
                       error("TypeError: handle() missing 1 required positional argument: 'client'", 0), "Thread"),
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
    "reset-send": ([], "reset", error("BrokenPipeError: [Errno 32] Broken pipe", 9), "client.send"),
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
                 "prints ends", "", "recv"),
    "waits-for-input": ([("client.py", "os._exit(0)", "break")], "ends", "", "recv"),
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
    "one-blocks-all": ([], "deaf", "", "client.send((text"),
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
    assert {says for _, _, says, _ in faults.FINDERS} | set(samples.MORE) == set(FAULTS)


def test_lessons_exist():
    for language in "ru", "en":
        for name in {lesson for _, lesson, _, _ in faults.FINDERS} - {""}:
            assert re.fullmatch(r"\d+ \(.+\)", lessons.lesson(name, language)), (name, language)
    assert lessons.lesson("", "ru") == lessons.lesson("no-such", "ru") == ""


@pytest.mark.parametrize("lost", ["two many", "reset", "quits", "ends", "signed", "empty"])
def test_right_programs_have_no_fault_that_their_text_alone_would_tell(lost):
    assert faults.faults(about([]), results(lost), BEYOND) == []


def test_nothing_is_said_where_nothing_is_lost():
    assert faults.faults(about([("server.py", "        if not message:\n            break\n", "")]), results("")) == []


def test_a_fault_of_the_base_goes_before_what_is_beyond():
    changes, lost, heard, _ = FAULTY["no-goodbye"]
    found = faults.faults(about(changes), results(lost + " glued torn ghosts"), BEYOND)
    assert [(fault.name, fault.beyond) for fault in found] == [
        ("no-goodbye", False),
        ("piece", True),
        ("ghosts", True),
    ]


def test_daemons_end_with_the_main_thread_however_late():
    changes, lost, heard, _ = FAULTY["daemon"]
    later = heard.replace("сразу завершает работу", "завершает работу через 10 с")
    assert [fault.name for fault in faults.faults(about(changes), results(lost, later), BEYOND)] == ["daemon"]


def test_nothing_is_said_of_what_is_beyond_while_nobody_hears_anybody():
    changes, lost, heard, _ = FAULTY["self-only"]
    found = faults.faults(about(changes), results(lost + " glued torn ghosts"), BEYOND)
    assert [fault.name for fault in found] == ["self-only"]


REMOVE = (
    "server.py",
    "    clients.remove(client)\n    broadcast(name + \" вышел\")\n\ndef main():",
    "\ndef remove(client):\n    clients.remove(client)\n    broadcast(\"вышел\")\n\ndef main():",
)
LOOP = "        if not message:\n            break\n"
# Name of the fault: what to replace, the criteria lost, what is printed, and what is said besides.
WHOLE = {
    "import": (
        [("server.py", "import threading", "import treading"), ("server.py", "threading.Thread", "treading.Thread")],
        "two", error("ModuleNotFoundError: No module named 'treading'", 2), ["строки: 2, 32"]),
    "name": ([("server.py", "broadcast(name + \" вышел", "brodcast(name + \" вышел")], "leave",
             error("NameError: name 'brodcast' is not defined", 24), ["строки: 24", "Похоже на «broadcast»"]),
    "attribute": ([], "two", error("AttributeError: 'list' object has no attribute 'apend'. Did you mean: 'append'?"),
                  ["нет «apend»", "Похоже на «append»"]),
    "thread-called": ([("server.py", "target=handle, args=(client,)", "target=handle(client)")], "two", "",
                      ["`target=handle, args=(client,)`"]),
    "thread-no-args": ([("server.py", ", args=(client,)", "")], "two",
                       error("TypeError: handle() missing 1 required positional argument: 'client'"),
                       ["Функции handle", "`args=(client,)`"]),
    "self-only": ([("server.py", "broadcast(name + \": \" + message)", "client.send(message.encode())")], "two", "",
                  ["ваша функция broadcast (строка 7)", "строку (str)", "`broadcast(message)`"]),
    "name-not-asked": ([("server.py", "    client.send(\"Как вас зовут?\\n\".encode())\n", "")], "name", "",
                       ["`client.send(\"Введите своё имя:\".encode())`"]),
    "spins": ([("server.py", LOOP, ""), REMOVE], "leave reset empty", "",
              ["`if not message: break`", "Функция remove (строка 22)", "никто не вызывает",
               "после цикла (он кончается строкой 20) нужно `remove(client)`"]),
    "reset": ([], "reset", error("ConnectionResetError: [Errno 104] Connection reset by peer", 19),
              ["`except ConnectionError:` — `break`"]),
    "removed-twice": (
        [("server.py", LOOP, LOOP.replace("break", "remove(client)\n            break")),
         ("server.py", "    clients.remove(client)\n    broadcast(name + \" вышел\")\n",
          "    remove(client)\n\ndef remove(client):\n    clients.remove(client)\n")],
        "signed", "", ["Оставьте один вызов", "`remove(client)` стоит в строках: 21, 24; оставьте только строку 24"]),
    "no-goodbye": ([("client.py", "покинуть чат", "exit")], "quits", "",
                   ["`if text == \"покинуть чат\": break`", "Поток listen (строка 14)", "`daemon=True`"]),
    "no-shutdown": ([("client.py", "        sock.shutdown(socket.SHUT_RDWR)\n", ""),
                     ("client.py", "os._exit(0)", "break")], "quits", "",
                    ["`sock.shutdown(socket.SHUT_RDWR)`", "поток listen (строка 14)", "`daemon=True`"]),
    "in-turns": ([("client.py", "threading.Thread(target=listen, args=(sock,)).start()\n", ""),
                  ("client.py", "text = input()", "print(sock.recv(1024).decode())\n    text = input()")], "types", "",
                 ["recv (строка 15)", "input() (строка 16)", "с input (строка 14)",
                  "args=(sock,), daemon=True).start()", "OSError"]),
    "waits-for-input": (
        [("client.py", "os._exit(0)", "break"), ("client.py", "import os\n", "")], "ends", "",
        ["(он кончается строкой 9)", "`os._exit(0)`", "`import os`", "`except OSError:` — тоже `break`"]),
    "leaves-silently": ([("server.py", "    broadcast(name + \" вышел\")\n", "")], "leave", "",
                        ["(он кончается строкой 22)"]),
    "no-encode": ([("client.py", "(text + \"\\n\").encode()", "text + \"\\n\"")], "types",
                  error("TypeError: a bytes-like object is required, not 'str'", 20, "client.py"),
                  [r"`sock.send((text + '\n').encode())`"]),
    "half-letter": ([], "letter", error("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xd0", 19),
                    ["до знака \\n, потом decode()", "client.makefile(", "Ваш client.py этот знак уже посылает"]),
    "piece": ([("client.py", "(text + \"\\n\").encode()", "text.encode()")], "glued torn", "",
              ["перед строкой 13, один раз и не в цикле", "client.makefile(", "Пусть client.py посылает этот знак"]),
    "list-walked": ([("server.py", "        client.send((", "        clients.remove(client)\n        client.send(("),
                     ("server.py", "list(clients)", "clients")], "reset", "", ["`list(clients)`"]),
    "one-blocks-all": ([], "deaf", "", [
        "send ждёт", "вместе с её try", "`queues[client].put((text + '\\n').encode())`", "Перед строкой 17",
        "`queues[client] = queue.Queue()`", "target=writer, args=(client,)",
        "после строки 23: `queues[client].put(None)`", "`import queue`"]),
    "namesakes": ([("server.py", "    if name in names:\n        client.send(\"Имя занято\\n\".encode())\n", "")],
                  "namesakes", "", ["Вместо этой строки", "while name in names:\n    client.send("]),
    "ghosts": ([], "ghosts", "", ["Вместо этой строки", "except ConnectionError:\n    name = \"\"\nif not name:\n"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_hint_says_the_whole_repair(name):
    changes, lost, heard, said = WHOLE[name]
    found = {fault.name: fault for fault in faults.faults(about(changes), results(lost, heard), BEYOND)}
    told = ". ".join(says.format(**values) for says, values in found[name].told())
    told += found[name].values.get("sample", "")
    assert not [part for part in said if part not in told], told


def test_a_server_that_lets_two_in_is_not_told_that_it_lets_in_one():
    loop = "    while True:\n        client, address = server.accept()\n"
    once = "    admit(server)\n    admit(server)\n\ndef admit(server):\n    client, address = server.accept()\n"
    changes = [("server.py", loop, once), ("server.py", "        threading.Thread", "    threading.Thread")]
    [fault] = faults.faults(about(changes), results("many"), BEYOND)
    assert fault.name == "accepts-once" and "в цикл while True" in fault.says
    assert not re.search("один раз|второго|once|second", fault.says + FAULTS[fault.says])


def test_who_waits_for_the_server_is_told_to_end_the_whole_program():
    changes = [("client.py", "        if not data:\n            os._exit(0)\n", "")]
    [fault] = faults.faults(about(changes), results("ends"), BEYOND)
    exit = samples.EXIT, {"function": "listen", "end": "8"}
    assert (fault.name, fault.more) == ("spins", [exit, (samples.CAUGHT, {})])


def test_nobody_is_told_to_import_what_is_imported():
    changes, lost, heard, _ = WHOLE["in-turns"]
    for imported, modules in [("import os\n", ["threading"]), ("", ["os, threading"])]:
        programs = about([*changes, ("client.py", "import threading\n", "")])
        source = programs["sources"]["client.py"].replace("import os\n", imported)
        programs["sources"]["client.py"] = source
        [fault] = faults.faults(programs, results(lost, heard), BEYOND)
        assert [values["modules"] for _, values in fault.more] == modules


def test_the_listening_thread_of_the_sample_ends_the_program_at_a_reset():
    changes, lost, heard, _ = WHOLE["in-turns"]
    [fault] = faults.faults(about(changes), results(lost, heard), BEYOND)
    sample = fault.values["sample"].replace("os._exit(0)", "ended.append(sock)")

    class Broken:
        def recv(self, size):
            raise ConnectionResetError

    namespace, sock = {"ended": []}, Broken()
    exec(sample, namespace)
    namespace["listen"](sock)
    assert namespace["ended"] == [sock]


@pytest.mark.parametrize(
    ("handler", "named"), [("clients.remove(client)", True), ("drop(client)", True), ("pass", False)]
)
def test_who_is_removed_twice_is_removed_in_no_except_either(handler, named):
    send = "        client.send((text + \"\\n\").encode())\n"
    caught = f"        try:\n    {send}        except OSError:\n            {handler}\n"
    drop = "def drop(client):\n    clients.remove(client)\n\ndef handle("
    changes = [("server.py", send, caught), ("server.py", "def handle(", drop)]
    heard = error("ValueError: list.remove(x): x not in list", 26)
    found = {fault.name: fault for fault in faults.faults(about(changes), results("leave", heard), BEYOND)}
    more = [(samples.UNASKED, {"call": handler, "line": "12"})] * named
    assert found["removed-twice"].more == more
    (_, broken, broken_too), (_, after, home) = WHOLE["removed-twice"][0]
    twice = [*changes, ("server.py", broken, broken_too), ("server.py", after, home)]
    found = {fault.name: fault for fault in faults.faults(about(twice), results("leave"), BEYOND)}
    assert found["removed-twice"].more[1:] == more


@pytest.mark.parametrize(
    ("parameters", "sent", "answer", "code"),
    [
        ("text, sender=None", '(text + "\\n").encode()', 'f"{name}: {message}\\n".encode()',
         "broadcast(f'{name}: {message}', client)"),
        ("data", "data", 'f"{name}: {message}\\n".encode()', "broadcast(f'{name}: {message}\\n'.encode())"),
        ("sender, data", "data", "message", "broadcast(client, message)"),
    ],
    ids=["a text", "bytes", "the sender first"],
)  # fmt: skip
def test_what_a_function_takes_that_tells_all_is_said(parameters, sent, answer, code):
    changes = [
        ("server.py", "def broadcast(text)", f"def broadcast({parameters})"),
        ("server.py", "client.send((text + \"\\n\").encode())", f"client.send({sent})"),
        ("server.py", "broadcast(name + \": \" + message)", f"client.send({answer})"),
    ]
    [fault] = faults.faults(about(changes), results("two"), BEYOND)
    [(says, values)] = fault.more
    assert (says == samples.SPREADS_TEXT, values["code"]) == ("text" in parameters, code)


class Person:
    """A socket whose recv returns what is in said (list of bytes), or raises what is there."""

    def __init__(self, *said):
        self.said, self.heard, self.closed = list(said), "", False

    def recv(self, size):
        if isinstance(self.said[0], Exception):
            raise self.said[0]
        return self.said.pop(0)

    def send(self, data):
        self.heard += data.decode()

    def close(self):
        self.closed = True


def test_the_queue_of_the_sample_ends_with_none_and_with_a_reset():
    [fault] = faults.faults(about([]), results("deaf"), BEYOND)
    namespace, client, gone = {}, Person(), Person()
    exec(fault.values["sample"], namespace)
    gone.send = gone.recv = lambda data: (_ for _ in ()).throw(BrokenPipeError())
    for person in client, gone:
        namespace["queues"][person] = waiting = queue.Queue()
        for data in b"one", b"two", None, b"three":
            waiting.put(data)
        namespace["writer"](person)
    assert (client.heard, namespace["queues"][client].qsize(), namespace["queues"][gone].qsize()) == ("onetwo", 1, 3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("server.py", "    clients.append(client)", "    clients.append((client, name))"),
          ("server.py", "for client in list(clients)", "for client, _ in list(clients)"),
          ("server.py", "    clients.remove(client)", "    number = find(client)\n    clients.pop(number)")],
         ["`queues[client] = queue.Queue()`", "после строки 22: `queues[client].put(None)`"]),
        ([("server.py", "client in list(clients)", "client in names.values()")],
         ["Перед строкой 16,", "`queues[client] = queue.Queue()`"]),
        ([("server.py", "client.send((text + \"\\n\").encode())", "client.sock.send(text.encode())"),
          ("server.py", "    clients.remove(client)", "    drop(client)"),
          ("server.py", "def main", "def drop(user):\n    clients.remove(user)\n\ndef main")],
         ["`queues[client.sock].put(text.encode())`", "`queues[user.sock].put(None)`"]),
        ([("server.py", "    for client in list(clients)", "    copy = list(clients)\n    for client in copy")],
         ["Перед строкой 18,"]),
        ([("server.py", "    names[name]", "    for text in history:\n        client.send(text)\n    names[name]")],
         ["Перед строкой 19,", "`queues[client].put((text + '\\n').encode())`"]),
    ],
    ids=["pairs", "a dictionary by name", "people with sockets", "a copy", "the history is told, too"],
)  # fmt: skip
def test_a_queue_belongs_to_a_socket_however_sockets_are_kept(changes, said):
    [fault] = faults.faults(about(changes), results("deaf"), BEYOND)
    told = ". ".join(says.format(**values) for says, values in fault.told())
    assert not [part for part in said if part not in told], told


def test_no_sample_takes_the_place_of_a_recv_that_reads_no_name():
    pieces = "data = b\"\"\n    while len(data) < 9:\n        part = client.recv(9 - len(data))\n        data += part\n"
    changes = [("server.py", "name = client.recv(1024).decode()\n", f"{pieces}    name = data.decode()\n")]
    changes += [(role, old, "") for role, old, _ in FAULTY["namesakes"][0]]
    found = faults.faults(about(changes), results("namesakes ghosts"), BEYOND)
    told = [(fault.name, fault.values, fault.more) for fault in found if fault.lesson == "names"]
    assert told == [("namesakes", {}, []), ("ghosts", {}, [])]


def test_where_all_is_sent_by_one_function_everyone_has_a_queue_from_the_beginning():
    changes = [
        ("server.py", "client.send((text + \"\\n\").encode())", "tell(client, text)"),
        ("server.py", "client.send(\"Как вас зовут?\\n\".encode())", "tell(client, \"Как вас зовут?\")"),
        ("server.py", "client.send(\"Имя занято\\n\".encode())", "tell(client, \"Имя занято\")"),
        ("server.py", "def main", "def tell(sock, text):\n    sock.sendall(text.encode())\n\ndef main"),
    ]
    [fault] = faults.faults(about(changes), results("deaf"), BEYOND)
    told = ". ".join(says.format(**values) for says, values in fault.told())
    assert "`queues[sock].put(text.encode())`" in told and "client.sendall(data)" in fault.values["sample"]
    assert "accept (строка 34): `queues[client] = queue.Queue()`" in told


@pytest.mark.parametrize(
    ("criteria", "heard", "named"),
    [
        ("reset", error("ConnectionResetError: [Errno 104] Connection reset by peer", 19), {"reset", "reset-send"}),
        ("deaf", error("BrokenPipeError: [Errno 32] Broken pipe", 9), {"one-blocks-all"}),
        ("reset deaf", error("BrokenPipeError: [Errno 32] Broken pipe", 9), {"reset-send", "one-blocks-all"}),
    ],
)
def test_a_send_that_can_fail_is_caught_in_one_way(criteria, heard, named):
    found = faults.faults(about([]), results(criteria, heard), BEYOND)
    assert {fault.name for fault in found} == named


@pytest.mark.parametrize(
    ("said", "name"),
    [("Аня Аня Борис", "Борис"), ("Вера", "Вера"), ("", None), ("Аня ", None), (ConnectionResetError(), None)],
)
def test_a_name_is_asked_again_and_who_gives_none_is_gone(said, name):
    changes, *_ = FAULTY["namesakes"]
    found = faults.faults(about(changes), results("namesakes ghosts"), BEYOND)
    [sample] = {fault.values["sample"] for fault in found}
    code = "def handle(client):\n" + "".join(f"    {line}\n" for line in [*sample.splitlines(), "return name"])
    namespace = {"names": {"Аня": None}}
    exec(code, namespace)
    client = Person(*[said] if isinstance(said, Exception) else [word.encode() for word in said.split(" ")])
    assert namespace["handle"](client) == name and client.closed is (name is None)
    assert client.heard.count("Имя занято") == str(said).count("Аня")


def test_lines_begin_before_the_name_and_its_try():
    name = "    name = client.recv(1024).decode()\n"
    changes = [("server.py", name, f"    try:\n    {name}    except OSError:\n        return\n")]
    told = [values for fault in faults.faults(about(changes), results("glued"), BEYOND) for _, values in fault.more]
    assert {"client": "client", "line": "13"} in told


def test_a_function_that_looks_first_may_be_called_twice():
    changes, lost, heard, _ = WHOLE["removed-twice"]
    role, old, new = changes[1]
    careful = new.replace("    clients.remove", "    if client in clients:\n        clients.remove")
    found = faults.faults(about([changes[0], (role, old, careful)]), results(lost, heard), BEYOND)
    assert "removed-twice" not in [fault.name for fault in found]


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
