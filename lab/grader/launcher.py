"""Launch a submission's programs apart from all else, each forked from a Python that has started (Linux only).

Half of a grading's processor time went into starting Python, with half a dozen commands around it, anew for
each of 25 programs. isolation.py starts this script once for a submission, with unshare, in namespaces of its
own; it listens at SOCKET, where launching.py asks for programs, and ends when its standard input does:

    python launcher.py SOCKET USER CAPABILITIES LIMITS

Nothing of the submission runs in this process, only in what it forks: there as USER, in a copy in memory of the
submission's folder, with no more than the CAPABILITIES (numbers), and within LIMITS (JSON, man 2 setrlimit).
SOCKET's folder is out of sight there, and the folder around that one can't be changed.
"""

import builtins
import ctypes
import fcntl
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType

ORDER = 1 << 20  # bytes that an order may have
# What is imported for a program before it starts, if it does so itself: that takes time and has no other effect.
READY = {
    *("argparse", "asyncio", "base64", "codecs", "collections", "concurrent.futures", "contextlib", "copy"),
    *("dataclasses", "datetime", "enum", "functools", "hashlib", "itertools", "json", "logging", "math", "os"),
    *("pathlib", "pickle", "platform", "queue", "random", "re", "secrets", "select", "selectors", "shutil", "signal"),
    *("socket", "socketserver", "ssl", "string", "struct", "subprocess", "sys", "tempfile", "textwrap", "threading"),
    *("time", "traceback", "types", "typing", "unicodedata", "uuid"),
}
AT_START = "PYTHON", "LANG", "LC_"  # begins the name of a variable that Python reads only when it starts
BY_SITE = {"sitecustomize", "usercustomize"}  # what Python imports when it starts, where there is such a file

NEWNS, NEWIPC, NEWPID, NEWNET = 0x20000, 0x8000000, 0x20000000, 0x40000000  # man 2 unshare
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND = 1, 2, 4, 8, 32, 4096  # man 2 mount
DUMPABLE, KEEPCAPS, CAPBSET_DROP, NO_NEW_PRIVS, CAP_AMBIENT, RAISE = 4, 8, 24, 38, 47, 2  # man 2 prctl
VERSION = 0x20080522  # man 2 capset
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.fopen.restype = ctypes.c_void_p


@dataclass
class Place:
    """Where programs run, and with what rights."""

    socket: str
    user: int  # 0: nobody else than we are
    capabilities: set
    limits: dict

    @property
    def private(self):
        """The folder (str) that is out of sight."""
        return os.path.dirname(self.socket)

    @property
    def base(self):
        """The folder (str) that can't be changed."""
        return os.path.dirname(self.private)


def call(name, *arguments):
    """Call a function of the system by its name (str); raises OSError when it returns -1."""
    kinds = {str: os.fsencode, int: ctypes.c_ulong}
    values = [kinds[type(one)](one) if type(one) in kinds else one for one in arguments]
    if getattr(LIBC, name)(*values) == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}{arguments}: {os.strerror(error)}")


def mount(source, target, kind=None, flags=0, options=None):
    """As man 2 mount; raises OSError."""
    call("mount", source, target, kind, flags, options)


def tell(file, text):
    """Write text (str) to a file of /proc; raises OSError where a system has no such file."""
    with open(file, "w") as setting:
        setting.write(text)


# Around a submission: a network of its own, and nothing to be changed but the folder around its own.


def isolate(base):
    """Bring a network up, and make all that is mounted read-only but base (str)."""
    connect()
    mount(base, base, None, BIND)
    with open("/proc/self/mounts", "rb") as mounts:
        folders = [line.split()[1].decode("unicode_escape").encode("latin-1") for line in mounts]
    for folder in folders:
        with suppress(OSError):  # gone, or nothing that may be touched
            if folder != os.fsencode(base):
                make_read_only(folder)


def make_read_only(folder):
    """Make what is mounted at folder (str or bytes) read-only, in this namespace; raises OSError."""
    kept = os.statvfs(folder).f_flag & (NOSUID | NODEV | NOEXEC)
    mount(None, folder, None, REMOUNT | BIND | RDONLY | kept)


def connect():
    """Bring up a network whose table of connections is small, and thus quick to look through.

    It forgets ended connections at once, and its buffers have the usual sizes: limits.FLOOD is more than that.
    """
    settings = "/proc/sys/net/ipv4/"
    with suppress(OSError):  # an older kernel, which is only slower
        tell(f"{settings}tcp_child_ehash_entries", "256")
    call("unshare", NEWNET)  # the child for which the table is small
    for name, value in (
        ("tcp_max_tw_buckets", "0"),
        ("ip_unprivileged_port_start", "0"),  # port 80 is as good as any
        ("tcp_wmem", "4096 16384 4194304"),
    ):
        with suppress(OSError):
            tell(settings + name, value)
    with socket.socket() as any:
        fcntl.ioctl(any, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
    socket.sethostname("localhost")  # else gethostbyname(gethostname()) is not here, but outside


# Around a program: a family of processes that ends as one, a copy of its folder, no rights.


def fork_family():
    """Fork into a new family of processes, whose first the child is; returns as os.fork() does."""
    call("unshare", NEWPID)
    child = os.fork()
    if child:
        with open("/proc/self/ns/pid") as own:
            call("setns", own.fileno(), NEWPID)
    return child


def hide(place, folder):
    """Put a copy of folder (str) in its place, in memory, and make it the working directory; raises OSError."""
    call("unshare", NEWNS | NEWIPC)
    size, mask = f"size={place.limits['FSIZE']}", os.umask(0)
    mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC)
    with suppress(OSError):  # where there is no memory to share
        tell("/proc/sys/kernel/shmall", "16384")
        mount("tmpfs", "/dev/shm", "tmpfs", 0, size)
    make_read_only("/proc")
    make_read_only(place.base)
    mount("tmpfs", place.private, "tmpfs", 0, size)
    copy(folder, place.private)
    os.umask(mask)
    mount(place.private, folder, None, BIND)
    os.chdir(folder)


