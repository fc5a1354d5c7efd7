"""Where a program goes on: after a statement, after an error, after the end of what it hears."""

import ast

from .program import FUNCTIONS, LOOPS, called, last_name, names

ENDS = {"ConnectionResetError", "ConnectionError", "OSError", "error", "IOError", "EnvironmentError"}
LETTERS = {"UnicodeDecodeError", "UnicodeError", "ValueError"}
BROKEN = {"BrokenPipeError", "ConnectionError", "OSError", "error", "IOError", "EnvironmentError"}
STOPS = {"KeyboardInterrupt"}
ALL = {"Exception", "BaseException"}
EXITS = {"_exit", "exit", "quit", "abort"}
SIMPLE = "strip", "rstrip", "len", "bool", "decode"
MOST = 8  # lines of a route


def siblings(node):
    """Return the list of statements in which node stands, and the name (str) of that field of its parent."""
    for field, value in ast.iter_fields(node.parent):
        if isinstance(value, list) and any(one is node for one in value):
            return value, field
    return [node], ""


def following(node):
    """Return the statement that is next after node (a statement), a loop for its next round, or None at the end."""
    body, field = siblings(node)
    place = next(i for i, one in enumerate(body) if one is node)
    if place + 1 < len(body) and field in ("body", "orelse", "finalbody"):
        return body[place + 1]
    parent = node.parent
    if isinstance(parent, (*FUNCTIONS, ast.Module, ast.ClassDef, ast.Lambda)):
        return None
    if isinstance(parent, LOOPS) and field == "body":
        return parent
    if isinstance(parent, ast.Try) and field == "body" and parent.orelse:
        return parent.orelse[0]
    if isinstance(parent, ast.Try) and field != "finalbody" and parent.finalbody:
        return parent.finalbody[0]
    if isinstance(parent, ast.ExceptHandler) and parent.parent.finalbody:
        return parent.parent.finalbody[0]
    return following(parent.parent if isinstance(parent, ast.ExceptHandler) else parent)


def after_loop(loop, broken):
    """Return the statement that is next when loop ends, by a break (broken) or by itself; None at the end."""
    return loop.orelse[0] if loop.orelse and not broken else following(loop)


def finals(node, until=None):
    """Return the finally blocks (list of lists of statements) that are passed on the way from node up to until."""
    found = []
    while node.parent is not None and node.parent is not until and not isinstance(node, FUNCTIONS):
        parent = node.parent
        if isinstance(parent, ast.Try) and parent.finalbody and not any(one is node for one in parent.finalbody):
            found.append(parent.finalbody)
        node = parent
    return found


class Route:
    """The statements that follow one another from start on, and how that ends."""

    def __init__(self, program, start):
        """start (a statement or None). self.end is "return", "raise", "loop", "exit" or "end"."""
        self.program, self.steps, self.end = program, [], "end"
        node = start
        while node is not None and len(self.steps) < MOST:
            if any(node is step for step in self.steps):
                self.end = "loop"
                break
            self.steps.append(node)
            node = self.next(node)

    def next(self, node):
        """Return the statement after node, None where the route ends."""
        if isinstance(node, ast.Expr) and called(node.value) in EXITS:
            self.end = "exit"
            return None
        if isinstance(node, (ast.Return, ast.Raise)):
            self.end = "return" if isinstance(node, ast.Return) else "raise"
            self.steps += [block[0] for block in finals(node)]
            return None
        if isinstance(node, (ast.Break, ast.Continue)):
            loop = self.program.loop(node)
            self.steps += [block[0] for block in finals(node, loop)]
            if isinstance(node, ast.Break):
                return after_loop(loop, True)
        if isinstance(node, ast.Continue) or isinstance(node, LOOPS) and self.inside(node):
            self.end = "loop"
            return None
        if isinstance(node, (ast.With, ast.AsyncWith, ast.Try)):
            return node.body[0]
        return following(node)

    def inside(self, loop):
        """Return whether the route has come to loop from within: it goes round."""
        return any(step is not loop and any(part is step for part in ast.walk(loop)) for step in self.steps)


class Handler:
    """Who catches an error: the except clause or suppress() (node), and the calls it has come through."""

    def __init__(self, node, through, passed):
        """through (list of calls), passed (list of finally blocks that run before)."""
        self.node, self.through, self.passed = node, through, passed

    def first(self):
        """Return the statement with which the program goes on."""
        return self.node.body[0] if isinstance(self.node, ast.ExceptHandler) else following(self.node)


def catches(handler, errors):
    """Return whether an except clause catches one of errors (set of str)."""
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return bool({last_name(one) for one in caught} & errors)


