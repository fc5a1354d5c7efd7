"""Lesson 18, one log for many servers: its exercises, with hints and solutions."""
from exercises import Exercise, Wrong, expect


class NamesAfter(Exercise):
    number = "18.1"
    name = "names_after"
    hints = (
        "Make a dictionary from each person to the name. It is the state, and the log changes it entry by entry.",
        "For a person in the dictionary only an empty line matters: it removes the person. A person who is not "
        "there is added by a line, if it is not empty and no such name is among the values.",
        "A dictionary remembers the order in which it was filled, so the answer is list(names.values()).",
    )
    solution = '''
def names_after(entries):
    names = {}
    for who, line in entries:
        if who in names:
            if line == "":
                del names[who]
        elif line and line not in names.values():
            names[who] = line
    return list(names.values())
'''
    right = "Every server that has read the same log gets the same names."

    def check(self, names_after):
        for entries, wanted in (
            ([], []),
            ([(1, "Anna"), (2, "Boris")], ["Anna", "Boris"]),
            ([(1, "Anna"), (1, "Hello")], ["Anna"]),
            ([(1, "Anna"), (2, "Anna")], ["Anna"]),
            ([(1, "Anna"), (2, "Anna"), (2, "Boris")], ["Anna", "Boris"]),
            ([(1, "Anna"), (2, "Boris"), (1, "")], ["Boris"]),
            ([(1, "Anna"), (1, ""), (2, "Anna")], ["Anna"]),
            ([(1, "Anna"), (2, "Boris"), (1, ""), (1, "Vera")], ["Boris", "Vera"]),
            ([(1, ""), (2, "Anna")], ["Anna"]),
        ):
            got = names_after(list(entries))
            if got is None:
                raise Wrong("The function returned nothing. It needs a return at the end.")
            expect(f"The log holds {entries}.", wanted, got)


class Judge(Exercise):
    number = "18.2"
    name = "judge"
    hints = (
        "last.get(server, 0) gives the last number, and 0 for a new server: before the first number.",
        "Compare with two numbers: the number is no greater than the last; it is greater by exactly one; anything else.",
        "Remember the number after a loss, too; otherwise every later entry will look like a loss.",
    )
    solution = '''
def judge(last, server, number):
    known = last.get(server, 0)
    if number <= known:
        return "repeat"
    last[server] = number
    return "accept" if number == known + 1 else "loss"
'''
    right = "With these three words the log survives both a lost answer and a lost entry."

    def check(self, judge):
        last, read = {}, []
        for server, number, wanted in (
            ("s1", 1, "accept"), ("s1", 2, "accept"), ("s1", 2, "repeat"), ("s1", 1, "repeat"),
            ("s2", 1, "accept"), ("s1", 3, "accept"), ("s2", 3, "loss"), ("s2", 2, "repeat"),
            ("s2", 4, "accept"), ("s3", 2, "loss"),
        ):
            got = judge(last, server, number)
            before = f"These entries were read before: {read}." if read else "The log is empty."
            expect(f"{before} Entry {number} of server {server} comes.", wanted, got)
            read.append((server, number))
