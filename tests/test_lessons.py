"""What nbval lets pass by itself, and what keeps the lessons in sync with lab/."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

import lessons
from conftest import NEED_REDIS

LESSONS = lessons.notebooks() + sorted(lessons.ROOT.glob("notebooks/en/[0-9]*.ipynb"))
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
each_notebook = pytest.mark.parametrize(
    "path", [*LESSONS, lessons.ROOT / "notebooks/grading.ipynb"], ids=lambda path: f"{path.parent.name}/{path.stem}"
)


IMAGE = re.compile(r"base64,[^)]*")  # in Markdown


def code_cells(path):
    return [cell for cell in lessons.read(path).cells if cell.cell_type == "code"]


def output_texts(cell):
    for output in cell.outputs:
        yield from [
            output.get("text", ""),
            output.get("evalue", ""),
            *(
                IMAGE.sub("", str(data))
                for kind, data in output.get("data", {}).items()
                if not kind.startswith("image/")
            ),
        ]


def test_every_statement_of_the_scripts_is_taught():
    untaught = lessons.untaught()
    assert not untaught, "no cell teaches\n" + "\n".join(untaught)


@each_lesson
def test_building_cells_are_in_step_with_the_scripts(path):
    for cell in code_cells(path):
        lessons.check_cell(cell.source)


@each_notebook
def test_cells_were_run_in_order(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_no_cell_escapes_comparison(path):
    for cell in code_cells(path):
        assert not re.search(r"NBVAL|PYTEST_VALIDATE", cell.source), cell.id
        assert not cell.metadata.get("tags"), cell.id


@each_notebook
def test_kernel_is_the_readers_own_python(path):
    assert lessons.read(path).metadata.kernelspec.name == "python3"


@each_notebook
def test_outputs_are_the_same_on_every_machine(path):
    machine = re.compile(
        r"/(home|root|tmp|usr|Users|work)/|[A-Z]:\\|0x[0-9a-f]{6,}"
        r"|(localhost|127\.0\.0\.1)(:|', )(?!8080|70000)\d+"
    )
    for cell in code_cells(path):
        assert not any(output.get("name") == "stderr" for output in cell.outputs), cell.id
        for text in output_texts(cell):
            assert not machine.search(text), f"{cell.id}: {machine.search(text)[0]}"


@each_lesson
def test_cell_ids_are_unique_and_telling(path):
    ids = [cell.id for cell in lessons.read(path).cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(rf"c{path.stem[:2]}-[a-z0-9-]+", cell_id) for cell_id in ids)


@each_lesson
def test_the_first_cell_leads_to_the_helpers_as_the_students_copy_expects_it(path):
    course = {"ru": "course", "en": "course_en"}[path.parent.name]
    assert code_cells(path)[0].source.startswith(f'import sys\n\nsys.path += ["../{course}", "../.."]  # ')


def make_copy(folder):
    """Copy the project into folder (Path), where one thing may be broken; return folder."""
    for name in (
        "lab",
        "notebooks",
        "tests",
        "conftest.py",
        "pyproject.toml",
        "README.md",
        "README.ru.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "CITATION.cff",
    ):
        source = lessons.ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    return folder


@pytest.fixture
def copy(tmp_path):
    """A copy of the project in which one thing may be broken; run with run_copy."""
    return make_copy(tmp_path)


def run_copy(folder, *what, **env):
    """Run pytest in the copy; return its exit status and all that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *what],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **env},
    )
    return done.returncode, re.sub(r"\x1b\[\d+m", "", done.stdout)


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


LESSON = "notebooks/ru/01-connection.ipynb"


