"""Lesson 12, the client: its exercises, with hints and solutions."""
import socket
import subprocess
import threading
from contextlib import suppress

import exercises
from exercises import COURSE, Exercise, Script, Wrong, expect, hears, pair
from people import Host

LEAVE = "покинуть чат"


class Busy(socket.socket):
    """A socket on which close does nothing yet, as on Linux while another thread waits in its recv."""

    def close(self):
        pass


class Listener(threading.Thread):
    """A thread that listens to the end, and remembers how one has waited for it."""

    def __init__(self, client_socket, ended=None):
        super().__init__(daemon=True)
        self.socket, self.ended = client_socket, ended
        self.heard, self.waits = b"", []

    def run(self):
        with suppress(OSError):
            while data := self.socket.recv(8192):
                self.heard += data

    def join(self, timeout=None):
        self.waits.append(timeout)
        if self.ended:
            self.ended()  # by now the other side should know
            super().join(exercises.WAIT)  # a busy machine may take longer than the student allows


class Leave(Exercise):
    number = "12.1"
    name = "leave"
    hints = (
        "Нужны два вызова. Первый говорит собеседнику «я всё сказал», но оставляет вам право слушать: урок 1.",
        "Полузакрытие — это client_socket.shutdown(socket.SHUT_WR). А поток ждут методом join, и у него есть "
        "предел в секундах.",
        "Если соединения уже нет, shutdown бросает OSError. Его надо поймать: уходить всё равно пора.",
    )
    solution = '''
import socket

def leave(client_socket, listener):
    try:
        client_socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # сервера уже нет
    listener.join(0.5)
'''
    right = "Сервер узнаёт об уходе сразу, его последние слова не пропадают, а молчание никого не держит."

    def check(self, leave):
        self.last_words(leave)
        self.silence(leave)
        ours, theirs = pair()
        theirs.close()
        ours.shutdown(socket.SHUT_RDWR)  # now a second shutdown fails, as after a reset
        listener = Listener(ours)
        listener.start()
        leave(ours, listener)

    def last_words(self, leave):
        """The server answers when it has heard the end."""
        ours, theirs = pair()
        ours.settimeout(None)
        ours = Busy(fileno=ours.detach())
        theirs.settimeout(exercises.WAIT)
        what = "Сервер дослушал до конца, ответил «пока» и тоже закончил."

        def answer():
            try:
                if theirs.recv(1) == b"":
                    theirs.sendall("пока".encode())
                    theirs.close()
            except TimeoutError:
                raise Wrong("leave ждёт поток listener, а сервер не узнал, что мы договорили: не вызван "
                            "shutdown, или вызван после join.") from None

        listener = Listener(ours, answer)
        listener.start()
        leave(ours, listener)
        if not listener.waits:
            raise Wrong("leave вернулась, не подождав поток listener: последние слова сервера печатает он. "
                        "Нужен join.")
        expect(f"{what} Что услышал поток listener?", "пока", listener.heard.decode())

    def silence(self, leave):
        """The server says nothing: how long is it waited for?"""
        ours, _theirs = pair()
        listener = Listener(ours)
        listener.start()
        leave(ours, listener)
        if None in listener.waits or max(listener.waits) > 1:
            raise Wrong(f"leave ждёт поток listener так: join({listener.waits[-1] or ''}). Сервер, который молчит, "
                        "удержит человека надолго, а полсекунды хватит.")


class SendInput(Exercise):
    number = "12.2"
    name = "send_input"
    hints = (
        "Цикл: for text in texts. Сначала line = text.strip(): без пробелов и перевода строки по краям.",
        "Сравните line.lower() со словом прощания. Если line пуста, посылать её нельзя.",
        "Сообщение кончается \"\\n\" и уходит байтами: client_socket.sendall(f\"{line}\\n\".encode()). "
        "После цикла return False.",
    )
    solution = '''
def send_input(client_socket, texts):
    for text in texts:
        line = text.strip()
        if line.lower() == "покинуть чат":
            return True
        if line:
            client_socket.sendall(f"{line}\\n".encode())
    return False
'''
    right = "Пустое не послано, слово прощания осталось у клиента."

    def check(self, send_input):
        self.compare(send_input, ["Аня", "", "привет", "   ", "как дела?"], "Аня\nпривет\nкак дела?\n", False)
        for word in LEAVE, " Покинуть ЧАТ ":
            self.compare(send_input, ["привет", word, "а это?"], "привет\n", True)
        self.compare(send_input, ["Аня\n", "\n", "привет\n"], "Аня\nпривет\n", False)

    def compare(self, send_input, texts, wanted, result):
        ours, theirs = pair()
        left = iter(texts)
        got = send_input(ours, left)
        unread = list(left)
        ours.close()
        heard = b""
        while chunk := theirs.recv(8192):
            heard += chunk
        expect(f"Набрано {texts}. Что услышал сервер?", wanted, heard.decode())
        expect(f"Набрано {texts}. Что вернула функция?", result, got)
        if result:
            expect(f"Набрано {texts}. Что осталось непрочитанным после прощания?", texts[2:], unread)


