"""The common faults of a first chat, each named in a sentence, with the lesson that explains it.

A fault is recognised by what has happened (criteria lost, the conversation, tracebacks) and by the
text of the programs (reading.py). A sentence is said only where both agree.
"""

import ast
import builtins
import difflib
import re
import sys
from dataclasses import dataclass, field

from .reading import (
    SENDS,
    Program,
    above,
    called,
    encoded,
    function,
    is_called_in_a_loop,
    is_parameter,
    names,
    notices_the_end,
    owner,
    reads_pieces,
    spreads,
    target,
    twice,
)
from .samples import (
    GONE,
    LOOKS_LIKE,
    TWICE,
    able_to_spread,
    at_top,
    by_lines,
    caught,
    compares,
    end,
    farewell,
    holding,
    introduction,
    listening,
    queued,
    removal,
    unasked,
)

SERVER, CLIENT = "server.py", "client.py"
MANY = {"Thread", "start_new_thread", "ThreadPoolExecutor", "ThreadingTCPServer", "ThreadingMixIn"}
OTHERWISE = {"asyncio", "select", "selectors", "socketserver", "multiprocessing", "concurrent", "trio", "twisted"}
MOST = 6  # faults that a report names, and as many beyond the assignment


@dataclass
class Fault:
    """A fault: where (role and line, 0 if there is none), how to repair it, and which lesson explains it.

    The lesson is the word in its file's name: 05-threads.ipynb is "threads".
    """

    name: str
    says: str
    lesson: str
    role: str = ""
    line: int = 0
    values: dict = field(default_factory=dict)  # for the {places} in says
    more: list = field(default_factory=list)  # [(sentence of MORE, values)] that this program needs besides
    beyond: bool = False  # whether it costs bonus points only
    costs: set = field(default_factory=set)  # names of criteria that can't hold before it is repaired

    def told(self):
        """Return all there is to say: a list of (sentence, values)."""
        return [(self.says, self.values), *self.more]


class Case:
    """A submission that has lost something: its programs, and what has happened."""

    def __init__(self, found, results, lost):
        """found (dict), see finding.choose() and Work.choose(); results ({criterion: dict}), see plugin.py.

        lost (set of str) are the criteria whose loss is to be explained.
        """
        self.programs, self.broken, self.results = {}, {}, results
        self.files = {role: path.rpartition("/")[2] for role, path in found.get("programs", {}).items()}
        for role, text in found.get("sources", {}).items():
            try:
                self.programs[role] = Program(text)
            except SyntaxError as error:
                self.broken[role] = error
        self.look_at(lost)

    def look_at(self, lost):
        """Take lost (set of str) for the criteria whose loss is to be explained."""
        self.lost = lost
        self.heard = "\n".join(self.results[name].get("heard") or "" for name in self.results if name in lost)

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

    def places(self, role, name, line):
        """Return the lines (str) in which the program of role (str) has name (str), or just line (int)."""
        lines = self.programs[role].naming(name) if role in self.programs else []
        return ", ".join(map(str, lines or [line]))

    def words(self, role):
        """Return what the program of role (str) has printed (str) where something was lost."""
        blocks = re.findall(rf"на терминале {re.escape(self.file(role))}:\n((?: {{4}}.*\n?)*)", self.heard)
        return "\n".join(blocks)


FINDERS = []


def finder(name, lesson, says):
    """Add a function that yields (role, line, {place: value}, more) wherever it finds the fault called name (str).

    Of more, see Fault; it may be left out.
    """

    def add(find):
        FINDERS.append((name, lesson, says, find))
        return find

    return add


def faults(about, results, beyond=()):
    """Return the faults (list of Fault, at most MOST) that explain why results lost criteria, the gravest first.

    about (dict) has the programs: {"programs": {role: path}, "sources": {role: text}}. Then those, as many, by
    which bonus points were lost (beyond, names of criteria), if the chat works: two talk.
    """
    lost = {name for name, result in results.items() if not result["passed"] and not result.get("untried")}
    base, bonus = lost - set(beyond), lost & set(beyond)
    found = named(Case(about, results, base))[:MOST] if base else []
    known = {fault.name for fault in found}
    if bonus and "two" not in lost:
        more = [fault for fault in named(Case(about, results, bonus)) if fault.name not in known]
        for fault in more:
            fault.beyond = fault.name not in ALWAYS
        found += more[:MOST]
    return found


