"""Lesson 3, framing: its exercises, with hints and solutions."""
import select

import exercises
from answers.lesson02 import leaves
from exercises import COURSE, Exercise, Script, Wrong, expect, hears, meet, pair, reads, short, visit
from tape import Tape


def cuts(text):
    """Yield text (str) as two pieces (bytes), cut at each position, even within a letter."""
    data = text.encode()
    for i in range(1, len(data)):
        yield data[:i], data[i:]


def heard(reader, *pieces):
    """Return the list of what a student's reader gives when pieces (bytes) come one by one."""
    came = f"Пришли куски {', '.join(map(repr, pieces))}, и собеседник закончил."
    try:
        said = reader(Tape(*pieces))
        if said is None:
            raise Wrong("Функция ничего не отдала, вышло None. Строки отдаёт yield.")
        if isinstance(said, str):
            raise Wrong(f"Функция вернула одну строку {said!r} и закончилась. Отдать строку и продолжить "
                        "умеет yield, а не return.")
        return list(said)
    except UnicodeDecodeError as error:
        raise Wrong(f"{came}\n    вышло: UnicodeDecodeError: {error.reason}. Буква разрезана, вторая половина "
                    "в следующем куске. Приклейте его к тому, что осталось от прежних, найдите конец "
                    "сообщения и только потом зовите decode.") from None
    except AttributeError as error:
        if "'Tape' object" not in str(error):
            raise
        raise Wrong(f"{error}. Из всего, что есть у сокета, здесь понадобится одно: recv.") from None


def soon(reader, data, *wanted):
    """Expect what is wanted (str each) from a reader as soon as data (bytes) is there: the peer goes on."""
    ours, theirs = pair()
    theirs.settimeout(exercises.WAIT)
    with ours, theirs:
        ours.sendall(data)
        try:
            said = iter(reader(theirs))
            given = [next(said, None) for _ in wanted]
        except TimeoutError:
            raise Wrong(f"Собеседник послал {data!r} и молчит, но не ушёл.\n    ждали: сразу {list(wanted)!r}\n"
                        "    вышло: функция ждёт ещё чего-то. Отдавайте каждое сообщение, как только "
                        "оно пришло целиком (yield внутри цикла).") from None
    expect(f"Собеседник послал {data!r} и молчит. Что отдано сразу?", [*wanted], given)


class Tails(Exercise):
    number = "3.1"
    hints = (
        "Хвост — то, что стоит после последнего \\n во всём, что пришло и ещё не отдано.",
        "После первого куска \\n ещё не было, и весь кусок b\"hel\" — хвост.",
    )
    answer = [b"hel", b"how ar", b"bye"]
    solution = '''
[b"hel", b"how ar", b"bye"]
Новый кусок приклеивают к хвосту и режут: hel + lo\\nhow ar = hello\\nhow ar, строка hello отдана,
хвост how ar. Потом how ar + e you\\nbye: отдана how are you, хвост bye.
'''
    right = "Последний хвост станет строкой, когда собеседник закончит."

    def check(self, tails):
        if not isinstance(tails, list) or len(tails) != 3:
            raise Wrong("Нужен список из трёх хвостов, по одному на кусок, например [b\"a\", b\"b\", b\"c\"].")
        if not all(isinstance(tail, bytes) for tail in tails):
            raise Wrong("Хвосты — байты: перед кавычками нужна буква b.")
        if any(b"\n" in tail for tail in tails):
            raise Wrong("В хвосте не бывает \\n: до него и по него включительно всё уже отдано.")
        for i, piece in enumerate((b"hel", b"lo\nhow ar", b"e you\nbye")):
            if tails[i] != self.answer[i]:
                raise Wrong(f"Хвост после куска {piece!r} не такой: {tails[i]!r}. Сначала приклейте "
                            "кусок к прежнему хвосту, потом режьте.")


