"""Lesson 20, the rules of the log: its exercises, with hints and solutions."""
from exercises import Exercise, Wrong, expect


class CatchUp(Exercise):
    number = "20.1"
    name = "catch_up"
    hints = (
        "Go through since in order. known.get(server, 0) is the last number accounted for; for a new server it is 0.",
        "If the number is greater, the entry is new: remember its number in known and take the words.",
    )
    solution = '''
def catch_up(known, since):
    words = []
    for server, number, text in since:
        if number > known.get(server, 0):
            known[server] = number
            words.append(text)
    return words
'''
    right = "The new server knows what all know, and has heard nothing twice."

    def check(self, catch_up):
        for known, since, wanted in (
            ({"s1": 5}, [], []),
            ({"s1": 5}, [("s1", 6, "one")], ["one"]),
            ({"s1": 5}, [("s1", 5, "one"), ("s1", 6, "two")], ["two"]),
            ({"s1": 5}, [("s1", 6, "one"), ("s1", 6, "one"), ("s1", 7, "two")], ["one", "two"]),
            ({"s1": 5, "s2": 2}, [("s2", 3, "one"), ("s1", 6, "two"), ("s2", 3, "one")], ["one", "two"]),
            ({"s1": 5}, [("s1", 6, "yes"), ("s1", 7, "yes")], ["yes", "yes"]),
            ({"s1": 5}, [("s3", 1, "one"), ("s1", 4, "old"), ("s3", 2, "two")], ["one", "two"]),
        ):
            got = catch_up(dict(known), list(since))
            if got is None:
                raise Wrong("The function returned nothing. It needs a return at the end.")
            expect(f"known = {known}, since = {since}.", wanted, got)
