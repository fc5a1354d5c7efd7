"""Lesson 17, the same chat in four ways: its exercises, with hints and solutions."""
import asyncio
import inspect
import queue
import selectors
import socket
import threading

import exercises
from exercises import Exercise, Task, Wrong, expect

BUFFER = 65536  # bytes that the system keeps for a socket, or a few times as many


class Room:
    """A chat whose server is turn(selector, clients), and the people in it."""

    def __init__(self, turn):
        self.turn, self.people, self.clients = turn, {}, []
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.selector.register(self.listener, selectors.EVENT_READ, "listener")

    def enter(self, name):
        self.people[name] = socket.create_connection(self.listener.getsockname(), exercises.WAIT)
        self.serve(f"{name} подключается")

    def serve(self, what):
        Task(self.turn, self.selector, self.clients).finish(what)

    def hears(self, name, wanted, what):
        heard = b""
        try:
            while len(heard) < len(wanted) and (data := self.people[name].recv(100)):
                heard += data
        except TimeoutError:
            pass
        if sorted(heard) != sorted(wanted):
            raise Wrong(f"{what}. Что слышит {name}?\n    ждали: {wanted!r}\n    вышло: {heard!r}")


class Turn(Exercise):
    number = "17.1"
    name = "turn"
    hints = (
        "for key, events in selector.select(): сокет лежит в key.fileobj, а данные в key.data.",
        "Если key.data == \"listener\", то accept; новичка — в clients и на учёт: "
        "selector.register(newcomer, selectors.EVENT_READ, \"client\").",
        "Иначе data = key.fileobj.recv(8192). Пусто — unregister, remove, close; не пусто — цикл sendall по clients.",
    )
    solution = '''
import selectors

def turn(selector, clients):
    for key, events in selector.select():
        if key.data == "listener":
            newcomer = key.fileobj.accept()[0]
            clients.append(newcomer)
            selector.register(newcomer, selectors.EVENT_READ, "client")
        elif data := key.fileobj.recv(8192):
            for client in clients:
                client.sendall(data)
        else:
            selector.unregister(key.fileobj)
            clients.remove(key.fileobj)
            key.fileobj.close()
'''
    right = "while True: turn(selector, clients) — и это сервер на сколько угодно человек."

    def check(self, turn):
        room = Room(turn)
        for number, name in enumerate(("Аня", "Борис", "Вера"), 1):
            room.enter(name)
            expect(f"{name} подключается. Сколько сокетов в clients?", number, len(room.clients))
        room.people["Аня"].sendall(b"hi")
        room.serve("Аня сказала слово, и её сокет готов")
        for name in room.people:
            room.hears(name, b"hi", "Аня сказала b'hi'")
        room.people["Аня"].sendall(b"a")
        room.people["Борис"].sendall(b"b")
        room.serve("Аня и Борис сказали по слову")
        for name in room.people:
            room.hears(name, b"ab", "Аня и Борис сказали по слову, готовы оба, оборот был один")
        room.people["Аня"].shutdown(socket.SHUT_WR)
        room.serve("Аня закончила")
        expect("Аня закончила. Сколько сокетов в clients?", 2, len(room.clients))
        expect("Аня закончила. Сколько сокетов на учёте вместе со слушающим?",
               3, len(room.selector.get_map()))
        try:
            room.people["Аня"].recv(1)
        except TimeoutError:
            raise Wrong("Аня закончила, а её сокет на сервере не закрыт.") from None
        room.people["Борис"].sendall(b"bye")
        room.serve("Аня закончила, Борис сказал слово")
        room.hears("Вера", b"bye", "Борис сказал b'bye'")


class Echo(Exercise):
    number = "17.2"
    name = "echo"
    hints = (
        "Цикл тот же, что с потоком: прочесть, вернуть, и так до b\"\". Перед readline и drain стоит await.",
        "while line := await reader.readline(): записать строку и подождать drain; после цикла close.",
    )
    solution = '''
async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()
'''
    right = "Пока одна такая сопрограмма ждёт строку, другие работают, и всё в одном потоке."

    def serve(self, echo):
        """Run echo in a thread, as asyncio's server; return its port and its errors (list)."""
        ports, errors = queue.SimpleQueue(), []

        async def watched(reader, writer):
            try:
                await echo(reader, writer)
            except BaseException as error:
                errors.append(error)
                writer.close()

        async def main():
            listener = socket.create_server(("127.0.0.1", 0))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            server = await asyncio.start_server(watched, sock=listener)
            ports.put(server.sockets[0].getsockname()[1])
            await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
        return ports.get(timeout=10), errors

    def check(self, echo):
        if not inspect.iscoroutinefunction(echo):
            raise Wrong("echo — обычная функция. Чтобы в ней можно было ждать, начните её с async def.")
        port, errors = self.serve(echo)

        def ask(person, said, what):
            try:
                if said:
                    person.sendall(said)
                return person.recv(100)
            except TimeoutError:
                raise errors[0] if errors else Wrong(f"{what}, а в ответ тишина.") from None
            except OSError:
                return b""  # echo has closed, and did not read it

        with socket.create_connection(("127.0.0.1", port), exercises.WAIT) as anna, \
                socket.create_connection(("127.0.0.1", port), exercises.WAIT) as boris:
            anna.sendall(b"half ")
            for number, said in enumerate((b"one\n", b"two\n"), 1):
                what = f"Аня сказала полстроки, Борис — {said!r}, свою строку номер {number}"
                heard = ask(boris, said, what)
                if errors:
                    raise errors[0]
                expect(f"{what}. Что услышал Борис?", said, heard)
            heard = ask(anna, b"line\n", "Аня договорила строку")
            expect("Аня договорила строку. Что она услышала?", b"half line\n", heard)
            anna.shutdown(socket.SHUT_WR)
            what = "Аня закончила (полузакрытие), соединение должно закрыться"
            expect(f"{what}.", b"", ask(anna, b"", what))
        self.flood(port)

    def flood(self, port):
        """Raise Wrong if echo takes everything from a client that reads nothing."""
        with socket.socket() as vera:
            vera.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            vera.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            vera.settimeout(min(0.5, exercises.WAIT / 2))
            vera.connect(("127.0.0.1", port))
            unsaid = (b"la" * 5000 + b"\n") * 1000
            try:
                while unsaid:
                    unsaid = unsaid[vera.send(unsaid):]
            except TimeoutError:  # it takes no more, as it should
                return
        raise Wrong("Вера прислала десять мегабайт и ничего не читает, а echo взяла всё: ответы копятся в памяти. "
                    "После write подождите: await writer.drain().")


class Frozen(Exercise):
    number = "17.3"
    hints = (
        "Сколько потоков в таком сервере обслуживает гостей?",
        "Пока единственный поток считает, цикл событий не делает ни одного оборота.",
    )
    answer = 1.5
    solution = ("Все полторы секунды. Поток один, на await сопрограмма не останавливается, "
                "и цикл событий стоит вместе со всеми гостями.")
    right = "Поэтому долгий подсчёт уносят в другой поток или процесс (asyncio.to_thread)."

    def check(self, answer):
        if answer == 0:
            raise Wrong("Ноль был бы, если бы у каждого гостя был свой поток. Здесь он один.")
        if isinstance(answer, tuple):
            raise Wrong("У дроби в Python точка, а не запятая.")
        if answer != self.answer:
            raise Wrong(f"Единственный поток занят всё это время.\n    вышло: {answer!r}")
