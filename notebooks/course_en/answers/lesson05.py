"""Lesson 5, threads and the lock: its exercises, with hints and solutions."""

import socket
import threading
from contextlib import ExitStack, closing, suppress

from answers.watched import WatchedList, WatchedLock, all_sent, watched_pair
from exercises import COURSE, WAIT, Exercise, Script, Task, Wrong, come, expect, hears, meet, reads, short, visit

STAGE = COURSE / "answers/stages/lesson05"
CROWDS = ("Greg", "Daisy", "Edgar", "Jenny"), ("Zoe", "Isaac", "Irene", "Kevin"), ("Leo", "Lisa", "Mila", "Oliver")

CLOSED = "talk_to is still talking, but its socket has been closed: closing it is the job of talk_to."
STUCK = "If the server stands still: is send_message called under with lock:? It takes the same lock and waits for itself."
SHIFTED = "Find the index and remove by it under one and the same lock: otherwise another thread shifts the lists in between."


class ServeTogether(Exercise):
    number = "5.1"
    name = "serve_together"
    hints = (
        "The main thread calls accept in a loop, but does not call talk_to itself: it prepares a thread.",
        "threading.Thread(target=talk_to, args=(client_socket,)): talk_to without parentheses, and the tuple "
        "args has a comma. Then start().",
        "Put the threads into a list. A second loop, after the first, calls join() on each.",
    )
    solution = '''
import threading


def serve_together(server_socket, guests, talk_to):
    threads = []
    for _ in range(guests):
        client_socket, client_address = server_socket.accept()
        thread = threading.Thread(target=talk_to, args=(client_socket,))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
'''
    right = "One person's silence no longer holds up another."

    def check(self, serve_together):
        talkers, errors, closed = [], [], []
        threading.excepthook = lambda failure: errors.append(failure.exc_value)

        def talk_to(client_socket):
            if isinstance(client_socket, tuple):
                raise TypeError("talk_to was given the pair that accept returned, but it needs the socket alone")
            talkers.append(threading.current_thread())
            with closing(client_socket):
                with suppress(OSError):
                    while data := client_socket.recv(100):
                        client_socket.sendall(data)
                if client_socket.fileno() < 0:
                    closed.append(client_socket)

        talk_to.__qualname__ = "talk_to"  # for the messages of errors
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with visit(port), visit(port) as boris:
                task = Task(serve_together, listener, 3, talk_to)
                try:
                    for word in "one", "two":
                        boris.say(word)
                        hears(boris, word, f"Three are expected. Anna has connected and is silent. Boris said '{word}'.")
                except Wrong as wrong:
                    raise self.diagnosis(task, talkers, errors, wrong) from None
                with visit(port) as vera:
                    vera.say("three")
                    hears(vera, "three", "Anna and Boris are still talking. Vera came and said 'three'.")
                    self.check_waits(task, closed, "The three are still talking")
                    vera.half_close()
                    vera.rest()
                task.thread.join(WAIT / 10)  # a function that waits for the last thread only ends now
                self.check_waits(task, closed, "Vera has left, Anna and Boris are still talking")
            task.finish("All three have left")
        if closed:
            raise Wrong(CLOSED)

    def check_waits(self, task, closed, what):
        if task.error:
            raise task.error
        if closed:
            raise Wrong(CLOSED)
        if not task.thread.is_alive():
            raise Wrong(f"{what}, but serve_together has ended already: after the loop, wait for each thread with join().")

    def diagnosis(self, task, talkers, errors, wrong):
        """Return the error to raise if Boris has waited in vain."""
        if task.error:
            return task.error
        if errors and "after *" in str(errors[0]):
            return Wrong(
                f"The thread stopped with the error {errors[0]}. args is a tuple; a tuple of "
                "one element needs a comma: args=(client_socket,)."
            )
        if errors:
            return Wrong(f"The thread stopped with the error {type(errors[0]).__name__}: {errors[0]}")
        if task.thread in talkers:
            return Wrong(
                f"{wrong}\ntalk_to was run by the same thread that calls accept. Parentheses call "
                "a function at once: pass it to the thread without them, target=talk_to. A thread is started with start(), not run()."
            )
        if not talkers:
            return Wrong(f"{wrong}\nNobody called talk_to: the thread was not started. It needs start() right after accept.")
        if len(talkers) > 1:
            return Wrong(f"{wrong}\n{CLOSED}")
        return Wrong(
            f"{wrong}\nThe main thread waits for the end of the first conversation and doesn't accept the second: "
            "join() must be after the loop."
        )


