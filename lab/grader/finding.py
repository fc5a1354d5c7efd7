"""Find the server and the client of a submission by what they do, whatever they are called.

Nothing of a submission runs: its files are read, with ast where they are Python 3. It is meant to
run with the rights of a submission, as a hostile file may be too much for a parser:

    python finding.py FOLDER [GLOB]    prints what choose() returns, as JSON
"""

import ast
import json
import os
import re
import sys
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

SKIPPED = "__MACOSX", ".git", ".idea", ".venv", "venv", "site-packages", "node_modules", "__pycache__"
SERVER, CLIENT = ROLES = "server.py", "client.py"  # the assignment's own names stand for the roles
SIZE = 500_000  # bytes; nobody writes a longer program by hand
FILES = 400  # how many files are read, those nearest to the top first
BEST = 30  # how many files may be the server, or the client, of a pair that is looked at
CLOSE = 1.5  # whose points differ by less is a rival, which is said

SUFFIXES = ".py", ".pyw", ".py.txt"
NAMES = {
    SERVER: re.compile(r"(?<!ob)server|сервер(?:а|ом|н\w+)?|(?<![a-z])(?:srv|serv)(?![a-z])", re.I),
    CLIENT: re.compile(r"client|klient|клиент(?:а|ом|ск\w+)?|(?<![a-z])(?:clt|cli)(?![a-z])", re.I),
}
CHAT = re.compile(r"chat|чат|messenger|мессенджер", re.I)
OTHER = re.compile(r"echo|эхо|calc|кальк|http|udp|ftp|proxy|прокси|game|игра|пифаг|pyth?agor", re.I)
ASIDE = re.compile(
    r"(?<![a-zа-я])(?:old|backup|bak|archive|tests?|examples?|samples?|drafts?|trash|v?env|"
    r"стар\w*|архив\w*|черновик\w*|тест\w*|пример\w*)(?![a-zа-я])",
    re.I,
)
COPY = re.compile(r"\(\d+\)|copy|копия", re.I)
COURSE = re.compile(
    r"(?:task|lab|hw|homework|lesson|practice|задани\w*|задача|лаб\w*|дз|урок|практи\w*|работа|№|t)?[\W_]*\d+", re.I
)

# Calls that say what a program does, and the same for what is no Python 3: by its text alone.
ACCEPTS = {"accept", "listen", "create_server", "start_server", "serve_forever", "listenTCP"}
CONNECTS = {"connect", "connect_ex", "create_connection", "open_connection", "connectTCP"}
SENDS = {"send", "sendall", "sendto", "write", "put", "put_nowait"}
THREADS = {"Thread", "start_new_thread", "ThreadPoolExecutor", "ThreadingTCPServer", "ThreadingMixIn"}
GUI = {"tkinter", "PyQt5", "PyQt6", "PySide2", "PySide6", "kivy", "curses", "pygame", "msvcrt"}
HTTP = {"http", "flask", "fastapi", "aiohttp", "requests", "django", "urllib", "websockets"}
SIGNALS = {"clicked", "triggered", "timeout", "pressed", "returnPressed", "sqlite3", "psycopg2", "pymysql"}
OUTSIDE = re.compile(r"8\.8\.|1\.1\.1\.1|10\.25[45]\.|192\.255|google|ya\.ru|yandex")  # asks for one's own address
NUMBERED = re.compile(r"[\s_-]*\(?\d+\)?(?=\.pyw?(?:\.txt)?$)")  # client1.py, client 2.py: many of one kind
DEEDS = {"accepts", "connects"}
MODULES = ".py", "/__init__.py"  # what a module's name ends with as a file
TEXT = {
    "accepts": re.compile(r"\.\s*(?:accept|listen)\s*\(|\b(?:create_server|start_server|TCPServer)\s*\("),
    "connects": re.compile(r"\.\s*connect(?:_ex)?\s*\(\s*\(|\b(?:create|open)_connection\s*\("),
    "threads": re.compile(r"\bThread\s*\(|start_new_thread"),
    "tcp": re.compile(r"SOCK_STREAM|\.\s*(?:accept|listen)\s*\("),
    "udp": re.compile(r"SOCK_DGRAM|\.\s*recvfrom\s*\("),
}
METHODS = {"start", "run", "join", "close", "send", "listen", "accept", "connect", "bind"}
OPPOSITE = {
    "1": "2",
    "2": "1",
    "0": "1",
    "s": "c",
    "c": "s",
    "h": "c",
    "y": "n",
    "yes": "no",
    "да": "нет",
    "д": "н",
    "host": "join",
}


