"""Sphinx's settings for one edition. build.py says which: EDITION is ru or en, PICTURES the folder of diagrams."""

import os
import sys
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from myst_nb.sphinx_ import HideCodeCellNode

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import diagrams  # noqa: E402
import pages  # noqa: E402

language = os.environ["EDITION"]
PICTURES = Path(os.environ["PICTURES"])
RUSSIAN = language == "ru"
BUILDER = os.environ["BUILDER"]
BOOK = BUILDER != "html"

project = "Чат с нуля" if RUSSIAN else "Chat from scratch"
author = "The Chat from scratch authors"
copyright = f"2026 {author}"
version = release = "1"
extensions = ["myst_nb"]
root_doc = "index"
templates_path = ["templates"]
exclude_patterns = ["README.md"]
numfig = False

nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_render_markdown_format = "myst"
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
suppress_warnings = ["mystnb.unknown_mime_type", "epub.unknown_project_files"]

html_theme = "basic" if BOOK else "sphinx_book_theme"
html_title = html_short_title = project
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_context = {"default_mode": "auto"}
html_css_files = {"html": ["site.css"], "epub": [], "singlehtml": ["book.css", "print.css"]}[BUILDER]
html_sidebars = {"**": [] if BOOK else ["search-button-field.html", "sbt-sidebar-nav.html"]}
html_copy_source = not BOOK
html_show_sphinx = html_show_copyright = False
html_use_index = html_domain_indices = False
if not BOOK:
    html_theme_options = {
        "article_header_end": ["edition.html", "article-header-buttons.html"],
        "home_page_in_toc": True,
        "navbar_persistent": [],
        "search_bar_text": "Поиск" if RUSSIAN else "Search",
        "toc_title": "В этом уроке" if RUSSIAN else "In this lesson",
        "use_download_button": False,
        "use_fullscreen_button": False,
    }

epub_author = epub_publisher = author
epub_css_files = ["book.css"]
epub_exclude_files = ["_static/print.css", "_static/site.css"]
epub_use_index = False
epub_show_urls = "no"


class Mermaid(Directive):
    """A diagram: two pictures, of which the page shows the one that fits its theme."""

    has_content = True

    def run(self):
        """Return the figure's node."""
        text = "\n".join(self.content) + "\n"
        figure = nodes.container(classes=["diagram"])
        for theme in diagrams.THEMES:
            file = diagrams.picture(PICTURES, text, theme)
            uri = os.path.relpath(file, self.state.document.settings.env.srcdir)
            figure += nodes.image(uri=uri, alt=diagrams.title(text), classes=[f"only-{theme}"])
        return [figure]


def read(app, docname, content):
    """Change a lesson on its way in."""
    if app.env.doc2path(docname).suffix == ".ipynb":
        content[0] = pages.prepared(content[0], folded=not BOOK)


def bind(app, doctree, docname):
    """Leave a book the light pictures only."""
    for image in list(doctree.findall(nodes.image)):
        if BOOK and "only-dark" in image["classes"]:
            image.parent.remove(image)


def fold(writer, node):
    """Begin an output that is folded; MyST-NB's own summary is no valid HTML, and hides what it says."""
    writer.body.append(f"<details><summary>{'Что вышло' if RUSSIAN else 'Output'}</summary>\n")


def end_fold(writer, node):
    """End an output that is folded."""
    writer.body.append("</details>\n")


def set_labels(app, pagename, templatename, context, doctree):
    """Tell the template edition.html what it should say; a book does without MyST-NB's styles."""
    if BOOK:
        context["css_files"] = [file for file in context["css_files"] if "mystnb" not in str(file.filename)]
    context["twin"] = f"../{'en' if RUSSIAN else 'ru'}/{pagename}.html"
    context["download"] = (
        "Скачать урок: тетрадь для JupyterLab" if RUSSIAN else "Download the lesson: a notebook for JupyterLab"
    )


def setup(app):
    """Hang all this into Sphinx."""
    app.add_directive("mermaid", Mermaid)
    app.add_node(HideCodeCellNode, override=True, html=(fold, end_fold))
    app.connect("source-read", read)
    app.connect("doctree-resolved", bind)
    app.connect("html-page-context", set_labels)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
