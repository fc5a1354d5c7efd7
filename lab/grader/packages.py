"""Packages that the instructor lets submissions use: installed for them alone."""

import os
import subprocess
import sys


def install(names, folder):
    """Install packages (list of str, as pip takes them) in folder (Path), and tell those who start programs.

    Raises ValueError, in Russian, when pip can't.
    """
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder]
    done = subprocess.run([*command, *names], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["pip ничего не сказал."]
        raise ValueError(f"Пакеты не поставлены ({', '.join(names)}): {said[-1]}")
    os.chmod(folder, 0o755)  # submissions run as somebody else
    os.environ["GRADING_PYTHONPATH"] = str(folder)
