"""The style of our Python files is what the settings of ruff in pyproject.toml say."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from lessons import ROOT

pytestmark = pytest.mark.skipif(
    not find_spec("ruff") and "CI" not in os.environ,
    reason="no ruff (it is in tests/requirements.txt)",
)


def ruff(*arguments):
    """Run ruff over the project; return its status and all that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--no-cache", ROOT],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


def test_ruff_check_finds_nothing():
    status, found = ruff("check", "--output-format", "concise")
    assert status == 0, found


def test_ruff_format_changes_nothing():
    status, changes = ruff("format", "--diff")
    assert status == 0, f"{changes}\nThis does it: {sys.executable} -m ruff format"