class Lines(Exercise):
    number = "3.2"
    name = "lines"
    hints = (
        "Заведите хвост: tail = b\"\". Каждый новый кусок приклеивайте к нему.",
        "*whole, tail = (tail + chunk).split(b\"\\n\"): в whole целые строки, в tail начало следующей.",
        "Целые строки отдайте внутри цикла: for line in whole: yield line.decode(). Хвост, если он "
        "не пуст, отдайте после цикла.",
    )
    solution = '''
def lines(sock):
    tail = b""
    while chunk := sock.recv(8192):
        *whole, tail = (tail + chunk).split(b"\\n")
        for line in whole:
            yield line.decode()
    if tail:
        yield tail.decode()
'''
    right = "Прочитано при каждом разрезе, и каждая строка отдана сразу."

    def check(self, lines):
        for text in "Привет!\nЁлка 🎄\n", "Привет!\nпока", "Аня\n\nпривет\n", "  да \nнет\rда\n":
            wanted = text.removesuffix("\n").split("\n")
            expect(f"Пришёл один кусок {text.encode()!r}, и собеседник закончил.",
                   wanted, heard(lines, text.encode()))
            for pieces in cuts(text):
                expect(f"Пришли куски {pieces[0]!r} и {pieces[1]!r}, и собеседник закончил.",
                       wanted, heard(lines, *pieces))
        expect("Собеседник закончил, ничего не сказав.", [], heard(lines))
        soon(lines, "Аня\nпри".encode(), "Аня")
        soon(lines, "Аня\nпривет\nкак".encode(), "Аня", "привет")


class Narrow:
    """A socket whose send takes few bytes at a time, as a real one may."""

    def __init__(self):
        self.data = b""

    def send(self, data):
        self.data += data[:10]
        return len(data[:10])

    def sendall(self, data):
        self.data += data


class SendLine(Exercise):
    number = "3.3"
    name = "send_line"
    hints = (
        "Знак \\n — только в конце. Чем заменить такой же знак внутри текста, делает replace.",
        "text.replace(\"\\n\", \" \") + \"\\n\", потом encode и sendall.",
    )
    solution = '''
def send_line(sock, text):
    line = text.replace("\\n", " ") + "\\n"
    sock.sendall(line.encode())
'''
    right = "Сколько раз вызвана send_line, столько сообщений и услышат."

    def check(self, send_line):
        for text in "привет", "", "  пока\nБорис: я ушёл\nАня: и я":
            sock = Narrow()
            try:
                send_line(sock, text)
            except TypeError as error:
                if "str" not in str(error):
                    raise
                raise Wrong("В сокет послана строка, а он принимает байты: нужен encode().") from None
            wanted = (text.replace("\n", " ") + "\n").encode()
            if wanted.startswith(sock.data) and len(sock.data) == 10:
                raise Wrong(f"send_line(sock, {text!r})\n    ждали: {wanted!r}\n    вышло: {sock.data!r}. "
                            "send может взять не все байты; sendall посылает всё.")
            expect(f"send_line(sock, {text!r}). Что послано?", wanted.decode(), sock.data.decode())


class Frames(Exercise):
    number = "3.4"
    name = "frames"
    hints = (
        "Копите байты в одной переменной data. Сообщение целиком там, если байтов не меньше, чем 4 и длина.",
        "size = int(data[:4]); если len(data) >= 4 + size, отдайте data[4:4 + size].decode() и оставьте "
        "data[4 + size:]. В одном куске может быть несколько сообщений: проверяйте в цикле while.",
        "while len(data) >= 4 and len(data) >= 4 + int(data[:4]): …",
    )
    solution = '''
def frames(sock):
    data = b""
    while chunk := sock.recv(8192):
        data += chunk
        while len(data) >= 4 and len(data) >= 4 + int(data[:4]):
            end = 4 + int(data[:4])
            yield data[4:end].decode()
            data = data[end:]
'''
    right = "Такие сообщения могут содержать и \\n: граница теперь не знак, а длина."

    def check(self, frames):
        wanted = ["Привет!", "две\nстроки", "", "🎄"]
        sizes = [f"{len(text.encode()):04}{text}" for text in wanted]
        data = "".join(sizes)
        expect(f"Пришёл один кусок {sizes[0].encode()!r}, и собеседник закончил.",
               wanted[:1], heard(frames, sizes[0].encode()))
        expect(f"Пришёл один кусок {data.encode()!r}, и собеседник закончил.",
               wanted, heard(frames, data.encode()))
        for pieces in cuts(data):
            expect(f"Пришли куски {pieces[0]!r} и {pieces[1]!r}, и собеседник закончил.",
                   wanted, heard(frames, *pieces))
        soon(frames, sizes[0].encode(), wanted[0])
        soon(frames, sizes[0].encode() + b"00", wanted[0])
        soon(frames, (sizes[0] + sizes[1]).encode(), *wanted[:2])


