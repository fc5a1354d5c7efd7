"""What students write in lesson 4, and a part of what they are told then."""

from answers.lesson04 import Limited
from exercises import COURSE

SERVER = (COURSE / "answers/stages/lesson04/server.py").read_text(encoding="utf-8")
LESSON_3 = (COURSE / "answers/stages/lesson03/server.py").read_text(encoding="utf-8")

WRONG = {
    "4.1": {
        "вышло: [b'(longer)', b'open'": Limited.solution.replace("skipping = b\"\", True", "skipping = b\"\", False"),
        "вышло: [b'hello']": Limited.solution.replace("            whole.append(tail)\n", ""),
        "вышло: [b'(longer)', b'helb']": Limited.solution.replace("            skipping = not newline\n", ""),
        "вышло: [b'Anya']": Limited.solution.replace("    if tail:\n        yield tail\n", ""),
        "Строки нужны как bytes": Limited.solution.replace("yield line", "yield line.decode()"),
        "не копите его": """
            def limited(sock, limit):
                tail, skipping = b"", False
                while chunk := sock.recv(8192):
                    *whole, tail = (tail + chunk).split(b"\\n")
                    for line in whole:
                        if not skipping:
                            yield line
                        skipping = False
                    if len(tail) > limit and not skipping:
                        yield tail
                        skipping = True
                if tail and not skipping:
                    yield tail
        """,
        "прочитано кусков: 2": Limited.solution.replace("len(tail) > limit", "len(tail) > limit + 1"),
        "прочитано кусков: 50": """
            def limited(sock, limit):
                data = b""
                while chunk := sock.recv(8192):
                    data += chunk
                return iter(data.removesuffix(b"\\n").split(b"\\n"))
        """,
    },
    "4.2": {
        "Нужен список номеров": "5",
        "Нужен список номеров, например": "[[5], [12]]",
        "читатель прочтёт верно": "[4, 5, 12]",
        "не место разреза": "[0, 5]",
        "есть ещё один разрез": "[5]",
        "Такие разрезы есть": "[]",
    },
    "4.3": {
        "вышло: ['Борис\\r": SERVER.replace('.replace(b"\\r\\n", b"\\n")', ""),
        "ыыы … (1005)": SERVER.replace("return line.decode()", "return line.decode()[:1000]"),
        "ждали: длиннее": SERVER.replace(
            '        send_line(client_socket, f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.")\n', ""
        ),
        "а \\n пришёл отдельным куском": SERVER.replace(
            '(tail + chunk).replace(b"\\r\\n", b"\\n")', '(tail + chunk.replace(b"\\r\\n", b"\\n"))'
        ),
        "отдельным куском. Слушает Борис.": SERVER.replace("MAX_MESSAGE + 1", "MAX_MESSAGE"),
        "и конца строки всё нет": SERVER.replace("if len(tail) >", "if 0 * len(tail) >"),
        "это 6000 байтов": SERVER.replace("не отправлено.\")\n", "не отправлено.\")\n        return \"\"\n"),
        "3000 букв": SERVER.replace("len(line) <= MAX_MESSAGE", "len(line.decode(errors='replace')) <= MAX_MESSAGE"),
        "Соединение с Аней оборвалось": SERVER.replace("except OSError", "except ValueError"),
        "UnicodeDecodeError": SERVER.replace(
            "        if len(line) <= MAX_MESSAGE:\n            return line.decode()\n",
            "        text = line.decode()\n        if len(line) <= MAX_MESSAGE:\n            return text\n",
        ),
        "больше ничего": LESSON_3,
    },
}
