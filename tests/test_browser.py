"""The course as a student meets it: JupyterLab, started as the README says, in a real browser.

Each notebook is run from the menu and looked at. The pictures taken of it, in the light and
in the dark theme, go to the folder that the environment variable SCREENSHOTS names.
"""
import itertools
import os
import re
import shlex
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from needs import need
from peers import Program

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    sync_playwright = None  # tests/requirements.txt asks for it on Linux only

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTEBOOKS = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "notebooks").rglob("*.ipynb"))
             if ".ipynb_checkpoints" not in path.parts]
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]
PATIENCE, RUN_TIME = 60_000, 180_000  # milliseconds: far more than it takes on a busy machine

READY = "Python 3 (ipykernel) | Idle"
ERRORS = '[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]'
FINISHED = """errors => document.querySelector(errors) ||
    [...document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt")]
        .every(prompt => /[0-9]/.test(prompt.textContent))"""
FOLD = "folded => document.querySelectorAll('details').forEach(answer => answer.open = !folded)"

pytestmark = [pytest.mark.timeout(300), need("chromium"), pytest.mark.skipif(
    not sync_playwright and not os.environ.get("CI"),
    reason="no playwright (it is in tests/requirements.txt, for Linux only)")]


class Lab:
    """A browser at JupyterLab, which serves folder (Path), a copy of the course."""

    def __init__(self, browser, folder, url):
        self.browser, self.folder, self.url = browser, folder, url
        self.workspaces = itertools.count()

    @contextmanager
    def open(self, notebook):
        """Show a page with nothing but notebook (str, its path) in it, its kernel ready."""
        workspace = f"workspaces/{next(self.workspaces)}/tree/{notebook}?"  # pages share no tabs
        with self.browser.new_page(viewport={"width": 1280, "height": 900}) as page:
            page.set_default_timeout(PATIENCE)
            page.goto(re.sub("tree/.+[?]", workspace, self.url))
            expect(page.get_by_text(READY)).to_be_visible()
            yield page


