"""Let pytest's notebook cells fail where they are out of step with lab/, or leave something running."""
import os
import shutil

import pytest
from chapters import OutOfStep, check_cell

try:
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


def pytest_collection_modifyitems(items):
    """Compare what is the same on every machine; skip chapter 8 where Redis is missing, not in CI."""
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
