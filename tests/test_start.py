"""The student's own copy of the course: made once, updated, and never at the cost of the student's work."""

import json
import os
import subprocess
import sys

import pytest

import lessons
import start
from test_editions import LINK
from test_lessons import copy as copy, named, run_copy

TOOL = lessons.ROOT / "notebooks/tools/start.py"
FIRST = "import sys\n\nsys.path += [\"../course\", \"../..\"]  # помощники\nfrom people import Peer"
NEW = "Новая редакция урока лежит рядом"


def notebook(*sources):
    """Return a notebook (dict) with a Markdown cell, and a code cell that was run for each of sources (str)."""
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Урок"]}
    output = {"output_type": "stream", "name": "stdout", "text": ["2\n"]}
    codes = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
        | {"execution_count": number, "outputs": [output]}
        for number, source in enumerate(sources, 1)
    ]
    return {"cells": [title, *codes], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def put(folder, name, *sources):
    """Write a lesson with the code cells in sources to folder (Path)."""
    (folder / name).write_text(json.dumps(notebook(FIRST, *sources)), encoding="utf-8")


def codes(path):
    """Return the code (list of str) in the cells of the notebook at path, without the first."""
    return ["".join(cell["source"]) for cell in start.code_cells(start.read(path))][1:]


def change(path, code):
    """Change the last cell of a lesson as JupyterLab saves it; run it, too."""
    lesson = start.read(path)
    lesson["cells"][-1] |= {"source": [code], "execution_count": 7, "outputs": []}
    path.write_text(json.dumps(lesson, indent=2), encoding="utf-8")


def state(folder):
    """Return what is in folder (Path): {name: bytes}."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def course(tmp_path):
    """A course of two lessons, which a student has opened once: its folder and the student's (Paths)."""
    source, folder = tmp_path / "ru", tmp_path / "Мой чат (2026)"
    source.mkdir()
    put(source, "01-connection.ipynb", "1 + 1")
    put(source, "02-ports.ipynb", "2 + 2")
    assert start.update(source, folder) == {}
    return source, folder


def test_at_first_the_student_gets_all_lessons_without_outputs(course):
    _, folder = course
    assert sorted(state(folder)) == [".lessons.json", start.PAGE, "01-connection.ipynb", "02-ports.ipynb"]
    for path in folder.glob("0[12]-*.ipynb"):
        assert [(cell["outputs"], cell["execution_count"]) for cell in start.code_cells(start.read(path))] == 2 * [
            ([], None)
        ]


def test_a_lesson_finds_its_helpers_from_the_folder_where_it_is(course):
    _, folder = course
    first = "".join(start.code_cells(start.read(folder / "01-connection.ipynb"))[0]["source"])
    code = first + "\nfrom lab.server import PROMPT\nprint(Peer.__name__, PROMPT)"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], cwd=folder, env=env, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.startswith("Peer"), done.stderr


def test_the_next_time_nothing_changes(course):
    source, folder = course
    (folder / "server.py").write_text("print('my work')")
    before = state(folder)
    assert start.update(source, folder) == {}
    assert state(folder) == before


def test_what_the_student_has_only_run_is_updated_silently(course):
    source, folder = course
    change(folder / "01-connection.ipynb", "1 + 1")
    put(source, "01-connection.ipynb", "1 + 1", "one more")
    assert start.update(source, folder) == {}
    assert codes(folder / "01-connection.ipynb") == ["1 + 1", "one more"]


def test_what_the_student_has_changed_stays_and_its_new_edition_is_offered_once(course):
    source, folder = course
    change(folder / "01-connection.ipynb", "my work")
    assert start.update(source, folder) == {}, "there is no new edition"
    put(source, "01-connection.ipynb", "second edition")
    mine = (folder / "01-connection.ipynb").read_bytes()
    assert start.update(source, folder) == {"01-connection.ipynb": "01-connection.new.ipynb"}
    assert (folder / "01-connection.ipynb").read_bytes() == mine
    assert codes(folder / "01-connection.new.ipynb") == ["second edition"]
    (folder / "01-connection.new.ipynb").unlink()
    assert start.update(source, folder) == {}, "it was not wanted"
    assert not (folder / "01-connection.new.ipynb").exists()


def test_work_in_an_offered_edition_stays_as_well(course):
    source, folder = course
    change(folder / "01-connection.ipynb", "my work")
    put(source, "01-connection.ipynb", "second edition")
    start.update(source, folder)
    change(folder / "01-connection.new.ipynb", "my other work")
    put(source, "01-connection.ipynb", "third edition")
    assert start.update(source, folder) == {"01-connection.ipynb": "01-connection.new1.ipynb"}
    assert codes(folder / "01-connection.ipynb") == ["my work"]
    assert codes(folder / "01-connection.new.ipynb") == ["my other work"]
    assert codes(folder / "01-connection.new1.ipynb") == ["third edition"]