class Source:
    """A file that may be a program: what it does, and what its own neighbours do for it."""

    def __init__(self, folder, path, parse):
        """folder (Path) is the submission, path (PurePosixPath) is in it; whether to parse it."""
        self.path, self.name = path, str(path)
        data = (folder / path).read_bytes()[:SIZE]
        self.text, self.tree, self.error = data.decode("utf-8", "replace"), None, ""
        try:
            self.tree = ast.parse(data) if parse else None
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = f", строка {error.lineno}" if getattr(error, "lineno", None) else ""
            self.error = f"{type(error).__name__}: {getattr(error, 'msg', None) or error}{line}"
        self.own = traits(self.tree) if self.tree else by_text(self.text)
        self.near = self.reached = self.imported = []  # link() fills them in
        self.all, self.ports, self.launched = set(self.own), set(), False

    def role(self, role):
        """Return how much (float) says that this is the program for role; 0 when nothing does."""
        deed = "accepts" if role == SERVER else "connects"
        other = "connects" if role == SERVER else "accepts"
        points = 4 if deed in self.own else 0
        if role == SERVER and not points and "binds" in self.own and CLIENT not in named(self.path.name):
            points = 3  # UDP
        if not points and deed in self.all and other not in self.own:
            points = 2  # a launcher, or a module of its own does it
        points += 2 * (role in named(self.path.name)) + (self.path.name.lower() == role)
        return points + (named(self.path.parent.name) == {role} if points or other not in self.all else 0)

    @cache
    def value(self, role):
        """Return how well (float) this suits the role in a chat for many."""
        points = self.role(role)
        points += 2 * ("threads" in self.all) + 2 * ("tcp" in self.all)
        points -= 4 * ("udp" in self.all and "tcp" not in self.all) + 6 * ("http" in self.own)
        points += 4 * ("broadcasts" in self.all) if role == SERVER else -1 * ("gui" in self.all)
        points += 2 * bool(CHAT.search(self.name)) + bool(CHAT.search(self.text))
        points -= 3 * bool(OTHER.search(self.name)) + 8 * bool(ASIDE.search(self.name))
        points -= 0.5 * bool(COPY.search(self.path.name)) + 2 * self.launched
        points += 0 if not self.tree else 1 if "starts" in self.own else -2
        return points + ("4" in numbers(self.path)) - (".ipynb" in self.name)


def named(name):
    """Return the roles (set) that a file's or a folder's name (str) speaks of."""
    return {role for role, pattern in NAMES.items() if pattern.search(name)}


def masked(path):
    """Return path (str) without what tells a server from its client: equal for the two of a pair."""
    name = str(path).lower()
    for pattern in NAMES.values():
        name = pattern.sub("*", name)
    return name


def numbers(path):
    """Return the numbers (set of str) in a path, a task's among them."""
    return {number.lstrip("0") for number in re.findall(r"\d+", masked(path))}


def by_text(text):
    """Return the traits (set) that can be seen in text (str) without understanding it."""
    return {trait for trait, pattern in TEXT.items() if pattern.search(text)}


def plays(file):
    """Return the roles (set) that file (Path) may have, by name and text alone: a cheap first look."""
    if not file.name.lower().endswith(SUFFIXES) or not file.is_file():
        return set()
    with suppress(OSError):
        seen = by_text(file.read_bytes()[:SIZE].decode("utf-8", "replace"))
        return named(file.name) | {role for role, deed in zip(ROLES, ("accepts", "connects")) if deed in seen}
    return set()


def is_course(names):
    """Return whether names (list of str) are tasks of one course: task1, task2; not people."""
    return len(names) > 1 and all(COURSE.fullmatch(name) for name in names)


def called(node):
    """Return the name (str) of what a Call calls, and of whom it is called ("" or the last name)."""
    function = node.func
    if isinstance(function, ast.Attribute):
        owner = function.value
        return function.attr, getattr(owner, "attr", getattr(owner, "id", ""))
    return getattr(function, "id", ""), ""


