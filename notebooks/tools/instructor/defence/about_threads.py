"""Questions about which thread does what, and where it waits."""

import ast

from .about_ends import is_put
from .asking import OF_SERVER, asks
from .flow import STOPS, Route, handler, siblings
from .holds import is_one_of, is_task, runs
from .places import ref, refs, title, way
from .program import called, in_order, last_name, names, owner
from .subject import within
from .texts import message


@asks("stands", OF_SERVER)
def stands(subject, _):
    """Silence, three people: how many threads, and where does each stand?"""
    program = subject.program
    nodes = subject.accepts or [c for c in program.calls("start_server") if not program.own(c)]
    main = subject.longest_wait(None)
    if not nodes or main is None:
        return
    holds, known = [("main-stands", {"line": ref(program, main)})], True
    for start, function in program.starts:
        where = subject.longest_wait(function)
        known = known and where is not None and not is_task(start)
        if where is not None:
            key = (
                "task-stands"
                if is_task(start)
                else "each-stands"
                if is_one_of(start, subject.per_person)
                else "one-stands"
            )
            holds.append((key, {"start": ref(program, start), "line": ref(program, where)}))
    if not program.starts:
        holds.append(("no-threads", {}))
    elif known and all(is_counted(subject, start) for start, _ in program.starts):
        many = sum(3 if is_one_of(start, subject.per_person) else 1 for start, _ in program.starts)
        holds.append(("so-many", {"number": 1 + many}))
    opened = [call for call in program.calls("listen", "create_server", "bind") if not program.own(call)]
    yield (opened or nodes)[0], {}, holds


def is_counted(subject, start):
    """Return whether it is known how many threads start begins: one for each person, or one in all."""
    once = subject.program.loop(start) is None and subject.program.home(start) is None
    return called(start) != "submit" and (is_one_of(start, subject.per_person) or once)


@asks("whose", OF_SERVER)
def whose(subject, _):
    """Which thread carries Anna's word to Boris?"""
    program = subject.program
    if not program.starts or subject.loop is None or any(is_task(start) for start, _ in program.starts):
        return
    loop, deed = subject.loop
    if is_put(program, deed):
        takers = [send for send in program.sends() if gets(program, send)]
        if takers:
            holds = [("put-only", {"line": ref(program, deed)}), ("sent-by", {"line": ref(program, takers[0])})]
            yield takers[0], {}, holds + runs(subject, program.home(takers[0]))
        return
    send = program.reaches(deed, lambda n: program.sends(under=n))
    if send is None:
        return
    path = way_of_words(subject, send)
    home = program.home(path[0] if path else send)
    holds = runs(subject, home)
    if not holds:
        return
    path = path or (callers_up(program, home) if home is not None else [])
    holds += [("called-from", {"lines": refs(program, path)})] if path else []
    if all(key != "one-thread" for key, _ in holds) and any(key == "each-thread" for key, _ in holds):
        holds.append(("the-speakers", {}))
    yield send, {}, holds


def way_of_words(subject, send):
    """Return the calls (list) by which what somebody says comes to send; [] where that can't be told."""
    said, scope = message(subject), subject.scope()
    places = [subject.program.statement(said) if said is not None else None, scope]
    return next((found for place in places if place is not None and (found := way_to(subject, place, send))), [])


def way_to(subject, node, send, depth=4):
    """Return the calls (list) that lead from node to send, None where none does."""
    if within(send, node):
        return []
    for call in subject.program.of(ast.Call, under=node) if depth else ():
        function = subject.program.own(call)
        rest = way_to(subject, function, send, depth - 1) if function is not None else None
        if rest is not None:
            return [call, *rest]
    return None


def gets(program, send):
    """Return whether the function of send takes from a queue (also by iter)."""
    home = program.home(send)
    return home is not None and any(last_name(node) == "get" for node in program.of(ast.Attribute, under=home))


def callers_up(program, function, depth=3):
    """Return the calls (list) that lead to function, those of its callers too."""
    calls = program.callers(function)
    for call in list(calls) if depth else ():
        home = program.home(call)
        if home is not None and home is not function:
            calls += callers_up(program, home, depth - 1)
    return in_order(calls)


@asks("lock", OF_SERVER)
def lock(subject, _):
    """What a lock guards, and what is done without it; or what two threads may do at once where there is none."""
    program, people = subject.program, subject.people()
    if not people or not program.starts:
        return
    locks = {last_name(one) for a in program.of(ast.Assign) if is_lock(a.value) for one in a.targets}
    changes = in_order([node for name in people for node in [*program.grows(name), *program.shrinks(name)]])
    walks = [loop for loop, _ in subject.loops if names(loop.iter) & set(people)]
    touched = in_order([*changes, *walks])
    if not changes:
        return
    kept = ", ".join(f"`{name}`" for name in people)
    held = [node for node in touched if is_held(program, node, locks)]
    bare = [node for node in touched if not is_one_of(node, held)]
    who = list(dict.fromkeys(hold[0] + str(hold[1]) for node in bare for hold in runs(subject, program.home(node))))
    alone = len(who) == 1 and not who[0].startswith("each-thread") or any(is_task(start) for start, _ in program.starts)
    holds = [("held", {"lines": refs(program, held)})] if held else [("unlocked", {"lines": refs(program, touched)})]
    if alone and not held:
        holds.append(("alone", {}))
    else:
        holds += [("bare", {"lines": refs(program, bare)}) if bare and held else ("all-held", {})] if held else []
    homes = dict.fromkeys(program.home(node) for node in touched)
    holds += list({str(hold): hold for home in homes for hold in runs(subject, home)}.values())
    yield changes[0], {"kept": kept}, holds