def test_a_new_lesson_comes_and_one_that_the_course_has_no_more_goes_unless_it_is_changed(course):
    source, folder = course
    change(folder / "02-ports.ipynb", "my work")
    put(source, "03-framing.ipynb", "3 + 3")
    for name in "01-connection.ipynb", "02-ports.ipynb":
        (source / name).unlink()
    assert start.update(source, folder) == {}
    assert sorted(state(folder)) == [".lessons.json", start.PAGE, "02-ports.ipynb", "03-framing.ipynb"]


def test_a_lesson_that_the_student_has_deleted_comes_back_as_it_was(course):
    source, folder = course
    before = state(folder)
    (folder / "01-connection.ipynb").unlink()
    assert start.update(source, folder) == {}
    assert state(folder) == before


def test_what_was_there_before_the_first_start_stays(tmp_path):
    source, folder = tmp_path / "ru", tmp_path / "my"
    source.mkdir()
    folder.mkdir()
    put(source, "01-connection.ipynb", "1 + 1")
    for mine in "{}", "no notebook":
        (folder / "01-connection.ipynb").write_text(mine)
        start.update(source, folder)
        assert (folder / "01-connection.ipynb").read_text() == mine
    assert codes(folder / "01-connection.new.ipynb") == ["1 + 1"]


def test_without_the_digests_what_is_unchanged_is_known_again(course):
    source, folder = course
    before = state(folder)
    for spoilt in "", "[1, 2", "[1, 2]":
        (folder / ".lessons.json").write_text(spoilt)
        assert start.update(source, folder) == {}
        assert {**state(folder), ".lessons.json": ""} == {**before, ".lessons.json": ""}


def test_a_course_that_has_moved_is_found_again_also_by_changed_lessons(course):
    source, folder = course
    change(folder / "02-ports.ipynb", "my work")
    for path in folder.glob("0[12]-*.ipynb"):  # as after a start from elsewhere
        path.write_text(path.read_text(encoding="utf-8").replace(str(lessons.ROOT), "/elsewhere"), encoding="utf-8")
    assert start.update(source, folder) == {}
    for path in folder.glob("0[12]-*.ipynb"):
        first = "".join(start.code_cells(start.read(path))[0]["source"])
        helpers = [str(lessons.ROOT / "notebooks/course"), str(lessons.ROOT)]
        assert json.loads(start.PATHS.search(first)[0]) == helpers
    assert codes(folder / "02-ports.ipynb") == ["my work"]


def test_a_course_that_cannot_be_written_to_is_copied_and_the_copy_can(course):
    source, folder = course
    put(source, "03-framing.ipynb", "3 + 3")
    for path in source.iterdir():
        path.chmod(0o444)
    source.chmod(0o555)
    start.update(source, folder)
    source.chmod(0o755)
    change(folder / "03-framing.ipynb", "my work")
    assert codes(folder / "03-framing.ipynb") == ["my work"]


