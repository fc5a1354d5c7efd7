"""How what we started ends, and what Linux tells of it: who has something to do, what nobody has read (man 5 proc)."""

import ctypes
import os
import platform
import sys
from contextlib import suppress

import psutil

TELLS = sys.platform == "linux" and os.path.exists("/proc/thread-self/children")  # whether the system has all this
# System calls in which a thread may wait for ever, by number, and which argument is the timeout.
# Who waits in another one may go on by itself.
ENDLESS = {
    "x86_64": {
        0: None,
        1: None,
        43: None,
        44: None,
        45: None,
        46: None,
        47: None,
        288: None,  # read to accept4
        34: None,
        61: None,
        130: None,
        247: None,  # pause, wait4, rt_sigsuspend, waitid
        7: 2,
        23: 4,
        202: 3,
        232: 3,
        270: 4,
        271: 2,
        281: 3,  # poll, select, futex, epoll_wait and kin
    }
}.get(platform.machine(), {})
LISTENS = "0A"  # a socket's status in the system's tables
NO_TIMEOUT = 0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF  # no pointer to a time; -1 milliseconds


def read(path):
    """Return the bytes of a file of /proc; raises OSError when its process or thread has ended."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 65536)
    finally:
        os.close(file)


def threads(pid):
    """Return the folders (list of str) of a process's threads; none when it has ended."""
    with suppress(OSError):
        return [f"/proc/{pid}/task/{thread}" for thread in os.listdir(f"/proc/{pid}/task")]
    return []


def family(pid):
    """Return the numbers (list of int) of a process, first, and of all that come from it."""
    found = [pid]
    if not TELLS:
        with suppress(psutil.Error):
            found += [child.pid for child in psutil.Process(pid).children(recursive=True)]
        return found
    for process in found:
        for thread in threads(process):
            with suppress(OSError):
                found += map(int, read(f"{thread}/children").split())
    return found


def state(thread):
    """Return the letter (bytes) for what a thread does: R runs, D waits for a disk, S sleeps."""
    return read(f"{thread}/stat").rpartition(b") ")[2][:1]


def spent(pid):
    """Return the seconds of processor time that the family has used, as far as it is still there."""
    ticks = 0
    for process in family(pid):
        with suppress(OSError):
            ticks += sum(map(int, read(f"/proc/{process}/stat").rpartition(b") ")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def busy(pid):
    """Return whether a thread in the family does not wait for anything."""
    try:
        return any(state(thread) in b"RD" for process in family(pid) for thread in threads(process))
    except OSError:
        return True  # a thread or a process has just ended, which others may notice


def rest(pid):
    """Return what all threads of the family wait for (list), when none will ever go on by itself.

    Else None. Two equal answers: nobody has run in between, and all waited at the same moment.
    """
    waits = []
    try:
        for thread in (thread for process in family(pid) for thread in threads(process)):
            if state(thread) == b"Z":
                continue
            wait = read(f"{thread}/syscall").split()
            if not endless(wait):
                return None
            waits.append((thread, wait, read(f"{thread}/schedstat")))  # how often it has run
    except OSError:
        return None  # ended, or the system does not tell
    return waits


def endless(wait):
    """Return whether a thread that waits in this system call (list of bytes) does so without end."""
    if not wait[0].isdigit() or int(wait[0]) not in ENDLESS:
        return False  # it runs, or may go on by itself
    timeout = ENDLESS[int(wait[0])]
    return timeout is None or int(wait[1 + timeout], 16) in NO_TIMEOUT


def connections(port):
    """Yield the lines of the system's tables of TCP sockets that have port (int), each split (list of str)."""
    for name in "/proc/net/tcp", "/proc/net/tcp6":
        with suppress(OSError), open(name) as table:
            yield from (line.split() for line in table if f":{port:04X} " in line)


def unread(port, peer_port):
    """Return the bytes on their way from port to peer_port that nobody has read."""
    total = 0
    for _, local, remote, _, queues, *_ in connections(port):
        if {local[-5:], remote[-5:]} == {f":{port:04X}", f":{peer_port:04X}"}:
            total += int(queues.split(":")[local[-5:] == f":{peer_port:04X}"], 16)
    return total


def knocking(port):
    """Return how many have connected to port (int) and were not accepted yet."""
    return sum(
        int(queues.split(":")[1], 16)
        for _, local, _, status, queues, *_ in connections(port)
        if status == LISTENS and local.endswith(f":{port:04X}")
    )


def end_all_children():
    """Kill whatever we started, what has got away from its parent included."""
    while children := psutil.Process().children(recursive=True):
        for child in children:
            with suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(children, timeout=5)


def adopt(willing=True):
    """On Linux, become the parent of all who lose theirs among our children (man 2 prctl), or no more."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).prctl(36, int(willing), 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
