"""What can be asked about any program."""

import ast

from .asking import OF_CLIENT, OF_SERVER, asks
from .flow import following
from .holds import is_one_of, runs
from .places import ref, refs, title


@asks("branch", OF_SERVER, OF_CLIENT)
def branch(subject, _):
    """When is this condition false, and what is next then?"""
    program = subject.program
    for test in program.of(ast.If):
        if "__main__" in program.line(test) or isinstance(test.parent, ast.If) and is_one_of(test, test.parent.orelse):
            continue
        nexts = test.orelse[0] if test.orelse else following(test)
        yield (
            test,
            {},
            [
                ("true-next", {"line": ref(program, test.body[0])}),
                ("false-next", {"line": ref(program, nexts)}) if nexts is not None else ("false-ends", {}),
            ],
        )


@asks("callers", OF_SERVER, OF_CLIENT)
def callers(subject, _):
    """From where is this function called, and which threads run it?"""
    program = subject.program
    for function in program.functions.values():
        calls = program.callers(function)
        if calls:
            yield (
                function,
                {"function": title(function)},
                [
                    ("called-at", {"lines": refs(program, calls)}),
                    *runs(subject, function),
                ],
            )


@asks("erased-line", OF_SERVER, OF_CLIENT)
def erased_line(subject, _):
    """An assignment is erased: which line notices it first?"""
    program = subject.program
    stored = [node.id for node in program.of(ast.Name) if isinstance(node.ctx, ast.Store)]
    stored += 2 * [one.arg for one in program.of(ast.arg)]
    for node in program.of(ast.Assign):
        variable = node.targets[0].id if isinstance(node.targets[0], ast.Name) else ""
        uses = [n for n in program.of(ast.Name) if n.id == variable and isinstance(n.ctx, ast.Load)]
        plain = variable.isupper() or isinstance(node.value, ast.Constant)
        if stored.count(variable) == 1 and uses and not plain and program.statement(uses[0]) is not following(node):
            yield node, {}, [("uses", {"lines": refs(program, uses[:5]), "number": len(uses)})]
