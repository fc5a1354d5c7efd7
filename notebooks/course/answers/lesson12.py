"""Lesson 12, the program: its exercises, with hints and solutions."""
import os
import queue
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil

import exercises
from exercises import COURSE, Exercise, Script, Wrong, come, expect, hears
from people import Peer


class Note(Exercise):
    number = "12.1"
    name = "note"
    hints = (
        "lines.put_nowait(line) кладёт строку, а если места нет, сразу бросает queue.Full.",
        "Поймать надо только queue.Full, и ничего при этом не делать: pass.",
    )
    solution = '''
import queue


def note(lines, line):
    try:
        lines.put_nowait(line)
    except queue.Full:
        pass
'''
    right = "Терминал можно остановить хоть на час: никто этого не заметит."

    def check(self, note):
        lines = Patient(2)
        for line in "раз", "два", "три":
            note(lines, line)
        got = [lines.get() for _ in range(lines.qsize())]
        expect("Очередь на две строки; note вызвана для «раз», «два», «три». Что в ней?", ["раз", "два"], got)
        note(lines, "четыре")
        expect("Очередь опустела, note вызвана для «четыре». Сколько в ней строк?", 1, lines.qsize())


class Patient(queue.Queue):
    """A queue that raises Wrong instead of waiting for room in it."""

    def put(self, item, block=True, timeout=None):
        if block and timeout != 0:
            raise Wrong("note кладёт через put, который ждёт места. Даже если перед этим спросить full(), "
                        "последнее место может занять другой поток. Нужен put_nowait.")
        super().put(item, block, timeout)


class Persist(Exercise):
    number = "12.2"
    name = "persist"
    hints = (
        "while True: try: return call() — и except ниже. return кончает цикл, когда вызов удался.",
        "Сначала except (TimeoutError, ConnectionError): pass, потом except OSError: wait(). "
        "Наоборот нельзя: и те и другие — тоже OSError.",
    )
    solution = '''
def persist(call, wait):
    while True:
        try:
            return call()
        except (TimeoutError, ConnectionError):
            pass
        except OSError:
            wait()
'''
    right = "Прочие ошибки persist не ловит: они говорят о поломке, а не о тесноте."

    def check(self, persist):
        full = OSError(24, "Too many open files")
        for errors, waits in (
            ([], 0), ([full], 1), ([full] * 9, 9), ([TimeoutError()], 0), ([ConnectionAbortedError(), full], 1)
        ):
            names = ", ".join(type(error).__name__ for error in errors) or "ничего"
            result, waited = attempt(persist, errors)
            expect(f"Вызов бросил: {names}, потом удался. Что вернула persist?", "сокет", result)
            expect(f"Вызов бросил: {names}, потом удался. Сколько раз надо было ждать?", waits, waited)
        for error in ZeroDivisionError("это поломка"), RuntimeError("это поломка"):
            try:
                attempt(persist, [error])
            except type(error):
                continue
            raise Wrong(f"Вызов бросил {type(error).__name__}, и persist его проглотила. Ловить надо только OSError.")


def attempt(persist, errors):
    """Return what persist returns when its call raises these errors first, and how often it has waited."""
    errors, waited = list(errors), []

    def call():
        if len(waited) > 9:
            raise Wrong("Вызов давно удался бы, а persist всё ждёт.")
        if errors:
            raise errors.pop(0)
        return "сокет"

    return persist(call, lambda: waited.append(1)), len(waited)