def run(*options, tool=TOOL, language="ru"):
    """Run start.py on a system that speaks language (str); return its status and all that it printed."""
    done = subprocess.run(
        [sys.executable, tool, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUTF8": "1", "LANGUAGE": language},
    )
    return done.returncode, done.stdout.decode().replace(os.linesep, "\n")


def first_cell(folder, name):
    """Return the first code cell (str) of the lesson in folder (Path) whose name begins with name (str)."""
    [path] = folder.glob(f"{name}*.ipynb")
    return "".join(start.code_cells(start.read(path))[0]["source"])


@pytest.mark.parametrize("language, course, said", [("ru", "course", "Ваша папка"), ("en", "course_en", "Your folder")])
def test_the_command_copies_all_lessons_and_every_link_in_them_leads_somewhere(tmp_path, language, course, said):
    folder = tmp_path / "Мой чат"
    assert run("--no-lab", "--folder", str(folder), language=language) == (0, f"{said}: {folder}\n")
    assert {path.name for path in folder.glob("*.ipynb")} == {start.PAGE, *(path.name for path in lessons.notebooks())}
    assert json.dumps(str(lessons.ROOT / "notebooks" / course)) in first_cell(folder, "01")
    assert start.language_of(folder) == language
    for path in folder.glob("*.ipynb"):
        for cell in start.read(path)["cells"]:
            for link in LINK.findall("".join(cell["source"])) if cell["cell_type"] == "markdown" else ():
                assert "://" in link or (folder / link.partition("#")[0]).exists(), f"{path.name}: {link}"
    change(folder / lessons.notebooks()[0].name, "my work")
    digests = start.read(folder / ".lessons.json")
    (folder / ".lessons.json").write_text(json.dumps({name: "of another edition" for name in digests}))
    status, printed = run("--no-lab", "--folder", str(folder))
    assert status == 0 and NEW in printed and len(printed.splitlines()) == 2
    assert start.language_of(folder) == language, "it keeps what it has, whatever the system speaks"


def test_a_folder_never_gets_lessons_in_two_languages(copy):
    for edition in "ru", "en":
        for path in sorted((copy / "notebooks" / edition).glob("*.ipynb"))[1:]:
            path.unlink()
    tool, mine = copy / "notebooks/tools/start.py", [copy / "my", copy / "my-en"]
    run("--no-lab", tool=tool, language="ru")
    russian = state(mine[0])
    assert run("--no-lab", tool=tool, language="en") == (0, f"Your folder: {mine[0]}\n")
    assert run("--no-lab", "--language", "en", tool=tool, language="ru") == (0, f"Your folder: {mine[1]}\n")
    assert run("--no-lab", "--language", "ru", tool=tool, language="en") == (0, f"Ваша папка: {mine[0]}\n")
    status, printed = run("--no-lab", "--language", "en", "--folder", str(mine[0]), tool=tool)
    assert status == 2 and f"{mine[0]} holds lessons in the other language" in printed
    assert state(mine[0]) == russian and list(map(start.language_of, mine)) == ["ru", "en"]


@pytest.mark.parametrize("language, other", [("ru", "en"), ("en", "ru")])
def test_the_first_page_says_in_both_languages_where_to_start(language, other):
    [cell] = start.page(language)["cells"]
    text = "".join(cell["source"])
    assert "01-connection.ipynb" in LINK.findall(text)
    assert f"start.py --language {other}\n" in text and f"--language {language}" not in text
    assert "Start here" in text if language == "en" else "In English" in text
    assert "Начните здесь" in text if language == "ru" else "По-русски" in text


def test_nonsense_is_refused_in_a_line(tmp_path):
    (tmp_path / "file").touch()
    ours = [lessons.ROOT, lessons.ROOT.parent, lessons.ROOT / "notebooks/ru", lessons.ROOT / "lab"]
    for options, complaint in [
        (["--language", "xx"], "invalid choice: 'xx'"),
        (["--folder"], "expected one argument"),
        (["--folder", str(tmp_path / "file")], "Выберите другую папку"),
        (["--folder", str(tmp_path / "file/below")], "Выберите другую папку"),
        *((["--folder", str(folder)], "лежит сам курс") for folder in ours),
    ]:
        status, printed = run("--no-lab", *options)
        assert status == 2 and complaint in printed and "Traceback" not in printed


def test_other_options_go_to_jupyterlab(monkeypatch, course):
    told = []
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    monkeypatch.setattr("jupyterlab.labapp.main", told.extend)
    for is_new in True, False:
        with pytest.raises(SystemExit):
            start.run_lab(course[1], ["--allow-root", "--port", "8889"], is_new)
    root = f"--ServerApp.root_dir={course[1]}"
    options = ["--allow-root", "--port", "8889"]
    assert told == [root, *options, str(course[1] / start.PAGE), root, *options]
    assert os.environ["JUPYTER_CONFIG_PATH"].endswith(f"{os.pathsep}mine")


def test_a_changed_building_cell_of_the_students_is_named_and_nothing_else_is_compared(copy):
    for path in sorted((copy / "notebooks/ru").glob("*.ipynb"))[1:]:
        path.unlink()
    subprocess.run([sys.executable, "notebooks/tools/start.py", "--no-lab"], cwd=copy, check=True)
    status, printed = run_copy(copy, "--collect-only", "--ignore=tests", ".")
    assert status == 0 and "notebooks/ru/" in printed and "my/" not in printed
    [path] = (copy / "my").glob("01*.ipynb")
    lesson = start.read(path)
    own = {"cell_type": "code", "id": "own", "metadata": {}, "execution_count": 7, "outputs": []}
    other = [{"output_type": "stream", "name": "stdout", "text": "other"}]
    lesson["cells"] += [
        own | {"source": ["# lab/server.py: SERVER_PORT\n", "SERVER_PORT = 8081"]},
        own | {"id": "other", "source": ["1 + 1"], "outputs": other},
        own | {"id": "warns", "source": ["import sys\n", "print(file=sys.stderr)"]},
        own | {"id": "goes-on", "source": ["import threading\n", "threading.Timer(9, print).start()"]},
    ]
    start.write(path, lesson)
    status, printed = run_copy(copy, "--nbval", path)
    assert status == 1 and named(printed) == ["own: Cell is out of sync with lab/"]
    assert "-SERVER_PORT = 8080" in printed and "+SERVER_PORT = 8081" in printed
