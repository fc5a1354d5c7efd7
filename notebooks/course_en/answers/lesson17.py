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
        self.serve(f"{name} connects")

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
            raise Wrong(f"{what}. What does {name} hear?\n    expected: {wanted!r}\n    got: {heard!r}")


class Turn(Exercise):
    number = "17.1"
    name = "turn"
    hints = (
        "for key, events in selector.select(): the socket is key.fileobj, and the data is key.data.",
        "If key.data == \"listener\", then accept; the newcomer goes into clients and is registered: "
        "selector.register(newcomer, selectors.EVENT_READ, \"client\").",
        "Otherwise data = key.fileobj.recv(8192). If it is empty: unregister, remove, close; if not: a loop of sendall over clients.",
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
    right = "while True: turn(selector, clients), and you have a server for any number of people."

    def check(self, turn):
        room = Room(turn)
        for number, name in enumerate(("Anna", "Boris", "Vera"), 1):
            room.enter(name)
            expect(f"{name} connects. How many sockets are in clients?", number, len(room.clients))
        room.people["Anna"].sendall(b"hi")
        room.serve("Anna said a word, and her socket is ready")
        for name in room.people:
            room.hears(name, b"hi", "Anna said b'hi'")
        room.people["Anna"].sendall(b"a")
        room.people["Boris"].sendall(b"b")
        room.serve("Anna and Boris said a word each")
        for name in room.people:
            room.hears(name, b"ab", "Anna and Boris said a word each, both are ready, and there was one turn of the loop")
        room.people["Anna"].shutdown(socket.SHUT_WR)
        room.serve("Anna finished")
        expect("Anna has finished. How many sockets are in clients?", 2, len(room.clients))
        expect("Anna has finished. How many sockets are registered, with the listener?",
               3, len(room.selector.get_map()))
        try:
            room.people["Anna"].recv(1)
        except TimeoutError:
            raise Wrong("Anna has finished, but her socket at the server is not closed.") from None
        room.people["Boris"].sendall(b"bye")
        room.serve("Anna has finished, Boris said a word")
        room.hears("Vera", b"bye", "Boris said b'bye'")


class Echo(Exercise):
    number = "17.2"
    name = "echo"
    hints = (
        "The loop is the same as with a thread: read, send back, and so on until b\"\". Put await before readline and drain.",
        "while line := await reader.readline(): write the line and wait for drain; after the loop, close.",
    )
    solution = '''
async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()
'''
    right = "While one such coroutine waits for a line, others work, and all in one thread."

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
            raise Wrong("echo is an ordinary function. Begin it with async def, so that it can wait.")
        port, errors = self.serve(echo)

        def ask(person, said, what):
            try:
                if said:
                    person.sendall(said)
                return person.recv(100)
            except TimeoutError:
                raise errors[0] if errors else Wrong(f"{what}, but no answer comes.") from None
            except OSError:
                return b""  # echo has closed, and did not read it

        with socket.create_connection(("127.0.0.1", port), exercises.WAIT) as anna, \
                socket.create_connection(("127.0.0.1", port), exercises.WAIT) as boris:
            anna.sendall(b"half ")
            for number, said in enumerate((b"one\n", b"two\n"), 1):
                what = f"Anna said half a line, and Boris said {said!r}, his line number {number}"
                heard = ask(boris, said, what)
                if errors:
                    raise errors[0]
                expect(f"{what}. What did Boris hear?", said, heard)
            heard = ask(anna, b"line\n", "Anna finished her line")
            expect("Anna finished her line. What did she hear?", b"half line\n", heard)
            anna.shutdown(socket.SHUT_WR)
            what = "Anna has finished (a half-close), and the connection should be closed"
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
        raise Wrong("Vera sent ten megabytes and reads nothing, yet echo took it all: the answers pile up in memory. "
                    "Wait after write: await writer.drain().")


class Frozen(Exercise):
    number = "17.3"
    hints = (
        "How many threads of such a server serve its guests?",
        "While the only thread computes, the event loop does not make a single turn.",
    )
    answer = 1.5
    solution = ("All of the one and a half seconds. There is one thread, the coroutine does not stop at an await, "
                "and the event loop is blocked along with all guests.")
    right = "This is why a long computation is moved to another thread or process (asyncio.to_thread)."

    def check(self, answer):
        if answer == 0:
            raise Wrong("It would be zero if each guest had a thread. Here there is only one.")
        if isinstance(answer, tuple):
            raise Wrong("Python wants a decimal point, not a comma.")
        if answer != self.answer:
            raise Wrong(f"The only thread is busy all this time.\n    got: {answer!r}")
