"""Run a script on a port other than the one it names:  python any_port.py SCRIPT PORT

A server gets a free port, and the line "any_port NUMBER" says which, as soon as it listens; a client
is sent to PORT.
"""
import runpy
import socket
import sys
from pathlib import Path

bind, listen, connect = socket.socket.bind, socket.socket.listen, socket.socket.connect


def aimed(arguments, port):
    """Return the arguments of bind or connect with another port; bad ones stay as they are."""
    right = len(arguments) == 1 and isinstance(arguments[0], tuple)
    return (("127.0.0.1", port),) if right else arguments


def bind_any(self, *arguments):
    """Bind to a free port of this machine."""
    bind(self, *aimed(arguments, 0))


def listen_and_tell(self, *backlog):
    """Listen, and say on which port."""
    listen(self, *backlog)
    print("any_port", self.getsockname()[1], flush=True)


def run(script, port):
    """Run the script at a path (str); port (int) is where a client is sent, 0 for a server."""
    def connect_there(self, *arguments):
        connect(self, *aimed(arguments, port))

    socket.socket.bind, socket.socket.listen = bind_any, listen_and_tell
    if port:
        socket.socket.connect = connect_there
    sys.argv = [script]
    sys.path[0] = str(Path(script).resolve().parent)
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]))
