"""The programs that only tests and the lessons with Redis need, and how to get each.

    python3 tests/needs.py

names the Debian packages of those that are missing here. It needs nothing but Python.
"""

import os
import shutil

# What brings each program: Debian's packages, and a command on macOS.
PROGRAMS = {
    "cc": ("gcc libc6-dev", "xcode-select --install"),
    "chromium": ("chromium fonts-dejavu-core", None),
    "openssl": ("openssl", "brew install openssl"),
    "redis-server": ("redis-server", "brew install redis"),
    "tmux": ("tmux", "brew install tmux"),
}


def reason(program):
    """Return why tests are skipped (str) where a program is missing: what to install."""
    debian, macos = PROGRAMS[program]
    return f"no {program} (Debian: apt-get install {debian}" + (f"; macOS: {macos})" if macos else ")")


def need(program):
    """Return a mark for tests that a program (str) takes part in: they are skipped without it, but fail in CI."""
    import pytest

    here = shutil.which(program) or os.environ.get("CI")
    return pytest.mark.skipif(not here, reason=reason(program))


if __name__ == "__main__":
    print(*(debian for program, (debian, _) in PROGRAMS.items() if not shutil.which(program)))
