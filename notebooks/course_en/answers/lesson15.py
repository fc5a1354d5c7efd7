"""Lesson 15, the terminal: its exercises, with hints and solutions."""
import asyncio
import re
import sys
import threading
import time
from contextlib import suppress

import exercises
from answers import lesson13, lesson14
from exercises import COURSE, Exercise, Task, Wrong, expect, reads
from people import Host
from programs import Terminal


class Paper:
    """A screen that can do just what redraw needs."""

    def __init__(self, text):
        self.lines, self.column = [""], 0
        self.write(text)

    def write(self, text):
        for part in re.findall(r"\x1b\[\d*[A-Za-z]|.", text, re.S):
            self.put(part)

    def seen(self):
        """Return the lines (list of str) as people see them: without spaces at the end."""
        *above, last = self.lines
        return [*(line.rstrip() for line in above), last]

    def put(self, part):
        line = self.lines[-1].ljust(self.column)
        left, right = line[:self.column], line[self.column:]
        if part == "\r":
            self.column = 0
        elif part == "\n":
            self.lines.append("")
            self.column = 0
        elif part in ("\x1b[K", "\x1b[0K"):
            self.lines[-1] = left
        elif part == "\x1b[2K":
            self.lines[-1] = ""
        elif part == "\b":
            self.column = max(self.column - 1, 0)
        elif part < " ":
            raise Wrong(f"The check knows \\r, \\n, \\b and \\x1b[K, but not {part!r}.")
        else:
            self.lines[-1] = left + part + right[1:]
            self.column += 1


class Redraw(Exercise):
    number = "15.1"
    name = "redraw"
    hints = (
        "The cursor is at the end of what was typed. Return to the beginning of the line, erase it, and only then write.",
        "The order is: \\r, \\x1b[K, the message, a newline, the prompt, and everything that was typed.",
    )
    solution = '''
def redraw(text, typed):
    return f"\\r\\x1b[K{text}\\n> {typed}"
'''
    right = "The message took the place of the line, and the line is intact."

    def check(self, redraw):
        for text, typed in ("Boris: are you there?", "unfin"), ("Me: yes", "a very long line"), ("Vera: hi", ""):
            paper = Paper(f"> {typed}")
            got = redraw(text, typed)
            if not isinstance(got, str):
                raise Wrong(f"The function returned {got!r}. It need not print anything: return the line (str).")
            paper.write(got)
            what = f"The screen shows \"> {typed}\", and the message \"{text}\" arrives."
            expect(f"{what} What is on the screen now?", [text, f"> {typed}"], paper.seen())
            expect(f"{what} In which column is the cursor?", len(typed) + 2, paper.column)


class Call(Exercise):
    number = "15.2"
    name = "call"
    hints = (
        "loop.call_soon_threadsafe(function) hands a function to the loop from another thread. The function itself, without parentheses.",
        "An event helps you wait: done = threading.Event(). Something has to set it when function is done.",
        "Hand the loop a function of your own with two lines: function() and done.set(). Then done.wait().",
    )
    solution = '''
import threading

def call(loop, function):
    done = threading.Event()

    def both():
        function()
        done.set()

    loop.call_soon_threadsafe(both)
    done.wait()
'''
    right = "One thread draws, and any thread may ask it to."

    def check(self, call):
        loop, threads, returned, early = asyncio.new_event_loop(), [], threading.Event(), []
        loop.set_debug(True)  # a call that is not safe in another thread is an error then
        loop.slow_callback_duration = 60
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()

        def function():
            threads.append(threading.current_thread())
            early.append(returned.wait(min(0.5, exercises.WAIT / 2)))

        task = Task(call, loop, function)
        try:
            task.finish("The event loop is running and idle")
        finally:
            returned.set()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
        if task.thread in threads:
            raise Wrong("function ran in the thread that called call, but should run in the thread of the event loop.")
        if threads and thread not in threads:
            raise Wrong("function ran in a new thread, but should run in the thread of the event loop.")
        if early == [True] or not threads:
            raise Wrong("call returned before function was done.")
        expect("How many times did function run?", 1, len(threads))


