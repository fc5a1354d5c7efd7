"""Open the course in a folder of the student's own, which is made at the first start:

    python notebooks/tools/start.py [--folder FOLDER] [what JupyterLab shall know]

The folder gets a copy of each lesson, without outputs; server.py and client.py will stand beside them. At a
later start lessons are updated, but none that the student has changed: its new edition is put beside it.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HELPERS = json.dumps([str(ROOT / "notebooks" / "course"), str(ROOT)], ensure_ascii=False)
PATHS = re.compile(r"(?<=^sys\.path \+= )\[[^]\n]*\]", re.MULTILINE)  # in a lesson's first code cell
DIGESTS = ".lessons.json"  # in the folder: of each lesson, the digest of what we have written there
NO_LESSON = ValueError, KeyError, TypeError  # what reading something else as a lesson raises
OURS = ".ci", ".git", ".venv", "lab", "notebooks", "tests"


def main():
    """Make or update the student's folder, and run JupyterLab there."""
    for stream in sys.stdout, sys.stderr:
        with suppress(AttributeError):  # pythonw has no streams, IDLE its own
            stream.reconfigure(errors="replace")  # a pipe may lack some letters
    parser = argparse.ArgumentParser(
        description="Открыть курс в JupyterLab, в вашей собственной папке.",
        epilog="Все остальные ключи получает JupyterLab: --no-browser, --port 8889 …",
        allow_abbrev=False,
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "my", help="ваша папка (%(default)s)")
    parser.add_argument("--language", choices=["ru"], default="ru", help="язык уроков (%(default)s)")
    parser.add_argument("--no-lab", action="store_true", help="обновить папку, JupyterLab не запускать")
    options, for_jupyter = parser.parse_known_args()
    folder = options.folder.expanduser().resolve()
    if is_ours(folder):
        parser.error(f"в {folder} лежит сам курс. Выберите другую папку: --folder ПАПКА")
    is_new = not (folder / DIGESTS).exists()
    try:
        offered = update(ROOT / "notebooks" / options.language, folder)
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}. Выберите другую папку: --folder ПАПКА")
    print(f"Ваша папка: {folder}")
    for name, edition in offered.items():
        print(f"Вы изменили {name}, и он остался как есть. Новая редакция урока лежит рядом: {edition}")
    if not options.no_lab:
        run_lab(folder, for_jupyter, is_new)


def is_ours(folder):
    """Return whether a folder (Path) belongs to the course, or has it inside."""
    return folder in (ROOT, *ROOT.parents) or any(folder.is_relative_to(ROOT / name) for name in OURS)


def run_lab(folder, options, is_new):
    """Run JupyterLab with options (list of str) in folder (Path); show the first lesson, if that is new."""
    from jupyterlab.labapp import main as jupyterlab

    quiet = "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
    lessons = map(str, sorted(folder.glob("*.ipynb"))[:is_new])
    sys.exit(jupyterlab([f"--ServerApp.root_dir={folder}", *quiet, *options, *lessons]))


def update(source, folder):
    """Copy the lessons in source (Path) to folder (Path), where these are not up to date.

    Return {name: name of its new edition} for those that the student has changed. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digests, offered = known(folder / DIGESTS), {}
    for name in digests:
        lead_home(folder / name)
    lessons = {path.name: fresh(read(path)) for path in sorted(source.glob("[0-9][0-9]-*.ipynb"))}
    for name, lesson in lessons.items():
        if place := place_for(folder, name, digest(lesson), digests):
            write(folder / place, lesson)
            digests[place] = digest(lesson)
            offered |= {name: place} if place != name else {}
    for name in [name for name in digests if name not in lessons and ".new" not in name]:
        if digest_of(folder / name) == digests.pop(name):  # the course has it no more, and it has nothing else
            (folder / name).unlink()
    write(folder / DIGESTS, digests)
    return offered


def place_for(folder, name, new, digests):
    """Return the name under which a lesson whose digest is new (str) is to be written, None where it is there."""
    stem = name.removesuffix(".ipynb")
    for place in chain([name], (f"{stem}.new{number or ''}.ipynb" for number in count())):
        there, written = digest_of(folder / place), digests.get(place)
        if there == new or written == new and (there or place != name):  # it is there, or was, and is not wanted
            return None
        if there in ("", written):
            return place


def fresh(lesson):
    """Return a lesson (dict) that has no outputs, and finds its helpers from anywhere."""
    for cell in code_cells(lesson):
        cell |= {"outputs": [], "execution_count": None}
    set_paths(lesson)
    return lesson


def lead_home(path):
    """Correct the paths in the lesson at path (Path), where the course has moved since."""
    with suppress(FileNotFoundError, *NO_LESSON):
        lesson = read(path)
        if set_paths(lesson):
            write(path, lesson)


def set_paths(lesson):
    """Write the paths of the helpers into the first code cell of a lesson; return whether others stood there."""
    for cell in code_cells(lesson)[:1]:
        before = "".join(cell["source"])
        after = PATHS.sub(lambda found: HELPERS, before)
        cell["source"] = after.splitlines(keepends=True)
        return after != before


def code_cells(lesson):
    """Return the code cells (list of dict) of a lesson."""
    return [cell for cell in lesson["cells"] if cell["cell_type"] == "code"]


def digest(lesson):
    """Return 16 hex digits that stand for what is written in the cells of a lesson.

    Outputs do not count, nor do the paths of the helpers: who only runs a lesson does not change it.
    """
    cells = [(cell["cell_type"], PATHS.sub("", "".join(cell["source"]))) for cell in lesson["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def digest_of(path):
    """Return the digest of the lesson at path (Path), "" where there is none, "?" where it is something else."""
    try:
        return digest(read(path))
    except FileNotFoundError:
        return ""
    except NO_LESSON:
        return "?"


def known(path):
    """Return the digests at path (Path), none where they are not to be read."""
    try:
        return dict(read(path))
    except (FileNotFoundError, *NO_LESSON):
        return {}


def read(path):
    """Return what the JSON at path (Path) says; raises OSError and ValueError."""
    return json.loads(path.read_bytes())


def write(path, content):
    """Write content as JSON to path (Path), all of it or nothing."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(text.encode())
    os.replace(draft, path)


if __name__ == "__main__":
    main()
