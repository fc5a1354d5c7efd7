"""Lesson 10, the slow one: its exercises, with hints and solutions."""
import ast
import os
import socket
from collections import deque

import exercises
from answers.lesson09 import names_in
from exercises import COURSE, Exercise, Script, Wrong, come, expect, hears, pair

ROUNDS, LINES = 18, 64  # 4.6 MB in all: more than the system's buffers hold


class SendSome(Exercise):
    number = "10.1"
    name = "send_some"
    hints = (
        "While there is something in unsent, take the first piece (popleft) and give it to sock.send. "
        "send returns how many bytes it has taken.",
        "If it took less than all, put the rest back at the front: unsent.appendleft(data[sent:]), and stop. "
        "BlockingIOError means that it took 0.",
        "while unsent: data = unsent.popleft(), then try: sent = sock.send(data) except BlockingIOError: "
        "sent = 0, then if sent < len(data): put the rest back and return False. After the loop, return True.",
    )
    solution = '''
def send_some(sock, unsent):
    while unsent:
        data = unsent.popleft()
        try:
            sent = sock.send(data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            unsent.appendleft(data[sent:])
            return False
    return True
'''
    right = "Not one byte was lost, the order was kept, and the function never waited."

    def check(self, send_some):
        ours, theirs = pair()
        ours.setblocking(False)
        expect("unsent held b\"ab\", b\"cd\", and there was plenty of room.", True, send_some(ours, deque([b"ab", b"cd"])))
        expect("What did the peer receive?", b"abcd", read(theirs, 4))
        unsent = deque(bytes([number]) * 100_000 for number in range(200))
        wanted, heard = b"".join(unsent), b""
        for _ in range(3):  # where there is room for a part, and where there is none at all
            expect("unsent holds 20 million bytes, and the peer does not read.", False, send_some(ours, unsent))
        while len(heard) < len(wanted):
            piece = read(theirs, 1_000_000)
            heard += piece
            if not piece:
                raise Wrong("Some of the bytes are lost: send took less than all, or nothing (BlockingIOError), "
                            "and the rest did not go back into unsent.")
            send_some(ours, unsent)
        if heard != wanted:
            raise Wrong("The peer began to read, and send_some was called again and again. "
                        "The bytes came in the wrong order: the rest must stay in front.")
        expect("The peer has read everything. What is left in unsent?", [], list(unsent))


def read(sock, size):
    """Return the next bytes, size or a few more, fewer if no more come for a moment."""
    data, least = b"", min(size, 4)
    sock.settimeout(exercises.WAIT / 5)
    try:
        while len(data) < size and (chunk := sock.recv(1 << 20)):
            data += chunk
            sock.settimeout(0.01 if len(data) >= least else exercises.WAIT / 5)
    except TimeoutError:
        pass
    return data


class Slow(Exercise):
    number = "10.2"
    name = "server.py"
    patience = 3
    hints = (
        "Write one function that sends to one client, such as tell(client_socket, text). "
        "Let send_message call it for each.",
        "In it, before sending: select.select([], [client_socket], [], 0)[1]. A list that is not empty means there is room.",
        "If there is no room: client_socket.shutdown(socket.SHUT_RDWR). Do not touch the lists here: the client thread "
        "will see the end and put (client_socket, None) into the inbox.",
    )
    solution = (COURSE / "answers/stages/lesson10/server.py").read_text(encoding="utf-8")
    right = "A client that does not read no longer holds anyone up."

    def check(self, path):
        if call := hurries(path):
            raise Wrong(f"{call} applies to the whole socket, and another thread reads from it: its recv would stop "
                        "waiting too, and a client that says nothing would be disconnected. Ask select.")
        with Script(path) as server:
            port = server.listening()
            anna, greg, boris = [come(port, name) for name in ("Anna", "Greg", "Boris")]
            greg.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            hears(anna, "Boris joined the chat.", "Anna, Greg and Boris have joined.")
            heard = {"Boris": [], "Anna": []}
            for number in range(ROUNDS):
                anna.send(b"".join(b"x%04d%s\n" % (line, b"x" * 3995)
                                   for line in range(number * LINES, (number + 1) * LINES)))
                for person, name in (boris, "Boris"), (anna, "Anna"):
                    heard[name] += follow(person, name, number * LINES, anna)
            anna.say("end")
            for person, name in (boris, "Boris"), (anna, "Anna"):
                heard[name] += hears(person, "Anna: end",
                                     "Greg does not read; Anna has said four megabytes and then \"end\".")
            if os.name == "posix" and "Greg left the chat." not in heard["Boris"]:  # Windows: shutdown ends no recv
                hears(boris, "Greg left the chat.", "Greg does not read, and there is no more room for him. He must be disconnected: "
                      "otherwise what is said to him is lost, and he never learns of it.")
        one_order(heard["Boris"], heard["Anna"])


def hurries(path):
    """Return the call (str) by which a script keeps a socket that it sends into from waiting, or ""."""
    if "setblocking" in names_in(path):
        return "setblocking"
    functions = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                 if isinstance(node, ast.FunctionDef)]
    around = any(called_on(function, "settimeout") & called_on(function, "send", "sendall") for function in functions)
    return "settimeout" * around


def called_on(function, *methods):
    """Return on what (set of str) a function (ast) calls one of the methods (str), but for settimeout(None)."""
    return {ast.unparse(call.func.value) for call in ast.walk(function)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            and call.func.attr in methods and "None" not in map(ast.unparse, call.args)}


def one_order(by_boris, by_anna):
    """Raise Wrong if two people have heard different lines, or in a different order."""
    for place, (first, second) in enumerate(zip(by_boris, by_anna)):
        if first != second:
            raise Wrong("Greg does not read, Anna talks. Boris and Anna hear different things:\n"
                        f"    Boris: … {[line[:24] for line in by_boris[place:place + 2]]}\n"
                        f"    Anna: … {[line[:24] for line in by_anna[place:place + 2]]}\n"
                        "One thread should send; while it goes over the list, it removes nobody and announces nothing.")


def follow(person, name, before, anna):
    """Return the lines heard until those of one round, sent by Anna, are there; raise Wrong if they don't come."""
    missing, heard = LINES, []
    try:
        while missing:
            line = person.line()
            heard.append(line)
            missing -= line.startswith("Anna: x")
            if not line:
                raise Wrong("Greg does not read, Anna and Boris read everything at once, yet the connection ended "
                            f"for a client that reads ({name}).")
    except TimeoutError:
        why = ("but hears what is said later. A line was lost: Greg was removed from the list that the broadcast loops over"
               if hears_more(person, anna) else "and then waits: sending to Greg holds everyone up, or the sender has failed")
        raise Wrong(f"Greg does not read. Lines that Anna has said: {before + LINES}; lines that {name} hears: only "
                    f"{before + LINES - missing}, {why}.") from None
    return heard


def hears_more(person, anna):
    """Return whether a person hears what Anna says now."""
    anna.say("more")
    person.socket.settimeout(exercises.WAIT / 4)
    try:
        while "Anna: more" not in person.line():
            pass
    except (OSError, EOFError):
        return False
    return True
