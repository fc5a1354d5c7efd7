"""Bring a crowd to lab/server.py and let all but ten leave at once; print how long both took, and the memory.

Run it in a terminal:  python tests/bench/crowd.py [--clients 10000] [--at-once 10] [--server COMMAND]

The server runs on one core and this meter on the other. Linux only; everything stays on this machine.
"""

import argparse
import os
import resource
import select
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path

from compare import SERVER, free_port, pinned, wait_for

STAY = 10  # clients
PATIENCE = 120  # seconds without anything to read
HAS_LEFT = "ы".encode()[1:]  # one byte, so no read cuts it; of all announcements only that of a leaving has it


class Crowd:
    """Clients of a chat at port, which are all read by one thread."""

    def __init__(self, port):
        self.port, self.poll, self.sockets = port, select.epoll(), {}
        self.joining = {}  # descriptor: the line that its newcomer waits for, and what it has heard
        self.left = {}  # descriptor of one who stays: how many it has heard leave
        self.buffer = memoryview(bytearray(1 << 20))

    def come(self, number):
        """Let one client connect and say its name; it has not joined yet."""
        sock = socket.create_connection(("127.0.0.1", self.port))
        sock.sendall(f"u{number}\n".encode())
        self.sockets[sock.fileno()] = sock
        self.joining[sock.fileno()] = f"u{number} присоединился".encode(), b""
        self.poll.register(sock, select.EPOLLIN)

    def read(self):
        """Read what has come to anybody. Raises TimeoutError after PATIENCE of silence."""
        ready = self.poll.poll(PATIENCE)
        if not ready:
            raise TimeoutError("nothing came")
        for descriptor, _ in ready:
            size = self.sockets[descriptor].recv_into(self.buffer)
            if descriptor in self.joining:
                line, heard = self.joining[descriptor]
                heard += self.buffer[:size]
                if line in heard:
                    del self.joining[descriptor]
                else:
                    self.joining[descriptor] = line, heard
            if descriptor in self.left:
                self.left[descriptor] += bytes(self.buffer[:size]).count(HAS_LEFT)

    def gather(self, clients, at_once):
        """Let clients come, at_once of them at a time; return the seconds until all have joined."""
        start = time.monotonic()
        for number in range(clients):
            while len(self.joining) >= at_once:
                self.read()
            self.come(number)
        while self.joining:
            self.read()
        return time.monotonic() - start

    def disperse(self):
        """Let all but STAY leave at once; return the seconds until each of those has heard of it."""
        stay = dict.fromkeys([*self.sockets][:STAY], 0)
        leave = [sock for descriptor, sock in self.sockets.items() if descriptor not in stay]
        for sock in leave:
            self.poll.unregister(sock)
        self.left, start = stay, time.monotonic()
        for sock in leave:
            sock.close()
        while any(heard < len(leave) for heard in self.left.values()):
            self.read()
        return time.monotonic() - start


def memory(process):
    """Return the resident memory of a process, in KiB."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1024


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=10000, help="(%(default)s)")
    parser.add_argument("--at-once", type=int, default=10, help="who join at the same time (%(default)s)")
    ours = f"{shlex.quote(sys.executable)} {shlex.quote(str(SERVER))} --port {{port}}"
    parser.add_argument("--server", default=ours, help="another chat server; {port} is its port")
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    cores, port = sorted(os.sched_getaffinity(0)), free_port()
    command = pinned(cores[:1], shlex.split(options.server.format(port=port)))
    os.sched_setaffinity(0, cores[-1:])
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(port, server)
            crowd, before = Crowd(port), memory(server)
            print(f"{options.clients} clients have joined after {crowd.gather(options.clients, options.at_once):.1f} s")
            print(f"each costs the server {(memory(server) - before) / options.clients:.0f} KiB")
            print(f"all but {STAY} have left; those have heard it after {crowd.disperse():.2f} s")
        finally:
            server.kill()


if __name__ == "__main__":
    main()
