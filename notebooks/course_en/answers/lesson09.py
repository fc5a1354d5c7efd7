"""Lesson 9, one inbox and one thread that decides: its exercises, with hints and solutions."""
import ast
import queue
from contextlib import ExitStack

from exercises import COURSE, WAIT, Exercise, Script, Task, Wrong, come, expect, hears, visit


class Decide(Exercise):
    number = "9.1"
    name = "decide"
    hints = (
        "Begin with a client that has no name yet: client not in names. Whatever it says is its name, "
        "and if it has left or said nothing, there is nothing to tell.",
        "A client that leaves gives up its name: names.pop(client) removes it from the dictionary and returns the name.",
        "if client not in names: if not line: return None; names[client] = line; return f\"{line} "
        "joined the chat.\" Then come two cases for clients that have a name.",
    )
    solution = '''
def decide(names, client, line):
    if client not in names:
        if not line:  # None or an empty line
            return None
        names[client] = line
        return f"{line} joined the chat."
    if not line:
        return f"{names.pop(client)} left the chat."
    return f"{names[client]}: {line}"
'''
    right = "No sockets, no threads: what the chat says depends only on what is in the inbox."

    def check(self, decide):
        names, said = {}, []
        for client, line, wanted in (
            ("client 1", "Anna", "Anna joined the chat."),
            ("client 2", None, None),
            ("client 1", "Hello", "Anna: Hello"),
            ("client 3", "", None),
            ("client 3", "Boris", "Boris joined the chat."),
            ("client 1", "", "Anna left the chat."),
            ("client 4", "Anna", "Anna joined the chat."),
            ("client 3", None, "Boris left the chat."),
        ):
            said.append((client, line))
            before = "The inbox had: " + ", ".join(map(str, said)) + "."
            got = decide(names, client, line)
            if got is None and wanted:
                before += " The answer must be returned (return), not printed."
            expect(f"{before} What does everyone hear?", wanted, got)
        expect("All except client 4 have left. What is left in the dictionary names?", {"client 4": "Anna"}, names)


class TakeAll(Exercise):
    number = "9.2"
    name = "take_batch"
    hints = (
        "Take the first item with inbox.get(): it blocks while the queue is empty, which is just what you need.",
        "Then take more while inbox.empty() is False and there are fewer items than limit.",
        "items = [inbox.get()], then while not inbox.empty() and len(items) < limit: items.append(inbox.get())",
    )
    solution = '''
def take_batch(inbox, limit):
    items = [inbox.get()]
    while not inbox.empty() and len(items) < limit:
        items.append(inbox.get())
    return items
'''
    right = "A single thread takes from the queue, so nobody can empty it between empty and get."

    def check(self, take_batch):
        inbox = Watched()
        for number in range(5):
            inbox.put(number)
        expect("The queue had 0, 1, 2, 3, 4; take_batch(inbox, 3) was called.", [0, 1, 2], take_batch(inbox, 3))
        inbox.waited = False
        expect("3, 4 were left; take_batch(inbox, 3) again.", [3, 4], take_batch(inbox, 3))
        if inbox.waited:
            raise Wrong("There were two items in the queue; take_batch(inbox, 3) took them and waited in get for a third. "
                        "Wait only for the first: a single message should go out at once.")
        task = Task(take_batch, inbox, 3)
        before = inbox.asked
        task.thread.join(WAIT / 5)
        if not task.thread.is_alive():
            raise Wrong(f"The queue is empty, but take_batch has already returned {task.finish('')!r}. "
                        "It should wait for the first item.")
        asked = inbox.asked - before
        inbox.put("an item")
        expect("The queue was empty, then an item came.", ["an item"], task.finish("An item came"))
        if asked > 99:
            raise Wrong(f"While the queue was empty, take_batch asked it about that {asked} times, and kept the processor busy for nothing. "
                        "inbox.get() waits for an item by itself.")