def named(case):
    """Return the faults (list of Fault) that explain what case (Case) has lost."""
    found = {}
    for name, lesson, says, find in FINDERS:
        for role, line, values, *more in find(case):
            more = [(sentence, cleaned(some)) for sentence, some in (more[0] if more else ())]
            found.setdefault(name, Fault(name, says, lesson, role, line, cleaned(values), more))
    for name, stronger in WEAKER.items():
        if stronger & found.keys():
            found.pop(name, None)
    for fault in found.values():
        fault.costs = costs(case, fault)
    return sorted(found.values(), key=lambda fault: not fault.costs)


def costs(case, fault):
    """Return the criteria (set of str) that fault (Fault) costs: those that, lost alone, would show it, too."""
    lost, explained, [find] = case.lost, set(), [find for name, *_, find in FINDERS if name == fault.name]
    for criterion in lost if fault.name not in ALWAYS else lost & ALWAYS[fault.name]:
        case.look_at({criterion})
        if any(role == fault.role for role, *_ in find(case)):
            explained.add(criterion)
    case.look_at(lost)
    own = explained & CLIENTS
    return explained - CLIENTS if fault.role == SERVER else own or explained


def cleaned(values):
    """Return values (dict) as texts that end no code in Markdown."""
    return {place: str(value).replace("`", "'") for place, value in values.items()}


# What keeps a program from running


@finder(
    "syntax",
    "",
    "Python не понимает эту строку, и программа не начинается: `{error}`. Проверьте её и строку выше: скобки, кавычки, "
    "двоеточия, отступы",
)
def syntax(case):
    for role, error in case.broken.items():
        yield role, error.lineno or 0, {"error": error.msg}


@finder(
    "import",
    "",
    "Модуля «{module}» нет. Похоже на опечатку: есть «{close}». Исправьте всюду, где он назван, строки: {lines}",
)
def mistyped_import(case):
    for role, module, line in tracebacks(case, r"ModuleNotFoundError: No module named '([\w.]+)'"):
        if close := difflib.get_close_matches(module, sys.stdlib_module_names, 1, 0.75):
            yield role, line, {"module": module, "close": close[0], "lines": case.places(role, module, line)}


@finder(
    "name",
    "",
    "Имя «{name}» здесь не определено, строки: {lines}. Это опечатка, или присваивание осталось в другой функции",
)
def undefined(case):
    for role, name, line in tracebacks(case, r"NameError: .*?'(\w+)'"):
        program = case.programs.get(role)
        known = [*dir(builtins), *(program.known() - {name} if program else ())]
        close = [(LOOKS_LIKE, {"close": one}) for one in difflib.get_close_matches(name, known, 1, 0.75)]
        yield role, line, {"name": name, "lines": case.places(role, name, line)}, close


@finder(
    "unbound",
    "",
    "Этой функции «{name}» — своё имя: в ней есть присваивание, а значения ещё нет. Первой строкой: `global {name}`",
)
def assigned_later(case):
    for role, name, line in tracebacks(case, r"UnboundLocalError: .*?'(\w+)'"):
        yield role, line, {"name": name}


@finder("attribute", "", "У этого объекта нет «{name}»: опечатка, или объект не тот")
def attribute(case):
    pattern = r"AttributeError: (.* has no attribute '\w+'.*)"
    for role, error, line in tracebacks(case, pattern):
        names = re.findall(r"'(\w+)'", error.partition("has no attribute")[2])
        yield role, line, {"name": names[0]}, [(LOOKS_LIKE, {"close": close}) for close in names[1:2]]


@finder("port", "ports", "Порт занят: остановите прежний сервер, а bind вызывайте один раз")
def port_in_use(case):
    for role, _, line in tracebacks(case, r"OSError: (.*Address already in use|\[WinError 10048\])"):
        yield role, line, {}


@finder("bind", "ports", "Сервер слушает не тот адрес: на другой машине такого нет. Возьмите `localhost`")
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


