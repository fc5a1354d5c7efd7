"""Lesson 7, names: its exercises, with hints and solutions."""

from contextlib import ExitStack

from exercises import COURSE, Exercise, Script, Wrong, expect, hears, visit

STAGE = COURSE / "answers/stages/lesson07"


class TakeOut(Exercise):
    number = "7.1"
    name = "take_out"
    hints = (
        "Номер один на оба списка: index = connected_clients.index(client_socket).",
        "del connected_clients[index] убирает по номеру, client_names.pop(index) ещё и возвращает, что убрал.",
        "Перед index проверьте, что сокет в списке есть: иначе index бросит ValueError.",
    )
    solution = '''
def take_out(client_socket, connected_clients, client_names):
    if client_socket not in connected_clients:
        return None
    index = connected_clients.index(client_socket)
    del connected_clients[index]
    return client_names.pop(index)
'''
    right = "Номера в двух списках не разойдутся, даже если все тёзки."

    def check(self, take_out):
        clients = ["сокет первой Ани", "сокет Бориса", "сокет второй Ани"]
        names = ["Аня", "Борис", "Аня"]
        what = "В чате Аня, Борис и вторая Аня. Ушла вторая Аня."
        result = take_out(clients[2], clients, names)
        expect(f"{what} Имена:", ["Аня", "Борис"], names)
        expect(f"{what} Сокеты:", ["сокет первой Ани", "сокет Бориса"], clients)
        expect(f"{what} Что вернула take_out?", "Аня", result)
        result = take_out("сокет первой Ани", clients, names)
        expect("Потом ушла и первая. Имена:", ["Борис"], names)
        expect("Потом ушла и первая. Что вернула take_out?", "Аня", result)
        try:
            result = take_out("сокет первой Ани", clients, names)
        except ValueError as error:
            raise Wrong(
                f"take_out вызвана второй раз для того же сокета и остановилась: ValueError: {error}. "
                "Сначала проверьте, что сокет в списке есть."
            ) from None
        expect("take_out вызвана второй раз для того же сокета. Имена:", ["Борис"], names)
        expect("take_out вызвана второй раз для того же сокета. Что она вернула?", None, result)


class WhyNot(Exercise):
    number = "7.2"
    name = "why_not_simple"
    hints = (
        "Три условия, по одному if на каждое; за каждым return с причиной. Если не сработало ни одно, "
        "функция вернёт None и сама.",
        "username.strip() убирает пробелы по краям: от имени из одних пробелов не остаётся ничего.",
        "32 символа ещё годятся, 33 уже нет. Занято имя или нет, скажет username in client_names.",
    )
    solution = '''
def why_not_simple(username, client_names):
    if not username.strip():
        return "Имя не может быть пустым."
    if len(username) > 32:
        return "Имя не может быть длиннее 32 символов."
    if username in client_names:
        return f"Имя {username} уже занято."
    return None
'''
    right = "Отказ всегда с причиной, и причина верная."

    cases = (
        ("", "Имя не может быть пустым."),
        ("   ", "Имя не может быть пустым."),
        ("я" * 33, "Имя не может быть длиннее 32 символов."),
        ("Аня", "Имя Аня уже занято."),
        ("Борис", "Имя Борис уже занято."),
        ("Ан", None),
        ("Вера", None),
        ("я" * 32, None),
    )

    def check(self, why_not):
        names = ["Аня", "Борис"]
        for username, reason in self.cases:
            size = f", в нём знаков: {len(username)}" * (len(username) > 9)
            expect(f"В чате {names}. Просят имя {username!r}{size}.", reason, why_not(username, names))
            expect("Что в списке имён после проверки? Проверка не записывает.", ["Аня", "Борис"], names)


class Count(Exercise):
    number = "7.3"
    answer = 4
    hints = (
        "Разложите семерых по видам: кто с кем на одно лицо? Латинская A и русская А — разные виды.",
        "len({shape(visitor) for visitor in visitors})",
    )
    solution = '''
4. Виды такие: русская Аня (двое), Aня с латинской A (один), Андрей (двое), BOB (двое: широкие
буквы ＢＯＢ нормализация приводит к обычным). По одному от каждого вида впустят, остальным откажут.
'''
    right = "Впустят первого из каждого вида."

    def check(self, answer):
        if not isinstance(answer, int):
            raise Wrong(f"Ответ — целое число, а вышло {answer!r}.")
        if answer == 3:
            raise Wrong("Вышло 3. Латинскую A и русскую А нормализация не объединяет: shape считает их разными.")
        if answer in (5, 6):
            raise Wrong(f"Вышло {answer}. Кто-то посчитан дважды: сравните Андреев (й и и с краткой) и двух BOB.")
        if answer != 4:
            raise Wrong(f"{answer} — не то число. Сколько видов у этих семи имён? Из каждого впустят одного.")


