"""The common faults of a first chat, each named in a sentence, with the lesson that explains it.

A fault is recognised by what has happened (criteria lost, the conversation, tracebacks) and by the
text of the programs, which are read here and never run. A sentence is said only where both agree.
"""

import ast
import difflib
import re
import sys
from dataclasses import dataclass, field

from .texts import LEAVES

SERVER, CLIENT = "server.py", "client.py"
SENDS = {"send", "sendall", "write", "sendto"}
MANY = {"Thread", "start_new_thread", "ThreadPoolExecutor", "ThreadingTCPServer", "ThreadingMixIn"}
OTHERWISE = {"asyncio", "select", "selectors", "socketserver", "multiprocessing", "concurrent", "trio", "twisted"}
MOST = 6  # faults that a report names


@dataclass
class Fault:
    """A fault: where (role and line, 0 if there is none), what to say of it, and which lesson explains it."""

    name: str
    says: str
    lesson: str
    role: str = ""
    line: int = 0
    values: dict = field(default_factory=dict)  # for the {places} in says


class Program:
    """The text of a program, as a tree in which each node knows its parent."""

    def __init__(self, text):
        """text (str); raises SyntaxError when it can't be parsed."""
        self.lines = text.splitlines()
        try:
            self.tree = ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from None
        self.nodes = list(ast.walk(self.tree))
        self.tree.parent = None
        for node in self.nodes:
            for child in ast.iter_child_nodes(node):
                child.parent = node
        self.functions = {node.name: node for node in self.nodes if isinstance(node, ast.FunctionDef)}
        self.texts = [node.value for node in self.nodes if isinstance(node, ast.Constant)]

    def calls(self, *names, under=None):
        """Return the calls (list) of functions or methods with one of names (str), in the order of lines."""
        nodes = ast.walk(under) if under else self.nodes
        found = [node for node in nodes if isinstance(node, ast.Call) and called(node) in names]
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))

    def imports(self):
        """Return the names (set of str) of the modules that it imports."""
        named = {alias.name for node in self.nodes if isinstance(node, ast.Import) for alias in node.names}
        return {name.partition(".")[0] for name in named} | {
            (node.module or "").partition(".")[0] for node in self.nodes if isinstance(node, ast.ImportFrom)
        }

    def says(self, text):
        """Return whether a text (str or bytes) in it contains text (str)."""
        return any(text in value for value in self.texts if isinstance(value, str)) or any(
            text.encode() in value for value in self.texts if isinstance(value, bytes)
        )

    def knows_goodbye(self):
        """Return whether the words with which one leaves stand in it, in either language."""
        return any(map(self.says, LEAVES))


def called(call):
    """Return the last name (str) of what a call calls, or ""."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def above(node, *kinds):
    """Return the nearest node above node, in the same function, of one of kinds, or None."""
    while (node := node.parent) and not isinstance(node, (ast.FunctionDef, ast.Lambda)):
        if isinstance(node, kinds):
            return node
    return None


def function(node):
    """Return the function in which node is, or None."""
    while (node := node.parent) and not isinstance(node, ast.FunctionDef):
        pass
    return node


def names(node):
    """Return the names (set of str) of the variables in node."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


class Case:
    """A submission that has lost something: its programs, and what has happened."""

    def __init__(self, found, results, beyond=()):
        """found (dict), see finding.choose() and Work.choose(); results ({criterion: dict}), see plugin.py.

        beyond are criteria that matter when all others hold.
        """
        self.programs, self.broken = {}, {}
        self.files = {role: path.rpartition("/")[2] for role, path in found.get("programs", {}).items()}
        for role, text in found.get("sources", {}).items():
            try:
                self.programs[role] = Program(text)
            except SyntaxError as error:
                self.broken[role] = error
        lost = {name for name, result in results.items() if not result["passed"] and not result.get("untried")}
        self.lost = lost - set(beyond) or lost
        self.heard = "\n".join(results[name].get("heard") or "" for name in results if name in self.lost)

    def loses(self, *criteria):
        """Return whether one of criteria (str) is lost."""
        return bool(self.lost & set(criteria))

    def both(self):
        """Return the programs (list of (role, Program)); one that is both is there once."""
        pairs = list(self.programs.items())
        return pairs[:1] if len(pairs) == 2 and pairs[0][1].lines == pairs[1][1].lines else pairs

    def file(self, role):
        """Return what the program of role (str) is called (str)."""
        return self.files.get(role, role)

    def words(self, role):
        """Return what the program of role (str) has printed (str) where something was lost."""
        blocks = re.findall(rf"на терминале {re.escape(self.file(role))}:\n((?: {{4}}.*\n?)*)", self.heard)
        return "\n".join(blocks)


