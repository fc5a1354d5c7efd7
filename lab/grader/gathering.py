"""Who has handed in what: a class as an instructor has got it, as submissions."""

import re
import shutil
from collections import Counter
from datetime import datetime

from . import finding, limits, platforms, store
from .archives import is_archive, open_archive, unpack, without_suffix
from .platforms import moodle
from .submissions import Submission

LINK = re.compile(rb"https?://[^\s\"'<>]+")
GIT = ".git"


def gather(sources, folder, one=False):
    """Return the submissions (list) in sources (list of Path); what must be unpacked goes to folder (Path).

    With one, each source is a submission, whatever it looks like. A student who is in several
    sources has an attempt in each. Raises ValueError, in Russian, when there is nothing in one of them.
    """
    submissions = []
    for number, source in enumerate(sources):
        if not source.is_dir() and not (source.is_file() and is_archive(source)):
            raise ValueError(f"Нет такой папки: {source}")
        found = (plain if one else collect)(source, folder / f"source{number}")
        if not found:
            raise ValueError(f"В папке {source} нет ни папок, ни архивов zip.")
        submissions += told_apart(found)
    return numbered(submissions)


def collect(source, folder):
    """Return the submissions (list) in one source (Path); what must be unpacked goes to folder (Path)."""
    if is_archive(source) and not source.is_dir():
        unpack(source, folder / "all", limits.CLASS)
        source = folder / "all"
    entries = visible(source)
    if len(entries) == 1 and entries[0].is_dir() and is_class(visible(entries[0])):
        entries = visible(entries[0])  # somebody zipped the folder of the class, not what is in it
    hand_ins, rest = read(entries)
    if not hand_ins and is_one(entries):
        rest = [source]
    submissions = [stage(hand_in, folder / str(number)) for number, hand_in in enumerate(hand_ins)]
    for number, entry in enumerate(rest, len(hand_ins)):
        if entry.is_dir() or is_archive(entry):
            submissions += plain(entry, folder / str(number))
    return submissions


def is_class(entries):
    """Return whether entries (list of Path) are a class rather than what one student has handed in."""
    return bool(read(entries)[0]) or sum(map(is_work, entries)) > 1


def read(entries):
    """Return what a platform gave of entries (list of Path): hand-ins with their paths as keys, and the rest."""
    paths = {entry.name: entry for entry in entries}
    hand_ins, rest = platforms.read(list(paths), [name for name, path in paths.items() if path.is_dir()])
    for hand_in in hand_ins:
        hand_in.paths = {paths[name]: part for name, part in hand_in.parts.items()}
    return hand_ins, [paths[name] for name in rest]


def plain(entry, folder):
    """Return the submission that entry (Path) is, as a list; or those of a class, when it was packed with others."""
    submission = Submission(entry.name or entry.resolve().name, entry.resolve())
    submission.student = without_suffix(submission.name)
    try:
        submission.path = open_archive(entry, folder / "one")
    except ValueError as error:
        submission.reason = str(error)
        return [submission]
    hand_ins = read(visible(submission.path))[0]
    if hand_ins:  # one of several archives of the class
        return [stage(hand_in, folder / str(number)) for number, hand_in in enumerate(hand_ins)]
    submission.handed_in = newest(submission.path)
    return [submission]


def stage(hand_in, folder):
    """Return the submission that hand_in (platforms.HandIn) is; its files are brought together in folder (Path)."""
    submission = Submission(f"{hand_in.student} ({hand_in.id})" if hand_in.id else hand_in.student, folder)
    submission.student, submission.id, submission.platform = hand_in.student, hand_in.id, hand_in.platform
    submission.late = hand_in.late
    submission.place = moodle.place(hand_in) if hand_in.platform == "moodle" else ""
    try:
        submission.path = open_archive(together(hand_in, folder / "files"), folder / "unpacked")
    except ValueError as error:
        submission.reason = str(error)
        return submission
    if hand_in.platform == "google":  # Moodle's files bear the time of the download, Canvas says who is late
        submission.handed_in = newest(submission.path)
    if any(part.text for part in hand_in.parts.values()) and not any(map(finding.plays, submission.path.rglob("*"))):
        submission.reason = only_text(submission.path)
    return submission


def together(hand_in, folder):
    """Return the folder (Path) that has all files of hand_in: its only one, or folder with copies."""
    if len(hand_in.paths) == 1 and next(iter(hand_in.paths)).is_dir():
        return next(iter(hand_in.paths))
    for path, part in sorted(hand_in.paths.items(), key=lambda item: -item[1].again):
        if path.is_dir():
            shutil.copytree(path, folder, dirs_exist_ok=True, symlinks=True)
            continue
        name = part.file if part.file.strip(". ") else path.name
        target = folder / name
        if target.exists():  # several of one name: the newest counts
            target = folder / "old" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return folder


def only_text(folder):
    """Return the reason (str) for a hand-in without a program; links in its text are told."""
    texts = [path.read_bytes()[:100_000] for path in folder.rglob("*.htm*") if path.is_file()]
    links = [link.decode("utf-8", "replace") for text in texts for link in LINK.findall(text)]
    return "Сдан текст, а не программы" + (f"; в нём ссылка: {links[0]}" if links else "") + "."


def newest(folder):
    """Return when the newest file in folder (Path) was changed (datetime), or None: in a git clone no file tells."""
    if (folder / GIT).exists():
        return None
    times = [path.stat().st_mtime for path in folder.rglob("*") if finding.plays(path)]
    return datetime.fromtimestamp(max(times)) if times else None


def told_apart(submissions):
    """Return submissions (list) of one source: a folder and an archive of one name there are no attempts."""
    students = Counter(submission.student for submission in submissions if not submission.platform)
    for submission in submissions:
        if students[submission.student] > 1 and not submission.platform:
            submission.student = submission.name
    return submissions


def numbered(submissions):
    """Return submissions (list) so that no two have one name: who has handed in again gets attempts."""
    people = {}
    for submission in submissions:
        people.setdefault(submission.person(), []).append(submission)
    for attempts in people.values():
        if all(attempt.handed_in for attempt in attempts):
            attempts.sort(key=lambda attempt: attempt.handed_in)
        for number, attempt in enumerate(attempts, 1):
            attempt.attempt, attempt.attempts = number, len(attempts)
            attempt.name += f", попытка {number}" if len(attempts) > 1 else ""
    return submissions


def visible(folder):
    """Return what is in folder (Path), in order, without what systems put there for themselves, and without ours."""
    return sorted(
        entry
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and entry.name != "__MACOSX" and not (entry / store.FOLDER).is_dir()
    )


def is_one(entries):
    """Return whether entries (list of Path) are one submission: programs, or tasks of one course."""
    if any(entry.name.lower() in finding.ROLES for entry in entries):
        return True
    roles = set().union(*(finding.plays(entry) for entry in entries))
    works = [entry.name for entry in entries if is_work(entry)]
    if roles:  # else somebody has left a script beside the class
        return len(roles) == 2 or not works
    return finding.is_course(works)


def is_work(entry):
    """Return whether entry (Path) can be a submission: an archive, or a folder with a server in it."""
    return is_archive(entry) or any(
        is_archive(path) or finding.SERVER in finding.plays(path) for path in entry.rglob("*")
    )
