"""Lesson 4, the reader: its exercises, with hints and solutions."""
import select
import tracemalloc
from contextlib import suppress

from answers.lesson03 import both_are_there, cuts, same
from exercises import COURSE, Exercise, Script, Wrong, expect, hears, visit
from tape import Tape

LIMIT = 10  # bytes, in the trials
LONG = b"(longer)"  # stands for a line that is too long, however much of it was given


def heard(limited, *pieces):
    """Return the lines that a student's reader gives, with LONG for those longer than LIMIT."""
    said = limited(Tape(*pieces), LIMIT)
    if said is None:
        raise Wrong("The function yielded nothing; the result is None. Hand over each line with yield.")
    lines = list(said)
    for line in lines:
        if not isinstance(line, bytes):
            raise Wrong(f"{line!r} was yielded. Lines should be bytes: don't call decode here.")
    return [LONG if len(line) > LIMIT else line for line in lines]


class Limited(Exercise):
    number = "4.1"
    name = "limited"
    hints = (
        "Start with your lines. Yield a tail longer than limit at once, empty it, and remember: skipping = True.",
        "While skipping, drop the beginning of a new piece: rest, newline, chunk = chunk.partition(b\"\\n\"). "
        "The skipping is over when newline is not empty.",
        "if skipping: goes at the beginning of the loop, before you append to the tail; "
        "if len(tail) > limit: goes after the cutting.",
    )
    solution = '''
def limited(sock, limit):
    tail, skipping = b"", False
    while chunk := sock.recv(8192):
        if skipping:
            rest, newline, chunk = chunk.partition(b"\\n")
            skipping = not newline
        *whole, tail = (tail + chunk).split(b"\\n")
        if len(tail) > limit:
            whole.append(tail)
            tail, skipping = b"", True
        for line in whole:
            yield line
    if tail:
        yield tail
'''
    right = "The long line was yielded once, memory does not grow, the lines beside it are intact."

    def check(self, limited):
        def trial(wanted, *pieces):
            came = ", ".join(map(repr, pieces))
            expect(f"limited(sock, {LIMIT}). The pieces {came} arrived, and the peer finished. "
                   f"{LONG!r} stands here for lines that are too long.", wanted, heard(limited, *pieces))

        trial([b"Anna", b"hello"], b"Anna\nhel", b"lo")
        trial([b"0123456789", b"hello"], b"0123456789\nhello\n")
        trial([LONG, b"hello"], b"aaaaaaaa", b"aaaaaaaa", b"open\nhello\n")
        trial([LONG], b"aaaaaaaa" * 2, b"aaaa", b"aaaa")
        trial([LONG, b"hello", b"bye"], b"a" * 16, b"\nhel", b"lo\nb", b"ye")
        for pieces in cuts("hi\naaaaaaaaaaaaaaa\nhello\n\nbye"):
            trial([b"hi", LONG, b"hello", b"", b"bye"], *pieces)
        tape = Tape(*[b"a" * (LIMIT + 1)] * 50)
        next(iter(limited(tape, LIMIT)), None)
        if len(tape.pieces) < 49:
            raise Wrong(f"50 pieces of {LIMIT + 1} bytes arrived without a line ending; the limit is {LIMIT}.\n"
                        f"    expected: the line is yielded after the first piece\n"
                        f"    got: pieces read: {50 - len(tape.pieces)}")
        tracemalloc.start()
        for _ in limited(Tape(*[b"a" * 100] * 500), LIMIT):
            pass
        if (most := tracemalloc.get_traced_memory()[1]) > 25_000:
            raise Wrong(f"50,000 bytes arrived without a line ending; the limit is {LIMIT}. Up to {most} bytes were in memory: "
                        "while you skip the rest of a line, don't collect it.")


class Cuts(Exercise):
    number = "4.2"
    hints = (
        "The error happens only if \\r and \\n are in different pieces.",
        "data[:i] ends with \\r when i is the place of the byte \\n. The first \\n is at place five, counted from zero.",
    )
    answer = [5, 12]
    solution = '''
[5, 12]
With i = 5 the first piece is b"Anna\\r", with i = 12 it is b"Anna\\r\\nhello\\r". The replacement sees no \\r\\n.
'''
    right = "Two of the twelve cuts broke it: such a bug is hard to reproduce."

    def check(self, found):
        if not isinstance(found, (list, tuple, set)) or not all(isinstance(i, int) for i in found):
            raise Wrong("The answer should be a list of numbers, such as [1, 2].")
        data = b"Anna\r\nhello\r\n"
        for i in sorted(set(found) - set(self.answer)):
            if not 0 < i < len(data):
                raise Wrong(f"{i!r} is not a place to cut: i goes from 1 to {len(data) - 1}.")
            raise Wrong(f"With i = {i} the pieces are {data[:i]!r} and {data[i:]!r}: here each \\r\\n "
                        "is whole, and the reader reads them correctly.")
        for i in self.answer:
            if i not in found:
                raise Wrong("The numbers are right, but there is one more cut." if found else
                            "There are such cuts: where will \\r be in one piece and \\n in another?")


class Server(Exercise):
    number = "4.3"
    name = "server.py"
    hints = (
        "Let lines yield bytes, and let the code that has checked the length of a line turn it into a string.",
        "A good place to hide the reset is a function receive(sock): try: return sock.recv(RECV_SIZE), "
        "except OSError: return b\"\".",
        "Take the name and the messages from a function hear(words, client_socket): for line in words; it returns "
        "a short line, and for a long one it tells the author and waits for the next.",
    )
    solution = (COURSE / "answers/stages/lesson04/server.py").read_text(encoding="utf-8")
    right = "Long lines, \\r\\n and resets can't harm your server."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anna, boris = visit(port), visit(port)
            for person, name in (anna, "Anna"), (boris, "Boris"):
                hears(person, "Enter your name:", f"{name} connects")
                person.send(f"{name}\r\n".encode())
            both_are_there(anna, boris, "Boris", "Anna and Boris gave their names in lines with \\r\\n at the end.")
            full = "ы" * 2048
            anna.send(f"{full}\r".encode())
            select.select([anna.socket], [], [], 0.2)  # seconds for the server to read so far
            anna.send(b"\n")
            same(boris, f"Anna: {full}", "Anna sent a line of exactly 4096 bytes and then \\r; the \\n arrived "
                                        "in a piece of its own. Boris is listening.")
            boris.send(("a" * 5001 + "ы" * 2500).encode())  # an even number of these bytes ends in half a letter
            hears(boris, "longer", "Boris sent 5001 letters 'a' and 2500 letters 'ы', and there is no line end yet.")
            with suppress(OSError):  # we see what the server did when we listen
                boris.send(b"\n" + ("ы" * 3000).encode() + "\nI am here\r\n".encode())
            hears(boris, "longer", "Then Boris sent 3000 letters 'ы', which is 6000 bytes.")
            same(anna, "Boris: I am here", "Boris sent two lines that are too long, and after them 'I am here'. Anna is listening.")
            anna.reset()
            hears(boris, "Anna left the chat.", "Anna's connection was reset")
