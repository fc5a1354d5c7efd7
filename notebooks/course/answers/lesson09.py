"""Lesson 9, one inbox and one thread that decides: its exercises, with hints and solutions."""
import ast
import queue
from contextlib import ExitStack

from exercises import COURSE, WAIT, Exercise, Script, Task, Wrong, come, expect, hears, visit


class Decide(Exercise):
    number = "9.1"
    name = "decide"
    hints = (
        "Начните с того, кто ещё не назвал себя: client not in names. Что бы он ни сказал, это имя, "
        "а если он ушёл или промолчал, говорить не о чем.",
        "Тот, кто ушёл, освобождает имя: names.pop(client) убирает клиента из словаря и возвращает имя.",
        "if client not in names: if not line: return None; names[client] = line; return f\"{line} "
        "присоединился к чату.\" Дальше — два случая для тех, у кого имя есть.",
    )
    solution = '''
def decide(names, client, line):
    if client not in names:
        if not line:  # None или пустая строка
            return None
        names[client] = line
        return f"{line} присоединился к чату."
    if not line:
        return f"{names.pop(client)} вышел из чата."
    return f"{names[client]}: {line}"
'''
    right = "Ни сокетов, ни потоков: что скажет чат, зависит только от того, что лежит во входящих."

    def check(self, decide):
        names, said = {}, []
        for client, line, wanted in (
            ("клиент 1", "Аня", "Аня присоединился к чату."),
            ("клиент 2", None, None),
            ("клиент 1", "Привет", "Аня: Привет"),
            ("клиент 3", "", None),
            ("клиент 3", "Борис", "Борис присоединился к чату."),
            ("клиент 1", "", "Аня вышел из чата."),
            ("клиент 4", "Аня", "Аня присоединился к чату."),
            ("клиент 3", None, "Борис вышел из чата."),
        ):
            said.append((client, line))
            before = "Во входящих было: " + ", ".join(map(str, said)) + "."
            got = decide(names, client, line)
            if got is None and wanted:
                before += " Ответ надо вернуть (return), а не напечатать."
            expect(f"{before} Что услышат все?", wanted, got)
        expect("Все, кроме клиента 4, ушли. Что осталось в словаре names?", {"клиент 4": "Аня"}, names)


class TakeAll(Exercise):
    number = "9.2"
    name = "take_batch"
    hints = (
        "Первое письмо возьмите через inbox.get(): пока очередь пуста, он блокируется, и это то, что нужно.",
        "Дальше берите, пока inbox.empty() отвечает False и писем меньше limit.",
        "items = [inbox.get()], затем while not inbox.empty() and len(items) < limit: items.append(inbox.get())",
    )
    solution = '''
def take_batch(inbox, limit):
    items = [inbox.get()]
    while not inbox.empty() and len(items) < limit:
        items.append(inbox.get())
    return items
'''
    right = "Берёт из очереди один поток, поэтому между empty и get её никто не опустошит."

    def check(self, take_batch):
        inbox = Watched()
        for number in range(5):
            inbox.put(number)
        expect("В очереди лежало 0, 1, 2, 3, 4; вызвано take_batch(inbox, 3).", [0, 1, 2], take_batch(inbox, 3))
        inbox.waited = False
        expect("Осталось 3, 4; снова take_batch(inbox, 3).", [3, 4], take_batch(inbox, 3))
        if inbox.waited:
            raise Wrong("В очереди было два письма, а take_batch(inbox, 3) взяла их и ждала в get третьего. "
                        "Ждать надо только первого: одинокое слово должно уйти сразу.")
        task = Task(take_batch, inbox, 3)
        before = inbox.asked
        task.thread.join(WAIT / 5)
        if not task.thread.is_alive():
            raise Wrong(f"Очередь пуста, а take_batch уже вернула {task.finish('')!r}. "
                        "Первое письмо она должна дождаться.")
        asked = inbox.asked - before
        inbox.put("письмо")
        expect("Очередь была пуста, потом пришло письмо.", ["письмо"], task.finish("Письмо пришло"))
        if asked > 99:
            raise Wrong(f"Пока очередь была пуста, take_batch спросила её об этом {asked} раз: процессор занят зря. "
                        "inbox.get() дождётся письма сам.")