def handler(program, node, errors, through=()):
    """Return the Handler of an error, one of errors (set of str), that node raises; None where it is not caught.

    It follows the callers; where functions are called from several places, the first one that is known.
    """
    errors, start, passed = errors if errors is STOPS else errors | {"Exception"}, node, []
    errors = errors | {"BaseException"}
    while (parent := getattr(node, "parent", None)) is not None and not isinstance(node, FUNCTIONS):
        in_body = isinstance(parent, ast.Try) and any(node is one for one in parent.body)
        for one in parent.handlers if in_body else ():
            if catches(one, errors):
                return Handler(one, list(through), passed)
        if isinstance(parent, ast.Try) and parent.finalbody and not any(node is one for one in parent.finalbody):
            passed.append(parent.finalbody)
        if isinstance(parent, (ast.With, ast.AsyncWith)) and any(node is one for one in parent.body):
            if any(suppresses(item.context_expr, errors) for item in parent.items):
                return Handler(parent, list(through), passed)
        node = parent
    home = program.home(start)
    if home is None or len(through) > 3 or any(target is home for _, target in program.starts):
        return None
    for call in program.callers(home)[:1]:
        found = handler(program, call, errors, [*through, call])
        if found:
            found.passed = passed + found.passed
        return found
    return None


def suppresses(node, errors):
    """Return whether node is a suppress() of one of errors (set of str)."""
    if not isinstance(node, ast.Call) or called(node) != "suppress":
        return False
    return bool({last_name(one) for one in node.args} & errors)


class End:
    """How the end of what a socket says is noticed: by which line (test), and where the program goes on (first).

    way is "loop" (the loop ends by itself), "test" (an if, or the head of a while), or "" when nothing notices.
    """

    def __init__(self, program, hear):
        """hear (a call or a for loop, see Program.hears)."""
        self.program, self.hear, self.way, self.test, self.first = program, hear, "", None, None
        self.variable, self.exit = "", None
        self.loop = hear if isinstance(hear, LOOPS) else program.loop(hear)
        if isinstance(hear, LOOPS):
            self.way, self.test, self.first = "loop", hear, after_loop(hear, False)
        elif self.loop is not None:
            self.look(program.statement(hear))

    def look(self, statement):
        """Look for the line that notices, where statement is the one that hears."""
        loop = self.loop
        if isinstance(loop, ast.While) and any(part is self.hear for part in ast.walk(loop.test)):
            self.take(loop, after_loop(loop, False))
            return
        self.variable = target(statement)
        variables = aliases(loop, self.variable)
        for test in (node for node in self.program.of(ast.If, under=loop) if node.lineno >= statement.lineno):
            sense = about_nothing(test.test, variables)
            if sense:
                branch = test.body if sense == "empty" else test.orelse
                self.take(test, branch[0] if branch else following(test))
                return
        if isinstance(loop, ast.While) and about_nothing(loop.test, variables):
            self.take(loop, after_loop(loop, False))

    def take(self, test, first):
        """Note that test (a node) notices, and that the program then goes on with first."""
        self.way, self.test, self.first = "test", test, first
        for step in Route(self.program, first).steps:
            if isinstance(step, (ast.Break, ast.Return)):
                self.exit = step
                break


def target(statement):
    """Return the first name (str) to which statement assigns, or ""."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        one = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        one = one.elts[0] if isinstance(one, (ast.Tuple, ast.List)) and one.elts else one
        return last_name(one)
    for node in ast.walk(statement):
        if isinstance(node, ast.NamedExpr):
            return last_name(node.target)
    return ""


def aliases(loop, variable):
    """Return variable (str) and the names made of it in loop (set of str)."""
    found = {variable} - {""}
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign) and found & names(node.value):
            found |= set().union(*map(names, node.targets))
    return found


def about_nothing(test, variables):
    """Return "empty" or "full" if test asks whether one of variables (set of str) is so, else ""."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return {"empty": "full", "full": "empty"}.get(about_nothing(test.operand, variables), "")
    if isinstance(test, ast.BoolOp):
        senses = [sense for value in test.values if (sense := about_nothing(value, variables))]
        return senses[0] if senses else ""
    if isinstance(test, ast.NamedExpr):
        return about_nothing(test.value, variables) or ("full" if last_name(test.target) in variables else "")
    if isinstance(test, ast.Name):
        return "full" if test.id in variables else ""
    if isinstance(test, ast.Call):
        return "full" if called(test) in SIMPLE and names(test) & variables else ""
    if isinstance(test, ast.Compare) and names(test) & variables and len(test.ops) == 1:
        sides = [test.left, test.comparators[0]]
        if any(isinstance(side, ast.Constant) and not side.value and side.value is not None for side in sides):
            return "empty" if isinstance(test.ops[0], (ast.Eq, ast.Is, ast.LtE)) else "full"
    return ""
