"""Lesson 18, one log for many servers: its exercises, with hints and solutions."""
from exercises import Exercise, Wrong, expect


class NamesAfter(Exercise):
    number = "18.1"
    name = "names_after"
    hints = (
        "Заведите словарь: кто → его имя. Он и есть состояние, а журнал меняет его запись за записью.",
        "У того, кто есть в словаре, важна только пустая строка: она его оттуда убирает. Того, кого там "
        "нет, строка записывает, если она не пуста и такого имени нет среди значений.",
        "Словарь помнит порядок, в котором в него записывали, поэтому ответ — list(names.values()).",
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
    right = "Кто прочитал тот же журнал, получит те же имена, на каком бы сервере он ни был."

    def check(self, names_after):
        for entries, wanted in (
            ([], []),
            ([(1, "Аня"), (2, "Борис")], ["Аня", "Борис"]),
            ([(1, "Аня"), (1, "Привет")], ["Аня"]),
            ([(1, "Аня"), (2, "Аня")], ["Аня"]),
            ([(1, "Аня"), (2, "Аня"), (2, "Борис")], ["Аня", "Борис"]),
            ([(1, "Аня"), (2, "Борис"), (1, "")], ["Борис"]),
            ([(1, "Аня"), (1, ""), (2, "Аня")], ["Аня"]),
            ([(1, "Аня"), (2, "Борис"), (1, ""), (1, "Вера")], ["Борис", "Вера"]),
            ([(1, ""), (2, "Аня")], ["Аня"]),
        ):
            got = names_after(list(entries))
            if got is None:
                raise Wrong("Функция ничего не вернула. В конце нужен return.")
            expect(f"В журнале {entries}.", wanted, got)


class Judge(Exercise):
    number = "18.2"
    name = "judge"
    hints = (
        "last.get(server, 0) даёт последний номер, а для нового сервера — 0: перед первым номером.",
        "Сравнить надо с двумя числами: номер не больше последнего; номер ровно на один больше; остальное.",
        "Запомнить номер надо и после потери, иначе всякая следующая запись тоже покажется потерей.",
    )
    solution = '''
def judge(last, server, number):
    known = last.get(server, 0)
    if number <= known:
        return "повтор"
    last[server] = number
    return "принять" if number == known + 1 else "потеря"
'''
    right = "С этими тремя словами журнал выдерживает и потерянный ответ, и потерянную запись."

    def check(self, judge):
        last, read = {}, []
        for server, number, wanted in (
            ("s1", 1, "принять"), ("s1", 2, "принять"), ("s1", 2, "повтор"), ("s1", 1, "повтор"),
            ("s2", 1, "принять"), ("s1", 3, "принять"), ("s2", 3, "потеря"), ("s2", 2, "повтор"),
            ("s2", 4, "принять"), ("s3", 2, "потеря"),
        ):
            got = judge(last, server, number)
            before = f"Раньше прочитаны записи {read}." if read else "Журнал пуст."
            expect(f"{before} Приходит запись {number} сервера {server}.", wanted, got)
            read.append((server, number))
