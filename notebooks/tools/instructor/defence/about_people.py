"""Questions about who is in the chat, under which name."""

import ast

from .asking import OF_SERVER, asks
from .flow import Route, about_nothing, aliases, following, target
from .places import ref, refs, then, way
from .program import called, names, owner
from .subject import IS_NAME, NAME, within
from .texts import joined, rendered, sent_end


@asks("lists", OF_SERVER)
def lists(subject, _):
    """Three have joined and one has left: what is in what is kept?"""
    people = subject.people()
    if not people:
        return
    program = subject.program
    node = program.shared[people[0]]
    holds = []
    for name in people:
        holds.append(("grows", {"name": name, "lines": refs(program, program.grows(name))}))
        shrinks = program.shrinks(name)
        holds.append(
            ("shrinks", {"name": name, "lines": refs(program, shrinks)})
            if shrinks
            else ("never-shrinks", {"name": name})
        )
        holds += left(program, name)
    yield node, {"kept": ", ".join(f"`{name}`" for name in people)}, holds


def left(program, name):
    """Return holds about how many are in name (str), of what, in which order; none where that can't be told."""
    grows, element = program.grows(name), element_of(program.grows(name))
    if len(grows) != 1 or not element or any(called(node) == "clear" for node in program.shrinks(name)):
        return []
    key = "two-left" if program.shrinks(name) else "three-left"
    value = program.shared[name].value
    unordered = isinstance(value, ast.Set) or isinstance(value, ast.Call) and called(value) == "set"
    return [(key, {"name": name, "element": element}), ("unordered" if unordered else "in-order", {})]


def element_of(grows):
    """Return what the first of grows (list of nodes) puts, as it is written (str), or ""."""
    node = grows[0] if grows else None
    if isinstance(node, ast.Subscript) and isinstance(node.parent, ast.Assign) and node in node.parent.targets:
        return f"{ast.unparse(node.slice)}: {ast.unparse(node.parent.value)}"
    if isinstance(node, ast.Call) and called(node) in ("append", "add") and node.args:
        return ast.unparse(node.args[0])
    return ""


@asks("ghost", OF_SERVER)
def ghost(subject, _):
    """Somebody connects and goes without a name: what runs, what do others hear?"""
    program, hear = subject.program, subject.name_hear()
    if hear is None:
        return
    statement = program.statement(hear)
    variable, under = target(statement), program.home(hear) or program.tree
    tests = [
        (test, name)
        for scope, name in handed(program, statement, variable, under)
        for test in program.of(ast.If, ast.While, ast.IfExp, under=scope)
        if (scope is not under or test.lineno >= statement.lineno) and about_nothing(test.test, aliases(scope, name))
    ]
    if tests:
        first, name = tests[0]
        holds = [("name-checked", {"variable": name, "line": ref(program, first)})]
        if isinstance(first, (ast.If, ast.While)):
            empty = about_nothing(first.test, {name}) == "empty"
            branch = first.body[0] if empty else first.orelse[0] if first.orelse else following(first)
            holds += then(program, Route(program, branch).steps)
    else:
        holds = [("name-unchecked", {"variable": variable})]
        said = [
            text for text in joined(under) if rendered(text, "", None) is not None and text.lineno > statement.lineno
        ]
        if said:
            holds.append(
                ("ghost-heard", {"text": rendered(said[0], "", None).strip("\n"), "line": ref(program, said[0])})
            )
    yield statement, {}, holds


def handed(program, statement, variable, under):
    """Return [(scope, name)]: where what statement keeps as variable (str) is seen, also as an argument."""
    found = [(under, variable)]
    for call in program.of(ast.Call, under=under):
        function = program.own(call)
        if function is None or call.lineno < statement.lineno:
            continue
        parameters = [one.arg for one in function.args.args if one.arg != "self"]
        within_it = [
            i
            for i, arg in enumerate(call.args)
            if variable in names(arg) or within(call, statement) and program.hears(under=arg)
        ]
        found += [(function, parameters[i]) for i in within_it if i < len(parameters)]
    return found