class Watched(queue.SimpleQueue):
    """A queue that counts how often it was asked whether it is empty, and notes a get that had to wait."""

    asked, waited = 0, False

    def get(self, block=True, timeout=None):
        self.waited = self.waited or block and timeout != 0 and super().empty()
        return super().get(block, timeout)

    def empty(self):
        self.asked += 1
        return super().empty()

    def qsize(self):
        self.asked += 1
        return super().qsize()


class Order(Exercise):
    number = "9.3"
    answer = ["Boris joined the chat.", "Boris: I am here", "Anna: bye", "Anna left the chat."]
    hints = (
        "Go through the inbox from top to bottom, and after each item write down what was said to everyone.",
        "Boris hears what is said from his arrival on: the words 'Anna: anybody here?' are not part of it.",
        "Anna left before she said 'hey'. Nobody hears her words after she has left.",
    )
    solution = '''
The order of the items in the inbox is the order of the words in the chat. Boris hears everything from himself on:
["Boris joined the chat.", "Boris: I am here", "Anna: bye", "Anna left the chat."]
'''
    right = "The order of the items in the inbox is the order of the words in the chat."

    def check(self, answer):
        if isinstance(answer, str):
            answer = answer.strip().splitlines()
        if not isinstance(answer, (list, tuple)):
            raise Wrong(f"The answer is a list of strings, but this is {type(answer).__name__}.")
        answer = [str(line).strip() for line in answer]
        if "Anna: anybody here?" in answer or "Anna joined the chat." in answer:
            raise Wrong("Boris hears words that were said before he came. He should hear what is said from his arrival on.")
        if "Anna: hey" in answer:
            raise Wrong("Nobody hears 'Anna: hey': with the empty line, Anna had already said goodbye.")
        if any("Enter" in line for line in answer):
            raise Wrong("The prompt for a name is not part of the answer: it is not a chat message.")
        if not any(line.startswith("Boris joined") for line in answer):
            raise Wrong("Boris also hears of his own arrival: by then he is already in the list.")
        if answer != self.answer:
            raise Wrong("That is not what Boris will hear. Check the order, and each line down to the final period.\n"
                        f"    got: {answer!r}")


class OneInbox(Exercise):
    number = "9.4"
    name = "server.py"
    patience = 2
    hints = (
        "A client's thread now only reads: inbox.put((client_socket, line)) for each line "
        "and inbox.put((client_socket, None)) at the very end, also after a reset.",
        "One more thread, started by start_server: while True: client_socket, line = inbox.get(). "
        "Call add_user, send_message and remove_user in it alone; remove the lock.",
        "If the socket is in connected_clients, the client speaks; if it is not there yet, the client gives its name; None means that it leaves. "
        "The broadcast thread also closes the socket, after removing the client from the lists.",
        "If a client says goodbye with an empty line, remove_user removes it at once; remember its socket in the set left, "
        "so that lines after the goodbye don't become a new name. shutdown(socket.SHUT_RDWR) ends the connection, "
        "and its thread puts None.",
    )
    solution = (COURSE / "answers/stages/lesson09/server.py").read_text(encoding="utf-8")
    right = "One thread changes the lists, and the words have the same order for everyone."

    def check(self, path):
        names = names_in(path)
        if not names & {"SimpleQueue", "Queue"}:
            raise Wrong("There is no queue in server.py: the inbox is queue.SimpleQueue() or queue.Queue().")
        if not names & {"put", "put_nowait"} or not names & {"get", "get_nowait"}:
            raise Wrong("There is a queue in server.py, but nothing is put into it, or nothing is taken out of it (get). "
                        "The client threads put lines into it; only the broadcast thread changes the lists and sends.")
        if names & {"Lock", "RLock"}:
            raise Wrong("There is still a lock in server.py. Now one thread changes the lists; there is nobody to lock them against.")
        with Script(path, runner="restless.py") as server:
            namesakes(server.listening())
        with Script(path, runner="restless.py") as server:
            port = server.listening()
            anna, boris = come(port, "Anna"), come(port, "Boris")
            hears(anna, "Boris joined the chat.", "Anna is in the chat, Boris gave his name.")
            if not all(same_order(anna, boris) for _ in range(3)):  # on a busy machine one time may not show it
                raise Wrong("Anna and Boris said 50 lines each at the same time and heard them in different orders: "
                            f"more than one thread is sending. {ALONE}")
            last_words(anna, boris, port)
            for _ in range(3):  # a thread that is not in recv at the moment ends even by close()
                goodbye(anna, port)