def definitions(tree):
    """Return the functions and classes ({name: [node]}) of a program, methods among them."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.setdefault(node.name, []).append(node)
    return found


def deed(node, own):
    """Return "accepts", "connects" or "" for a Call; own (names) are functions of the program."""
    name, owner = called(node)
    if name in own and owner != "sock" and "socket" not in owner.lower():
        return ""  # self.listen() is whatever the program says it is
    if name in ACCEPTS or name.endswith("TCPServer"):
        return "accepts"
    if name not in CONNECTS or owner in SIGNALS or OUTSIDE.search(ast.dump(node)):
        return ""
    with_address = node.args and not isinstance(node.args[0], (ast.Constant, ast.Lambda))
    return "connects" if with_address or name not in ("connect", "connect_ex") else ""


def traits(tree):
    """Return what a program does (set of str), by its tree."""
    nodes, own = list(ast.walk(tree)), definitions(tree)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    modules = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    found = {deed(call, own) for call in calls} - {""}
    found |= {"binds"} if any(called(call)[0] == "bind" for call in calls) else set()
    found |= {"threads"} if names & THREADS else set()
    found |= {"udp"} if names & {"SOCK_DGRAM", "recvfrom"} else set()
    plain = any(called(call)[0] == "socket" and not call.args and not call.keywords for call in calls)
    found |= {"tcp"} if "SOCK_STREAM" in names or "accepts" in found or plain else set()
    found |= {"tcp"} if names & {"create_connection", "open_connection"} else set()
    found |= {"broadcasts"} if any(map(is_broadcast, nodes)) else set()
    found |= {"gui"} if modules & GUI else set()
    found |= {"http"} if modules & HTTP else set()
    return found | ({"starts"} if any(map(starts, tree.body)) else set())


def is_broadcast(node):
    """Return whether node is a loop that sends something to each of many."""
    if not isinstance(node, (ast.For, ast.AsyncFor)):
        return False
    each = {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        to_whom = [call.func] if isinstance(call.func, ast.Attribute) else call.args[:1]
        used = {part.id for whom in to_whom for part in ast.walk(whom) if isinstance(part, ast.Name)}
        if used & each and (called(call)[0] in SENDS or "send" in called(call)[0].lower()):
            return True
    return False


def starts(node):
    """Return whether a statement of a module does something when the module runs."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return False
    return any(isinstance(part, ast.Call) for part in ast.walk(node))


def link(sources):
    """Tell each of sources (list of Source) what its own modules do for it."""
    files = {source.name: source for source in sources}
    for source in sources:
        source.imported = imported(source, files)
        near = [files[path] for _, _, path in source.imported if path]
        source.near = [other for other in dict.fromkeys(near) if other is not source]
    for source in sources:
        source.reached = [source]
        for one in source.reached:
            source.reached += [other for other in one.near if other not in source.reached]
        source.all = set().union(*(one.own for one in source.reached)) - {"starts"}
        source.ports = set().union(*(ports(one.text) for one in source.reached))
        launches = source.own.isdisjoint(DEEDS) and len(source.all & DEEDS) == 1 and "starts" in source.own
        for other in source.reached[1:]:
            other.launched |= launches


def imported(source, files):
    """Return what source imports (list): a module, how many levels up, its path in files or ""."""
    found, above = [], [source.path.parent, *source.path.parent.parents]
    for node in ast.walk(source.tree) if source.tree else ():
        names, level = [], getattr(node, "level", 0)
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = [node.module] if node.module else []
            names = [*module, *(".".join([*module, alias.name]) for alias in node.names)]
        for name in names:
            standard = name.split(".")[0] in sys.stdlib_module_names
            folders = above[level - 1 : level] if level else above[:1] if standard else above
            paths = [str(folder / (name.replace(".", "/") + end)) for folder in folders for end in MODULES]
            found.append((name, level, next((path for path in paths if path in files), "")))
    return found


def modules(source):
    """Return what source and its own modules import from elsewhere (list of str)."""
    names = [(name, level, path) for one in source.reached for name, level, path in one.imported]
    own = {name for name, _, path in names if path}
    return sorted({n for n, level, path in names if not (level or path or n.rpartition(".")[0] in own)})


