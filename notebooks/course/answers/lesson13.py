"""Lesson 13, leaving in time: its exercises, with hints and solutions."""
import socket
import threading
from contextlib import suppress

import exercises
from exercises import COURSE, Exercise, Wrong, expect, meet, pair, reads


class Busy(socket.socket):
    """A socket on which close does nothing yet, as on Linux while another thread waits in its recv."""

    closed = False

    def close(self):
        self.closed = True


class Listener(threading.Thread):
    """A thread that listens to the end, and remembers how it was waited for."""

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
            ended, self.ended = self.ended, None
            ended()  # by now the other side should know
            super().join(exercises.WAIT)  # a busy machine may take longer than the student allows


class Leave(Exercise):
    number = "13.1"
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
        try:
            leave(ours, listener)
        except OSError as error:
            raise Wrong(f"Сервера уже нет, и shutdown бросил {type(error).__name__}: {error}. Это не ошибка: поймайте "
                        "её и уходите.") from None
        if not listener.waits:
            raise Wrong("Сервера уже нет, shutdown бросил OSError, и leave не вызвала listener.join. А поток listener, "
                        "может быть, ещё допечатывает последние слова.")

    def last_words(self, leave):
        """The server answers when it has heard the end."""
        ours, theirs = pair()
        ours.settimeout(None)
        ours = Busy(fileno=ours.detach())
        theirs.settimeout(exercises.WAIT)
        what = "Сервер дослушал до конца, ответил «пока» и тоже закончил."

        def answer():
            try:
                heard = theirs.recv(8192)
            except TimeoutError:
                raise Wrong("leave ждёт поток listener, а сервер не узнал, что мы договорили: не вызван "
                            "shutdown, или вызван после join.") from None
            expect("Что услышал сервер до конца соединения?", "", heard.decode("utf-8", "replace"))
            if ours.closed:
                raise Wrong("close вызван раньше join: если поток listener ещё слушает, его следующий recv кончится "
                            "ошибкой Bad file descriptor, и последние слова сервера пропадут.")
            theirs.sendall("пока".encode())
            theirs.close()

        listener = Listener(ours, answer)
        listener.start()
        leave(ours, listener)
        if not listener.waits:
            raise Wrong("leave не вызвала listener.join, а последние слова сервера печатает поток listener: его надо "
                        "подождать.")
        expect(f"{what} Что услышал поток listener?", "пока", listener.heard.decode())

    def silence(self, leave):
        """The server sends nothing: how long does the client wait for it?"""
        ours, _theirs = pair()
        listener = Listener(ours)
        listener.start()
        leave(ours, listener)
        if None in listener.waits or sum(listener.waits) > 1:
            raise Wrong(f"leave ждёт поток listener так: join({listener.waits[-1] or ''}). Сервер, который молчит, "
                        "удержит человека надолго, а полсекунды хватит.")


def hears_the_end(server, what, wanted=""):
    """Read wanted (str) from the socket server, and the end of the connection; or raise Wrong.

    What says, in Russian, what was done before.
    """
    heard = b""
    try:
        while data := server.recv(8192):
            heard += data
    except TimeoutError:
        if heard == wanted.encode():
            raise Wrong(f"{what}, а сервер об уходе не узнал: соединение открыто. close() не кончает "
                        "соединения, пока второй поток ждёт в recv.") from None
    expect(f"{what}. Что услышал сервер?", wanted, heard.decode(errors="replace"))


class Leaves(Exercise):
    number = "13.2"
    name = "client.py"
    patience = 3
    hints = (
        "Поток, который слушает, запомните: listener = threading.Thread(…, daemon=True), потом listener.start(). "
        "Он понадобится, когда вы уходите.",
        "Главный поток, когда набрано слово прощания: вместо close() вызовите leave(client_socket, listener) из "
        "упражнения 13.1, а после неё os._exit(0).",
        "Сервер ушёл: слушающий поток печатает об этом с flush=True и вызывает os._exit(0).",
        "Чтобы уходящий не прочёл, что соединение потеряно, заведите leaving = threading.Event(): главный поток "
        "поднимает его перед leave, слушающий спрашивает leaving.is_set().",
    )
    solution = (COURSE / "answers/stages/lesson13/client.py").read_text(encoding="utf-8")
    right = "Ваш клиент уходит, когда с ним попрощались и когда ушёл сервер."

    def check(self, path):
        with meet(path) as (script, server):
            self.begin(script, server)
            self.talk(script, server)
            script.wait_until_asleep()  # one of its threads in recv
            script.types("Покинуть чат")
            hears_the_end(server, "Набрано «Покинуть чат»")
            script.ends("Набрано «Покинуть чат», сервер услышал конец и молчит")
        with meet(path) as (script, server):
            self.begin(script, server)
            script.wait_until_asleep()
            server.close()
            script.ends("Сервер закрыл соединение, Enter никто не нажимает")
        self.last_words(path)

    def talk(self, script, server):
        """A name goes out, and messages come in."""
        script.types("Аня")
        reads(server, "Аня", "Набрано «Аня» и Enter. Что услышал сервер?", script)
        server.sendall("Борис: и тебе привет\n".encode())
        script.prints("Борис: и тебе привет", "Сервер прислал слова Бориса.")

    def last_words(self, path, tries=3):
        """The server answers when it has heard the end; on a busy machine it may come too late, so more than once."""
        with meet(path) as (script, server):
            self.begin(script, server)
            script.types("Покинуть чат")
            hears_the_end(server, "Набрано «Покинуть чат»")
            script.wait_until_asleep()  # it waits for them, or has ended
            with suppress(OSError):  # the client may have ended
                server.sendall("Борис: пока\n".encode())
                server.shutdown(socket.SHUT_WR)
            what = "Набрано «Покинуть чат», и сервер, услышав конец, прислал последние слова."
            try:
                script.prints("Борис: пока", f"{what} Их печатает второй поток: подождите его.")
            except Wrong:
                if tries == 1:
                    raise
                return self.last_words(path, tries - 1)
            script.ends(f"{what} Он закрыл соединение")
            last_words = script.last_words()
            if any("потеряно" in line for line in script.said()):
                raise Wrong(f"{what} Уходящий читает, что соединение потеряно: заведите флаг leaving{last_words}")

    def begin(self, script, server):
        server.sendall("Введите своё имя:\n".encode())
        script.prints("Введите своё имя:", "Сервер спросил имя.")
