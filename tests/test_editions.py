"""What keeps the two languages in sync, in chapters, grading and README, and every link alive."""

import json
import re
import subprocess
import sys
from itertools import zip_longest

import nbformat
import pytest

import editions
import lessons
from test_chapters import copy as copy, named, replace, run_copy

# The parts of a Markdown text, and in a Mermaid diagram all that is text and not structure.
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?:\]\(|href=\"|src=\")([^)\"\s]+)")
QUOTE = re.compile(r"`[^`]+`|«[^»]*»|<code>.*?</code>|\[По-русски\]")
GLOSSARY = re.compile(r"^\|.* in Russian \|.*\n(\|.*\n?)+", re.MULTILINE)
LABEL = re.compile(
    r'"[^"]*"|[\[({]+[^\])}]*[\])}]+|(?<=:) .*|(?<= as ).*|(?<=\|)[^|]+(?=\|)'
    r"|(?<=--) .+? (?=-->)|(?<=-\.) .+? (?=\.->)"
)


def texts(path):
    """Return [(place, Markdown)] for the cells of a notebook, or for another file as a whole."""
    if path.suffix != ".ipynb":
        return [(path.name, path.read_text(encoding="utf-8"))]
    return [
        (f"{path.parent.name}/{path.name}: {name}", cell.source)
        for name, cell in editions.cells(editions.read(path), "markdown").items()
    ]


def pairs(root):
    """Return [(Russian path, English path)] of all that is told in both languages."""
    return [*editions.pairs(root / "notebooks"), (root / "README.ru.md", root / "README.md")]


def out_of_step(root):
    """Return what distinguishes the English notebooks from the Russian ones, besides the language."""
    twins = editions.pairs(root / "notebooks")
    alone = set((root / "notebooks/en").iterdir()) - {english for _, english in twins}
    return [line for pair in twins for line in editions.problems(*pair)] + [
        f"en/{path.name} has no Russian twin" for path in alone if path.suffix == ".ipynb"
    ]


def shape(markdown):
    """Return what a text and its translation have in common, as {what: list}."""
    prose = BLOCK.sub("", markdown)
    blocks = BLOCK.findall(markdown)
    return {
        "headings": re.findall(r"^#+ ", prose, re.MULTILINE),
        "links": [re.sub(r"^.*/|\.ru(?=\.md)", "", link) for link in LINK.findall(prose)],
        "kinds of blocks": [kind for kind, _ in blocks],
        "diagrams": [LABEL.sub("", text) for kind, text in blocks if kind == "mermaid"],
    }


def other_shapes(root):
    """Return where a translation is not built like its original."""
    found = []
    for russian, english in pairs(root):
        for (_, original), (place, translation) in zip(texts(russian), texts(english)):
            wanted, is_there = shape(original), shape(translation)
            found += [
                f"{place}: other {what}: {wanted[what]} and {is_there[what]}"
                for what in wanted
                if wanted[what] != is_there[what]
            ]
    return found


def other_facts(root):
    """Return where the READMEs differ in a command, a transcript or a figure."""
    texts = [(root / name).read_text(encoding="utf-8") for name in ("README.ru.md", "README.md")]
    facts = [
        [text for _, text in BLOCK.findall(text)]
        + [sorted(re.findall(r"`[^`]+`|\d+", line)) for line in BLOCK.sub("", text).splitlines()]
        for text in texts
    ]
    return [
        f"README.ru.md has {ours}\nREADME.md has {theirs}" for ours, theirs in zip_longest(*facts) if ours != theirs
    ]


def russian_left(root):
    """Return the Russian words in English prose: neither quoted, nor in the code, nor a glossary's."""
    code = [
        path.read_text(encoding="utf-8")
        for folder in ("lab", "notebooks", "tests/sample")
        for path in (root / folder).glob("*.py")
    ]
    code += [
        json.dumps(cell, ensure_ascii=False)
        for path, _ in editions.pairs(root / "notebooks")
        for cell in editions.cells(editions.read(path), "code").values()
    ]
    known, found = set(re.findall("[а-яё]+", "\n".join(code).lower())), []
    for _, english in pairs(root):
        for place, text in texts(english):
            words = re.findall("[а-яё]+", QUOTE.sub("", GLOSSARY.sub("", text)).lower())
            found += [f"{place}: {word}" for word in words if word not in known]
    return found


