"""What was graded before: a record for each hand-in, so that no run loses what an earlier one has done.

The records lie in a folder FOLDER beside the reports. One is written whenever a submission has been
graded; the next run takes what has not changed, and keeps the rest as earlier attempts.
"""

import ast
import hashlib
import json
import os
import sys
from dataclasses import fields
from datetime import datetime

from . import finding
from .saving import save_text
from .submissions import Submission

FOLDER = ".grading"
ROOTS = "plugin", "programs", "isolation", "starter", "launcher"  # results come from these modules and what they import
RESULTS = "results", "found", "reason", "done"  # fields of a Submission that grading fills in


class Store:
    """The records in a folder."""

    def __init__(self, folder, version):
        """folder (Path) is made unless it is there; version (str) as from version(). Raises OSError."""
        self.folder, self.version, self.kept = folder / FOLDER, version, 0
        self.folder.mkdir(parents=True, exist_ok=True)
        self.records = {path: record for path in sorted(self.folder.glob("*.json")) if (record := read(path))}

    def recall(self, submission):
        """Give submission what it has earned before, if neither it nor the criteria have changed; return whether."""
        record = self.records.get(self.place(submission))
        if not record or record["version"] != self.version or not record["done"]:
            return False
        for name in RESULTS:
            setattr(submission, name, record[name])
        return True

    def keep(self, submission):
        """Write the record of submission, which has been graded. Raises OSError."""
        path, values = self.place(submission), {f.name: getattr(submission, f.name) for f in fields(submission)}
        text = json.dumps(
            values | {"version": self.version, "graded": datetime.now().isoformat()},
            ensure_ascii=False,
            indent=1,
            default=str,
        )
        save_text(path, text)
        self.records[path] = json.loads(text)
        self.kept += 1

    def before(self, submissions):
        """Return what was graded before and is none of submissions (list): a list of them, oldest first."""
        now = {self.place(submission) for submission in submissions}
        records = sorted(self.records.items(), key=lambda item: item[1]["graded"])
        return [restored(record) for path, record in records if path not in now]

    def place(self, submission):
        """Return the path for the record of a submission: another one for each person and each content."""
        key = json.dumps([*submission.person(), submission.files])
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"


def restored(record):
    """Return the submission of which a record (dict) tells."""
    values = {f.name: record[f.name] for f in fields(Submission) if f.name in record}
    if values.get("handed_in"):
        values["handed_in"] = datetime.fromisoformat(values["handed_in"])
    return Submission(**values | {"path": None})


def read(path):
    """Return the record (dict) in path (Path), or None when it is none that we know."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        complete = {"version", "graded", "name", "files", *RESULTS} <= record.keys()
    except (OSError, ValueError, AttributeError):
        return None
    return record if complete else None


def content(folder):
    """Return a hash (str) of all files in folder (Path), their names included; "" when there is no folder."""
    if not folder or not folder.is_dir():
        return ""
    told = hashlib.sha256()
    for name, path in sorted(files(folder)):
        told.update(json.dumps(name).encode() + b"\n")
        try:
            with path.open("rb") as file:
                told.update(hashlib.sha256(b"".join(iter(lambda: file.read(1 << 20), b""))).digest())
        except OSError as error:
            told.update(type(error).__name__.encode())
    return told.hexdigest()


def files(folder):
    """Yield (name, path) of the plain files in folder (Path) that may be graded; name (str) is its path there."""
    root = folder.resolve()
    for where, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in finding.SKIPPED]
        for path in (root / where / name for name in names):
            if path.is_file() and path.resolve().is_relative_to(root):
                yield path.relative_to(root).as_posix(), path


def version(files, *options):
    """Return a hash (str) of all that a result depends on besides the submission.

    files ({path in the project: bytes}) as from runs.read_files(); options (str) are those of the command that
    matter. Points are counted anew each time: they do not matter, nor does what the notebook explains.
    """
    told = hashlib.sha256(json.dumps([*options, sys.version_info[:2]]).encode())
    for name, source in sorted(files.items()):
        if name.endswith(".ipynb"):
            told.update(code_of(source))
    for _, module in sorted(needed(files).items()):
        told.update(ast.dump(module).encode())  # comments do not matter
    return told.hexdigest()


def code_of(notebook):
    """Return what the code cells in the text of a notebook (bytes) hold, and what they shall print (bytes)."""
    cells = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    return json.dumps([[cell["source"], cell["outputs"]] for cell in cells]).encode()


def needed(files):
    """Return the modules ({path: ast.Module}) that ROOTS are or import, as far as they are in files ({path: bytes})."""
    found, waiting = {}, list(ROOTS)
    while waiting:
        path = f"lab/grader/{waiting.pop()}.py"
        if path in files and path not in found:
            found[path] = ast.parse(files[path])
            waiting += imported(found[path])
    return found


def imported(module):
    """Return the names (set of str) that a module of this package (ast.Module) may import from it, at its top."""
    nodes = [node for node in module.body if isinstance(node, ast.ImportFrom) and node.level]
    return {alias.name for node in nodes for alias in node.names} | {node.module for node in nodes if node.module}
