"""The report on a submission, in Markdown."""

from .criteria import MAX_POINTS
from .tables import NOT_TRIED
from .texts import indented


def report(submission, criteria):
    """Return the report (str, Markdown) for a submission."""
    untried = submission.open_points(criteria)
    by_hand = f"Не проверено на {untried} баллов: их ставит преподаватель." if untried else ""
    lines = [
        f"# {submission.name}: {submission.total(criteria)} из {MAX_POINTS}",
        "",
        by_hand,
        "",
        submission.reason,
        "",
        submission.choice(),
        "",
        submission.circumstances(criteria),
        "",
        "| критерий | баллы | из |",
        "|---|---|---|",
    ]
    lines += [
        f"| {c['title']}{' (бонус)' if c.get('bonus') else ''} | {points(submission, c)} | {c['points']} |"
        for c in criteria
    ]
    for criterion in criteria:
        result = submission.results.get(criterion["criterion"])
        if result and not result["passed"]:
            lines += [
                "",
                f"## {criterion['title']}: {points(submission, criterion)} из {criterion['points']}",
                "",
                "Ожидалось:",
                "",
                indented(result["expected"]),
                "",
                "Было:",
                "",
                indented(result["heard"] or "(ничего: проверка оборвалась)"),
            ]
    return "\n".join(lines) + "\n"


def points(submission, criterion):
    """Return what a submission has earned for a criterion (int), or that it could not be tried (str)."""
    return NOT_TRIED if submission.untried(criterion) else submission.earned(criterion)
