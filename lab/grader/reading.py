"""What the text of a program says of its faults: it is read here and never run."""

import ast

from .texts import LEAVES

SENDS = {"send", "sendall", "write", "sendto"}


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

    def at(self, line, *names):
        """Return the calls (list) of functions or methods with one of names (str) that reach over line (int)."""
        return [call for call in self.calls(*names) if call.lineno <= line <= call.end_lineno]

    def naming(self, name):
        """Return the lines (list of int) in which name (str) is a variable or an imported module."""
        lines = {node.lineno for node in self.nodes if isinstance(node, ast.Name) and node.id == name}
        for node in self.nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                named = [alias.name for alias in node.names] + [getattr(node, "module", None)]
                lines |= {node.lineno} if name in named else set()
        return sorted(lines)

    def known(self):
        """Return the names (set of str) of its functions, variables and modules."""
        stored = {n.id for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        return stored | {n.arg for n in self.nodes if isinstance(n, ast.arg)} | self.functions.keys() | self.imports()

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


def is_own(call):
    """Return whether call may be of a function or a method of the program: no method of a list or the like."""
    return isinstance(call.func, ast.Name) or getattr(call.func.value, "id", "") == "self"


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


def owner(call):
    """Return what (str) the method that call calls belongs to."""
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else "client"


def target(call):
    """Return the variable (str) to which the statement of call assigns, or ""."""
    node = whole(call)
    return node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else ""


def whole(node):
    """Return the statement in which node is, or None."""
    while node and not isinstance(node, ast.stmt):
        node = node.parent
    return node


def encoded(call):
    """Return the text (str) of call, a send, with its argument turned into bytes."""
    text = ast.unparse(call.args[0])
    text = f"({text})" if isinstance(call.args[0], ast.BinOp) else text
    return f"{ast.unparse(call.func)}({text}.encode())"


def taken(program, name):
    """Return an expression (str): whether somebody else has name (a variable), by what program keeps names in."""
    for node in program.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            place = node.targets[0]
            if name in names(node.value):
                return f"{name} in {ast.unparse(place.value)}.values()"
            if name in names(place.slice):
                return f"{name} in {ast.unparse(place.value)}"
        if isinstance(node, ast.Call) and called(node) in ("append", "add") and node.args:
            if isinstance(node.args[0], ast.Name) and node.args[0].id == name:
                return f"{name} in {owner(node)}"
    return f"{name} in …"


def removes(program, home):
    """Return the calls (list) in home (a function) by which somebody is taken off a list, and sockets are closed."""
    return program.calls("remove", "pop", "discard", under=home)


def in_handlers(program, node):
    """Return the calls (list) that remove somebody in an except of the try around node."""
    attempt = above(node, ast.Try)
    handlers = attempt.handlers if attempt else []
    able = [home.name for home in program.functions.values() if removes(program, home) and not is_careful(home)]
    return [call for handler in handlers for call in program.calls("remove", "pop", *able, under=handler)]


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


def walks(program, loop):
    """Return what (set of str) loop (ast.For) goes through, also where this is a copy made before in its function."""
    parts, names_it = [*ast.walk(loop.iter)], names(loop.iter)
    for node in program.nodes:
        if isinstance(node, ast.Assign) and function(node) is function(loop) and names(node.targets[0]) & names_it:
            parts += ast.walk(node.value)
    return {ast.unparse(part) for part in parts} - {""}


def passed(program, home, send):
    """Return whether home, a function that sends its parameter, encodes it, and a call (str) of it in place of send.

    Who is passed besides the message is the one to whom send (a call) sends.
    """
    parameters = [argument.arg for argument in home.args.args if argument.arg != "self"]
    [own, *_] = program.calls(*SENDS, "put", "put_nowait", under=home)
    message = next((name for name in parameters if any(name in names(argument) for argument in own.args)), "")
    text = any(message in names(call) for call in program.calls("encode", "bytes", under=home))
    given = send.args[0] if send.args else ast.Constant("…")
    if text and isinstance(given, ast.Call) and called(given) == "encode":
        given = given.func.value
    said = ast.unparse(given)
    ends = any("\n" in str(part.value) for part in ast.walk(home) if isinstance(part, ast.Constant))
    said = said.replace("\\n", "") if text and ends else said
    return text, f"{home.name}({', '.join(said if name == message else owner(send) for name in parameters)})"


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


def twice(program):
    """Yield (call, lines) of what removes somebody in a server's loop, before a break, and again after the loop."""
    for home in program.functions.values():
        for loop in (node for node in home.body if isinstance(node, ast.While)):
            after = {ast.unparse(n): n.lineno for n in home.body if n.lineno > loop.end_lineno}
            for node in (n for n in ast.walk(loop) if isinstance(n, ast.Break)):
                body = next(b for b in (node.parent.body, getattr(node.parent, "orelse", [])) if node in b)
                for said in body[: body.index(node)]:
                    helper = program.functions.get(called(said.value)) if is_call(said) and is_own(said.value) else None
                    if helper and ast.unparse(said) in after and removes(program, helper) and not is_careful(helper):
                        yield ast.unparse(said), [said.lineno, after[ast.unparse(said)]]


def is_call(statement):
    """Return whether statement is a call and nothing else."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)


def is_careful(home):
    """Return whether a function looks first whether there is anything to remove, or expects that there is not."""
    return any(isinstance(node, (ast.If, ast.Try)) for node in ast.walk(home))
