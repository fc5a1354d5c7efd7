"""What one asks about in a program of a chat: who hears, who tells all, which names, which threads."""

import ast
import re

from .flow import End, Route, target
from .program import LOOPS, WIRE, called, in_order, last_name, names, owner

IS_NAME = re.compile(r"name|nick|login|имя|ник", re.I)
NAME = re.compile(r"name|nick|user|login|имя|ник", re.I)
ENDS = "\n", b"\n", "\r\n", b"\r\n"
WORDS = re.compile(r"me?ss?a?ge?|text|line|data|word|input|content|chunk|buf", re.I)
FRAMES = "readline", "readlines", "readuntil", "makefile", "splitlines", "partition", "from_bytes", "unpack"
WAITS = {"accept", "get", "select", "poll", "serve_forever", "input", "join", "run_until_complete"}
QUOTED = 110  # characters of a line that is quoted within a sentence
EVERY = re.compile(r"client|user|member|people|connection|socket|participant", re.I)  # who is in the chat


class Subject:
    """One program, and what is asked about in it."""

    def __init__(self, program, is_server, spoken):
        """program (Program), is_server (bool), spoken (a name and three words: what people say, see words.SPOKEN)."""
        self.program, self.is_server, self.spoken = program, is_server, spoken
        self.accepts = program.named("accept")
        self.per_person = [start for start, _ in program.starts if self.is_per_person(start)]
        self.heard = program.hears()
        self.main_hear = self.find_main_hear()
        self.loops = self.find_loops()
        self.loop = self.find_loop()

    def find_main_hear(self):
        """Return the place where what people say is heard again and again, or None.

        Of several places: the one whose thread each person has, and from where others are told.
        """
        program = self.program
        calls = [call for call in program.of(ast.Call) if self.reads(call)]
        inside = [
            one for one in in_order([*self.heard, *calls]) if isinstance(one, LOOPS) or program.loop(one, (ast.While,))
        ]
        inside = [one for one in inside if not isinstance(one.parent, LOOPS[1:]) or isinstance(one, LOOPS)]
        if not inside:
            return None

        def rank(one):
            starts, _ = program.threads(program.home(one))
            each = any(start is other for start in starts for other in self.per_person)
            scope = one if isinstance(one, LOOPS) else program.loop(one, (ast.While,))
            return bool(self.tells(scope)), each, one.lineno

        return max(inside, key=rank)

    def scope(self):
        """Return the loop that goes round with each message that is heard, or None."""
        hear = self.main_hear
        return hear if hear is None or isinstance(hear, LOOPS) else self.program.loop(hear, (ast.While,))

    def find_loops(self):
        """Return [(loop, deed)] where something is sent, or put, to each of many; first those over what is kept."""
        found, program = [], self.program
        for loop in program.of(ast.For, ast.AsyncFor):
            if any(loop is one for one in self.heard) or called(loop.iter) in ("select", "poll"):
                continue
            each = names(loop.target)
            for deed in [*program.sends(under=loop), *program.puts(under=loop)]:
                if each & names(deed.func) and program.loop(deed, LOOPS[1:]) is loop:
                    found.append((loop, deed))
            for call in program.of(ast.Call, under=loop):
                mine = program.own(call) is not None and each & names(call) and program.loop(call, LOOPS[1:]) is loop
                if mine and (self.tells(program.own(call)) or self.walked(loop)[0] and loop.iter is not call):
                    found.append((loop, call))
        kept = [one for one in found if self.walked(one[0])[0]]
        return kept or found

    def find_loop(self):
        """Return (loop, deed) by which a message goes to all, or None."""
        scope = self.scope()
        if scope is None:
            return self.loops[-1] if self.loops and self.main_hear is None else None
        for loop, deed in self.loops:
            if within(loop, scope) or self.program.reaches(
                scope, lambda n, loop=loop: [loop] if within(loop, n) else []
            ):
                return loop, deed
        queue = [call for call in self.program.puts(under=scope)]
        return self.loops[-1] if queue and self.loops else None

    def tells(self, node):
        """Return the first call in node, or in what it calls, that sends or puts, or None."""
        program = self.program
        return program.reaches(node, lambda n: in_order([*program.sends(under=n), *program.puts(under=n)]), 3)

    def walked(self, loop):
        """Return the name (str) of what loop walks over, and whether over a copy of it."""
        inside = names(loop.iter)
        found = next((name for name in self.program.shared if name in inside), "")
        copied = {"list", "tuple", "set", "copy", "sorted"} & inside or isinstance(loop.iter, ast.Subscript)
        if found:
            return found, bool(copied)
        for node in self.program.of(ast.Assign):
            made = {last_name(one) for one in node.targets} & inside
            if made and self.program.home(node) is self.program.home(loop):
                name = next((name for name in self.program.shared if name in names(node.value)), "")
                if name:
                    return name, True
        return "", bool(copied)

    def people(self):
        """Return the names (list of str) of what is kept about people: what is walked, and what changes with it."""
        walked = {self.walked(loop)[0] for loop, _ in self.loops} - {""}
        walked |= {name for name in self.program.shared if EVERY.search(name)} if not walked else set()
        homes = [self.program.home(node) for name in walked for node in self.program.grows(name)]
        near = {
            name
            for name in self.program.shared
            for node in self.program.grows(name)
            if any(home is self.program.home(node) for home in homes)
        }
        return [name for name in self.program.shared if name in walked | near]

    def name_hear(self):
        """Return the place where the name is heard: what comes before the main one in its function, or None."""
        if self.main_hear is None or not self.is_server:
            return None
        home = self.program.home(self.main_hear)
        pulls = [c for c in self.program.calls("next") if self.program.is_stream(c.args[0] if c.args else None, c)]
        reads = [c for c in self.program.of(ast.Call) if self.reads(c)]
        first = [one for one in in_order([*self.heard, *pulls, *reads]) if self.is_for_name(one, home)]
        return first[0] if first else None

    def reads(self, call):
        """Return whether call calls a function of the program that hears and returns what it has heard."""
        function = self.program.own(call)
        if function is None or self.program.is_generator(function):
            return False
        return bool(
            self.program.hears(under=function) and [r for r in self.program.of(ast.Return, under=function) if r.value]
        )

    def is_for_name(self, one, home):
        """Return whether what is heard at one is kept as a name."""
        same = self.program.home(one) is home or not self.program.callers(home) if home else True
        named = NAME.search(target(self.program.statement(one)))
        return bool(same and one is not self.main_hear and not isinstance(one, LOOPS) and named)

    def is_per_person(self, start):
        """Return whether start (a call that begins a thread) happens once for each person."""
        loop = self.program.loop(start)
        if loop is not None and self.program.named("accept", under=loop):
            return True
        if called(start) == "start_server":
            return True
        home = self.program.home(start)
        if home is None:
            return False
        loops = [loop for call in self.program.callers(home) if (loop := self.program.loop(call)) is not None]
        if any(self.program.named("accept", under=loop) for loop in loops):
            return True
        starts, _ = self.program.threads(home)
        return any(one is not start and self.is_per_person(one) for one in starts)

    def waits(self, nodes):
        """Return the first call in nodes (list), or in what they call, that waits for others, or None."""
        program = self.program

        def wanted(node):
            calls = [c for c in program.calls(*WAITS, under=node) if not program.own(c) and is_waiting(c)]
            handed = [a for name in ("accept", "get") for a in program.named(name, under=node) if is_handed(a)]
            return in_order([*program.hears(under=node), *calls, *handed])

        for node in nodes:
            if found := program.reaches(node, wanted, 4):
                return found
        return None

    def longest_wait(self, function):
        """Return where a thread that runs function (None: the main part) stands most of the time, or None."""
        program = self.program
        if function is not None:
            hears = [one for one in program.hears(under=function) if isinstance(one, LOOPS) or program.loop(one)]
            return hears[-1] if hears else self.waits([function])
        found = [wait for node in program.body() if (wait := self.waits([node])) is not None]
        return found[-1] if found else None

    def framing(self):
        """Return the node that finds the end of a message in what is heard, None where a piece is one."""
        hear, program = self.main_hear, self.program
        if hear is None:
            return None
        if isinstance(hear, LOOPS):
            source = self.source(hear)
            return hear if source is None else self.frame_in(source)
        if called(hear) in FRAMES:
            return hear
        if (
            called(hear) == "recv"
            and hear.args
            and not isinstance(hear.args[0], (ast.Constant, ast.Name, ast.Attribute))
        ):
            return hear  # it asks for as much as is missing
        home = program.own(hear) or program.home(hear)
        places = [home, *(program.home(call) for call in program.callers(home))] if home is not None else [program.tree]
        found = [frame for place in places if (frame := self.frame_in(place or program.tree)) is not None]
        return found[0] if found else None

    def is_end(self, node):
        """Return whether node is a text that ends a line, or a name for one."""
        if isinstance(node, ast.Name):
            values = [a.value for a in self.program.of(ast.Assign) if any(last_name(t) == node.id for t in a.targets)]
            return bool(values) and all(isinstance(value, ast.Constant) and value.value in ENDS for value in values)
        return isinstance(node, ast.Constant) and node.value in ENDS

    def ends_line(self, node):
        """Return whether something in node ends a line."""
        return any(
            self.is_end(part)
            or isinstance(part, ast.Constant)
            and isinstance(part.value, (str, bytes))
            and part.value[-1:] in ("\n", b"\n")
            for part in ast.walk(node)
            if isinstance(part, (ast.Constant, ast.Name))
        )

    def source(self, loop):
        """Return the generator of this program (a node) whose lines loop takes, or None."""
        for call in self.program.of(ast.Call, under=self.program.home(loop) or self.program.tree):
            function = self.program.own(call)
            if function is not None and self.program.is_reader(function):
                return function
        return None

    def frame_in(self, scope):
        """Return the node in scope that looks for the end of a message, or None."""
        program = self.program
        found = program.calls(*FRAMES, under=scope)
        ends = [
            c
            for c in program.calls("split", "endswith", "find", "index", "replace", under=scope)
            if c.args and self.is_end(c.args[0])
        ]
        asked = [
            c
            for c in program.of(ast.Compare, under=scope)
            if any(self.is_end(side) for side in [c.left, *c.comparators])
        ]
        found = in_order([*found, *ends, *asked])
        return found[0] if found else None

    def removals(self, steps):
        """Return what takes people out of where they are kept (list of nodes) in steps (statements)."""
        found = []
        for step in steps:
            for name in self.people():
                one = self.program.reaches(
                    step, lambda n, name=name: [s for s in self.program.shrinks(name) if within(s, n)]
                )
                if one is not None:
                    found.append(one)
        return in_order(found)

    def end(self):
        """Return how the end of a conversation is noticed (End), or None."""
        return End(self.program, self.main_hear) if self.main_hear is not None else None

    def route(self, start):
        """Return the Route from start (a statement)."""
        return Route(self.program, start)


def is_waiting(call):
    """Return whether a call with one of the names in WAITS may wait: get() of a dict does not, nor join() of a str."""
    if called(call) == "get":
        return bool(WIRE.search(owner(call)) or re.search(r"q|box", owner(call), re.I)) and len(call.args) < 2
    if called(call) == "join":
        return not call.args
    return True


def is_handed(node):
    """Return whether a method (ast.Attribute) is not called but handed to something, as in iter(queue.get, None)."""
    return isinstance(node.parent, ast.Call) and node.parent.func is not node


def within(node, outer):
    """Return whether node is in outer."""
    while node is not None:
        if node is outer:
            return True
        node = node.parent
    return False
