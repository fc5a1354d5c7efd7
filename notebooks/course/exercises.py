"""Exercises of the lessons: check an answer, give a hint, show a solution.

    check("3.2", lines)    an answer: a function that the student has written, or a value
    check("1.5")           a file in this folder, such as server.py; the exercise knows its name
    hint("3.2")            the next hint, one more each time
    solution("3.2")        the code of one right answer

An answer runs in a process of its own, which ends after LIMIT seconds: it can't hang the notebook.
The exercises themselves are in answers/, one file for each lesson.
"""
import ast
import inspect
import json
import linecache
import os
import pickle
import socket
import subprocess
import sys
import sysconfig
import textwrap
import threading
import time
import traceback
from collections import Counter
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import psutil

from people import Peer
from programs import Program

LIMIT = float(os.environ.get("EXERCISE_TIMEOUT", 2.5))  # seconds for one answer
WAIT = LIMIT * 0.4  # seconds to wait for one line
GRACE = 20  # seconds for the check itself to start and to report
START = LIMIT * 0.8  # seconds to wait for a script to start
COURSE = Path(__file__).resolve().parent
MISSING = object()  # the answer where only a file is checked
hints_given = Counter()


class Wrong(Exception):
    """An answer is not right; its text (Russian) says what was done, what was expected and what came instead."""


class Exercise:
    """One exercise. A subclass has its number, the name that is asked for, hints, a solution and a check."""

    number = ""     # "3.2": the second exercise of lesson 3
    name = ""       # of the function or the file (server.py) that the student writes; "" for a value
    hints = ()      # str, in Russian, from a nudge to nearly the whole answer
    solution = ""   # Python, in full: the function, or the file; for a value, an explanation (Russian)
    right = ""      # what to say, in Russian, if the answer is right
    patience = 1    # multiplies LIMIT where many programs must start

    def check(self, answer):
        """Raise Wrong if answer (a function, a value, or the Path of a file) is not right."""
        raise NotImplementedError


def find(number):
    """Return the exercise (Exercise) with a number such as "3.2"; raises LookupError."""
    lesson, point, _ = str(number).partition(".")
    if point and lesson.isdigit() and (COURSE / f"answers/lesson{int(lesson):02}.py").exists():
        module = import_module(f"answers.lesson{int(lesson):02}")
        for exercise in vars(module).values():
            if isinstance(exercise, type) and getattr(exercise, "number", None) == number:
                return exercise()
    raise LookupError(f"Упражнения {number} нет. Номер пишут в кавычках: check(\"3.2\", …).")


def hint(number):
    """Print the next hint for an exercise; after the last one, start again with the first."""
    hints = find(number).hints
    place = hints_given[number] % len(hints)
    hints_given[number] += 1
    print(f"Подсказка {place + 1} из {len(hints)}. {hints[place]}")


def solution(number):
    """Print the code of a right answer to an exercise."""
    print(find(number).solution.strip())


def check(number, answer=MISSING):
    """Print whether the answer to an exercise is right, and if not, why."""
    exercise = find(number)
    try:
        ready(exercise, answer)
        printed, message = judge(exercise, answer)
    except Wrong as wrong:
        printed, message = "", str(wrong)
    if printed:
        print("Напечатано во время проверки:", textwrap.indent(printed, "    "), sep="\n")
    print(f"✗ {number}. {message}" if message else f"✓ {number}. Верно. {exercise.right}".rstrip())


def ready(exercise, answer):
    """Raise Wrong if there is nothing to run yet."""
    if "." in exercise.name:
        if not Path(exercise.name).exists():
            raise Wrong(f"В этой папке нет файла {exercise.name}. Сохраните его рядом с уроком.")
    elif answer is MISSING or answer is ...:
        raise Wrong("Ответа пока нет: замените ... своим ответом.")
    elif exercise.name and not callable(answer):
        raise Wrong(f"Это не функция, а {type(answer).__name__}. Передайте саму функцию, без скобок "
                    f"после имени: check(\"{exercise.number}\", {exercise.name}).")
    elif exercise.name and is_empty(answer):
        raise Wrong(f"Функция {answer.__name__} пока пуста: напишите её тело вместо ...")
    elif exercise.name:
        ready_to_be_called(exercise, answer)


