"""How long is waited, and how much is taken: what the grading allows, in one place.

Read them as limits.NAME: points() waits less (notebooks/course/points.py).
"""

from . import processes

# Talk
PATIENCE = 5.0  # seconds after which nothing more is expected
QUIET = 2.0 if processes.TELLS else PATIENCE  # seconds of silence that are enough when no program is busy
REST = 0.25  # seconds of silence that are enough when all programs wait without end
LOOK = 0.1  # seconds between two looks at what programs do while nothing is heard
LIMIT = 15.0  # seconds after which talk without the word waited for counts as silence
WORK = 60.0  # seconds in which a busy program shall have read what it was told
NEWS = 1 << 16  # characters at the end of it in which news is looked for
PARTS = 8  # parts of a criterion that may fail before the rest is not tried
FLOOD = 5_000_000  # bytes said past one who does not read: more than the system's buffers hold
KEPT = 1 << 20  # bytes of what was heard that are remembered
REPEATED = 1 << 14  # bytes of the same over and over in which nothing new is heard

# A report
QUOTED = 300  # bytes that somebody says or hears at once
EVENTS = 60  # of a conversation
PRINTED = 24  # lines of what a program has printed
SOURCE = 100_000  # characters of a program in which faults are looked for

# A program
START = 15.0  # seconds for it to listen or to connect
SOON = 2.0  # seconds within which it ends at once
SPENT = 6.0  # seconds of processor time that it may use for that
PROCESSES, MEMORY, DISK = 512, 1 << 30, 64 << 20  # threads, bytes, bytes a file

# A submission
TIME = 600  # seconds for all criteria; the slowest honest one takes about 40
COPIED = 50_000_000  # bytes of it that are copied, the smallest files first
UNPACKED = 200_000_000  # bytes that a zip may hold, with a virtual environment and all
MEMBERS = 20_000  # files that a zip may hold
CLASS = 100  # times as much may a zip hold that holds a whole class
