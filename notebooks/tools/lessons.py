"""Keep the lessons in sync with lab/: the scripts are the source, the cells follow.

A building cell names its place in its first line; the rest stands there to the letter:

    # lab/server.py: add_user
    # lab/server.py, lab/client.py: PAUSE, first_words        (both scripts have the same text)

After a change in lab/, rewrite the building cells, run the lessons again and save them:

    python notebooks/tools/lessons.py            rewrite, run, save what changed, in both languages
    python notebooks/tools/lessons.py --check    change nothing; tell what differs, status 1

The Russian edition is the source (see editions.py), and the table of phrases makes English code of it
(see phrases.py). After a change in its prose, or in the table:

    python notebooks/tools/lessons.py --translate   carry it over, run in en/ what has other code now, and
                                                    list the cells to be translated anew
    python notebooks/tools/lessons.py --translate notebooks/ru/03-framing.ipynb
                                                    the same, and begin its translation, if it still waits
    python notebooks/tools/lessons.py --translated c03-chat
                                                    this cell in en/ is translated
"""

import argparse
import ast
import difflib
import os
import re
import sys
import tempfile
from pathlib import Path

import editions
from english import English

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {
    "ru": ("lab/server.py", "lab/client.py", "lab/relay.py"),
    "en": ("lab/en/server.py", "lab/en/client.py", "lab/en/relay.py"),
}
PLACE = re.compile(r"# (lab/[\w/]+\.py(?:, lab/[\w/]+\.py)*): (\w+(?:, \w+)*)")
# A figure's Markdown holds numbers of the machine; a diagram's says the same as its text/plain.
NOT_COMPARED = ("text/markdown",)


class OutOfSync(Exception):
    """A building cell that is not what the script says; its text is one that reads at once."""


def names(statement):
    """Return the names (list of str) that a top-level statement binds."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    bound = []
    for node in ast.walk(statement):
        if isinstance(node, ast.alias):
            bound.append(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.append(node.id)
    return bound


def statements(text):
    """Return the top-level statements of a script's text, as (names, source) in its order.

    The comment lines directly above a statement belong to it. The docstring and the main
    guard, which bind no name, are left out.
    """
    lines = text.splitlines()
    found = []
    for statement in ast.parse(text).body:
        first = statement.lineno - 1
        while first and lines[first - 1].startswith("#"):
            first -= 1
        if bound := names(statement):
            found.append((bound, "\n".join(lines[first : statement.end_lineno])))
    return found


def source(script, wanted):
    """Return what a cell must hold to build the statements of script that bind wanted (names).

    Raises OutOfSync for a name that the script does not have.
    """
    found = statements((ROOT / script).read_text(encoding="utf-8"))
    for name in wanted:
        if not any(name in bound for bound, _ in found):
            raise OutOfSync(f"{script} has no {name}")
    parts = [body for bound, body in found if set(bound) & set(wanted)]
    text = parts[0]
    for above, below in zip(parts, parts[1:]):
        apart = re.search(r"^(def|class) ", above + "\n" + below, re.M)
        text += ("\n\n\n" if apart else "\n") + below
    return text


def place(cell_source):
    """Return (scripts, names) that the first line of a cell gives, or None if it builds nothing."""
    found = PLACE.fullmatch(cell_source.partition("\n")[0].rstrip())
    return found and (found[1].split(", "), found[2].split(", "))


def expected(cell_source):
    """Return what a building cell should be, after the scripts; raises OutOfSync."""
    scripts, wanted = place(cell_source)
    bodies = {source(script, wanted) for script in scripts}
    if len(bodies) > 1:
        raise OutOfSync(f"{' and '.join(scripts)} differ in {', '.join(wanted)}")
    return cell_source.partition("\n")[0].rstrip() + "\n" + bodies.pop()


def check_cell(cell_source):
    """Raise OutOfSync, with a diff, when a building cell is not what its script says."""
    if not place(cell_source):
        if re.match(r"#\s*lab/", cell_source):
            raise OutOfSync(f"cannot read the place: {cell_source.partition(chr(10))[0]}")
        return
    wanted = expected(cell_source)
    if cell_source != wanted:
        lines = difflib.unified_diff(
            wanted.splitlines(), cell_source.splitlines(), "the script", "this cell", lineterm="", n=1
        )
        raise OutOfSync("\n".join(lines))


def read(path):
    """Return the notebook at path."""
    import nbformat  # takes its time, and the lessons, which import us, do without

    return nbformat.read(path, as_version=4)


def notebooks(edition="ru"):
    """Return the paths of an edition's notebooks, in order."""
    return sorted((ROOT / "notebooks" / edition).glob("*.ipynb"))


