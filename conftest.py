"""Let pytest's notebook cells fail where they are out of sync with lab/, or leave something running.

With pytest -n 10 ten workers share the tests out: what belongs together stays with one of them.
"""

import gc
import os
import signal
import socket
import tempfile
from collections import Counter
from contextlib import suppress
from itertools import count, islice
from secrets import token_hex
from zlib import crc32

import pytest

from lab.grader.plugin import PATIENCE
from lessons import NOT_COMPARED, ROOT, OutOfSync, check_cell, helpers_path
from needs import need

try:
    import nbval.kernel
    from jupyter_client.manager import KernelManager
    from nbval.plugin import IPyNbCell, NbCellError
except ImportError:
    IPyNbCell = NbCellError = ()

pytest_plugins = ["quick", "wine"]
collect_ignore = ["notebooks/en/grading.ipynb"]  # its cells are those of notebooks/grading.ipynb

# What is said in the language of the system, the tests expect in Russian.
os.environ["LANGUAGE"] = "ru"

# A job in the background of a shell ignores Ctrl+C, and so would the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Run in a lesson's kernel before its first cell and after its last one: it works in an empty folder, as a
# student's own folder is at first.
REMEMBER = """
import os, tempfile, threading
threading.before, threading.folder = set(threading.enumerate()), tempfile.TemporaryDirectory()
os.chdir(threading.folder.name)
"""
LEFT = """
import os, threading, psutil
os.chdir("/")
threading.folder.cleanup()
for _left in {*threading.enumerate()} - threading.before:
    _left.join(5)
_left = [t.name for t in threading.enumerate() if t not in threading.before]
_left += [" ".join(p.cmdline()) for p in psutil.Process().children()]
assert not _left, "left behind by the lesson: " + ", ".join(_left)
"""

# Cells that Windows is without, as their lessons say: signals, limits of a process, a pseudo-terminal.
NEED_POSIX = (
    "c12-ctrl-c-demo",
    "c12-daemon-demo",
    "c12-descriptors-demo",
    "c12-full-demo",
    "c15-torn",
    "c15-return",
    "c15-erase",
    "c15-modes",
    "c15-whole",
    "c15-gone",
)
# Windows ends the recv of a socket that another thread closes: there they print what their lesson says.
OTHERWISE_ON_WINDOWS = "c13-stuck", "c13-stuck-wakes"
NEED_REDIS = "18-servers.ipynb", "19-alive.ipynb", "20-relay.ipynb"

# Where tests share what takes long to make, they stay with one worker: graded submissions, a browser, a
# broken lesson, three servers of one chat, a kernel.
WHOLE = "test_browser.py", "test_grading.py", "test_lessons.py", "test_town.py", ".ipynb"
WAITING, FEW = "test_exercises.py", 3  # when all is run, so many workers have its tests: they compute little
# These come first: what mostly waits, beside what computes, and what takes long, so that no worker is left
# alone with it.
FIRST = (
    WAITING,
    "test_browser.py",
    "test_grading.py",
    "test_lessons.py",
    "test_log.py",
    "test_town.py",
    "test_relay.py",
    "test_windows.py",
    "16-load.ipynb",
    "17-models.ipynb",
    *NEED_REDIS,
    ".ipynb",
)
SLOW = "test_without_namespaces_the_points_are_the_same"  # a class that is graded one by one, and in vain
# They need the assignment's port on this machine itself: with one worker, one after another.
ON_PORT_8080 = "test_terminal.py", "notebooks/grading.ipynb", "a_server_that_runs_in_a_terminal_meanwhile"


def place(item):
    """Return the place of a test (an item) in the order in which all are run."""
    if item.name.startswith(SLOW):
        return -1
    return next((number for number, end in enumerate(FIRST) if item.path.name.endswith(end)), len(FIRST))


