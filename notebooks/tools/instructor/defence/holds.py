"""What a good answer holds about where a program goes on, and which threads run something."""

import ast

from .flow import ENDS, End, Route, about_nothing, following, handler, target
from .places import ref, refs, then, title, way
from .program import FUNCTIONS, called, in_order


def ending(subject, route, home, depth=2):
    """Return holds about what comes after route (Route) in the function home, and in its only caller."""
    program = subject.program
    if route.end == "exit":
        return []
    if route.end == "raise" and depth:
        raised = next(step for step in route.steps if isinstance(step, ast.Raise))
        return caught(subject, raised, ENDS)[0]
    if route.end == "loop":
        return [("goes-round", {"line": ref(program, route.steps[-1])})] if route.steps else []
    if home is None:
        return [("program-ends", {})]
    starts = [start for start, function in program.starts if function is home]
    if starts:
        key = "task-ends" if is_task(starts[0]) else "thread-ends"
        return [(key, {"function": title(home), "start": ref(program, starts[0])})]
    callers = program.callers(home)
    holds = [("returns-to", {"function": title(home), "lines": refs(program, callers)})] if callers else []
    if len(callers) == 1 and depth:
        after = Route(program, following(program.statement(callers[0])))
        holds += then(program, after.steps) + ending(subject, after, program.home(callers[0]), depth - 1)
    return holds


def is_task(start):
    """Return whether start begins a task of asyncio, which is no thread."""
    return called(start) in ("start_server", "create_task")


def caught(subject, node, errors):
    """Return holds about who catches one of errors (set of str) that node raises, and where it goes on."""
    program = subject.program
    found = handler(program, node, errors)
    if found is None:
        starts, _ = program.threads(program.home(node))
        passed = [block[0] for block in blocks_above(node)]
        holds = [("not-caught", {})]
        holds += [("finally", {"lines": way(program, passed)})] if passed else []
        return holds + [("thread-falls" if starts else "program-falls", {})], []
    holds = [("caught", {"line": ref(program, found.node)})]
    if found.through:
        holds.append(("through", {"lines": refs(program, found.through)}))
    if found.passed:
        holds.append(("finally", {"lines": way(program, [block[0] for block in found.passed])}))
    route = Route(program, found.first())
    holds += then(program, route.steps)
    return holds, [*(step for block in found.passed for step in block), *route.steps]


def blocks_above(node):
    """Return the finally blocks (list) around node in its function."""
    found = []
    while node.parent is not None and not isinstance(node, FUNCTIONS):
        parent = node.parent
        if isinstance(parent, ast.Try) and parent.finalbody and not any(node is one for one in parent.finalbody):
            found.append(parent.finalbody)
        node = parent
    return found


def removed(subject, steps):
    """Return holds about who is taken out of what is kept, in steps (statements)."""
    program, people = subject.program, subject.people()
    kept = ", ".join(f"`{name}`" for name in people)
    if not people:
        return []
    if nodes := subject.removals(steps):
        return [("removed", {"kept": kept, "lines": refs(program, nodes)})]
    puts = in_order([call for step in steps for call in program.puts(under=step)])
    if puts:
        return [("removed-later", {"kept": kept, "lines": refs(program, puts)})]
    return [("not-removed", {"kept": kept})]


def runs(subject, function):
    """Return holds about which threads run function (a node, or None)."""
    program = subject.program
    starts, main = program.threads(function)
    holds = [
        ("each-thread" if is_one_of(start, subject.per_person) else "one-thread", {"start": ref(program, start)})
        for start in starts
    ]
    return holds + [("main-thread", {})] * main


def looked_into(subject, found):
    """Return found (End), or what notices the end in the function of the program that hears for it."""
    own = subject.program.own(found.hear) if isinstance(found.hear, ast.Call) else None
    hears = hears_in(subject, own) if own is not None and not found.way else []
    return End(subject.program, hears[-1]) if hears else found


def hears_in(subject, function):
    """Return where function hears something, by itself or by another function of the program (list of nodes)."""
    program = subject.program
    return in_order(
        [*program.hears(under=function), *(c for c in program.of(ast.Call, under=function) if subject.reads(c))]
    )


def noticed(subject, found):
    """Return holds about what notices the end that found (End) has: also the function that reads for it, first."""
    program, inner = subject.program, first_inside(subject, found.hear)
    outer = "end-loop" if found.way == "loop" else "end-test"
    if inner is None:
        return [(outer, {"line": ref(program, found.test)})]
    return [
        ("end-inside", {"line": ref(program, inner), "function": title(program.home(inner))}),
        ("end-outside", {"line": ref(program, found.test)}),
    ]


def first_inside(subject, hear):
    """Return the test by which the function that hear calls notices the end before its caller, or None."""
    program = subject.program
    own = program.own(hear) if isinstance(hear, ast.Call) else None
    if own is None:
        return None
    for inner in reversed(hears_in(subject, own)):
        variables = {target(program.statement(inner))} - {""}
        for test in program.of(ast.If, ast.While, under=own):
            if test.lineno >= inner.lineno and about_nothing(test.test, variables):
                return test
    return None


def inner_end(subject, source):
    """Return holds about how the generator source (a function) notices the end of what it reads."""
    for hear in reversed(hears_in(subject, source)):
        found = End(subject.program, hear)
        if found.way:
            key = "end-loop" if found.way == "loop" else "end-test"
            route = Route(subject.program, found.first)
            return [(key, {"line": ref(subject.program, found.test)}), *then(subject.program, route.steps)]
    return []


def is_one_of(node, nodes):
    """Return whether node is one of nodes (list)."""
    return any(node is one for one in nodes)
