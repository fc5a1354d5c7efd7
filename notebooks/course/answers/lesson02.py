"""Lesson 2, ports and a chat for two: its exercises, with hints and solutions."""
import socket
from contextlib import suppress

import exercises
from exercises import COURSE, Exercise, Script, Task, Wrong, expect, meet, pair, reads

PROMPT = "Введите своё имя:\n"


class IsTaken(Exercise):
    number = "2.1"
    name = "is_taken"
    hints = (
        "Попробуйте занять порт сами: socket.create_server((\"localhost\", port)). Если он занят, будет OSError.",
        "Если занять удалось, порт был свободен. Сразу закройте сокет: занимать его мы не собирались.",
        "try: socket.create_server(…).close(); except OSError: return True; в конце return False.",
    )
    solution = '''
import socket


def is_taken(port):
    try:
        socket.create_server(("localhost", port)).close()
    except OSError:
        return True
    return False
'''
    right = "Порт занят тогда, когда его не удаётся занять."

    def check(self, is_taken):
        with socket.create_server(("localhost", 0)) as listener:
            port = listener.getsockname()[1]
            expect("Порт слушает другая программа.", True, is_taken(port))
        expect("Порт никто не слушает.", False, is_taken(port))
        with socket.socket() as holder:
            holder.bind(("localhost", 0))
            expect("Порт заняла другая программа: bind вызван, а listen ещё нет.", True,
                   is_taken(holder.getsockname()[1]))
        try:
            socket.create_server(("localhost", port)).close()
        except OSError:
            raise Wrong("Порт был свободен, а после вызова функции он занят: закройте сокет.") from None


class SocketsOfAServer(Exercise):
    number = "2.2"
    answer = 4
    hints = (
        "accept каждый раз возвращает новый сокет.",
        "Сокеты клиентов открыты в других программах. А слушающий сокет никуда не делся.",
    )
    solution = "Три сокета вернул accept, и ещё один слушает: всего 4. Остальные три — в программах клиентов."
    right = "Один слушает, три разговаривают."

    def check(self, sockets):
        if type(sockets) is not int:
            raise Wrong(f"Нужно целое число, а здесь {type(sockets).__name__}: {sockets!r}.")
        if sockets == 1:
            raise Wrong("У сервера один порт, но сокетов больше: каждый accept возвращает новый.")
        if sockets == 3:
            raise Wrong("Три сокета вернул accept. А через какой сервер ждёт следующих клиентов?")
        if sockets == 7:
            raise Wrong("Семь — вместе с сокетами клиентов, а они открыты в других программах.")
        if sockets != self.answer:
            raise Wrong(f"{sockets} — не то число. Один сокет слушает; сколько ещё создал accept?")


class Greet(Exercise):
    number = "2.3"
    name = "greet"
    hints = (
        "Три действия: accept, sendall, return.",
        "accept возвращает пару, сокет и адрес. Нужен только сокет. PROMPT — строка, посылают байты.",
    )
    solution = r'''
PROMPT = "Введите своё имя:\n"


def greet(server_socket):
    client_socket, client_address = server_socket.accept()
    client_socket.sendall(PROMPT.encode())
    return client_socket
'''
    right = "Клиент спрошен, и сервер может спрашивать следующего."

    def check(self, greet):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            task = Task(greet, listener)
            client = socket.create_connection(listener.getsockname(), exercises.WAIT)
            theirs = task.finish("Клиент подключился и ещё ничего не сказал")
        if isinstance(theirs, tuple):
            raise Wrong("Функция вернула пару, сокет и адрес. Нужен один сокет.")
        if not isinstance(theirs, socket.socket) or theirs is listener:
            raise Wrong(f"Функция должна вернуть сокет клиента, тот, что дал accept, а вернула {theirs!r}.")
        with theirs:
            theirs.sendall(b"|")
        expect("Что услышал клиент?", PROMPT, reads(client, "|", "Клиент подключился.")[:-1])


class PassOn(Exercise):
    number = "2.4"
    name = "pass_on"
    hints = (
        "Сначала получите строку: speaker.recv(…).decode().strip(). Она пуста и тогда, когда собеседник "
        "ушёл, и тогда, когда он прислал пустую строку.",
        "Если строка пуста, пошлите прощание и верните False. Иначе пошлите слова с именем и верните True.",
        "listener.sendall(f\"{name}: {text}\\n\".encode())",
    )
    solution = r'''
def pass_on(speaker, name, listener):
    text = speaker.recv(8192).decode().strip()
    if not text:
        listener.sendall(f"{name} вышел из чата.\n".encode())
        return False
    listener.sendall(f"{name}: {text}\n".encode())
    return True
'''
    right = "Слова доходят с именем, уход замечен."

    def check(self, pass_on):
        anya, speaker = pair()
        boris, listener = pair()
        self.said, self.boris, self.task = pass_on, boris, (speaker, "Аня", listener)
        for words in "привет", "как дела?\n":
            anya.sendall(words.encode())
            self.heard(f"Аня сказала {words!r}.", f"Аня: {words.strip()}\n", True)
        anya.sendall(b"\n")
        self.heard(r"Аня прислала пустую строку, '\n'.", "Аня вышел из чата.\n", False)
        anya.close()
        self.heard("Аня закрыла соединение.", "Аня вышел из чата.\n", False)

    def heard(self, what, wanted, result):
        """Call the student's function; raise Wrong if Boris does not hear wanted, or the result differs."""
        got = Task(self.said, *self.task).finish(what)
        expect(f"{what} Что услышал Борис?", wanted, reads(self.boris, wanted[:3], f"{what} Слушает Борис."))
        expect(f"{what} Что вернула функция?", result, got)


