"""Lesson 1, connection and bytes: its exercises, with hints and solutions."""
import socket
from contextlib import suppress

import exercises
from exercises import COURSE, Exercise, Script, Task, Wrong, expect, meet, pair, reads


class BytesOfAGreeting(Exercise):
    number = "1.1"
    answer = 21
    hints = (
        "Count the Cyrillic letters separately from the rest: the comma, the space, the exclamation mark.",
        "Nine Cyrillic letters of two bytes each and three other characters of one byte each.",
    )
    solution = "There are 9 Cyrillic letters, 2 bytes each: 18. The comma, the space and the '!' take one each: 3. That makes 21."
    right = "Nine letters of two bytes each and three other characters of one byte each."

    def check(self, size):
        if type(size) is not int:
            raise Wrong(f"The answer should be a whole number, but this is {type(size).__name__}: {size!r}.")
        if size == 12:
            raise Wrong("12 is the number of characters. But a Cyrillic letter takes two bytes.")
        if size == 24:
            raise Wrong("Only the Cyrillic letters take two bytes each; the comma, the space and the '!' take one each.")
        if size == 18:
            raise Wrong("The letters take 18 bytes. The comma, the space and the '!' are bytes, too.")
        if size != self.answer:
            raise Wrong(f"{size} is not right: there are nine letters, a comma, a space and an exclamation mark.")


class Slow(socket.socket):
    """A socket whose recv returns few bytes at a time, as any socket may: half a letter, too."""

    def recv(self, size):
        return super().recv(min(size, 25))


Slow.__name__ = "socket"  # for errors that name it


class ReadAll(Exercise):
    number = "1.2"
    name = "read_all"
    hints = (
        "recv returns as many bytes as have arrived so far. One call is not enough: you need a loop.",
        "The loop ends when recv has returned b\"\": the peer will send nothing more.",
        "data = b\"\", then: while chunk := sock.recv(RECV_SIZE): data += chunk",
    )
    solution = '''
def read_all(sock):
    data = b""
    while chunk := sock.recv(8192):
        data += chunk
    return data
'''
    right = "This loop reads everything, whatever pieces it arrives in."

    def check(self, read_all):
        words = "hello, ", "and once more: hello"  # seen as letters where bytes are shown
        got = read_all(self.after(*words))
        if got is None:
            raise Wrong("The function returned nothing. It needs a return at the end.")
        expect(f"The peer sent {words[0]!r} and {words[1]!r} and finished.", "".join(words).encode(), got)
        expect("The peer finished without sending anything.", b"", read_all(self.after()))
        expect("The peer sent 100,000 bytes and finished. How many bytes were read?",
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
        "The function does three things: it sends the question, signals 'that is all', and reads the answer to the end.",
        "'That is all, but I am listening' is sock.shutdown(socket.SHUT_WR). Your own read_all can read the answer.",
        "The question is a string, but you send bytes: encode(). The answer is bytes, but you return a string: decode().",
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
    right = "The peer received the end of the question, and you received the whole answer."

    def check(self, ask):
        question, words = "What time is it?", "Five minutes to twelve. "
        for answer in words, words * 5000:
            ours, theirs = pair()
            task = Task(ask, theirs, question)
            heard = self.to_the_end(ours, task)
            expect(f"The question {question!r} was asked. What did the peer receive?", question.encode(), heard)
            Task(self.reply, ours, answer)
            got = task.finish("The peer answered and finished")
            if answer == words or not isinstance(got, str):
                expect(f"The peer answered {words!r} and finished.", answer, got)
            expect(f"The peer answered. The answer has {len(answer)} characters. How many did the function return?",
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
            raise Wrong(f"The peer received {heard.decode(errors='replace')!r} and is still waiting for more. "
                        "Tell it that the question is over.") from None
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
        "To bind the port: socket.create_server((SERVER_HOST, SERVER_PORT)). To wait for a client: "
        "server_socket.accept(), which returns a pair.",
        "The condition of the loop: client_socket.recv(RECV_SIZE). At b\"\" the loop ends by itself.",
        "Bytes can be added to bytes: \"Server heard: \".encode() + data.",
    )
    solution = (COURSE / "answers/stages/lesson01/server.py").read_text(encoding="utf-8")
    right = "The server answers, and notices that the client has left."

    def check(self, path):
        with Script(path) as script:
            client = socket.create_connection(("127.0.0.1", script.listening()), exercises.WAIT)
            for word in "hello", "one more word":
                client.sendall(word.encode())
                reads(client, f"Server heard: {word}", f"The client sent '{word}'.", script)
            client.close()
            script.ends("The client closed the connection")


class FirstClient(Exercise):
    number = "1.5"
    name = "client.py"
    hints = (
        "The socket: socket.socket(socket.AF_INET, socket.SOCK_STREAM). The address is a pair, hence the double parentheses: "
        "connect((SERVER_HOST, SERVER_PORT)).",
        "You send bytes: text.encode(). You print a string: client_socket.recv(RECV_SIZE).decode().",
    )
    solution = (COURSE / "answers/stages/lesson01/client.py").read_text(encoding="utf-8")
    right = "The client sends, prints the answer and leaves properly."

    def check(self, path):
        with meet(path) as (script, server):
            for word, answer in ("hello", "I hear hello"), ("more", "I hear more"):
                script.types(word)
                reads(server, word, f"'{word}' was typed into client.py.", script)
                server.sendall(answer.encode())
            script.types("")
            script.prints(answer, f"The server answered '{answer}', then Enter was pressed.")
            script.ends("An empty line was typed")