class Hall:
    """A server for one client, played by the check, and the student's client that comes there."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.host = Host()
        self.client = Script(self.path, self.host.port)
        self.host.listener.settimeout(exercises.WAIT)
        try:
            self.host.accept("Введите своё имя:\n")
        except TimeoutError:
            raise Wrong(f"client.py запущен, но к серверу не подключился{self.client.last_words()}") from None
        self.host.socket.settimeout(exercises.WAIT)
        return self.host, self.client

    def __exit__(self, *error):
        self.client.__exit__()
        self.host.close()


def prints(client, wanted, what):
    """Wait until client (Script) prints wanted; else raise Wrong."""
    printed, line = [], ""
    try:
        while (line := client.line(exercises.WAIT)) is not None:
            printed.append(line)
            if wanted in line:
                return
    except TimeoutError:
        pass
    end = "и программа закончилась" if line is None else "и больше ничего"
    raise Wrong(f"{what}\n    ждали: {wanted}\n    напечатано: {printed}, {end}")


def takes(host, text):
    """Listen until the client has sent text as a line; else raise Wrong."""
    try:
        hears(host, text, f"Набрано: {text}")
    except Wrong:
        if host.buffer:
            raise Wrong(f"Клиент послал {host.buffer.decode()!r} и не закончил строку знаком \\n: сервер не узнает, "
                        "где кончилось сообщение.") from None
        raise


def ends(client, what):
    """Wait until the client's process ends; else raise Wrong."""
    try:
        client.process.wait(exercises.WAIT)
    except subprocess.TimeoutExpired:
        raise Wrong(f"{what}, а client.py всё ещё работает. Какой поток ждёт, и кто его разбудит?") from None


def hears_the_end(host):
    """Listen until the client has ended the connection; else raise Wrong."""
    try:
        rest = host.rest()
    except TimeoutError:
        raise Wrong("Набрано «Покинуть чат», а сервер об уходе не узнал: соединение открыто. close() не кончает "
                    "соединения, пока второй поток ждёт в recv.") from None
    expect("Набрано «Покинуть чат». Что услышал сервер до конца соединения?", [], rest)


class MyClient(Exercise):
    number = "12.3"
    name = "client.py"
    patience = 2
    hints = (
        "Возьмите клиент из задания. Пусть каждое посланное сообщение кончается \"\\n\", а пустые не уходят.",
        "Прощание: вместо close() вызовите свою leave из упражнения 12.1, потом os._exit(0).",
        "Сервер ушёл: второй поток печатает об этом и вызывает os._exit(0). Поток создавайте с daemon=True.",
    )
    solution = (COURSE / "answers/stages/lesson12/client.py").read_text(encoding="utf-8")
    right = "Ваш клиент уходит, когда с ним попрощались и когда ушёл сервер."

    def check(self, path):
        with Hall(path) as (host, client):
            prints(client, "Введите своё имя:", "Сервер спросил имя.")
            for text in "Аня", "привет":
                client.type(text)
                takes(host, text)
            host.say("Борис: и тебе привет")
            prints(client, "Борис: и тебе привет", "Сервер прислал слова Бориса.")
            client.wait_until_asleep()  # one of its threads in recv
            client.type("Покинуть чат")
            hears_the_end(host)
            ends(client, "Набрано «Покинуть чат», сервер услышал конец и молчит")
        with Hall(path) as (host, client):
            prints(client, "Введите своё имя:", "Сервер спросил имя.")
            host.close()
            ends(client, "Сервер закрыл соединение, Enter никто не нажимает")