@asks("again", OF_SERVER)
def again(subject, _):
    """A call that follows a block with a lock is moved into it, and takes that lock again: who stands where?"""
    program = subject.program
    for made in program.of(ast.Assign):
        lock = last_name(made.targets[0])
        blocks = [block for block in program.of(ast.With) if takes(block, lock)]
        if not program.starts or not is_lock(made.value) or called(made.value) not in ("Lock", "RLock"):
            continue
        for call, taken in after_blocks(program, blocks):
            values = {"lock": lock, "line": ref(program, taken), "made": ref(program, made)}
            holds = [("again-passes", values)]
            if called(made.value) == "Lock":
                holds = [("again-stands", values), ("again-others", {"lines": refs(program, blocks)})]
            yield program.statement(call), {}, holds


def takes(block, lock):
    """Return whether block (ast.With) takes what is called lock (str)."""
    return any(lock in names(item.context_expr) for item in block.items)


def after_blocks(program, blocks):
    """Yield (call, block): a call after one of blocks, in its function, that leads to a block, too."""
    for block in blocks:
        inside, _ = siblings(block)
        later = inside[next(i for i, one in enumerate(inside) if one is block) + 1 :]
        for call in (call for node in later for call in program.of(ast.Call, under=node)):
            function = program.own(call)
            if function is None or any(within(call, one) for one in blocks):
                continue
            taken = program.reaches(function, lambda node: [one for one in blocks if within(one, node)])
            if taken is not None:
                yield call, taken


def is_lock(node):
    """Return whether node makes a lock."""
    return isinstance(node, ast.Call) and called(node) in ("Lock", "RLock", "Semaphore", "Condition")


def is_held(program, node, locks):
    """Return whether a lock with one of names locks (set of str) is held at node, in its function or by all callers."""
    home = program.home(node)
    up = node
    while up is not None and up is not home:
        if isinstance(up, ast.With) and any(names(item.context_expr) & locks for item in up.items):
            return True
        up = up.parent
    acquires = program.calls("acquire", under=home) if home is not None else []
    if any(owner(call) in locks and call.lineno < node.lineno for call in acquires):
        return True
    callers = program.callers(home) if home is not None else []
    return bool(callers) and all(program.home(call) is not home and is_held(program, call, locks) for call in callers)


@asks("inline", OF_SERVER)
def inline(subject, _):
    """The thread's function is called instead: where does the main thread stand, what does the second see?"""
    program = subject.program
    for start, function in program.starts:
        if called(start) == "Thread" and is_one_of(start, subject.per_person) and not program.own(start):
            loop = program.loop(start)
            hears = subject.longest_wait(function)
            if loop is None or hears is None or not program.named("accept", under=loop):
                continue
            asks_name = [send for send in program.sends(under=function) if send.lineno < hears.lineno]
            first = subject.name_hear()
            holds = [
                ("stands-here", {"line": " → ".join(dict.fromkeys(ref(program, one) for one in (first, hears) if one))})
            ]
            holds.append(("not-again", {"line": ref(program, program.named("accept", under=loop)[0])}))
            holds += [("no-question", {"line": ref(program, asks_name[0])})] if asks_name else []
            yield start, {"function": title(function)}, holds
            return


@asks("ctrl-c", OF_SERVER)
def ctrl_c(subject, _):
    """Ctrl+C at the server, three people inside: who gets it, does the process end?"""
    program, main = subject.program, subject.longest_wait(None)
    if main is None or not program.starts:
        return
    found = handler(program, main, STOPS)
    holds = [
        ("stop-caught", {"line": ref(program, found.node), "then": way(program, Route(program, found.first()).steps)})
        if found
        else ("stop-uncaught", {"line": ref(program, main)})
    ]
    daemons = [k for k in program.of(ast.keyword) if k.arg == "daemon"] + [
        a for a in program.of(ast.Attribute) if a.attr == "daemon"
    ]
    waits = [subject.longest_wait(function) for _, function in program.starts]
    exits = program.calls("_exit")
    if exits and found:
        holds.append(("exits", {"lines": refs(program, exits)}))
    elif daemons:
        holds.append(("daemons", {"lines": refs(program, [getattr(one, "value", one) for one in daemons])}))
    else:
        holds.append(("no-daemons", {"lines": refs(program, [one for one in waits if one is not None])}))
    node = program.home(main) or program.statement(main)
    yield node, {}, holds