def copy(source, target):
    """Copy the files and folders in source (str) to target (str)."""
    for entry in os.scandir(source):
        path = f"{target}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            os.mkdir(path)
            copy(entry.path, path)
        elif entry.is_file(follow_symlinks=False):
            with open(entry.path, "rb") as old, open(path, "wb") as new:
                while data := old.read(1 << 20):
                    new.write(data)


def drop_rights(place):
    """Become the user, keep no more than the capabilities, and take the limits, for good."""
    with open("/proc/sys/kernel/cap_last_cap") as last:
        others = set(range(int(last.read()) + 1)) - place.capabilities
    call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in others:
        call("prctl", CAPBSET_DROP, capability, 0, 0, 0)
    if place.user:
        become(place.user)
    keep(place.capabilities)
    call("prctl", DUMPABLE, 1, 0, 0, 0)  # as after exec: it may look at itself
    for name, number in place.limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (number, number))


def become(user):
    """Be user (int), with the capabilities that one has."""
    call("prctl", KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def keep(capabilities):
    """Have only these capabilities (set of int), and whoever is executed as well."""
    bits = sum(1 << capability for capability in capabilities)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    call("capset", struct.pack("Ii", VERSION, 0), struct.pack("6I", low, low, low, high, high, high))
    for capability in capabilities:
        call("prctl", CAP_AMBIENT, RAISE, capability, 0, 0)


# A program


def launch(order, client, streams, place):
    """Be the first of a family, start a program, and tell client (socket) how it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nobody in the family shall end it
    hide(place, order["folder"])
    program = os.fork()
    if program:
        watch(program, client, streams)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate([*streams, streams[1]]):
        os.dup2(stream, number)
    client.detach()
    os.closerange(3, 1024)  # more than there are
    drop_rights(place)
    run(order)


def watch(program, client, streams):
    """Wait for the end of program (pid) and of who has lost its parent; tell client, and exit."""
    for descriptor in 0, 1, 2, *streams:
        os.close(descriptor)
    while (ended := os.wait())[0] != program:
        pass
    client.send(str(os.waitstatus_to_exitcode(ended[1])).encode())
    os._exit(0)


def run(order):
    """Be the program of an order, as its command would be."""
    command, forked = order["command"], runs_here(order)
    os.environ.clear()
    os.environ.update(order["env"])
    if not forked:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execv(command[0], command)
    script = os.path.abspath(command[1])
    sys.orig_argv, sys.argv = command, command[1:]
    sys.path[:0] = own_places(order)
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(__annotations__={}, __builtins__=builtins)
    file = ctypes.c_void_p(LIBC.fopen(os.fsencode(script), b"rbe"))
    sys.exit(-ctypes.pythonapi.PyRun_SimpleFileExFlags(file, os.fsencode(script), 1, None))


def runs_here(order):
    """Return whether the command of an order is a script that another Python would run as this one does."""
    script, env = order["command"][1], order["env"]
    read = {name for name in {*env, *os.environ} if name.startswith(AT_START) and name != "PYTHONPATH"}
    if script.startswith("-") or any(env.get(name) != os.environ.get(name) for name in read):
        return False
    own = {name.split(".")[0] for place in own_places(order) if os.path.isdir(place) for name in os.listdir(place)}
    return own.isdisjoint(BY_SITE) and own.isdisjoint(name.split(".")[0] for name in sys.modules)


def own_places(order):
    """Return where a script finds modules (list of str) before those of Python."""
    path = order["env"].get("PYTHONPATH", "").split(os.pathsep)
    return [os.path.dirname(os.path.realpath(order["command"][1])), *filter(None, path)]


def prepare(modules):
    """Import those of modules (list of str) that may be."""
    for name in READY.intersection(modules).difference(sys.modules):
        with suppress(ImportError):  # the program will find out
            importlib.import_module(name)
    gc.freeze()  # no program need look through all this


def serve(listener, place):
    """Launch what is ordered, until standard input ends."""
    while 0 not in select.select([0, listener], [], [])[0]:
        client = listener.accept()[0]
        data, streams, *_ = socket.recv_fds(client, ORDER, 2)
        order = json.loads(data)
        prepare(order["modules"])
        child = fork_family()
        if not child:
            listener.close()
            return launch(order, client, streams, place)
        end = os.pidfd_open(child)
        socket.send_fds(client, [str(child).encode()], [end])
        client.close()
        for descriptor in end, *streams:
            os.close(descriptor)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # who has ended, and told so
                pass


def main():
    """Isolate all that will run here, print an empty line, and serve."""
    del sys.path[0]
    path, user, capabilities, limits = sys.argv[1:]
    place = Place(path, int(user), set(map(int, capabilities.split())), json.loads(limits))
    isolate(place.base)
    os.chdir(place.private)  # a socket's name must be short
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(os.path.basename(path))
    listener.listen()
    os.write(1, b"\n")
    serve(listener, place)


if __name__ == "__main__":
    main()
