"""Lesson 8, broadcast: its exercises, with hints and solutions."""

from contextlib import ExitStack, suppress

from answers.lesson05 import ends
from answers.watched import WatchedList, WatchedLock, all_sent, watched_pair
from exercises import COURSE, Exercise, Script, Task, Wrong, come, expect, hears, short, visit
from people import Peer

STAGE = COURSE / "answers/stages/lesson08"
LINES = 50  # that each of two talkers sends
CROWD = "Zoe", "Isaac", "Irene", "Kevin", "Leo", "Lisa", "Mila", "Oliver"
GO_ON = "If sending to one client fails, the broadcast goes on, and that client is removed from the list after the loop."


class SendToAll(Exercise):
    number = "8.1"
    name = "send_to_all"
    hints = (
        "gone = [], then with lock: and in it a loop for client in connected_clients.",
        "try: client.sendall(message) goes inside the loop, so that one client's error does not stop the broadcast to the others. "
        "except OSError: gone.append(client).",
        "Don't remove anybody from connected_clients: the loop would go wrong. return gone goes after the loop.",
    )
    solution = '''
def send_to_all(message, connected_clients, lock):
    gone = []
    with lock:
        for client in connected_clients:
            try:
                client.sendall(message)
            except OSError:
                gone.append(client)
    return gone
'''
    right = "Nobody is skipped, and everyone has the same order."

    def check(self, send_to_all):
        lock = WatchedLock()
        pairs = [watched_pair(lock) for name in "ABCD"]
        clients = WatchedList(lock, [ours for ours, theirs in pairs])
        borises = self.reset(pairs[1])
        try:
            gone = send_to_all("Anna: hello\n".encode(), clients, lock)
        except OSError as error:
            raise Wrong(
                f"There are four people in the chat, and Boris's connection was reset. The broadcast stopped at him: "
                f"{type(error).__name__}. Catch OSError inside the loop."
            ) from None
        what = "Anna, Boris, Vera and Greg are in the chat; Boris's connection was reset."
        self.check_heard(what, pairs)
        if not isinstance(gone, list):
            returned = "None" if gone is None else type(gone).__name__
            raise Wrong(f"{what} The function returned {returned}, but it should return a list of the clients for which sending failed.")
        if gone != [borises]:
            kinds = ", ".join(type(one).__name__.replace("Watched", "").lower() for one in gone) or "nothing"
            raise Wrong(f"{what} It should return a list with one thing in it, Boris's socket, but yours has: {kinds}.")
        expect(f"{what} How many sockets are in the list? Nobody should be removed.", 4, len(list.copy(clients)))
        self.check_lock(lock, [ours.turns for ours, theirs in pairs])

    def reset(self, ends):
        """Break the connection of a pair of sockets, and wait for the news; return our end."""
        ours, theirs = ends
        peer = Peer.__new__(Peer)
        peer.socket = theirs
        peer.reset()
        with suppress(OSError):
            ours.recv(1)
        return ours

    def check_heard(self, what, pairs):
        del pairs[1]
        remark = pairs[0][0].remark
        heard = [all_sent(*ends) for ends in pairs]
        if heard[0] and not any(heard[1:]):
            remark += " The loop did not get to its end: try must be inside the loop, and return after it."
        for name, words in zip(("Anna", "Vera", "Greg"), heard):
            expect(f"{what} 'Anna: hello' was sent.{remark} What does {name} hear?", "Anna: hello\n", words)

    def check_lock(self, lock, turns):
        seen = {turn for sendings in turns for turn in sendings}
        if 0 in seen:
            raise Wrong("The message was sent without the lock: two threads would mix their broadcasts, and people would hear different orders.")
        if len(seen) > 1:
            raise Wrong(
                "The lock is acquired again for each client, so another broadcast can get in between. "
                "with lock: must be around the whole loop."
            )
        if lock.locked():
            raise Wrong("The broadcast is over, but the lock is still taken.")


class Ways(Exercise):
    number = "8.2"
    answer = (6, 2)
    hints = (
        "Write down the strings of two A and two B: AABB, ABAB and so on.",
        "The first A in a string is the send to Vera, the second the send to Greg; the same for B. What Vera hears first depends on which of "
        "the first letters is earlier; what Greg hears first, on which of the second.",
        "The orders differ where one thread overtakes the whole of the other in the middle: ABBA.",
    )
    solution = '''
(6, 2). There are six strings of two A and two B: AABB, ABAB, ABBA, BAAB, BABA, BBAA.
In ABBA Vera hears Anna first, but Greg hears Boris first; in BAAB it is the reverse. In the other four there is one order.
'''
    right = "Two of six: with twenty lines, such a case soon turns up."

    def check(self, answer):
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise Wrong(f"The answer is a pair of numbers, such as (4, 1), but this is {answer!r}.")
        if answer[0] == 24:
            raise Wrong(
                "24 counts all permutations, but within one thread the order is fixed: first Vera, then Greg."
            )
        if answer[0] != 6:
            raise Wrong(f"There are not {answer[0]} ways. Write down all strings of two A and two B.")
        if answer[1] != 2:
            raise Wrong(
                f"There are indeed six ways, but not {answer[1]} of them in which different things are heard. For each string "
                "compare whose first letter is earlier, and whose second."
            )