def way_to_start(source):
    """Return where Python has to look for modules (path of a folder, "" for the usual place), and what
    to start with -m ("" when the file itself is started).
    """
    level = max((level for _, level, _ in source.imported), default=0)
    roots = [source.path.parents[level]] if 0 < level < len(source.path.parents) else []
    for one in source.reached:
        for name, above, path in one.imported:
            here = any(str(source.path.parent / (name.replace(".", "/") + end)) == path for end in MODULES)
            if path and not above and not here:
                end = next(end for end in MODULES if path.endswith(name.replace(".", "/") + end))
                root = PurePosixPath(path.removesuffix(name.replace(".", "/") + end) or ".")
                roots += [root] if root in source.path.parents else []
    if not roots:
        return "", ""
    root = min(roots, key=lambda root: len(root.parts))
    return str(root), ".".join(source.path.relative_to(root).with_suffix("").parts) if level else ""


def ports(text):
    """Return the numbers (set of str) in text (str) that may be ports."""
    return {number for number in re.findall(r"(?<![\w.])\d{4,5}(?![\w.])", text) if 1024 <= int(number) < 65536}


def together(server, client):
    """Return how much (float) says that two of Source belong to each other."""
    apart = set(server.path.parent.parts) ^ set(client.path.parent.parts)
    points = 3 if not apart else -len(apart)
    if server is client:
        return points + 2 * bool(modes(server))
    name = masked(client.path)
    points += 4 if masked(server.path) == name else 3.5 if masked(server.path) == NUMBERED.sub("", name) else 0
    points += {server.path.name.lower(), client.path.name.lower()} == set(ROLES)
    if server.ports and client.ports:
        points += 2 if server.ports & client.ports else -1.5
    if numbers(server.path) and numbers(client.path):
        points += 1 if numbers(server.path) & numbers(client.path) else -4
    same = ("udp" in server.all) == ("udp" in client.all) or "tcp" in server.all & client.all
    return points + (1 if same else -4)


def order(path):
    """Return a key that sorts paths: those near the top first, 2 before 10."""
    return len(path.parts), [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", str(path).lower())
    ]


def read(folder, parse):
    """Return the files (list of Source) of folder (Path) that may be programs."""
    paths = []
    for root, folders, names in os.walk(folder):
        folders[:] = [n for n in folders if n not in SKIPPED and not Path(root, n, "pyvenv.cfg").exists()]
        near = PurePosixPath(Path(root).relative_to(folder).as_posix())
        paths += [near / name for name in names if name.lower().endswith(SUFFIXES)]
    sources = []
    for path in sorted(paths, key=order)[:FILES]:
        with suppress(OSError):
            sources.append(Source(folder, path, parse))
    link(sources)
    return sources


def choose(folder, task="", parse=True):
    """Return the programs of the submission in folder (Path), of files that match task (str), if given.

    Without parse, by name and text. A dict: "notes" (list of str, in Russian), what to say about the
    choice, and else for each role: "programs" has its path, "missing" why there is none; "modes", where
    one file is both, [arguments, what to type]; "roots" and "packages" how to start it (see way_to_start);
    "modules" what it imports, "errors" why that is unknown.
    """
    everything = read(folder, parse)
    sources = [s for s in everything if not task or fnmatchcase(s.name.lower(), task.lower())]
    fit = {
        role: sorted((s for s in sources if s.role(role) > 0), key=lambda s: (-s.value(role), order(s.path)))[:BEST]
        for role in ROLES
    }
    pairs = [
        (server.value(SERVER) + client.value(CLIENT) + together(server, client), server, client)
        for server in fit[SERVER]
        for client in fit[CLIENT]
        if server is not client or DEEDS <= server.all
    ]
    if not pairs:
        programs = {role: fit[role][0] for role in ROLES if fit[role]}
        if len(programs) == 2:  # one file, and it is either
            programs.popitem()
    else:
        pairs.sort(key=lambda pair: (-pair[0], order(pair[1].path), order(pair[2].path)))
        programs = dict(zip(ROLES, pairs[0][1:]))
    chosen = {role: source.name for role, source in programs.items()}
    both = programs.get(SERVER) if programs.get(SERVER) is programs.get(CLIENT) else None
    return {
        "programs": chosen,
        "modes": modes(both) if both else {},
        "roots": {role: way_to_start(source)[0] for role, source in programs.items()},
        "packages": {role: way_to_start(source)[1] for role, source in programs.items()},
        "modules": {role: modules(source) for role, source in programs.items()},
        "errors": {role: unread(source) for role, source in programs.items()},
        "notes": doubts(pairs) + (both_note(both) if both else []),
        "missing": {role: missing(role, everything, sources, folder, task) for role in ROLES if role not in programs},
    }


