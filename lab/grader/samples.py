"""What to do about a fault: sentences that stand besides its own, and sample code made of the program's names."""

import ast

from .reading import (
    SENDS,
    above,
    called,
    function,
    in_handlers,
    is_own,
    is_parameter,
    names,
    owner,
    passed,
    removes,
    taken,
    target,
    walks,
    whole,
)

TAKEN = "Имя занято, назовите другое:"  # what a server says in a sample
UNCALLED = (
    "Функция {function} (строка {line}) написана, но её никто не вызывает: сразу после цикла (он кончается строкой "
    "{end}) нужно `{call}`"
)
REMOVE = "Сразу после цикла (он кончается строкой {end}) нужно `{call}`, чем бы он ни кончился"
GONE = (
    "Сразу после цикла (он кончается строкой {end}) уберите ушедшего из списка, закройте его сокет и разошлите "
    "остальным, что он ушёл"
)
EXIT = (
    "Выйти из цикла мало: главный поток ждёт в input(). Сразу после цикла в {function} (он кончается строкой {end}): "
    "`os._exit(0)`"
)
AT_TOP = "Наверху: `import {modules}`"
CAUGHT = "Обрыв связи — исключение: поставьте recv в try, а в `except OSError:` — тоже `break`"
DAEMON = "Поток {function} (строка {line}) держит программу, пока ждёт в recv: допишите ему `daemon=True`"
SPREADS_TEXT = (
    "Это уже умеет ваша функция {function} (строка {line}). Она берёт строку (str), encode() вызывает сама: `{code}`"
)
SPREADS_BYTES = "Это уже умеет ваша функция {function} (строка {line}). Она берёт байты (bytes): `{code}`"
LOOKS_LIKE = "Похоже на «{close}»"
TWICE = "Сейчас `{call}` стоит в строках: {lines}; оставьте только строку {last}"
UNASKED = (
    "И рассылка пусть никого не удаляет: вместо `{call}` (строка {line}) — `pass`; того, кто пропал, удалит его "
    "собственный поток"
)
LINES = (
    "Проще всего: перед строкой {line}, один раз и не в цикле (новый makefile теряет то, что прочёл прежний), "
    "`lines = {client}.makefile(encoding='utf-8')`, а потом вместо каждого recv с decode(), имя тоже, — "
    "`lines.readline().strip()`: он ждёт всей строки, а в конце разговора возвращает пустую"
)
TO_TOP = "Образец — наверх, под import"
INSTEAD = "Вместо этой строки — образец"
PUT = "Вместо этой строки, вместе с её try, если он есть: `{put}`"
BEFORE = "Перед строкой {line}, где он попадает в список: `{queue}` и `{thread}`"
ENTERED = "Сразу после accept (строка {line}): `{queue}` и `{thread}`"
LAST = "Кто ушёл, тому после строки {line}: `{put}`, и его поток кончится"
SPEAKS = "Ваш client.py этот знак уже посылает, и проверка тогда будет посылать"
SPEAK = "Пусть client.py посылает этот знак, и проверка тогда будет посылать"
MORE = [UNCALLED, REMOVE, GONE, EXIT, AT_TOP, CAUGHT, DAEMON, SPREADS_TEXT, SPREADS_BYTES, LOOKS_LIKE, TWICE, UNASKED,
        LINES, TO_TOP, INSTEAD, PUT, BEFORE, ENTERED, LAST, SPEAKS, SPEAK]  # fmt: skip


def able_to_spread(program, home, send):
    """Return (as one of Fault.more) how to call home, a function of program that spreads, in place of send (a call)."""
    text, code = passed(program, home, send)
    return SPREADS_TEXT if text else SPREADS_BYTES, {"function": home.name, "line": home.lineno, "code": code}