def ready_to_be_called(exercise, answer):
    """Raise Wrong if a function does not take the same arguments as the solution."""
    for node in ast.parse(exercise.solution).body:
        if getattr(node, "name", "") == exercise.name and isinstance(node, ast.FunctionDef):
            try:
                inspect.signature(answer).bind(*node.args.args)
            except (TypeError, ValueError):
                raise Wrong(f"Функцию вызовут так: {exercise.name}({ast.unparse(node.args)}). Ваша, "
                            f"{answer.__name__}, принимает другие аргументы.") from None


def is_empty(function):
    """Return whether a function's body is still what the lesson gives: a docstring and "..."."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0].body
    except (OSError, TypeError, SyntaxError, AttributeError):
        return False  # its source is not available: let it run
    return all(isinstance(statement, ast.Pass) or isinstance(statement, ast.Expr)
               and isinstance(statement.value, ast.Constant) for statement in body)


def judge(exercise, answer):
    """Run the check in a process of its own; return what was printed there, and the message (str)."""
    import cloudpickle  # here only: it pickles a function together with everything it uses
    file = getattr(getattr(answer, "__code__", None), "co_filename", "")
    try:
        data = cloudpickle.dumps(Path(exercise.name).resolve() if "." in exercise.name else answer)
    except (TypeError, pickle.PicklingError) as error:
        raise Wrong("Функция берёт из тетради то, что живёт только здесь: сокет, поток или файл "
                    f"({error}). Пусть всё нужное приходит к ней в аргументах.") from None
    order = json.dumps({"number": exercise.number, "file": file, "lines": linecache.getlines(file)})
    with subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={**os.environ, "PYTHONUTF8": "1"}) as process:
        try:
            verdict, printed = process.communicate(order.encode() + b"\n" + data,
                                                   LIMIT * exercise.patience + GRACE)
        except BaseException as error:  # also the student's Stop button
            kill_family(psutil.Process(process.pid))
            if isinstance(error, subprocess.TimeoutExpired):  # a C call that keeps other threads from running
                raise Wrong("Проверка не закончилась: ваш код крутится без остановки.") from None
            raise
    printed = "\n".join(printed.decode(errors="replace").strip().splitlines()[-20:])
    if not verdict:
        return printed, "Проверка оборвалась: программа закончилась раньше неё."
    return printed, json.loads(verdict)


def kill_family(process):
    """Kill a process (psutil.Process) and everything it has started."""
    for one in [*process.children(recursive=True), process]:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            pass


# What follows is for the checks in answers/, and runs in a process of their own.

def short(words):
    """Return words in the form for a message: bytes and str as Python writes them, truncated if long."""
    text = words if isinstance(words, str) and "\n" not in words else repr(words)
    return text if len(text) <= 200 else f"{text[:120]} … ({len(words)})"


def expect(what, wanted, got):
    """Raise Wrong if got is not what was wanted; what (Russian) says what was done before."""
    if got != wanted or type(got) is not type(wanted):
        kinds = f"\n    нужно {type(wanted).__name__}, а это {type(got).__name__}"
        raise Wrong(f"{what}\n    ждали: {wanted!r}\n    вышло: {got!r}"
                    + kinds * (got is not None and type(got) is not type(wanted)))


def pair():
    """Return two connected TCP sockets; either raises TimeoutError after waiting for WAIT seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname(), WAIT)
        theirs = listener.accept()[0]
    return ours, theirs


def visit(port, name=None):
    """Return a person (Peer) connected to port, who waits WAIT seconds for each line."""
    person = Peer(port)
    person.socket.settimeout(WAIT)
    if name:
        hears(person, "Введите своё имя:", f"{name} подключается")
        person.say(name)
    return person


def come(port, name):
    """Return a person (Peer) who has joined the chat at port as name (str); raise Wrong if that fails.

    Two people who come() one after the other join in that order; with visit() they may not.
    """
    person = visit(port, name)
    hears(person, f"{name} присоединился к чату.", f"Имя сказано: {name}. О своём приходе слышит и сам человек.")
    return person


def hears(person, wanted, what, whole=None):
    """Listen to person (Peer) until a line contains wanted; raise Wrong if none does. Return the lines heard.

    What says, in Russian, what was done before; whole (str) is the line that wanted is a part of.
    """
    def wrong(end):
        shown = ["…"] * (len(heard) > 8) + [short(line) for line in heard[-8:]]
        return Wrong(f"{what}\n    ждали: {short(whole or wanted)}\n    вышло: {shown}, и {end}")

    heard = []
    try:
        while not heard or wanted not in heard[-1]:
            heard.append(person.line())
            if not heard[-1] and not person.buffer:
                heard.pop()
                raise wrong("соединение закончилось")
    except TimeoutError:
        rest = short(person.buffer.decode(errors="replace"))
        raise wrong(f"больше ничего, только начало строки без конца: {rest}" if rest
                    else "больше ничего") from None
    except OSError as error:
        raise wrong(f"обрыв: {error}") from None
    return heard