class Watched(queue.SimpleQueue):
    """A queue that counts how often it was asked whether it is empty, and notes a get that had to wait."""

    asked, waited = 0, False

    def get(self, block=True, timeout=None):
        self.waited = self.waited or block and timeout != 0 and super().empty()
        return super().get(block, timeout)

    def empty(self):
        self.asked += 1
        return super().empty()

    def qsize(self):
        self.asked += 1
        return super().qsize()


class Order(Exercise):
    number = "9.3"
    answer = ["Борис присоединился к чату.", "Борис: я тут", "Аня: пока", "Аня вышел из чата."]
    hints = (
        "Пройдите по входящим сверху вниз и после каждого письма выпишите, что сказано всем.",
        "Борис слышит то, что сказано начиная с его прихода: слов «Аня: есть кто?» среди них нет.",
        "Аня ушла раньше, чем сказала «эй». Её слова после ухода не слышит никто.",
    )
    solution = '''
Порядок писем во входящих — это и есть порядок слов в чате. Борис слышит всё начиная с себя:
["Борис присоединился к чату.", "Борис: я тут", "Аня: пока", "Аня вышел из чата."]
'''
    right = "Порядок писем во входящих — это и есть порядок слов в чате."

    def check(self, answer):
        if isinstance(answer, str):
            answer = answer.strip().splitlines()
        if not isinstance(answer, (list, tuple)):
            raise Wrong(f"Ответ — список строк, а здесь {type(answer).__name__}.")
        answer = [str(line).strip() for line in answer]
        if "Аня: есть кто?" in answer or "Аня присоединился к чату." in answer:
            raise Wrong("Борис слышит слова, сказанные до его прихода. Слышно то, что сказано начиная с прихода.")
        if "Аня: эй" in answer:
            raise Wrong("«Аня: эй» не слышит никто: пустой строкой Аня уже попрощалась.")
        if any("Введите" in line for line in answer):
            raise Wrong("Приглашение назвать имя в ответ не входит: это не сообщение чата.")
        if not any(line.startswith("Борис присоединился") for line in answer):
            raise Wrong("О своём приходе Борис тоже слышит: к этому времени он уже в списке.")
        if answer != self.answer:
            raise Wrong("Борис услышит не это. Сверьте порядок и каждую строку до последней точки.\n"
                        f"    вышло: {answer!r}")


class OneInbox(Exercise):
    number = "9.4"
    name = "server.py"
    patience = 2
    hints = (
        "Поток клиента теперь только читает: inbox.put((client_socket, line)) на каждую строку "
        "и inbox.put((client_socket, None)) в самом конце, и после обрыва тоже.",
        "Ещё один поток, его запускает start_server: while True: client_socket, line = inbox.get(). "
        "В нём одном вызывайте add_user, send_message и remove_user; блокировку уберите.",
        "Чей сокет уже в connected_clients, тот говорит; чей ещё нет, тот называет себя; None — уходит. "
        "Закрывает сокет тоже поток рассылки, когда убрал клиента из списков.",
        "Кто попрощался пустой строкой, того remove_user убирает сразу, а его сокет запомните в множестве left, "
        "чтобы строки после прощания не стали новым именем. shutdown(socket.SHUT_RDWR) закончит соединение, "
        "и его поток положит None.",
    )
    solution = (COURSE / "answers/stages/lesson09/server.py").read_text(encoding="utf-8")
    right = "Списки меняет один поток, и порядок слов у всех один."

    def check(self, path):
        names = names_in(path)
        if not names & {"SimpleQueue", "Queue"}:
            raise Wrong("В server.py нет очереди: входящие — это queue.SimpleQueue() или queue.Queue().")
        if not names & {"put", "put_nowait"} or not names & {"get", "get_nowait"}:
            raise Wrong("Очередь в server.py есть, но в неё ничего не кладут (put) или из неё ничего не берут (get). "
                        "Потоки клиентов кладут в неё строки, а списки меняет и посылает один поток рассылки.")
        if names & {"Lock", "RLock"}:
            raise Wrong("В server.py осталась блокировка. Списки теперь меняет один поток, запирать их не от кого.")
        with Script(path, runner="restless.py") as server:
            namesakes(server.listening())
        with Script(path, runner="restless.py") as server:
            port = server.listening()
            anya, boris = come(port, "Аня"), come(port, "Борис")
            hears(anya, "Борис присоединился к чату.", "Аня в чате, Борис назвал себя.")
            if not all(same_order(anya, boris) for _ in range(3)):  # on a busy machine one time may not show it
                raise Wrong("Аня и Борис сказали по 50 строк сразу и услышали их в разном порядке: "
                            f"рассылает не один поток. {ALONE}")
            last_words(anya, boris, port)
            for _ in range(3):  # a thread that is not in recv at the moment ends even by close()
                goodbye(anya, port)


