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
            raise Wrong(f"Проверка знает \\r, \\n, \\b и \\x1b[K, а {part!r} не знает.")
        else:
            self.lines[-1] = left + part + right[1:]
            self.column += 1


class Redraw(Exercise):
    number = "15.1"
    name = "redraw"
    hints = (
        "Курсор стоит в конце набранного. Вернитесь в начало строки, сотрите её и только потом пишите.",
        "Порядок такой: \\r, \\x1b[K, сообщение, перевод строки, приглашение и всё, что было набрано.",
    )
    solution = '''
def redraw(text, typed):
    return f"\\r\\x1b[K{text}\\n> {typed}"
'''
    right = "Сообщение легло на место строки, а строка цела."

    def check(self, redraw):
        for text, typed in ("Борис: ты тут?", "недописан"), ("Я: да", "очень длинная строка"), ("Вера: ау", ""):
            paper = Paper(f"> {typed}")
            got = redraw(text, typed)
            if not isinstance(got, str):
                raise Wrong(f"Функция вернула {got!r}. Печатать самой не надо: верните строку (str).")
            paper.write(got)
            what = f"На экране «> {typed}», пришло сообщение «{text}»."
            expect(f"{what} Что на экране теперь?", [text, f"> {typed}"], paper.seen())
            expect(f"{what} В какой колонке курсор?", len(typed) + 2, paper.column)


class Call(Exercise):
    number = "15.2"
    name = "call"
    hints = (
        "Передать циклу функцию из чужого потока умеет loop.call_soon_threadsafe(функция). Сама функция, без скобок.",
        "Ждать поможет флажок: done = threading.Event(). Кто-то должен его поднять, когда function выполнена.",
        "Передайте циклу свою функцию, в которой две строки: function() и done.set(). А потом done.wait().",
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
    right = "Рисует один поток, а просить его может любой."

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
            task.finish("Цикл событий работает и свободен")
        finally:
            returned.set()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
        if task.thread in threads:
            raise Wrong("function выполнена в потоке, который вызвал call, а надо в потоке цикла событий.")
        if threads and thread not in threads:
            raise Wrong("function выполнена в новом потоке, а надо в потоке цикла событий.")
        if early == [True] or not threads:
            raise Wrong("call вернулась раньше, чем function выполнена.")
        expect("Сколько раз выполнена function?", 1, len(threads))


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
            self.fails(what, "\n    и программа закончилась")

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
        raise Wrong(f"{what}\nНа экране:{screen or ' пусто'}{end}")


class MyTerminal(Exercise):
    number = "15.3"
    name = "client.py"
    patience = 2
    hints = (
        "PromptSession(\"> \").app — это цикл событий со строкой ввода. Его запускает app.run(), а что делать с "
        "набранным, решает session.default_buffer.accept_handler.",
        "Внутри with patch_stdout(): (из prompt_toolkit.patch_stdout) всякий print печатает над строкой ввода.",
        "Слушающий поток запускайте через app.run(pre_run=listener.start). Когда сервер ушёл, он просит: "
        "app.loop.call_soon_threadsafe(app.exit). os._exit из него не зовите: терминал останется испорченным.",
        "Когда прощаетесь вы, цикл кончает app.exit() в accept_handler, и слушающему потоку просить уже некого: "
        "app.loop станет None. Поднимите перед этим флажок leaving, и пусть он просит, только пока флажок опущен.",
    )
    solution = (COURSE / "answers/stages/lesson15/client.py").read_text(encoding="utf-8")
    right = "Строка цела, и терминал после клиента в порядке. Ещё раз проверьте 14.2: в канале он работает по-прежнему?"

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
        screen.until(lambda lines: "Введите своё имя:" in lines, "Сервер спросил: Введите своё имя:")
        screen.timeout = 3 * exercises.WAIT
        host.socket.settimeout(screen.timeout)

    def accept(self, host, screen):
        host.listener.settimeout(screen.timeout / 50)  # it may have ended long before
        for _ in range(50):
            with suppress(TimeoutError):
                return host.accept("Введите своё имя:\n")
            if not screen.process.isalive():
                screen.end()
                break
        return screen.fails("client.py запущен в терминале, но к серверу не подключился.")

    def talk(self, host, screen):
        screen.type("Аня\r")
        reads(host.socket, "Аня\n", "Набрано «Аня» и Enter. Что услышал сервер?")
        self.half_a_line(host, screen)
        self.no_server(host, screen)

    def goodbye(self, host, screen):
        screen.type("покинуть чат\r")
        lesson13.hears_the_end(host.socket, "Набрано «покинуть чат»")
        host.close()
        self.ends(screen, "Набрано «покинуть чат», сервер закрыл соединение")

    def half_a_line(self, host, screen):
        screen.type("недописан")
        screen.until(lambda lines: "".join(lines[-1:]).endswith("недописан"), "Набрано «недописан».")
        host.say("Борис: ты тут?")
        screen.until(lambda lines: "Борис: ты тут?" in lines and "".join(lines[-1:]).endswith("недописан"),
                     "Набрано «недописан», пришло «Борис: ты тут?». Ждали сообщение отдельной строкой, а под ней "
                     "набранное.")
        screen.type("ная строка\r")
        reads(host.socket, "недописанная строка\n", "Слово дописано, нажат Enter. Что услышал сервер?")
        screen.until_raw()

    def no_server(self, host, screen):
        screen.type("полсло")
        screen.until(lambda lines: "".join(lines[-1:]).endswith("полсло"), "Набрано «полсло».")
        host.close()
        self.ends(screen, "Набрано «полсло», сервер закрыл соединение")

    def ends(self, screen, what):
        try:
            screen.end()
        except TimeoutError:
            screen.fails(f"{what}, а client.py всё ещё работает.")
        lines = screen.screen()
        if any("Traceback" in line for line in lines):
            raise Wrong("\n    ".join([f"{what}, а на экране ошибка:", *lines]))
        if not screen.cooked():
            raise Wrong(f"{what}, а терминал после программы испорчен: набранного на нём больше не видно. "
                        "Так бывает, когда os._exit вызван, пока библиотека читает строку.")
