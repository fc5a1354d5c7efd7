"""What students write in lesson 6, and a part of what they are told then."""

from answers.lesson06 import Clean, Visible
from exercises import COURSE

SERVER = (COURSE / "answers/stages/lesson06/server.py").read_text(encoding="utf-8")

WRONG = {
    "6.1": {
        "decode умеет заменять": Clean.solution.replace('data.decode("utf-8", "replace")', "data.decode()"),
        "вышло: 'caf\\nА'": Clean.solution.replace('"replace"', '"ignore"'),
        "вышло: 'раз два '": Clean.solution.replace(' and sign != "\\n"', ""),
        "вышло: '👨 👩 👧'": """
            def clean(data):
                text = data.decode("utf-8", "replace")
                for sign in set(text):
                    if not sign.isprintable() and sign not in "\\n\\xa0":
                        text = text.replace(sign, " ")
                return text.encode()
        """,
        "вышло: 'я тутБорис": Clean.solution.replace('" "', '""'),
        "вышло: 'да\\u2028Борис": Clean.solution.replace('("Cc", "Zl", "Zp")', '("Cc",)'),
        "Нужны байты": Clean.solution.replace("text.encode()", "text"),
        "ничего не вернула": Clean.solution.replace("    return text.encode()\n", ""),
    },
    "6.2": {
        "вышло: 'я тутMБорис'": Visible.solution.replace('"^" + ', ""),
        "вышло: None": Visible.solution.replace("    return shown\n", ""),
        "вышло: 'я^`тут": Visible.solution.replace("< 32", "<= 32"),
        "TypeError": Visible.solution.replace("ord(sign) < 32", "sign < 32"),
    },
    "6.3": {
        "то же самое имя": '"Аня"',
        "clean его изменит": '"Ан\\u200bя"',
        "отличить от «Аня» можно": '"Анна"',
        "Пробел на краю": '"Аня "',
        "На экране 'А\u0301ня'": '"А\u0301ня"',
        "Нужна строка": 'b"x"',
    },
    "6.4": {
        "вышло: 'Аня: я тут\\rБорис: я ушёл'": SERVER.replace(
            '{username}: {text}', '{username}: {line.decode("utf-8", "replace")}'.replace('"', "'")
        ),
        "caf�'\n    вышло: []": SERVER.replace('data.decode("utf-8", "replace")', "data.decode()"),
        "переданы дальше как есть": SERVER.replace(
            'send_message(f"{username}: {text}\\n".encode())',
            'send_message(f"{username}: ".encode() + line.replace(b"\\r", b" ") + b"\\n")',
        ),
        "Бо рис": SERVER.replace("username = text", 'username = line.decode("utf-8", "replace")'),
        "вышло: 'Аня:  [2Jдети\\u2028": SERVER.replace('("Cc", "Zl", "Zp")', '("Cc",)'),
    },
}