@finder(
    "input-first",
    "client",
    "Клиент ждёт input() раньше, чем подключается, и сервер не может ничего спросить. Сначала connect, потом input()",
)
def input_before_connect(case):
    program = case.programs.get(CLIENT)
    if program and "не подключается" in case.heard:
        for connect in program.calls("connect", "create_connection")[:1]:
            for call in program.calls("input"):
                if call.lineno < connect.lineno and function(call) is function(connect):
                    yield CLIENT, call.lineno, {}
                    return


@finder(
    "daemon",
    "threads",
    "Главный поток кончается, и программа вместе с ним: потоки daemon её не удержат. Дождитесь потока: `.join()`",
)
def only_daemons(case):
    for role, program in case.both():
        daemons = [node for node in program.nodes if isinstance(node, ast.keyword) and node.arg == "daemon"]
        daemons += [n for n in program.nodes if isinstance(n, ast.Attribute) and n.attr == "daemon"]
        gone = re.search(rf"{role} (сразу )?завершает работу (через \d+ с )?и ", case.heard)
        if daemons and gone and "Traceback" not in case.words(role) and not program.calls("join"):
            yield role, daemons[0].lineno if hasattr(daemons[0], "lineno") else daemons[0].value.lineno, {}


# How a server talks with many


@finder(
    "thread-called",
    "threads",
    "Здесь функция вызвана, а не передана: поток не начнётся, пока она не кончится, и до тех пор никого больше не "
    "впустят. Передайте её саму, а то, что в скобках, отдельно: `{code}`",
)
def target_is_called(case):
    for role, program in case.both():
        for call in program.calls("Thread"):
            for keyword in call.keywords:
                if keyword.arg == "target" and isinstance(keyword.value, ast.Call):
                    args = [ast.unparse(argument) for argument in keyword.value.args]
                    given = f", args=({', '.join(args)}{',' * (len(args) == 1)})" * bool(args)
                    yield role, call.lineno, {"code": f"target={ast.unparse(keyword.value.func)}{given}"}


@finder("thread-args", "threads", "args ждёт кортеж, а кортеж из одного — с запятой: `args=({name},)`")
def args_is_no_tuple(case):
    for role, program in case.both():
        for call in program.calls("Thread"):
            for keyword in call.keywords:
                if keyword.arg == "args" and isinstance(keyword.value, ast.Name):
                    if "must be an iterable" in case.words(role):
                        yield role, call.lineno, {"name": keyword.value.id}


@finder("thread-no-args", "threads", "Функции {name} не передано, с чем работать. Передайте в args: `{code}`")
def nothing_is_passed(case):
    for role, name, _ in tracebacks(case, r"TypeError: (\w+)\(\) missing \d+ required positional argument"):
        program = case.programs.get(role)
        for call in program.calls("Thread") if program and name in program.functions else ():
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if given.get("target") == name and "args" not in given:
                wanted = [argument.arg for argument in program.functions[name].args.args]
                yield role, call.lineno, {"name": name, "code": f"args=({', '.join(wanted)}{',' * (len(wanted) == 1)})"}


@finder("thread-idle", "threads", "Поток создан, но не запущен: допишите `.start()`")
def never_started(case):
    for role, program in case.both():
        if not program.calls("start") and (threads := program.calls("Thread")):
            yield role, threads[0].lineno, {}