def reads(sock, wanted, what, script=None):
    """Read from a socket until wanted (str) has come; raise Wrong if it doesn't. Return everything read (str).

    What says, in Russian, what was done before; script (Script) is the one at the other end.
    """
    heard, end = b"", "и больше ничего"
    try:
        while wanted not in heard.decode(errors="replace"):
            data = sock.recv(65536)
            if not data:
                raise EOFError
            heard += data
        return heard.decode(errors="replace")
    except TimeoutError:
        pass
    except (EOFError, OSError):
        end = "и соединение закончилось"
    heard = short(repr(heard.decode(errors="replace")))
    printed = script.last_words() if script else ""
    raise Wrong(f"{what}\n    ждали: {short(wanted)}\n    вышло: {heard}, {end}{printed}")


class Task:
    """A student's function in a thread of its own: an exception in it is not lost."""

    def __init__(self, function, *args):
        self.function, self.args, self.result, self.error = function, args, None, None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            self.result = self.function(*self.args)
        except BaseException as error:
            self.error = error

    def finish(self, what):
        """Wait for the end, return the result; raise the function's exception, or Wrong if it still runs."""
        self.thread.join(WAIT)
        if self.error:
            raise self.error
        if self.thread.is_alive():
            raise Wrong(f"{what.rstrip('.')}, а {self.function.__name__} всё ещё работает"
                        + place_of(self.thread))
        return self.result


class Script(Program):
    """A student's script; whatever port it names, it is given a free one: self.port."""

    def __init__(self, path, port=0, runner="any_port.py"):
        """Start the script at path; a client is sent to port instead of the one that it names.

        The runner "restless.py" makes race conditions in a server visible.
        """
        self.port, self.path, self.printed = port, path, []
        super().__init__(COURSE / runner, path, port, env={"PYTHONUNBUFFERED": "1"})

    def line(self, timeout):
        """Return the next line printed (str), or None at the end, every time; raises TimeoutError."""
        if self.printed[-1:] != [None]:
            self.printed.append(super().line(timeout))
        return self.printed[-1]

    def listening(self):
        """Wait until it listens, and return its port; raise Wrong if it does not."""
        try:
            while (line := self.line(START)) is not None:
                if "any_port " in line:
                    self.port = int(line.partition("any_port ")[2])
                    return self.port
        except TimeoutError:
            raise Wrong(f"{self.path.name} запущен, но порт не слушает: нет bind и listen?") from None
        raise Wrong(f"{self.path.name} закончился, не начав слушать порт{self.last_words()}")

    def types(self, text):
        """Type text (str) and Enter; raise Wrong if it has already ended."""
        try:
            self.type(text)
        except OSError:
            raise Wrong(f"{self.path.name} закончился раньше, чем набрано «{text}»{self.last_words()}") from None

    def prints(self, wanted, what):
        """Wait until it prints a line that contains wanted (str); what says what was done before."""
        end = "и программа закончилась"
        try:
            while (line := self.line(WAIT)) is not None:
                if wanted in line:
                    return
        except TimeoutError:
            end = "и больше ничего"
        raise Wrong(f"{what}\n    ждали на экране: {short(wanted)}\n    вышло: {self.said()}, {end}")

    def ends(self, what):
        """Wait until it ends by itself; what says, in Russian, why it should."""
        try:
            if not self.process.wait(WAIT):
                return
        except subprocess.TimeoutExpired:
            raise Wrong(f"{what.rstrip('.')}, а {self.path.name} всё ещё работает{self.last_words()}") from None
        raise Wrong(f"{what.rstrip('.')}, а {self.path.name} остановился с ошибкой{self.last_words()}")

    def said(self):
        """Return the lines (list of str) that it has printed."""
        ours = "any_port", "runpy", "restless", "aimed(", "run(sys.argv"  # how it was started
        return [short(line) for line in self.printed if line and not any(word in line for word in ours)]

    def last_words(self):
        """Return the last lines that it printed, for a message."""
        with suppress(TimeoutError):
            while self.line(WAIT / 4) is not None:
                pass
        lines = self.said()[-6:]
        return "\n    ".join(["; последнее, что он напечатал:", *lines]) * bool(lines)

    def __exit__(self, kind, error, place):
        """End the script; raise Wrong if it broke a connection, and say in Wrong what failed in a thread."""
        broke = isinstance(error, ConnectionError)
        if broke:
            error = Wrong(f"Соединение с {self.path.name} оборвалось посреди проверки")
        if isinstance(error, Wrong) and not any(told in str(error) for told in ("последнее, что", "Traceback")):
            last_words = self.last_words()
            if any("Traceback" in line for line in self.said()):
                error.args = str(error).rstrip(".") + last_words,
        super().__exit__(kind, error, place)
        if broke:
            raise error from None