FINDERS = []


def finder(name, lesson, says):
    """Add a function that yields (role, line, {place: value}) wherever it finds the fault called name (str)."""

    def add(find):
        FINDERS.append((name, lesson, says, find))
        return find

    return add


def faults(about, results, beyond=()):
    """Return the faults (list of Fault, at most MOST) that explain why results lost criteria, the gravest first.

    about (dict) has the programs: {"programs": {role: path}, "sources": {role: text}}. What has lost bonus
    points (beyond, names of criteria) is explained when nothing else is lost.
    """
    case, found = Case(about, results, beyond), {}
    if not case.lost:
        return []
    for name, lesson, says, find in FINDERS:
        for role, line, values in find(case):
            values = {place: str(value).replace("`", "'") for place, value in values.items()}
            found.setdefault(name, Fault(name, says, lesson, role, line, values))
    for name, stronger in WEAKER.items():
        if stronger & found.keys():
            found.pop(name, None)
    return list(found.values())[:MOST]


# What keeps a program from running


@finder("syntax", "", "Python не понимает эту строку, и программа не начинается: `{error}`")
def syntax(case):
    for role, error in case.broken.items():
        yield role, error.lineno or 0, {"error": error.msg}


@finder("import", "", "Модуля «{module}» нет. Похоже на опечатку: есть «{close}»")
def mistyped_import(case):
    for role, module, line in tracebacks(case, r"ModuleNotFoundError: No module named '([\w.]+)'"):
        if close := difflib.get_close_matches(module, sys.stdlib_module_names, 1, 0.75):
            yield role, line, {"module": module, "close": close[0]}


@finder("name", "", "Имя «{name}» нигде не определено: опечатка, или присваивание осталось в другой функции")
def undefined(case):
    pattern = r"(?:NameError|UnboundLocalError): .*?'(\w+)'"
    for role, name, line in tracebacks(case, pattern):
        yield role, line, {"name": name}


@finder("attribute", "", "У этого объекта нет «{name}»: опечатка, или объект не тот")
def attribute(case):
    for role, name, line in tracebacks(case, r"AttributeError: .* has no attribute '(\w+)'"):
        yield role, line, {"name": name}


@finder("port", "02-ports", "Порт занят: его держит прежний сервер, или bind вызван дважды")
def port_in_use(case):
    for role, _, line in tracebacks(case, r"OSError: (.*Address already in use|\[WinError 10048\])"):
        yield role, line, {}


@finder("bind", "02-ports", "Сервер слушает не тот адрес: на другой машине такого адреса нет. Возьмите localhost")
def bound_elsewhere(case):
    if not re.search(r"не может подключиться|не слушает|Cannot assign|gaierror", case.heard):
        return
    for role, program in case.both():
        for call in program.calls("bind", "create_server"):
            hosts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
            fixed = [host for host in hosts if re.match(r"\d+\.\d+\.\d+\.\d+$", str(host))]
            asks = program.calls("gethostbyname", "gethostname")
            if asks or any(not host.startswith(("127.", "0.0.0.0")) for host in fixed):
                yield role, call.lineno, {}


@finder("input-first", "14-client", "Клиент ждёт input() раньше, чем подключается, и сервер не может ничего спросить")
def input_before_connect(case):
    program = case.programs.get(CLIENT)
    if program and "не подключается" in case.heard:
        for connect in program.calls("connect", "create_connection")[:1]:
            for call in program.calls("input"):
                if call.lineno < connect.lineno and function(call) is function(connect):
                    yield CLIENT, call.lineno, {}
                    return


@finder("daemon", "05-threads", "Главный поток кончается, и программа вместе с ним: потоки daemon его не удержат")
def only_daemons(case):
    for role, program in case.both():
        daemons = [node for node in program.nodes if isinstance(node, ast.keyword) and node.arg == "daemon"]
        daemons += [n for n in program.nodes if isinstance(n, ast.Attribute) and n.attr == "daemon"]
        gone = f"{role} сразу завершает работу" in case.heard and "Traceback" not in case.words(role)
        if daemons and gone and not program.calls("join"):
            yield role, daemons[0].lineno if hasattr(daemons[0], "lineno") else daemons[0].value.lineno, {}


