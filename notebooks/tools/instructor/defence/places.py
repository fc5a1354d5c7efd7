"""Words for places in a program: a line with its number, as it stands in a good answer."""

import ast

from .subject import QUOTED


def ref(program, node):
    """Return a line's number and the line itself (str), as it stands in a good answer."""
    line = program.line(node).replace("`", "'")
    return f"{node.lineno} `{line if len(line) <= QUOTED else line[:QUOTED] + '…'}`"


def refs(program, nodes):
    """Return the lines of nodes (list) in a row (str)."""
    lines = {node.lineno: ref(program, node) for node in nodes if hasattr(node, "lineno")}
    return "; ".join(lines.values()) or "—"


def way(program, steps):
    """Return steps (list of statements) one after another (str)."""
    shown = [ref(program, step) for step in steps if not isinstance(step, ast.Try)]
    return " → ".join(dict.fromkeys(shown)) or "—"


def title(function):
    """Return what a function is called (str), or "" for the main part."""
    return f"{function.name}()" if function is not None else ""


def then(program, steps):
    """Return a hold about steps (list of statements), none where there are no steps."""
    return [("route", {"lines": way(program, steps)})] if steps else []
