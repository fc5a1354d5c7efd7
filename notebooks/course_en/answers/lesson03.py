"""Lesson 3, framing: its exercises, with hints and solutions."""
import select

import exercises
from answers.lesson02 import leaves
from exercises import COURSE, Exercise, Script, Wrong, expect, hears, meet, pair, reads, short, visit
from tape import Tape


def cuts(text):
    """Yield text (str) as two pieces (bytes), cut at each position, even within a letter."""
    data = text.encode()
    for i in range(1, len(data)):
        yield data[:i], data[i:]


def heard(reader, *pieces):
    """Return the list of what a student's reader gives when pieces (bytes) come one by one."""
    came = f"The pieces {', '.join(map(repr, pieces))} arrived, and the peer finished."
    try:
        said = reader(Tape(*pieces))
        if said is None:
            raise Wrong("The function yielded nothing; the result is None. Hand over each line with yield.")
        if isinstance(said, str):
            raise Wrong(f"The function returned one line, {said!r}, and ended. To hand over a line and go on, "
                        "use yield instead of return.")
        return list(said)
    except UnicodeDecodeError as error:
        raise Wrong(f"{came}\n    got: UnicodeDecodeError: {error.reason}. A letter was cut, and its other half "
                    "is in the next piece. Append that piece to what was left of the earlier ones, find the end "
                    "of the message, and only then call decode.") from None
    except AttributeError as error:
        if "'Tape' object" not in str(error):
            raise
        raise Wrong(f"{error}. Of everything that a socket can do, you need only recv here.") from None


def soon(reader, data, *wanted):
    """Expect what is wanted (str each) from a reader as soon as data (bytes) is there: the peer goes on."""
    ours, theirs = pair()
    theirs.settimeout(exercises.WAIT)
    with ours, theirs:
        ours.sendall(data)
        try:
            said = iter(reader(theirs))
            given = [next(said, None) for _ in wanted]
        except TimeoutError:
            raise Wrong(f"The peer sent {data!r} and is silent, but has not left.\n    expected: {list(wanted)!r} at once\n"
                        "    got: the function waits for something more. Yield each message as soon as "
                        "it has arrived in full (yield inside the loop).") from None
    expect(f"The peer sent {data!r} and is silent. What was yielded at once?", [*wanted], given)


class Tails(Exercise):
    number = "3.1"
    hints = (
        "The tail is what comes after the last \\n in everything that has arrived and has not been yielded yet.",
        "After the first piece there was no \\n yet, so the whole piece b\"hel\" is the tail.",
    )
    answer = [b"hel", b"how ar", b"bye"]
    solution = '''
[b"hel", b"how ar", b"bye"]
Append the new piece to the tail and cut again: hel + lo\\nhow ar = hello\\nhow ar; the line hello is yielded,
the tail is how ar. Then how ar + e you\\nbye: how are you is yielded, the tail is bye.
'''
    right = "The last tail becomes a line when the peer has finished."

    def check(self, tails):
        if not isinstance(tails, list) or len(tails) != 3:
            raise Wrong("The answer should be a list of three tails, one for each piece, such as [b\"a\", b\"b\", b\"c\"].")
        if not all(isinstance(tail, bytes) for tail in tails):
            raise Wrong("Tails are bytes: put the letter b before the quotes.")
        if any(b"\n" in tail for tail in tails):
            raise Wrong("A tail never has \\n in it: everything up to it and including it has been yielded.")
        for i, piece in enumerate((b"hel", b"lo\nhow ar", b"e you\nbye")):
            if tails[i] != self.answer[i]:
                raise Wrong(f"The tail after the piece {piece!r} is not {tails[i]!r}. First append "
                            "the piece to the earlier tail, then cut.")


