"""What is written for platforms besides our own table and reports: each file in the platform's form."""

import json

from . import alike, gathering
from .criteria import maximum
from .lateness import days_late
from .platforms import canvas, moodle, single
from .platforms.gradescope import results
from .platforms.sheets import Grade
from .reports import report
from .tables import NOT_TRIED


def grade_of(submission, criteria, language="ru"):
    """Return what platforms are told of submission (sheets.Grade); its report is in language (str)."""
    penalty = submission.penalty(criteria)
    return Grade(
        submission.name,
        submission.student,
        submission.id,
        submission.base(criteria) - penalty,
        submission.bonus(criteria),
        maximum(criteria),
        submission.days,
        penalty,
        reason="" if submission.results else submission.reason,
        folder=submission.place,
        report=report(submission, criteria, language),
        untried=submission.open_points(criteria),
    )


def tests_of(submission, criteria):
    """Return the criteria as tests that submission has passed or not (list of dict, see platforms.single)."""
    tests = []
    for criterion in criteria:
        result = submission.results.get(criterion["criterion"], {})
        tests.append(
            {
                "name": criterion["criterion"],
                "title": criterion["title"] + f" ({NOT_TRIED})" * submission.untried(criterion),
                "passed": None if submission.untried(criterion) else result.get("passed", False),
                "score": submission.earned(criterion),
                "max_score": criterion["points"],
                "bonus": bool(criterion.get("bonus")),
                "output": result.get("heard", submission.reason),
            }
        )
    return tests


def be_late(submissions, due, a_day, times):
    """Note how late submissions are when due (datetime or None) costs a_day points; return what to say (list of str).

    times ({number of a student: datetime}) are the platform's own. Canvas only tells who is late.
    """
    notes = []
    for submission in submissions:
        submission.handed_in = times.get(submission.id) or submission.handed_in
        submission.a_day = a_day
        if not due:
            continue
        submission.days = days_late(submission.handed_in, due)
        if submission.platform == "canvas":
            submission.days = int(submission.late)
            if submission.late:
                notes.append(f"{submission.name}: Canvas пишет об опоздании, но не на сколько; снято за один день.")
        elif not submission.handed_in:
            notes.append(f"{submission.name}: время сдачи неизвестно, за опоздание ничего не снято.")
    return notes


def save_alike(path, submissions, past, folder):
    """Write the page of pairs (Path) about submissions and past years (list of Path), unpacked to folder (Path)."""
    works = {submission.name: alike.sources(submission.path) for submission in submissions if not submission.reason}
    years = {}
    for number, source in enumerate(past):
        for submission in gathering.gather([source], folder / f"past{number}"):
            if not submission.reason:
                years[f"{source.name}/{submission.name}"] = alike.sources(submission.path)
    path.write_text(alike.page(works, years), encoding="utf-8")


def save_gradescope(folder, submissions, criteria, metadata=None, best=False):
    """Write a results.json for Gradescope to folder (Path) for each of submissions."""
    for submission in submissions:
        grade = grade_of(submission, criteria)
        grade.report = submission.choice()
        told = results(grade, tests_of(submission, criteria), metadata, best)
        save_json(folder / f"{submission.name}.json", told)


def save_moodle(table, worksheet, grades):
    """Write worksheet (moodle.Worksheet) filled in, and the feedback zip, beside table (Path); return what to say."""
    text, notes = worksheet.fill(grades)
    filled, feedback = table.with_name(f"{table.stem}-moodle.csv"), table.with_name(f"{table.stem}-moodle.zip")
    filled.write_text(text, encoding="utf-8", newline="")
    moodle.feedback_zip(feedback, grades)
    return [*notes, f"Для Moodle: {filled}, {feedback}. {moodle.FIRST_THE_WORKSHEET}"]


def save_canvas(table, gradebook, assignment, grades):
    """Write the gradebook (Path) filled in, beside table (Path); return what to say."""
    text, notes = canvas.fill(gradebook, grades, assignment)
    filled = table.with_name(f"{table.stem}-canvas.csv")
    filled.write_text(text, encoding="utf-8", newline="")
    return [*notes, f"Для Canvas: {filled}"]


def save_single(options, submission, criteria):
    """Write what options name for one submission: json, github, prairielearn, vpl, summary, Paths or None."""
    grade, tests = grade_of(submission, criteria), tests_of(submission, criteria)
    if options.json:
        save_json(options.json, single.plain(grade, tests, submission.programs()))
    if options.github:
        save_json(options.github, single.github(grade, tests))
    if options.prairielearn:
        save_json(options.prairielearn, single.prairielearn(grade, tests))
    if options.vpl:
        options.vpl.write_text(single.vpl(grade, tests), encoding="utf-8")
    if options.summary:
        with options.summary.open("a", encoding="utf-8") as file:  # GitHub has one file for all steps
            file.write(single.summary(grade, tests, submission.programs()))


def save_json(path, told):
    """Write told (dict) to path (Path) as JSON."""
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