def pytest_addoption(parser, pluginmanager):
    """Know the setting of a plugin that a reader's own .venv may lack."""
    if not pluginmanager.hasplugin("timeout"):
        parser.addini("timeout", "seconds that a test may take, with pytest-timeout")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share out the tests one by one, but what belongs together as a whole, and in order."""
    from xdist.scheduler import LoadScopeScheduling

    all_files = config.args_source is config.ArgsSource.TESTPATHS

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            if any(part in nodeid for part in ON_PORT_8080):
                return "port 8080"
            file = nodeid.partition("::")[0]
            if file.endswith(WAITING) and all_files:
                return f"waiting {crc32(nodeid.encode()) % FEW}"
            return file if file.endswith(WHOLE) else nodeid

    if config.option.dist != "load":  # told otherwise than by -n alone
        return None
    config.option.loadscopereorder = False  # place has their order
    return Scheduling(config, log)


# Where there are no files to talk through, a kernel's ports are below those that systems hand out, so that nobody
# takes one before the kernel has started; each worker of pytest -n has its own.
KERNEL_PORTS = count(20000 + 1000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))
CHANNELS = "shell_port", "iopub_port", "stdin_port", "hb_port", "control_port"


def is_free(port):
    """Return whether nobody listens on a port of this machine."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def kernel_with_ports(**options):
    """Return a kernel's manager with ports that only this worker uses."""
    ports = islice(filter(is_free, KERNEL_PORTS), len(CHANNELS))
    return KernelManager(cache_ports=False, **dict(zip(CHANNELS, ports)), **options)


def kernel_with_files(**options):
    """Return a kernel's manager; it talks through files, as others may take the ports it has found free."""
    file = os.path.join(tempfile.gettempdir(), f"kernel-{token_hex(4)}.json")
    return KernelManager(transport="ipc", connection_file=file, **options)


if IPyNbCell:
    nbval.kernel.KernelManager = kernel_with_files if os.name == "posix" else kernel_with_ports


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Look for no garbage while tests are collected, and later not among them: all of them stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items):
    """Put all in their order; compare what is the same on every machine; skip what needs Redis without it."""
    items.sort(key=place)
    cells = [item for item in items if isinstance(item, IPyNbCell)]
    for cell in cells:
        cell.output_timeout = PATIENCE
        if cell.path.name in NEED_REDIS:
            cell.add_marker(need("redis-server"))
        if cell.cell.id in NEED_POSIX and os.name != "posix":
            cell.add_marker(pytest.mark.skip(reason="Windows has no signals, limits or pseudo-terminals for it"))
        if is_students(cell) or cell.cell.id in OTHERWISE_ON_WINDOWS and os.name != "posix":
            cell.options["check"] = False
    for notebook in {cell.parent for cell in cells}:
        notebook.skip_compare += NOT_COMPARED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """Say in the last lines what was skipped for want of a program, and how to get it."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, tests in sorted(reasons.items()):
        if reason.startswith("Skipped: no "):
            terminalreporter.write_line(f"{tests} {reason[0].lower()}{reason[1:]}")


def run_beside(item, code):
    """Run code in the kernel of a notebook cell; fail the cell with what it raises."""
    kernel = item.parent.kernel
    message = kernel.execute_cell_input(code, allow_stdin=False)
    kernel.await_reply(message, timeout=PATIENCE)
    while (reply := kernel.get_message("iopub", timeout=PATIENCE))["content"].get("execution_state") != "idle":
        if reply["msg_type"] == "error":
            item.raise_cell_error(reply["content"]["evalue"])


def is_students(cell):
    """Return whether a cell is in a student's copy: what it prints is the student's affair."""
    return not cell.path.is_relative_to(ROOT / "notebooks")


def run(item):
    """Run a notebook cell between our own checks: a generator that yields where nbval runs it."""
    cells = [other for other in item.session.items if other.parent is item.parent]
    if item is cells[0]:
        run_beside(item, REMEMBER)
    try:
        check_cell(item.cell.source)
    except OutOfSync as difference:
        with suppress(Exception):  # the difference tells why
            yield
        item.raise_cell_error("Cell is out of sync with lab/", str(difference))
    result = yield
    if is_students(item):
        return result
    for output in item.test_outputs:  # a bad magic only complains there, and nbval may let it pass
        if output.get("name") == "stderr":
            item.raise_cell_error("Cell writes to stderr", output.text)
    if item is cells[-1]:
        run_beside(item, LEFT)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Lead a notebook's kernel, which is about to start in a folder of its own, to the helpers."""
    if isinstance(item, IPyNbCell):
        os.environ["PYTHONPATH"] = helpers_path(item.path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Around each notebook cell: our own checks. One that fails is named by its id."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    try:
        return (yield from run(item))
    except NbCellError as error:  # nbval knows only numbers, and may count them otherwise one day
        error.args = (f"{item.cell.id}: {error}",)
        raise
