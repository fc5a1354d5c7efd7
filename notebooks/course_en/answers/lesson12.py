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
        "lines.put_nowait(line) adds the line, and raises queue.Full at once if there is no room.",
        "Catch only queue.Full, and do nothing there: pass.",
    )
    solution = '''
import queue


def note(lines, line):
    try:
        lines.put_nowait(line)
    except queue.Full:
        pass
'''
    right = "The terminal may be stopped for an hour, and nobody will notice."

    def check(self, note):
        lines = Patient(2)
        for line in "one", "two", "three":
            note(lines, line)
        got = [lines.get() for _ in range(lines.qsize())]
        expect("The queue has room for two lines; note was called for \"one\", \"two\", \"three\". What is in the queue?", ["one", "two"], got)
        note(lines, "four")
        expect("The queue is empty again, and note was called for \"four\". How many lines are in the queue?", 1, lines.qsize())


class Patient(queue.Queue):
    """A queue that raises Wrong instead of waiting for room in it."""

    def put(self, item, block=True, timeout=None):
        if block and timeout != 0:
            raise Wrong("note adds the line with put, which waits for room. Even if you ask full() first, "
                        "another thread may take the last place. Use put_nowait.")
        super().put(item, block, timeout)


class Persist(Exercise):
    number = "12.2"
    name = "persist"
    hints = (
        "while True: try: return call(), and the excepts below it. return ends the loop when the call succeeds.",
        "First except (TimeoutError, ConnectionError): pass, then except OSError: wait(). "
        "The other order does not work: both of these are kinds of OSError.",
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
    right = "persist does not catch other errors: they mean that something is broken, not that there is no room."

    def check(self, persist):
        full = OSError(24, "Too many open files")
        for errors, waits in (
            ([], 0), ([full], 1), ([full] * 9, 9), ([TimeoutError()], 0), ([ConnectionAbortedError(), full], 1)
        ):
            names = ", ".join(type(error).__name__ for error in errors) or "nothing"
            result, waited = attempt(persist, errors)
            expect(f"The call raised: {names}, then it succeeded. What did persist return?", "socket", result)
            expect(f"The call raised: {names}, then it succeeded. How many times should persist have waited?", waits, waited)
        for error in ZeroDivisionError("this is broken"), RuntimeError("this is broken"):
            try:
                attempt(persist, [error])
            except type(error):
                continue
            raise Wrong(f"The call raised {type(error).__name__}, and persist swallowed it. Catch only OSError.")


def attempt(persist, errors):
    """Return what persist returns when its call raises these errors first, and how often it has waited."""
    errors, waited = list(errors), []

    def call():
        if len(waited) > 9:
            raise Wrong("The call would have succeeded long ago, but persist is still waiting.")
        if errors:
            raise errors.pop(0)
        return "socket"

    return persist(call, lambda: waited.append(1)), len(waited)


class Statuses(Exercise):
    number = "12.3"
    answer = [1, 0]
    hints = (
        "A taken port is an OSError in start_server. What does serve do with it?",
        "sys.exit with a text leaves status 1. After Ctrl+C, main gets as far as os._exit(0).",
    )
    solution = '''
[1, 0]. The first one ended through sys.exit("Server not started…"), the second through os._exit(0).
'''
    right = "A script that starts the server can tell from these numbers what happened."

    def check(self, answer):
        if not isinstance(answer, (list, tuple)) or len(answer) != 2:
            raise Wrong(f"The answer is a list of two numbers, and this is {answer!r}.")
        if list(answer) == [0, 1]:
            raise Wrong("The other way around: 0 means \"all is well\", and a server that was told to stop ends with it.")
        if list(answer) != self.answer:
            raise Wrong(f"The port is taken; stopped with Ctrl+C.\n    got: {answer!r}")


class Whole(Exercise):
    number = "12.4"
    name = "server.py"
    hints = (
        "All threads: threading.Thread(…, daemon=True). At the bottom of the file: try: start_server() "
        "except KeyboardInterrupt: pass.",
        "Move accept into a function: while True: try: return server_socket.accept() except OSError as error: "
        "write it to the log and time.sleep(1).",
        "Catch TimeoutError (if the listener has a timeout) before OSError: there is no reason to wait after it.",
    )
    solution = (COURSE / "answers/stages/lesson12/server.py").read_text(encoding="utf-8")
    right = "The server ends when it is told to, and only then."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anna, boris = come(port, "Anna"), come(port, "Boris")
            if sys.platform == "linux":
                crowded(server, port, anna, boris)
            if sys.platform != "win32":
                ctrl_c(server)


def crowded(server, port, anna, boris):
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
        anna.say("we are still here")
    hears(boris, "Anna: we are still here", "The server ran out of descriptors: one guest too many has come. "
          "Do Anna and Boris go on talking?")
    asleep = sum(is_asleep(process) for _ in range(20))
    if asleep < 5 and ends(server):
        raise Wrong("The server ran out of descriptors: one guest too many has come, and the program ended. "
                    "accept raised OSError, and nothing caught it" + server.last_words())
    if asleep < 5:
        raise Wrong("The server ran out of descriptors, and the main thread is looping without a pause: accept fails again "
                    "and again. Wait for a second (time.sleep) before you try once more.")
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
        raise Wrong("Two people are in the chat, Ctrl+C was pressed, and server.py is still running. "
                    "Create the threads with daemon=True.") from None
    last_words = server.last_words()
    if any("Traceback" in line for line in server.said()):
        raise Wrong("Ctrl+C ended the server, but with a long story (Traceback). "
                    "Catch KeyboardInterrupt around the main loop" + last_words)
