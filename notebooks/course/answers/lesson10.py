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
        "Пока в unsent что-то есть, возьмите первый кусок (popleft) и отдайте его sock.send. "
        "send вернёт, сколько байтов взято.",
        "Взято не всё — верните остаток в начало: unsent.appendleft(data[sent:]), и пока хватит. "
        "BlockingIOError значит, что взято 0.",
        "while unsent: data = unsent.popleft(), затем try: sent = sock.send(data) except BlockingIOError: "
        "sent = 0, затем if sent < len(data): вернуть остаток и return False. После цикла return True.",
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
    right = "Ни байта не потеряно, порядок сохранился, и функция ни разу не ждала."

    def check(self, send_some):
        ours, theirs = pair()
        ours.setblocking(False)
        expect("В unsent лежало b\"ab\", b\"cd\", места много.", True, send_some(ours, deque([b"ab", b"cd"])))
        expect("Что услышал собеседник?", b"abcd", read(theirs, 4))
        unsent = deque(bytes([number]) * 100_000 for number in range(200))
        wanted, heard = b"".join(unsent), b""
        for _ in range(3):  # where there is room for a part, and where there is none at all
            expect("В unsent 20 миллионов байтов, собеседник не читает.", False, send_some(ours, unsent))
        while len(heard) < len(wanted):
            piece = read(theirs, 1_000_000)
            heard += piece
            if not piece:
                raise Wrong("Часть байтов пропала: send взял не всё или ничего (BlockingIOError), "
                            "а остаток не вернулся в unsent.")
            send_some(ours, unsent)
        if heard != wanted:
            raise Wrong("Собеседник начал читать, send_some вызывали снова и снова. "
                        "Байты пришли не в том порядке: остаток должен стоять впереди.")
        expect("Собеседник прочитал всё. Что осталось в unsent?", [], list(unsent))


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
        "Заведите одну функцию, которая посылает одному клиенту, например tell(client_socket, text). "
        "Пусть send_message зовёт её для каждого.",
        "В ней перед посылкой: select.select([], [client_socket], [], 0)[1]. Непустой список — место есть.",
        "Если места нет: client_socket.shutdown(socket.SHUT_RDWR). Списки здесь не трогайте: поток этого клиента "
        "увидит конец и положит во входящие (client_socket, None).",
    )
    solution = (COURSE / "answers/stages/lesson10/server.py").read_text(encoding="utf-8")
    right = "Тот, кто не читает, никого больше не держит."

    def check(self, path):
        if call := hurries(path):
            raise Wrong(f"{call} действует на весь сокет, а из него читает другой поток: его recv тоже перестал бы "
                        "ждать, и человек, который молчит, был бы отключён. Спросите select.")
        with Script(path) as server:
            port = server.listening()
            anya, gleb, boris = [come(port, name) for name in ("Аня", "Глеб", "Борис")]
            gleb.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            hears(anya, "Борис присоединился к чату.", "Пришли Аня, Глеб и Борис.")
            heard = {"Борис": [], "Аня": []}
            for number in range(ROUNDS):
                anya.send(b"".join(b"x%04d%s\n" % (line, b"x" * 3995)
                                   for line in range(number * LINES, (number + 1) * LINES)))
                for person, name in (boris, "Борис"), (anya, "Аня"):
                    heard[name] += follow(person, name, number * LINES, anya)
            anya.say("конец")
            for person, name in (boris, "Борис"), (anya, "Аня"):
                heard[name] += hears(person, "Аня: конец",
                                     "Глеб не читает, Аня наговорила четыре мегабайта и сказала «конец».")
            if os.name == "posix" and "Глеб вышел из чата." not in heard["Борис"]:  # Windows: shutdown ends no recv
                hears(boris, "Глеб вышел из чата.", "Глеб не читает, места для него больше нет. Его надо отключить: "
                      "иначе сказанное ему пропадёт, и он об этом не узнает.")
        one_order(heard["Борис"], heard["Аня"])


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


def one_order(by_boris, by_anya):
    """Raise Wrong if two people have heard different lines, or in a different order."""
    for place, (first, second) in enumerate(zip(by_boris, by_anya)):
        if first != second:
            raise Wrong("Глеб не читает, Аня говорит. Борис и Аня слышат разное:\n"
                        f"    Борис: … {[line[:24] for line in by_boris[place:place + 2]]}\n"
                        f"    Аня: … {[line[:24] for line in by_anya[place:place + 2]]}\n"
                        "Посылать должен один поток; обходя список, он никого не убирает и ничего не объявляет.")


def follow(person, name, before, anya):
    """Return the lines heard until those of one round, sent by Anya, are there; raise Wrong if they don't come."""
    missing, heard = LINES, []
    try:
        while missing:
            line = person.line()
            heard.append(line)
            missing -= line.startswith("Аня: x")
            if not line:
                raise Wrong("Глеб не читает, Аня и Борис читают всё сразу, а соединение закончилось "
                            f"у того, кто читает ({name}).")
    except TimeoutError:
        why = ("а следующие слова слышит. Строка пропала: Глеба убрали из списка, по которому идёт рассылка"
               if hears_more(person, anya) else "и ждёт: посылка Глебу держит всех, или поток рассылки упал")
        raise Wrong(f"Глеб не читает. Аня сказала строк: {before + LINES}, {name} слышит только "
                    f"{before + LINES - missing}, {why}.") from None
    return heard


def hears_more(person, anya):
    """Return whether a person hears what Anya says now."""
    anya.say("ещё")
    person.socket.settimeout(exercises.WAIT / 4)
    try:
        while "Аня: ещё" not in person.line():
            pass
    except (OSError, EOFError):
        return False
    return True
