"""Which lesson a word in faults.py means: its number and title are those of the notebook now called so."""

import re
from functools import cache

from .isolation import ROOT


@cache
def lesson(name, language):
    """Return number and title (str) of the lesson whose file is called NN-name.ipynb, or "" if there is none."""
    for notebook in ROOT.glob(f"notebooks/{language}/*-{name}.ipynb") if name else ():
        title = re.search(r'"# (?:\d+\. )?(?:★ )?([^"\\]+)', notebook.read_text(encoding="utf-8"))
        number = notebook.stem.partition("-")[0].lstrip("0")
        return f"{number} ({title[1]})" if title else number
    return ""
