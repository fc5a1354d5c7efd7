"""How submissions are kept apart from each other and from us."""

import json
import os
import random
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil

from . import limits
from .launching import ENVIRONMENT, Launched
from .processes import end_all_children

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = "launcher"  # the socket of one
FIRST_USER, USERS = 20_000, 40_000  # the first of numbers that are nobody's, and how many there are
DAC_READ_SEARCH = 2  # man 7 capabilities

# Where the system has no such means: limits, and a parent that nobody misses.
LIMITED = """
import subprocess, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, [int(sys.argv[1])] * 2)
    resource.setrlimit(resource.RLIMIT_DATA, [int(sys.argv[2])] * 2)
except (ImportError, OSError, ValueError):
    pass
sys.exit(subprocess.call(sys.argv[3:]))
"""
# What each pytest is started with.
OPTIONS = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "start_new_session": True,
}


class Starter:
    """A process that starts pytest, see starter.py."""

    def __init__(self):
        """Start it; it needs a second before it takes the first order."""
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-X", "utf8", ROOT / "lab/grader/starter.py", str(theirs.fileno())]
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def order(self, order, life):
        """Have pytest started, which holds the descriptor life while it runs."""
        socket.send_fds(self.socket, [json.dumps(order).encode()], [life])

    def close(self):
        """End it; what it has started runs on."""
        self.socket.close()
        self.process.wait()


def isolation():
    """Return how submissions are kept apart on this system: Namespaces, or LimitsOnly where it has none."""
    try:
        return Namespaces()
    except OSError:
        return LimitsOnly()


class Namespaces:
    """On Linux, each submission has a network, a file system and processes of its own."""

    alone = False  # others may be graded meanwhile

    def __init__(self):
        """Try what this system allows; raises OSError when that is not enough."""
        self.starter, self.lock = None, threading.Lock()
        self.first = random.randrange(USERS)  # so many processes may a user have: not those of two graders
        unshare = shutil.which("unshare")
        if sys.platform != "linux" or not unshare:
            raise OSError("no namespaces")
        self.unshare = [unshare, "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        self.root = not os.geteuid()
        if not self.root:
            self.unshare += ["--user", "--map-root-user"]
        for self.capabilities in "", str(DAC_READ_SEARCH):  # the second where Python is in /root
            if self.works():
                return
        raise OSError("not allowed")

    def works(self):
        """Return whether a program can be launched with the capabilities."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as base:
            os.chmod(base, 0o755)
            private, folder = Path(base, "private"), Path(base, "folder")
            private.mkdir()
            folder.mkdir()
            launcher = self.launch(private, 0)
            try:
                if os.read(launcher.stdout.fileno(), 1) != b"\n":
                    return False
                order = {"command": [sys.executable, "-c", ""], "folder": str(folder), "env": {}, "modules": []}
                with open(os.devnull, "r+b") as nothing:
                    return Launched(str(private / LAUNCHER), order, nothing, nothing).wait(limits.START) == 0
            except (OSError, ValueError, subprocess.TimeoutExpired):
                return False
            finally:
                launcher.kill()
                launcher.communicate()

    def launch(self, private, number):
        """Start a launcher, see launcher.py, for submission number; return a process (Popen).

        It says with an empty line that it listens.
        """
        user = FIRST_USER + (self.first + number) % USERS if self.root else 0
        most = {"NPROC": limits.PROCESSES, "DATA": limits.MEMORY, "FSIZE": limits.DISK, "CORE": 0}
        script, path = ROOT / "lab/grader/launcher.py", private / LAUNCHER
        arguments = [*map(str, (script, path, user)), self.capabilities, json.dumps(most)]
        command = [*self.unshare, sys.executable, *arguments]
        return subprocess.Popen(command, env=ENVIRONMENT, cwd="/", **OPTIONS | {"stdin": subprocess.PIPE})

    def environment(self, private):
        """Return the variables (dict) that say how a program is started whose private (Path) is hidden from it."""
        return {"GRADING_LAUNCHER": str(private / LAUNCHER)}

    def start(self, arguments, private, env, number):
        """Start pytest with arguments (list of str) in private (Path) for submission number; return a process (Popen).

        What the process prints is what pytest prints, and it ends with it.
        """
        process = self.launch(private, number)
        with process.stdin as life:  # the launcher works to its end, which is that of pytest
            if os.read(process.stdout.fileno(), 1) == b"\n":
                [pid] = [child.pid for child in psutil.Process(process.pid).children()]
                order = {"guide": pid, "arguments": arguments, "folder": str(private), "env": env}
                with self.lock:
                    self.starter = self.starter or Starter()
                    self.starter.order(order, life.fileno())
        process.stdin = None
        return process

    def end(self, process):
        """End what start() has returned, and with it all that was started there."""
        process.kill()

    def restore(self, files):
        """Return whether a submission has changed our files ({path in the project: bytes}): it can't."""
        return False

    def close(self):
        """End what was started for all submissions."""
        if self.starter:
            self.starter.close()


class LimitsOnly:
    """Elsewhere: limits, and a family that nobody leaves (see processes.adopt); one submission at a time."""

    alone = True

    def start(self, arguments, private, env, number):
        """As Namespaces.start."""
        command = [sys.executable, "-m", "pytest", "-p", "lab.grader.plugin", "-p", "nbval.plugin", *arguments]
        return subprocess.Popen(command, cwd=private, env=env, **OPTIONS)

    def end(self, process):
        """End it, and all that was started."""
        process.kill()
        end_all_children()

    def restore(self, files):
        """Write back what is not as in files ({path in the project: bytes}); return whether anything was not."""
        paths = {ROOT / name: content for name, content in files.items()}
        changed = [path for path, content in paths.items() if not path.exists() or path.read_bytes() != content]
        for path in changed:
            path.write_bytes(paths[path])
        return bool(changed)

    def environment(self, private):
        """As Namespaces.environment; nothing is hidden."""
        return {"GRADING_PREFIX": shlex.join([sys.executable, "-c", LIMITED, str(limits.DISK), str(limits.MEMORY)])}

    def close(self):
        """There is nothing to end."""