class ChatForTwo(Exercise):
    number = "2.5"
    name = "server.py"
    hints = (
        "Сложите файл из того, что есть в уроке: константы, greet, hear, pass_on, chat_for_two.",
        "Внизу файла: socket, setsockopt, bind, listen, потом chat_for_two(server_socket).",
        "Имена ждут после того, как спрошены оба: сначала два greet, потом два hear.",
    )
    solution = (COURSE / "answers/stages/lesson02/server.py").read_text(encoding="utf-8")
    right = "Двое разговаривают. Запустите его и двух клиентов в трёх терминалах."

    def check(self, path):
        with Script(path) as self.script:
            port = self.script.listening()
            anya = self.visit(port, "Аня подключилась.")
            boris = self.visit(port, "Аня ещё не назвала себя, а Борис уже подключился.")
            anya.sendall("Аня\n".encode())
            boris.sendall("Борис\n".encode())
            self.hears(anya, "Борис присоединился к чату.\n", "Аня и Борис назвали себя. Слушает Аня.")
            for _ in range(2):
                self.say(anya, "Аня", boris, "привет!")
                self.say(boris, "Борис", anya, "и тебе привет")
            self.say(anya, "Аня", boris, "пока")
            boris.close()
            self.hears(anya, "Борис вышел из чата.\n", "Очередь Бориса, а он закрыл соединение. Слушает Аня.")
            self.script.ends("Борис ушёл, Аня об этом узнала")

    def visit(self, port, what):
        """Return the socket of a person who has been asked for a name."""
        person = socket.create_connection(("127.0.0.1", port), exercises.WAIT)
        self.hears(person, PROMPT, what)
        return person

    def say(self, speaker, name, listener, words):
        """Have speaker (socket) send words; listener should receive them with the name."""
        speaker.sendall(f"{words}\n".encode())
        self.hears(listener, f"{name}: {words}\n", f"{name} говорит: «{words}».")

    def hears(self, person, wanted, what):
        """Raise Wrong unless person (socket) hears wanted, and nothing else."""
        expect(what, wanted, reads(person, wanted, what, self.script))


class ClientForTwo(Exercise):
    number = "2.6"
    name = "client.py"
    hints = (
        "Цикл начинается с recv: while data := client_socket.recv(RECV_SIZE).",
        "В цикле: напечатать data.decode(), потом input; «покинуть чат» — break; иначе послать.",
        "Послать: client_socket.sendall(f\"{text}\\n\".encode()). Закрыть сокет после цикла.",
    )
    solution = (COURSE / "answers/stages/lesson02/client.py").read_text(encoding="utf-8")
    right = "Клиент слушает, отвечает и уходит."

    def check(self, path):
        with meet(path) as (script, server):
            for said, typed in (PROMPT, "Аня"), ("Борис присоединился к чату.\n", "привет"):
                server.sendall(said.encode())
                script.types(typed)
                reads(server, f"{typed}\n", f"Сервер сказал {said!r}, набрано «{typed}».", script)
            server.sendall("Борис: и тебе привет\n".encode())
            script.types("")
            reads(server, "\n", "Набрана пустая строка.", script)
            server.sendall("Борис: эй!\n".encode())
            leaves(script, server)
            for words in "Введите своё имя:", "Борис: и тебе привет":
                script.prints(words, f"Сервер сказал «{words}».")
        with meet(path) as (script, server):
            server.sendall(PROMPT.encode())
            script.types("Аня")
            reads(server, "Аня", "Набрано «Аня».", script)
            server.close()
            script.ends("Сервер закрыл соединение")


def leaves(script, server):
    """Raise Wrong if a client (Script) does not end at a goodbye, or sends it to server (socket)."""
    script.types("покинуть чат")
    script.ends("Набрано «покинуть чат»")
    said = b""
    with suppress(OSError):  # a reset counts as an end
        while data := server.recv(8192):
            said += data
    expect("Набрано «покинуть чат». Что ушло на сервер?", "", said.decode(errors="replace"))
