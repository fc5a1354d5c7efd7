"""Questions about the end of a conversation, and about errors."""

import ast

from .asking import OF_CLIENT, OF_SERVER, asks
from .flow import BROKEN, ENDS, LETTERS, Route, following, handler, target
from .holds import caught, ending, inner_end, is_task, looked_into, noticed, removed
from .places import ref, refs, then, way
from .program import LOOPS, PUTS, called, in_order, names, owner
from .subject import within


@asks("end", OF_SERVER)
def end(subject, _):
    """The end of what somebody says: which line notices it, and where that leads."""
    found = subject.end()
    if found is None:
        return
    program, hear = subject.program, found.hear
    found = looked_into(subject, found)
    home = program.home(found.hear)
    if not found.way:
        if found.loop is not None:
            yield program.home(hear) or hear, {}, [("end-unseen", {"loop": ref(program, found.loop)})]
        return
    source = subject.source(found.hear) if found.way == "loop" else None
    holds = inner_end(subject, source) if source is not None else []
    if holds:
        holds.append(("reader-ends", {"lines": ref(program, found.test)}))
    else:
        holds = noticed(subject, found)
    route = Route(program, found.first)
    holds += then(program, route.steps) + ending(subject, route, home)
    yield program.home(hear) or hear, {}, holds


@asks("reset", OF_SERVER)
def reset(subject, _):
    """A connection is reset: who catches that, and who takes the person out."""
    if subject.main_hear is None:
        return
    hear = subject.main_hear
    holds, steps = caught(subject, hear, ENDS)
    kept = ", ".join(f"`{name}`" for name in subject.people())
    yield hear, {"kept": kept} if kept else {"kept": "—"}, holds + removed(subject, steps)


@asks("early", OF_SERVER)
def early(subject, _):
    """A connection is reset before its person is kept anywhere: what runs, and does removing stumble over that?"""
    program, hear, people = subject.program, subject.name_hear(), subject.people()
    grows = [node for name in people for node in program.grows(name)]
    if hear is None or not grows or not all(is_after(program, node, hear) for node in grows):
        return
    holds, steps = caught(subject, hear, ENDS)
    removals = subject.removals(steps)
    guards = [guard for node in removals if (guard := guard_of(program, node, people)) is not None]
    if not removals:
        holds.append(("absent-untouched", {}))
    elif len(guards) == len(removals):
        holds.append(("absent-safe", {"lines": refs(program, guards)}))
    else:
        bare = next(node for node in removals if guard_of(program, node, people) is None)
        asked = [call for call in program.calls("index", under=program.home(bare)) if owner(call) in people]
        holds.append(("absent-raises", {"line": ref(program, in_order([*asked, bare])[0])}))
    yield program.statement(hear), {}, holds


def is_after(program, node, hear):
    """Return whether node comes after hear in its function, or in what that calls afterwards."""
    home = program.home(hear)
    if program.home(node) is home:
        return node.lineno > hear.lineno
    calls = [call for call in program.of(ast.Call, under=home) if call.lineno >= hear.lineno] if home else []
    return any(program.reaches(call, lambda part: [node] if within(node, part) else []) for call in calls)


def guard_of(program, removal, people):
    """Return what keeps removal (a node) from raising an error when there is nobody to remove, or None."""
    if called(removal) == "discard" or called(removal) == "pop" and len(removal.args) > 1:
        return removal
    home = program.home(removal)
    tests = [one for one in program.of(ast.Compare, under=home) if isinstance(one.ops[0], (ast.In, ast.NotIn))]
    kept = [one for one in tests if names(one.comparators[0]) & set(people) and one.lineno < removal.lineno]
    return kept[-1] if kept else None


@asks("dead", OF_SERVER)
def dead(subject, _):
    """One of three is dead when a message goes round: does the third hear it?"""
    program = subject.program
    if subject.loop is None or is_put(program, subject.loop[1]) or any(is_task(start) for start, _ in program.starts):
        return
    loop, deed = subject.loop
    send = program.reaches(deed, lambda n: program.sends(under=n))
    if send is None:
        return
    name, copied = subject.walked(loop)
    found = handler(program, send, BROKEN)
    inside = found is not None and stays_inside(program, found, loop)
    holds, steps = caught(subject, send, BROKEN)
    cuts = [cut for cut in subject.removals(steps) if any(cut is one for one in program.shrinks(name))] if name else []
    if inside and cuts and not copied:
        key = "skips-next" if isinstance(program.shared[name].value, (ast.List, ast.ListComp)) else "size-changed"
        holds.append((key, {"name": name, "lines": refs(program, cuts), "loop": ref(program, loop)}))
    else:
        holds.append(("third-hears" if inside else "third-deaf", {"loop": ref(program, loop)}))
        holds += removed(subject, steps) if cuts else removed_later(program, name)
    yield deed, {"name": f"`{name}`" if name else "—"}, holds


def removed_later(program, name):
    """Return holds about what else takes people out of what is kept as name (str)."""
    shrinks = program.shrinks(name) if name else []
    return [("removed-by-own", {"lines": refs(program, shrinks)})] if shrinks else []


