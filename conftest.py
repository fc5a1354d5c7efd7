"""Let pytest's notebook cells fail where they are out of step with lab/, or leave something running.

Several workers (pytest -n 4) share the tests out: what belongs together stays with one of them.
"""
import os
import shutil
import tempfile
from secrets import token_hex

import pytest
from chapters import OutOfStep, check_cell

try:
    import nbval.kernel
    from jupyter_client.manager import KernelManager
    from nbval.plugin import IPyNbCell
except ImportError:
    IPyNbCell = ()

# Run in the chapter's kernel before its first cell and after its last one.
REMEMBER = "import threading; threading.before = set(threading.enumerate())"
LEFT = """
import threading, psutil
for _left in {*threading.enumerate()} - threading.before:
    _left.join(2)
_left = [t.name for t in threading.enumerate() if t not in threading.before]
_left += [" ".join(p.cmdline()) for p in psutil.Process().children()]
assert not _left, "left behind by the chapter: " + ", ".join(_left)
"""


# A figure's Markdown holds numbers of the machine; a diagram's says the same as its text/plain.
NOT_COMPARED = ("text/markdown",)

PATIENCE = 60  # seconds that a cell's outputs may take on their way; nbval's own are 5

# Fixtures that take long: each is made once, by one worker, and first. Graded submissions, a browser …
SHARED = "graded", "lab", "town", "broken"


def pytest_addoption(parser, pluginmanager):
    """Know the setting of a plugin that a reader's own .venv may lack."""
    if not pluginmanager.hasplugin("timeout"):
        parser.addini("timeout", "seconds that a test may take, with pytest-timeout")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Let pytest -n 4 keep groups of tests together, in our order, unless it is told otherwise."""
    if config.getoption("numprocesses", None) and config.option.dist == "no":
        config.option.dist, config.option.loadscopereorder = "loadgroup", False


def private_kernel(**options):
    """Return a kernel's manager; it talks through files, as others may take the ports it has found free."""
    file = os.path.join(tempfile.gettempdir(), f"kernel-{token_hex(4)}.json")
    return KernelManager(transport="ipc", connection_file=file, **options)


if IPyNbCell and os.name == "posix":
    nbval.kernel.KernelManager = private_kernel


def group(item):
    """Return the name (str) of what must run in one place and in order, or None."""
    if isinstance(item, IPyNbCell):
        return f"{item.path.parent.name}-{item.path.stem}"
    return next((name for name in SHARED if name in getattr(item, "fixturenames", ())), None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Group what belongs together; compare what is the same on every machine; skip what needs Redis."""
    for item in items:
        if name := group(item):
            item.add_marker(pytest.mark.xdist_group(name))
        if isinstance(item, IPyNbCell):
            item.output_timeout = PATIENCE
    if config.getoption("dist", "no") == "loadgroup":
        order = [*SHARED, *{group(item): None for item in items if isinstance(item, IPyNbCell)}, None]
        items.sort(key=lambda item: order.index(group(item)))
    for notebook in {item.parent for item in items if isinstance(item, IPyNbCell)}:
        notebook.skip_compare += NOT_COMPARED
    if shutil.which("redis-server") or os.environ.get("CI"):
        return
    missing = pytest.mark.skip(reason="no redis-server here: apt install redis-server, "
                                      "brew install redis")
    for item in items:
        if item.path.name == "08-many-servers.ipynb":
            item.add_marker(missing)


def run_beside(item, code):
    """Run code in the kernel of a notebook cell; fail the cell with what it raises."""
    kernel = item.parent.kernel
    message = kernel.execute_cell_input(code, allow_stdin=False)
    kernel.await_reply(message, timeout=30)
    while (reply := kernel.get_message("iopub", timeout=10))["content"].get("execution_state") != "idle":
        if reply["msg_type"] == "error":
            item.raise_cell_error(reply["content"]["evalue"])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Around each notebook cell: compare it with lab/, and clean up behind the last one."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    cells = [other for other in item.session.items if other.parent is item.parent]
    if item is cells[0]:
        run_beside(item, REMEMBER)
    try:
        check_cell(item.cell.source)
    except OutOfStep as difference:
        try:
            yield
        except Exception:
            pass  # the difference tells why
        item.raise_cell_error("Cell is out of step with lab/", str(difference))
    result = yield
    if item is cells[-1]:
        run_beside(item, LEFT)
    return result