class BroadcastServer(Exercise):
    number = "8.3"
    name = "server.py"
    hints = (
        "send_message: gone = []; with lock: the whole loop; after with, for client in gone: remove_user(client).",
        "remove_user: with lock: check, find the index, remove from both lists. After with, send_message.",
        "An empty line from a client means return from the conversation; after it come remove_user and client_socket.close().",
        "The last line without \\n is a message, too: lines yields the tail when the connection has ended.",
    )
    solution = (STAGE / "server.py").read_text(encoding="utf-8")
    right = "Everyone hears one order, and not a word was lost. One problem remains: a client that doesn't read."
    patience = 2

    def check(self, path):
        with Script(path, runner="restless.py") as script:
            port = script.listening()
            with visit(port, "Vera") as vera:
                hears(vera, "Vera joined", "Vera came.")
                with visit(port, "Greg") as greg:
                    hears(vera, "Greg joined", "Greg came.")
                    hears(greg, "Greg joined", "Greg came.")
                    self.check_order(port, vera, greg)
                    self.check_leaving(port, vera, greg)
        with Script(path) as script:  # not restless: the speaker must be the first to meet those cut off
            self.check_crash(script.listening())

    def check_order(self, port, vera, greg):
        with visit(port, "Anna") as anna, visit(port, "Boris") as boris:
            for name in "Anna", "Boris":
                hears(anna if name == "Anna" else boris, f"{name} joined", f"{name} came.")
            talkers = [Task(self.talk, person) for person in (anna, boris)]
            heard = {"Vera": self.hear(vera), "Greg": self.hear(greg)}
            for name, talker in zip(("Anna", "Boris"), talkers):
                heard[name] = talker.finish("Anna and Boris have said everything")
            anna.close()
            self.goes("Anna", "closed her connection", vera, greg, "Anna left")
            boris.close()
            self.goes("Boris", "closed his connection", vera, greg, "Boris left")
        self.check_heard(heard)

    def check_heard(self, heard):
        by_vera = heard["Vera"]
        for name in "Anna", "Boris":
            said = [f"{name}: {number}" for number in range(LINES)]
            lines = [line for line in by_vera if line in said]
            if lines != said:
                raise Wrong(f"{name} says {LINES} lines. Vera hears {len(lines)} of them, or not in order.")
        for name, lines in heard.items():
            for place, (first, second) in enumerate(zip(by_vera, lines)):
                if first != second:
                    raise Wrong(
                        "Anna and Boris speak at the same time. The listeners have different orders:\n"
                        f"    Vera: … {by_vera[place : place + 2]}\n    {name}: … {lines[place : place + 2]}\n"
                        "Hold the lock during the whole loop of the broadcast."
                    )

    def talk(self, person):
        """Say LINES lines, all at once, and return the lines heard meanwhile: nobody falls behind."""
        person.send("".join(f"{number}\n" for number in range(LINES)).encode())
        return self.hear(person)

    def hear(self, person):
        """Return the lines that a person hears until both talkers have finished, without the news."""
        heard = []
        while sum(line.endswith(f": {LINES - 1}") for line in heard) < 2:
            heard += hears(person, ": ", f"Anna and Boris say {LINES} lines each at the same time. We listen for both.")[-1:]
        return heard

    def check_leaving(self, port, vera, greg):
        with visit(port, "Dan") as dan:
            hears(dan, "Dan joined", "Dan came.")
            dan.say("")
            self.goes("Dan", "sent an empty line", vera, greg, "Dan left")
            ends(dan)
        with visit(port, "Edgar") as egor:
            hears(egor, "Edgar joined", "Edgar came.")
            egor.send("bye".encode())
            egor.half_close()
            hears(vera, "Edgar: bye", "Edgar said 'bye' without a line ending and half-closed his connection.")
            self.goes("Edgar", "half-closed his connection", vera, greg, "Edgar left")
        zhenya = visit(port, "Jenny")
        hears(zhenya, "Jenny joined", "Jenny came.")
        zhenya.reset()
        self.goes("Jenny", "vanished: a reset", vera, greg, "Jenny left")
        vera.say("all gone?")
        heard = hears(greg, "Vera: all gone?", "Vera said 'all gone?'.")
        expect("Five people left, and Vera asked 'all gone?'. What is heard before her words?", [], heard[:-1])

    def check_crash(self, port):
        """Every other person in the list is cut off while the last one speaks: those who stay hear everything."""
        with ExitStack() as stack:
            try:
                crowd = [stack.enter_context(come(port, name)) for name in CROWD]
            except Wrong as wrong:
                raise Wrong(f"{len(CROWD)} people come one after the other. {wrong}\n{GO_ON}") from None
            crowd[-1].send("".join(f"word {number:02}\n" for number in range(LINES)).encode())
            for person in crowd[::2]:
                person.reset()
            stories = [self.story(name, person) for name, person in zip(CROWD[1::2], crowd[1::2])]
        for name, story in zip(CROWD[1::2], stories):
            for place, (first, second) in enumerate(zip(stories[0], story)):
                if first != second:
                    raise Wrong(
                        f"{self.crash} The listeners hear different orders:\n    {CROWD[1]}: … "
                        f"{stories[0][place : place + 2]}\n    {name}: … {story[place : place + 2]}\n{GO_ON}"
                    )

    crash = f"{', '.join(CROWD[::2])} vanished at once: a reset. Meanwhile {CROWD[-1]} says {LINES} lines."

    def story(self, name, person):
        """Return what (list of str) a person who stays hears of the crash; raise Wrong if something is missing."""
        missed = {f"{gone} left the chat." for gone in CROWD[::2]}
        missed |= {f"{CROWD[-1]}: word {number:02}" for number in range(LINES)}
        heard = []
        with suppress(OSError):
            while missed and (line := person.line()):
                heard += [line] * (line in missed)
                missed.discard(line)
        if missed:
            raise Wrong(f"{self.crash} What does {name} not hear? {short(sorted(missed))}\n{GO_ON}")
        return heard

    def goes(self, name, how, vera, greg, wanted):
        for person in vera, greg:
            hears(person, wanted, f"{name} {how}.")
