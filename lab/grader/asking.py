"""What a program or a server asks of a person, as far as its words tell, and what one answers."""

import random
import re

LETTERS = "бвгджзклмнпрстфхцчшщ"
LATIN_LETTERS = "bcdfghjklmnprstvwxz"
LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "abvgdeejziyklmnoprstufhccss_y_eua"))
NAME = re.compile(
    r"\b(имя|имени|именем|ник|ника|никнейм|псевдоним|логин|кто (вы|ты|там|здесь|это)|фио|фамили\w+|"
    r"вас зовут|тебя зовут|звать|назов\w+|представ\w+|обращаться|"
    r"\w*name|nick|login|alias|who)\b",
    re.I,
)
HOST = re.compile(
    r"(?:имя|имени|адрес\w*|айпи|ip)[\w\s-]*(?:сервер\w*|хост\w*)|(?:server|host)[\s_-]?(?:name|address|ip)|"
    r"\b(?:ip|айпи|хост\w*|host|адрес\w*|address|localhost)\b",
    re.I,
)
KINDS = {  # in this order: a server's name is no person's
    "host": HOST,
    "port": re.compile(r"\b(?:порт\w*|port)\b", re.I),
    "room": re.compile(r"\b(?:комнат\w*|канал\w*|групп\w*|room\w*|channel|group)\b", re.I),
    "password": re.compile(r"\b(?:парол\w*|password)\b", re.I),
    "count": re.compile(r"\b(?:сколько|количеств\w*|число|лимит|how many|number of|max\w*)\b", re.I),
    "y": re.compile(r"\by\s*/\s*n\b|\byes\s*/\s*no\b", re.I),
    "да": re.compile(r"\bда\s*/\s*нет\b", re.I),
    "name": NAME,
}
ARGV = re.compile(r"(\w+)\s*=\s*(?:int\s*\(\s*)?(?:sys\.)?argv\s*\[\s*(\d)\s*\]")
QUESTION = re.compile(
    r"\?|[:>\]]\s*$|\b(?:введ\w+|укаж\w+|выб[еи]р\w+|назов\w+|представ\w+|нуж\w+|напиш\w+|как\w*|enter|choose|type|"
    r"specify|input|which|what|your)\b",
    re.I,
)
REFUSAL = re.compile(
    r"латин|latin|англ|english|символ|character|букв|letter|длин|коротк|корот|long|short|слов|пробел|отчеств|"
    r"некоррект|недопуст|неверн|нельзя|только|нужн|ошибка|invalid|wrong|must|only|should",
    re.I,
)
ANSWERS = {"host": "localhost", "room": "room1", "password": "parol123", "count": "100", "y": "y", "да": "да"}
MANY = 8  # questions, after which nobody answers any more


def kinds(text):
    """Return what the last line of text (str) asks for: names of KINDS, as they follow each other in it."""
    lines = text.strip().splitlines()
    return mentioned(lines[-1]) if lines and QUESTION.search(lines[-1]) else []


def mentioned(text):
    """Return the names of KINDS that text (str) speaks of, as they follow each other in it."""
    places = {}
    for kind, pattern in KINDS.items():
        if match := pattern.search(text):
            places[kind] = match.start()
            text = pattern.sub(lambda found: "#" * len(found[0]), text)
    return sorted(places, key=places.get)


def refuses(text):
    """Return whether text (str), all that somebody has heard who introduced itself in vain, asks for something else."""
    return bool(REFUSAL.search(text) or set(mentioned(text)) - {"name"} or len(NAME.findall(text)) > 1)


def answer(question, asked):
    """Return the answer (str, "{port}" and the like for values) to a question (str) for asked, its kinds()."""
    colon = re.search(r"(?:host|ip|адрес|хост|имя|name)\w*\s*:\s*\w", question, re.I)
    comma = re.search(r"запят|comma", question, re.I)
    return (":" if colon else ", " if comma else " ").join(f"{{{kind}}}" for kind in asked)


def usage(words, script):
    """Return the arguments (list of str, "{port}" and the like for values) that a program asks for in words (str).

    [] when words do not say how the program called script (str) is to be started.
    """
    said = re.findall(rf"{re.escape(script)}[ \t]+(.+)", re.sub(r"\n\s+", " ", words))
    tokens = re.findall(r"(?<![\w-])--?[a-z][\w-]*|[^\s\[\]<>(){}|,=]+", said[-1]) if said else []
    arguments, flag = [], ""
    for token in tokens:
        kind = next(iter(mentioned(token.strip("-").replace("_", " "))), None)
        if token.startswith("-"):
            flag = token if kind or len(token) == 2 else ""
        elif kind or token.isdigit():
            arguments += [flag] * bool(flag) + [f"{{{kind or 'port'}}}"]
            flag = ""
    return arguments


def in_code(code):
    """Return the arguments (list of str, as of usage()) that a program takes from sys.argv, by its code (str)."""
    names = {int(place): mentioned(name.replace("_", " ")) for name, place in ARGV.findall(code)}
    places = range(1, len(names) + 1)
    return [f"{{{names[place][0]}}}" for place in places] if all(map(names.get, places)) else []


def plain(name):
    """Return name (str) with a tail that nobody knows beforehand."""
    return name + "".join(random.choices(LETTERS, k=4))


def latin(name):
    """Return name (str) in at most eight Latin letters."""
    start = "".join(LATIN.get(letter, "") for letter in name.lower())[:4].capitalize()
    return start + "".join(random.choices(LATIN_LETTERS, k=4))


FORMS = {"plain": plain, "latin": latin, "full": plain}
MORE = {"full": " Евгений Петрович"}  # what stands behind a name in this form