def named(printed):
    """Return the cells that fail, as "id: message" (list); nbval's numbers are left out.

    Where CI is set, pytest says it all again at the end.
    """
    return list(dict.fromkeys(re.findall(r"^Cell \d+: (.+)$", printed, re.M)))


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """What pytest says of a lesson with five faults, each in its own cell: status, all that it printed."""
    copy = make_copy(tmp_path_factory.mktemp("broken"))
    replace(copy / "lab" / "server.py", "Введите своё имя", "Введите своё Имя")
    replace(copy / LESSON, "SERVER_HOST = 'localhost'", "SERVER_HOST = 'Localhost'")
    replace(copy / LESSON, "6 букв, 12 байтов", "6 букв, 11 байтов")
    notebook = nbformat.read(copy / LESSON, as_version=4)
    ghosts = """import subprocess, sys, threading
threading.Thread(target=threading.Event().wait, name='ghost', daemon=True).start()
_ = subprocess.Popen([sys.executable, '-c', 'input() # spectre'], stdin=subprocess.PIPE)"""
    nothing = "# lab/server.py: PROMPTER\nPROMPTER = 1"
    prompt = lessons.expected("# lab/server.py: PROMPT")
    for cell_id, text in ("c01-build-prompt", prompt), ("c01-build-nothing", nothing), ("c01-ghosts", ghosts):
        notebook.cells.append(nbformat.v4.new_code_cell(text, id=cell_id, execution_count=1))
    nbformat.write(notebook, copy / LESSON)
    return run_copy(copy, LESSON)


def test_of_a_lesson_only_the_cells_that_are_broken_fail(broken):
    status, printed = broken
    assert status == 1 and [line.partition(":")[0] for line in named(printed)] == [
        "c01-build-address",
        "c01-letters",
        "c01-build-prompt",
        "c01-build-nothing",
        "c01-ghosts",
    ]


def test_a_changed_character_in_the_script_fails_its_cell(broken):
    assert "-PROMPT = \"Введите своё Имя" in broken[1] and "+PROMPT = \"Введите своё имя" in broken[1]


def test_a_changed_character_in_a_building_cell_fails_that_cell(broken):
    assert "-SERVER_HOST = 'localhost'" in broken[1] and "+SERVER_HOST = 'Localhost'" in broken[1]


def test_a_cell_that_names_what_the_script_lacks_fails(broken):
    assert "lab/server.py has no PROMPTER" in broken[1]


def test_an_edited_output_fails_its_cell(broken):
    assert "6 букв, 11 байтов" in broken[1] and "6 букв, 12 байтов" in broken[1]


def test_a_thread_or_a_process_left_behind_fails_the_last_cell(broken):
    assert re.search(r"left behind by the lesson: ghost, .+ input\(\) # spectre", broken[1])


def untaught_now(copy, monkeypatch):
    """Return what the cells in a copy do not build, and those of the project do (set of str)."""
    before = lessons.untaught()
    monkeypatch.setattr(lessons, "ROOT", copy)
    return set(lessons.untaught()) - {*before}


def test_an_untaught_function_fails_by_name(copy, monkeypatch):
    with open(copy / "lab" / "client.py", "a", encoding="utf-8") as script:
        script.write("\n\ndef whisper():\n    pass\n")
    assert untaught_now(copy, monkeypatch) == {"lab/client.py: whisper"}


def test_a_deleted_building_cell_fails_by_name(copy, monkeypatch):
    path = copy / "notebooks/ru/02-ports.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "c02-build-prompt"]
    nbformat.write(notebook, path)
    assert untaught_now(copy, monkeypatch) == {"lab/server.py: PROMPT"}


def test_cleared_outputs_fail(copy):
    path = copy / LESSON
    test_cells_were_run_in_order(path)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    with pytest.raises(AssertionError):
        test_cells_were_run_in_order(path)


def test_without_redis_the_lessons_that_need_it_are_skipped_but_never_in_ci(copy):
    cell = nbformat.v4.new_code_cell("from programs import Redis\nRedis()", id="c01-redis", execution_count=1)
    need_redis = [f"notebooks/ru/{name}" for name in NEED_REDIS]
    for path in need_redis:
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), copy / path)
    status, printed = run_copy(copy, *need_redis, PATH="", CI="")
    assert status == 0 and "\n3 skipped: no redis-server (Debian: apt-get install" in printed
    assert "passed" not in printed
    status, printed = run_copy(copy, need_redis[0], PATH="", CI="true")
    assert status == 1 and "1 failed" in printed and "FileNotFoundError" in printed
