"""Prove that the built site is whole: every page in a browser that has no network, every link, search, the books.

    .venv/bin/pytest notebooks/site/proof.py    (the tests' environment; epubcheck and pdftotext from Debian)

build.py has made .site/out before; or the environment variable SITE names another folder that it made.
Where the environment variable SCREENSHOTS names a folder, pictures go there. All this takes minutes, and pytest
does not find it by itself: .ci/site runs it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from playwright.sync_api import expect, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import pages  # noqa: E402
from vendor import AXE, vendored  # noqa: E402

SITE = Path(os.environ.get("SITE", HERE.parents[1] / ".site/out")).resolve()
HTML = sorted(str(file.relative_to(SITE)) for file in SITE.glob("**/*.html"))
LESSONS = [page for page in HTML if Path(page).name[0].isdigit()]
EDITIONS = "ru", "en"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
FLAGS = "--no-sandbox", "--disable-gpu", "--disable-background-networking", NO_NETWORK
# What is too wide, and does not lie in something that scrolls or cuts.
WIDE = """() => [...document.querySelectorAll("body *")].filter(one => {
    if (one.getBoundingClientRect().right <= innerWidth) return false;
    for (let around = one; (around = around.parentElement); )
        if (getComputedStyle(around).overflowX !== "visible") return false;
    return true;
}).map(one => one.outerHTML.slice(0, 99))"""

MARGIN = 50  # points: 18 mm in print.css, but for a fraction
PATIENCE = 120  # seconds: far more than it takes on a busy machine

pytestmark = pytest.mark.timeout(600)


class Quiet(SimpleHTTPRequestHandler):
    """Serve files, and say nothing about it."""

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def host():
    """The address of the site, which a server on loopback serves."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium():
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)


@pytest.fixture
def page(chromium, host):
    """A new page; in the end, nothing has gone wrong on it, and it has asked no other host."""
    context = chromium.new_context(viewport=DESKTOP, base_url=host)
    page, wrong = context.new_page(), []
    page.set_default_timeout(PATIENCE * 1000)
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((host, "data:")) else wrong.append(request.url))
    page.on("response", lambda response: wrong.append(response.url) if response.status >= 400 else None)
    yield page
    context.close()
    assert wrong == []


class Links(HTMLParser):
    """The links of a page, and the places in it that links lead to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.places = [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value is not None:
                self.links.append(value)
            if name in ("id", "name"):
                self.places.add(value)


READ = {page: Links((SITE / page).read_text(encoding="utf-8")) for page in HTML}


def photograph(page, name):
    """Take a picture of what the page shows, if there is a folder for it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def violations(page):
    """Return what axe finds on a page: the rule, and the first places."""
    page.add_script_tag(path=vendored(AXE))
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)")
    return [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]


def look(page, theme):
    """Have the page look "light" or "dark"."""
    page.evaluate("theme => Object.assign(document.documentElement.dataset, {theme, mode: theme})", theme)


def test_all_lessons_have_their_pages():
    lessons = [file for edition in EDITIONS for file in (HERE.parent / edition).glob("[0-9]*.ipynb")]
    assert [f"{file.parent.name}/{file.stem}.html" for file in sorted(lessons)] == LESSONS


@pytest.mark.parametrize("name", HTML)
def test_a_page_loads_alone_has_no_violation_and_fits_a_phone(page, name):
    page.goto(name)
    page.wait_for_load_state("networkidle")
    found = {}
    for theme in "light", "dark":
        look(page, theme)
        found |= {f"{theme}: {rule}": places for rule, places in violations(page)}
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"], page.evaluate(WIDE)


@pytest.mark.parametrize("name", HTML)
def test_every_link_of_a_page_leads_somewhere(name):
    lost = []
    for link in READ[name].links:
        path, place = urldefrag(urljoin(f"http://site/{name}", link))
        if not path.startswith("http://site/"):
            continue  # a source that the lesson names
        target = unquote(path.removeprefix("http://site/").partition("?")[0])
        if not (SITE / target).is_file() or target in READ and unquote(place) not in READ[target].places:
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("edition, words", [("ru", "кадрирование"), ("ru", "кадрированием"), ("en", "framing")])
def test_search_finds_the_lesson_on_framing(page, edition, words):
    page.goto(f"{edition}/search.html?q={words}")
    expect(page.locator("ul.search a[href*='03-framing']").first).to_be_visible()
    photograph(page, f"search-{words}")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_downloaded_as_it_is(page, name):
    page.goto(name)
    with page.expect_download() as started:
        page.locator("a.download").click()
    original = HERE.parent / Path(name).with_suffix(".ipynb")
    assert Path(started.value.path()).read_bytes() == original.read_bytes()
    assert started.value.suggested_filename == original.name


@pytest.mark.parametrize("name", LESSONS)
def test_predicted_outputs_and_answers_are_folded_and_unfold(page, name):
    notebook = json.loads((HERE.parent / Path(name).with_suffix(".ipynb")).read_text(encoding="utf-8"))
    markdown = "".join(pages.text(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    page.goto(name)
    folded = page.locator("article details:not([open])")
    predicted = len(pages.answers(notebook["cells"]))
    assert predicted and page.locator("article .cell details:not([open])").count() == predicted
    assert folded.count() == predicted + markdown.count("<details")
    for summary in page.locator("article details > summary").all():
        summary.click()
    assert folded.count() == 0


def test_both_editions_fold_the_outputs_of_the_same_cells():
    for name in LESSONS:
        russian, english = (HERE.parent / edition / Path(name).with_suffix(".ipynb").name for edition in EDITIONS)
        if english.exists():
            asked = [
                [cell["id"] for cell in pages.answers(json.loads(file.read_text(encoding="utf-8"))["cells"])]
                for file in (russian, english)
            ]
            assert asked[0] == asked[1], name


def test_the_reader_goes_on_goes_back_and_changes_the_language(page):
    page.goto("ru/01-connection.html")
    page.locator("a.right-next").click()
    expect(page.locator("article h1")).to_contain_text("2. ")
    page.locator("a.left-prev").click()
    expect(page.locator("article h1")).to_contain_text("1. ")
    page.locator("a.edition").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("a.edition").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_the_theme_changes_and_the_diagrams_with_it(page):
    page.goto("ru/01-connection.html")
    for theme, other in ("dark", "light"), ("light", "dark"):  # it begins as the system has it
        page.locator(".theme-switch-container > button").click()
        page.locator(f".theme-change-button[data-mode={theme}]").click()
        expect(page.locator(f".diagram .only-{theme}").first).to_be_visible()
        expect(page.locator(f".diagram .only-{other}").first).to_be_hidden()
        photograph(page, f"lesson-{theme}")


@pytest.mark.parametrize("edition", EDITIONS)
def test_epubcheck_finds_nothing(edition):
    command = ["java", "-jar", "/usr/share/java/epubcheck.jar", "--failonwarnings"]
    checked = subprocess.run([*command, SITE / edition / f"chat-{edition}.epub"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_runs_off_the_pages_of_the_pdf(edition):
    command = ["pdftotext", "-bbox", SITE / edition / f"chat-{edition}.pdf", "-"]
    boxes = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    [width] = set(re.findall(r'<page width="([\d.]+)"', boxes))
    words = re.findall(r'<word .*xMax="([\d.]+)".*>(.*)</word>', boxes)
    assert len(words) > 50_000
    assert [word for right, word in words if float(right) > float(width) - MARGIN] == []