def stays_inside(program, found, loop):
    """Return whether the error that found (Handler) catches does not leave loop."""
    if within(found.node, loop):
        return True
    out = any(program.own(call) is program.home(loop) for call in found.through)
    return program.home(found.node) is not program.home(loop) and not out


def is_put(program, deed):
    """Return whether deed (a call) puts into a queue, and sends nothing itself."""
    return called(deed) in PUTS and program.own(deed) is None


@asks("letter", OF_SERVER)
@asks("letter-shown", OF_CLIENT)
def letter(subject, _):
    """A letter is cut in two by recv: what happens in decode?"""
    program, main = subject.program, subject.main_hear
    statement = program.statement(main) if main is not None and not isinstance(main, LOOPS) else None
    for decode in sorted(program.calls("decode"), key=lambda call: not is_of(program, call, main, statement)):
        hears = [one for one in subject.heard if isinstance(one, ast.Call) and within(one, decode)]
        of_main = is_of(program, decode, main, statement)
        if (
            of_main
            and (called(main) not in ("recv", "read") or program.own(main))
            or not of_main
            and (not hears or called(hears[0]) != "recv")
        ):
            continue
        if subject.framing() is not None and program.home(subject.framing()) is program.home(decode):
            continue
        if not decode.args[1:2] and all(keyword.arg != "errors" for keyword in decode.keywords):
            holds, steps = caught(subject, decode, LETTERS)
            yield (
                decode,
                {},
                [("half-raises", {}), *holds, *(removed(subject, steps) if subject.is_server and of_main else [])],
            )
        return


def is_of(program, decode, hear, statement):
    """Return whether decode (a call) takes what hear (a call in statement) has returned."""
    if statement is None:
        return False
    later = program.home(decode) is program.home(hear) and decode.lineno >= hear.lineno
    return within(hear, decode) or later and bool({target(statement)} & names(decode))


@asks("erased-break", OF_SERVER, OF_CLIENT)
def erased_break(subject, _):
    """The break at the end of a conversation is erased: what goes on?"""
    found = subject.end()
    if found is None or found.exit is None or not isinstance(found.exit, ast.Break) or found.loop is None:
        return
    program = subject.program
    if program.loop(found.exit) is not found.loop:
        return
    round_ = [step for step in Route(program, found.first).steps if within(step, found.loop) and step is not found.exit]
    yield (
        found.exit,
        {},
        [
            ("comes-back", {"line": ref(program, found.hear), "test": ref(program, found.test)}),
            ("again-and-again", {"lines": way(program, round_)}) if round_ else ("spins-silently", {}),
            *(
                [("never-reached", {"lines": refs(program, [following(found.loop)])})]
                if following(found.loop) is not None
                else []
            ),
        ],
    )


@asks("erased-removal", OF_SERVER)
def erased_removal(subject, _):
    """The line that takes somebody out is erased: who notices, and where?"""
    program = subject.program
    if subject.loop is None or any(is_task(start) for start, _ in program.starts):
        return
    loop, deed = subject.loop
    name = subject.walked(loop)[0]
    shrinks = program.shrinks(name) if name else []
    send = program.reaches(deed, lambda n: program.sends(under=n))
    if not shrinks or send is None and not is_put(program, deed):
        return
    erased = next((node for node in shrinks if not gives(program, node)), None)
    if erased is None:
        return
    holds = [("still-walked", {"loop": ref(program, loop), "name": name})]
    if is_put(program, deed):
        holds.append(("queue-grows", {"line": ref(program, deed)}))
    else:
        closes = closed(subject)
        holds.append(
            ("fails-closed", {"line": ref(program, send), "closes": refs(program, closes)})
            if closes
            else ("fails-at", {"line": ref(program, send)})
        )
        found = handler(program, send, BROKEN)
        inside = found is not None and stays_inside(program, found, loop)
        holds += caught(subject, send, BROKEN)[0]
        holds.append(("others-hear" if inside else "others-deaf", {"loop": ref(program, loop)}))
    lists = [one for one in subject.people() if any(called(node) == "append" for node in program.grows(one))]
    if name in lists and len(lists) > 1:
        holds.append(("out-of-step", {"names": ", ".join(f"`{one}`" for one in lists)}))
    yield erased, {}, holds


def gives(program, node):
    """Return whether the statement of node makes a variable, which is missed when it is erased."""
    statement = program.statement(node)
    made = [one for one in program.of(ast.Name, under=program.home(node)) if isinstance(one.ctx, ast.Store)]
    others = {one.id for one in made if not within(one, statement)}
    return isinstance(statement, ast.Assign) and target(statement) not in others


def closed(subject):
    """Return the calls (list) that close somebody's socket when the conversation has ended."""
    program, found = subject.program, subject.end()
    steps = Route(program, found.first).steps if found is not None else []

    def closes(node):
        return [call for call in program.calls("close", under=node) if "file" not in owner(call)]

    return [call for step in steps if (call := program.reaches(step, closes)) is not None]
