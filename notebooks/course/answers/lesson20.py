"""Lesson 20, the rules of the log: its exercises, with hints and solutions."""
from exercises import Exercise, Wrong, expect


class CatchUp(Exercise):
    number = "20.1"
    name = "catch_up"
    hints = (
        "Идите по since по порядку. known.get(server, 0) — последний учтённый номер; у нового сервера это 0.",
        "Номер больше учтённого — запись новая: запомните её номер в known и возьмите слова.",
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
    right = "Новый сервер знает то же, что и все, и ничего не услышал дважды."

    def check(self, catch_up):
        for known, since, wanted in (
            ({"s1": 5}, [], []),
            ({"s1": 5}, [("s1", 6, "раз")], ["раз"]),
            ({"s1": 5}, [("s1", 5, "раз"), ("s1", 6, "два")], ["два"]),
            ({"s1": 5}, [("s1", 6, "раз"), ("s1", 6, "раз"), ("s1", 7, "два")], ["раз", "два"]),
            ({"s1": 5, "s2": 2}, [("s2", 3, "раз"), ("s1", 6, "два"), ("s2", 3, "раз")], ["раз", "два"]),
            ({"s1": 5}, [("s1", 6, "да"), ("s1", 7, "да")], ["да", "да"]),
            ({"s1": 5}, [("s3", 1, "раз"), ("s1", 4, "старое"), ("s3", 2, "два")], ["раз", "два"]),
        ):
            got = catch_up(dict(known), list(since))
            if got is None:
                raise Wrong("Функция ничего не вернула. В конце нужен return.")
            expect(f"known = {known}, since = {since}.", wanted, got)