class Server(Exercise):
    number = "3.5"
    name = "server.py"
    hints = (
        "Скопируйте lines и send_line в server.py. Прямых вызовов recv и sendall больше нигде не нужно.",
        "Для каждого человека вызовите lines один раз: words = lines(client_socket). Имя — "
        "next(words, \"\"), а разговор идёт дальше из тех же words.",
        "Всё, что говорит сервер, и приглашение тоже, посылает send_line.",
    )
    solution = (COURSE / "answers/stages/lesson03/server.py").read_text(encoding="utf-8")
    right = "Ваш сервер говорит строками."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anya, boris = visit(port), visit(port)
            for person, name in (anya, "Аня"), (boris, "Борис"):
                hears(person, "Введите своё имя:", f"{name} подключается")
            anya.send("Аня\nПри".encode())
            boris.send("Борис\nвот и я\n".encode())
            what = "Борис послал разом имя и сообщение: 'Борис\\nвот и я\\n'. Слушает Аня."
            anya_was_first = both_are_there(anya, boris, "Борис", what) is anya
            questions = ["Привет!", "Как дела?", "Ау!"]
            stories = [f"{n}! " + "ы" * 1900 for n in (1, 2)]
            boris.send("\n".join([*stories, ""]).encode())
            anya.send("\n".join([*questions, ""]).removeprefix("При").encode())
            if anya_was_first:
                same(anya, "Борис: вот и я", what)
            for story in stories:
                same(anya, f"Борис: {story}", "Борис послал разом две строки по 3803 байта. Слушает Аня.")
            for question in questions:
                same(boris, f"Аня: {question}", "Аня послала имя с началом слова, 'Аня\\nПри', а потом "
                                                f"остаток строк {questions}. Слушает Борис.")
            anya.half_close()
            hears(boris, "Аня вышел из чата.", "Аня закончила")


def both_are_there(anya, boris, name, what):
    """Wait until Аня or name hears that the other has joined; return the person (Peer) who was first."""
    heard, people = [], {anya: f"{name} присоединился", boris: "Аня присоединился"}
    while True:
        for person, news in people.items():
            while b"\n" in person.buffer:
                heard.append(person.line())
                if heard[-1].startswith(news):
                    return person
        ready = select.select([person.socket for person in people], [], [], exercises.WAIT)[0]
        for person in people:
            if person.socket in ready:
                person.buffer += person.socket.recv(65536) or ended(heard, name, what)
        if not ready:
            raise Wrong(f"{what}\n    ждали: {name} присоединился к чату.\n    вышло: {heard}, и больше ничего")


def ended(heard, name, what):
    raise Wrong(f"{what}\n    ждали: {name} присоединился к чату.\n    вышло: {heard}, и соединение закончилось")


def same(person, wanted, what):
    """Listen to person (Peer) until a line begins as wanted does, with its first two words; it must be wanted."""
    beginning = " ".join(wanted.split(" ")[:2])
    got = hears(person, beginning, what, wanted)[-1]
    if got != wanted:
        raise Wrong(f"{what}\n    ждали: {short(wanted)}\n    вышло: {short(got)}")


class Client(Exercise):
    number = "3.6"
    name = "client.py"
    hints = (
        "Вместо цикла с recv — for line in lines(client_socket): каждая строка и есть одно сообщение.",
        "Ответ посылает send_line(client_socket, text).",
    )
    solution = (COURSE / "answers/stages/lesson03/client.py").read_text(encoding="utf-8")
    right = "Ваш клиент слышит и говорит строками."

    def check(self, path):
        story = "Аня: !" + "ы" * 5000
        with meet(path) as (client, server):
            for said, typed in ("Введите своё имя:", "Борис"), (story, "длинно"), ("Аня: да", "понятно"):
                server.sendall(f"{said}\n".encode())
                client.prints(said, f"Сервер послал строку {short(said)!r}.")
                client.types(typed)
                got = reads(server, typed, f"В client.py введено {typed!r}. Слушает сервер.", client)
                if not got.endswith("\n"):
                    got += reads(server, "\n", f"В client.py введено {typed!r}. Дошло {got!r}.", client)
                expect(f"В client.py введено {typed!r}. Что дошло до сервера?", f"{typed}\n", got)
            self.check_one_piece(client, server)
            leaves(client, server)

    def check_one_piece(self, client, server):
        what = "Сервер послал две строки одним куском: 'Аня: раз\\nАня: два\\n'."
        server.sendall("Аня: раз\nАня: два\n".encode())
        client.prints("Аня: раз", what)
        client.types("ага")
        reads(server, "ага\n", "В client.py введено 'ага'. Слушает сервер.", client)
        client.prints("Аня: два", what)
