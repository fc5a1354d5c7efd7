"""Lesson 11, the class Client: its exercises, with hints and solutions."""
import queue
import threading

from exercises import WAIT, Exercise, Task, Wrong, expect


class Speak(Exercise):
    number = "11.1"
    name = "speak"
    hints = (
        "Перед каждой порцией: turn.acquire(). Он ждёт, пока ход не вернут.",
        "with turn: здесь не годится: with вернул бы ход сам, сразу после put.",
        "for portion in portions: turn.acquire(), затем inbox.put(portion). Больше ничего.",
    )
    solution = '''
def speak(portions, turn, inbox):
    for portion in portions:
        turn.acquire()
        inbox.put(portion)
'''
    right = "Во входящих ни разу не было больше одной порции."

    def check(self, speak):
        inbox, turn = queue.SimpleQueue(), threading.Lock()
        task = Task(speak, ["раз", "два", "три"], turn, inbox)
        for number, portion in enumerate(("раз", "два", "три")):
            what = f"Порции «раз», «два», «три»; ход возвращён столько раз: {number}. Что во входящих?"
            try:
                got = [inbox.get(timeout=WAIT / 2)]
            except queue.Empty:
                if task.error:
                    raise task.error from None
                got = []
            task.thread.join(WAIT / 10)
            while not inbox.empty():
                got.append(inbox.get())
            expect(what, [portion], got)
            if not turn.locked():
                raise Wrong(f"Порция «{portion}» уже во входящих, а ход свободен. Возвращает его другой поток, "
                            "когда порция разнесена; speak только берёт.")
            turn.release()
        task.finish("Все три порции взяты, ход возвращён")


class Batches(Exercise):
    number = "11.2"
    answer = 65
    hints = (
        "Что не влезло, складывается в unsent, а unsent_size растёт на 65 536 с каждой пачкой.",
        "MAX_BEHIND — 4194304, это ровно 64 пачки. Прочтите в tell знак сравнения.",
    )
    solution = '''
65. После 64 пачек в unsent ровно 4194304 байта, а отключают, когда их БОЛЬШЕ, чем MAX_BEHIND.
'''
    right = "Ровно MAX_BEHIND — ещё можно, больше — уже нет."

    def check(self, answer):
        if not isinstance(answer, int):
            raise Wrong(f"Ответ — целое число, а здесь {answer!r}.")
        if answer == 64:
            raise Wrong("После 64 пачек отложено ровно MAX_BEHIND. Отключают, когда отложено больше.")
        if answer != 65:
            raise Wrong(f"Нет, не {answer}. Разделите MAX_BEHIND на 65536 и прочтите в tell знак сравнения.")
