"""What keeps the two languages in sync, in lessons, grading and README, and every link alive."""

import json
import re
import subprocess
import sys
from itertools import zip_longest

import nbformat
import pytest

import editions
import lessons
from english import English
from test_lessons import copy as copy, named, replace, run_copy

# The parts of a Markdown text, and in a Mermaid diagram all that is text and not structure.
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?:\]\(|href=\"|src=\")([^)\"\s]+)")
QUOTE = re.compile(r"`[^`]+`|«[^»]*»|<code>.*?</code>|\[По-русски\]")
LABEL = re.compile(
    r'"[^"]*"|[\[({]+[^\])}]*[\])}]+|(?<=:) .*|(?<= as ).*|(?<=\|)[^|]+(?=\|)'
    r"|(?<=--) .+? (?=-->)|(?<=-\.) .+? (?=\.->)"
)

SAME = {
    "lab/en/": "lab/",
    "/en/": "/ru/",
    "README.ru.md": "README.md",
    "«The client without a server»": "«Клиент без сервера»",
    "leave the chat": "покинуть чат",
    r"Anna\nhello": r"Аня\nпривет",
    "group1.zip group2.zip": "группа1.zip группа2.zip",
    "Full name_12": "ФИО_12",
    "Anna Ivanova - ": "Анна Иванова - ",
    "(earlier)": "(ранее)",
    "Some messages may have been lost.": "Часть сообщений могла потеряться.",
    "1000/s": "тыс./с",
}
PRINTED = re.compile(r"┏|## |\s+(?:deliveries|доставок),")  # how a transcript begins that is in the reader's language
SHOWN = re.compile(r"«[^»]*»|`[^`]+`|[✗✓·]|\w+\.(?:py|zip)|\d+")  # what it has in both


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
    return [*editions.pairs(root / "notebooks"), *readmes(root)]


def readmes(root):
    """Return [(Russian path, English path)] of the READMEs in both languages."""
    return [
        (file, file.with_name("README.md"))
        for folder in ("", "lab", "lab/grader", "notebooks")
        if (file := root / folder / "README.ru.md").exists()
    ]


def out_of_step(root):
    """Return what distinguishes the English notebooks from what the Russian ones and the phrases make of them."""
    twins = editions.pairs(root / "notebooks")
    alone = set((root / "notebooks/en").glob("*.ipynb")) - {english for _, english in twins}
    code = lessons.in_english(English(root))
    return [
        *(line for ru, en in twins for line in editions.problems(ru, en, code if ru.parent.name == "ru" else None)),
        *(f"en/{path.name} has no Russian twin" for path in sorted(alone)),
        *editions.list_contents(True, root / "notebooks"),
    ]