class Enter(Exercise):
    number = "5.2"
    name = "enter"
    hints = (
        "Nobody must get in between the check of the name and the two calls of append: all three under one with lock:.",
        "A return inside with releases the lock, too, so you can return the refusal right from there.",
        "sendall may wait. Put it after with, one level to the left.",
    )
    solution = '''
def enter(username, client_socket, client_names, connected_clients, lock):
    with lock:
        if username in client_names:
            return False
        client_names.append(username)
        connected_clients.append(client_socket)
    client_socket.sendall("Welcome!\\n".encode())
    return True
'''
    right = "The check and the updates can't be separated, and nobody waits while holding the lock."

    def check(self, enter):
        lock = WatchedLock()
        names, clients = WatchedList(lock), WatchedList(lock)
        ours, theirs = watched_pair(lock)
        result = enter("Anna", ours, names, clients, lock)
        turns = names.turns + clients.turns
        what = "Anna came; nobody else is in the chat."
        expect(f"{what} The names:", ["Anna"], list.copy(names))
        if list.copy(clients) != [ours]:
            raise Wrong(f"{what} connected_clients doesn't have her socket, or has more than that.")
        expect(f"{what} What did enter return?", True, result)
        if 0 in turns:
            raise Wrong(
                "A list was checked or changed without the lock: at that moment another thread can get in "
                "between the check and the update."
            )
        if len(set(turns)) > 1:
            raise Wrong(
                "The check and the update are under the lock, but in different with blocks: between them it "
                "is free, and another thread has time to get in."
            )
        if any(ours.turns):
            raise Wrong(
                "The greeting was sent while holding the lock. If Anna doesn't read, sendall waits, "
                "and everybody else waits for the lock."
            )
        expect(f"{what}{ours.remark} She hears:", "Welcome!\n", all_sent(ours, theirs))
        self.check_namesake(enter, names, clients, lock)

    def check_namesake(self, enter, names, clients, lock):
        ours, theirs = watched_pair(lock)
        with closing(ours), closing(theirs):
            result = enter("Anna", ours, names, clients, lock)
            expect("Anna is in the chat. A second Anna came. The names:", ["Anna"], list.copy(names))
            expect("Anna is in the chat. A second Anna came. How many sockets?", 1, len(list.copy(clients)))
            expect("Anna is in the chat. A second Anna came. What did enter return?", False, result)
            if ours.turns:
                raise Wrong("Anna is in the chat. A second Anna came: she was not added, but she was greeted.")
            if lock.locked():
                raise Wrong("The second Anna was refused, but the lock is still taken: nobody else can come in.")


class Torn(Exercise):
    number = "5.3"
    answer = "BCE"
    hints = (
        "Count the steps. One call of a list's method is one step.",
        "guests += 1 is three steps: read, add, write.",
        "Two of the five lines have a single step; the other three can be interrupted.",
    )
    solution = '''
BCE.
B: read, add, write. Two threads read the same number, and one addition is lost.
C: between the check and remove another thread removes the same Anna, and remove raises ValueError.
E: between the two calls of append the name is there but the socket is not; another person gets in between.
A and D are one call of a list's method each, which nobody can interrupt in the middle.
'''
    right = "All three have more than one step."

    why = {
        "A": "A is one call of append: there is no place to interrupt it.",
        "B": "B: guests += 1 has three steps: read, add, write.",
        "C": "C: between the check and remove another thread can remove Anna.",
        "D": "D is one call of pop: it finds, removes and returns all in one.",
        "E": "E: between the two calls of append the name is there, but the socket is not yet.",
    }

    def check(self, answer):
        if not isinstance(answer, str) or not set(answer.upper()) <= {*self.why, " ", ","}:
            raise Wrong(f"The answer is a string of letters from A to E, such as \"AD\", but this is {answer!r}.")
        for letter, why in self.why.items():
            if (letter in answer.upper()) != (letter in self.answer):
                raise Wrong(f"Think about the letter {letter} again. {why}")