class Statuses(Exercise):
    number = "12.3"
    answer = [1, 0]
    hints = (
        "Занятый порт — это OSError в start_server. Что делает с ней serve?",
        "sys.exit с текстом оставляет код 1. После Ctrl+C main доходит до os._exit(0).",
    )
    solution = '''
[1, 0]. Первый кончился через sys.exit("Сервер не запущен…"), второй через os._exit(0).
'''
    right = "Скрипт, который запускает сервер, по этим числам узнает, что случилось."

    def check(self, answer):
        if not isinstance(answer, (list, tuple)) or len(answer) != 2:
            raise Wrong(f"Ответ — список из двух чисел, а здесь {answer!r}.")
        if list(answer) == [0, 1]:
            raise Wrong("Наоборот: 0 значит «всё хорошо», и так кончается тот, кого остановили.")
        if list(answer) != self.answer:
            raise Wrong(f"Порт занят; остановлен через Ctrl+C.\n    вышло: {answer!r}")


class Whole(Exercise):
    number = "12.4"
    name = "server.py"
    hints = (
        "Все потоки: threading.Thread(…, daemon=True). Внизу файла: try: start_server() "
        "except KeyboardInterrupt: pass.",
        "accept вынесите в функцию: while True: try: return server_socket.accept() except OSError as error: "
        "записать в журнал и time.sleep(1).",
        "TimeoutError (если у слушающего сокета есть таймаут) ловите раньше, чем OSError: ждать после него незачем.",
    )
    solution = (COURSE / "answers/stages/lesson12/server.py").read_text(encoding="utf-8")
    right = "Сервер кончается, когда его просят, и только тогда."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anya, boris = come(port, "Аня"), come(port, "Борис")
            if sys.platform == "linux":
                crowded(server, port, anya, boris)
            if sys.platform != "win32":
                ctrl_c(server)


def crowded(server, port, anya, boris):
    """Raise Wrong if a server that has no descriptors left ends, or is busy."""
    import resource  # Linux
    process = server.process.pid
    limits = resource.prlimit(process, resource.RLIMIT_NOFILE)
    used = 1 + max(int(name) for name in os.listdir(f"/proc/{process}/fd"))
    resource.prlimit(process, resource.RLIMIT_NOFILE, (used, limits[1]))
    newcomers = []
    with suppress(OSError):  # it may end meanwhile, and Boris will hear it
        while len(newcomers) < used:  # at least one finds no descriptor
            newcomers.append(Peer(port))
        anya.say("мы ещё здесь")
    hears(boris, "Аня: мы ещё здесь", "У сервера кончились дескрипторы: пришёл лишний гость. "
          "Аня и Борис разговаривают дальше?")
    asleep = sum(is_asleep(process) for _ in range(20))
    if asleep < 5 and ends(server):
        raise Wrong("У сервера кончились дескрипторы: пришёл лишний гость, и программа закончилась. "
                    "accept бросил OSError, и никто её не поймал" + server.last_words())
    if asleep < 5:
        raise Wrong("У сервера кончились дескрипторы, и главный поток крутится без остановки: accept падает снова "
                    "и снова. Подождите секунду (time.sleep), прежде чем пробовать ещё раз.")
    resource.prlimit(process, resource.RLIMIT_NOFILE, limits)
    for newcomer in newcomers:
        newcomer.close()


def is_asleep(process):
    """Return whether the main thread of a process waits for something, a moment from now."""
    time.sleep(0.01)
    return psutil.Process(process).status() == psutil.STATUS_SLEEPING


def ends(server):
    """Return whether a server (Script) ends by itself."""
    try:
        return server.process.wait(exercises.WAIT / 4) is not None
    except subprocess.TimeoutExpired:
        return False


def ctrl_c(server):
    """Raise Wrong if Ctrl+C does not end a server, or ends it with a traceback."""
    server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(exercises.WAIT)
    except subprocess.TimeoutExpired:
        raise Wrong("В чате двое, нажали Ctrl+C, а server.py всё ещё работает. "
                    "Потоки надо создавать с daemon=True.") from None
    last_words = server.last_words()
    if any("Traceback" in line for line in server.said()):
        raise Wrong("По Ctrl+C сервер кончился, но с длинной историей (Traceback). "
                    "Поймайте KeyboardInterrupt вокруг главного цикла" + last_words)