def shape(markdown):
    """Return what a text and its translation have in common, as {what: list}."""
    prose = BLOCK.sub("", markdown)
    blocks = BLOCK.findall(markdown)
    return {
        "headings": re.findall(r"^#+ ", prose, re.MULTILINE),
        "links": [re.sub(r"^[^#]*/|\.ru(?=\.)|(?<=md)#.*", "", link) for link in LINK.findall(prose)],
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
    return [
        f"{pair[0].relative_to(root)} has {ours}\n{pair[1].relative_to(root)} has {theirs}"
        for pair in readmes(root)
        for ours, theirs in zip_longest(*map(facts, pair))
        if ours != theirs
    ]


def facts(readme):
    """Return the commands, figures and the like (list) in a README (Path), the same in both languages."""
    text = readme.read_text(encoding="utf-8")
    for english, russian in SAME.items():
        text = text.replace(english, russian)
    blocks = [
        block for _, block in BLOCK.findall(text) if not block.startswith("$ ")
    ]  # conversations: test_terminal.py
    blocks = [SHOWN.findall(block) if PRINTED.match(block) else block for block in blocks]
    return blocks + [sorted(re.findall(r"`[^`]+`|\d+", line)) for line in BLOCK.sub("", text).splitlines()]


def russian_left(root):
    """Return the Russian words in README and grading in English, neither quoted nor in the code; see english.py."""
    code = [
        path.read_text(encoding="utf-8")
        for folder in ("lab", "lab/grader", "notebooks", "tests/sample")
        for path in (root / folder).glob("*.py")
    ]
    code += [
        json.dumps(cell, ensure_ascii=False)
        for path, _ in editions.pairs(root / "notebooks")
        for cell in editions.cells(editions.read(path), "code").values()
    ]
    known, found = set(re.findall("[а-яё]+", "\n".join(code).lower())), []
    for _, english in [editions.pairs(root / "notebooks")[-1], *readmes(root)]:
        for place, text in texts(english):
            words = re.findall("[а-яё]+", QUOTE.sub("", text).lower())
            found += [f"{place}: {word}" for word in words if word not in known]
    return found


def russian_scripts(root):
    """Return where an English lesson names a script of lab/ that has a twin in lab/en/."""
    found = []
    for _, twin in editions.pairs(root / "notebooks")[:-1]:
        for place, text in texts(twin):
            found += [f"{place}: {name}" for name in re.findall(r"\blab/(?!en/)\S*", text)]
    return found


def no_phrase(root):
    """Return what is wrong with the table of phrases, and with the scripts that follow it."""
    edition = English(root)
    lessons.put_through(edition)
    return edition.write(check=True) + edition.problems()


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
    """Return the links from lessons, grading and READMEs that lead nowhere."""
    found, russian = [], {path for path, _ in editions.lessons(root / "notebooks")}
    files = {path for pair in pairs(root) for path in pair} | russian | {root / "notebooks/en/README.md"}
    for path in sorted(files):
        for place, text in texts(path):
            for link in LINK.findall(BLOCK.sub("", text)):
                file, _, anchor = link.partition("#")
                target = (path.parent / file).resolve() if file else path
                if "://" not in link and (
                    not target.is_relative_to(root) or not target.exists() or anchor and anchor not in anchors(target)
                ):
                    found.append(f"{place}: {link}")
    return found


@pytest.mark.parametrize(
    "problems", [out_of_step, no_phrase, other_shapes, other_facts, russian_left, russian_scripts, dead_links]
)
def test_both_editions_have_no(problems):
    found = problems(lessons.ROOT)
    assert not found, "\n" + "\n".join(found)


# What differs is found, and named: tried on a lesson that is made for this, in a copy without the others.

RUSSIAN, ENGLISH, NEXT = (f"notebooks/{path}.ipynb" for path in ("ru/03-small", "en/03-small", "ru/04-next"))
TEXTS = {
    "c03-title": (
        "# 3. Проба\n\nСейчас мы её начнём.\n\n```mermaid\nflowchart LR\n    A([Аня]) --> B([Борис])\n```",
        "# 3. A trial\n\nNow we begin.\n\n```mermaid\nflowchart LR\n    A([Anya]) --> B([Boris])\n```",
    ),
    "c03-summary": (
        "## Словарик\n\n| по-русски | in English |\n|---|---|\n| порт | port |\n\n[Дальше](../grading.ipynb)",
        "## Glossary\n\n| word | meaning |\n|---|---|\n| port | a number |\n\n[Go on](grading.ipynb)",
    ),
}


def lesson(language):
    """Return a small lesson (a notebook): 0 for Russian, 1 for English."""
    title, summary = (
        nbformat.v4.new_markdown_cell(texts[language], id=name, metadata={"translates": editions.digest(texts[0])})
        for name, texts in TEXTS.items()
    )
    if language == 0:
        title.metadata, summary.metadata = {}, {}
    folder, word = ("lab/en", "Port") if language else ("lab", "Порт")
    build = f"# {folder}/server.py: SERVER_PORT\nSERVER_PORT = 8080"
    told = nbformat.v4.new_output("stream", name="stdout", text=f"{word} 8080\n")
    codes = [
        nbformat.v4.new_code_cell(build, id="c03-build-port", execution_count=1),
        nbformat.v4.new_code_cell(f'print("{word}", SERVER_PORT)', id="c03-port", execution_count=2, outputs=[told]),
    ]
    kernel = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=[title, *codes, summary], metadata=kernel)


SERVER = 'SERVER_PORT = 8080\nPROMPT = "Введите своё имя:\\n"\n'
PHRASES = ["Порт\tPort", "lab/server.py\tlab/en/server.py", "Введите своё имя:\tEnter your name:"]


