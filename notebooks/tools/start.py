"""Open the course in a folder of the student's own, which is made at the first start:

    python notebooks/tools/start.py [--folder FOLDER] [--language en|ru] [what JupyterLab shall know]

The folder gets a copy of each lesson, without outputs, and a page that says where to start; server.py and
client.py will stand beside them. At a later start lessons are updated, but none that the student has changed:
its new edition is put beside it. A folder keeps the language that its lessons have.
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
sys.path.append(str(ROOT))
from lab.language import LANGUAGES, asked  # noqa: E402

COURSES = {"ru": "course", "en": "course_en"}
PATHS = re.compile(r"(?<=^sys\.path \+= )\[[^]\n]*\]", re.MULTILINE)  # in a lesson's first code cell
DIGESTS = ".lessons.json"  # in the folder: of each lesson, the digest of what we have written there
NO_LESSON = ValueError, KeyError, TypeError  # what reading something else as a lesson raises
OURS = ".ci", ".git", ".venv", "lab", "notebooks", "tests"
PAGE = "00-start.ipynb"  # what it says is in notebooks/start/, in both languages
WORDS = {
    "ru": {
        "course": "Открыть курс в JupyterLab, в вашей собственной папке.",
        "rest": "Все остальные ключи получает JupyterLab: --no-browser, --port 8889 …",
        "folder": "ваша папка (my; если там другой язык — my-ru или my-en)",
        "language": "язык уроков (как в папке, а в новой — как у системы)",
        "no_lab": "обновить папку, JupyterLab не запускать",
        "ours": "в {} лежит сам курс. Выберите другую папку: --folder ПАПКА",
        "failed": "{}: {}. Выберите другую папку: --folder ПАПКА",
        "mixed": "в {} лежат уроки на другом языке. Выберите другую папку: --folder ПАПКА",
        "yours": "Ваша папка: {}",
        "offered": "Вы изменили {}, и он остался как есть. Новая редакция урока лежит рядом: {}",
    },
    "en": {
        "course": "Open the course in JupyterLab, in a folder of your own.",
        "rest": "JupyterLab gets all other options: --no-browser, --port 8889 …",
        "folder": "your folder (my; where that has the other language, my-ru or my-en)",
        "language": "language of the lessons (the folder's; in a new one the system's)",
        "no_lab": "update the folder, do not start JupyterLab",
        "ours": "{} holds the course itself. Choose another folder: --folder FOLDER",
        "failed": "{}: {}. Choose another folder: --folder FOLDER",
        "mixed": "{} holds lessons in the other language. Choose another folder: --folder FOLDER",
        "yours": "Your folder: {}",
        "offered": "You have changed {}, and it stays as it is. The lesson's new edition is beside it: {}",
    },
}


def main():
    """Make or update the student's folder, and run JupyterLab there."""
    words = WORDS[asked("--language")]
    parser = argparse.ArgumentParser(description=words["course"], epilog=words["rest"], allow_abbrev=False)
    parser.add_argument("--folder", type=Path, help=words["folder"])
    parser.add_argument("--language", choices=LANGUAGES, help=words["language"])
    parser.add_argument("--no-lab", action="store_true", help=words["no_lab"])
    options, for_jupyter = parser.parse_known_args()
    folder, language = choose(options.folder, options.language)
    if is_ours(folder):
        parser.error(words["ours"].format(folder))
    if language_of(folder) not in (language, ""):
        parser.error(words["mixed"].format(folder))
    is_new = not (folder / DIGESTS).exists()
    try:
        offered = update(ROOT / "notebooks" / language, folder)
    except OSError as error:
        parser.error(words["failed"].format(error.filename, error.strerror))
    print(words["yours"].format(folder))
    for names in offered.items():
        print(words["offered"].format(*names))
    if not options.no_lab:
        run_lab(folder, for_jupyter, is_new)


def choose(folder, language):
    """Return the student's folder (Path) and its language (str); None stands for one that was not named."""
    mine = (folder or ROOT / "my").expanduser().resolve()
    if not folder and language and language_of(mine) not in (language, ""):
        mine = ROOT / f"my-{language}"
    return mine, language or language_of(mine) or asked("--language")


def language_of(folder):
    """Return the language (str) of the lessons in folder (Path), "" where it has none."""
    for path in sorted(folder.glob("[0-9][0-9]-*.ipynb")):
        with suppress(OSError, *NO_LESSON):
            for cell in code_cells(read(path))[:1]:
                if found := PATHS.search("".join(cell["source"])):
                    course = Path(json.loads(found[0])[0]).name
                    return "en" if course == COURSES["en"] else "ru"
    return ""


def is_ours(folder):
    """Return whether a folder (Path) belongs to the course, or has it inside."""
    return folder in (ROOT, *ROOT.parents) or any(folder.is_relative_to(ROOT / name) for name in OURS)


def run_lab(folder, options, is_new):
    """Run JupyterLab with options (list of str) in folder (Path); show where to start, if that is new."""
    from jupyterlab.labapp import main as jupyterlab

    # Settings that JupyterLab has until somebody chooses otherwise: it does not ask whether one wants news.
    settings = str(ROOT / "notebooks/start"), os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    page = [str(folder / PAGE)] * is_new
    sys.exit(jupyterlab([f"--ServerApp.root_dir={folder}", *options, *page]))


def update(source, folder):
    """Copy the lessons in source (Path, its name is their language) to folder (Path), where these are not up to date.

    Return {name: name of its new edition} for those that the student has changed. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digests, offered = known(folder / DIGESTS), {}
    for name in digests:
        lead_home(folder / name, source.name)
    lessons = {path.name: fresh(read(path), source.name) for path in sorted(source.glob("[0-9][0-9]-*.ipynb"))}
    lessons[PAGE] = page(source.name)
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


def page(language):
    """Return the notebook (dict) that says in language (str) where to start, and in the other one how to get that."""
    [other] = {*LANGUAGES} - {language}
    text = "\n---\n".join([part_of_page(language, 0), part_of_page(other, 1)])
    cell = {"cell_type": "markdown", "id": "start", "metadata": {}, "source": text.splitlines(keepends=True)}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def part_of_page(language, number):
    """Return what stands above (0) or below (1) the line in a language's file (str)."""
    return (ROOT / f"notebooks/start/{language}.md").read_text(encoding="utf-8").split("\n---\n")[number]


def fresh(lesson, language):
    """Return a lesson (dict) in language (str) that has no outputs, and finds its helpers from anywhere."""
    for cell in code_cells(lesson):
        cell |= {"outputs": [], "execution_count": None}
    set_paths(lesson, language)
    return lesson


def lead_home(path, language):
    """Correct the paths in the lesson at path (Path) in language (str), where the course has moved since."""
    with suppress(FileNotFoundError, *NO_LESSON):
        lesson = read(path)
        if set_paths(lesson, language):
            write(path, lesson)


def set_paths(lesson, language):
    """Write the paths of the helpers into the first code cell of a lesson; return whether others stood there."""
    helpers = json.dumps([str(ROOT / "notebooks" / COURSES[language]), str(ROOT)], ensure_ascii=False)
    for cell in code_cells(lesson)[:1]:
        before = "".join(cell["source"])
        after = PATHS.sub(lambda found: helpers, before)
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