def names_in(path):
    """Return the names (set of str) that a script uses."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise Wrong(f"Python does not understand server.py, line {error.lineno}: {error.msg}") from None
    return {node.attr if isinstance(node, ast.Attribute) else node.id for node in ast.walk(tree)
            if isinstance(node, (ast.Attribute, ast.Name))}


ALONE = "Only the broadcast thread calls add_user, send_message and remove_user; the client threads put lines into the inbox."


def namesakes(port):
    """Raise Wrong if two people who give the same name at once are both let in."""
    for name in "Daisy", "Edgar", "Jenny":
        with ExitStack() as stack:
            people = [stack.enter_context(visit(port)) for _ in range(4)]
            for person in people:
                hears(person, "Enter your name:", "Four people connected.")
            for person in people:
                person.say(name)
            heard = [hears(person, name, f"Four people gave the name {name} at the same time.")[-1] for person in people]
        if sum("taken" not in line for line in heard) > 1:
            raise Wrong(f"Four people gave the name {name} at the same time, and more than one was let in: between the check and "
                        f"the update another thread got in. {ALONE}")


def same_order(anna, boris):
    """Have both talk at once; return whether both hear the same 100 lines in the same order."""
    for person, name in (anna, "a"), (boris, "b"):
        person.send("".join(f"{name} {number}\n" for number in range(50)).encode())
    heard = []
    for person, name in (anna, "Anna"), (boris, "Boris"):
        try:
            heard.append([person.line() for _ in range(100)])
        except TimeoutError:
            raise Wrong(f"Anna and Boris said 50 lines each at the same time, but {name} did not hear all hundred.") from None
    return heard[0] == heard[1]


def last_words(anna, boris, port):
    """Raise Wrong if the last message of a person who leaves is lost, or a reset does not count as leaving."""
    boris.send(("la\n" * 3000 + "see you\n").encode())
    boris.half_close()
    hears(boris, "Boris: see you", "Boris sang 3000 lines, said 'see you', and will say nothing more. "
          "Does he hear himself? A socket that the client's thread has closed takes no last words.")
    hears(anna, "Boris: see you", "Boris sang 3000 lines, said 'see you' and left.")
    hears(anna, "Boris left the chat.", "Boris said 'see you' and left.")
    vera = come(port, "Vera")
    vera.reset()
    hears(anna, "Vera left the chat.", "Vera's connection was reset.")
    anna.say("I am still here")
    hears(anna, "Anna: I am still here", "Two people have left, Anna talks on.")


def goodbye(anna, port):
    """Raise Wrong if an empty line is not a goodbye, or an empty line before a name is one."""
    greg = visit(port)
    greg.send("\nGreg\n".encode())
    hears(greg, "A name cannot be empty.", "A new client sent an empty line and then the name Greg.")
    hears(greg, "Enter your name:", "The new client was refused an empty name and asked for a name again.")
    hears(greg, "Greg joined the chat.", "A new client sent an empty line and then the name Greg.")
    greg.send("\nhey\n".encode())
    hears(anna, "Greg left the chat.", "Greg sent an empty line and then 'hey'.")
    try:
        greg.rest()
    except TimeoutError:
        raise Wrong("Greg said goodbye with an empty line, but his connection has not ended. While Greg's thread waits in recv, "
                    "close() does not end it; shutdown(socket.SHUT_RDWR) does.") from None
    except OSError:
        pass  # a reset counts as an end
    anna.say("everybody here?")
    heard = hears(anna, "Anna: everybody here?", "Greg said goodbye, and Anna asked 'everybody here?'.")
    expect("Greg sent an empty line and then 'hey'. What is heard after he has left?", [], heard[:-1])