class ManyServer(Exercise):
    number = "5.4"
    name = "server.py"
    hints = (
        "Start with start_server: after accept start a thread, target=start_connection, "
        "args=(client_socket, client_address).",
        "start_connection: send the prompt for a name; the client's first line is the name, the others are messages. "
        "The whole conversation is inside try, and remove_user is after it: every way out leads there.",
        "remove_user: under the lock find the index of the socket and remove both the socket and the name by it; after "
        "with, tell the others. If the socket is not in the list, return.",
        "send_message: under the lock a loop over connected_clients, in it sendall inside try … except OSError.",
    )
    solution = (STAGE / "server.py").read_text(encoding="utf-8")
    right = "The server hears each person while the others are silent, and notices when somebody leaves."
    patience = 2

    def check(self, path):
        try:
            self.check_chat(path)
        except Wrong as wrong:
            if str(wrong).endswith("[], and nothing more") and "Enter your name:" not in str(wrong):
                raise Wrong(f"{wrong}\n{STUCK}") from None
            raise

    def check_chat(self, path):
        with Script(path, runner="restless.py") as script:
            port = script.listening()
            with visit(port), visit(port, "Anna") as anna:
                hears(anna, "Anna joined", "Somebody has connected and is silent. Anna gave her name.")
                with visit(port, "Boris") as boris:
                    hears(anna, "Boris joined", "Boris came.")
                    with visit(port, "Vera") as vera:
                        self.check_talk(anna, boris, vera)
                        self.check_leaving(anna, boris, vera)
                with visit(port, "Dan") as dan:
                    hears(dan, "Dan joined", "Dan came.")
                    dan.say("")
                    hears(anna, "Dan left", "Dan sent an empty line: that means leaving.")
                    ends(dan)
        with Script(path, runner="restless.py") as script:  # restless again, as at first
            port = script.listening()
            with visit(port, "Anna") as anna:
                hears(anna, "Anna joined", "Anna gave her name.")
                for names in CROWDS:
                    self.check_crowd(port, anna, names)
                self.check_leaving_at_once(port, anna)

    def check_talk(self, anna, boris, vera):
        for person in anna, boris, vera:
            hears(person, "Vera joined", "Vera came.")
        boris.say("one")
        for name, person in ("Anna", anna), ("Vera", vera), ("Boris", boris):
            hears(person, "Boris: one", f"Boris said 'one'. Everybody hears it, Boris too. {name} is listening.")
        boris.say("two")
        hears(anna, "Boris: two", "Boris said 'two'; Anna and Vera are silent.")
        text = "Hey 👋 Vera\n".encode()
        boris.send(text[:5])
        vera.say("three")
        hears(anna, "Vera: three", "Boris sent half a line. Vera said 'three'.")
        boris.send(text[5:])
        for person in anna, boris, vera:
            hears(person, "Boris: Hey 👋 Vera", "Boris sent a line in two pieces, cut in the middle of an emoji.")
        vera.say("a" * 5000)
        hears(vera, "longer", "Vera sent a line of 5000 bytes. The server should answer her.")

    def check_leaving(self, anna, boris, vera):
        boris.close()
        hears(vera, "Boris left", "Boris closed his connection.")
        heard = hears(anna, "Boris left", "Boris closed his connection.")
        expect("Boris closed his connection. What is heard before that announcement?", [], heard[:-1])
        vera.reset()
        heard = hears(anna, "Vera left", "Vera's connection was reset.")
        expect("Vera's connection was reset. What is heard before that announcement?", [], heard[:-1])

    def check_crowd(self, port, anna, names):
        with ExitStack() as stack:
            people = [stack.enter_context(visit(port)) for _ in names]
            for name, person in zip(names, people):
                hears(person, "Enter your name:", f"{name} connects")
            for name, person in zip(names, people):
                person.say(name)
            for _ in names:
                hears(anna, "joined", f"{', '.join(names)} gave their names at the same time.")
            for name, person in zip(names, people):
                person.close()
                heard = hears(anna, "left", f"{', '.join(names)} gave their names at the same time. {name} leaves.")[-1]
                if name not in heard:
                    raise Wrong(
                        f"{', '.join(names)} gave their names at the same time. {name} leaves.\n    got: {heard}\n"
                        "Add the name and the socket under one lock; otherwise another thread gets in between the two calls "
                        "of append, and the indexes no longer match."
                    )

    def check_leaving_at_once(self, port, anna):
        names, what = CROWDS[0], f"{', '.join(CROWDS[0])} left at the same time."
        with ExitStack() as stack:
            people = [stack.enter_context(come(port, name)) for name in names]
            for name in names:
                hears(anna, f"{name} joined", f"A person named {name} came.")
            for person in people:
                person.close()
            try:
                heard = [hears(anna, "left", what)[-1] for _ in names]
            except Wrong as wrong:
                raise Wrong(f"{wrong}\n{SHIFTED}") from None
        if sorted(heard) != sorted(f"{name} left the chat." for name in names):
            raise Wrong(f"{what} Anna is listening.\n    got: {heard}\n{SHIFTED}")


