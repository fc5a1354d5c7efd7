"""Run a script as any_port.py does, in a way that shows its race conditions:  python restless.py SCRIPT PORT

Before each line a thread lets the others go first, for a random moment: whatever can happen between two
lines does happen. This stops when BUDGET is spent; lines that change a list or send have a budget of their
own, which others can't use up before it comes to the race.
"""
import linecache
import random
import re
import sys
import threading
import time

import any_port

MOMENT = 0.0002  # seconds
BUDGET = 0.4     # seconds that all threads may lose in this way
TELLING = re.compile(r"\.(append|insert|pop|remove|send|sendall)\(|\bdel ")  # the moment before is ten times as long

left = {True: BUDGET, False: BUDGET}  # before telling lines, and before others


def step_aside(frame, event, arg):
    """Let other threads run before the next line of the script."""
    if max(left.values()) < 0 or frame.f_code.co_filename != sys.argv[0]:
        return None
    telling = bool(TELLING.search(linecache.getline(sys.argv[0], frame.f_lineno)))
    if left[telling] > 0:
        before = time.perf_counter()
        time.sleep(random.uniform(0, MOMENT * 10 if telling else MOMENT))
        left[telling] -= time.perf_counter() - before
    return step_aside


if __name__ == "__main__":
    threading.settrace(step_aside)
    any_port.run(sys.argv[1], int(sys.argv[2]))