@finder(
    "accepts-once",
    "ports",
    "accept() не стоит в цикле: следующего человека никто не впустит. Поставьте его в цикл while True, и пусть каждый "
    "разговор идёт в своём потоке: `threading.Thread(target=handle, args=(client,)).start()`",
)
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
    "threads",
    "Пока сервер разговаривает с одним, остальные стоят в очереди. Вынесите разговор с одним человеком в функцию и "
    "после accept() запускайте её в своём потоке: `threading.Thread(target=handle, args=(client,)).start()`",
)
def one_at_a_time(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("two", "many") or program.imports() & OTHERWISE:
        return
    if not program.calls(*MANY) and (accepts := program.calls("accept")):
        yield SERVER, accepts[0].lineno, {}


@finder(
    "self-only",
    "broadcast",
    "Ответ получает только тот, кто написал. Пошлите сообщение в цикле каждому из подключённых; ему самому — как "
    "хотите",
)
def answers_the_speaker_only(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("two") or program.imports() & OTHERWISE:
        return
    for receive in program.calls("recv", "readline"):
        loop = above(receive, ast.While)
        sends = program.calls(*SENDS, under=loop) if loop else []
        if sends and not spreads(program, loop):
            able = [home for home in program.functions.values() if spreads(program, home, 0)]
            yield SERVER, sends[0].lineno, {}, [able_to_spread(program, home, sends[0]) for home in able[:1]]


@finder(
    "nobody-added",
    "broadcast",
    "Рассылка идёт по «{name}», но в него никто не добавляется. Добавляйте каждого, как только он назвал себя",
)
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


@finder(
    "name-not-asked",
    "names",
    "Сервер молчит, пока не получит имя. Спросите первым, перед этой строкой: "
    "`{client}.send(\"Введите своё имя:\".encode())`",
)
def name_is_not_asked(case):
    program = case.programs.get(SERVER)
    if not program or not case.loses("name"):
        return
    for receive in program.calls("recv", "readline")[:1]:
        before = [c for c in program.calls(*SENDS) if function(c) is function(receive) and c.lineno < receive.lineno]
        if not before:
            yield SERVER, receive.lineno, {"client": owner(receive)}


# The end of a conversation


@finder(
    "spins",
    "connection",
    "Конец разговора не замечен: recv возвращает пустое, и цикл крутится вечно. Сразу после этой строки: "
    "`if not {name}: break`",
)
def spins_after_the_end(case):
    for role, program in case.both():
        seen = f"{case.file(role)} занимает процессор без отдыха" in case.heard
        criteria = ("leave", "reset", "empty", "ghosts") if role == SERVER else ("quits", "ends")
        for call in program.calls("recv"):
            loop = above(call, ast.While)
            waits = loop and program.calls("input", under=loop)  # then it goes round with each Enter only
            if loop and (seen or not waits and case.loses(*criteria)) and not notices_the_end(loop, call):
                more = removal(program, call) if role == SERVER else farewell(program, call)
                yield role, call.lineno, {"name": target(call) or "data"}, more


@finder(
    "reset",
    "reader",
    "Обрыв связи — это исключение ConnectionError, и здесь его никто не ловит: поток обрывается. Поставьте эту "
    "строку в try, а в `except ConnectionError:` — `break`",
)
def reset_is_not_caught(case):
    for role, _, line in tracebacks(case, RESET):
        program = case.programs.get(role)
        receives = program.at(line, "recv", "readline", "read") if program else []
        if not (program and program.at(line, *SENDS)):
            more = [removal, farewell][role == CLIENT](program, receives[0]) if receives else []
            yield role, line, {}, more


@finder(
    "reset-send",
    "broadcast",
    "Тот, кому здесь посылают, уже пропал, и ошибка обрывает поток того, кто говорил. Поставьте эту строку в try, а в "
    "`except OSError:` — `pass`: что он ушёл, заметит его собственный поток",
)
def reset_while_sending(case):
    for role, _, line in tracebacks(case, RESET):
        if role == SERVER and SERVER in case.programs and case.programs[SERVER].at(line, *SENDS):
            yield role, line, {}
    program = case.programs.get(SERVER)
    if program and case.loses("reset") and re.search(RESET, case.heard):
        for send in program.calls(*SENDS):  # the next to fail, once the recv is caught
            if above(send, ast.For) and not above(send, ast.Try):
                yield SERVER, send.lineno, {}


@finder(
    "removed-twice",
    "broadcast",
    "Человека удаляют дважды: второй раз его в списке уже нет, и поток кончается ошибкой ValueError или KeyError. "
    "Оставьте один вызов, после цикла чтения",
)
def removed_twice(case):
    program = case.programs.get(SERVER)
    more = unasked(program) if program else []
    for call, lines in twice(program) if program else ():
        places = {"call": call, "lines": ", ".join(map(str, lines)), "last": lines[-1]}
        yield SERVER, lines[0], {}, [(TWICE, places), *more]
    for role, _, line in tracebacks(case, r"ValueError: (list\.remove\(x\): x not in list|.* is not in list)"):
        yield role, line, {}, more


@finder(
    "key",
    "broadcast",
    "В словаре уже нет этого ключа: человека удалили раньше или не записали. Удаляйте его один раз, после цикла "
    "чтения, а из словаря — через `.pop(…, None)`",
)
def missing_key(case):
    for role, _, line in tracebacks(case, r"KeyError: (<socket.socket|\()"):
        yield role, line, {}


@finder(
    "list-walked",
    "broadcast",
    "Список меняется, пока по нему идут: кто-то будет пропущен. Идите по копии: `list({name})`",
)
def changed_while_walked(case):
    for role, _, line in tracebacks(case, r"RuntimeError: (\w+ changed size during iteration)"):
        nodes = case.programs[role].nodes if role in case.programs else []
        walked = [ast.unparse(node.iter) for node in nodes if isinstance(node, ast.For) and node.lineno == line]
        yield role, line, {"name": (walked or ["…"])[0]}
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
            yield SERVER, loop.lineno, {"name": loop.iter.id}


@finder(
    "closed",
    "leaving",
    "Сокет уже закрыт, а другой поток ещё им пользуется. Поставьте эту строку в try, а в `except OSError:` — `break`",
)
def used_after_close(case):
    for role, _, line in tracebacks(case, r"OSError: (.*Bad file descriptor|\[WinError 10038\])"):
        yield role, line, {}


@finder(
    "no-goodbye",
    "leaving",
    "Клиент не знает слов «покинуть чат»: набрав их, никто не уйдёт. Сразу после этой строки: "
    "`if {name} == \"покинуть чат\": break`",
)
def no_goodbye(case):
    program = case.programs.get(CLIENT)
    if program and case.loses("quits") and not program.knows_goodbye():
        inputs = program.calls("input", "readline")
        name = target(inputs[-1]) if inputs else ""
        yield CLIENT, inputs[-1].lineno if inputs else 0, {"name": name or "text"}, holding(program)


@finder(
    "no-shutdown",
    "leaving",
    "close() не будит поток {function} (строка {line}), который ждёт в recv, и программа не кончается. Допишите ему "
    "`daemon=True` или перед close(): `{sock}.shutdown(socket.SHUT_RDWR)`",
)
def closes_without_shutdown(case):
    program = case.programs.get(CLIENT)
    if not program or not case.loses("quits") or not program.knows_goodbye() or not holding(program):
        return
    if not program.calls("shutdown", "_exit") and (closes := program.calls("close")):
        [(_, thread)] = holding(program)
        yield CLIENT, closes[-1].lineno, {**thread, "sock": owner(closes[-1])}


@finder(
    "in-turns",
    "client",
    "Один поток и слушает, и отправляет: пока он ждёт в recv (строка {recv}), набранное не уходит, а пока ждёт в "
    "input() (строка {input}), не видно ни чужих слов, ни ухода сервера. Перенесите recv и print в функцию с циклом, "
    "как в образце, и перед циклом с input (строка {loop}) запустите её: `threading.Thread(target=listen, "
    "args=({sock},), daemon=True).start()`. Когда recv вернёт пустое или связь оборвётся (OSError), она завершает всю "
    "программу",
)
def types_and_listens_in_turns(case):
    program = case.programs.get(CLIENT)
    if not program or not case.loses("prints", "ends", "types", "quits"):
        return
    if program.imports() & OTHERWISE or program.calls(*MANY):
        return
    for call in program.calls("input"):
        loop = above(call, ast.While)
        if loop and (receives := program.calls("recv", under=loop)):
            places = {"recv": receives[0].lineno, "input": call.lineno, "loop": loop.lineno}
            sock = {"sock": owner(receives[0]), "sample": listening(receives[0])}
            yield CLIENT, receives[0].lineno, places | sock, at_top(program, "os", "threading")


@finder(
    "waits-for-input",
    "leaving",
    "Сервера уже нет, а главный поток ждёт в input(): пока не нажат Enter, программа не кончится. Пусть поток, который "
    "слушает, после своего цикла (он кончается строкой {end}) завершит её всю: `os._exit(0)`",
)
def waits_for_input(case):
    program = case.programs.get(CLIENT)
    if program and case.loses("ends") and program.calls("input") and not program.calls("_exit"):
        call = (program.calls("recv", "readline") or program.calls("input"))[-1]
        yield CLIENT, call.lineno, {"end": end(call)}, at_top(program, "os") + caught(call)


@finder(
    "leaves-silently",
    "inbox",
    "Кто ушёл, о том никому не сказано: после цикла чтения (он кончается строкой {end}), чем бы он ни кончился, "
    "разошлите остальным, что он ушёл",
)
def leaves_silently(case):
    program = case.programs.get(SERVER)
    if program and case.loses("leave") and program.calls("recv"):
        receive = program.calls("recv")[-1]
        more = [one for one in removal(program, receive) if one[0] != GONE]
        yield SERVER, receive.lineno, {"end": end(receive)}, more


# Bytes and texts


@finder("no-encode", "connection", "По сети идут байты, а здесь строка. Превратите в байты её всю: `{code}`")
def missing_encode(case):
    for role, _, line in tracebacks(case, r"TypeError: (a bytes-like object is required, not 'str')"):
        sends = case.programs[role].at(line, *SENDS) if role in case.programs else []
        yield role, line, {"code": encoded(sends[0]) if sends and sends[0].args else "(…).encode()"}


@finder("no-decode", "connection", "Из сети пришли байты: строка из них получается, если дописать `.decode()`")
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
    "no-newline",
    "framing",
    "Сервер ждёт конца строки, а клиент его не посылает. Добавьте к каждому сообщению знак конца: `+ \"\\n\"`",
)
def no_newline(case):
    server, client = case.programs.get(SERVER), case.programs.get(CLIENT)
    if not server or not client or not case.loses("two", "types", "many", "join", "quits"):
        return
    reads = bool(server.calls("readline", "makefile", "readlines"))
    sends = client.calls("send", "sendall")
    if reads and sends and not client.says("\n") and not client.calls("makefile"):
        yield CLIENT, sends[-1].lineno, {}


@finder(
    "small-buffer",
    "framing",
    "recv({size}) берёт не больше {size} байтов, и длинное сообщение рвётся на части. Возьмите `recv(1024)`",
)
def small_buffer(case):
    if case.loses("two", "many", "signed", "torn", "glued", "types", "prints"):
        for role, program in case.both():
            for call in program.calls("recv"):
                if call.args and isinstance(call.args[0], ast.Constant) and type(call.args[0].value) is int:
                    if 1 < call.args[0].value < 64:
                        yield role, call.lineno, {"size": call.args[0].value}


@finder(
    "piece",
    "framing",
    "Сервер считает сообщением то, что вернул один recv, а TCP — поток байтов без границ. Пусть каждое сообщение "
    "кончается знаком \\n: копите байты и делите их по нему",
)
def piece_is_no_message(case):
    program = case.programs.get(SERVER)
    if program and case.loses("glued", "torn") and not case.loses("two") and reads_pieces(program):
        yield SERVER, program.calls("recv")[-1].lineno, {}, by_lines(program, case.programs.get(CLIENT))


@finder(
    "half-letter",
    "reader",
    "Русская буква — два байта, и recv может вернуть половину: decode() каждого куска на этом падает или портит букву. "
    "Сначала соберите байты до знака \\n, потом decode()",
)
def half_a_letter(case):
    program = case.programs.get(SERVER)
    more = by_lines(program, case.programs.get(CLIENT)) if program and program.calls("recv") else []
    for role, _, line in tracebacks(case, r"(UnicodeDecodeError: .*)"):
        yield role, line, {}, more * (role == SERVER)
    if program and case.loses("letter") and not case.loses("two") and reads_pieces(program):
        yield SERVER, (program.calls("decode") or program.calls("recv"))[-1].lineno, {}, more


@finder(
    "timeout",
    "reader",
    "settimeout обрывает того, кто просто молчит. Уберите settimeout, или ловите TimeoutError и ждите дальше: "
    "`continue`",
)
def timed_out(case):
    for role, _, line in tracebacks(case, r"((?:TimeoutError|socket\.timeout|timeout): .*timed out)"):
        yield role, line, {}


# Beyond the assignment


@finder(
    "one-blocks-all",
    "slow",
    "send ждёт, пока тот, кому он посылает, прочтёт: Борис не читает, и поток Ани стоит здесь, а с ним и все. Дайте "
    "каждому свою очередь и свой поток, который берёт из неё и посылает",
)
def one_blocks_all(case):
    program = case.programs.get(SERVER)
    if program and case.loses("deaf") and not case.loses("two"):
        sends = program.calls("send", "sendall")
        looped = [call for call in sends if above(call, ast.For)]
        to_all = [call for call in looped if names(above(call, ast.For).target) & names(call.func)]
        for call in (to_all or looped or sends)[-1:]:
            sample, more = queued(program, call)
            threads = not program.imports() & OTHERWISE
            yield SERVER, call.lineno, {"sample": sample} if threads else {}, more * threads


@finder(
    "namesakes",
    "names",
    "Имя никто не сравнивает с уже занятыми: две Ани неразличимы. Спрашивайте, пока имя занято, или дайте другое: "
    "«Аня2», «Аня3»",
)
def namesakes(case):
    program = case.programs.get(SERVER)
    if program and case.loses("namesakes") and not case.loses("two", "signed"):
        for receive in program.calls("recv", "readline")[:1]:
            if not compares(program, receive):
                yield SERVER, receive.lineno, *introduction(case, program, receive)


@finder(
    "ghosts",
    "names",
    "Кто ушёл, не назвав себя, попадает в чат с пустым именем. Если имя пустое или связь оборвалась "
    "(`except ConnectionError:`), закройте сокет и кончайте разговор",
)
def ghosts(case):
    program = case.programs.get(SERVER)
    if program and case.loses("ghosts") and not case.loses("two"):
        for call in program.calls("recv", "readline")[:1]:
            yield SERVER, call.lineno, *introduction(case, program, call)


@finder("error", "", "Программу или её поток останавливает ошибка: `{error}`")
def any_error(case):
    for role, error, line in tracebacks(case, r"(\w+(?:Error|Exception)(?:: .*)?)"):
        yield role, line, {"error": error}


ALWAYS = {"removed-twice": {"leave", "reset", "empty"}}  # said whatever was lost; what it may have cost
CLIENTS = {"types", "prints", "quits", "ends"}  # criteria that client.py alone has to meet
RESET = r"(?:ConnectionResetError|BrokenPipeError|ConnectionAbortedError|ConnectionError)(.*)"
SPECIAL = {name for name, *_ in FINDERS} - {"error"}
WEAKER = {  # which fault need not be named where one of others is
    "error": SPECIAL - {"piece", "half-letter", "one-blocks-all", "namesakes", "ghosts", "leaves-silently",
                        "removed-twice"},
    "reset": {"ghosts"},
    "reset-send": {"one-blocks-all"},  # its sample catches the error
    "leaves-silently": {"name", "attribute", "port", "bind", "daemon", "thread-no-args", "spins", "reset", "unbound",
                        "removed-twice", "key", "list-walked", "error", "closed",
                        "one-at-a-time", "thread-called", "self-only", "syntax", "import", "no-encode",
                        "no-decode", "accepts-once"},
    "waits-for-input": {"spins", "in-turns"},
    "one-at-a-time": {"accepts-once", "import", "syntax"},
    "self-only": {"one-at-a-time", "thread-called", "accepts-once", "syntax", "import"},
    "name-not-asked": {"import", "syntax", "port", "bind"},
}  # fmt: skip


def tracebacks(case, pattern):
    """Yield (role, what the group in pattern matched, line) for each error in a program's words like pattern (str)."""
    for role in (SERVER, CLIENT):
        words = case.words(role)
        for error in re.finditer(rf"^ *{pattern}", words, re.M):
            frames = re.findall(r'File "([^"]*)", line (\d+)', words[: error.start()])
            own = [line for path, line in frames if path.rpartition("/")[2] == case.file(role)]
            yield role, error[1], int(own[-1]) if own else 0
