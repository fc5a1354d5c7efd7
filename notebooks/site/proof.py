"""Prove that the built site is whole: every page in a browser that has no network, every link, search, the books.

    .venv/bin/pytest -n 2 notebooks/site/proof.py    (the tests' environment; epubcheck and pdftotext from Debian)

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
import build  # noqa: E402
import pages  # noqa: E402
from vendor import AXE, vendored  # noqa: E402

SITE = Path(os.environ.get("SITE", HERE.parents[1] / ".site/out")).resolve()
HTML = sorted(str(file.relative_to(SITE)) for file in SITE.glob("**/*.html"))
NOTEBOOKS = {f"{edition}/{file.stem}.html": file for edition in build.EDITIONS for file in build.notebooks(edition)}
# What another theme can break: axe's rules about colours and pictures, as each theme has pictures of its own.
DARK = "color-contrast", "link-in-text-block", "image-alt", "role-img-alt", "svg-img-alt"
STILL = "*, *::before, *::after { transition: none !important; animation: none !important }"
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


class Page(HTMLParser):
    """The links of a page, the places in it that links lead to, what it offers for download, and what is folded."""

    def __init__(self, text):
        super().__init__()
        self.links, self.places, self.downloads, self.folded = [], {""}, [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.folded += tag == "details" and "open" not in given
        if "download" in given:
            self.downloads.append(given["href"])
        for name, value in attributes:
            if name in ("href", "src") and value is not None:
                self.links.append(value)
            if name in ("id", "name"):
                self.places.add(value)


READ = {page: Page((SITE / page).read_text(encoding="utf-8")) for page in HTML}


def photograph(page, name):
    """Take a picture of what the page shows, if there is a folder for it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def violations(page, rules=None):
    """Return what axe finds on a page, by these of its rules (all): the rule, and the first places."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(options).then(result => result.violations)", options)
    return [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]


def look(page, theme):
    """Have the page look "light" or "dark"."""
    page.evaluate("theme => Object.assign(document.documentElement.dataset, {theme, mode: theme})", theme)


def test_all_notebooks_have_their_pages():
    others = {"index.html"} | {f"{edition}/{name}.html" for edition in build.EDITIONS for name in ("index", "search")}
    assert {*NOTEBOOKS, *others} == {*HTML}


@pytest.mark.parametrize("name", HTML)
def test_a_page_loads_alone_has_no_violation_and_fits_a_phone(page, name):
    page.goto(name)
    page.add_style_tag(content=STILL)  # else axe sees colours on their way
    page.add_script_tag(path=vendored(AXE))
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    look(page, "light")
    found = dict(violations(page))
    look(page, "dark")
    found |= {f"dark: {rule}": places for rule, places in violations(page, DARK)}
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


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_lesson_offers_its_notebook_as_it_is(name):
    [link] = READ[name].downloads
    assert (SITE / name).parent.joinpath(link).read_bytes() == NOTEBOOKS[name].read_bytes()


@pytest.mark.parametrize("name", ["ru/03-framing.html", "en/grading.html"])
def test_a_lesson_is_downloaded_under_its_name(page, name):
    page.goto(name)
    with page.expect_download() as started:
        page.locator("a.download").click()
    assert Path(started.value.path()).read_bytes() == NOTEBOOKS[name].read_bytes()
    assert started.value.suggested_filename == NOTEBOOKS[name].name


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_predicted_outputs_and_answers_are_folded(name):
    cells = json.loads(NOTEBOOKS[name].read_text(encoding="utf-8"))["cells"]
    markdown = "".join(pages.text(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    predicted = len(pages.answers(cells))
    assert predicted or "grading" in name
    assert READ[name].folded == predicted + markdown.count("<details")


@pytest.mark.parametrize("name", ["ru/03-framing.html", "en/03-framing.html"])
def test_what_is_folded_unfolds(page, name):
    page.goto(name)
    folded = page.locator("article details:not([open])")
    assert 0 < page.locator("article .cell details:not([open])").count() < folded.count()
    for summary in page.locator("article details > summary").all():
        summary.click()
    assert folded.count() == 0


def test_both_editions_fold_the_outputs_of_the_same_cells():
    for russian, english in zip(*map(build.notebooks, build.EDITIONS)):
        asked = [
            [cell["id"] for cell in pages.answers(json.loads(file.read_text(encoding="utf-8"))["cells"])]
            for file in (russian, english)
        ]
        assert asked[0] == asked[1], english.name


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
    expect(page.locator("article h1")).to_contain_text("1. ")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_lesson_leads_to_its_neighbours_and_to_its_twin(name):
    edition, _, page = name.partition("/")
    names = [file.stem for file in build.notebooks(edition)]
    place = names.index(Path(page).stem)
    around = [f"{names[other]}.html" for other in (place - 1, place + 1) if 0 <= other < len(names)]
    [twin] = {"ru", "en"} - {edition}
    assert {*around, f"../{twin}/{page}"} <= {*READ[name].links}


def test_the_theme_changes_and_the_diagrams_with_it(page):
    page.goto("ru/01-connection.html")
    for theme, other in ("dark", "light"), ("light", "dark"):  # it begins as the system has it
        page.locator(".theme-switch-container > button").click()
        page.locator(f".theme-change-button[data-mode={theme}]").click()
        expect(page.locator(f".diagram .only-{theme}").first).to_be_visible()
        expect(page.locator(f".diagram .only-{other}").first).to_be_hidden()
        photograph(page, f"lesson-{theme}")


@pytest.mark.parametrize("edition", build.EDITIONS)
def test_epubcheck_finds_nothing(edition):
    command = ["java", "-jar", "/usr/share/java/epubcheck.jar", "--failonwarnings"]
    checked = subprocess.run([*command, SITE / edition / f"chat-{edition}.epub"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("edition", build.EDITIONS)
def test_nothing_runs_off_the_pages_of_the_pdf(edition):
    command = ["pdftotext", "-bbox", SITE / edition / f"chat-{edition}.pdf", "-"]
    boxes = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    [width] = set(re.findall(r'<page width="([\d.]+)"', boxes))
    words = re.findall(r'<word .*xMax="([\d.]+)".*>(.*)</word>', boxes)
    assert len(words) > 50_000
    assert [word for right, word in words if float(right) > float(width) - MARGIN] == []