# How a server talks with many


@finder("thread-called", "05-threads", "Здесь функция вызвана, а не передана: поток не начнётся, пока она не кончится")
def target_is_called(case):
    for role, program in case.both():
        for call in program.calls("Thread"):
            for keyword in call.keywords:
                if keyword.arg == "target" and isinstance(keyword.value, ast.Call):
                    yield role, call.lineno, {}


@finder("thread-args", "05-threads", "args ждёт кортеж: (client) — это просто client, а кортеж — (client,)")
def args_is_no_tuple(case):
    for role, program in case.both():
        for call in program.calls("Thread"):
            for keyword in call.keywords:
                if keyword.arg == "args" and isinstance(keyword.value, ast.Name):
                    if "must be an iterable" in case.words(role):
                        yield role, call.lineno, {}


@finder("thread-idle", "05-threads", "Поток создан, но не запущен: не хватает start()")
def never_started(case):
    for role, program in case.both():
        if not program.calls("start") and (threads := program.calls("Thread")):
            yield role, threads[0].lineno, {}


@finder("accepts-once", "02-ports", "accept() вызван один раз: второго человека никто не впустит")
def accepts_once(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("two", "many") or program.imports() & OTHERWISE:
        return
    accepts = program.calls("accept")
    looped = [call for call in accepts if above(call, ast.While, ast.For) or is_called_in_a_loop(program, call)]
    if accepts and not looped:
        yield SERVER, accepts[0].lineno, {}


@finder(
    "one-at-a-time",
    "05-threads",
    "Пока сервер разговаривает с одним, остальные стоят в очереди: нужен поток на каждого",
)
def one_at_a_time(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("two", "many") or program.imports() & OTHERWISE:
        return
    if not program.calls(*MANY) and (accepts := program.calls("accept")):
        yield SERVER, accepts[0].lineno, {}


@finder(
    "self-only",
    "08-broadcast",
    "Ответ получает только тот, кто написал: сообщение надо послать каждому из подключённых",
)
def answers_the_speaker_only(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("two") or program.imports() & OTHERWISE:
        return
    for receive in program.calls("recv", "readline"):
        loop = above(receive, ast.While)
        sends = program.calls(*SENDS, under=loop) if loop else []
        if sends and not spreads(program, loop):
            yield SERVER, sends[0].lineno, {}


@finder("nobody-added", "08-broadcast", "Рассылка идёт по «{name}», но в него никто не добавляется")
def list_stays_empty(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("two"):
        return
    for call in program.calls(*SENDS):
        loop = above(call, ast.For)
        walked = names(loop.iter) - {"list", "tuple", "set"} if loop else ()
        if len(walked) != 1:
            continue
        [name] = walked
        grows = [n for n in program.calls("append", "add", "insert", "extend") if name in names(n.func)]
        stores = [n for n in program.nodes if isinstance(n, ast.Subscript) and name in names(n.value)]
        others = [n for n in program.nodes if isinstance(n, ast.Assign) and name in names(n.targets[0])]
        if not grows and not stores and len(others) < 2 and not is_parameter(loop, name):
            yield SERVER, loop.lineno, {"name": name}


@finder("name-not-asked", "07-names", "Сервер молчит, пока не получит имя: спросите о нём первым")
def name_is_not_asked(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("name"):
        return
    for receive in program.calls("recv", "readline")[:1]:
        before = [c for c in program.calls(*SENDS) if function(c) is function(receive) and c.lineno < receive.lineno]
        if not before:
            yield SERVER, receive.lineno, {}


# The end of a conversation


@finder(
    "spins",
    "01-connection",
    "Конец разговора не замечен: recv возвращает пустое, и цикл крутится вечно. Проверьте, не пусто ли",
)
def spins_after_the_end(case):
    for role, program in case.both():
        seen = f"{case.file(role)} занимает процессор без отдыха" in case.heard
        criteria = ("leave", "reset", "empty", "ghosts") if role == SERVER else ("quits", "ends")
        for call in program.calls("recv"):
            loop = above(call, ast.While)
            waits = loop and program.calls("input", under=loop)  # then it goes round with each Enter only
            if loop and (seen or not waits and case.loses(*criteria)) and not notices_the_end(loop, call):
                yield role, call.lineno, {}


@finder("reset", "04-reader", "Обрыв связи — это исключение ConnectionError: его никто не ловит, и поток обрывается")
def reset_is_not_caught(case):
    pattern = r"(?:ConnectionResetError|BrokenPipeError|ConnectionAbortedError|ConnectionError)(.*)"
    for role, _, line in tracebacks(case, pattern):
        yield role, line, {}


@finder("removed-twice", "08-broadcast", "Человека удаляют дважды: второй раз его в списке уже нет")
def removed_twice(case):
    for role, _, line in tracebacks(case, r"ValueError: (list\.remove\(x\): x not in list|.* is not in list)"):
        yield role, line, {}


@finder("key", "08-broadcast", "В словаре уже нет этого ключа: человека удалили раньше или не записали")
def missing_key(case):
    for role, _, line in tracebacks(case, r"KeyError: (<socket.socket|\()"):
        yield role, line, {}


@finder(
    "list-walked", "08-broadcast", "Список меняется, пока по нему идут: кто-то будет пропущен. Идите по копии: list(…)"
)
def changed_while_walked(case):
    for role, _, line in tracebacks(case, r"RuntimeError: (\w+ changed size during iteration)"):
        yield role, line, {}
    program = case.programs.get(SERVER)
    if not program or not case.loses("reset", "leave", "empty", "deaf", "many"):
        return
    for loop in (node for node in program.nodes if isinstance(node, ast.For) and isinstance(node.iter, ast.Name)):
        removes = program.calls("remove", "pop", under=loop)
        helpers = [
            program.functions[called(c)]
            for c in ast.walk(loop)
            if isinstance(c, ast.Call) and called(c) in program.functions
        ]
        removes += [call for helper in helpers for call in program.calls("remove", "pop", under=helper)]
        if any(loop.iter.id in names(call.func) for call in removes):
            yield SERVER, loop.lineno, {}


@finder("closed", "13-leaving", "Сокет уже закрыт, а другой поток ещё им пользуется")
def used_after_close(case):
    for role, _, line in tracebacks(case, r"OSError: (.*Bad file descriptor|\[WinError 10038\])"):
        yield role, line, {}


@finder("no-goodbye", "13-leaving", "Клиент не знает слов «покинуть чат»: набрав их, никто не уйдёт")
def no_goodbye(case):
    program = case.programs.get(CLIENT)
    if program and case.loses("quits") and not program.knows_goodbye():
        inputs = program.calls("input", "readline")
        yield CLIENT, inputs[-1].lineno if inputs else 0, {}


@finder(
    "no-shutdown", "13-leaving", "close() не будит поток, который ждёт в recv, и программа не кончается: нужен shutdown"
)
def closes_without_shutdown(case):
    program = case.programs.get(CLIENT)
    if not program or not case.loses("quits") or not program.knows_goodbye() or not program.calls(*MANY):
        return
    if not program.calls("shutdown", "_exit") and (closes := program.calls("close")):
        yield CLIENT, closes[-1].lineno, {}


@finder(
    "in-turns",
    "14-client",
    "Один поток и печатает, и слушает: пока он ждёт в input(), чужих слов не видно. Слушать должен второй",
)
def types_and_listens_in_turns(case):
    program = case.programs.get(CLIENT)
    if (
        not program
        or not case.loses("prints", "ends", "types")
        or program.imports() & OTHERWISE
        or program.calls(*MANY)
    ):
        return
    for call in program.calls("input"):
        loop = above(call, ast.While)
        if loop and program.calls("recv", under=loop):
            yield CLIENT, call.lineno, {}


@finder(
    "waits-for-input",
    "13-leaving",
    "Сервера уже нет, а главный поток ждёт в input(): пока не нажат Enter, программа не кончится",
)
def waits_for_input(case):
    program = case.programs.get(CLIENT)
    if program and case.loses("ends") and program.calls("input") and not program.calls("_exit"):
        yield CLIENT, program.calls("input")[-1].lineno, {}


@finder("leaves-silently", "09-inbox", "Кто ушёл, о том никому не сказано: после цикла чтения нужна рассылка")
def leaves_silently(case):
    program = case.programs.get(SERVER)
    if program and case.loses("leave") and program.calls("recv"):
        yield SERVER, program.calls("recv")[-1].lineno, {}


# Bytes and texts


@finder("no-encode", "01-connection", "По сети идут байты: строку надо превратить в них, encode()")
def missing_encode(case):
    for role, _, line in tracebacks(case, r"TypeError: (a bytes-like object is required, not 'str')"):
        yield role, line, {}


@finder("no-decode", "01-connection", "Из сети пришли байты: строка из них получается вызовом decode()")
def missing_decode(case):
    pattern = (
        r"TypeError: (can only concatenate str \(not \"bytes\"\)|.*must be str, not bytes|a bytes-like.*not 'bytes')"
    )
    for role, _, line in tracebacks(case, pattern):
        yield role, line, {}
    if re.search(r"(?:слышит|видит на экране)[^«]*«[^»]*b'", case.heard):
        for role, program in case.both():
            prints = program.calls("print") if role == CLIENT else program.calls(*SENDS)
            if not program.calls("decode") and prints:
                yield role, prints[-1].lineno, {}


@finder(
    "half-letter",
    "04-reader",
    "Русская буква — два байта, и recv может вернуть половину: decode() каждого куска на этом падает",
)
def half_a_letter(case):
    for role, _, line in tracebacks(case, r"(UnicodeDecodeError: .*)"):
        yield role, line, {}
    program = case.programs.get(SERVER)
    if program and case.loses("letter") and not case.loses("two") and reads_pieces(program):
        yield SERVER, (program.calls("decode") or program.calls("recv"))[-1].lineno, {}


@finder("no-newline", "03-framing", "Сервер ждёт конца строки, а клиент его не посылает: добавьте к сообщению знак \\n")
def no_newline(case):
    server, client = case.programs.get(SERVER), case.programs.get(CLIENT)
    if not server or not client or not case.loses("two", "types", "many", "join", "quits"):
        return
    reads = bool(server.calls("readline", "makefile", "readlines"))
    sends = client.calls("send", "sendall")
    if reads and sends and not client.says("\n") and not client.calls("makefile"):
        yield CLIENT, sends[-1].lineno, {}


@finder("small-buffer", "03-framing", "recv({size}) берёт не больше {size} байтов, и длинное сообщение рвётся на части")
def small_buffer(case):
    if case.loses("two", "many", "signed", "torn", "glued", "types", "prints"):
        for role, program in case.both():
            for call in program.calls("recv"):
                if call.args and isinstance(call.args[0], ast.Constant) and type(call.args[0].value) is int:
                    if 1 < call.args[0].value < 64:
                        yield role, call.lineno, {"size": call.args[0].value}


@finder("piece", "03-framing", "Сервер считает сообщением то, что вернул один recv, а TCP — поток байтов без границ")
def piece_is_no_message(case):
    program = case.programs.get(SERVER)
    if program and case.loses("glued", "torn") and not case.loses("two") and reads_pieces(program):
        yield SERVER, program.calls("recv")[-1].lineno, {}


@finder(
    "timeout",
    "04-reader",
    "settimeout обрывает того, кто просто молчит: TimeoutError надо ловить или не ставить предела",
)
def timed_out(case):
    for role, _, line in tracebacks(case, r"((?:TimeoutError|socket\.timeout|timeout): .*timed out)"):
        yield role, line, {}


# Beyond the assignment


@finder("one-blocks-all", "10-slow", "Один не читает, и send ему стоит, а с ним и все остальные")
def one_blocks_all(case):
    program = case.programs.get(SERVER)
    if program and case.loses("deaf") and not case.loses("two"):
        for call in program.calls("send", "sendall")[-1:]:
            yield SERVER, call.lineno, {}


@finder("namesakes", "07-names", "Имя никто не сравнивает с уже занятыми: две Ани неразличимы")
def namesakes(case):
    program = case.programs.get(SERVER)
    if program and case.loses("namesakes") and not case.loses("two", "signed"):
        compares = [
            n for n in program.nodes if isinstance(n, ast.Compare) and isinstance(n.ops[0], (ast.In, ast.NotIn))
        ]
        if not compares and (receive := program.calls("recv", "readline")):
            yield SERVER, receive[0].lineno, {}


@finder("ghosts", "07-names", "Кто ушёл, не назвав себя, попадает в чат с пустым именем")
def ghosts(case):
    program = case.programs.get(SERVER)
    if program and case.loses("ghosts") and not case.loses("two"):
        for call in program.calls("recv", "readline")[:1]:
            yield SERVER, call.lineno, {}


@finder("error", "", "Программу или её поток останавливает ошибка: `{error}`")
def any_error(case):
    for role, error, line in tracebacks(case, r"(\w+(?:Error|Exception)(?:: .*)?)"):
        yield role, line, {"error": error}


SPECIAL = {name for name, *_ in FINDERS} - {"error"}
WEAKER = {  # which fault need not be named where one of others is
    "error": SPECIAL - {"piece", "half-letter", "one-blocks-all", "namesakes", "ghosts", "leaves-silently"},
    "leaves-silently": {"spins", "reset", "removed-twice", "key", "list-walked", "error", "closed", "one-at-a-time",
                        "thread-called", "self-only", "syntax", "import", "no-encode", "no-decode", "accepts-once"},
    "waits-for-input": {"spins", "in-turns"},
    "one-at-a-time": {"accepts-once", "import", "syntax"},
    "self-only": {"one-at-a-time", "thread-called", "accepts-once", "syntax", "import"},
    "name-not-asked": {"import", "syntax", "port", "bind"},
    "ghosts": {"spins", "removed-twice"},
}  # fmt: skip


def tracebacks(case, pattern):
    """Yield (role, what the group in pattern matched, line) for each error in a program's words like pattern (str)."""
    for role in (SERVER, CLIENT):
        words = case.words(role)
        for error in re.finditer(rf"^ *{pattern}", words, re.M):
            frames = re.findall(r'File "([^"]*)", line (\d+)', words[: error.start()])
            own = [line for path, line in frames if path.rpartition("/")[2] == case.file(role)]
            yield role, error[1], int(own[-1]) if own else 0


def is_called_in_a_loop(program, node, *kinds):
    """Return whether the function of node is called by its name in a loop of kinds (ast classes), or any loop."""
    home = function(node)
    calls = program.calls(home.name) if home else []
    return any(above(call, *(kinds or (ast.While, ast.For))) for call in calls)


def spreads(program, node, depth=3):
    """Return whether something is sent in a loop over others in node, or in what it calls, depth (int) calls deep."""
    for loop in (part for part in ast.walk(node) if isinstance(part, ast.For)):
        if program.calls(*SENDS, "put", "put_nowait", under=loop):
            return True
    called_here = {called(part) for part in ast.walk(node) if isinstance(part, ast.Call)}
    nexts = [program.functions[name] for name in called_here & program.functions.keys()]
    return depth > 0 and any(spreads(program, function, depth - 1) for function in nexts)


def is_parameter(node, name):
    """Return whether name (str) is a parameter of the function in which node is."""
    home = function(node)
    return home is not None and name in {argument.arg for argument in home.args.args}


def notices_the_end(loop, call):
    """Return whether loop (ast.While) looks at whether what call (a recv) has returned is empty."""
    if any(isinstance(node, ast.NamedExpr) for node in ast.walk(loop.test)):
        return True
    targets, node = set(), call
    while node is not loop and not isinstance(node, ast.stmt):
        node = node.parent
    if isinstance(node, ast.Assign):
        targets = {name for target in node.targets for name in names(target)}
    for test in (node.test for node in ast.walk(loop) if isinstance(node, (ast.If, ast.While, ast.IfExp))):
        if targets & names(test) and any(is_about_nothing(part, targets) for part in [test, *ast.walk(test)]):
            return True
    return False


def is_about_nothing(test, variables):
    """Return whether test (an expression) asks whether one of variables (set of str) is empty."""
    if isinstance(test, ast.Name):
        return isinstance(test.parent, (ast.If, ast.While, ast.BoolOp, ast.UnaryOp, ast.IfExp)) and test.id in variables
    if isinstance(test, ast.Call):
        return called(test) in ("len", "bool", "strip") and bool(names(test) & variables)
    if isinstance(test, ast.Compare):
        sides = [test.left, *test.comparators]
        return any(isinstance(side, ast.Constant) and not side.value for side in sides)
    return False


def reads_pieces(program):
    """Return whether a server takes what a recv returns for a message: nothing in it looks for a message's end."""
    ends = program.calls(
        "readline", "makefile", "readuntil", "splitlines", "split", "partition", "from_bytes", "unpack"
    )
    return bool(program.calls("recv")) and not ends