class Screen(Terminal):
    """The student's client in a terminal; WAIT says how long to wait for it."""

    def __init__(self, path, port):
        super().__init__(COURSE / "any_port.py", path, port)

    def until(self, condition, what):
        """Draw until condition(lines) holds, or raise Wrong; what says what was done and expected."""
        try:
            while not condition(self.screen()):
                self.draw()
        except TimeoutError:
            self.fails(what)
        except EOFError:
            self.fails(what, "\n    and the program ended")

    def cooked(self):
        """Return whether the system draws what is typed, and gives it to the program line by line."""
        import termios
        flags = termios.tcgetattr(self.process.child_fd)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON)

    def until_raw(self):
        """Wait, but not forever, until the program takes each key: it may have a prompt for each line."""
        end = time.monotonic() + exercises.WAIT
        while self.cooked() and time.monotonic() < end:
            time.sleep(0.01)

    def fails(self, what, end=""):
        """Raise Wrong, with what is on the screen."""
        screen = "".join(f"\n    {line}" for line in self.screen())
        raise Wrong(f"{what}\nOn the screen:{screen or ' nothing'}{end}")


class MyTerminal(Exercise):
    number = "15.3"
    name = "client.py"
    patience = 2
    hints = (
        "PromptSession(\"> \").app is the event loop with the input line. app.run() starts it, and what happens to the "
        "typed text is decided by session.default_buffer.accept_handler.",
        "Inside with patch_stdout(): (from prompt_toolkit.patch_stdout), every print prints above the input line.",
        "Start the listener thread with app.run(pre_run=listener.start). When the server is gone, it asks: "
        "app.loop.call_soon_threadsafe(app.exit). Do not call os._exit from it: that would leave the terminal in a bad state.",
        "When you say goodbye yourself, app.exit() in accept_handler ends the loop, and there is nobody left for the listener thread to ask: "
        "app.loop becomes None. Set the flag leaving before that, and let the thread ask only while the flag is clear.",
    )
    solution = (COURSE / "answers/stages/lesson15/client.py").read_text(encoding="utf-8")
    right = "The line is intact, and the terminal is fine after the client. Check 14.2 once more: does it still work in a pipe?"

    def check(self, path):
        if sys.platform == "win32":  # no pseudo-terminal here
            return lesson14.MyClient().check(path)
        for talk in self.talk, self.goodbye:
            with Host() as host, Screen(path, host.port) as screen:
                self.begin(host, screen)
                talk(host, screen)
        return None

    def begin(self, host, screen):
        screen.timeout = exercises.START  # the library needs a moment
        self.accept(host, screen)
        screen.until(lambda lines: "Enter your name:" in lines, "The server asked: Enter your name:")
        screen.timeout = 3 * exercises.WAIT
        host.socket.settimeout(screen.timeout)

    def accept(self, host, screen):
        host.listener.settimeout(screen.timeout / 50)  # it may have ended long before
        for _ in range(50):
            with suppress(TimeoutError):
                return host.accept("Enter your name:\n")
            if not screen.process.isalive():
                screen.end()
                break
        return screen.fails("client.py was started in a terminal but did not connect to the server.")

    def talk(self, host, screen):
        screen.type("Anna\r")
        reads(host.socket, "Anna\n", "\"Anna\" and Enter were typed. What did the server receive?")
        self.half_a_line(host, screen)
        self.no_server(host, screen)

    def goodbye(self, host, screen):
        screen.type("leave the chat\r")
        lesson13.hears_the_end(host.socket, "'leave the chat' was typed")
        host.close()
        self.ends(screen, "\"leave the chat\" was typed, the server closed the connection")

    def half_a_line(self, host, screen):
        screen.type("unfin")
        screen.until(lambda lines: "".join(lines[-1:]).endswith("unfin"), "\"unfin\" was typed.")
        host.say("Boris: are you there?")
        screen.until(lambda lines: "Boris: are you there?" in lines and "".join(lines[-1:]).endswith("unfin"),
                     "\"unfin\" was typed, and \"Boris: are you there?\" arrived. Expected: the message on a line of its own, and below it "
                     "what was typed.")
        screen.type("ished line\r")
        reads(host.socket, "unfinished line\n", "The word was finished, and Enter was pressed. What did the server receive?")
        screen.until_raw()

    def no_server(self, host, screen):
        screen.type("half a wo")
        screen.until(lambda lines: "".join(lines[-1:]).endswith("half a wo"), "\"half a wo\" was typed.")
        host.close()
        self.ends(screen, "\"half a wo\" was typed, the server closed the connection")

    def ends(self, screen, what):
        try:
            screen.end()
        except TimeoutError:
            screen.fails(f"{what}, but client.py is still running.")
        lines = screen.screen()
        if any("Traceback" in line for line in lines):
            raise Wrong("\n    ".join([f"{what}, but the screen shows an error:", *lines]))
        if not screen.cooked():
            raise Wrong(f"{what}, but the terminal is in a bad state after the program: it no longer shows what is typed. "
                        "This happens when os._exit is called while the library is reading a line.")