@pytest.fixture
def course(copy, monkeypatch):
    """A copy of the project whose lessons are two small ones: one is translated, and the next one waits.

    So are its scripts, and its table of phrases.
    """
    monkeypatch.setattr(lessons, "ROOT", copy)
    for path in [
        *copy.glob("notebooks/[re][un]/[0-9]*.ipynb"),
        *copy.glob("lab/*.py"),
        *copy.glob("lab/models/*.py"),
        *copy.glob("lab/en/**/*.py"),
        *copy.glob("notebooks/course*/**/*.py"),
        *copy.glob("notebooks/phrases/*"),
        *copy.glob("lab/**/README*.md"),
        *copy.glob("notebooks/README*.md"),
    ]:
        path.unlink()
    (copy / "notebooks/phrases/small.tsv").write_text("\n".join(PHRASES) + "\n", encoding="utf-8")
    for name, text in ("server", SERVER), ("client", ""), ("relay", ""):
        (copy / f"lab/{name}.py").write_text(text, encoding="utf-8")
    assert English(copy).write() == []
    for language, path in enumerate((RUSSIAN, ENGLISH)):
        nbformat.write(lesson(language), copy / path)
    title = nbformat.v4.new_markdown_cell("# 4. Дальше", id="c04-title")
    nbformat.write(nbformat.v4.new_notebook(cells=[title]), copy / NEXT)
    assert editions.list_contents(False, copy / "notebooks") == []
    return copy


def change(path, name, **values):
    """Change one cell of a notebook."""
    notebook = editions.read(path)
    editions.cells(notebook)[name].update(values)
    nbformat.write(notebook, path)


def test_a_small_course_has_nothing_wrong(course):
    for problems in out_of_step, no_phrase, other_shapes, other_facts:
        assert problems(course) == []


def test_a_changed_russian_cell_fails_by_lesson_and_cell(course):
    for path in RUSSIAN, "notebooks/grading.ipynb":
        replace(course / path, ".\\n", "!\\n")
    assert out_of_step(course) == [
        "en/03-small.ipynb: translate anew: c03-title",
        "en/grading.ipynb: translate anew: intro",
    ]


def test_changed_code_in_the_english_edition_fails_by_lesson_and_cell(course):
    replace(course / ENGLISH, "SERVER_PORT = 8080", "SERVER_PORT = 8081")
    replace(course / ENGLISH, 'print(\\"Port', 'print(\\"Ports')
    found = out_of_step(course)
    assert "en/03-small.ipynb: c03-build-port has another source" in found
    assert "en/03-small.ipynb: c03-port has another source" in found


def test_changed_code_in_the_russian_edition_is_carried_over_and_run(course):
    replace(course / RUSSIAN, "SERVER_PORT)", "SERVER_PORT + 1)")
    assert "en/03-small.ipynb: c03-port has another source" in out_of_step(course)
    assert tool(course, "--translate")[0] == 0
    cell = editions.cells(editions.read(course / ENGLISH))["c03-port"]
    assert cell.source == 'print("Port", SERVER_PORT + 1)' and cell.outputs[0].text == "Port 8081\n"


def test_cleared_outputs_in_the_english_edition_fail_by_lesson_and_cell(course):
    change(course / ENGLISH, "c03-port", outputs=[], execution_count=None)
    assert out_of_step(course) == ["en/03-small.ipynb: run anew: c03-port"]


def test_a_missing_an_extra_and_a_moved_cell_fail_by_lesson_and_cell(course):
    notebook = editions.read(course / ENGLISH)
    missing = notebook.cells.pop(0)
    notebook.cells.insert(1, notebook.cells.pop(0))
    notebook.cells.append(nbformat.v4.new_markdown_cell("One more", id="c03-more"))
    nbformat.write(notebook, course / ENGLISH)
    assert out_of_step(course)[:3] == [
        f"en/03-small.ipynb: {missing.id} is missing",
        "en/03-small.ipynb: c03-more is not in the Russian edition",
        "en/03-small.ipynb: c03-port stands where c03-build-port should",
    ]


def test_other_metadata_of_the_notebook_fails_by_lesson(course):
    replace(course / ENGLISH, '"display_name": "Python 3"', '"display_name": "Python"')
    assert out_of_step(course) == ["en/03-small.ipynb: the notebook has other metadata"]


def test_a_lesson_may_wait_for_its_translation_but_the_edition_says_so(course):
    contents = (course / "notebooks/en/README.md").read_text(encoding="utf-8")
    assert "| 3. Small | [03-small.ipynb](03-small.ipynb) | [03-small.ipynb](../ru/03-small.ipynb) |\n" in contents
    assert "| 4. Next | waits for its translation | [04-next.ipynb](../ru/04-next.ipynb) |\n" in contents
    told = ["en/README.md: does not say which lessons are translated"]
    (course / ENGLISH).unlink()
    assert out_of_step(course) == told
    assert tool(course, "--translate") == (0, "en/README.md: saved\n")
    assert out_of_step(course) == [] and not (course / ENGLISH).exists()
    (course / NEXT).rename(course / "notebooks/ru/05-later.ipynb")
    assert out_of_step(course) == told


