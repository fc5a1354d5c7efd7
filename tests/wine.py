"""What Wine, which .ci/windows runs, cannot show of Windows: each test with the reason.

Tests are named as pytest -rs prints them, without parameters where it is all of them; cells by their id.
"""

import sys

import pytest

NO_BREAK = "Wine refuses CTRL_BREAK_EVENT from a program"
CANNOT = {}


def on_wine():
    """Return whether this Windows is Wine."""
    if sys.platform != "win32":
        return False
    import ctypes

    return hasattr(ctypes.windll.ntdll, "wine_get_version")


def names(item):
    """Return by what names CANNOT may know item: a test with and without its parameters, a cell."""
    if cell := getattr(item, "cell", None):
        return {cell.get("id")}
    return {item.name, getattr(item, "originalname", item.name)}


def pytest_collection_modifyitems(items):
    """Skip, on Wine only, what it cannot show."""
    for item in items if on_wine() else ():
        for name in names(item) & {*CANNOT}:
            item.add_marker(pytest.mark.skip(reason=f"Wine: {CANNOT[name]}"))
