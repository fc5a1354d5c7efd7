"""What nbval decides by itself, where our own checks rely on it or make up for it.

One that goes red after an upgrade shows what nbval does now; its docstring tells what to do then.
"""

import socket

import nbformat
import pytest
from nbval.plugin import IPyNbFile, NbCellError

import conftest
import test_lessons
from lab.grader import plugin
from test_lessons import copy as copy, named, run_copy

COMPLAINT = "UsageError: Line magic function `%nosuch` not found.\n"
CELLS = {  # id: what a code cell has
    "passes": {
        "source": "1 + 1",
        "execution_count": 1,
        "outputs": [nbformat.v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)],
    },
    "lost-output": {"source": "print('new')", "execution_count": 1},
    "cleared": {"source": "print('new')"},
    "cleared-bad-magic": {"source": "%nosuch"},
    "stored-bad-magic": {
        "source": "%nosuch",
        "execution_count": 1,
        "outputs": [nbformat.v4.new_output("stream", name="stderr", text=COMPLAINT)],
    },
    "bad-magic": {"source": "%nosuch", "execution_count": 1},
    "skipped": {"source": "# NBVAL_SKIP\n1 / 0", "execution_count": 1},
    "tagged-skip": {"source": "1 / 0", "execution_count": 1, "metadata": {"tags": ["nbval-skip"]}},
    "tagged-ignore": {"source": "print('new')", "execution_count": 1, "metadata": {"tags": ["nbval-ignore-output"]}},
}


def write(path, *names):
    """Write a notebook with the cells (names in CELLS) to path; return path."""
    cells = [nbformat.v4.new_code_cell(id=f"c01-{name}", **CELLS[name]) for name in names]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def items(request, tmp_path_factory):
    """What nbval makes of CELLS, without our hooks, as {id: item}; their kernel is running."""
    path = write(tmp_path_factory.mktemp("nbval") / "tiny.ipynb", *CELLS)
    notebook = IPyNbFile.from_parent(request.session, path=path)
    found = dict(zip(CELLS, notebook.collect()))
    notebook.setup()
    yield found
    notebook.teardown()


def outcome(item):
    """Run a cell as nbval does; return how it ends (str)."""
    try:
        item.runtest()
    except NbCellError as error:
        return str(error)
    except pytest.skip.Exception:
        return "skipped"
    return "passed"


def test_a_cell_that_was_run_is_compared(items):
    """Without this our lessons prove nothing: do not upgrade."""
    assert outcome(items["passes"]) == "passed"
    assert outcome(items["lost-output"]) == "Cell outputs differ"


def test_a_cell_that_was_never_run_passes_whatever_it_prints(items):
    """If it fails now, test_cells_were_run_in_order is needed for the order alone."""
    assert outcome(items["cleared"]) == "passed"


@pytest.mark.parametrize("name", ["cleared-bad-magic", "stored-bad-magic"])
def test_a_bad_magic_passes_where_it_is_not_compared_or_its_complaint_is_stored(items, name):
    """It is no error to nbval. If it fails now, conftest need not look at stderr."""
    assert outcome(items[name]) == "passed"
    assert [output.text for output in items[name].test_outputs] == [COMPLAINT]


def test_a_bad_magic_that_is_new_differs(items):
    """If it passes now, conftest alone is what notices it: keep its look at stderr."""
    assert outcome(items["bad-magic"]) == "Cell outputs differ"


@pytest.mark.parametrize(
    "name, ends", [("skipped", "skipped"), ("tagged-skip", "skipped"), ("tagged-ignore", "passed")]
)
def test_comments_and_tags_switch_the_comparison_off(items, name, ends):
    """If they have other names now, test_no_cell_escapes_comparison must know these."""
    assert outcome(items[name]) == ends


def test_cells_are_numbered_from_0(items):
    """If from 1: change this, and the number in the example of notebooks/README.md. All else goes by ids."""
    assert [item.name for item in items.values()] == [f"Cell {n}" for n in range(len(CELLS))]
    assert [item.cell_num for item in items.values()] == list(range(len(CELLS)))


def test_outputs_may_take_5_s_after_a_cell_has_run_and_a_minute_with_us(items):
    """If there is an option for it now, set that, and drop PATIENCE in both plugins."""
    cells = list(items["passes"].parent.collect())
    assert {cell.output_timeout for cell in cells} == {5}
    conftest.pytest_collection_modifyitems(cells[:1])
    plugin.pytest_collection_modifyitems(cells[1:])
    assert {cell.output_timeout for cell in cells} == {60}


def started_on():
    """Start a kernel as on Windows and end it; return its ports."""
    kernel = conftest.kernel_with_ports()
    kernel.start_kernel()
    try:
        return [kernel.get_connection_info()[channel] for channel in conftest.CHANNELS]
    finally:
        kernel.shutdown_kernel(now=True)


def test_between_choice_and_start_nobody_is_given_a_kernels_port():
    """By itself jupyter_client chooses among those that systems hand out, from 32768 on, and does not hold them."""
    ports = started_on() + started_on()
    assert len({*ports}) == 10 and max(ports) < 32768


def test_a_kernel_is_given_no_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as server_socket:
        assert not conftest.is_free(server_socket.getsockname()[1])


# What nbval lets pass, our own checks do not.


@pytest.mark.parametrize(
    "name, check",
    [
        ("cleared", test_lessons.test_cells_were_run_in_order),
        ("cleared-bad-magic", test_lessons.test_cells_were_run_in_order),
        ("stored-bad-magic", test_lessons.test_outputs_are_the_same_on_every_machine),
        ("skipped", test_lessons.test_no_cell_escapes_comparison),
        ("tagged-skip", test_lessons.test_no_cell_escapes_comparison),
        ("tagged-ignore", test_lessons.test_no_cell_escapes_comparison),
    ],
)
def test_what_passes_by_itself_fails_a_check_of_ours(tmp_path, name, check):
    with pytest.raises(AssertionError):
        check(write(tmp_path / "01-tiny.ipynb", name))


def test_a_bad_magic_fails_under_our_hooks_and_each_failure_is_named_by_id(copy):
    write(copy / "notebooks/ru/01-tiny.ipynb", "cleared-bad-magic", "passes", "stored-bad-magic", "lost-output")
    status, printed = run_copy(copy, "notebooks/ru/01-tiny.ipynb")
    assert status == 1 and named(printed) == [
        "c01-cleared-bad-magic: Cell writes to stderr",
        "c01-stored-bad-magic: Cell writes to stderr",
        "c01-lost-output: Cell outputs differ",
    ]
    assert "UsageError: Line magic function `%nosuch` not found" in printed
