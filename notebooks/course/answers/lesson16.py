"""Lesson 16, load: its exercises, with hints and solutions."""
import queue
import threading

from exercises import Exercise, Task, Wrong, expect, pair


class Inbox(queue.SimpleQueue):
    """A queue that notes when a thread waits for it in vain."""

    def __init__(self):
        self.waited = threading.Event()

    def get(self, block=True, timeout=None):
        if block and self.empty():
            self.waited.set()
        return super().get(block, timeout)

    def get_nowait(self):
        return self.get(False)


class TakeBatch(Exercise):
    number = "16.1"
    name = "take_batch"
    hints = (
        "Первое сообщение берут так, чтобы дождаться его: inbox.get() ждёт сам.",
        "Дальше ждать нельзя: берите, пока inbox.empty() не станет True.",
        "data = inbox.get(), затем while not inbox.empty(): data += inbox.get()",
    )
    solution = '''
def take_batch(inbox):
    data = inbox.get()
    while not inbox.empty():
        data += inbox.get()
    return data
'''
    right = "Чем больше накопилось, тем толще пачка, а одно сообщение уходит сразу."

    def check(self, take_batch):
        inbox = Inbox()
        for word in b"one\n", b"two\n", b"three\n":
            inbox.put(word)
        what = "Во входящих лежали три сообщения."
        expect(what, b"one\ntwo\nthree\n", Task(take_batch, inbox).finish(what))
        if inbox.waited.is_set():
            raise Wrong(f"{what} Функция забрала их и ждала в get четвёртого: первого ждать надо, остальных нельзя.")
        waiting = Task(take_batch, inbox)
        while not inbox.waited.wait(0.01):
            if not waiting.thread.is_alive():
                result = waiting.finish("")
                raise Wrong(f"Входящие пусты: нужно дождаться сообщения, а функция вернула {result!r}.")
        inbox.put(b"four\n")
        what = "Входящие были пусты, потом пришло одно сообщение."
        expect(what, b"four\n", waiting.finish(what))


class Counted:
    """A socket that counts its sends."""

    def __init__(self, sock):
        self.sock, self.sends = sock, 0

    def __getattr__(self, name):
        self.sends += name in ("send", "sendall", "sendmsg")
        return getattr(self.sock, name)


class AskAtOnce(Exercise):
    number = "16.2"
    name = "ask_at_once"
    hints = (
        "Алгоритм Нейгла придерживает вторую мелкую отправку. А если второй не будет?",
        "Соберите строку целиком, вместе с её концом, и пошлите одним sendall.",
        "sock.sendall(\"Аня: ау\\n\".encode()), затем return sock.recv(1000)",
    )
    solution = '''
def ask_at_once(sock):
    sock.sendall("Аня: ау\\n".encode())
    return sock.recv(1000)
'''
    right = "Строка едет одним пакетом, и ждать подтверждения некому."

    def check(self, ask_at_once):
        ours, theirs = pair()
        theirs.settimeout(ours.gettimeout())
        sock = Counted(ours)
        asking = Task(ask_at_once, sock)
        said = b""
        try:
            while not said.endswith(b"\n"):
                said += theirs.recv(1000) or b"\n"
        except TimeoutError:
            if asking.error and not said:
                raise asking.error from None
            raise Wrong(f"Сервер ждёт конца строки, а услышал только {said!r}.") from None
        theirs.sendall("слышу\n".encode())
        answer = asking.finish("Сервер ответил")
        expect("Что услышал сервер?", "Аня: ау\n", said.decode(errors="replace"))
        expect("Сервер ответил «слышу».", "слышу\n".encode(), answer)
        if sock.sends > 1:
            raise Wrong(f"Отправок было {sock.sends}, а нужна одна: вторая ждёт, пока подтвердят первую.")


class Percentile(Exercise):
    number = "16.3"
    name = "percentile"
    hints = (
        "Выстройте задержки по росту: sorted возвращает новый список и не трогает старый.",
        "Место p99 среди ста задержек девяносто девятое, а номера в списке начинаются с нуля.",
        "sorted(delays)[math.ceil(part * len(delays)) - 1]; ceil округляет вверх",
    )
    solution = '''
import math

def percentile(delays, part):
    return sorted(delays)[math.ceil(part * len(delays)) - 1]
'''
    right = "Так считает p50 и p99 большинство измерителей."

    def check(self, percentile):
        delays = [50, 10, 40, 30, 20]
        expect("Задержки 50, 10, 40, 30, 20; доля 0.5.", 30, percentile(delays, 0.5))
        expect("Не изменился ли сам список задержек?", [50, 10, 40, 30, 20], delays)
        expect("Задержки 4, 3, 2, 1; доля 0.5: не больше второй по росту половина.",
               2, percentile([4, 3, 2, 1], 0.5))
        expect("Задержки 4, 3, 2, 1; доля 0.3: не больше первой только четверть.",
               2, percentile([4, 3, 2, 1], 0.3))
        expect("Задержки от 100 до 1; доля 0.99.", 99, percentile([*range(100, 0, -1)], 0.99))
        expect("Задержка одна, 7; доля 0.99.", 7, percentile([7], 0.99))
        expect("Задержки 1, 2, 3; доля 1: не больше третьей все.", 3, percentile([1, 2, 3], 1))


class Deliveries(Exercise):
    number = "16.4"
    hints = (
        "Сначала посчитайте сообщения: сколько их сказали все вместе?",
        "Каждое сообщение услышали тридцать человек, и каждый раз это доставка.",
    )
    answer = 1800
    solution = "30 человек сказали по 2 сообщения, всего 60. Каждое услышали 30 человек: 60 · 30 = 1800."
    right = "Людей стало бы вдвое больше, доставок — вчетверо."

    def check(self, answer):
        if answer == 60:
            raise Wrong("60 — это сообщения. Доставок больше: каждое сообщение услышал не один человек.")
        if answer == 60 * 29:
            raise Wrong("Вы не посчитали автора, а он тоже слышит своё сообщение.")
        if answer != self.answer:
            raise Wrong(f"30 человек, по 2 сообщения, каждое слышат все.\n    вышло: {answer!r}")