def unread(source):
    """Return why (str) source can't be read, "" when it can."""
    return source.error or ("" if source.tree else "слишком сложно для разбора")


def missing(role, everything, sources, folder, task):
    """Return why (str, in Russian) there is no program for role."""
    if not everything:
        others = sorted(p.name for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
        there = f", есть {listed(others)}" if others else ""
        return f"в папке нет программ на Python{there}"
    if not sources:
        return f"ни одна программа не подходит под «{task}»"
    does = "не принимает подключений" if role == SERVER else "не подключается к серверу"
    return f"ни одна программа {does} ({listed([source.name for source in sources])})"


def listed(names, most=4):
    """Return names (list of str) in a line, the first ones."""
    return ", ".join(names[:most]) + (f" и ещё {len(names) - most}" if len(names) > most else "")


def doubts(pairs):
    """Return what to say (list of str) about pairs that are about as good as the first."""
    if not pairs:
        return []
    best, server, client = pairs[0]
    close = [pair for pair in pairs if pair[0] > best - CLOSE]
    servers, clients, notes = {}, [client], []
    for _, other, partner in close:
        if other is server or other.text != server.text and not related(other, server):
            servers.setdefault(other.name, f"{other.name} и {partner.name}")
        if other is server and not any(partner.text == one.text or related(partner, one) for one in clients):
            clients.append(partner)
    if len(servers) > 1:
        count = "два кандидата" if len(servers) == 2 else f"кандидатов {len(servers)}"
        notes.append(f"{count}: {'; '.join([*servers.values()][:4])}; взял {server.name} и {client.name}")
    if len(clients) > 1:
        count = "два клиента" if len(clients) == 2 else f"клиентов {len(clients)}"
        notes.append(f"{count}: {listed([one.name for one in clients])}; взял {client.name}")
    return notes


def related(one, other):
    """Return whether one of two of Source imports the other: then it hardly matters which is started."""
    return other in one.reached or one in other.reached


def both_note(source):
    """Return what to say (list of str) about one file that is server and client."""
    found = modes(source)
    if not found:
        return [f"{source.name} — и сервер, и клиент; как выбрать, не понял, запускаю без аргументов"]
    ways = [
        " ".join([*arguments, *(f"«{word}»" for word in typed)]) or "без аргументов"
        for arguments, typed in (found[role] for role in ROLES)
    ]
    return [f"{source.name} — и сервер, и клиент: сервер — {ways[0]}, клиент — {ways[1]}"]


def modes(source):
    """Return how to start one file as {role: [arguments, what to type]}; {} when nothing tells."""
    if not source.tree:
        return {}
    own, options = definitions(source.tree), argparse_options(source.tree)
    explicit, default = {}, {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If):
            branches = [(node.test, node.body)]
            rest = node.orelse
        elif isinstance(node, ast.Match):
            branches, rest = [(case.pattern, case.body) for case in node.cases], []
        elif isinstance(node, ast.Try):
            handlers = [part for handler in node.handlers for part in handler.body]
            if leads_to(source, node.body, own) == {CLIENT} and leads_to(source, handlers, own) == {SERVER}:
                return {role: [[], []] for role in ROLES}  # whoever finds no server becomes it
            continue
        else:
            continue
        for test, body in branches:
            way, opposite = way_into(test, source, options)
            role = leads_to(source, body, own)
            if way and len(role) == 1:
                explicit.setdefault(*role, way)
            role = leads_to(source, rest, own)
            if opposite and len(role) == 1:
                default.setdefault(*role, opposite)
    found = default | explicit
    return found if len(found) == 2 else {}


def leads_to(source, body, own):
    """Return the roles (set) that statements (list) of source take on; own are its definitions."""
    deeds, seen, queue = set(), set(), list(body)
    modules = {Path(other.name).stem: other for other in source.near}
    for statement in queue:
        for node in ast.walk(statement):
            name = getattr(node, "id", getattr(node, "attr", ""))
            if isinstance(node, ast.Attribute) and name in METHODS and getattr(node.value, "id", "") != "self":
                name = ""  # a thread's start, most likely
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                name = getattr(node, "module", None) or node.names[0].name
            if isinstance(node, ast.Call):
                deeds.add(deed(node, own))
            if isinstance(name, str) and name not in seen:
                seen.add(name)
                queue += own.get(name, [])
                deeds |= modules[name].own if name in modules else set()
    roles = {"accepts": SERVER, "connects": CLIENT}
    return {roles[one] for one in deeds if one in roles}


def argparse_options(tree):
    """Return the options ({name: (flag or "", whether it stands alone)}) that argparse is told of."""
    found = {}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if called(call)[0] not in ("add_argument", "add_subparsers"):
            continue
        flags = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        keywords = {k.arg: getattr(k.value, "value", None) for k in call.keywords}
        long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
        name = keywords.get("dest") or long.lstrip("-").replace("-", "_")
        found[name] = (long if long.startswith("-") else "", str(keywords.get("action", "")).startswith("store_"))
    return found


def way_into(test, source, options):
    """Return two [arguments, what to type]: for a branch with this test, and for the other one."""
    parts = list(ast.walk(test))
    if any(isinstance(part, ast.Call) and called(part)[0] == "len" for part in parts):
        return None, None
    negated = any(isinstance(part, ast.Not) for part in parts)
    for name in (getattr(part, "attr", getattr(part, "id", None)) for part in parts):
        flag, alone = options.get(name, ("", False)) if isinstance(name, str) else ("", False)
        if alone:
            ways = [[flag], []], [[], []]
            return ways[::-1] if negated else ways
        if flag:
            words = answers(parts)
            return ([[flag, words[0]], []], [[flag, words[1]], []]) if words else (None, None)
    words = answers(parts)
    if not words or "__main__" in words:
        return None, None
    if options or "argv" in source.text:
        return [[words[0]], []], [[words[1]], []]
    return [[], [words[0]]], [[], [words[1]]]


def answers(parts):
    """Return the first word that a test asks for, and one that means the opposite; [] without any."""
    for part in parts:
        value = getattr(part, "value", None)
        if isinstance(part, ast.Constant) and isinstance(value, (str, int)) and not isinstance(value, bool):
            word = str(value)
            if word:
                low = word.lower()
                server = bool(named(low) & {SERVER}) or low in ("host", "s", "h")
                return [word, OPPOSITE.get(low, "client" if server else "server")]
    return []


def unfold(folder):
    """Write the programs in the notebooks of folder (Path) beside them, as files of their own.

    A cell that begins with %%writefile is a file. Else: the server is made of its cell and of those
    that are neither, and so is the client. Beside scripts that are both, a notebook is a note.
    """
    notebooks = sorted(folder.rglob("*.ipynb"))
    complete = {place for place in {path.parent for path in notebooks} if {"accepts", "connects"} <= in_scripts(place)}
    for notebook in notebooks:
        if notebook.parent in complete:
            continue
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            if notebook.stat().st_size > 10 * SIZE:
                continue
            cells = json.loads(notebook.read_bytes())["cells"]
            codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
            for name, code in programs_in(codes, notebook.name).items():
                target = notebook.parent / name
                if not target.exists():
                    target.write_text(code, encoding="utf-8")


def in_scripts(folder):
    """Return what the scripts in folder (Path) do (set of str), by their text."""
    deeds = set()
    for script in folder.glob("*.py"):
        with suppress(OSError):
            deeds |= by_text(script.read_text(encoding="utf-8", errors="replace"))
    return deeds


def programs_in(codes, notebook):
    """Return the programs ({name: code}) in the cells (list of str) of a notebook (its name)."""
    written = {}
    for code in codes:
        if match := re.match(r"\s*%%(?:writefile|file)\s+(?:-a\s+)?([^\s/\\]+\.py)\s*\n", code):
            written[match[1]] = code[match.end() :]
    if written:
        return written
    found = {}
    for role, deed in zip(ROLES, ("accepts", "connects")):
        part = [code for code in codes if deed in by_text(code) or not by_text(code) & DEEDS]
        if any(deed in by_text(code) for code in part):
            lines = (line for code in part for line in code.splitlines())
            found[f"{notebook}.{role}"] = "\n".join(line for line in lines if not re.match(r"\s*[%!]", line)) + "\n"
    return found


if __name__ == "__main__":
    print(json.dumps(choose(Path(sys.argv[1]), *sys.argv[2:3])))
