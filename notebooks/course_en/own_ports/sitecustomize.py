"""Give a program, and all who talk to it, ports of their own: many chats at once can each have port 8080.

The environment variable OWN_PORTS names a folder. There a file called 8080 holds the number of the port
that stands for it. Python imports a sitecustomize by itself where PYTHONPATH leads to its folder.
"""
import os
import socket
from pathlib import Path

bind, connect, connect_ex = socket.socket.bind, socket.socket.connect, socket.socket.connect_ex


def place(sock, address):
    """Return the file (Path) for the port in address (tuple); None where it may stay what it is."""
    if sock.family in (socket.AF_INET, socket.AF_INET6) and sock.type == socket.SOCK_STREAM and address[1]:
        return Path(os.environ["OWN_PORTS"], str(address[1]))
    return None


def own(sock, address):
    """Return address with the port that stands for its port, if there is one already."""
    file = place(sock, address)
    return (address[0], int(file.read_text()), *address[2:]) if file and file.exists() else address


def bind_own(sock, address):
    """As bind, to a free port the first time, and then always to the same."""
    file = place(sock, address)
    if not file or file.exists():
        return bind(sock, own(sock, address))
    bind(sock, (address[0], 0, *address[2:]))
    file.write_text(str(sock.getsockname()[1]))


socket.socket.bind = bind_own
socket.socket.connect = lambda sock, address: connect(sock, own(sock, address))
socket.socket.connect_ex = lambda sock, address: connect_ex(sock, own(sock, address))
