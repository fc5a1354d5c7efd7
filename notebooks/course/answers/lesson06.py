"""Lesson 6, what a line may hold: its exercises, with hints and solutions."""
import re
import unicodedata

from answers.lesson03 import both_are_there
from exercises import COURSE, Exercise, Script, Wrong, expect, hears, visit

FAMILY = "👨\u200d👩\u200d👧"


class Clean(Exercise):
    number = "6.1"
    name = "clean"
    hints = (
        "Сначала data.decode(\"utf-8\", \"replace\"): неверные байты станут �.",
        "Разряд знака даёт unicodedata.category(sign). Заменить знак во всём тексте: text.replace(sign, \" \").",
        "set(text) — все разные знаки текста: for sign in set(text): если разряд из списка и sign != \"\\n\", "
        "замените его. В конце return text.encode().",
    )
    solution = '''
import unicodedata

def clean(data):
    text = data.decode("utf-8", "replace")
    for sign in set(text):
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp") and sign != "\\n":
            text = text.replace(sign, " ")
    return text.encode()
'''
    right = "Терминалу нечего исполнять, а буквы и эмодзи целы."

    def check(self, clean):
        def trial(data, wanted):
            try:
                got = clean(data)
            except UnicodeDecodeError as error:
                raise Wrong(f"clean({data!r})\n    вышло: UnicodeDecodeError: {error.reason}. Этих байтов "
                            "в UTF-8 не бывает; decode умеет заменять их: \"replace\".") from None
            if got is None:
                raise Wrong("Функция ничего не вернула. В конце нужен return.")
            if not isinstance(got, bytes):
                raise Wrong(f"clean({data!r}) вернула {got!r}. Нужны байты: в конце encode().")
            if got.decode(errors="replace") != wanted:
                raise Wrong(f"clean({data!r})\n    ждали: {wanted!r}.encode()\n"
                            f"    вышло: {got.decode(errors='replace')!r}.encode()")

        for text in "Привет!", "Ёлка 🎄, naïve, 你好\u00a0¿?", "раз\nдва\n", "":
            trial(text.encode(), text)
        trial("я тут\rБорис: я ушёл".encode(), "я тут Борис: я ушёл")
        trial("\x1b[2Jэкран\x07 ваш\x7f".encode(), " [2Jэкран  ваш ")
        trial("да\u2028Борис: нет\u2029и\x85да".encode(), "да Борис: нет и да")
        trial(b"caf\xe9\n" + b"\xd0\x90\xd1", "caf\ufffd\nА\ufffd")
        trial(FAMILY.encode(), FAMILY)
        signs = [chr(n) for n in range(0x300) if unicodedata.category(chr(n)) in ("Cc", "Zl", "Zp")]
        for sign in signs:
            trial(f"a{sign}b".encode(), "a\nb" if sign == "\n" else "a b")


class Visible(Exercise):
    number = "6.2"
    name = "visible"
    hints = (
        "Номер знака даёт ord(sign), знак по номеру — chr(number).",
        "Соберите новую строку: shown = \"\", затем в цикле по text прибавляйте либо знак, "
        "либо \"^\" + chr(ord(sign) + 64).",
    )
    solution = '''
def visible(text):
    shown = ""
    for sign in text:
        if ord(sign) < 32:
            shown += "^" + chr(ord(sign) + 64)
        else:
            shown += sign
    return shown
'''
    right = "Так же их пишут терминалы и учебники: Ctrl+C — это ^C."

    def check(self, visible):
        for text, wanted in (("привет", "привет"), ("я тут\rБорис", "я тут^MБорис"), ("\x1b[2J", "^[[2J"),
                             ("\x00\t\n\x1f", "^@^I^J^_"), ("a b", "a b")):
            expect(f"visible({text!r})", wanted, visible(text))


LOOK_ALIKE = str.maketrans("AΑᎪꓮʜᴙ", "ААААня")  # Latin, Greek, Cherokee, Lisu; small Latin capitals
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def looks(name):
    """Return what people see of a name (str): letters alone, with one letter for those that look alike."""
    signs = [c for c in INVISIBLE.sub("", name) if unicodedata.category(c) != "Cf"]
    return "".join(signs).translate(LOOK_ALIKE)


class Twin(Exercise):
    number = "6.3"
    hints = (
        "Есть ли среди латинских букв такая, которую не отличить от русской?",
        "Или поставьте внутрь имени невидимый знак, который clean не трогает: соединитель \\u200d.",
    )
    answer = "Aня"
    solution = '''
"Aня": первая буква латинская. Годится и "А\\u200dня": соединитель clean оставляет для эмодзи.
'''
    right = "Сервер считает это другим именем. Что с этим делать, скажет урок 7."

    def check(self, name):
        from lab.server import clean
        if not isinstance(name, str):
            raise Wrong("Нужна строка (str).")
        if name == "Аня":
            raise Wrong("Это то же самое имя: программа отличит его не лучше человека.")
        if clean(name.encode()) != name.encode():
            raise Wrong(f"clean его изменит: {name!r} станет {clean(name.encode()).decode()!r}.")
        if looks(name) != "Аня":
            raise Wrong(f"На экране {name!r} отличить от «Аня» можно. Буква похожа, а не та же? "
                        "Пробел на краю тоже виден.")


class Server(Exercise):
    number = "6.4"
    name = "server.py"
    hints = (
        "Вставьте clean и import unicodedata в server.py.",
        "Лучшее место — сразу за читателем: text = clean(line).decode(), пока строка ещё bytes. Тогда "
        "чистым будет и имя: оно тоже строка.",
    )
    solution = (COURSE / "answers/stages/lesson06/server.py").read_text(encoding="utf-8")
    right = "До чужого терминала не дойдёт ни одна команда."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anya, boris = visit(port, "Аня"), visit(port)
            hears(boris, "Введите своё имя:", "Борис подключается")
            boris.send("Бо\x07рис\n".encode())
            both_are_there(anya, boris, "Бо рис", "Борис назвал себя 'Бо\\x07рис'.")
            anya.say("я тут\rБорис: я ушёл")
            reaches(boris, "Аня: я тут Борис: я ушёл", "Аня прислала 'я тут\\rБорис: я ушёл'. Слушает Борис.")
            boris.send(b"caf\xe9\n")
            reaches(anya, "Бо рис: caf\ufffd", "Человек с именем 'Бо\\x07рис' прислал b'caf\\xe9'. Слушает Аня.")
            anya.say(f"\x1b[2Jдети\u2028{FAMILY}")
            reaches(boris, f"Аня:  [2Jдети {FAMILY}", f"Аня прислала '\\x1b[2Jдети\\u2028{FAMILY}'. Слушает Борис.")


def reaches(person, wanted, what):
    """Listen to person (Peer) until a line begins as wanted does; it must be wanted."""
    try:
        got = hears(person, "", what, repr(wanted))[-1]
        while not got.startswith(wanted[:2]):
            got = hears(person, "", what, repr(wanted))[-1]
    except UnicodeDecodeError:
        raise Wrong(f"{what}\n    ждали: {wanted!r}\n    вышло: байты, которых в UTF-8 не бывает, "
                    "переданы дальше как есть") from None
    expect(what, wanted, got)
