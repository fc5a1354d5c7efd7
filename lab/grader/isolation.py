"""How submissions are kept apart from each other and from us."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psutil

from . import limits
from .processes import end_all_children

ROOT = Path(__file__).resolve().parents[2]

# Around one submission: a network of its own, whose table of connections is small and thus quick
# to look through, and which forgets ended connections at once. All but our folder is read-only.
NETWORK = """
import ctypes, fcntl, os, socket, struct, sys
def tell(name, number):
    try:
        open("/proc/sys/net/ipv4/" + name, "w").write(number)
    except OSError:
        pass  # an older kernel, which is only slower
tell("tcp_child_ehash_entries", "256")
ctypes.CDLL(None).unshare(0x40000000)  # CLONE_NEWNET: the child for which the table is small
tell("tcp_max_tw_buckets", "0")
tell("ip_unprivileged_port_start", "0")  # port 80 is as good as any
tell("tcp_wmem", "4096 16384 4194304")  # the usual sizes: FLOOD is more than that
with socket.socket() as any:
    fcntl.ioctl(any, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
socket.sethostname("localhost")  # else gethostbyname(gethostname()) is not here, but outside
os.execv(sys.argv[1], sys.argv[1:])
"""
READ_ONLY = """
base=$1; shift
mount --bind "$base" "$base" && cd "$PWD" || exit 125
while read -r _ dir _; do
    dir=$(printf %b "$dir")
    for flags in ro ro,nosuid,nodev ro,nosuid,nodev,noexec; do
        test "$dir" = "$base" || mount -o remount,bind,$flags "$dir" && break
    done
done < /proc/self/mounts 2> /dev/null
exec "$@"
"""
# Around each program: a copy of its folder in memory; our own files are out of sight, and the
# processes are a family of their own, which ends as one.
APART = """
base=$1 private=$2 size=$3; shift 3
{ echo 16384 > /proc/sys/kernel/shmall && mount -t tmpfs -o size=$size tmpfs /dev/shm; } 2> /dev/null
mount -o remount,bind,ro /proc && mount -o remount,bind,ro "$base" &&
mount -t tmpfs -o size=$size tmpfs "$private" && cp -R . "$private" &&
chmod -R a+rwX "$private" && mount --bind "$private" "$PWD" && cd "$PWD" || exit 125
setsid "$@"
exit $?
"""
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
        self.outer = ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        nobody = ["--reuid={uid}", "--regid={uid}", "--clear-groups", "--no-new-privs"]
        none = "--inh-caps=-all --ambient-caps=-all --bounding-set=-all"
        for_root = none.replace("-all", "-all,+dac_read_search")  # python in /root
        ways = [[*nobody, *none.split()], [*nobody, *for_root.split()]]
        if not hasattr(os, "geteuid") or os.geteuid():
            self.outer += ["--user", "--map-root-user"]
            ways = [["--no-new-privs", *none.split()]]
        self.rights = next(filter(self.allowed, ways), None)
        if not self.rights:
            raise OSError("no namespaces")

    def allowed(self, rights):
        """Return whether a program can be run with rights (list of str, options of setpriv)."""
        self.rights = rights
        with tempfile.TemporaryDirectory() as folder, suppress(OSError):
            os.chmod(folder, 0o755)
            private, program = Path(folder, "private"), Path(folder, "program")
            private.mkdir()
            program.mkdir()
            command = self.network(private.parent, [*self.prefix(0, private), sys.executable, "-c", ""])
            return not subprocess.run(command, cwd=program, capture_output=True).returncode
        return False

    def network(self, base, command):
        """Return the command (list of str) that runs command where it can change base (Path) only."""
        return [
            *self.outer,
            sys.executable,
            "-c",
            NETWORK,
            shutil.which("sh") or "sh",
            "-c",
            READ_ONLY,
            "read-only",
            str(base),
            *command,
        ]

    def start(self, arguments, private, env):
        """Start pytest with arguments (list of str) in private (Path); return a process (Popen).

        What the process prints is what pytest prints, and it ends with it.
        """
        guide = self.network(private.parent, ["sh", "-c", "echo; exec cat"])
        process = subprocess.Popen(guide, **OPTIONS | {"stdin": subprocess.PIPE})
        with process.stdin as life:  # the guide reads it to its end, which is that of pytest
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

    def prefix(self, number, private):
        """Return what stands before each program of submission number, to hide private (Path)."""
        rights = [right.format(uid=20000 + number) for right in self.rights]
        return [
            "unshare",
            "--mount",
            "--pid",
            "--ipc",
            "--fork",
            "--mount-proc",
            "sh",
            "-c",
            APART,
            "apart",
            str(private.parent),
            str(private),
            str(limits.DISK),
            "setpriv",
            *rights,
            "prlimit",
            f"--nproc={limits.PROCESSES}",
            f"--data={limits.MEMORY}",
            f"--fsize={limits.DISK}",
            "--core=0",
        ]

    def close(self):
        """End what was started for all submissions."""
        if self.starter:
            self.starter.close()


class LimitsOnly:
    """Elsewhere: limits, and a family that nobody leaves (see processes.adopt); one submission at a time."""

    alone = True

    def start(self, arguments, private, env):
        """As Namespaces.start."""
        return subprocess.Popen([sys.executable, "-m", "pytest", *arguments], cwd=private, env=env, **OPTIONS)

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

    def prefix(self, number, private):
        """As Namespaces.prefix; nothing is hidden."""
        return [sys.executable, "-c", LIMITED, str(limits.DISK), str(limits.MEMORY)]

    def close(self):
        """There is nothing to end."""
