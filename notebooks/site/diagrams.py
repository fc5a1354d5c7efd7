"""Draw the diagrams of the lessons: from Mermaid's text to pictures (SVG), once for each theme.

A headless Chromium draws them all in one go while the site is built; readers need no Mermaid. The texts
and the pictures are kept by their digests, so what has been drawn once is not drawn again.
"""

import hashlib
import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from vendor import MERMAID, vendored

THEMES = {"light": "default", "dark": "dark"}  # the site's name: Mermaid's name
FENCE = re.compile(r"^```mermaid\n(.*?)^```", re.M | re.S)
TITLE = re.compile(r"^\s*accTitle:\s*(.+)$", re.M)
CHROMIUM = "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"
SETTINGS = {
    "startOnLoad": False,
    "htmlLabels": False,  # a reader of EPUB knows SVG's own text only
    "deterministicIds": True,
    "fontFamily": "DejaVu Sans, Verdana, sans-serif",  # other fonts are narrower, and fit too
}
PAGE = """<!DOCTYPE html><meta charset="utf-8"><script src="%s"></script><body><script type="module">
const [settings, diagrams] = %s, pictures = {};
for (const [name, [theme, text]] of Object.entries(diagrams)) {
    mermaid.initialize({...settings, theme});
    try {
        const {svg} = await mermaid.render("d" + name, text);
        const picture = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
        const [, , width, height] = picture.getAttribute("viewBox").split(" ");
        picture.setAttribute("width", Math.ceil(width));
        picture.setAttribute("height", Math.ceil(height));
        picture.setAttribute("role", "img");
        picture.querySelectorAll("rect:not([width])").forEach(nothing => nothing.remove()); // no valid SVG
        picture.querySelectorAll("[name]").forEach(named => named.removeAttribute("name")); // nor is this
        pictures[name] = new XMLSerializer().serializeToString(picture);
    } catch (error) { pictures[name] = "!" + error; }
}
document.body.innerHTML = "<pre></pre>";
document.body.firstChild.textContent = JSON.stringify(pictures);
</script>"""


def title(text):
    """Return the title (str) of a diagram's text, which those hear who do not see the picture."""
    return TITLE.search(text)[1].strip()


def picture(folder, text, theme):
    """Return where in folder (Path) the picture of a diagram's text lies, for a theme of THEMES."""
    digest = hashlib.sha256(f"{MERMAID}{SETTINGS}{PAGE}{text}".encode()).hexdigest()[:16]
    return folder / f"{digest}-{theme}.svg"


def draw(texts, folder):
    """Draw all texts in both themes into folder (Path), those that are not there yet.

    Raises SystemExit if Chromium is missing or Mermaid cannot read a text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {picture(folder, text, theme): (THEMES[theme], text) for text in texts for theme in THEMES}
    missing = {file.stem: wanted[file] for file in wanted if not file.exists()}
    if not missing:
        return
    for name, svg in rendered(missing).items():
        if svg.startswith("!"):
            raise SystemExit(f"{missing[name][1]}\nMermaid cannot draw this: {svg[1:]}")
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


def rendered(diagrams):
    """Return {name: SVG, or "!" and an error} of diagrams, {name: (Mermaid's theme, text)}."""
    with tempfile.TemporaryDirectory() as home:
        page = Path(home) / "page.html"
        data = json.dumps([SETTINGS, diagrams]).replace("<", "\\u003c")
        page.write_text(PAGE % (vendored(MERMAID).as_uri(), data), encoding="utf-8")
        dom = chromium("--virtual-time-budget=600000", "--dump-dom", page.as_uri(), home=home)
    found = re.search("<pre>(.*)</pre>", dom, re.S)
    if not found:
        raise SystemExit(f"Chromium has not drawn the diagrams; its page is\n{dom[-2000:]}")
    return json.loads(html.unescape(found[1]))


def chromium(*arguments, home):
    """Run Chromium without a window, its own files in home (str); return what it prints."""
    if not shutil.which(CHROMIUM[0]):
        raise SystemExit("no chromium (Debian: apt-get install chromium fonts-dejavu-core)")
    command = [*CHROMIUM, f"--user-data-dir={home}/chromium", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
