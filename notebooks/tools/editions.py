"""Keep the English edition in sync with the Russian one: en/ follows ru/, cell by cell.

A code cell is what the table of phrases makes of the Russian one, and is run for itself. An English
Markdown cell has in its metadata, as "translates", the digest of the Russian text whose translation it
is: where that text has changed since, or where there is no digest, the cell is to be translated anew.

A lesson may wait for its translation: then it has no twin in en/, and en/README.md says so.

What carries all this over is lessons.py.
"""

import copy
import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
CONTENTS = """# The English edition

Each lesson builds a part of the English chat, `lab/en/`, and its outputs come from running it in English. Until a \
lesson is translated, the table leads to the Russian one. [grading.ipynb](grading.ipynb) has the grading's criteria.

| lesson | English | Russian |
|---|---|---|
"""


def lessons(folder=FOLDER):
    """Return [(Russian path, English path)] of all lessons in their order; the English one may wait."""
    return [(path, folder / "en" / path.name) for path in sorted((folder / "ru").glob("*.ipynb"))]


def pairs(folder=FOLDER, begun=()):
    """Return [(Russian path, English path)] of the lessons that are translated, in their order, and of grading.

    begun has the Russian paths of those whose translation is to begin now.
    """
    translated = [(path, twin) for path, twin in lessons(folder) if twin.exists() or path in begun]
    return [*translated, (folder / "grading.ipynb", folder / "en" / "grading.ipynb")]


def contents(folder=FOLDER):
    """Return what en/README.md should say: which lessons are translated, and which wait."""
    rows = []
    for path, twin in lessons(folder):
        number, _, name = path.stem.partition("-")
        title = f"{number.lstrip('0')}. {name.replace('-', ' ').capitalize()}"
        english = f"[{twin.name}]({twin.name})" if twin.exists() else "waits for its translation"
        rows.append(f"| {title} | {english} | [{path.name}](../ru/{path.name}) |")
    return CONTENTS + "\n".join(rows) + "\n"


def list_contents(check, folder=FOLDER):
    """Have en/README.md say what contents() returns; with check only return what is wrong, as lines."""
    file = folder / "en" / "README.md"
    if file.exists() and file.read_text(encoding="utf-8") == contents(folder):
        return []
    if check:
        return ["en/README.md: does not say which lessons are translated"]
    file.write_bytes(contents(folder).encode())
    print("en/README.md: saved", flush=True)
    return []


def digest(text):
    """Return 16 hex digits that stand for a text (str)."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def cells(notebook, kind=None):
    """Return the cells of a notebook, or those of one kind, as {id: cell}."""
    return {cell.id: cell for cell in notebook.cells if kind in (None, cell.cell_type)}


def carried(russian, english, code=None):
    """Return what the English notebook should be: the Russian one with English Markdown and code.

    A Markdown cell that has no translation yet keeps the Russian text, and has no digest. code(cell) returns
    the English source of a code cell, which has outputs only where this source was run; without code,
    sources and outputs are the Russian ones.
    """
    result, there = copy.deepcopy(russian), cells(english)
    for cell in result.cells:
        twin = there.get(cell.id, cell)
        if cell.cell_type == "markdown":
            cell.source = twin.source
            cell.metadata["translates"] = twin.metadata.get("translates", "")
        elif code:
            cell.source = code(cell)
            ran = twin is not cell and twin.source == cell.source
            cell.outputs, cell.execution_count = (twin.outputs, twin.execution_count) if ran else ([], None)
    return result


def not_run(russian, english):
    """Return the ids of the English code cells that were not run, or have no output, unlike the Russian ones."""
    originals = cells(russian, "code")
    return [
        name
        for name, cell in cells(english, "code").items()
        if any(originals[name][key] and not cell[key] for key in ("outputs", "execution_count") if name in originals)
    ]


def untranslated(russian, english):
    """Return the ids of the Markdown cells whose translation is missing or out of date."""
    originals, translations = cells(russian, "markdown"), cells(english, "markdown")
    return [
        name
        for name, cell in originals.items()
        if name not in translations
        or translations[name].source == cell.source
        or translations[name].metadata.get("translates") != digest(cell.source)
    ]


def differences(wanted, found):
    """Yield how a notebook differs from what it should be, cell by cell (str)."""
    ours, theirs = cells(wanted), cells(found)
    yield from (f"{name} is missing" for name in ours if name not in theirs)
    yield from (f"{name} is not in the Russian edition" for name in theirs if name not in ours)
    if len(theirs) < len(found.cells):
        yield "two cells have one id"
    places = zip([name for name in ours if name in theirs], [name for name in theirs if name in ours])
    yield from [f"{other} stands where {name} should" for name, other in places if name != other][:1]
    for name in filter(theirs.get, ours):
        yield from (
            f"{name} has another {key}"
            for key in sorted({*ours[name], *theirs[name]})
            if ours[name].get(key) != theirs[name].get(key)
        )
    if {**wanted, "cells": []} != {**found, "cells": []}:
        yield "the notebook has other metadata"


def read(path):
    """Return the notebook at path, an empty one where there is none."""
    import nbformat

    return nbformat.read(path, as_version=4) if path.exists() else nbformat.v4.new_notebook()


def write(notebook, path):
    """Save a notebook at path, with the same line ends on every system."""
    import nbformat

    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def problems(path, twin, code=None):
    """Return what is wrong with the English twin (Path) of the Russian notebook at path, as lines."""
    russian, english = read(path), read(twin)
    lines = list(differences(carried(russian, english, code), english))
    if names := untranslated(russian, english):
        lines.append(f"translate anew: {' '.join(names)}")
    if names := not_run(russian, english):
        lines.append(f"run anew: {' '.join(names)}")
    return [f"en/{twin.name}: {line}" for line in lines]


def carry_over(path, twin, code=None):
    """Bring code cells and the order of cells over to the twin; return whether it is to be run."""

    russian, english = read(path), read(twin)
    wanted = carried(russian, english, code)
    if wanted != english:
        twin.parent.mkdir(exist_ok=True)
        write(wanted, twin)
        print(f"en/{twin.name}: saved", flush=True)
    return bool(not_run(russian, wanted))


def declare_translated(names):
    """Note that the English cells with these ids translate the Russian text of now.

    Return what can't be so, as lines; nothing is saved for these.
    """
    names, lines = dict.fromkeys(names), []
    for path, twin in pairs():
        english = read(twin)
        originals, translations = cells(read(path), "markdown"), cells(english, "markdown")
        for name in [name for name in names if name in originals and name in translations]:
            del names[name]
            if translations[name].source == originals[name].source:
                lines.append(f"en/{twin.name}: {name} is still the Russian text")
            else:
                translations[name].metadata["translates"] = digest(originals[name].source)
        if english != read(twin):
            write(english, twin)
            print(f"en/{twin.name}: saved", flush=True)
    return lines + [f"no Markdown cell {name} in both editions" for name in names]
