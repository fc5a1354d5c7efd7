"""Lesson 11, the class Client: its exercises, with hints and solutions."""
import queue
import threading

from exercises import WAIT, Exercise, Task, Wrong, expect


class Speak(Exercise):
    number = "11.1"
    name = "speak"
    hints = (
        "Before each portion: turn.acquire(). It waits until the turn is given back.",
        "with turn: is not what you need here: it would give the turn back by itself, right after put.",
        "for portion in portions: turn.acquire(), then inbox.put(portion). Nothing else.",
    )
    solution = '''
def speak(portions, turn, inbox):
    for portion in portions:
        turn.acquire()
        inbox.put(portion)
'''
    right = "The inbox never held more than one portion."

    def check(self, speak):
        inbox, turn = queue.SimpleQueue(), threading.Lock()
        task = Task(speak, ["one", "two", "three"], turn, inbox)
        for number, portion in enumerate(("one", "two", "three")):
            what = f"The portions are \"one\", \"two\", \"three\"; times the turn was given back: {number}. What is in the inbox?"
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
                raise Wrong(f"The portion \"{portion}\" is in the inbox already, and the turn is free. Another thread gives it back "
                            "once the portion has been broadcast; speak only takes it.")
            turn.release()
        task.finish("All three portions have been taken and the turn was given back")


class Batches(Exercise):
    number = "11.2"
    answer = 65
    hints = (
        "What doesn't fit goes into unsent, and unsent_size grows by 65,536 with each batch.",
        "MAX_BEHIND is 4194304, which is exactly 64 batches. Look at the comparison in tell.",
    )
    solution = '''
65. After 64 batches unsent holds exactly 4194304 bytes, and a client is disconnected when it holds MORE than MAX_BEHIND.
'''
    right = "Exactly MAX_BEHIND is still allowed, more is not."

    def check(self, answer):
        if not isinstance(answer, int):
            raise Wrong(f"The answer is a whole number, and this is {answer!r}.")
        if answer == 64:
            raise Wrong("After 64 batches exactly MAX_BEHIND bytes are waiting. A client is disconnected when more are.")
        if answer != 65:
            raise Wrong(f"No, not {answer}. Divide MAX_BEHIND by 65536 and look at the comparison in tell.")
