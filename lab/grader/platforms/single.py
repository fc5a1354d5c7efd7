"""One hand-in, as whoever runs the grader for it wants it: a JSON file, GitHub, PrairieLearn, VPL, a Markdown summary.

tests are a list of dicts: name, title, passed (bool, None when it was not tried), score, max_score,
bonus (bool), output. grade is a platforms.sheets.Grade.
"""


def plain(grade, tests, programs=()):
    """Return our own form (dict): everything."""
    return {
        "name": grade.name,
        "student": grade.student,
        "id": grade.id,
        "programs": list(programs),
        "graded": not grade.reason,
        "score": grade.base,
        "max_score": grade.of,
        "bonus": grade.bonus,
        "days_late": grade.late,
        "penalty": grade.penalty,
        "tests": tests,
    }


def github(grade, tests):
    """Return result.json (dict) for GitHub's classroom: whole numbers, score never above max-score."""
    return {
        "score": int(min(max(grade.base, 0), grade.of)),
        "max-score": int(grade.of),
        "tests": [
            {
                "test-name": test["title"],
                "passed": bool(test["passed"]),
                "score": int(min(test["score"], test["max_score"])),
                "max-score": int(test["max_score"]),
            }
            for test in tests
            if not test["bonus"]
        ],
    }


def prairielearn(grade, tests):
    """Return results.json (dict) for PrairieLearn's external grader: score is a share from 0 to 1."""
    return {
        "gradable": not grade.reason,
        "score": min(max(grade.base, 0), grade.of) / grade.of,
        "message": grade.comment(),
        "tests": [
            {
                "name": test["title"],
                "points": test["score"],
                "max_points": 0 if test["bonus"] else test["max_score"],
                "output": test["output"],
            }
            for test in tests
        ],
    }


def vpl(grade, tests, maximum=100):
    """Return what VPL's evaluation prints (str), for an activity whose maximum grade is maximum.

    A line of a student's program must not pass for one of ours, so that each is indented by ">".
    """
    lines = ["<|--"]
    for test in tests:
        sign = "не проверено" if test["passed"] is None else f"{test['score']} из {test['max_score']}"
        lines.append(f"-{test['title']}: {sign}")
        lines += [f">{line}" for line in test["output"].splitlines()] if not test["passed"] else []
    lines += ["--|>", f"Grade :=>> {grade.scaled(maximum)}"]
    return "\n".join(lines) + "\n"


def summary(grade, tests, programs=()):
    """Return a short Markdown text (str), for a page of a build or a comment to a pull request."""
    signs = {True: "✅", False: "❌", None: "❔"}
    lines = [f"## {grade.name}: {grade.base} из {grade.of}{f' + {grade.bonus}' if grade.bonus else ''}", ""]
    lines += [f"Проверены: {', '.join(f'`{program}`' for program in programs)}", ""] if programs else []
    lines += [grade.comment(), ""] if grade.comment() else []
    lines += ["| | критерий | баллы | из |", "|---|---|---|---|"]
    lines += [
        f"| {signs[test['passed']]} | {test['title']}{' (бонус)' if test['bonus'] else ''} "
        f"| {test['score']} | {test['max_score']} |"
        for test in tests
    ]
    return "\n".join(lines) + "\n"
