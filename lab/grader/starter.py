"""Start pytest for each submission from one process that has imported it all (Linux only).

Starting Python, pytest and a kernel anew took a third of the processor time of a grading. isolation.py
sends an order for each submission. Pytest is to run in the namespaces of a process that waits there:
it prints where that one prints, and when it ends, that one's standard input does.
"""

import asyncio
import ctypes
import gc
import importlib
import json
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path

import nbformat
import nbval.kernel
import nbval.plugin
import pytest
from _pytest.config import default_plugins
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.localinterfaces import localhost
from jupyter_client.provisioning import KernelProvisionerFactory, local_provisioner

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = "lab.grader.plugin"
IMPORTED = (  # by the first use, else
    *(f"_pytest.{name}" for name in default_plugins),
    *(PLUGIN, "lab.grader.programs", "IPython.core.completerlib", "IPython.core.debugger"),
    *("IPython.core.oinspect", "IPython.core.logger", "IPython.extensions.storemagic", "ipykernel.debugger"),
    *("tornado.platform.asyncio", "multiprocessing.popen_fork"),
)
NEEDLESS = ("debugpy",)  # a kernel's debugger: it takes long to import
NAMESPACES = "user", "net", "uts", "pid", "mnt"  # the last one hides the others' files


class Kernel(multiprocessing.get_context("fork").Process):
    """A Jupyter kernel, forked; its other methods are those of subprocess.Popen that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, command, env=None, cwd=None, **rest):
        """Start it with a kernel spec's command (list of str): python -m ipykernel_launcher ARGUMENTS."""
        super().__init__(target=self.work, args=(command[3:], env, cwd))
        self.start()
        os.setpgid(self.pid, self.pid)  # before anybody asks: its group is killed at the end

    def work(self, arguments, env, cwd):
        """Be a kernel until it is told to end."""
        os.close(life)
        os.setpgid(0, 0)
        asyncio.set_event_loop(None)
        enter(env, cwd or ".")
        IPKernelApp.launch_instance(argv=arguments)

    def poll(self):
        """Return the exit status, or None while it works."""
        return self.exitcode

    def wait(self, timeout=None):
        """Wait, at most timeout seconds, for the end; return the exit status."""
        self.join(timeout)
        return self.exitcode

    def send_signal(self, signum):
        """Send a signal."""
        os.kill(self.pid, signum)


def enter(env, folder):
    """Take env (dict) as the environment, and folder (str) as the working directory."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    tempfile.tempdir = None  # it may be another one now
    sys.dont_write_bytecode = True


def join(pid):
    """Go into the namespaces of the process pid (int); who is forked from now on is there. Raises OSError."""
    files = [os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY) for name in NAMESPACES]
    ours = [os.stat(f"/proc/self/ns/{name}") for name in NAMESPACES]
    libc = ctypes.CDLL(None, use_errno=True)
    for file, mine in zip(files, ours):
        if not os.path.samestat(os.fstat(file), mine) and libc.setns(file, 0):
            raise OSError(ctypes.get_errno(), "setns")
        os.close(file)


def work(order):
    """Run pytest as an order (dict) says, in a process of its own; wait for its end."""
    global life
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, file in enumerate([os.devnull, f"/proc/{order['guide']}/fd/1"]):
        os.dup2(os.open(file, os.O_RDWR if number == 0 else os.O_WRONLY), number)
    os.dup2(1, 2)
    join(order["guide"])
    if child := os.fork():  # one is not in the namespace of processes oneself, but one's children are
        os.close(life)
        os.waitpid(child, 0)
        return
    os.setsid()
    enter(order["env"], order["folder"])
    local_provisioner.launch_kernel = Kernel
    pytest.main(order["arguments"], [nbval.plugin, importlib.import_module(PLUGIN)])


def prepare():
    """Import all that pytest and a kernel will, and have worked out once what is the same for all."""
    for name in NEEDLESS:
        sys.modules[name] = None
    for name in IMPORTED:
        importlib.import_module(name)
    nbformat.validate(nbformat.v4.new_notebook())  # its schema is compiled by the first use
    localhost()  # which addresses mean this machine
    KernelProvisionerFactory.instance()  # what is installed that can start a kernel
    nbval.kernel.pformat = str  # it writes each message to a log that nobody reads
    gc.collect()
    gc.freeze()  # nobody need look through all this again


def main():
    """Start what is ordered through the socket (its descriptor is the argument) until that is closed."""
    global life
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for who has ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grader decides
    sys.path[0] = str(ROOT)
    prepare()
    sys.path[0] = ""
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        while True:
            order, [*descriptors], *_ = socket.recv_fds(orders, 1 << 20, 1)
            if not order:
                return
            [life] = descriptors  # the other end of the guide's standard input
            if not os.fork():
                orders.close()
                try:
                    work(json.loads(order))
                except Exception:
                    traceback.print_exc()  # it stands in the submission's reason
                finally:
                    sys.stdout.flush()
                    os._exit(0)
            os.close(life)


if __name__ == "__main__":
    main()