def anchors(path):
    """Return the anchors that the headings of a file have, on GitHub and in JupyterLab."""
    headings = [
        heading for _, text in texts(path) for heading in re.findall(r"^#+ (.+)", BLOCK.sub("", text), re.MULTILINE)
    ]
    return {
        form
        for heading in headings
        for form in (heading.replace(" ", "-"), re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    }


def dead_links(root):
    """Return the links from chapters, grading and READMEs that lead nowhere."""
    found = []
    for path in (path for pair in pairs(root) for path in pair):
        for place, text in texts(path):
            for link in LINK.findall(BLOCK.sub("", text)):
                file, _, anchor = link.partition("#")
                target = (path.parent / file).resolve() if file else path
                if "://" not in link and (
                    not target.is_relative_to(root) or not target.exists() or anchor and anchor not in anchors(target)
                ):
                    found.append(f"{place}: {link}")
    return found


@pytest.mark.parametrize("problems", [out_of_step, other_shapes, other_facts, russian_left, dead_links])
def test_both_editions_have_no(problems):
    found = problems(lessons.ROOT)
    assert not found, "\n" + "\n".join(found)


RUSSIAN, ENGLISH = "notebooks/ru/03-threads.ipynb", "notebooks/en/03-threads.ipynb"


def change(path, name, **values):
    """Change one cell of a notebook."""
    notebook = editions.read(path)
    editions.cells(notebook)[name].update(values)
    nbformat.write(notebook, path)


def test_a_changed_russian_cell_fails_by_chapter_and_cell(copy):
    for name in "03-threads", "grading":
        path = copy / f"notebooks/{'' if name == 'grading' else 'ru/'}{name}.ipynb"
        replace(path, ".\\n", "!\\n")
    assert out_of_step(copy) == [
        "en/03-threads.ipynb: translate anew: c03-title",
        "en/grading.ipynb: translate anew: intro",
    ]


@pytest.mark.parametrize("edition", [RUSSIAN, ENGLISH])
def test_changed_code_or_output_in_one_edition_fails_by_chapter_and_cell(copy, edition):
    replace(copy / edition, "def register(", "def enroll(")
    replace(copy / edition, '"40000\\n"', '"39999\\n"')
    assert out_of_step(copy) == [
        "en/03-threads.ipynb: c03-naive-register has another source",
        "en/03-threads.ipynb: c03-append-atomic has another outputs",
    ]


def test_a_missing_an_extra_and_a_moved_cell_fail_by_chapter_and_cell(copy):
    notebook = editions.read(copy / ENGLISH)
    missing = notebook.cells.pop(2)
    notebook.cells.insert(4, notebook.cells.pop(3))
    notebook.cells.append(nbformat.v4.new_markdown_cell("One more", id="c03-more"))
    nbformat.write(notebook, copy / ENGLISH)
    assert out_of_step(copy)[:3] == [
        f"en/03-threads.ipynb: {missing.id} is missing",
        "en/03-threads.ipynb: c03-more is not in the Russian edition",
        f"en/03-threads.ipynb: {notebook.cells[3].id} stands where {notebook.cells[4].id} should",
    ]


def test_other_metadata_of_the_notebook_fails_by_chapter(copy):
    replace(copy / ENGLISH, '"display_name": "Python 3"', '"display_name": "Python"')
    assert out_of_step(copy) == ["en/03-threads.ipynb: the notebook has other metadata"]


def test_an_english_chapter_without_a_russian_one_fails(copy):
    (copy / ENGLISH).rename(copy / "notebooks/en/03-yarns.ipynb")
    found = out_of_step(copy)
    assert "en/03-yarns.ipynb has no Russian twin" in found and "en/03-threads.ipynb: c03-title is missing" in found


def test_a_translation_of_another_shape_fails_by_chapter_and_cell(copy):
    replace(copy / ENGLISH, "    A([", "    Z([")
    replace(copy / ENGLISH, "](04-broadcast.ipynb)", "](01-sockets.ipynb)")
    replace(copy / ENGLISH, "## Glossary", "### Glossary")
    places = [line.partition(": [")[0] for line in other_shapes(copy)]
    assert places == [
        "en/03-threads.ipynb: c03-deadlock: other diagrams",
        "en/03-threads.ipynb: c03-summary: other headings",
        "en/03-threads.ipynb: c03-summary: other links",
    ]


def test_russian_prose_in_the_english_edition_fails_by_chapter_and_cell(copy):
    replace(copy / ENGLISH, "## Glossary", "## Словарик")
    assert russian_left(copy) == ["en/03-threads.ipynb: c03-summary: словарик"]


@pytest.mark.parametrize("name", [RUSSIAN, ENGLISH, "README.md", "README.ru.md"])
def test_a_dead_link_fails_by_file_and_link(copy, name):
    file = "notebooks/en/04-broadcast.ipynb" if name.startswith("README") else "04-broadcast.ipynb"
    for dead in "04-nowhere.ipynb", f"{file}#nowhere", "../../../elsewhere":
        before = (copy / name).read_bytes()
        replace(copy / name, f"]({file})", f"]({dead})")
        [line] = dead_links(copy)
        assert re.match(r"(ru|en)/03-threads.ipynb: c03-\S+: |README(.ru)?.md: ", line) and line.endswith(dead)
        (copy / name).write_bytes(before)


def test_a_command_or_a_transcript_in_one_readme_alone_fails(copy):
    for old, new in (
        ("lab/grade.py klass", "lab/grade.py class"),
        ("Программа всё ещё работает", "Программа всё ещё спит"),
        ("| 75 |", "| 76 |"),
        ("`--junit FILE`", "`--junit`"),
    ):
        before = (copy / "README.ru.md").read_bytes()
        replace(copy / "README.ru.md", old, new)
        [line] = other_facts(copy)
        assert new.strip("| ") in line
        (copy / "README.ru.md").write_bytes(before)


def tool(folder, *options):
    """Run lessons.py in a copy; return its status and all that it printed."""
    done = subprocess.run(
        [sys.executable, "notebooks/lessons.py", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


def state(folder):
    return {path: path.read_bytes() for path in (folder / "notebooks").rglob("*.ipynb")}


def test_the_tool_changes_nothing_where_all_is_in_step(copy):
    before = state(copy)
    assert tool(copy, "--translate") == (0, "")
    assert state(copy) == before


def test_the_tool_carries_code_over_and_lists_what_is_to_be_translated(copy):
    before = state(copy)
    notebook = editions.read(copy / RUSSIAN)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell("Новое", id="c03-new"))
    notebook.cells.insert(2, nbformat.v4.new_code_cell("1", id="c03-one", execution_count=1))
    notebook.cells[0].source += "!"
    nbformat.write(notebook, copy / RUSSIAN)
    status, printed = tool(copy, "--check")
    assert status == 1 and "en/03-threads.ipynb: c03-one is missing" in printed
    assert (copy / ENGLISH).read_bytes() == before[copy / ENGLISH]

    anew = "en/03-threads.ipynb: translate anew: c03-title c03-new\n"
    assert tool(copy, "--translate") == (1, "en/03-threads.ipynb: saved\n" + anew)
    assert [cell.source for cell in editions.read(copy / ENGLISH).cells[1:3]] == ["Новое", "1"]
    assert tool(copy, "--translate") == (1, anew)


def test_a_cell_is_declared_translated_but_not_while_it_is_the_russian_text(copy):
    change(copy / RUSSIAN, "c03-chat", source="Новое")
    change(copy / ENGLISH, "c03-chat", source="Новое")
    refused = "en/03-threads.ipynb: c03-chat is still the Russian text\n"
    status, printed = tool(copy, "--translated", "c03-chat", "c03-nobody")
    assert status == 1 and refused in printed and "no Markdown cell c03-nobody" in printed
    change(copy / ENGLISH, "c03-chat", source="New")
    assert tool(copy, "--translated", "c03-chat") == (0, "en/03-threads.ipynb: saved\n")
    assert out_of_step(copy) == []


def test_the_english_edition_is_run_only_when_named(copy):
    status, printed = run_copy(copy, "--collect-only", "notebooks")
    assert status == 0 and "notebooks/ru/" in printed and "notebooks/en/" not in printed
    chapter = "notebooks/en/01-sockets.ipynb"
    replace(copy / chapter, "SERVER_HOST = 'localhost'", "SERVER_HOST = 'Localhost'")
    status, printed = run_copy(copy, chapter)
    assert status == 1 and named(printed) == ["c01-build-address: Cell is out of sync with lab/"]