@asks("namesake", OF_SERVER)
def namesake(subject, _):
    """A second person takes the same name: which line compares, what is kept?"""
    program, hear, people = subject.program, subject.name_hear(), subject.people()
    if hear is None or not people:
        return
    compares = [
        node
        for node in program.of(ast.Compare)
        if isinstance(node.ops[0], (ast.In, ast.NotIn, ast.Eq))
        and any(IS_NAME.search(one) for one in names(node.left))
        and (names(node) | names(getattr(node.parent, "generators", [node])[0])) & set(program.shared)
    ] or [
        node  # any(user[0] == line for user in users.values()), where the name has come as a line
        for node in program.of(ast.Compare)
        if isinstance(node.ops[0], ast.Eq)
        and isinstance(node.parent, ast.GeneratorExp)
        and names(node.parent.generators[0].iter) & set(people)
    ]
    if compares:
        holds = [
            ("compared", {"line": ref(program, compares[0])}),
            ("route", {"lines": way(program, branch_of(program, compares[0]))}),
        ]
    else:
        holds = [("not-compared", {})]
        keyed = [
            n
            for name in people
            for n in program.grows(name)
            if isinstance(n, ast.Subscript) and NAME.search(" ".join(names(n.slice)))
        ]
        shrinks = [n for name in people for n in program.shrinks(name)]
        removes = [n for n in shrinks if called(n) == "remove" and is_by_name(n)]
        holds += then(program, [following(program.statement(hear))])
        holds += [("overwrites", {"line": ref(program, keyed[0])})] if keyed else []
        holds += [("removes-first", {"line": ref(program, removes[0])})] if removes and not keyed else []
        holds += (
            [("both-kept", {"lines": refs(program, [n for name in people for n in program.grows(name)])})]
            if not keyed
            else []
        )
        if shrinks and not keyed and not any(called(n) == "remove" and is_by_name(n) for n in shrinks):
            holds.append(("removes-own", {"lines": refs(program, shrinks)}))
    yield program.statement(hear), {}, holds


def is_by_name(removal):
    """Return whether removal (a call of remove) looks for a name: it says so, or what it removes from does."""
    said = " ".join(names(removal.args[0])) if removal.args else ""
    return bool(IS_NAME.search(said) or NAME.search(said) and IS_NAME.search(owner(removal)))


def branch_of(program, test):
    """Return the statements (list) that run when the if around test (an expression) is true."""
    statement = program.statement(test)
    return Route(program, statement.body[0]).steps if isinstance(statement, (ast.If, ast.While)) else [statement]


@asks("value", OF_SERVER)
def value(subject, other):
    """What exactly is in the name after this line?"""
    program, hear = subject.program, subject.name_hear()
    if hear is None or other is None:
        return
    statement, end = program.statement(hear), sent_end(other)
    chain = chain_of(subject, hear)
    if isinstance(statement, ast.AugAssign) or not chain or not other.program.sends():
        return
    typed = subject.spoken[0] + "\n" * (end is not None)
    holds = [("chain", {"methods": ", ".join(f"`{one}()`" for one in chain)})]
    known = {"strip", "rstrip"} & set(chain) and "decode" in chain
    known = known or called(hear) in ("recv", "readline") and chain == ["decode"]
    if not known:
        return
    text = typed.strip() if {"strip", "rstrip"} & set(chain) else typed
    holds.append(("value", {"variable": target(statement), "value": repr(text)}))
    key, node = ("client-ends", end) if end is not None else ("client-no-end", other.program.sends()[-1])
    holds.append((key, {"line": f"{other.program.file}: {ref(other.program, node)}"}))
    yield program.home(hear) or statement, {"variable": target(statement)}, holds


def chain_of(subject, hear):
    """Return the names (list of str) of the methods that make what hear gives, in its function or generator too."""
    program = subject.program
    source = subject.source(hear) if called(hear) == "next" else program.own(hear)
    gives = program.of(ast.Yield, ast.Return, under=source) if source is not None else []
    inner = [node for give in gives if give.value is not None for node in ast.walk(give.value)]
    found = [
        node.attr for node in reversed(inner) if isinstance(node, ast.Attribute) and isinstance(node.parent, ast.Call)
    ]
    return list(dict.fromkeys(found)) + methods(hear)


def methods(node):
    """Return the names (list of str) of methods that are called on node, one after another."""
    found = []
    while (
        isinstance(node.parent, (ast.Attribute, ast.Await))
        or isinstance(node.parent, ast.Call)
        and node.parent.func is node
    ):
        node = node.parent
        if isinstance(node, ast.Attribute):
            found.append(node.attr)
    return found
