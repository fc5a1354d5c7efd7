"""Questions about the client."""

import ast
import re

from .asking import OF_CLIENT, asks
from .flow import BROKEN, Route, following, target
from .holds import caught, ending, looked_into, noticed
from .places import ref, refs, then
from .program import in_order, owner
from .subject import within
from .texts import sent_end

LEAVES = re.compile(r"покинуть|выход|выйти|\b(leave|exit|quit|bye)\b", re.I)  # what somebody types to leave


@asks("gone", OF_CLIENT)
def gone(subject, _):
    """The server ends: which line hears of it, where does the main thread stand, does the program end?"""
    program, found = subject.program, subject.end()
    if found is None:
        return
    hear, found = found.hear, looked_into(subject, found)
    route = Route(program, found.first)
    if found.way:
        holds = noticed(subject, found)
        holds += then(program, route.steps) + ending(subject, route, program.home(found.hear))
    else:
        holds = [("end-unseen", {"loop": ref(program, found.loop)})] if found.loop is not None else []
    connects = [
        call for call in program.calls("connect", "create_connection", "open_connection") if not program.own(call)
    ]
    yield connects[0] if connects else hear, {}, standing(subject, hear) + holds + keyboard(subject, hear)


def standing(subject, hear):
    """Return holds about where the threads stand while nothing comes; none where one thread does all."""
    program, inputs = subject.program, typed_at(subject)
    listens, _ = program.threads(program.home(hear))
    typing, _ = program.threads(program.home(inputs[-1])) if inputs else ([], False)
    if not inputs or not listens and not typing:
        return []
    of_typing = ("types-at" if typing else "main-stands", {"line": ref(program, inputs[-1])})
    return [("listens-at" if listens else "main-stands", {"line": ref(program, hear)}), of_typing]


def keyboard(subject, hear):
    """Return holds about who waits at the keyboard while hear comes to its end."""
    program, inputs = subject.program, typed_at(subject)
    if not inputs:
        return []
    home = program.home(hear)
    places = [home, *(program.home(call) for call in program.callers(home))] if home is not None else [program.tree]
    if kills := [call for place in places if place is not None for call in program.calls("_exit", under=place)]:
        return [("killed", {"lines": refs(program, kills)})]
    listens, _ = program.threads(program.home(hear))
    typing, _ = program.threads(program.home(inputs[-1]))
    if listens and not typing:
        return [("waits-for-enter", {"line": ref(program, inputs[-1])})]
    if typing and not listens:
        daemon = program.named("daemon") or any(k.arg == "daemon" for k in program.of(ast.keyword))
        return [
            (
                "daemon-types" if daemon else "types-on",
                {"start": ref(program, typing[0]), "line": ref(program, inputs[-1])},
            )
        ]
    return []


def typed_at(subject):
    """Return the calls (list) that take what is typed, in loops if there are such."""
    program = subject.program
    calls = [c for c in program.calls("input") if not program.own(c)]
    calls += [c for c in program.calls("readline", "prompt") if owner(c) in ("stdin", "session", "")]
    looped = [c for c in calls if program.loop(c) is not None]
    return in_order(looped or calls)


@asks("quits", OF_CLIENT)
def quits(subject, _):
    """The words that leave the chat: which lines run then, and what ends the other thread?"""
    program = subject.program
    for constant in program.of(ast.Constant):
        if not isinstance(constant.value, str) or not LEAVES.search(constant.value):
            continue
        test = program.statement(constant)
        if not isinstance(test, (ast.If, ast.While)):
            continue
        negative = any(isinstance(part, (ast.NotEq, ast.NotIn)) for part in ast.walk(test.test))
        branch = test.body[0] if not negative else test.orelse[0] if test.orelse else following(test)
        route = Route(program, branch)
        holds = then(program, route.steps) + ending(subject, route, program.home(test))
        hear = subject.main_hear
        threads = program.threads(program.home(hear))[0] if hear is not None else []
        if threads:
            shuts = program.calls("shutdown")
            wakes = [c for c in shuts if any(within(c, s) for s in route.steps)] or shuts
            holds.append(("listens-at", {"line": ref(program, hear)}))
            exits = [c for c in program.calls("_exit") if any(within(c, s) for s in route.steps)]
            daemon = any(k.arg == "daemon" for k in program.of(ast.keyword))
            key = "killed" if exits else "shut" if wakes else "daemon-ends" if daemon else "not-woken"
            holds.append((key, {"lines": refs(program, exits or wakes or threads)}))
        yield test, {"word": constant.value}, holds
        return


@asks("first-word", OF_CLIENT)
def first_word(subject, _):
    """In what does the name differ from a message, for this client?"""
    program, inputs = subject.program, typed_at(subject)
    loop = program.loop(inputs[-1]) if inputs else None
    if loop is None:
        return
    home = program.home(inputs[-1])
    says = [c for c in program.of(ast.Call) if program.home(c) is home and subject.tells(c) is not None]
    apart = [c for c in says if not within(c, loop) and c.lineno < loop.lineno]
    again = target(program.statement(inputs[-1]))
    before = [c for c in program.calls("input") if not within(c, loop) and c.lineno < loop.lineno]
    before = [c for c in before if apart or target(program.statement(c)) != again]
    inside = [c for c in says if within(c, loop)]
    if not inside:
        return
    if before or apart:
        holds = [("name-apart", {"lines": refs(program, in_order([*before, *apart]))})]
    else:
        holds = [("name-same", {"line": ref(program, inputs[-1]), "send": ref(program, inside[-1])})]
    yield inside[-1], {}, holds


@asks("send-fails", OF_CLIENT)
def send_fails(subject, _):
    """The server is gone and one more line is typed: what happens at the send?"""
    sends = [s for s in subject.program.sends() if subject.program.loop(s) is not None]
    if not sends:
        return
    holds, _steps = caught(subject, sends[-1], BROKEN)
    yield sends[-1], {}, [("first-send-passes", {}), *holds]


@asks("typed", OF_CLIENT)
def typed(subject, other):
    """Exactly which bytes go to the server when a word is typed?"""
    program, sends = subject.program, subject.program.sends()
    looped = [s for s in sends if program.loop(s) is not None]
    if not looped:
        return
    end = sent_end(subject)
    data = (subject.spoken[1] + "\n" * (end is not None)).encode()
    line = ref(program, end if end is not None else looped[-1])
    holds = [("bytes", {"number": len(data), "bytes": repr(data), "line": line})]
    if other is not None and other.framing() is not None:
        holds.append(("server-frames", {"line": f"{other.program.file}: {ref(other.program, other.framing())}"}))
    elif other is not None and other.main_hear is not None:
        holds.append(("server-takes", {"line": f"{other.program.file}: {ref(other.program, other.main_hear)}"}))
    inputs = typed_at(subject)
    if inputs:
        yield inputs[-1], {}, holds


@asks("erased-start", OF_CLIENT)
def erased_start(subject, _):
    """The line that begins the listening thread is erased: what does one see, what do others?"""
    program = subject.program
    for start, function in program.starts:
        hears = program.hears(under=function)
        prints = program.calls("print", "write", under=function)
        if hears:
            holds = [("never-heard", {"line": ref(program, hears[-1])})]
            holds += [("never-shown", {"lines": refs(program, prints)})] if prints else []
            typing = [s for s in program.sends() if not within(s, function)]
            holds += [("still-said", {"line": ref(program, typing[-1])})] if typing else []
            yield start, {}, holds
            return
