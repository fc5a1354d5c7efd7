"""The course as a student meets it: JupyterLab, started as the README says, in a real browser.

A lesson in the student's copy is opened once, run from the menu and looked at: those of FIRST, with EVERYTHING=1
all of them. Where the environment variable SCREENSHOTS names a folder, pictures of it in both themes go there.
"""

import json
import os
import re
import shlex
import shutil
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

import lessons
from exercises import find
from needs import need
from programs import Program

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    sync_playwright = None  # tests/requirements.txt asks for it on Linux only

ROOT = lessons.ROOT
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Between them they have all that a lesson may have: diagrams, packets, folded answers, figures, Redis.
FIRST = "16", "20"
LESSONS = [path.name for path in lessons.notebooks() if path.name[:2] in FIRST or os.environ.get("EVERYTHING")]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
PATIENCE, RUN_TIME = 120, 240  # seconds: far more than it takes on a busy machine
SETTINGS = {
    "docmanager-extension/plugin": {"autosave": False},  # it would meet what has been closed
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells are there at once
}
SETTINGS_OF = "plugin => jupyterapp.serviceManager.settings.fetch(plugin)"
ERRORS = '[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]'
ANSWERS = "details:not(.jp-RenderedMermaid-Details)"

pytestmark = [
    pytest.mark.timeout(600),
    need("chromium"),
    pytest.mark.skipif(
        not sync_playwright and not os.environ.get("CI"),
        reason="no playwright (it is in tests/requirements.txt, for Linux only)",
    ),
]


class Lab:
    """A page (Playwright's) at JupyterLab's url, which serves folder (Path), the student's copy of the course."""

    def __init__(self, page, folder, url):
        self.page, self.folder, self.url = page, folder, url
        self.empty = re.sub("/tree/.+[?]", "?reset&", url)  # nothing is open there
        page.set_default_timeout(PATIENCE * 1000)

    def load(self, address):
        """Load JupyterLab's page at address (str)."""
        self.page.goto(address)
        self.page.wait_for_function("window.jupyterapp", polling=100)
        self.page.evaluate("jupyterapp.restored.then(() => null)")
        self.page.add_script_tag(path=ROOT / "tests/browser.js")

    @contextmanager
    def open(self, path):
        """Open the notebook at path (str); yield a Book. In the end nothing is open, no kernel runs."""
        if self.page.url == "about:blank":
            self.load(self.empty)
        try:
            self.page.evaluate("openBook", path)
            yield Book(self, path)
        finally:
            self.page.evaluate("closeAll")
            if self.page.locator(".jp-Dialog").count():
                self.load(self.empty)  # what went wrong here is nothing to the next one


class Book:
    """A notebook (path, a str) that is open in a Lab; what it puts out is what its original in ru/ has stored."""

    def __init__(self, lab, path):
        self.path, self.page = path, lab.page
        original = ROOT / "notebooks/ru" / path
        self.notebook = nbformat.read(original if original.exists() else lab.folder / path, as_version=4)

    def choose(self, menu, item):
        """Choose from a menu by the words that stand there."""
        self.page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def run(self):
        """Forget the stored outputs, and run all cells to the end, or to an error."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.choose("Run", "Run All Cells")
        self.page.wait_for_function("finished", arg=ERRORS, timeout=RUN_TIME * 1000, polling=500)

    def cell(self, name):
        """Return the cell (a locator) whose id is name (str)."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.place(name))

    def place(self, name):
        """Return the place (int) of the cell whose id is name (str)."""
        return [cell.id for cell in self.notebook.cells].index(name)

    def answer(self, name, code):
        """Type code in place of what a cell has, and run it; then run the next one."""
        self.cell(name).locator(".cm-line").first.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")

    def exercise(self):
        """Return the first exercise (Exercise) whose answer is a function, and the ids of its cell and its check."""
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        for cell, check in zip(cells, cells[1:]):
            if (asked := re.match(r"check\(\"([\d.]+)\", (\w+)\)", check.source)) and f"def {asked[2]}(" in cell.source:
                return find(asked[1]), cell.id, check.id

    def texts(self, selector):
        """Return the text of all that fits a selector (list of str)."""
        return self.page.evaluate("selector => all(selector).map(found => found.innerText)", selector)

    def markdown(self):
        """Return all Markdown (str) that it shows: its own text, and what its cells put out."""
        outputs = (
            output.get("data", {}).get("text/markdown", "")
            for cell in self.notebook.cells
            for output in cell.get("outputs", [])
        )
        return "\n".join([*(cell.source for cell in self.notebook.cells if cell.cell_type == "markdown"), *outputs])

    def diagrams(self):
        """Wait until its diagrams are drawn, unfold them all, and return the style (CSS) of each."""
        diagrams = self.page.locator(".jp-RenderedMermaid")  # also one that could not be drawn
        expect(diagrams).to_have_count(self.markdown().count("```mermaid"))
        self.page.evaluate("fold", False)
        drawn = self.page.evaluate("all('.jp-RenderedMermaid > figure > img').map(image => image.src)")
        styles = (re.search("<style>(.+)</style>", unquote(image), re.S)[1] for image in drawn)
        return [re.sub("jp-mermaid-[0-9]+", "", style) for style in styles]

    def targets(self):
        """Return the paths (list of str) of the documents that its links lead to, each once."""
        links = re.findall(r"\]\((?!\w+:)([^)#\s]+)", self.markdown())
        return [os.path.normpath(Path(self.path).parent / link) for link in dict.fromkeys(links)]

    def photograph(self, what):
        """Take a picture of the whole notebook, if the environment names a folder for it."""
        if not (folder := os.environ.get("SCREENSHOTS")):
            return
        height = self.page.evaluate("height") + 150  # with JupyterLab's bars
        self.page.set_viewport_size({"width": 1280, "height": min(height, 16000)})
        self.page.screenshot(path=Path(folder) / f"{self.path}-{what}.jpg", quality=70)
        self.page.set_viewport_size({"width": 1280, "height": 900})


