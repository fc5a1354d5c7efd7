"""Pages of the pack: HTML that asks no other host for anything, with Markdown and code in colours."""

import html
import re
from pathlib import Path

import mistune
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

STATIC = Path(__file__).parent / "static"
COLOURS = HtmlFormatter(nowrap=True, style="default")
DARK = HtmlFormatter(nowrap=True, style="monokai")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]*\)")  # to a place in the project: the pack is not there


class Renderer(mistune.HTMLRenderer):
    """Markdown as a lesson has it: its HTML stays, code gets colours, a diagram its text."""

    def __init__(self):
        super().__init__(escape=False)

    def block_code(self, code, info=None):
        """Return HTML (str) for a fenced block."""
        if info == "mermaid":
            title = re.search(r"accTitle: (.*)", code)
            return f'<p class="quiet">⧉ {html.escape(title[1])}</p>\n' if title else ""
        return python(code) if info == "python" else f"<pre><code>{html.escape(code)}</code></pre>\n"


render = mistune.create_markdown(renderer=Renderer(), plugins=["table", "strikethrough"])


def markdown(text):
    """Return HTML (str) for Markdown (str) of a lesson."""
    return render(LINK.sub(r"\1", text))


def python(code):
    """Return HTML (str) for Python code (str)."""
    return f'<pre class="code"><code>{highlight(code, PythonLexer(stripnl=False), COLOURS).rstrip()}</code></pre>\n'


def inline(text):
    """Return HTML (str) for a sentence (str) in which only `code` is marked."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))


def table(head, rows):
    """Return an HTML table (str); head (list of str) and rows (list of lists) hold HTML."""
    lines = [f"<tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    return "<table>\n" + "\n".join(lines) + "\n</table>\n"


def page(title, body, language, kind="page"):
    """Return a whole page (str); body is HTML (str), kind "page" or "deck"."""
    style = (STATIC / "page.css").read_text(encoding="utf-8") + COLOURS.get_style_defs("pre.code")
    dark = DARK.get_style_defs("pre.code")
    style += f"\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\npre.code {{ background: var(--soft) }}\n"
    script = ""
    if kind == "deck":
        style += (STATIC / "deck.css").read_text(encoding="utf-8")
        script = f"<script>\n{(STATIC / 'deck.js').read_text(encoding='utf-8')}</script>\n"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n{script}</body>\n</html>\n"
    )
