"""Lesson 2, ports and a chat for two: its exercises, with hints and solutions."""
import socket
from contextlib import suppress

import exercises
from exercises import COURSE, Exercise, Script, Task, Wrong, expect, meet, pair, reads

PROMPT = "Enter your name:\n"


class IsTaken(Exercise):
    number = "2.1"
    name = "is_taken"
    hints = (
        "Try to bind the port yourself: socket.create_server((\"localhost\", port)). If it is in use, OSError is raised.",
        "If it worked, the port was free. Close the socket at once: you did not mean to keep the port.",
        "try: socket.create_server(…).close(); except OSError: return True; at the end return False.",
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
    right = "A port is in use when you can't bind it."

    def check(self, is_taken):
        with socket.create_server(("localhost", 0)) as listener:
            port = listener.getsockname()[1]
            expect("Another program is listening on the port.", True, is_taken(port))
        expect("Nothing is listening on the port.", False, is_taken(port))
        with socket.socket() as holder:
            holder.bind(("localhost", 0))
            expect("Another program has taken the port: it has called bind, but not listen yet.", True,
                   is_taken(holder.getsockname()[1]))
        try:
            socket.create_server(("localhost", port)).close()
        except OSError:
            raise Wrong("The port was free, but after your function ran it is in use: close the socket.") from None


class SocketsOfAServer(Exercise):
    number = "2.2"
    answer = 4
    hints = (
        "accept returns a new socket each time.",
        "The clients' sockets are open in other programs. The listener is still there, too.",
    )
    solution = "accept returned three sockets, and one more listens: 4 in all. The other three are in the client programs."
    right = "One listens, three talk."

    def check(self, sockets):
        if type(sockets) is not int:
            raise Wrong(f"The answer should be a whole number, but this is {type(sockets).__name__}: {sockets!r}.")
        if sockets == 1:
            raise Wrong("The server has one port but more sockets: each accept returns a new one.")
        if sockets == 3:
            raise Wrong("accept returned three sockets. But which one does the server use to wait for more clients?")
        if sockets == 7:
            raise Wrong("Seven includes the clients' sockets, but those are open in other programs.")
        if sockets != self.answer:
            raise Wrong(f"{sockets} is not right. One socket listens; how many more did accept create?")


class Greet(Exercise):
    number = "2.3"
    name = "greet"
    hints = (
        "The function does three things: accept, sendall, return.",
        "accept returns a pair, a socket and an address. You need only the socket. PROMPT is a string, but you send bytes.",
    )
    solution = r'''
PROMPT = "Enter your name:\n"


def greet(server_socket):
    client_socket, client_address = server_socket.accept()
    client_socket.sendall(PROMPT.encode())
    return client_socket
'''
    right = "The client has been asked, and the server can ask the next one."

    def check(self, greet):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            task = Task(greet, listener)
            client = socket.create_connection(listener.getsockname(), exercises.WAIT)
            theirs = task.finish("A client has connected and sent nothing yet")
        if isinstance(theirs, tuple):
            raise Wrong("The function returned a pair, a socket and an address. It should return the socket alone.")
        if not isinstance(theirs, socket.socket) or theirs is listener:
            raise Wrong(f"The function should return the client's socket, the one that accept returned, but it returned {theirs!r}.")
        with theirs:
            theirs.sendall(b"|")
        expect("What did the client receive?", PROMPT, reads(client, "|", "A client connected.")[:-1])


class PassOn(Exercise):
    number = "2.4"
    name = "pass_on"
    hints = (
        "Get the string first: speaker.recv(…).decode().strip(). It is empty both when the peer "
        "has left and when it has sent an empty line.",
        "If the string is empty, send the farewell and return False. Otherwise send the message with the name and return True.",
        "listener.sendall(f\"{name}: {text}\\n\".encode())",
    )
    solution = r'''
def pass_on(speaker, name, listener):
    text = speaker.recv(8192).decode().strip()
    if not text:
        listener.sendall(f"{name} left the chat.\n".encode())
        return False
    listener.sendall(f"{name}: {text}\n".encode())
    return True
'''
    right = "Messages arrive with the name, and departures are noticed."

    def check(self, pass_on):
        anna, speaker = pair()
        boris, listener = pair()
        self.said, self.boris, self.task = pass_on, boris, (speaker, "Anna", listener)
        for words in "hello", "how are you?\n":
            anna.sendall(words.encode())
            self.heard(f"Anna said {words!r}.", f"Anna: {words.strip()}\n", True)
        anna.sendall(b"\n")
        self.heard(r"Anna sent an empty line, '\n'.", "Anna left the chat.\n", False)
        anna.close()
        self.heard("Anna closed the connection.", "Anna left the chat.\n", False)

    def heard(self, what, wanted, result):
        """Call the student's function; raise Wrong if Boris does not hear wanted, or the result differs."""
        got = Task(self.said, *self.task).finish(what)
        expect(f"{what} What did Boris hear?", wanted, reads(self.boris, wanted[:3], f"{what} Boris is listening."))
        expect(f"{what} What did the function return?", result, got)


class ChatForTwo(Exercise):
    number = "2.5"
    name = "server.py"
    hints = (
        "Build the file from what the lesson has: the constants, greet, hear, pass_on, chat_for_two.",
        "At the bottom of the file: socket, setsockopt, bind, listen, then chat_for_two(server_socket).",
        "Wait for the names after both have been asked: first two calls of greet, then two of hear.",
    )
    solution = (COURSE / "answers/stages/lesson02/server.py").read_text(encoding="utf-8")
    right = "Two people can talk. Run the server and two clients in three terminals."

    def check(self, path):
        with Script(path) as self.script:
            port = self.script.listening()
            anna = self.visit(port, "Anna connected.")
            boris = self.visit(port, "Anna has not given her name yet, and Boris has connected already.")
            anna.sendall("Anna\n".encode())
            boris.sendall("Boris\n".encode())
            self.hears(anna, "Boris joined the chat.\n", "Anna and Boris gave their names. Anna is listening.")
            for _ in range(2):
                self.say(anna, "Anna", boris, "hello!")
                self.say(boris, "Boris", anna, "hello to you too")
            self.say(anna, "Anna", boris, "bye")
            boris.close()
            self.hears(anna, "Boris left the chat.\n", "It is Boris's turn, but he closed the connection. Anna is listening.")
            self.script.ends("Boris left, and Anna was told")

    def visit(self, port, what):
        """Return the socket of a person who has been asked for a name."""
        person = socket.create_connection(("127.0.0.1", port), exercises.WAIT)
        self.hears(person, PROMPT, what)
        return person

    def say(self, speaker, name, listener, words):
        """Have speaker (socket) send words; listener should receive them with the name."""
        speaker.sendall(f"{words}\n".encode())
        self.hears(listener, f"{name}: {words}\n", f"{name} says: '{words}'.")

    def hears(self, person, wanted, what):
        """Raise Wrong unless person (socket) hears wanted, and nothing else."""
        expect(what, wanted, reads(person, wanted, what, self.script))


class ClientForTwo(Exercise):
    number = "2.6"
    name = "client.py"
    hints = (
        "The loop begins with recv: while data := client_socket.recv(RECV_SIZE).",
        "In the loop: print data.decode(), then input; at 'leave the chat', break; otherwise send.",
        "To send: client_socket.sendall(f\"{text}\\n\".encode()). Close the socket after the loop.",
    )
    solution = (COURSE / "answers/stages/lesson02/client.py").read_text(encoding="utf-8")
    right = "The client listens, answers and leaves."

    def check(self, path):
        with meet(path) as (script, server):
            for said, typed in (PROMPT, "Anna"), ("Boris joined the chat.\n", "hello"):
                server.sendall(said.encode())
                script.types(typed)
                reads(server, f"{typed}\n", f"The server said {said!r}, then '{typed}' was typed.", script)
            server.sendall("Boris: hello to you too\n".encode())
            script.types("")
            reads(server, "\n", "An empty line was typed.", script)
            server.sendall("Boris: hey!\n".encode())
            leaves(script, server)
            for words in "Enter your name:", "Boris: hello to you too":
                script.prints(words, f"The server said '{words}'.")
        with meet(path) as (script, server):
            server.sendall(PROMPT.encode())
            script.types("Anna")
            reads(server, "Anna", "'Anna' was typed.", script)
            server.close()
            script.ends("The server closed the connection")


def leaves(script, server):
    """Raise Wrong if a client (Script) does not end at a goodbye, or sends it to server (socket)."""
    script.types("leave the chat")
    script.ends("'leave the chat' was typed")
    said = b""
    with suppress(OSError):  # a reset counts as an end
        while data := server.recv(8192):
            said += data
    expect("'leave the chat' was typed. What was sent to the server?", "", said.decode(errors="replace"))
