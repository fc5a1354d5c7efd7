"""The text of somebody's program as a tree: what it hears, sends and keeps, and which threads do that.

It is read, never run.
"""

import ast
import re

HEARS = {"recv", "recvfrom", "recv_into", "readline", "readuntil", "readexactly"}
SENDS = {"send", "sendall", "sendto", "write"}
PUTS = {"put", "put_nowait"}
GROWS = {"append", "add", "insert", "extend", "setdefault", "update"}
SHRINKS = {"remove", "pop", "discard", "popitem", "clear"}
STORES = {"list", "dict", "set", "defaultdict", "OrderedDict", "deque"}
NO_SOCKET = {"stdin", "stdout", "stderr", "log", "logger", "logfile"}
WIRE = re.compile(r"sock|conn|stream|writer|reader|file|queue|outbox", re.I)  # whose methods are the library's
LONGEST = 3000  # lines; nobody writes a longer chat by hand
FUNCTIONS = ast.FunctionDef, ast.AsyncFunctionDef
LOOPS = ast.While, ast.For, ast.AsyncFor


class Program:
    """A program in which each node knows its parent."""

    def __init__(self, text, file):
        """text (str), file (str) is what it is called. Raises SyntaxError when it can't be parsed."""
        text = text.removeprefix("\ufeff")
        self.file, self.lines = file, text.splitlines()
        if len(self.lines) > LONGEST:
            raise SyntaxError("too long to be asked about")
        try:
            self.tree = ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from None
        self.tree.parent = None
        nodes = list(ast.walk(self.tree))
        for node in nodes:
            for child in ast.iter_child_nodes(node):
                child.parent = node
        self.nodes = in_order(nodes)
        self.found, self.called, self.indexed = {}, {}, {}  # what of() has found; calls, and indexes, by their names
        for node in self.nodes:
            if isinstance(node, ast.Call):
                self.called.setdefault(called(node), []).append(node)
            if isinstance(node, ast.Subscript):
                self.indexed.setdefault(last_name(node.value), []).append(node)
        self.functions, self.methods, self.classes = {}, {}, {}
        for node in self.of(*FUNCTIONS, ast.ClassDef):
            if isinstance(node, ast.ClassDef):
                self.classes.setdefault(node.name, node)
            elif isinstance(node.parent, ast.ClassDef):
                self.methods.setdefault(node.name, []).append(node)
            else:
                self.functions.setdefault(node.name, node)
        self.starts = list(self.find_starts())
        self.shared = self.find_shared()

    def of(self, *kinds, under=None):
        """Return the nodes (list) of one of kinds (ast classes) in the program, or in the node under."""
        if (under, kinds) not in self.found:
            nodes = self.nodes if under is None else ast.walk(under)
            self.found[under, kinds] = in_order(node for node in nodes if isinstance(node, kinds))
        return self.found[under, kinds]

    def calls(self, *names, under=None):
        """Return the calls (list) of functions or methods that have one of names (str)."""
        if under is None:
            return in_order(call for name in names for call in self.called.get(name, ()))
        return [call for call in self.of(ast.Call, under=under) if called(call) in names]

    def line(self, node):
        """Return the first line (str) of node, without its indent."""
        number = getattr(node, "lineno", 0)
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""

    def own(self, call):
        """Return the function of this program that a call calls, or None, also where that is not clear."""
        if not isinstance(call.func, ast.Attribute):
            return self.functions.get(called(call))
        return self.method(call.func)

    def method(self, attribute):
        """Return the method of this program that attribute (ast.Attribute) means, or None."""
        methods, whose = self.methods.get(attribute.attr, []), owner_name(attribute)
        if whose == "self" and isinstance(attribute.value, ast.Name):
            home = self.home(attribute)
            methods = [one for one in methods if home is not None and one.parent is home.parent] or methods
        elif isinstance(attribute.value, ast.Call) and whose in self.classes:
            methods = [one for one in methods if one.parent.name == whose]
        elif WIRE.search(whose):
            return None
        return methods[0] if len(methods) == 1 else None

    def meant(self, node):
        """Return the function that node (a name that is handed on) means, or None."""
        return self.method(node) if isinstance(node, ast.Attribute) else self.functions.get(last_name(node))

    def body(self):
        """Return the statements (list) that run at the start: all but functions and classes."""
        return [node for node in self.tree.body if not isinstance(node, (*FUNCTIONS, ast.ClassDef))]

    def callers(self, function):
        """Return the calls (list) of function (a node)."""
        return [call for call in self.calls(function.name) if self.own(call) is function]

    def hears(self, under=None):
        """Return what takes something from a socket (calls and for loops over lines), a loop by its iter."""
        calls = [c for c in self.calls(*HEARS, under=under) if owner(c) not in NO_SOCKET and not self.own(c)]
        loops = [loop for loop in self.of(*LOOPS[1:], under=under) if self.is_stream(loop.iter, loop)]
        return in_order([*calls, *loops])

    def is_stream(self, node, where):
        """Return whether node (an expression) gives the lines of a socket one by one."""
        if isinstance(node, ast.Name):
            home = self.home(where) or self.tree
            for assign in self.of(ast.Assign, ast.withitem, under=home):
                value = assign.value if isinstance(assign, ast.Assign) else assign.context_expr
                targets = assign.targets if isinstance(assign, ast.Assign) else [assign.optional_vars]
                if any(isinstance(t, ast.Name) and t.id == node.id for t in targets) and isinstance(value, ast.Call):
                    return self.is_stream(value, where)
            return False
        if isinstance(node, ast.Attribute):  # self.file, which was made in __init__
            made = [a for a in self.of(ast.Assign) if any(last_name(t) == node.attr for t in a.targets)]
            return any(isinstance(a.value, ast.Call) and called(a.value) == "makefile" for a in made)
        if isinstance(node, ast.Call):
            function = self.own(node)
            makes = called(node) == "makefile"
            return makes or function is not None and self.is_reader(function)
        return False

    def is_reader(self, function):
        """Return whether function (a node) yields what it, or what it calls, takes from a socket."""
        takes = self.reaches(function, lambda node: self.calls(*HEARS, under=node), 3)
        return self.is_generator(function) and takes is not None

    def is_generator(self, function):
        """Return whether function (a node) yields."""
        return bool(self.of(ast.Yield, ast.YieldFrom, under=function))

    def sends(self, under=None):
        """Return the calls (list) that put something into a socket."""
        calls = self.calls(*SENDS, under=under)
        return [call for call in calls if owner(call) not in NO_SOCKET and not self.own(call)]

    def puts(self, under=None):
        """Return the calls (list) that put something into a queue."""
        return [call for call in self.calls(*PUTS, under=under) if not self.own(call)]

    def named(self, name, under=None):
        """Return the methods (list of ast.Attribute) called name (str), called there or handed on."""
        return [node for node in self.of(ast.Attribute, under=under) if node.attr == name]

    def home(self, node):
        """Return the function in which node is, or None."""
        while (node := getattr(node, "parent", None)) and not isinstance(node, FUNCTIONS):
            pass
        return node

    def loop(self, node, kinds=LOOPS):
        """Return the nearest loop of kinds around node, in the same function, or None."""
        while (node := getattr(node, "parent", None)) and not isinstance(node, FUNCTIONS):
            if isinstance(node, kinds):
                return node
        return None

    def statement(self, node):
        """Return the statement that node is part of."""
        while node and not isinstance(node, (ast.stmt, ast.ExceptHandler)):
            node = node.parent
        return node

    def find_starts(self):
        """Yield (call or class, function) for all that begins a thread, or a task of asyncio."""
        for call in self.of(ast.Call):
            if called(call) in ("Thread", "Process", "Timer"):
                targets = [k.value for k in call.keywords if k.arg in ("target", "function")] or call.args[1:2]
            elif called(call) in ("start_new_thread", "submit", "start_server", "create_task", "run_in_executor"):
                targets = call.args[:2]
            else:
                continue
            for target in targets:
                target = target.func if isinstance(target, ast.Call) and called(call) == "create_task" else target
                function = self.meant(target)
                if function is not None:
                    yield call, function
                    break
        yield from self.starts_of_classes()

    def starts_of_classes(self):
        """Yield (call, method) for each use of a class that is a thread, or that handles a request."""
        for node in self.of(ast.ClassDef):
            bases = {last_name(base) for base in node.bases}
            methods = {part.name: part for part in node.body if isinstance(part, FUNCTIONS)}
            for base, name in ("Thread", "run"), ("RequestHandler", "handle"):
                if any(base in one for one in bases) and name in methods:
                    uses = self.calls(node.name) or [n for n in self.of(ast.Name) if n.id == node.name] or [node]
                    yield uses[0], methods[name]

    def threads(self, function):
        """Return what begins the threads that may run function (None: the main part), as (list of starts, main).

        main says whether the main thread does.
        """
        seen, queue, starts, main = set(), [function], [], False
        while queue:
            one = queue.pop()
            if one in seen:
                continue
            seen.add(one)
            if one is None:
                main = True
                continue
            begun = [start for start, target in self.starts if target is one]
            starts += begun
            queue += [self.home(call) for call in self.callers(one)]
            if one.name == "__init__" and isinstance(one.parent, ast.ClassDef):
                queue += [self.home(call) for call in self.calls(one.parent.name)]
        return in_order(starts), main

    def find_shared(self):
        """Return what is kept for all ({name: assignment}): lists, dicts and sets that grow."""
        found = {}
        for node in self.of(ast.Assign, ast.AnnAssign):
            value, home = node.value, self.home(node)
            kept = isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp))
            kept = kept or isinstance(value, ast.Call) and called(value) in STORES
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                of_self = isinstance(target, ast.Attribute) and owner_name(target) == "self"
                if kept and (home is None and isinstance(target, ast.Name) or of_self):
                    found.setdefault(last_name(target), node)
        return {name: node for name, node in found.items() if self.grows(name)}

    def changes(self, name, methods):
        """Return the nodes (list) that change what is called name (str) by methods (set of str), or by an index."""
        calls = [c for c in self.calls(*methods) if isinstance(c.func, ast.Attribute) and owner(c) == name]
        kind = ast.Del if methods is SHRINKS else ast.Store
        places = [
            node
            for node in self.indexed.get(name, ())
            if isinstance(node.ctx, kind) and isinstance(node.parent, kinds_of(kind))
        ]
        return in_order([*calls, *places])

    def grows(self, name):
        """Return the nodes (list) that put something into name (str)."""
        return self.changes(name, GROWS)

    def shrinks(self, name):
        """Return the nodes (list) that take something out of name (str)."""
        return self.changes(name, SHRINKS)

    def reaches(self, node, wanted, depth=4):
        """Return the first of wanted(part) (a list of nodes) in node, or in what it calls, depth calls deep."""
        if found := wanted(node):
            return found[0]
        for call in self.of(ast.Call, under=node) if depth else ():
            function = self.own(call)
            if function is not None and (found := self.reaches(function, wanted, depth - 1)):
                return found
        return None


def kinds_of(context):
    """Return the statements (ast classes) in which a Subscript has this context."""
    return (ast.Delete,) if context is ast.Del else (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Tuple)


def in_order(nodes):
    """Return nodes (list) in the order of the text, each once."""
    unique = {id(node): node for node in nodes}.values()
    return sorted(unique, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def called(call):
    """Return the last name (str) of what a call calls, or ""."""
    return last_name(getattr(call, "func", None))


def owner(call):
    """Return the last name (str) of whose method is called, or ""."""
    return owner_name(call.func)


def owner_name(node):
    """Return the last name (str) of what stands before the dot, or ""."""
    value = getattr(node, "value", None)
    return last_name(value.func) if isinstance(value, ast.Call) else last_name(value)


def last_name(node):
    """Return the last name (str) in node: a of a, c of a.b.c, or ""."""
    return getattr(node, "attr", getattr(node, "id", "")) if isinstance(node, (ast.Attribute, ast.Name)) else ""


def names(node):
    """Return the names (set of str) of variables and attributes in node."""
    return {last_name(part) for part in ast.walk(node)} - {""}