def ends(dan):
    """Raise Wrong if the server does not close the connection of Danna (Peer), who has sent an empty line."""
    try:
        dan.rest()
    except TimeoutError:
        raise Wrong("Dan sent an empty line and was removed, but his connection is not closed.") from None
    except OSError:
        pass  # a reset counts as an end


class ThreadedClient(Exercise):
    number = "5.5"
    name = "client.py"
    hints = (
        "One thread can't wait for both the server and the keyboard. Let recv wait in a thread of its own.",
        "threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True).start() goes after "
        "connect and before the loop with input.",
        "The main thread: text = input(); if text.lower() == \"leave the chat\", then break; otherwise "
        "client_socket.sendall(f\"{text}\\n\".encode()).",
    )
    solution = (STAGE / "client.py").read_text(encoding="utf-8")
    right = "The client hears others while you think about what to say."

    def check(self, path):
        with meet(path) as (script, server):
            server.sendall("Enter your name:\n".encode())
            script.prints("Enter your name:", "The server asked for a name; nothing has been typed yet.")
            script.types("Anna")
            reads(server, "Anna\n", "'Anna' was typed into the client.", script)
            for text in "Boris: one", "Vera: !" + "ы" * 5000, "Boris: two":
                server.sendall(f"{text}\n".encode())
                script.prints(text, f"Nothing is typed. The server said '{short(text)}'.")
            script.types("hello")
            reads(server, "hello\n", "'hello' was typed into the client.", script)
            self.check_goodbye(script, server)

    def check_goodbye(self, script, server):
        what = "'Leave the chat' was typed into the client"
        script.types("Leave the chat")
        try:
            data = server.recv(1000)
        except TimeoutError:
            raise Wrong(
                f"{what}. The program doesn't end. If the loop with input is over, it is held up by "
                "the listening thread: make it a daemon, daemon=True."
            ) from None
        except OSError:
            data = b""  # a reset counts as an end
        expect(f"{what}. What was sent to the server?", "", data.decode("utf-8", "replace"))
        script.ends(what)