@contextmanager
def meet(path):
    """Run a student's client at path; give its Script, and the socket of the server that it talks to."""
    with socket.create_server(("127.0.0.1", 0)) as listener, \
            Script(path, listener.getsockname()[1]) as script:
        with first_call(listener, script) as server:
            server.settimeout(WAIT)
            yield script, server


def first_call(listener, script):
    """Return the socket on which script (Script) calls listener; raise Wrong if it does not."""
    listener.settimeout(START / 50)  # it may have ended long before
    for _ in range(50):
        with suppress(TimeoutError):
            return listener.accept()[0]
        if script.process.poll() is not None:
            break
    raise Wrong(f"{script.path.name} запущен, но к серверу не подключился{script.last_words()}")


def is_students(file):
    """Return whether a file name (str) of a frame is the student's: neither ours nor Python's."""
    system = sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), str(COURSE), "<frozen"
    return not file.startswith(system)


def line_of(file, number):
    """Return a line of the student's code, for a message."""
    text = linecache.getline(file, number).strip()
    return f"строка {number}" + f": {text}" * bool(text)


def place_of(thread):
    """Return where the student's thread is now, for a message; "" if that is unknown."""
    frame = sys._current_frames().get(thread.ident)
    while frame and not is_students(frame.f_code.co_filename):
        frame = frame.f_back
    return f". Сейчас она здесь:\n    {line_of(frame.f_code.co_filename, frame.f_lineno)}" if frame else ""


def explain(error):
    """Return a message about an exception in a check: whose fault it is, and where it happened."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if is_students(f.filename)]
    if not frames:
        traceback.print_exception(error)
        return "Сломалась сама проверка, это ошибка курса. Напишите о ней его авторам."
    words = f"{type(error).__name__}: {error}"
    return f"Ваш код остановился с ошибкой {words}\n    {line_of(frames[-1].filename, frames[-1].lineno)}"


def outcome(exercise, answer):
    """Return what is wrong with an answer, in Russian, or ""."""
    try:
        exercise.check(answer)
    except Wrong as wrong:
        return str(wrong)
    except BaseException as error:  # SystemExit, too: an answer may call exit
        return explain(error)
    return ""


def watch(thread, limit, answer_verdict):
    """End the process after limit seconds, and say where the student's code was."""
    time.sleep(limit / 2)
    before = time.process_time()
    time.sleep(limit / 2)
    busy = time.process_time() - before > limit / 50  # even where other programs leave it little CPU time
    how = "крутится без остановки" if busy else "ждёт"
    answer_verdict(f"За {limit:g} с проверка не закончилась: ваш код {how}"
                   + (place_of(thread) or "."))


def main():
    """Check the answer read from standard input; write the verdict as JSON."""
    verdict_pipe = os.dup(1)
    os.dup2(2, 1)  # whatever the answer prints goes to the other pipe

    def answer_verdict(message):
        for child in psutil.Process().children():
            kill_family(child)
        sys.stdout.flush()
        os.write(verdict_pipe, json.dumps(message).encode())
        os._exit(0)

    order = json.loads(sys.stdin.buffer.readline())
    lines = order["lines"]
    linecache.cache[order["file"]] = len(lines), None, lines, order["file"]
    exercise = find(order["number"])
    threading.Thread(target=watch, daemon=True, args=(
        threading.main_thread(), LIMIT * exercise.patience, answer_verdict)).start()
    answer_verdict(outcome(exercise, pickle.load(sys.stdin.buffer)))


if __name__ == "__main__":
    sys.modules["exercises"] = sys.modules["__main__"]  # answers/ import it by that name
    sys.path.append(str(COURSE.parents[1]))  # for lab/, as in the first cell of a lesson
    main()
