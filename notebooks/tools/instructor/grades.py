"""A graded class in numbers: what is lost most, with whom together, and which faults were found.

There is no name on the page: it can be shown to the class.
"""

import csv
import html
import json
from collections import Counter
from statistics import mean, median

from .page import page, table

STEP = 10  # points that one bar of the distribution takes
RECORDS = ".grading"  # where grade.py keeps what it has found, beside the reports
WORDS = {
    "ru": {
        "title": "Оценки класса",
        "counts": "Работ: {works}. Баллы от {least:g} до {most:g}, среднее {mean:.0f}, медиана {median:.0f} (из {max} "
        "и {bonus} сверх того).",
        "lost": "Что теряют чаще всего",
        "lost-head": ["критерий", "не выполнили", "", "потеряно баллов на работу"],
        "bonus": " (сверх задания)",
        "spread": "Сколько набрали",
        "spread-head": ["баллы", "работ", ""],
        "together": "Что теряют вместе",
        "together-about": "Кто теряет одно, теряет и другое: причина, скорее всего, общая.",
        "together-head": ["теряют", "и вместе с этим", "из скольких"],
        "open": "Не проверено (ждёт преподавателя): {number}.",
    },
    "en": {
        "title": "The class in points",
        "counts": "{works} submissions. Points from {least:g} to {most:g}, mean {mean:.0f}, median {median:.0f} "
        "(of {max}, and {bonus} beyond).",
        "lost": "What is lost most",
        "lost-head": ["criterion", "lost by", "", "points lost per submission"],
        "bonus": " (beyond the assignment)",
        "spread": "Points",
        "spread-head": ["points", "submissions", ""],
        "together": "What is lost together",
        "together-about": "Who loses the one loses the other: they probably have one cause.",
        "together-head": ["who loses", "loses also", "of how many"],
        "open": "Not tried (for the instructor to decide): {number}.",
    },
}


class Grades:
    """What a grades.csv says: rows (list of dict), and the criteria (metadata of their cells) that it has."""

    def __init__(self, path, criteria):
        """path (Path) is the table, criteria (list of dict) those of grading.ipynb. Raises ValueError, OSError."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            try:
                self.rows = list(csv.DictReader(file))
            except (csv.Error, UnicodeDecodeError) as error:
                raise ValueError(f"{path}: не таблица ({error})") from None
        columns = self.rows[0].keys() if self.rows else ()
        self.criteria = [criterion for criterion in criteria if criterion["criterion"] in columns]
        if not self.rows or not self.criteria or "points" not in columns:
            raise ValueError(f"{path}: это не таблица, которую записал lab/grade.py")
        self.points = [number(row["points"]) or 0 for row in self.rows]
        self.folder = path.with_suffix("") / RECORDS

    def lost(self, criterion):
        """Return the places (set of int) of the rows that lose a criterion (dict), a part of it included."""
        values = {place: number(row[criterion["criterion"]]) for place, row in enumerate(self.rows)}
        return {place for place, value in values.items() if value is not None and value < criterion["points"]}

    def missing(self, criterion):
        """Return the points (float) that all rows together lose at a criterion."""
        values = [number(row[criterion["criterion"]]) for row in self.rows]
        return sum(criterion["points"] - value for value in values if value is not None)

    def records(self):
        """Return what grading has kept of each submission (list of dict with results and found), if it has."""
        found = []
        for path in sorted(self.folder.glob("*.json")):
            try:
                record = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(record, dict) and {"results", "found"} <= record.keys():
                found.append(record)
        return found


def number(text):
    """Return the number (float) in a cell of the table, None where it is empty or no number."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def bar(share):
    """Return a bar (HTML) as long as share (0 to 1) says."""
    return f'<div class="bar" style="width: {share * 14:.1f}rem"></div>'


def statistics(grades, language, found=""):
    """Return a page (str) about grades (Grades); found (HTML) tells which faults there were."""
    words = WORDS[language]
    top = max(number(row.get("max_points")) or 0 for row in grades.rows)
    counts = words["counts"].format(
        works=len(grades.rows),
        mean=mean(grades.points),
        median=median(grades.points),
        least=min(grades.points),
        most=max(grades.points),
        max=f"{top:g}",
        bonus=sum(criterion["points"] for criterion in grades.criteria if criterion.get("bonus")),
    )
    left = sum(number(row[c["criterion"]]) is None for row in grades.rows for c in grades.criteria)
    body = f"<h1>{words['title']}</h1>\n<p>{counts}</p>\n" + (
        f"<p>{words['open'].format(number=left)}</p>\n" if left else ""
    )
    body += f"<h2>{words['lost']}</h2>\n{lost_most(grades, words)}"
    body += f"<h2>{words['spread']}</h2>\n{spread(grades, words)}"
    if rows := together(grades):
        body += f"<h2>{words['together']}</h2>\n<p>{words['together-about']}</p>\n{table(words['together-head'], rows)}"
    return page(words["title"], body + found, language)


def lost_most(grades, words):
    """Return the table (HTML) of criteria, the one that most lose first."""
    works = len(grades.rows)
    rows = []
    for criterion in sorted(grades.criteria, key=lambda c: (-len(grades.lost(c)), -grades.missing(c))):
        title = html.escape(criterion["title"]) + words["bonus"] * bool(criterion.get("bonus"))
        lost = len(grades.lost(criterion))
        rows.append([title, f"{lost} / {works}", bar(lost / works), f"{grades.missing(criterion) / works:.1f}"])
    return table(words["lost-head"], rows)


def spread(grades, words):
    """Return the table (HTML) of how many have how many points."""
    counts = Counter(int(points // STEP) for points in grades.points)
    places = range(min(counts), max(counts) + 1)
    rows = [
        [f"{at * STEP}–{at * STEP + STEP - 1}", counts[at], bar(counts[at] / max(counts.values()))] for at in places
    ]
    return table(words["spread-head"], rows)


def together(grades, least=3, most=8):
    """Return rows (lists of HTML) of pairs of criteria: nearly all who lose the first lose the second."""
    lost = {c["criterion"]: (c, grades.lost(c)) for c in grades.criteria}
    pairs = []
    for name, (first, who) in lost.items():
        for other, (second, also) in lost.items():
            both = len(who & also)
            rare = len(also) < 0.8 * len(grades.rows)  # what nearly everybody loses goes with all
            if name != other and both >= least and both >= 0.8 * len(who) and rare and len(who) <= len(also):
                pairs.append((both / len(who), both, first, second, len(who)))
    pairs.sort(key=lambda pair: (-pair[0], -pair[1]))
    return [
        [html.escape(one["title"]), html.escape(two["title"]), f"{n} / {of}"] for _, n, one, two, of in pairs[:most]
    ]