class Lines(Exercise):
    number = "3.2"
    name = "lines"
    hints = (
        "Keep a tail: tail = b\"\". Append each new piece to it.",
        "*whole, tail = (tail + chunk).split(b\"\\n\"): whole gets the whole lines, tail the beginning of the next one.",
        "Yield the whole lines inside the loop: for line in whole: yield line.decode(). Yield the tail, if it "
        "is not empty, after the loop.",
    )
    solution = '''
def lines(sock):
    tail = b""
    while chunk := sock.recv(8192):
        *whole, tail = (tail + chunk).split(b"\\n")
        for line in whole:
            yield line.decode()
    if tail:
        yield tail.decode()
'''
    right = "Read correctly at every cut, and every line was yielded at once."

    def check(self, lines):
        for text in "Привет!\nЁлка 🎄\n", "Hello!\nbye", "Anna\n\nhello\n", "  yes \nno\ryes\n":
            wanted = text.removesuffix("\n").split("\n")
            expect(f"One piece arrived, {text.encode()!r}, and the peer finished.",
                   wanted, heard(lines, text.encode()))
            for pieces in cuts(text):
                expect(f"The pieces {pieces[0]!r} and {pieces[1]!r} arrived, and the peer finished.",
                       wanted, heard(lines, *pieces))
        expect("The peer finished without sending anything.", [], heard(lines))
        soon(lines, "Anna\nhel".encode(), "Anna")
        soon(lines, "Anna\nhello\nhow".encode(), "Anna", "hello")


class Narrow:
    """A socket whose send takes few bytes at a time, as a real one may."""

    def __init__(self):
        self.data = b""

    def send(self, data):
        self.data += data[:10]
        return len(data[:10])

    def sendall(self, data):
        self.data += data


class SendLine(Exercise):
    number = "3.3"
    name = "send_line"
    hints = (
        "A \\n belongs only at the end. replace puts something else in place of a \\n inside the text.",
        "text.replace(\"\\n\", \" \") + \"\\n\", then encode and sendall.",
    )
    solution = '''
def send_line(sock, text):
    line = text.replace("\\n", " ") + "\\n"
    sock.sendall(line.encode())
'''
    right = "Each call of send_line arrives as exactly one message."

    def check(self, send_line):
        for text in "hello", "", "  bye\nBoris: I have left\nAnna: me too":
            sock = Narrow()
            try:
                send_line(sock, text)
            except TypeError as error:
                if "str" not in str(error):
                    raise
                raise Wrong("You sent a string to the socket, but it takes bytes: call encode().") from None
            wanted = (text.replace("\n", " ") + "\n").encode()
            if wanted.startswith(sock.data) and len(sock.data) == 10:
                raise Wrong(f"send_line(sock, {text!r})\n    expected: {wanted!r}\n    got: {sock.data!r}. "
                            "send may not take all bytes; sendall sends everything.")
            expect(f"send_line(sock, {text!r}). What was sent?", wanted.decode(), sock.data.decode())


class Frames(Exercise):
    number = "3.4"
    name = "frames"
    hints = (
        "Collect the bytes in one variable, data. A whole message is there if there are at least 4 bytes plus its length.",
        "size = int(data[:4]); if len(data) >= 4 + size, yield data[4:4 + size].decode() and keep "
        "data[4 + size:]. One piece may hold several messages: test in a while loop.",
        "while len(data) >= 4 and len(data) >= 4 + int(data[:4]): …",
    )
    solution = '''
def frames(sock):
    data = b""
    while chunk := sock.recv(8192):
        data += chunk
        while len(data) >= 4 and len(data) >= 4 + int(data[:4]):
            end = 4 + int(data[:4])
            yield data[4:end].decode()
            data = data[end:]
'''
    right = "Such messages may even contain \\n: the boundary is now a length and not a character."

    def check(self, frames):
        wanted = ["Hello 👋", "two\nlines", "", "🎄"]
        sizes = [f"{len(text.encode()):04}{text}" for text in wanted]
        data = "".join(sizes)
        expect(f"One piece arrived, {sizes[0].encode()!r}, and the peer finished.",
               wanted[:1], heard(frames, sizes[0].encode()))
        expect(f"One piece arrived, {data.encode()!r}, and the peer finished.",
               wanted, heard(frames, data.encode()))
        for pieces in cuts(data):
            expect(f"The pieces {pieces[0]!r} and {pieces[1]!r} arrived, and the peer finished.",
                   wanted, heard(frames, *pieces))
        soon(frames, sizes[0].encode(), wanted[0])
        soon(frames, sizes[0].encode() + b"00", wanted[0])
        soon(frames, (sizes[0] + sizes[1]).encode(), *wanted[:2])