def choose(page, menu, *items):
    """Choose from a menu, and from its submenus, by the words that stand there."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    for item in items:
        page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()


def choose_theme(page, theme):
    """Have JupyterLab look "Light" or "Dark"; diagrams that are drawn already stay as they are."""
    choose(page, "Settings", "Theme", f"JupyterLab {theme}")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", f"JupyterLab {theme}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the course, in a folder whose name is hard to read, and a browser."""
    assert CHROMIUM and sync_playwright, "CI must have chromium and playwright"
    expect.set_options(timeout=PATIENCE)
    home = tmp_path_factory.mktemp("home")
    settings = home / "JUPYTER_CONFIG_DIR/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(  # nothing is asked of the outside
        '{"fetchNews": "false", "checkForUpdates": false}')
    folder = tmp_path_factory.mktemp("course") / "Мой курс (чат)"
    for name in "lab", "notebooks":
        shutil.copytree(ROOT / name, folder / name,
                        ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    options = shlex.split(re.search(r"bin/jupyter lab (.+)", README)[1])
    folders = {name: str(home / name) for name in (
        "HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    with Program("-m", "jupyterlab", *options, "--no-browser", "--port", "0",
                 cwd=folder, env=folders) as server, sync_playwright() as playwright:
        server.expect("To access the server")
        [start] = (home / "JUPYTER_RUNTIME_DIR").glob("jpserver-file-to-run-*.html")
        url = re.search(r"http://[^\"]+", start.read_text(encoding="utf-8"))[0]
        with playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
            yield Lab(browser, folder, url)
        server.stop(signal.SIGTERM)  # and with it all kernels


class Book:
    """A notebook (path, a str) that is open on page; it is run from the menu."""

    def __init__(self, lab, path, page):
        """Forget the stored outputs, and run all cells to the end, or to an error."""
        self.path, self.page = path, page
        self.notebook = nbformat.read(lab.folder / path, as_version=4)
        choose(page, "Edit", "Clear Outputs of All Cells")
        choose(page, "Run", "Run All Cells")
        page.wait_for_function(FINISHED, arg=ERRORS, timeout=RUN_TIME)

    def markdown(self):
        """Return all Markdown (str) that it shows: its own text, and what its cells put out."""
        outputs = (output.get("data", {}).get("text/markdown", "")
                   for cell in self.notebook.cells for output in cell.get("outputs", []))
        return "\n".join([*(cell.source for cell in self.notebook.cells
                            if cell.cell_type == "markdown"), *outputs])

    def diagrams(self):
        """Return its diagrams as they are drawn (list of SVG, without numbers), all unfolded."""
        wanted = self.markdown().count("```mermaid")
        expect(self.page.locator(".jp-RenderedMermaid > figure > img")).to_have_count(wanted)
        self.page.evaluate(FOLD, False)
        return self.page.evaluate("[...document.querySelectorAll('.jp-RenderedMermaid img')]"
                                  ".map(image => image.src.replace(/jp-mermaid-[0-9]+/g, ''))")

    def photograph(self, folder, theme):
        """Take a picture of the whole notebook."""
        height = self.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollHeight")
        self.page.set_viewport_size({"width": 1280, "height": min(height + 150, 16000)})
        self.page.locator(".jp-Notebook .jp-Cell").first.scroll_into_view_if_needed()
        self.page.screenshot(path=folder / f"{self.path.replace('/', '-')}-{theme}.jpg", quality=70)
        self.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture(scope="module", params=NOTEBOOKS)
def book(lab, request):
    """Each notebook in turn."""
    with lab.open(request.param) as page:
        yield Book(lab, request.param, page)
        choose(page, "Kernel", "Shut Down All Kernels…")
        page.get_by_role("button", name="Shut Down All").click()
        expect(page.get_by_text("No Kernel").first).to_be_visible()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """The folder for pictures."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_the_readmes_command_opens_the_first_chapter(lab):
    with lab.browser.new_page() as page:
        page.goto(lab.url)
        expect(page.locator(".jp-Notebook h1")).to_contain_text("1. Сокеты")


def test_the_interrupt_button_gives_a_blocked_kernel_back(lab):
    blocked = 'import socket\nours, theirs = socket.socketpair()\nprint("жду")\nours.recv(1)'
    notebook = nbformat.read(lab.folder / NOTEBOOKS[0], as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in (blocked, 'print("свободен")')]
    nbformat.write(notebook, lab.folder / "notebooks/blocked.ipynb")
    with lab.open("notebooks/blocked.ipynb") as page:
        choose(page, "Run", "Run All Cells")
        outputs = page.locator(".jp-OutputArea-output")
        expect(outputs).to_have_text(["жду\n"])
        page.get_by_role("button", name="Interrupt the kernel").click()
        expect(outputs.nth(1)).to_contain_text("KeyboardInterrupt")
        choose(page, "Run", "Run Selected Cell")
        expect(outputs.last).to_have_text("свободен\n")


def test_all_cells_run_from_the_menu_without_an_error(book):
    expect(book.page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(book.notebook.cells))
    assert book.page.locator(ERRORS).all_text_contents() == []


def test_every_diagram_and_figure_is_drawn_and_can_be_read_aloud(book, pictures):
    book.diagrams()
    images = book.page.evaluate("[...document.querySelectorAll('.jp-Notebook img')]"
                                ".map(image => [image.alt, image.naturalWidth])")
    book.photograph(pictures, "light")
    for alt, width in images:
        assert width and alt and alt != "Image", images


def test_every_folded_answer_opens_and_folds_again(book):
    book.page.evaluate(FOLD, True)
    answers = book.page.locator(".jp-Notebook details:not(.jp-RenderedMermaid-Details)")
    assert answers.count() == book.markdown().count("<details")
    for answer in answers.all():
        question = answer.locator("summary")
        question.click()
        expect(answer).to_have_attribute("open", "")
        assert len(answer.inner_text()) > len(question.inner_text()) + 5
        question.click()
        expect(answer).not_to_have_attribute("open", "")


def test_every_link_opens_its_document(lab, book):
    with lab.open(book.path) as page:
        page.evaluate(FOLD, False)
        tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab")
        for target in dict.fromkeys(re.findall(r"\]\((?!\w+:)([^)#\s]+)", book.markdown())):
            path = os.path.normpath(Path(book.path).parent / target)
            page.locator(f'.jp-Notebook a[href*="/files/{path}?"]').filter(visible=True).first.click()
            expect(tab.and_(page.locator(".lm-mod-current"))).to_have_attribute(
                "title", re.compile(f"^Path: {re.escape(path)}$", re.M))
            tab.first.click()  # back to where we were


def test_diagrams_are_drawn_for_the_dark_theme(book, pictures):
    light = book.diagrams()
    choose_theme(book.page, "Dark")
    try:
        book.page.reload()
        expect(book.page.get_by_text(READY)).to_be_visible()
        dark = book.diagrams()
        book.photograph(pictures, "dark")
    finally:
        choose_theme(book.page, "Light")
    assert not set(light) & set(dark)
