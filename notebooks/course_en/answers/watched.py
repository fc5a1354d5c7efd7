"""A lock, a list and a socket that notice how a student's threads use them."""

import socket
import threading
from contextlib import closing

from exercises import Wrong, pair


class WatchedLock:
    """A lock that knows whether the present thread holds it, and how often it has been taken."""

    def __init__(self):
        self.lock, self.owner, self.times = threading.Lock(), None, 0

    def acquire(self, blocking=True, timeout=-1):
        if self.turn():
            raise Wrong(
                "The thread holds the lock and acquires it again. It would wait for itself forever: "
                "call the function that acquires it after the with block."
            )
        if not self.lock.acquire(blocking, timeout):
            return False
        self.owner = threading.get_ident()
        self.times += 1
        return True

    def release(self):
        self.owner = None
        self.lock.release()

    def locked(self):
        return self.lock.locked()

    def turn(self):
        """Return how many times the lock had been taken when this thread took it; 0 if it does not hold it."""
        return self.times if self.owner == threading.get_ident() else 0

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


class WatchedList(list):
    """A list that notes in which turn of a lock each step on it was made: turns."""

    def __init__(self, lock, items=()):
        super().__init__(items)
        self.lock, self.turns = lock, []


def watched(name):
    """Return list's method of this name, which notes its turn first."""

    def method(self, *args):
        self.turns.append(self.lock.turn())
        return getattr(super(WatchedList, self), name)(*args)

    return method


for step in (
    "__contains__",
    "__delitem__",
    "__getitem__",
    "__iadd__",
    "__iter__",
    "__len__",
    "__setitem__",
    "append",
    "copy",
    "count",
    "extend",
    "index",
    "insert",
    "pop",
    "remove",
):
    setattr(WatchedList, step, watched(step))


class WatchedSocket(socket.socket):
    """A socket that notes in which turn of a lock each sending was made: turns.

    Its send takes one byte: no more is promised. After that, remark holds a hint for the student.
    """

    remark = ""

    def sendall(self, data, *flags):
        self.turns.append(self.lock.turn())
        return super().sendall(data, *flags)

    def send(self, data, *flags):
        self.turns.append(self.lock.turn())
        self.remark = " (send sends as much as fits and returns how much; sendall sends everything.)"
        return super().send(data[:1], *flags)


def watched_pair(lock):
    """Return two connected sockets; the first notes in which turn of lock (WatchedLock) it sends."""
    ours, theirs = pair()
    timeout = ours.gettimeout()
    ours = WatchedSocket(fileno=ours.detach())
    ours.settimeout(timeout)
    ours.lock, ours.turns = lock, []
    return ours, theirs


def all_sent(ours, theirs):
    """Close our end of two connected sockets and return everything (str) that it has sent."""
    ours.close()
    with closing(theirs):
        return b"".join(iter(lambda: theirs.recv(1000), b"")).decode(errors="replace")