class RefusingServer(Exercise):
    number = "7.4"
    name = "server.py"
    hints = (
        "Пока имени нет, каждая строка клиента — попытка назваться. Напишите add_user(client_socket, "
        "username): она возвращает причину отказа или None, если записала.",
        "В add_user под одним with lock: и why_not, и оба append. Объявление — после with.",
        "Отказ: client_socket.sendall(f\"{reason}\\n{PROMPT}\".encode()), и читайте следующую строку.",
        "Имя приводит в порядок такая строка: \" \".join(name.replace(\":\", \" \").split()).",
        "Чтобы двух «Андреев» сервер счёл одним, сравнивайте unicodedata.normalize(\"NFKC\", имя), а не имена.",
    )
    solution = (STAGE / "server.py").read_text(encoding="utf-8")
    right = "Двух людей с одним именем в чате не бывает, даже если они пришли в один миг."
    patience = 2

    def check(self, path):
        with Script(path, runner="restless.py") as script:
            port = script.listening()
            with visit(port, "Аня") as anya, visit(port) as boris:
                hears(anya, "Аня присоединился", "Аня назвала своё имя.")
                self.check_refusals(boris)
                self.check_names(anya, boris)
                self.check_same_shape(port, anya)
                self.check_leaving(port, anya, boris)
                self.check_colon(port, boris)
        with Script(path, runner="restless.py") as script:  # restless again, as at first
            port = script.listening()
            for name in "Глеб", "Даша", "Егор":
                self.check_crowd(port, name)

    def check_refusals(self, boris):
        hears(boris, "Введите своё имя:", "Борис подключился.")
        for words, reason in (
            ("Аня", "Имя Аня уже занято."),
            ("", "Имя не может быть пустым."),
            ("   ", "Имя не может быть пустым."),
            ("я" * 33, "Имя не может быть длиннее"),
        ):
            boris.say(words)
            hears(boris, reason, f"Аня в чате. Борис назвался {words!r}.")
            hears(boris, "Введите своё имя:", f"Борису отказали в имени {words!r} и спросили снова.")

    def check_names(self, anya, boris):
        boris.say("я" * 32)
        heard = hears(anya, "я" * 32 + " присоединился", "После отказов Борис назвался именем из 32 букв.")
        expect("Борису четыре раза отказали. Что слышала Аня до его прихода?", [], heard[:-1])
        boris.say("привет")
        hears(anya, "я" * 32 + ": привет", "Борис сказал «привет».")

    def check_colon(self, port, boris):
        what = "Пришёл человек по имени «Аня:я ухожу. Глеб»."
        with visit(port, "Аня:я ухожу. Глеб"):
            heard = hears(boris, "присоединился", what)[-1]
            expect(what, "Аня я ухожу. Глеб присоединился к чату.", " ".join(heard.split()))

    def check_same_shape(self, port, anya):
        with visit(port, "Андрей"):
            hears(anya, "Андрей присоединился", "Пришёл Андрей.")
            with visit(port, "Андреи\u0306") as namesake:
                hears(namesake, "уже занято", "Андрей в чате. Пришёл Андреи\u0306 (и с краткой): на вид то же имя.")
        hears(anya, "Андрей вышел", "Андрей ушёл.")

    def check_leaving(self, port, anya, boris):
        visit(port).close()
        boris.say("один")
        heard = hears(anya, ": один", "Кто-то подключился и ушёл, не назвав имени. Борис сказал «один».")
        expect("Кто-то подключился и ушёл, не назвав имени. Что слышно об этом?", [], heard[:-1])
        anya.close()
        hears(boris, "Аня вышел", "Аня ушла.")
        with visit(port, "Аня"):
            hears(boris, "Аня присоединился", "Аня ушла и вернулась под своим именем.")

    def check_crowd(self, port, name):
        with ExitStack() as stack:
            people = [stack.enter_context(visit(port)) for _ in range(6)]
            for person in people:
                hears(person, "Введите своё имя:", "Шестеро подключились.")
            for person in people:
                person.say(name)
            heard = [hears(person, name, f"Шестеро разом назвались именем {name}.")[-1] for person in people]
        admitted = sum("занято" not in line for line in heard)
        if admitted != 1:
            raise Wrong(
                f"Шестеро разом назвались именем {name}. Впущено: {admitted}. Между проверкой и записью "
                "успевает другой поток: поставьте их под один with lock:."
            )
