"""Lesson 8, broadcast: its exercises, with hints and solutions."""

from contextlib import ExitStack, suppress

from answers.lesson05 import ends
from answers.watched import WatchedList, WatchedLock, all_sent, watched_pair
from exercises import COURSE, Exercise, Script, Task, Wrong, come, expect, hears, short, visit
from people import Peer

STAGE = COURSE / "answers/stages/lesson08"
LINES = 50  # that each of two talkers sends
CROWD = "Зоя", "Игорь", "Инна", "Костя", "Лёва", "Лиза", "Мила", "Олег"
GO_ON = "Если послать одному не удалось, рассылка идёт дальше, а из списка его убирают после цикла."


class SendToAll(Exercise):
    number = "8.1"
    name = "send_to_all"
    hints = (
        "gone = [], потом with lock: и в нём цикл for client in connected_clients.",
        "try: client.sendall(message) — внутри цикла, чтобы ошибка одного не остановила рассылку остальным. "
        "except OSError: gone.append(client).",
        "Из connected_clients никого не убирайте: цикл собьётся. return gone — после цикла.",
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
    right = "Никто не пропущен, и порядок у всех один."

    def check(self, send_to_all):
        lock = WatchedLock()
        pairs = [watched_pair(lock) for name in "АБВГ"]
        clients = WatchedList(lock, [ours for ours, theirs in pairs])
        borises = self.reset(pairs[1])
        try:
            gone = send_to_all("Аня: привет\n".encode(), clients, lock)
        except OSError as error:
            raise Wrong(
                f"В чате четверо, связь Бориса оборвалась. Рассылка остановилась на нём: "
                f"{type(error).__name__}. Поймайте OSError внутри цикла."
            ) from None
        what = "В чате Аня, Борис, Вера и Глеб; связь Бориса оборвалась."
        self.check_heard(what, pairs)
        if not isinstance(gone, list):
            returned = "None" if gone is None else type(gone).__name__
            raise Wrong(f"{what} Функция вернула {returned}, а нужен список (list) тех, кому послать не удалось.")
        if gone != [borises]:
            kinds = ", ".join(type(one).__name__.replace("Watched", "").lower() for one in gone) or "пусто"
            raise Wrong(f"{what} Вернуть надо список, в котором один сокет Бориса, а в вашем: {kinds}.")
        expect(f"{what} Сколько сокетов в списке? Убирать никого не надо.", 4, len(list.copy(clients)))
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
            remark += " Цикл не дошёл до конца: try должен стоять внутри цикла, а return после него."
        for name, words in zip(("Аня", "Вера", "Глеб"), heard):
            expect(f"{what} Послано «Аня: привет».{remark} Что слышит {name}?", "Аня: привет\n", words)

    def check_lock(self, lock, turns):
        seen = {turn for sendings in turns for turn in sendings}
        if 0 in seen:
            raise Wrong("Послано без блокировки: два потока разошлют вперемежку, и порядок у людей будет разный.")
        if len(seen) > 1:
            raise Wrong(
                "Блокировка берётся на каждого клиента заново, и между ними вклинится другая рассылка. "
                "with lock: должен стоять вокруг всего цикла."
            )
        if lock.locked():
            raise Wrong("Рассылка закончилась, а блокировка осталась занятой.")


class Ways(Exercise):
    number = "8.2"
    answer = (6, 2)
    hints = (
        "Выпишите строки из двух А и двух Б: ААББ, АБАБ и так далее.",
        "Первая А в строке — отправка Вере, вторая — Глебу; с Б так же. Кто у Веры первый, решает, какая из "
        "первых букв раньше, а у Глеба — какая из вторых.",
        "Порядок разный там, где один поток обогнал другого целиком посередине: АББА.",
    )
    solution = '''
(6, 2). Строк из двух А и двух Б шесть: ААББ, АБАБ, АББА, БААБ, БАБА, ББАА.
В АББА Вера слышит сначала Аню, а Глеб Бориса; в БААБ наоборот. В остальных четырёх порядок один.
'''
    right = "Два из шести: у двадцати строк такой случай найдётся скоро."

    def check(self, answer):
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise Wrong(f"Ответ — пара чисел, например (4, 1), а вышло {answer!r}.")
        if answer[0] == 24:
            raise Wrong(
                "24 — это все перестановки. Но внутри одного потока порядок неизменен: сначала Вера, потом Глеб."
            )
        if answer[0] != 6:
            raise Wrong(f"Способов не {answer[0]}. Выпишите все строки из двух А и двух Б.")
        if answer[1] != 2:
            raise Wrong(
                f"Способов и правда шесть, но разное услышат не в {answer[1]} из них. Для каждой строки "
                "сравните: чья первая буква раньше и чья вторая."
            )


class BroadcastServer(Exercise):
    number = "8.3"
    name = "server.py"
    hints = (
        "send_message: gone = []; with lock: весь цикл; после with — for client in gone: remove_user(client).",
        "remove_user: with lock: проверить, найти index, убрать из обоих списков. После with — send_message.",
        "Пустая строка от клиента — это return из разговора; после него remove_user и client_socket.close().",
        "Последняя строка без \\n — тоже сообщение: lines отдаёт хвост, когда соединение закончилось.",
    )
    solution = (STAGE / "server.py").read_text(encoding="utf-8")
    right = "Все слышат один порядок, и ни одно слово не пропало. Осталась одна беда: тот, кто не читает."
    patience = 2

    def check(self, path):
        with Script(path, runner="restless.py") as script:
            port = script.listening()
            with visit(port, "Вера") as vera:
                hears(vera, "Вера присоединился", "Пришла Вера.")
                with visit(port, "Глеб") as gleb:
                    hears(vera, "Глеб присоединился", "Пришёл Глеб.")
                    hears(gleb, "Глеб присоединился", "Пришёл Глеб.")
                    self.check_order(port, vera, gleb)
                    self.check_leaving(port, vera, gleb)
        with Script(path) as script:  # not restless: the speaker must be the first to meet those cut off
            self.check_crash(script.listening())

    def check_order(self, port, vera, gleb):
        with visit(port, "Аня") as anya, visit(port, "Борис") as boris:
            for name in "Аня", "Борис":
                hears(anya if name == "Аня" else boris, f"{name} присоединился", f"Пришёл {name}.")
            talkers = [Task(self.talk, person) for person in (anya, boris)]
            heard = {"Вера": self.hear(vera), "Глеб": self.hear(gleb)}
            for name, talker in zip(("Аня", "Борис"), talkers):
                heard[name] = talker.finish("Аня и Борис всё сказали")
            anya.close()
            self.goes("Аня", "закрыла соединение", vera, gleb, "Аня вышел")
            boris.close()
            self.goes("Борис", "закрыл соединение", vera, gleb, "Борис вышел")
        self.check_heard(heard)

    def check_heard(self, heard):
        by_vera = heard["Вера"]
        for name in "Аня", "Борис":
            said = [f"{name}: {number}" for number in range(LINES)]
            lines = [line for line in by_vera if line in said]
            if lines != said:
                raise Wrong(f"{name} говорит {LINES} строк. Вера слышит из них {len(lines)}, или не по порядку.")
        for name, lines in heard.items():
            for place, (first, second) in enumerate(zip(by_vera, lines)):
                if first != second:
                    raise Wrong(
                        "Аня и Борис говорят одновременно. Порядок у слушателей разный:\n"
                        f"    Вера: … {by_vera[place : place + 2]}\n    {name}: … {lines[place : place + 2]}\n"
                        "Держите блокировку весь цикл рассылки."
                    )

    def talk(self, person):
        """Say LINES lines, all at once, and return the lines heard meanwhile: nobody falls behind."""
        person.send("".join(f"{number}\n" for number in range(LINES)).encode())
        return self.hear(person)

    def hear(self, person):
        """Return the lines that a person hears until both talkers have finished, without the news."""
        heard = []
        while sum(line.endswith(f": {LINES - 1}") for line in heard) < 2:
            heard += hears(person, ": ", f"Аня и Борис говорят по {LINES} строк разом. Слушаем обоих.")[-1:]
        return heard

    def check_leaving(self, port, vera, gleb):
        with visit(port, "Даня") as danya:
            hears(danya, "Даня присоединился", "Пришёл Даня.")
            danya.say("")
            self.goes("Даня", "послал пустую строку", vera, gleb, "Даня вышел")
            ends(danya)
        with visit(port, "Егор") as egor:
            hears(egor, "Егор присоединился", "Пришёл Егор.")
            egor.send("пока".encode())
            egor.half_close()
            hears(vera, "Егор: пока", "Егор сказал «пока» без конца строки и полузакрыл соединение.")
            self.goes("Егор", "полузакрыл соединение", vera, gleb, "Егор вышел")
        zhenya = visit(port, "Женя")
        hears(zhenya, "Женя присоединился", "Пришла Женя.")
        zhenya.reset()
        self.goes("Женя", "исчезла: обрыв", vera, gleb, "Женя вышел")
        vera.say("все ушли?")
        heard = hears(gleb, "Вера: все ушли?", "Вера сказала «все ушли?».")
        expect("Пятеро ушли, Вера спросила «все ушли?». Что слышно до её слов?", [], heard[:-1])

    def check_crash(self, port):
        """Every other person in the list is cut off while the last one speaks: those who stay hear everything."""
        with ExitStack() as stack:
            try:
                crowd = [stack.enter_context(come(port, name)) for name in CROWD]
            except Wrong as wrong:
                raise Wrong(f"Один за другим приходят {len(CROWD)} человек. {wrong}\n{GO_ON}") from None
            crowd[-1].send("".join(f"слово {number:02}\n" for number in range(LINES)).encode())
            for person in crowd[::2]:
                person.reset()
            stories = [self.story(name, person) for name, person in zip(CROWD[1::2], crowd[1::2])]
        for name, story in zip(CROWD[1::2], stories):
            for place, (first, second) in enumerate(zip(stories[0], story)):
                if first != second:
                    raise Wrong(
                        f"{self.crash} Порядок у слушателей разный:\n    {CROWD[1]}: … "
                        f"{stories[0][place : place + 2]}\n    {name}: … {story[place : place + 2]}\n{GO_ON}"
                    )

    crash = f"{', '.join(CROWD[::2])} исчезли разом: обрыв. {CROWD[-1]} тем временем говорит {LINES} строк."

    def story(self, name, person):
        """Return what (list of str) a person who stays hears of the crash; raise Wrong if something is missing."""
        missed = {f"{gone} вышел из чата." for gone in CROWD[::2]}
        missed |= {f"{CROWD[-1]}: слово {number:02}" for number in range(LINES)}
        heard = []
        with suppress(OSError):
            while missed and (line := person.line()):
                heard += [line] * (line in missed)
                missed.discard(line)
        if missed:
            raise Wrong(f"{self.crash} Чего не слышит {name}? {short(sorted(missed))}\n{GO_ON}")
        return heard

    def goes(self, name, how, vera, gleb, wanted):
        for person in vera, gleb:
            hears(person, wanted, f"{name} {how}.")
