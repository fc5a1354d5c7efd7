"""Lesson 1, connection and bytes: its exercises, with hints and solutions."""
import socket
from contextlib import suppress

import exercises
from exercises import COURSE, Exercise, Script, Task, Wrong, expect, meet, pair, reads


class BytesOfAGreeting(Exercise):
    number = "1.1"
    answer = 21
    hints = (
        "Посчитайте отдельно русские буквы и всё остальное: запятую, пробел, восклицательный знак.",
        "Девять русских букв по два байта и три знака по одному.",
    )
    solution = "Русских букв 9, каждая по 2 байта: 18. Запятая, пробел и «!» — по одному: 3. Вместе 21."
    right = "Девять букв по два байта и три знака по одному."

    def check(self, size):
        if type(size) is not int:
            raise Wrong(f"Нужно целое число, а здесь {type(size).__name__}: {size!r}.")
        if size == 12:
            raise Wrong("12 — это число букв и знаков. А русская буква занимает два байта.")
        if size == 24:
            raise Wrong("По два байта занимают только русские буквы, а запятая, пробел и «!» — по одному.")
        if size == 18:
            raise Wrong("18 байтов занимают буквы. Запятая, пробел и «!» — тоже байты.")
        if size != self.answer:
            raise Wrong(f"{size} — не то число: букв здесь девять, а знаков и пробелов три.")


class Slow(socket.socket):
    """A socket whose recv returns few bytes at a time, as any socket may: half a letter, too."""

    def recv(self, size):
        return super().recv(min(size, 25))


Slow.__name__ = "socket"  # for errors that name it


class ReadAll(Exercise):
    number = "1.2"
    name = "read_all"
    hints = (
        "recv отдаёт столько байтов, сколько уже пришло. Одного вызова мало: нужен цикл.",
        "Цикл кончается, когда recv вернул b\"\": собеседник больше ничего не скажет.",
        "data = b\"\", затем: while chunk := sock.recv(RECV_SIZE): data += chunk",
    )
    solution = '''
def read_all(sock):
    data = b""
    while chunk := sock.recv(8192):
        data += chunk
    return data
'''
    right = "Такой цикл читает всё, какими бы кусками оно ни пришло."

    def check(self, read_all):
        words = "hello, ", "and once more: hello"  # seen as letters where bytes are shown
        got = read_all(self.after(*words))
        if got is None:
            raise Wrong("Функция ничего не вернула. В конце нужен return.")
        expect(f"Собеседник послал {words[0]!r} и {words[1]!r} и закончил.", "".join(words).encode(), got)
        expect("Собеседник закончил, ничего не сказав.", b"", read_all(self.after()))
        expect("Собеседник послал 100 000 байтов и закончил. Сколько байтов прочитано?",
               100_000, len(read_all(self.after("é" * 50_000))))

    @staticmethod
    def after(*words):
        """Return a socket whose peer has sent words (str) and has left."""
        ours, theirs = pair()
        for word in words:
            ours.sendall(word.encode())
        ours.close()
        return Slow(fileno=theirs.detach())


class Ask(Exercise):
    number = "1.3"
    name = "ask"
    hints = (
        "Функция делает три дела: посылает вопрос, говорит «у меня всё» и читает ответ до конца.",
        "«У меня всё, но я слушаю» — это sock.shutdown(socket.SHUT_WR). Ответ читает ваша же read_all.",
        "Вопрос — строка, посылают байты: encode(). Ответ — байты, вернуть надо строку: decode().",
    )
    solution = '''
import socket


def ask(sock, question):
    sock.sendall(question.encode())
    sock.shutdown(socket.SHUT_WR)
    answer = b""
    while chunk := sock.recv(8192):
        answer += chunk
    return answer.decode()
'''
    right = "Собеседник услышал конец вопроса, а вы услышали весь ответ."

    def check(self, ask):
        question, words = "Который час?", "Без пяти двенадцать. "
        for answer in words, words * 5000:
            ours, theirs = pair()
            task = Task(ask, theirs, question)
            heard = self.to_the_end(ours, task)
            expect(f"Задан вопрос {question!r}. Что услышал собеседник?", question.encode(), heard)
            Task(self.reply, ours, answer)
            got = task.finish("Собеседник ответил и закончил")
            if answer == words or not isinstance(got, str):
                expect(f"Собеседник ответил {words!r} и закончил.", answer, got)
            expect(f"Собеседник ответил. Знаков в ответе {len(answer)}. Сколько их вернула функция?",
                   len(answer), len(got))

    @staticmethod
    def to_the_end(sock, task):
        """Return the question (bytes) that task asks at the other end of sock."""
        heard = b""
        try:
            while data := sock.recv(8192):
                heard += data
        except TimeoutError:
            if task.error:
                raise task.error from None
            raise Wrong(f"Собеседник услышал {heard.decode(errors='replace')!r} и всё ещё ждёт продолжения. "
                        "Скажите ему, что вопрос закончен.") from None
        return heard

    @staticmethod
    def reply(sock, answer):
        """Say answer (str), and leave."""
        with suppress(OSError):  # the other end has gone: its exception is reported
            sock.sendall(answer.encode())
        sock.close()


class FirstServer(Exercise):
    number = "1.4"
    name = "server.py"
    hints = (
        "Занять порт: socket.create_server((SERVER_HOST, SERVER_PORT)). Дождаться клиента: "
        "server_socket.accept(), он возвращает пару.",
        "Условие цикла: client_socket.recv(RECV_SIZE). На b\"\" цикл кончится сам.",
        "Складывать можно байты с байтами: \"Сервер слышит: \".encode() + data.",
    )
    solution = (COURSE / "answers/stages/lesson01/server.py").read_text(encoding="utf-8")
    right = "Сервер отвечает и замечает, что клиент ушёл."

    def check(self, path):
        with Script(path) as script:
            client = socket.create_connection(("127.0.0.1", script.listening()), exercises.WAIT)
            for word in "привет", "ещё одно слово":
                client.sendall(word.encode())
                reads(client, f"Сервер слышит: {word}", f"Клиент сказал «{word}».", script)
            client.close()
            script.ends("Клиент закрыл соединение")


class FirstClient(Exercise):
    number = "1.5"
    name = "client.py"
    hints = (
        "Сокет: socket.socket(socket.AF_INET, socket.SOCK_STREAM). Адрес — пара, поэтому скобок две: "
        "connect((SERVER_HOST, SERVER_PORT)).",
        "Посылают байты: text.encode(). Печатают строку: client_socket.recv(RECV_SIZE).decode().",
    )
    solution = (COURSE / "answers/stages/lesson01/client.py").read_text(encoding="utf-8")
    right = "Клиент посылает, печатает ответ и уходит по-хорошему."

    def check(self, path):
        with meet(path) as (script, server):
            for word, answer in ("привет", "слышу привет"), ("ещё", "слышу ещё"):
                script.types(word)
                reads(server, word, f"В client.py набрано «{word}».", script)
                server.sendall(answer.encode())
            script.types("")
            script.prints(answer, f"Сервер ответил «{answer}», потом нажат Enter.")
            script.ends("Набрана пустая строка")
