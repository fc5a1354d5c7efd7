"""Lesson 7, names: its exercises, with hints and solutions."""

from contextlib import ExitStack

from exercises import COURSE, Exercise, Script, Wrong, expect, hears, visit

STAGE = COURSE / "answers/stages/lesson07"


class TakeOut(Exercise):
    number = "7.1"
    name = "take_out"
    hints = (
        "One index for both lists: index = connected_clients.index(client_socket).",
        "del connected_clients[index] removes by index; client_names.pop(index) also returns what it has removed.",
        "Before index, check that the socket is in the list: otherwise index raises ValueError.",
    )
    solution = '''
def take_out(client_socket, connected_clients, client_names):
    if client_socket not in connected_clients:
        return None
    index = connected_clients.index(client_socket)
    del connected_clients[index]
    return client_names.pop(index)
'''
    right = "The indexes in the two lists keep matching even if everybody has the same name."

    def check(self, take_out):
        clients = ["socket of the first Anna", "socket of Boris", "socket of the second Anna"]
        names = ["Anna", "Boris", "Anna"]
        what = "Anna, Boris and a second Anna are in the chat. The second Anna left."
        result = take_out(clients[2], clients, names)
        expect(f"{what} The names:", ["Anna", "Boris"], names)
        expect(f"{what} The sockets:", ["socket of the first Anna", "socket of Boris"], clients)
        expect(f"{what} What did take_out return?", "Anna", result)
        result = take_out("socket of the first Anna", clients, names)
        expect("Then the first Anna left, too. The names:", ["Boris"], names)
        expect("Then the first Anna left, too. What did take_out return?", "Anna", result)
        try:
            result = take_out("socket of the first Anna", clients, names)
        except ValueError as error:
            raise Wrong(
                f"take_out was called a second time for the same socket and stopped: ValueError: {error}. "
                "First check that the socket is in the list."
            ) from None
        expect("take_out was called a second time for the same socket. The names:", ["Boris"], names)
        expect("take_out was called a second time for the same socket. What did it return?", None, result)


class WhyNot(Exercise):
    number = "7.2"
    name = "why_not_simple"
    hints = (
        "Three conditions, one if for each; after each of them return with the reason. If none of them holds, "
        "the function returns None by itself.",
        "username.strip() removes spaces at the edges: nothing is left of a name that is all spaces.",
        "32 characters are fine, 33 are not. username in client_names tells whether a name is taken.",
    )
    solution = '''
def why_not_simple(username, client_names):
    if not username.strip():
        return "A name cannot be empty."
    if len(username) > 32:
        return "A name cannot be longer than 32 characters."
    if username in client_names:
        return f"The name {username} is already taken."
    return None
'''
    right = "A refusal always has a reason, and the reason is right."

    cases = (
        ("", "A name cannot be empty."),
        ("   ", "A name cannot be empty."),
        ("é" * 33, "A name cannot be longer than 32 characters."),
        ("Anna", "The name Anna is already taken."),
        ("Boris", "The name Boris is already taken."),
        ("Ann", None),
        ("Vera", None),
        ("é" * 32, None),
    )

    def check(self, why_not):
        names = ["Anna", "Boris"]
        for username, reason in self.cases:
            size = f", which has {len(username)} characters" * (len(username) > 9)
            expect(f"{names} are in the chat. Somebody asks for the name {username!r}{size}.", reason, why_not(username, names))
            expect("What is in the list of names after the check? The check adds nothing.", ["Anna", "Boris"], names)


class Count(Exercise):
    number = "7.3"
    answer = 4
    hints = (
        "Sort the seven by shape: who looks like whom? A Latin A and a Cyrillic A are different shapes.",
        "len({shape(visitor) for visitor in visitors})",
    )
    solution = '''
4. The shapes are: Anna (two), Anna with a Cyrillic A (one), José (two), BOB (two: normalization turns the wide
letters ＢＯＢ into ordinary ones). One of each shape is let in, the others are refused.
'''
    right = "The first of each shape is let in."

    def check(self, answer):
        if not isinstance(answer, int):
            raise Wrong(f"The answer is a whole number, but this is {answer!r}.")
        if answer == 3:
            raise Wrong("That is 3. Normalization does not merge a Latin A and a Cyrillic A: shape takes them for different letters.")
        if answer in (5, 6):
            raise Wrong(f"That is {answer}. Somebody was counted twice: compare the two Josés (é, and e with an accent) and the two BOBs.")
        if answer != 4:
            raise Wrong(f"{answer} is not right. How many shapes do these seven names have? One name of each shape is admitted.")