def names_in(path):
    """Return the names (set of str) that a script uses."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise Wrong(f"Python не понимает server.py, строка {error.lineno}: {error.msg}") from None
    return {node.attr if isinstance(node, ast.Attribute) else node.id for node in ast.walk(tree)
            if isinstance(node, (ast.Attribute, ast.Name))}


ALONE = "add_user, send_message и remove_user зовёт только поток рассылки; потоки клиентов кладут строки во входящие."


def namesakes(port):
    """Raise Wrong if two people who give the same name at once are both let in."""
    for name in "Даша", "Егор", "Женя":
        with ExitStack() as stack:
            people = [stack.enter_context(visit(port)) for _ in range(4)]
            for person in people:
                hears(person, "Введите своё имя:", "Четверо подключились.")
            for person in people:
                person.say(name)
            heard = [hears(person, name, f"Четверо разом назвались именем {name}.")[-1] for person in people]
        if sum("занято" not in line for line in heard) > 1:
            raise Wrong(f"Четверо разом назвались именем {name}, и впустили нескольких: между проверкой имени "
                        f"и записью вклинился другой поток. {ALONE}")


def same_order(anya, boris):
    """Have both talk at once; return whether both hear the same 100 lines in the same order."""
    for person, name in (anya, "а"), (boris, "б"):
        person.send("".join(f"{name} {number}\n" for number in range(50)).encode())
    heard = []
    for person, name in (anya, "Аня"), (boris, "Борис"):
        try:
            heard.append([person.line() for _ in range(100)])
        except TimeoutError:
            raise Wrong(f"Аня и Борис сказали по 50 строк сразу, {name} услышала или услышал не все сто.") from None
    return heard[0] == heard[1]


def last_words(anya, boris, port):
    """Raise Wrong if the last message of a person who leaves is lost, or a reset does not count as leaving."""
    boris.send(("ля\n" * 3000 + "до завтра\n").encode())
    boris.half_close()
    hears(boris, "Борис: до завтра", "Борис пропел 3000 строк, сказал «до завтра» и больше ничего не скажет. "
          "Слышит ли он себя? Сокет, который закрыл поток клиента, последних слов уже не возьмёт.")
    hears(anya, "Борис: до завтра", "Борис пропел 3000 строк, сказал «до завтра» и ушёл.")
    hears(anya, "Борис вышел из чата.", "Борис сказал «до завтра» и ушёл.")
    vera = come(port, "Вера")
    vera.reset()
    hears(anya, "Вера вышел из чата.", "У Веры оборвалась связь.")
    anya.say("я ещё здесь")
    hears(anya, "Аня: я ещё здесь", "Двое ушли, Аня говорит дальше.")


def goodbye(anya, port):
    """Raise Wrong if an empty line is not a goodbye, or an empty line before a name is one."""
    gleb = visit(port)
    gleb.send("\nГлеб\n".encode())
    hears(gleb, "Имя не может быть пустым.", "Новый клиент прислал пустую строку, а за ней имя Глеб.")
    hears(gleb, "Введите своё имя:", "Новому клиенту отказали в пустом имени и спросили имя снова.")
    hears(gleb, "Глеб присоединился к чату.", "Новый клиент прислал пустую строку, а за ней имя Глеб.")
    gleb.send("\nэй\n".encode())
    hears(anya, "Глеб вышел из чата.", "Глеб прислал пустую строку, а за ней «эй».")
    try:
        gleb.rest()
    except TimeoutError:
        raise Wrong("Глеб попрощался пустой строкой, а его соединение не закончено. Пока поток Глеба ждёт в recv, "
                    "close() его не закончит; закончит shutdown(socket.SHUT_RDWR).") from None
    except OSError:
        pass  # a reset counts as an end
    anya.say("все здесь?")
    heard = hears(anya, "Аня: все здесь?", "Глеб попрощался, Аня спросила «все здесь?».")
    expect("Глеб прислал пустую строку, а за ней «эй». Что слышно после того, как он вышел?", [], heard[:-1])