def removal(program, receive):
    """Return what has to be done (as Fault.more) after the loop in which receive (a recv) stands, if it is not."""
    loop, home = above(receive, ast.While), function(receive)
    if not loop or not home:
        return []
    able = [f for f in program.functions.values() if f.args.args and removes(program, f) and f is not home]
    after = program.calls("remove", "pop", *(f.name for f in able), under=home)
    if any(call.lineno > loop.end_lineno for call in after):
        return []
    if not able:
        return [(GONE, {"end": loop.end_lineno})]
    place = {"call": f"{able[0].name}({owner(receive)})", "end": loop.end_lineno}
    if any(map(is_own, program.calls(able[0].name))):
        return [(REMOVE, place)]
    return [(UNCALLED, {"function": able[0].name, "line": able[0].lineno, **place})]


def unasked(program):
    """Return what to do (as Fault.more) about those whom program, a server, removes because a send has failed."""
    removals = [call for send in program.calls(*SENDS) for call in in_handlers(program, send) if above(send, ast.For)]
    return [(UNASKED, {"call": ast.unparse(call), "line": call.lineno}) for call in removals]


def holding(program):
    """Return that a thread keeps program, a client, from its end (as Fault.more), or []."""
    for call in program.calls("Thread"):
        daemon = any(keyword.arg == "daemon" for keyword in call.keywords)
        if not daemon and not any(isinstance(n, ast.Attribute) and n.attr == "daemon" for n in program.nodes):
            names_it = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "target"]
            return [(DAEMON, {"function": (names_it or ["Thread"])[0], "line": call.lineno})]
    return []


def farewell(program, receive):
    """Return what has to be done (as Fault.more) by a client whose receive (a recv) ends beside an input()."""
    home = function(receive)
    beside = [call for call in program.calls("input") if function(call) is not home]
    if not home or not beside or program.calls("_exit"):
        return caught(receive)
    return [(EXIT, {"function": home.name, "end": end(receive)}), *at_top(program, "os"), *caught(receive)]


def queued(program, send):
    """Return a thread's function (str) that sends what is in a queue, and how to use it for send (as Fault.more)."""
    known = program.known()
    queues = "outboxes" if "queues" in known else "queues"
    writer = "post" if "writer" in known else "writer"
    put = f"{queues}[{owner(send)}].put({ast.unparse(send.args[0]) if send.args else 'data'})"
    sentence, line, client = entrance(program, send)
    queue = {"queue": f"{queues}[{client}] = queue.Queue()"}
    thread = {"thread": f"threading.Thread(target={writer}, args=({client},)).start()"}
    gone, leaver = exit_of(program, send)
    code = (
        f"{queues} = {{}}\n\ndef {writer}(client):\n    try:\n"
        f"        while (data := {queues}[client].get()) is not None:\n            client.{called(send)}(data)\n"
        "    except OSError:\n        pass"
    )
    more = [(TO_TOP, {}), (PUT, {"put": put}), (sentence, {"line": line, **queue, **thread})]
    more += [(LAST, {"line": gone, "put": f"{queues}[{leaver}].put(None)"})] * bool(gone)
    return code, more + at_top(program, "queue", "threading")


def entrance(program, send):
    """Return (sentence of MORE, line, client): before or after which line a client may need a queue first."""
    loop = above(send, ast.For)
    walked = walks(program, loop) if loop else set()
    for node in program.nodes if walked else ():
        joins = isinstance(node, ast.Call) and called(node) in ("append", "add")
        stores = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        kept = owner(node) if joins else ast.unparse(node.value) if stores else ""
        if kept and kept in walked:
            given = node.args[:1] if joins else [node.slice, getattr(whole(node), "value", None)]
            known = [one.id for one in given if is_socket(program, one)]
            return BEFORE, node.lineno, (known or sockets(program, node) or ["client"])[0]
    accepts = program.calls("accept")
    found = names(whole(accepts[0]).targets[0]) if accepts and isinstance(whole(accepts[0]), ast.Assign) else set()
    client = next((name for name in sorted(found, key=len, reverse=True) if "addr" not in name), "client")
    return ENTERED, accepts[0].lineno if accepts else 0, client


