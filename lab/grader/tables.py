"""The points of a class: on the screen, as CSV, as JUnit's XML."""

import csv
import xml.etree.ElementTree as ElementTree

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from . import screen
from .criteria import maximum
from .language import speaker
from .saving import save_text, whole
from .texts import printable

PERSON = "student", "id", "handed_in", "days_late", "penalty", "attempt"
NOT_TRIED = "не проверено"  # instead of points, which are to be set by hand


def save_csv(path, submissions, criteria):
    """Write a line for each submission to path (Path)."""
    with whole(path, newline="", encoding="utf-8-sig") as file:  # the mark is for Excel
        writer = csv.writer(file)
        names = [c["criterion"] for c in criteria]
        writer.writerow(["submission", "points", "max_points", *names, "programs", "not_tried", *PERSON])
        for s in submissions:
            name = formula_free(s.name)
            points = ["" if s.untried(c) else s.earned(c) for c in criteria]  # to be filled in by hand
            untried = ", ".join(c["criterion"] for c in criteria if s.untried(c))
            programs = formula_free(", ".join(s.programs()))
            person = [formula_free(s.student), s.id, s.handed_in or "", s.days, s.penalty(criteria), s.attempt]
            writer.writerow([name, s.total(criteria), maximum(criteria), *points, programs, untried, *person])


def formula_free(text):
    """Return text (str) so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@") else text


def save_junit(path, submissions, criteria):
    """Write path (Path): a testsuite for each submission, a testcase for each criterion."""
    root = ElementTree.Element("testsuites")
    for s in submissions:
        untried = [c for c in criteria if s.untried(c)]
        lost = [c for c in criteria if s.lost(c)]
        counts = {"tests": str(len(criteria)), "failures": str(len(lost)), "skipped": str(len(untried))}
        suite = ElementTree.SubElement(root, "testsuite", name=s.name, **counts)
        for criterion in criteria:
            case = ElementTree.SubElement(suite, "testcase", classname=s.name, name=criterion["criterion"])
            if criterion in lost + untried:
                kind = "failure" if criterion in lost else "skipped"
                ElementTree.SubElement(case, kind, message=criterion["title"]).text = printable(
                    s.results.get(criterion["criterion"], {}).get("heard") or s.reason
                )
    save_text(path, ElementTree.tostring(root, "utf-8", xml_declaration=True).decode())


def show(submissions, criteria, language="ru"):
    """Print the table of all submissions, in language (str)."""
    say, explain = screen.speaker(language), speaker(language)
    table = Table(say("работа"), say("программы"), Column(say("баллы"), justify="right"), say("не выполнено"))
    for s in submissions:
        base = [c for c in criteria if not c.get("bonus")]
        lost = ", ".join(c["criterion"] for c in base if s.lost(c))
        untried = ", ".join(c["criterion"] for c in base if s.untried(c))
        lost += f"{'; ' if lost else ''}{say(NOT_TRIED)}: {untried}" if untried else ""
        points, programs = f"{s.total(criteria)} {say('из')} {maximum(criteria)}", ", ".join(s.programs())
        points += f"\n{say(NOT_TRIED)} {s.open_points(base)}" * bool(untried)
        table.add_row(escape(s.name), escape(programs), points, escape(explain(s.reason) or lost))
    Console().print(table)
    for s in submissions:
        for note in s.found.get("notes", []):
            Console().print(f"{s.name}: {printable(explain(note))}.", markup=False, highlight=False)