class Server(Exercise):
    number = "3.5"
    name = "server.py"
    hints = (
        "Copy lines and send_line into server.py. Nothing else needs to call recv or sendall directly.",
        "Call lines once for each person: words = lines(client_socket). The name is "
        "next(words, \"\"), and the conversation goes on from the same words.",
        "Everything that the server says, including the prompt, is sent with send_line.",
    )
    solution = (COURSE / "answers/stages/lesson03/server.py").read_text(encoding="utf-8")
    right = "Your server speaks in lines."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anna, boris = visit(port), visit(port)
            for person, name in (anna, "Anna"), (boris, "Boris"):
                hears(person, "Enter your name:", f"{name} connects")
            anna.send("Anna\nHel".encode())
            boris.send("Boris\nhere I am\n".encode())
            what = "Boris sent his name and a message at once: 'Boris\\nhere I am\\n'. Anna is listening."
            anna_was_first = both_are_there(anna, boris, "Boris", what) is anna
            questions = ["Hello 👋", "How are you?", "Anybody there?"]
            stories = [f"{n}! " + "ы" * 1900 for n in (1, 2)]
            boris.send("\n".join([*stories, ""]).encode())
            anna.send("\n".join([*questions, ""]).removeprefix("Hel").encode())
            if anna_was_first:
                same(anna, "Boris: here I am", what)
            for story in stories:
                same(anna, f"Boris: {story}", "Boris sent two lines of 3803 bytes each at once. Anna is listening.")
            for question in questions:
                same(boris, f"Anna: {question}", "Anna sent her name and the beginning of a word, 'Anna\\nHel', and then "
                                                f"the rest of the lines {questions}. Boris is listening.")
            anna.half_close()
            hears(boris, "Anna left the chat.", "Anna finished")


def both_are_there(anna, boris, name, what):
    """Wait until Anna or name hears that the other has joined; return the person (Peer) who was first."""
    heard, people = [], {anna: f"{name} joined", boris: "Anna joined"}
    while True:
        for person, news in people.items():
            while b"\n" in person.buffer:
                heard.append(person.line())
                if heard[-1].startswith(news):
                    return person
        ready = select.select([person.socket for person in people], [], [], exercises.WAIT)[0]
        for person in people:
            if person.socket in ready:
                person.buffer += person.socket.recv(65536) or ended(heard, name, what)
        if not ready:
            raise Wrong(f"{what}\n    expected: {name} joined the chat.\n    got: {heard}, and nothing more")


def ended(heard, name, what):
    raise Wrong(f"{what}\n    expected: {name} joined the chat.\n    got: {heard}, and the connection ended")


def same(person, wanted, what):
    """Listen to person (Peer) until a line begins as wanted does, with its first two words; it must be wanted."""
    beginning = " ".join(wanted.split(" ")[:2])
    got = hears(person, beginning, what, wanted)[-1]
    if got != wanted:
        raise Wrong(f"{what}\n    expected: {short(wanted)}\n    got: {short(got)}")


class Client(Exercise):
    number = "3.6"
    name = "client.py"
    hints = (
        "Instead of a loop with recv, use for line in lines(client_socket): each line is one message.",
        "To send the answer, use send_line(client_socket, text).",
    )
    solution = (COURSE / "answers/stages/lesson03/client.py").read_text(encoding="utf-8")
    right = "Your client reads and writes whole lines."

    def check(self, path):
        story = "Anna: !" + "ы" * 5000
        with meet(path) as (client, server):
            for said, typed in ("Enter your name:", "Boris"), (story, "a long one"), ("Anna: yes", "I see"):
                server.sendall(f"{said}\n".encode())
                client.prints(said, f"The server sent the line {short(said)!r}.")
                client.types(typed)
                got = reads(server, typed, f"{typed!r} was typed into client.py. The server is listening.", client)
                if not got.endswith("\n"):
                    got += reads(server, "\n", f"{typed!r} was typed into client.py. What arrived is {got!r}.", client)
                expect(f"{typed!r} was typed into client.py. What arrived at the server?", f"{typed}\n", got)
            self.check_one_piece(client, server)
            leaves(client, server)

    def check_one_piece(self, client, server):
        what = "The server sent two lines in one piece: 'Anna: one\\nAnna: two\\n'."
        server.sendall("Anna: one\nAnna: two\n".encode())
        client.prints("Anna: one", what)
        client.types("aha")
        reads(server, "aha\n", "'aha' was typed into client.py. The server is listening.", client)
        client.prints("Anna: two", what)
