"""Questions about what others hear."""

import ast

from .asking import OF_SERVER, asks
from .places import ref, refs
from .program import names
from .subject import within
from .texts import message, rendered, sent_end


@asks("glued", OF_SERVER)
def glued(subject, other):
    """Two messages come in one piece: what do others hear?"""
    program, frame = subject.program, subject.framing()
    if subject.main_hear is None:
        return
    name, _, first, second = subject.spoken
    if frame is not None:
        said = message(subject)
        texts = [rendered(said, name, word) for word in (first, second)] if said is not None else [None]
        holds = [("framed", {"line": ref(program, frame)})]
        if None not in texts:
            holds.append(("both-heard", {"texts": ", ".join(map(repr, texts)), "line": ref(program, said)}))
        yield said or subject.main_hear, {}, holds
        return
    end = "\n" if other is not None and sent_end(other) else ""
    holds = [("one-piece", {"line": ref(program, subject.main_hear)})]
    said = message(subject)
    if said is not None and (text := rendered(said, name, f"{first}{end}{second}{end}")) is not None:
        holds.append(("glued-heard", {"text": repr(text), "line": ref(program, said)}))
    yield subject.main_hear, {}, holds


@asks("wire", OF_SERVER)
def wire(subject, _):
    """Exactly what goes to Boris when Anna says a word?"""
    said, program = message(subject), subject.program
    if said is None or subject.loop is None:
        return
    send = subject.loop[1]
    holds = [("composed", {"line": ref(program, said)})]
    text = rendered(said, *subject.spoken[:2])
    if text is not None:
        holds.append(("composed-text", {"text": repr(text)}))
    scopes = [program.statement(said), program.statement(send)]
    scopes += [
        program.statement(real)
        for real in program.sends()
        if program.loop(real) is not None or program.own(send) is program.home(real)
    ]
    ends = [scope for scope in scopes if subject.ends_line(scope)]
    holds.append(("end-put", {"lines": refs(program, ends)}) if ends else ("no-end", {}))
    encodes = [c for c in program.calls("encode") if any(within(c, s) for s in scopes)]
    holds += [("encoded", {"lines": refs(program, encodes)})] if encodes else []
    yield send, {}, holds


@asks("own", OF_SERVER)
def own(subject, _):
    """Does Anna hear herself, and which line decides that?"""
    if subject.loop is None:
        return
    program, (loop, deed) = subject.program, subject.loop
    each = names(loop.target)
    skips = [
        c
        for c in program.of(ast.Compare, under=loop)
        if names(c) & each and isinstance(c.ops[0], (ast.IsNot, ast.NotEq, ast.Is, ast.Eq))
    ]
    yield (
        message(subject) or deed,
        {},
        [
            ("skips-speaker", {"line": ref(program, skips[0])})
            if skips
            else ("hears-herself", {"line": ref(program, loop)})
        ],
    )
