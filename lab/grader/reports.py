"""The report on a submission, in Markdown."""

from .criteria import MAX_POINTS
from .texts import indented


def report(submission, criteria):
    """Return the report (str, Markdown) for a submission."""
    lines = [
        f"# {submission.name}: {submission.total(criteria)} из {MAX_POINTS}",
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
        f"| {c['title']}{' (бонус)' if c.get('bonus') else ''} | {submission.earned(c)} | {c['points']} |"
        for c in criteria
    ]
    for criterion in criteria:
        result = submission.results.get(criterion["criterion"])
        if result and not result["passed"]:
            lines += [
                "",
                f"## {criterion['title']}: 0 из {criterion['points']}",
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
