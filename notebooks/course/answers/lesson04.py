"""Lesson 4, the reader: its exercises, with hints and solutions."""
import select
import tracemalloc
from contextlib import suppress

from answers.lesson03 import both_are_there, cuts, same
from exercises import COURSE, Exercise, Script, Wrong, expect, hears, visit
from tape import Tape

LIMIT = 10  # bytes, in the trials
LONG = b"(longer)"  # stands for a line that is too long, however much of it was given


def heard(limited, *pieces):
    """Return the lines that a student's reader gives, with LONG for those longer than LIMIT."""
    said = limited(Tape(*pieces), LIMIT)
    if said is None:
        raise Wrong("Функция ничего не отдала, вышло None. Строки отдаёт yield.")
    lines = list(said)
    for line in lines:
        if not isinstance(line, bytes):
            raise Wrong(f"Отдано {line!r}. Строки нужны как bytes: decode здесь не зовут.")
    return [LONG if len(line) > LIMIT else line for line in lines]


class Limited(Exercise):
    number = "4.1"
    name = "limited"
    hints = (
        "Начните со своей lines. Хвост длиннее limit отдайте сразу, опустошите и запомните: skipping = True.",
        "Пока skipping, начало нового куска выбрасывают: rest, newline, chunk = chunk.partition(b\"\\n\"). "
        "Пропуск кончился, если newline не пуст.",
        "if skipping: стоит в начале цикла, до приклеивания к хвосту; "
        "if len(tail) > limit: — после разрезания.",
    )
    solution = '''
def limited(sock, limit):
    tail, skipping = b"", False
    while chunk := sock.recv(8192):
        if skipping:
            rest, newline, chunk = chunk.partition(b"\\n")
            skipping = not newline
        *whole, tail = (tail + chunk).split(b"\\n")
        if len(tail) > limit:
            whole.append(tail)
            tail, skipping = b"", True
        for line in whole:
            yield line
    if tail:
        yield tail
'''
    right = "Длинная строка отдана один раз, память не растёт, соседние строки целы."

    def check(self, limited):
        def trial(wanted, *pieces):
            came = ", ".join(map(repr, pieces))
            expect(f"limited(sock, {LIMIT}). Пришли куски {came}, и собеседник закончил. "
                   f"Вместо слишком длинных строк здесь {LONG!r}.", wanted, heard(limited, *pieces))

        trial([b"Anya", b"hello"], b"Anya\nhel", b"lo")
        trial([b"0123456789", b"hello"], b"0123456789\nhello\n")
        trial([LONG, b"hello"], b"aaaaaaaa", b"aaaaaaaa", b"open\nhello\n")
        trial([LONG], b"aaaaaaaa" * 2, b"aaaa", b"aaaa")
        trial([LONG, b"hello", b"bye"], b"a" * 16, b"\nhel", b"lo\nb", b"ye")
        for pieces in cuts("hi\naaaaaaaaaaaaaaa\nhello\n\nbye"):
            trial([b"hi", LONG, b"hello", b"", b"bye"], *pieces)
        tape = Tape(*[b"a" * (LIMIT + 1)] * 50)
        next(iter(limited(tape, LIMIT)), None)
        if len(tape.pieces) < 49:
            raise Wrong(f"Пришло 50 кусков по {LIMIT + 1} байтов без конца строки, предел {LIMIT}.\n"
                        f"    ждали: строка отдана после первого куска\n"
                        f"    вышло: прочитано кусков: {50 - len(tape.pieces)}")
        tracemalloc.start()
        for _ in limited(Tape(*[b"a" * 100] * 500), LIMIT):
            pass
        if (most := tracemalloc.get_traced_memory()[1]) > 25_000:
            raise Wrong(f"Пришло 50 000 байтов без конца строки, предел {LIMIT}. Байтов в памяти было до {most}: "
                        "пропуская остаток строки, не копите его.")


class Cuts(Exercise):
    number = "4.2"
    hints = (
        "Ошибка бывает, только если \\r и \\n оказались в разных кусках.",
        "data[:i] кончается на \\r, когда i — номер байта \\n. Первый \\n стоит пятым, если считать с нуля.",
    )
    answer = [5, 12]
    solution = '''
[5, 12]
При i = 5 первый кусок b"Anya\\r", при i = 12 — b"Anya\\r\\nhello\\r". Замена не видит пары \\r\\n.
'''
    right = "Из двенадцати разрезов сломались два: на показе такое не повторить."

    def check(self, found):
        if not isinstance(found, (list, tuple, set)) or not all(isinstance(i, int) for i in found):
            raise Wrong("Нужен список номеров, например [1, 2].")
        data = b"Anya\r\nhello\r\n"
        for i in sorted(set(found) - set(self.answer)):
            if not 0 < i < len(data):
                raise Wrong(f"{i!r} — не место разреза: i бывает от 1 до {len(data) - 1}.")
            raise Wrong(f"При i = {i} куски {data[:i]!r} и {data[i:]!r}: здесь каждая пара \\r\\n "
                        "цела, и читатель прочтёт верно.")
        for i in self.answer:
            if i not in found:
                raise Wrong("Номера верные, но есть ещё один разрез." if found else
                            "Такие разрезы есть: где \\r окажется в одном куске, а \\n в другом?")


class Server(Exercise):
    number = "4.3"
    name = "server.py"
    hints = (
        "lines пусть отдаёт bytes, а в буквы строку превратит тот, кто проверил её длину.",
        "Обрыв удобно спрятать в функцию receive(sock): try: return sock.recv(RECV_SIZE), "
        "except OSError: return b\"\".",
        "Имя и сообщение берите из функции hear(words, client_socket): for line in words; короткую строку "
        "она возвращает, о длинной говорит её автору и ждёт следующей.",
    )
    solution = (COURSE / "answers/stages/lesson04/server.py").read_text(encoding="utf-8")
    right = "Длинная строка, \\r\\n и обрыв вашему серверу не страшны."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anya, boris = visit(port), visit(port)
            for person, name in (anya, "Аня"), (boris, "Борис"):
                hears(person, "Введите своё имя:", f"{name} подключается")
                person.send(f"{name}\r\n".encode())
            both_are_there(anya, boris, "Борис", "Аня и Борис назвали себя строками с \\r\\n на конце.")
            full = "ы" * 2048
            anya.send(f"{full}\r".encode())
            select.select([anya.socket], [], [], 0.2)  # seconds for the server to read so far
            anya.send(b"\n")
            same(boris, f"Аня: {full}", "Аня послала строку ровно в 4096 байтов, за ней \\r, а \\n пришёл "
                                        "отдельным куском. Слушает Борис.")
            boris.send(("a" * 5001 + "ы" * 2500).encode())  # an even number of these bytes ends in half a letter
            hears(boris, "длиннее", "Борис послал 5001 букву «a» и 2500 букв «ы», и конца строки всё нет.")
            with suppress(OSError):  # we see what the server did when we listen
                boris.send(b"\n" + ("ы" * 3000).encode() + "\nя тут\r\n".encode())
            hears(boris, "длиннее", "Потом Борис послал 3000 букв «ы», это 6000 байтов.")
            same(anya, "Борис: я тут", "Борис послал две слишком длинные строки, а за ними «я тут». Слушает Аня.")
            anya.reset()
            hears(boris, "Аня вышел из чата.", "Соединение с Аней оборвалось")