def untaught(edition="ru"):
    """Return the statements of the scripts that no cell builds, as "script: names"."""
    taught = set()
    for path in notebooks(edition):
        for cell in read(path).cells:
            if cell.cell_type == "code" and place(cell.source):
                scripts, wanted = place(cell.source)
                taught |= {(script, name) for script in scripts for name in wanted}
    return [
        f"{script}: {', '.join(bound)}"
        for script in SCRIPTS[edition]
        for bound, _ in statements((ROOT / script).read_text(encoding="utf-8"))
        if not any((script, name) in taught for name in bound)
    ]


def rewrite(notebook):
    """Make the building cells of a notebook what the scripts say."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and place(cell.source):
            cell.source = expected(cell.source)


def in_english(edition):
    """Return a function that returns the English source of a Russian code cell; edition is an English."""

    def source(cell):
        head = cell.source.partition("\n")[0]
        return expected(edition.code(head, cell.id)) if place(head) else edition.code(cell.source, cell.id)

    return source


def put_through(edition):
    """Have an English see the code of all lessons, also of those that wait for their translation."""
    for path in notebooks():
        for cell in editions.cells(read(path), "code").values():
            edition.code(cell.source.partition("\n")[0] if place(cell.source) else cell.source, cell.id)


def helpers_path(notebook):
    """Return the PYTHONPATH (str) by which the notebook at a path finds its helpers and lab/ from any folder."""
    course = "course_en" if "course_en" in notebook.read_text(encoding="utf-8") else "course"
    return os.pathsep.join(map(str, [ROOT / "notebooks" / course, ROOT]))


def run(notebook, path):
    """Run the notebook of a path in a fresh kernel and an empty folder; store its outputs without times or noise.

    What differs from before only in Markdown, which shows figures of this machine, stays as it was.
    """
    from nbclient import NotebookClient
    from nbval.plugin import coalesce_streams

    before = {(cell.id, cell.source): cell.get("outputs") for cell in (read(path).cells if path.exists() else ())}
    os.environ["PYTHONPATH"] = helpers_path(path)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook, timeout=60, kernel_name="python3", record_timing=False, resources={"metadata": {"path": folder}}
        ).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            outputs = coalesce_streams(cell.outputs)
            stored = before.get((cell.id, cell.source), [])
            cell.outputs = stored if without_figures(stored) == without_figures(outputs) else outputs
            cell.metadata.pop("execution", None)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def without_figures(outputs):
    """Return a cell's outputs without their Markdown."""
    return [
        output | {"data": {kind: data for kind, data in output.get("data", {}).items() if kind not in NOT_COMPARED}}
        for output in outputs
    ]


def renew(path, check):
    """Rewrite, run and save the notebook at path, or only check it; return what is wrong, as lines."""
    try:
        notebook = read(path)
        rewrite(notebook)
        if not check:
            run(notebook, path)
    except Exception as error:
        return [f"{path.name}: {error}"]
    if notebook == read(path):
        return []
    if check:
        return [f"{path.name}: out of sync with lab/"]
    save(notebook, path)
    return []


def save(notebook, path):
    """Write a notebook to path."""
    editions.write(notebook, path)
    print(f"{path.parent.name}/{path.name}: saved", flush=True)


def follow(path, twin, code, again):
    """Bring the English twin of the notebook at path into sync, and run it, again or where it is to be run.

    Return what is wrong, as lines; code returns the English source of a code cell.
    """
    try:
        to_be_run = editions.carry_over(path, twin, code)
        if code and (again or to_be_run):
            notebook = read(twin)
            run(notebook, twin)
            if notebook != read(twin):
                save(notebook, twin)
    except Exception as error:
        return [f"en/{path.name}: {error}"]
    return editions.problems(path, twin, code)


def main():
    """Bring the lessons into sync, or with --check tell where they are not."""
    parser = argparse.ArgumentParser(description="Keep the lessons in sync with lab/.")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    instead.add_argument("--translate", action="store_true", help="only carry over to en/")
    instead.add_argument(
        "--translated", nargs="+", default=[], metavar="CELL", help="these cells of en/ are translated now"
    )
    parser.add_argument("notebook", nargs="*", type=Path, help="only these of ru/ (all)")
    args = parser.parse_args()
    if any(path.resolve().parent.name == "en" for path in args.notebook):
        parser.error("en/ follows: name the notebook in ru/")
    edition = English(ROOT)
    put_through(edition)
    wrong = editions.declare_translated(args.translated) + edition.write(args.check)
    named = [path.resolve() for path in args.notebook]
    only_english = args.translate or bool(args.translated)
    if not only_english:
        for path in named or notebooks():
            wrong += renew(path, args.check)
        if not named:
            wrong += [f"no cell teaches {statement}" for statement in untaught()]
    for path, twin in editions.pairs(begun=named if args.translate else ()):
        if not named or path in named:
            code = in_english(edition) if path.parent.name == "ru" else None
            wrong += editions.problems(path, twin, code) if args.check else follow(path, twin, code, not only_english)
    wrong += edition.problems()
    wrong += editions.list_contents(args.check)
    for problem in wrong:
        print(problem, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
