"""Build the site and the books of both editions from the lessons' notebooks.

    python3 -m venv .site/venv && .site/venv/bin/pip install -r notebooks/site/requirements.txt
    .site/venv/bin/python notebooks/site/build.py            into .site/out
    .site/venv/bin/python notebooks/site/build.py FOLDER     into another folder, which it empties first

It needs Chromium, which draws the diagrams and prints the PDF, and once npm, for Mermaid (vendor.py). The site
is a folder of plain files, ru/ and en/, that any web server can serve; it asks no other host for anything.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import diagrams
import pages

HERE = Path(__file__).resolve().parent
WORK = HERE.parents[1] / ".site"  # what is not ours, and what is made
EDITIONS = "ru", "en"
GRADING = {"ru": HERE.parent / "grading.ipynb", "en": HERE.parent / "en/grading.ipynb"}
OPTIONS = "--quiet", "--fail-on-warning", "--keep-going", "--jobs=auto"


def lessons(edition):
    """Return the paths of an edition's lessons, in order."""
    return sorted((HERE.parent / edition).glob("[0-9]*.ipynb"))


def notebooks(edition):
    """Return the paths of an edition's notebooks: its lessons, and the grading's criteria."""
    return [*lessons(edition), GRADING[edition]]


def sources(edition):
    """Return the folder from which Sphinx builds an edition: its notebooks, and a first page."""
    folder = WORK / "sources" / edition
    folder.mkdir(parents=True, exist_ok=True)
    for gone in {file.name for file in folder.iterdir()} - {file.name for file in notebooks(edition)}:
        (folder / gone).unlink()
    for file in notebooks(edition):
        shutil.copy2(file, folder)
    shutil.copy2(HERE / f"{edition}.md", folder / "index.md")
    return folder


def sphinx(builder, edition, folder):
    """Run one of Sphinx's builders over an edition, in folder (Path); return where the result is.

    Raises CalledProcessError on an error or a warning, which Sphinx has told then.
    """
    settings = {"EDITION": edition, "BUILDER": builder, "PICTURES": str(WORK / "diagrams")}
    command = [sys.executable, "-m", "sphinx", *OPTIONS, "-b", builder, "-c", HERE]
    command += ["-d", folder / "doctrees", sources(edition), folder / "result"]
    subprocess.run(command, check=True, env=os.environ | settings)
    return folder / "result"


def site(edition, folder, out):
    """Make the pages of an edition: the folder out (Path). It works in folder (Path)."""
    templates = shutil.ignore_patterns("*-macros.html")  # the theme leaves them there
    shutil.copytree(sphinx("html", edition, folder), out, ignore=templates)


def epub(edition, folder, out):
    """Make the EPUB of an edition: the file out."""
    [book] = sphinx("epub", edition, folder).glob("*.epub")
    shutil.copy2(book, out)


def pdf(edition, folder, out):
    """Make the PDF of an edition: the file out."""
    page = sphinx("singlehtml", edition, folder) / "index.html"
    options = "--no-pdf-header-footer", "--generate-pdf-document-outline", f"--print-to-pdf={out}"
    diagrams.chromium(*options, page.as_uri(), home=folder)


def make(function, edition, out):
    """Have one of site, epub and pdf make its result, and say how long it took."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        function(edition, Path(folder), out)
    print(f"{function.__name__} {edition}: {time.monotonic() - start:.0f} s", flush=True)


def main(out=WORK / "out"):
    """Build everything into out (Path); raises SystemExit where a lesson waits for its translation."""
    out = out.resolve()
    if waiting := {file.name for file in lessons("ru")} - {file.name for file in lessons("en")}:
        raise SystemExit(f"The English edition lacks {', '.join(sorted(waiting))}")
    files = [file.read_text(encoding="utf-8") for edition in EDITIONS for file in notebooks(edition)]
    diagrams.draw([text for file in files for text in pages.drawings(file)], WORK / "diagrams")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copy2(HERE / "index.html", out)
    for edition in EDITIONS:
        make(site, edition, out / edition)
        make(epub, edition, out / edition / f"chat-{edition}.epub")
        make(pdf, edition, out / edition / f"chat-{edition}.pdf")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
