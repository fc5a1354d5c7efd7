"""What a program makes of a name and a word, as far as its text tells."""

import ast

from .program import names
from .subject import NAME, WORDS


def joined(node):
    """Return the f-strings and sums (list) in node that put several things together, the outermost first."""
    found = []
    for part in ast.walk(node):
        parts = isinstance(part, ast.JoinedStr) and any(isinstance(v, ast.FormattedValue) for v in part.values)
        added = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add) and has_text(part)
        if parts or added:
            found.append(part)
    return found


def has_text(node):
    """Return whether a text stands in node."""
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in ast.walk(node))


def rendered(node, name, word):
    """Return what node (an expression) makes (str) of name and word (str); None where that can't be told."""
    if isinstance(node, ast.JoinedStr):
        parts = [rendered(value, name, word) for value in node.values]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [rendered(node.left, name, word), rendered(node.right, name, word)]
    elif isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    elif isinstance(node, ast.FormattedValue):
        return rendered(node.value, name, word) if node.format_spec is None and node.conversion == -1 else None
    else:
        inner = names(node)
        if any(NAME.search(one) for one in inner):
            return name
        return word if word is not None and any(WORDS.search(one) for one in inner) else None
    return None if None in parts else "".join(parts)


def message(subject):
    """Return the expression that puts a name and a word together, or None."""
    scope = subject.scope()
    for text in joined(scope) if scope is not None else ():
        whole = rendered(text, "\0", "\1")
        if whole and "\0" in whole and "\1" in whole:
            return text
    return None


def sent_end(client):
    """Return the send of a client that ends what is typed with a newline, or None."""
    found = [send for send in client.program.sends() if client.ends_line(send)]
    return found[-1] if found else None
