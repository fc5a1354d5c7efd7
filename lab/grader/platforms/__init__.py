"""What learning platforms hand out, and whose it is: one module for each platform.

A platform's module has read(name), which tells the names that it gives from all others, and
what writes a file that it takes back.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Name:
    """A file or a folder as a platform calls it, taken apart."""

    platform: str
    student: str  # as the platform writes it: "Иванов Иван", but "ivanovivan" in Canvas
    file: str = ""  # what the student called the file; "" for a folder
    id: str = ""  # the platform's number for the student, if it tells
    late: bool = False  # whether the platform says so
    text: bool = False  # written into a field of the platform, and no file
    again: int = 0  # which of several files of the same name this is

    def key(self):
        """Return what all names of one student have in common."""
        return self.platform, self.id or self.student.casefold()


@dataclass
class HandIn:
    """What one student has handed in: names as the platform gave them, with what they say."""

    student: str
    id: str = ""
    platform: str = ""
    late: bool = False
    parts: dict = field(default_factory=dict)  # {name as given: Name}
    paths: dict = field(default_factory=dict)  # {Path: Name}, where they are on this computer


from . import canvas, google, moodle  # noqa: E402  they need Name


def read(names, folders=()):
    """Return the hand-ins (list of HandIn) that names (list of str) are, and the names that are none.

    folders are those of names that are folders. Moodle's names are like no others. The others may
    be a student's own by chance, so that a platform must have given all of them.
    """
    for platform in moodle, canvas, google:
        parts = {name: platform.read(name, name in folders) for name in names}
        found = {name: part for name, part in parts.items() if part}
        rest = [name for name in names if name not in found]
        if found and platform.is_class(found.values()) and (platform is moodle or not rest):
            return grouped(found), rest
    return [], list(names)


def grouped(parts):
    """Return the hand-ins (list of HandIn) that parts ({name: Name}) belong to, each student's as one."""
    hand_ins = {}
    for name, part in sorted(parts.items()):
        hand_in = hand_ins.setdefault(part.key(), HandIn(part.student, part.id, part.platform))
        hand_in.parts[name] = part
        hand_in.late |= part.late
    return list(hand_ins.values())
