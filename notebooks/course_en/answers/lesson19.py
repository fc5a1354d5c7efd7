"""Lesson 19, who is alive: its exercises, with hints and solutions."""
from exercises import Exercise, Wrong, expect


class Silent(Exercise):
    number = "19.1"
    name = "silent"
    hints = (
        "Check Redis first: max(heard.values()) is when any of them was last heard.",
        "A server is dead if now - heard[server] > 5000. At exactly 5000 it is still alive.",
        "sorted(...) returns a list in alphabetical order. Mind the empty dictionary: it has no max.",
    )
    solution = '''
def silent(heard, now):
    if not heard or now - max(heard.values()) > 2500:
        return []
    return sorted(server for server, moment in heard.items() if now - moment > 5000)
'''
    right = "A mistake one way costs a few seconds; the other way, the whole town has \"left\"."

    def check(self, silent):
        for heard, now, wanted in (
            ({"s1": 10_000, "s2": 9_000}, 10_500, []),
            ({"s1": 10_000, "s2": 4_000}, 10_500, ["s2"]),
            ({"s3": 1_000, "s1": 10_000, "s2": 4_000}, 10_500, ["s2", "s3"]),
            ({"s1": 10_500, "s2": 5_500}, 10_500, []),
            ({"s1": 10_000, "s2": 4_000}, 70_000, []),
            ({"s1": 10_000, "s2": 4_000}, 12_500, ["s2"]),
            ({}, 10_000, []),
        ):
            got = silent(dict(heard), now)
            if got is None:
                raise Wrong("The function returned nothing. It needs a return at the end.")
            expect(f"heard = {heard}, now = {now}.", wanted, got)


class Heard(Exercise):
    number = "19.2"
    hints = (
        "Go down the table, and remember the last number of each server.",
        "The third row is a repeat. The fourth is the death of server s2: the goodbye for Boris is said at this place.",
        "What s2 says after its death does not count, although the number of the entry is right.",
    )
    solution = '''
The third row is a repeat, and the fifth came from a server that is already dead:
heard = ["Anna: one", "Boris: two", "Boris left the chat.", "Anna: four"]
'''
    right = "Everyone who has read the same log hears the same."
    answer = ["Anna: one", "Boris: two", "Boris left the chat.", "Anna: four"]

    def check(self, heard):
        if isinstance(heard, str):
            heard = heard.strip().splitlines()
        if not isinstance(heard, (list, tuple)) or not all(isinstance(line, str) for line in heard):
            raise Wrong("The answer is a list of strings, such as [\"Anna: one\", …].")
        lines = [line.strip() for line in heard]
        if lines.count("Anna: one") > 1:
            raise Wrong("\"Anna: one\" is heard twice. The third entry has the same number as the first: it is a repeat.")
        if "Boris: three" in lines:
            raise Wrong("Nobody hears \"Boris: three\": server s2 has been dead since the row before.")
        if not any("left" in line for line in lines):
            raise Wrong("Server s2 is dead, and Boris was on it. What do the people hear about that?")
        if lines != self.answer:
            raise Wrong(f"Nearly right. Check the order, and each line down to the final period.\n    got: {lines!r}")
