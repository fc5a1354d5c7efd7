"""What the site makes of a lesson: the outputs of questions folded, pictures that can be read aloud.

A notebook is changed on its way into Sphinx only; the reader downloads it as it is.
"""

import json
import re

import diagrams

# A paragraph that asks the reader to predict: part of it stands in bold, and part of it is a question.
BOLD, CODE = re.compile(r"\*\*.+?\*\*", re.S), re.compile(r"`[^`]*`")


def asks(markdown):
    """Return whether Markdown (str) ends by asking what the next cell will print."""
    paragraph = CODE.sub("", markdown.rstrip().rpartition("\n\n")[2])
    return "?" in paragraph and bool(BOLD.search(paragraph))


def answers(cells):
    """Return the code cells that answer a question of the Markdown above them, and have something to show."""
    return [
        below
        for above, below in zip(cells, cells[1:])
        if above["cell_type"] == "markdown" and asks(text(above["source"]))
        if below.get("outputs") and not text(below["source"]).startswith("check(")
    ]


def text(lines):
    """Return a notebook's text, which it may hold as a list of lines, as one str."""
    return "".join(lines)


def prepared(notebook, folded):
    """Return a notebook's text (str, JSON) with what the site adds; only if folded it hides what answers."""
    content = json.loads(notebook)
    for cell in answers(content["cells"]) if folded else ():
        cell["metadata"]["tags"] = ["hide-output"]
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            if alt := output.get("metadata", {}).get("image/png", {}).get("alt"):
                cell["metadata"]["mystnb"] = {"image": {"alt": alt}}
    return json.dumps(content)


def drawings(notebook):
    """Return the texts (list of str) of the diagrams in a notebook (str, JSON) and in its outputs."""
    found = []
    for cell in json.loads(notebook)["cells"]:
        shown = [cell["source"]] if cell["cell_type"] == "markdown" else []
        shown += [output.get("data", {}).get("text/markdown", "") for output in cell.get("outputs", [])]
        found += [diagram for markdown in shown for diagram in diagrams.FENCE.findall(text(markdown) + "\n")]
    return found
