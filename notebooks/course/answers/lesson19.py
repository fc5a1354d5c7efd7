"""Lesson 19, who is alive: its exercises, with hints and solutions."""
from exercises import Exercise, Wrong, expect


class Silent(Exercise):
    number = "19.1"
    name = "silent"
    hints = (
        "Сначала проверьте Redis: max(heard.values()) — когда слышали самого свежего.",
        "Мёртв тот, у кого now - heard[server] > 5000. Ровно 5000 — ещё жив.",
        "sorted(...) возвращает список по алфавиту. О пустом словаре помните отдельно: у него нет max.",
    )
    solution = '''
def silent(heard, now):
    if not heard or now - max(heard.values()) > 2500:
        return []
    return sorted(server for server, moment in heard.items() if now - moment > 5000)
'''
    right = "Ошибка в одну сторону стоит нескольких секунд, в другую — «вышел» весь город."

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
                raise Wrong("Функция ничего не вернула. В конце нужен return.")
            expect(f"heard = {heard}, now = {now}.", wanted, got)


class Heard(Exercise):
    number = "19.2"
    hints = (
        "Идите по таблице сверху вниз и для каждого сервера помните последний номер.",
        "Третья строка — повтор. Четвёртая — смерть сервера s2: за Бориса прощаются на этом месте.",
        "Что s2 говорит после своей смерти, не считается, хотя номер у записи правильный.",
    )
    solution = '''
Третья строка — повтор, пятая пришла от сервера, который уже мёртв:
heard = ["Аня: раз", "Борис: два", "Борис вышел из чата.", "Аня: четыре"]
'''
    right = "И каждый, кто прочитал тот же журнал, услышит то же самое."
    answer = ["Аня: раз", "Борис: два", "Борис вышел из чата.", "Аня: четыре"]

    def check(self, heard):
        if isinstance(heard, str):
            heard = heard.strip().splitlines()
        if not isinstance(heard, (list, tuple)) or not all(isinstance(line, str) for line in heard):
            raise Wrong("Ответ — список строк, например [\"Аня: раз\", …].")
        lines = [line.strip() for line in heard]
        if lines.count("Аня: раз") > 1:
            raise Wrong("«Аня: раз» слышно дважды. У третьей записи тот же номер, что у первой: это повтор.")
        if "Борис: три" in lines:
            raise Wrong("«Борис: три» не услышит никто: сервер s2 мёртв с предыдущей строки.")
        if not any("вышел" in line for line in lines):
            raise Wrong("Сервер s2 мёртв, а он был сервером Бориса. Что об этом услышат люди?")
        if lines != self.answer:
            raise Wrong(f"Почти верно. Сверьте порядок и каждую строку до последней точки.\n    вышло: {lines!r}")