class RefusingServer(Exercise):
    number = "7.4"
    name = "server.py"
    hints = (
        "While a client has no name, each of its lines is an attempt to give one. Write add_user(client_socket, "
        "username): it returns the reason for a refusal, or None if it has added the person.",
        "In add_user both why_not and the two calls of append are under one with lock:. The announcement comes after with.",
        "To refuse: client_socket.sendall(f\"{reason}\\n{PROMPT}\".encode()), then read the next line.",
        "This line tidies a name: \" \".join(name.replace(\":\", \" \").split()).",
        "To make the server take the two ways of typing 'José' for one name, compare unicodedata.normalize(\"NFKC\", name), not the names.",
    )
    solution = (STAGE / "server.py").read_text(encoding="utf-8")
    right = "There are never two people with one name in the chat, even if they come at the same moment."
    patience = 2

    def check(self, path):
        with Script(path, runner="restless.py") as script:
            port = script.listening()
            with visit(port, "Anna") as anna, visit(port) as boris:
                hears(anna, "Anna joined", "Anna gave her name.")
                self.check_refusals(boris)
                self.check_names(anna, boris)
                self.check_same_shape(port, anna)
                self.check_leaving(port, anna, boris)
                self.check_colon(port, boris)
        with Script(path, runner="restless.py") as script:  # restless again, as at first
            port = script.listening()
            for name in "Greg", "Daisy", "Edgar":
                self.check_crowd(port, name)

    def check_refusals(self, boris):
        hears(boris, "Enter your name:", "Boris connected.")
        for words, reason in (
            ("Anna", "The name Anna is already taken."),
            ("", "A name cannot be empty."),
            ("   ", "A name cannot be empty."),
            ("é" * 33, "A name cannot be longer than"),
        ):
            boris.say(words)
            hears(boris, reason, f"Anna is in the chat. Boris gave the name {words!r}.")
            hears(boris, "Enter your name:", f"Boris was refused the name {words!r} and asked again.")

    def check_names(self, anna, boris):
        boris.say("é" * 32)
        heard = hears(anna, "é" * 32 + " joined", "After the refusals Boris gave a name of 32 letters.")
        expect("Boris was refused four times. What did Anna hear before he came?", [], heard[:-1])
        boris.say("hello")
        hears(anna, "é" * 32 + ": hello", "Boris said 'hello'.")

    def check_colon(self, port, boris):
        what = "A person named 'Anna:I am leaving. Greg' came."
        with visit(port, "Anna:I am leaving. Greg"):
            heard = hears(boris, "joined", what)[-1]
            expect(what, "Anna I am leaving. Greg joined the chat.", " ".join(heard.split()))

    def check_same_shape(self, port, anna):
        with visit(port, "José"):
            hears(anna, "José joined", "José came.")
            with visit(port, "Jose\u0301") as namesake:
                hears(namesake, "already taken", "José is in the chat. Jose\u0301 came (e with an accent): it looks like the same name.")
        hears(anna, "José left", "José has left.")

    def check_leaving(self, port, anna, boris):
        visit(port).close()
        boris.say("one")
        heard = hears(anna, ": one", "Somebody connected and left without giving a name. Boris said 'one'.")
        expect("Somebody connected and left without giving a name. What is heard about it?", [], heard[:-1])
        anna.close()
        hears(boris, "Anna left", "Anna has left.")
        with visit(port, "Anna"):
            hears(boris, "Anna joined", "Anna left and came back under her own name.")

    def check_crowd(self, port, name):
        with ExitStack() as stack:
            people = [stack.enter_context(visit(port)) for _ in range(6)]
            for person in people:
                hears(person, "Enter your name:", "Six people connected.")
            for person in people:
                person.say(name)
            heard = [hears(person, name, f"Six people gave the name {name} at the same time.")[-1] for person in people]
        admitted = sum("taken" not in line for line in heard)
        if admitted != 1:
            raise Wrong(
                f"Six people gave the name {name} at the same time. Let in: {admitted}. Between the check and the update "
                "another thread has time to get in: put them under one with lock:."
            )