def exit_of(program, send):
    """Return after which line (int, 0 if there is none) a server has taken somebody off its list, and who (str)."""
    for call in program.calls("remove", "pop", "discard"):
        if function(call) is not function(send) and call.args and is_socket(program, call.args[0]):
            name, _, part = call.args[0].id, *owner(send).partition(".")[1:]
            return call.lineno, f"{name}.{part}" if part and name not in sockets(program, call) else name
    for receive in program.calls("recv", "readline")[::-1]:
        if loop := above(receive, ast.While):
            return loop.end_lineno, owner((program.calls("makefile") or [receive])[0])
    return 0, ""


def sockets(program, node):
    """Return the names (list of str) of the sockets in the function of node."""
    calls = program.calls("recv", "close", *SENDS)
    return [owner(call) for call in calls if function(call) is function(node) and owner(call).isidentifier()]


def is_socket(program, node):
    """Return whether node is the name of a socket, or of a parameter, which may be one."""
    return isinstance(node, ast.Name) and (node.id in sockets(program, node) or is_parameter(node, node.id))


def compares(program, receive):
    """Return whether program looks whether the name that receive (a call) returns is in something."""
    name = target(receive)
    tests = [n for n in program.nodes if isinstance(n, ast.Compare) and name in names(n.left) | {""}]
    return any(isinstance(test.ops[0], (ast.In, ast.NotIn)) for test in tests)


def introduction(case, program, receive):
    """Return code, as {"sample": str}, and what to do with it (as Fault.more), if receive (a call) reads a name.

    It asks until the name is free, and ends the conversation without one, as far as this was lost in case.
    """
    name, client = target(receive), owner((program.calls("makefile") or [receive])[0])
    asked = ast.unparse(whole(receive))
    code = [asked]
    if case.loses("namesakes") and not compares(program, receive) and "…" not in taken(program, name):
        refusal = f'    {client}.send("{TAKEN}\\n".encode())'
        code += [f"while {taken(program, name)}:", refusal, f"    {asked}"]
    if case.loses("ghosts"):
        leave = f"    {'return' if function(receive) else 'continue'}"
        code = ["try:", *(f"    {line}" for line in code), "except ConnectionError:", f'    {name} = ""']
        code += [f"if not {name}:", f"    {client}.close()", leave]
    if not name or code == [asked] or not ("decode" in asked or "readline" in asked):
        return {}, []
    return {"sample": "\n".join(code)}, [(INSTEAD, {})]


def caught(receive):
    """Return what to do (as Fault.more) lest a reset in receive (a call) ends but its thread."""
    return [] if called(receive) == "input" or above(receive, ast.Try) else [(CAUGHT, {})]


def at_top(program, *modules):
    """Return those of modules (str) that program does not import yet (as Fault.more)."""
    missing = [module for module in modules if module not in program.imports()]
    return [(AT_TOP, {"modules": ", ".join(missing)})] if missing else []


def end(call):
    """Return the last line (int) of the loop in which call stands."""
    return (above(call, ast.While, ast.For) or call).end_lineno


def listening(receive):
    """Return a function (str) that prints what receive (a recv) returns until the end, and ends the program."""
    name = owner(receive) if owner(receive).isidentifier() else "sock"
    return (
        f"def listen({name}):\n    try:\n        while data := {name}.recv(1024):\n            print(data.decode())\n"
        "    except OSError:\n        pass\n    os._exit(0)"
    )


def by_lines(program, client):
    """Return how a server takes lines for messages (as Fault.more), and what its client (Program or None) sends."""
    sends = client and client.says("\n")
    [*_, receive] = program.calls("recv")
    first = next(call for call in program.calls("recv") if function(call) is function(receive))
    line = (above(first, ast.While) or above(first, ast.Try) or first).lineno
    return [(LINES, {"client": owner(receive), "line": line}), (SPEAKS if sends else SPEAK, {})]
