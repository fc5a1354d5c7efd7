"""Ten questions about one submission's own programs, each with what a good answer holds.

A question quotes one line and asks for others: what happens next, in which thread, to whom. So it takes
the whole program to answer it, and somebody who has written that has it in the head.
"""

import hashlib
from dataclasses import dataclass

from . import about_any, about_client, about_ends, about_messages, about_people, about_threads  # noqa: F401
from .asking import OF_CLIENT, OF_SERVER
from .program import Program
from .subject import Subject
from .words import SPOKEN, say

SERVER, CLIENT = ROLES = "server.py", "client.py"
MOST, FOR_CLIENT = 10, 3  # how many questions in all, and how many of these at least about the client, if there are
FIRST = "end", "stands", "lists", "gone", "quits"  # everybody is asked these, where they fit
WEAK = "own", "inline", "erased-break", "erased-start", "send-fails", "value"  # the half can be guessed: not asked
# where there are enough of others
LAST = "branch", "callers", "erased-line"  # asked only where nothing better is left


@dataclass
class Question:
    """What to ask about a line of a program; holds (list of str) is what a good answer has."""

    kind: str
    file: str
    line: int
    quote: str
    text: str
    holds: list


def questions(sources, files=None, language="ru"):
    """Return the questions (list of Question, at most MOST) about a submission.

    sources ({role: text}) are its programs, files ({role: path}) what they are called. There are none about
    a program that Python can't parse. The same programs always get the same questions; another one, others.
    """
    subjects, files = {}, files or {}
    for role in ROLES:
        try:
            if role in sources:
                program = Program(sources[role], files.get(role, role))
                subjects[role] = Subject(program, role == SERVER, SPOKEN[language])
        except (SyntaxError, RecursionError):
            continue
    if len(subjects) == 2 and sources[SERVER] == sources[CLIENT]:
        subjects[CLIENT] = Subject(subjects[SERVER].program, False, SPOKEN[language])  # one file is both
    found = [one for role in subjects for one in about(role, subjects, language)]
    return chosen(found, "".join(sources.values()))


def about(role, subjects, language):
    """Return the questions (list) about the program for role (str); at most one of each kind but the last ones."""
    found = []
    subject, other = subjects[role], subjects.get(CLIENT if role == SERVER else SERVER)
    for kind, ask in (OF_SERVER if role == SERVER else OF_CLIENT).items():
        for node, values, holds in ask(subject, other):
            text = say(f"ask-{kind}", language, **values)
            said = [say(key, language, **more) for key, more in holds]
            file, line = subject.program.file, getattr(node, "lineno", 0)
            found.append((role, Question(kind, file, line, subject.program.line(node), text, said)))
            if kind not in LAST:
                break
    return found


def chosen(found, text):
    """Return MOST of found ([(role, Question)]): FIRST ones, then others by lot of text (str), in their order."""

    def rank(item):
        question = item[1]
        lot = hashlib.sha256(f"{question.kind} {question.line} {text}".encode("utf-8", "replace")).hexdigest()
        return question.kind in LAST, question.kind in WEAK, question.kind not in FIRST, lot

    ranked = sorted(found, key=rank)
    of_client = [item for item in ranked if item[0] == CLIENT and item[1].kind not in LAST][:FOR_CLIENT]
    picked = of_client + [item for item in ranked if not any(item is one for one in of_client)][: MOST - len(of_client)]
    asked = [question for item in found if any(item is one for one in picked) for question in item[1:]]
    return sorted(asked, key=lambda question: question.kind in LAST)