@pytest.mark.parametrize(
    "path, old, new, wrong",
    [
        ("lab/server.py", "Введите", "Назовите", "lab/server.py: no phrase for 'Назовите своё имя:\\\\n'"),
        ("notebooks/phrases/small.tsv", "Enter your", "Enter a", "lab/en/server.py: not what the table of phrases"),
        ("notebooks/phrases/small.tsv", "Порт", "Порты", "c03-port: no phrase for 'Порт'"),
        ("notebooks/phrases/small.tsv", "Порт", "Причал\tPier\nПорт", "no use for the phrase 'Причал'"),
        ("notebooks/phrases/small.tsv", "Port", "Порт", "phrases/small.tsv:1: Cyrillic letters need a reason"),
        ("notebooks/phrases/small.tsv", "Порт", "Порт\tHarbor\nПорт", "there is a row already for Порт"),
        ("notebooks/phrases/small.tsv", "Порт", "Порты\nПорт", "phrases/small.tsv:1: needs Russian TAB English"),
        ("lab/en/server.py", "Enter", "enter", "lab/en/server.py: not what the table of phrases"),
        ("notebooks/en/03-small.ipynb", "Port 8080", "Порт 8080", "c03-port: Cyrillic without a reason: Порт"),
    ],
)
def test_a_changed_phrase_fails_by_place(course, path, old, new, wrong):
    replace(course / path, old, new)
    assert any(wrong in line for line in no_phrase(course)), no_phrase(course)


def test_a_changed_phrase_in_the_table_fails_the_cells_that_say_it(course):
    replace(course / "notebooks/phrases/small.tsv", "Port", "Pier")
    assert "en/03-small.ipynb: c03-port has another source" in out_of_step(course)


def test_an_english_lesson_without_a_russian_one_fails(course):
    (course / ENGLISH).rename(course / "notebooks/en/03-yarns.ipynb")
    assert "en/03-yarns.ipynb has no Russian twin" in out_of_step(course)


def test_a_translation_of_another_shape_fails_by_lesson_and_cell(course):
    replace(course / ENGLISH, "    A([", "    Z([")
    replace(course / ENGLISH, "](grading.ipynb)", "](03-small.ipynb)")
    replace(course / ENGLISH, "## Glossary", "### Glossary")
    places = [line.partition(": [")[0] for line in other_shapes(course)]
    assert places == [
        "en/03-small.ipynb: c03-title: other diagrams",
        "en/03-small.ipynb: c03-summary: other headings",
        "en/03-small.ipynb: c03-summary: other links",
    ]


def test_russian_prose_in_the_english_edition_fails_by_lesson_and_cell(course):
    replace(course / ENGLISH, "## Glossary", "## Словарик")
    assert no_phrase(course) == ["c03-summary: Cyrillic without a reason: Словарик"]


def test_a_russian_script_in_an_english_lesson_fails_by_lesson_and_cell(course):
    assert russian_scripts(course) == []
    replace(course / ENGLISH, "## Glossary", "## Glossary of `lab/server.py`")
    assert russian_scripts(course) == ["en/03-small.ipynb: c03-summary: lab/server.py`"]


@pytest.mark.parametrize("name", [RUSSIAN, ENGLISH, NEXT, "README.md", "README.ru.md"])
def test_a_dead_link_fails_by_file_and_link(course, name):
    for readme in "README.md", "README.ru.md":
        (course / readme).write_text(f"# Chat\n\n[Begin]({ENGLISH})\n", encoding="utf-8")
    change(course / NEXT, "c04-title", source="# 4. Дальше\n\n[Назад](03-small.ipynb#3.-Проба)")
    assert dead_links(course) == []
    link = LINK.search((course / name).read_text(encoding="utf-8"))[1]
    for dead in "04-nowhere.ipynb", f"{link.partition('#')[0]}#nowhere", "../../../elsewhere":
        before = (course / name).read_bytes()
        replace(course / name, f"]({link})", f"]({dead})")
        [line] = dead_links(course)
        assert re.match(r"(ru|en)/0[34]-\w+.ipynb: c0[34]-\S+: |README(.ru)?.md: ", line) and line.endswith(dead)
        (course / name).write_bytes(before)


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("README.ru.md", "lab/grade.py klass", "lab/grade.py class"),
        ("lab/grader/README.ru.md", "«Соединение с сервером потеряно.»", "«Сервера больше нет.»"),
        ("lab/README.ru.md", "server.py            26 251,5", "relay.py             26 251,5"),
        ("notebooks/README.ru.md", "| 45 + 60 |", "| 9999 |"),
        ("lab/README.ru.md", "`--history`", "`--past`"),
    ],
)
def test_a_command_or_a_transcript_in_one_readme_alone_fails(copy, name, old, new):
    assert other_facts(copy) == []
    replace(copy / name, old, new)
    [line] = other_facts(copy)
    assert new.strip("| ").split("  ")[0] in line


