"""The report on a submission, in Markdown: from it alone its author can repair the programs."""

from collections import Counter

from .criteria import maximum
from .faults import faults
from .language import speaker
from .tables import NOT_TRIED
from .texts import TALK, TERMINAL, indented

LESSONS = {"ru": "notebooks/ru/", "en": "notebooks/en/"}  # where lessons are in this project
HELD, MISSED, OPEN = "✓", "✗", "·"  # an expected line that came, that did not, and that nobody waited for


def report(submission, criteria, language="ru"):
    """Return the report (str, Markdown) for a submission in language (str)."""
    return Report(submission, criteria, language).text()


class Report:
    """The parts of a report; each is a list of paragraphs (str)."""

    def __init__(self, submission, criteria, language):
        """criteria (list of dict) may have been translated, see criteria.translated()."""
        self.submission, self.criteria, self.language = submission, criteria, language
        self.say = speaker(language)
        self.shown = {}  # what has been shown already: the title of the criterion

    def text(self):
        """Return all of it."""
        lost = [part for group in self.groups() for part in self.lost(*group)]
        return "\n\n".join(filter(None, [*self.head(), self.table(), *self.beginning(), *lost])) + "\n"

    def groups(self):
        """Return the criteria that do not hold, those together (list of dict) that tell the same."""
        groups = {}
        for criterion in self.criteria:
            result = self.submission.results.get(criterion["criterion"])
            if result and not result["passed"]:
                said, blocks = taken_apart(result)
                held = Counter(result["expected"].splitlines())
                key = str(([line for line in said if line not in held], blocks or criterion["criterion"]))
                groups.setdefault(key, []).append(criterion)
        return groups.values()

    def head(self):
        """Return what was earned, and what there is to say of the submission as a whole."""
        submission, left = self.submission, self.submission.open_points(self.criteria)
        base = submission.open_points([criterion for criterion in self.criteria if not criterion.get("bonus")])
        points = f"{submission.total(self.criteria)} из {maximum(self.criteria)}"
        points += f", не проверено {base}" * bool(base)
        by_hand = f"Баллов, которые преподаватель ставит сам: {left}." * bool(left)
        about = by_hand, submission.reason, submission.choice(), submission.circumstances(self.criteria)
        return [f"# {submission.name}: {self.say(points)}", *map(self.say, about)]

    def table(self):
        """Return the points for each criterion."""
        rows = [self.say("| критерий | баллы | из |"), "|---|---|---|"]
        for criterion in self.criteria:
            bonus = self.say(" (бонус)") * bool(criterion.get("bonus"))
            rows.append(f"| {criterion['title']}{bonus} | {self.points(criterion)} | {criterion['points']} |")
        return "\n".join(rows)

    def points(self, criterion):
        """Return the points for a criterion (str), or that it was not tried."""
        submission = self.submission
        return self.say(NOT_TRIED) if submission.untried(criterion) else str(submission.earned(criterion))

    def beginning(self):
        """Return the faults that were recognised, with the lines where they are."""
        beyond = {criterion["criterion"] for criterion in self.criteria if criterion.get("bonus")}
        found = faults(self.submission.found, self.submission.results, beyond)
        return [f"## {self.say('С чего начать')}", *map(self.fault, found)] if found else []

    def fault(self, fault):
        """Return what there is to say (str) of a fault (Fault)."""
        found = self.submission.found
        lines = found.get("sources", {}).get(fault.role, "").splitlines()
        path = found.get("programs", {}).get(fault.role, fault.role)
        where = f"`{path}`" + f", {self.say('строка')} {fault.line}" * bool(fault.line)
        said = f"- {where}: {self.say(fault.says).format(**fault.values)}."
        if fault.lesson:
            said += f" {self.say('Урок')}: [{fault.lesson}]({LESSONS[self.language]}{fault.lesson}.ipynb)."
        line = lines[fault.line - 1].strip() if 0 < fault.line <= len(lines) else ""
        return said + f"\n\n      {line}" * bool(line)

    def lost(self, criterion, *others):
        """Return what there is to say of a criterion (dict) that does not hold, and others for the same reason."""
        result, title = self.submission.results[criterion["criterion"]], criterion["title"]
        said, blocks = taken_apart(result)
        held = Counter(result["expected"].splitlines()) & Counter(result["heard"].splitlines())
        reason = "\n".join(line for line in said if line not in held) or "проверка оборвалась раньше"
        also = ", ".join(f"«{other['title']}» ({self.earned(other)})" for other in others)
        return [
            f"## {title}: {self.earned(criterion)}",
            criterion.get("why", ""),
            indented(self.expected(result["expected"].splitlines(), held)),
            indented(self.say(reason)),
            *(part for heading, block in blocks for part in self.block(heading, block, title)),
            f"{self.say('Из-за того же:')} {also}." * bool(also),
        ]

    def earned(self, criterion):
        """Return the points for a criterion, and how many there are (str)."""
        how_many = f"{self.say('из')} {criterion['points']}"
        untried = self.submission.untried(criterion)
        return f"{self.say(NOT_TRIED)} ({how_many})" if untried else f"{self.points(criterion)} {how_many}"

    def expected(self, lines, held):
        """Return lines (list of str) that a criterion wants, each marked as held (Counter) says."""
        held, marked, mark = Counter(held), [], MISSED
        for line in lines:
            if held[line]:
                held[line] -= 1
                marked.append(f"{HELD} {self.say(line)}")
                continue
            marked.append(f"{mark} {self.say(line)}")
            mark = MISSED if any(held.values()) else OPEN
        return "\n".join(marked)

    def block(self, heading, block, title):
        """Return a block (str) of the conversation, or of what a program has printed, below heading (str)."""
        if not heading.startswith(TERMINAL):
            return [self.say(heading), indented("\n".join(map(self.say, block.splitlines())))]
        name = heading.removeprefix(TERMINAL).removesuffix(":")
        where = f"{self.say('На терминале')} `{name}`"
        if (heading, block) in self.shown:
            return [f"{where}: {self.say('то же, что в критерии')} «{self.shown[heading, block]}»."]
        self.shown[heading, block] = title
        return [f"{where}:", indented(block)]


def taken_apart(result):
    """Return what a criterion has printed: its lines (list of str), and [(heading, block of text)]."""
    said, blocks = [], []
    for line in result["heard"].splitlines():
        if line == TALK or line.startswith(TERMINAL):
            blocks.append((line, []))
        elif blocks and line.startswith("    "):
            blocks[-1][1].append(line[4:])
        else:
            said.append(line)
    return said, [(heading, "\n".join(block)) for heading, block in blocks]