@contextmanager
def jupyterlab(folder, home):
    """Start the course in folder (Path) as the README says, settings and all else in home (Path); yield the URL."""
    for name, setting in SETTINGS.items():
        file = home / f"JUPYTER_CONFIG_DIR/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(setting))
    command = shlex.split(re.search(r"&& \.venv/bin/python (.+start\.py.*)", README)[1])
    folders = {
        name: str(home / name)
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    more = "--no-browser", "--port", "0", "--LabApp.expose_app_in_browser=True"
    with Program(*command, *more, cwd=folder, env=folders) as server:
        server.expect("To access the server")
        [start] = (home / "JUPYTER_RUNTIME_DIR").glob("jpserver-file-to-run-*.html")
        yield re.search(r"http://[^\"]+", start.read_text(encoding="utf-8"))[0]
        server.process.terminate()  # and with it all kernels
        server.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on the student's copy, in a folder whose name is hard to read, and a browser."""
    assert CHROMIUM and sync_playwright, "CI must have chromium and playwright"
    expect.set_options(timeout=PATIENCE * 1000)
    folder = tmp_path_factory.mktemp("course") / "Мой курс (чат)"
    for name in "lab", "notebooks":
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    with (
        jupyterlab(folder, tmp_path_factory.mktemp("home")) as url,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser,
    ):
        yield Lab(browser.new_page(viewport={"width": 1280, "height": 900}), folder / "my", url)


def test_the_readmes_command_opens_a_page_that_says_where_to_start_and_no_news(lab):
    lab.load(lab.url)
    page = lab.page.locator(".jp-Notebook")
    expect(page.locator("h1")).to_contain_text("Чат с нуля")
    expect(page).to_contain_text("start.py --language en")
    settings = lab.page.evaluate(SETTINGS_OF, "@jupyterlab/apputils-extension:notification")
    assert settings["schema"]["properties"]["fetchNews"]["default"] == "false", "and else it asks at any time"
    assert lab.page.locator(".jp-Dialog, .Toastify__toast").count() == 0, "nothing is over it"
    lab.page.evaluate("closeAll")
    with lab.open("00-start.ipynb") as book:
        assert book.page.evaluate("follow", "01-connection.ipynb") is None
        book.photograph("light")


def test_the_interrupt_button_gives_a_blocked_kernel_back(lab):
    blocked = 'import socket\nours, theirs = socket.socketpair()\nprint("жду")\nours.recv(1)'
    notebook = nbformat.read(lab.folder / LESSONS[0], as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in (blocked, 'print("свободен")')]
    nbformat.write(notebook, lab.folder / "blocked.ipynb")
    with lab.open("blocked.ipynb") as book:
        book.choose("Run", "Run All Cells")
        outputs = book.page.locator(".jp-OutputArea-output")
        expect(outputs).to_have_text(["жду\n"])
        book.page.get_by_role("button", name="Interrupt the kernel").click()
        expect(outputs.nth(1)).to_contain_text("KeyboardInterrupt")
        book.choose("Run", "Run Selected Cell")
        expect(outputs.last).to_have_text("свободен\n")


@pytest.mark.parametrize("path", LESSONS)
def test_all_of_a_lesson_works_in_the_browser(lab, path, subtests):
    with lab.open(path) as book:
        book.run()
        assert book.texts(ERRORS) == [], "all cells run from the menu without an error"
        shown, written = len(book.texts(".jp-Cell")), len(book.notebook.cells)
        assert shown == written, "all cells are there"
        with subtests.test("a wrong answer and a right one are told apart"):
            exercise, cell, check = book.exercise()
            checked = book.cell(check).locator(".jp-OutputArea-output")
            expect(checked).to_contain_text(f"✗ {exercise.number}. Функция {exercise.name} пока пуста")
            empty = next(one.source for one in book.notebook.cells if one.id == cell)
            book.answer(cell, re.sub(r"^    \.\.\.$", "    return 42", empty, flags=re.M))
            expect(checked).not_to_contain_text("пока пуста")
            expect(checked).to_contain_text(f"✗ {exercise.number}. ")
            book.answer(cell, exercise.solution.strip())
            expect(checked).to_contain_text(f"✓ {exercise.number}. Верно.")
        light = book.diagrams()
        book.photograph("light")
        with subtests.test("every diagram and figure is drawn and can be read aloud"):
            assert book.texts(".jp-RenderedMermaid.jp-mod-warning") == []
            images = book.page.evaluate("images")
            assert [image for image in images if not all(image) or image[0] == "Image"] == []
        with subtests.test("every folded answer opens and folds again"):
            assert len(book.texts(ANSWERS)) == book.markdown().count("<details")
            assert book.page.evaluate("stubborn", ANSWERS) == []
        with subtests.test("every link opens its document"):
            followed = [book.page.evaluate("follow", target) for target in book.targets()]
            assert [problem for problem in followed if problem] == []
        with subtests.test("diagrams are drawn for the dark theme"):
            book.page.evaluate("darken")
            dark = book.diagrams()
            assert len(dark) == len(light)
            as_in_the_light = [number for number, style in enumerate(dark, 1) if style in light]
            assert as_in_the_light == [], "by their numbers"
        book.photograph("dark")