def tool(folder, *options):
    """Run lessons.py in a copy; return its status and all that it printed."""
    done = subprocess.run(
        [sys.executable, "notebooks/tools/lessons.py", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


def state(folder):
    return {path: path.read_bytes() for path in (folder / "notebooks").rglob("*.ipynb")}


def test_the_tool_changes_nothing_where_all_is_in_step(course):
    before = state(course)
    assert tool(course, "--translate") == (0, "")
    assert state(course) == before


def test_the_tool_repairs_what_is_out_of_step_and_changes_nothing_else(course):
    notebook = editions.read(course / RUSSIAN)
    told = {"text/markdown": "0.5", "text/plain": "<IPython.core.display.Markdown object>"}
    figure = nbformat.v4.new_output("display_data", told)  # of the machine where the lesson was run
    code = "import time\nfrom IPython.display import Markdown\n\ndisplay(Markdown(str(time.time())))"
    notebook.cells.append(nbformat.v4.new_code_cell(code, id="c03-time", execution_count=3, outputs=[figure]))
    editions.write(notebook, course / RUSSIAN)
    before = (course / RUSSIAN).read_bytes()
    replace(course / RUSSIAN, "SERVER_PORT = 8080", "SERVER_PORT = 8081")
    assert "03-small.ipynb: out of sync with lab/" in tool(course, "--check", RUSSIAN)[1].splitlines()
    assert tool(course, RUSSIAN)[0] == 0
    assert (course / RUSSIAN).read_bytes() == before


def test_the_tool_carries_code_over_and_lists_what_is_to_be_translated(course):
    before = state(course)
    notebook = editions.read(course / RUSSIAN)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell("Новое", id="c03-new"))
    notebook.cells.insert(2, nbformat.v4.new_code_cell("1", id="c03-one", execution_count=1))
    notebook.cells[0].source += "!"
    nbformat.write(notebook, course / RUSSIAN)
    status, printed = tool(course, "--check")
    assert status == 1 and "en/03-small.ipynb: c03-one is missing" in printed
    assert (course / ENGLISH).read_bytes() == before[course / ENGLISH]

    anew = "en/03-small.ipynb: translate anew: c03-title c03-new\n"
    status, printed = tool(course, "--translate")
    assert status == 1 and printed.startswith("en/03-small.ipynb: saved\n") and anew in printed
    assert [cell.source for cell in editions.read(course / ENGLISH).cells[1:3]] == ["Новое", "1"]
    assert tool(course, "--translate") == (1, anew + "c03-new: Cyrillic without a reason: Новое\n")


def test_a_translation_begins_when_its_lesson_is_named_and_not_before(course):
    assert "04-next" not in tool(course, "--check", NEXT)[1].replace(": out of sync", "")
    status, printed = tool(course, "--translate", NEXT)
    saved, contents, anew, _ = printed.splitlines()
    assert status == 1 and saved == "en/04-next.ipynb: saved" and anew == "en/04-next.ipynb: translate anew: c04-title"
    assert contents == "en/README.md: saved" and "| 4. Next | [04-next.ipynb](04-next.ipynb) |" in editions.contents(
        course / "notebooks"
    )


def test_a_cell_is_declared_translated_but_not_while_it_is_the_russian_text(course):
    change(course / RUSSIAN, "c03-title", source="Новое")
    change(course / ENGLISH, "c03-title", source="Новое")
    refused = "en/03-small.ipynb: c03-title is still the Russian text\n"
    status, printed = tool(course, "--translated", "c03-title", "c03-nobody")
    assert status == 1 and refused in printed and "no Markdown cell c03-nobody" in printed
    change(course / ENGLISH, "c03-title", source="New")
    assert tool(course, "--translated", "c03-title") == (0, "en/03-small.ipynb: saved\n")
    assert out_of_step(course) == []


def test_the_english_edition_is_run_as_the_russian_one_is(course):
    status, printed = run_copy(course, "--collect-only", "notebooks")
    assert status == 0 and "notebooks/ru/" in printed and "notebooks/en/" in printed
    replace(course / ENGLISH, "SERVER_PORT = 8080", "SERVER_PORT = 8081")
    status, printed = run_copy(course, ENGLISH)
    assert status == 1 and named(printed) == [
        "c03-build-port: Cell is out of sync with lab/",
        "c03-port: Cell outputs differ",
    ]
