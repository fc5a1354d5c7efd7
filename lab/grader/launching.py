"""Start a program of a submission: through launcher.py where that runs, else as any program."""

import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

# All that a program has of an environment, but for its own place. The launcher's Python has started with it.
ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHON_COLORS": "0",
    "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
}


class Started(subprocess.Popen):
    """A program as any other."""

    def end(self):
        """End it and all that it has started, as far as that is still in its family."""
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(self.pid)
            for process in [*family.children(recursive=True), family]:
                with suppress(psutil.Error):
                    process.kill()
        self.wait()


class Launched:
    """A program that a launcher has started; its methods are those of Started that are used.

    Its pid is that of the first process in its family, which all end with that one.
    """

    def __init__(self, launcher, order, stdin, stdout):
        """launcher (str) is a socket's path, stdin and stdout are files or subprocess.PIPE; raises OSError."""
        self.returncode, self.stdin, self.stdout = None, None, None
        theirs = [stdin, stdout]
        if stdin == subprocess.PIPE:
            theirs[0], self.stdin = (open(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb")))
        if stdout == subprocess.PIPE:
            self.stdout, theirs[1] = (open(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb")))
        self.socket = send(launcher, order, theirs)
        for stream, given in zip(theirs, (stdin, stdout)):
            if given == subprocess.PIPE:
                stream.close()
        pid, [self.ended], *_ = socket.recv_fds(self.socket, 100, 1)
        self.pid = int(pid)

    def poll(self):
        """Return the exit status, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout=None):
        """Wait, at most timeout seconds, for the end of its family; return its exit status.

        Raises subprocess.TimeoutExpired.
        """
        if self.returncode is None:
            end = select.poll()
            end.register(self.ended, select.POLLIN)
            if not end.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired("", timeout)
            self.returncode = int(self.socket.recv(100) or -signal.SIGKILL)
            self.socket.close()
            os.close(self.ended)
        return self.returncode

    def end(self):
        """End it and its family."""
        if self.poll() is None:
            signal.pidfd_send_signal(self.ended, signal.SIGKILL)
            self.wait()


def send(launcher, order, streams):
    """Send an order (dict) with streams (files) to a launcher (its socket's path); return the connection (socket)."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    folder = os.open(Path(launcher).parent, os.O_RDONLY)
    connection.connect(f"/proc/self/fd/{folder}/{Path(launcher).name}")  # a socket's name must be short
    os.close(folder)
    socket.send_fds(connection, [json.dumps(order).encode()], [stream.fileno() for stream in streams])
    return connection


def start(arguments, folder, env=ENVIRONMENT, modules=(), stdin=subprocess.PIPE, stdout=subprocess.PIPE):
    """Start Python with arguments (list of str) in folder (str or Path); return a Started or a Launched.

    modules (names) are those that it may import; what it writes to either output goes to stdout.
    """
    if launcher := os.environ.get("GRADING_LAUNCHER"):
        order = {"command": [sys.executable, *arguments], "folder": str(folder), "env": env, "modules": list(modules)}
        return Launched(launcher, order, stdin, stdout)
    return Started(
        [*shlex.split(os.environ.get("GRADING_PREFIX", "")), sys.executable, *arguments],
        cwd=folder,
        env=env,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        start_new_session=os.name == "posix",
    )
