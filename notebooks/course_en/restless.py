"""Run a script as any_port.py does, in a way that shows its races:  python restless.py SCRIPT PORT

Before each line a thread lets the others go first, for a random moment: whatever can come between two
lines, does. This stops when BUDGET is spent.
"""
import linecache
import random
import re
import sys
import threading
import time

import any_port

MOMENT = 0.0002  # seconds
BUDGET = 0.6     # seconds that all threads may lose in this way
CHANGE = re.compile(r"\.(append|insert|pop|remove)\(|\bdel ")  # of a list: the moment before is ten times as long

left = BUDGET


def step_aside(frame, event, arg):
    """Let other threads run before the next line of the script."""
    global left
    if left < 0 or frame.f_code.co_filename != sys.argv[0]:
        return None
    change = CHANGE.search(linecache.getline(sys.argv[0], frame.f_lineno))
    before = time.perf_counter()
    time.sleep(random.uniform(0, MOMENT * 10 if change else MOMENT))
    left -= time.perf_counter() - before
    return step_aside


if __name__ == "__main__":
    threading.settrace(step_aside)
    any_port.run(sys.argv[1], int(sys.argv[2]))
