"""Lesson 16, load: its exercises, with hints and solutions."""
import queue
import threading

from exercises import Exercise, Task, Wrong, expect, pair


class Inbox(queue.SimpleQueue):
    """A queue that notes when a thread waits for it in vain."""

    def __init__(self):
        self.waited = threading.Event()

    def get(self, block=True, timeout=None):
        if block and self.empty():
            self.waited.set()
        return super().get(block, timeout)

    def get_nowait(self):
        return self.get(False)


class TakeBatch(Exercise):
    number = "16.1"
    name = "take_batch"
    hints = (
        "Take the first message so that you wait for it: inbox.get() waits by itself.",
        "After that you must not wait: take messages until inbox.empty() becomes True.",
        "data = inbox.get(), then while not inbox.empty(): data += inbox.get()",
    )
    solution = '''
def take_batch(inbox):
    data = inbox.get()
    while not inbox.empty():
        data += inbox.get()
    return data
'''
    right = "The more has piled up, the larger the batch, and a single message goes out at once."

    def check(self, take_batch):
        inbox = Inbox()
        for word in b"one\n", b"two\n", b"three\n":
            inbox.put(word)
        what = "Three messages were in the inbox."
        expect(what, b"one\ntwo\nthree\n", Task(take_batch, inbox).finish(what))
        if inbox.waited.is_set():
            raise Wrong(f"{what} The function took them and waited in get for a fourth: wait for the first, not for the others.")
        waiting = Task(take_batch, inbox)
        while not inbox.waited.wait(0.01):
            if not waiting.thread.is_alive():
                result = waiting.finish("")
                raise Wrong(f"The inbox is empty: the function should wait for a message, but it returned {result!r}.")
        inbox.put(b"four\n")
        what = "The inbox was empty, then one message came."
        expect(what, b"four\n", waiting.finish(what))


class Counted:
    """A socket that counts its sends."""

    def __init__(self, sock):
        self.sock, self.sends = sock, 0

    def __getattr__(self, name):
        self.sends += name in ("send", "sendall", "sendmsg")
        return getattr(self.sock, name)


class AskAtOnce(Exercise):
    number = "16.2"
    name = "ask_at_once"
    hints = (
        "The Nagle algorithm holds back the second small send. What if there is no second one?",
        "Put the whole line together, with its end, and send it with one sendall.",
        "sock.sendall(\"Anna: hi\\n\".encode()), then return sock.recv(1000)",
    )
    solution = '''
def ask_at_once(sock):
    sock.sendall("Anna: hi\\n".encode())
    return sock.recv(1000)
'''
    right = "The line travels in one packet, and nobody has to wait for an acknowledgment."

    def check(self, ask_at_once):
        ours, theirs = pair()
        theirs.settimeout(ours.gettimeout())
        sock = Counted(ours)
        asking = Task(ask_at_once, sock)
        said = b""
        try:
            while not said.endswith(b"\n"):
                said += theirs.recv(1000) or b"\n"
        except TimeoutError:
            if asking.error and not said:
                raise asking.error from None
            raise Wrong(f"The server waits for the end of the line but received only {said!r}.") from None
        theirs.sendall("I hear you\n".encode())
        answer = asking.finish("The server has answered")
        expect("What did the server receive?", "Anna: hi\n", said.decode(errors="replace"))
        expect("The server answered \"I hear you\".", "I hear you\n".encode(), answer)
        if sock.sends > 1:
            raise Wrong(f"Number of sends: {sock.sends}; one is enough. The second waits until the first is acknowledged.")


class Percentile(Exercise):
    number = "16.3"
    name = "percentile"
    hints = (
        "Sort the delays: sorted returns a new list and leaves the old one alone.",
        "Among a hundred delays, p99 is the ninety-ninth, and list indexes begin at zero.",
        "sorted(delays)[math.ceil(part * len(delays)) - 1]; ceil rounds up",
    )
    solution = '''
import math

def percentile(delays, part):
    return sorted(delays)[math.ceil(part * len(delays)) - 1]
'''
    right = "Most meters compute p50 and p99 like this."

    def check(self, percentile):
        delays = [50, 10, 40, 30, 20]
        expect("The delays are 50, 10, 40, 30, 20; the part is 0.5.", 30, percentile(delays, 0.5))
        expect("Is the list of delays itself unchanged?", [50, 10, 40, 30, 20], delays)
        expect("The delays are 4, 3, 2, 1; the part is 0.5: half of them are no greater than the second smallest.",
               2, percentile([4, 3, 2, 1], 0.5))
        expect("The delays are 4, 3, 2, 1; the part is 0.3: only a quarter of them are no greater than the smallest.",
               2, percentile([4, 3, 2, 1], 0.3))
        expect("The delays are 100 down to 1; the part is 0.99.", 99, percentile([*range(100, 0, -1)], 0.99))
        expect("There is one delay, 7; the part is 0.99.", 7, percentile([7], 0.99))
        expect("The delays are 1, 2, 3; the part is 1: all of them are no greater than the third.", 3, percentile([1, 2, 3], 1))


class Deliveries(Exercise):
    number = "16.4"
    hints = (
        "Count the messages first: how many did everybody say together?",
        "Thirty people heard each message, and each time that is a delivery.",
    )
    answer = 1800
    solution = "30 people said 2 messages each, 60 in all. 30 people heard each of them: 60 · 30 = 1800."
    right = "With twice as many people there would be four times as many deliveries."

    def check(self, answer):
        if answer == 60:
            raise Wrong("60 is the number of messages. There are more deliveries: more than one person heard each message.")
        if answer == 60 * 29:
            raise Wrong("You left out the author, who hears the message, too.")
        if answer != self.answer:
            raise Wrong(f"30 people, 2 messages each, and everybody hears each one.\n    got: {answer!r}")
