"""A chat server in Python that is nothing but the design of lab/server.py: a thread for each client
reads, one thread takes what all of them have read from one inbox and sends one batch to each.

It tells which part of the way from lab/server.py to thread_server.c is the price of Python, and
which that of the checks. Left out on purpose: those checks; whoever leaves stays in the list, and
what doesn't fit into a socket is lost.

    python least_server.py --port 8080
"""

import os
import queue
import socket
import sys
import threading

RECV_SIZE = 8192  # bytes, as in lab/server.py
MAX_BATCH = 65536  # bytes, as in lab/server.py
PROMPT = "Введите своё имя:\n".encode()

inbox = queue.SimpleQueue()  # (Client, list of lines), or (Client, None) when it has joined


class Client:
    def __init__(self, client_socket):
        self.socket = client_socket
        self.name = b""
        self.said = False
        self.turn = threading.Lock()  # held while its messages are on their way


def read_from(client):
    """Read what client sends, in its own thread; put it into inbox."""
    client.socket.sendall(PROMPT)
    client.name, _, tail = client.socket.recv(RECV_SIZE).partition(b"\n")
    client.turn.acquire()
    inbox.put((client, None))
    while chunk := client.socket.recv(RECV_SIZE):
        *lines, tail = (tail + chunk).split(b"\n")
        client.turn.acquire()
        inbox.put((client, lines))


def broadcast():
    """Send what is in inbox, as one batch to each, forever."""
    clients = []
    while True:
        outbox = bytearray()
        while not outbox or not inbox.empty() and len(outbox) < MAX_BATCH:
            client, lines = inbox.get()
            client.said = True
            if lines is None:
                clients.append(client)
                outbox += client.name + " присоединился к чату.\n".encode()
            else:
                prefix = client.name + b": "
                outbox += prefix + (b"\n" + prefix).join(lines) + b"\n"
        batch = bytes(outbox)
        for client in clients:
            try:
                client.socket.send(batch, socket.MSG_DONTWAIT)
            except OSError:
                pass  # it is gone, or its socket is full
            if client.said:
                client.said = False
                client.turn.release()


def main():
    """Serve on the port that the command line ends with."""
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # as lab/server.py
    sys.setswitchinterval(0.05)
    with socket.create_server(("localhost", int(sys.argv[-1])), backlog=1024) as server_socket:
        server_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 262144)
        threading.Thread(target=broadcast, daemon=True).start()
        while True:
            client = Client(server_socket.accept()[0])
            threading.Thread(target=read_from, args=[client], daemon=True).start()


if __name__ == "__main__":
    main()
