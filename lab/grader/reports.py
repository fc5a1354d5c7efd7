"""The report on a submission, in Markdown: from it alone its author can repair the programs."""

from collections import Counter

from .criteria import maximum
from .faults import faults
from .language import speaker
from .lessons import lesson
from .samples import TAKEN
from .tables import NOT_TRIED
from .texts import TALK, TERMINAL, indented

HELD, MISSED, OPEN = "✓", "✗", "·"  # an expected line that came, that did not, and that nobody waited for
MISSING = "Не случилось: "  # how a line begins that says again what MISSED says
SIGNS = {  # what stands for what in a report, explained where it stands
    HELD: "✓ — так и было",
    MISSED: "✗ — этого не было",
    OPEN: "· — до этого не дошло",
    "⏎": "⏎ — здесь кончается строка",
    "…": "… — здесь пропуск: его сделал отчёт",
    "подряд:": "(подряд: 3) — эта строка пришла три раза подряд",
    "\ufffd": "\ufffd — байты, из которых не выходит буквы",
}
NEEDED, FREE, SAMPLE = "Нужно для:", "Баллов это не стоило", "Образец:"
NOT_REACHED = "До бонусных критериев дело поэтому не дошло:"  # what breaks the base says nothing of them
AGAIN = "Исправьте основное и сдайте ещё раз: проверятся и они."
AT_ONCE = "Имя люди в проверке называют сразу, не дожидаясь вопроса."


def report(submission, criteria, language="ru"):
    """Return the report (str, Markdown) for a submission in language (str)."""
    return Report(submission, criteria, language).text()


class Report:
    """The parts of a report; each is a list of paragraphs (str)."""

    def __init__(self, submission, criteria, language):
        """criteria (list of dict) may have been translated, see criteria.translated()."""
        self.submission, self.criteria, self.language = submission, criteria, language
        self.say = speaker(language)
        self.told = set()  # sentences of hints that have been said
        self.shown = {}  # what has been shown already: the title of the criterion

    def text(self):
        """Return all of it."""
        lost = [part for group in self.groups() for part in self.lost(*group)]
        parts = [*self.head(), self.table(), *self.beginning(), *self.legend(lost), *lost]
        return "\n\n".join(filter(None, parts)) + "\n"

    def legend(self, lost):
        """Return what the signs mean that stand in lost (list of str)."""
        text = "\n".join(lost)
        signs = [self.say(meaning) for sign, meaning in SIGNS.items() if sign in text]
        at_once = f" {self.say(AT_ONCE)}" * (self.say(TALK) in text)
        return [f"{self.say('Знаки:')} {'; '.join(signs)}.{at_once}"] if signs else []

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
        base, bonus = [[fault for fault in found if fault.beyond is other] for other in (False, True)]
        return [*self.hints("С чего начать", base), *self.hints("Сверх задания", bonus)]

    def hints(self, heading, found):
        """Return a heading (str) and what there is to say of found (list of Fault): of those at one line, once."""
        places = {}
        for fault in found:
            places.setdefault((fault.role, fault.line), []).append(fault)
        return (
            [f"## {self.say(heading)}", *(self.hint(*place, some) for place, some in places.items())] if found else []
        )

    def hint(self, role, number, found):
        """Return what there is to say (str) of found (list of Fault) in the line with number (int) of a program."""
        about = self.submission.found
        lines = about.get("sources", {}).get(role, "").splitlines()
        path = about.get("programs", {}).get(role, role)
        where = f"`{path}`" + f", {self.say('строка')} {number}" * bool(number)
        told = [part for fault in found for part in fault.told()[:1]] + [part for fault in found for part in fault.more]
        said = dict.fromkeys(self.say(says).format(**values) for says, values in told)
        said = [sentence for sentence in said if sentence not in self.told]
        self.told.update(said)
        said.append(self.cost(found))
        names = list(dict.fromkeys(fault.lesson for fault in found))
        lessons = list(filter(None, (lesson(name, self.language) for name in names)))
        if lessons:
            said.append(f"{self.say('Урок')} {', '.join(lessons)}")
        line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        shown = f"\n\n      {line}" * bool(line) + self.samples(found)
        return f"- {where}: {' '.join(f'{sentence}.' for sentence in said)}{shown}"

    def samples(self, found):
        """Return the code (str) that shows how to repair found (list of Fault), each once."""
        codes = dict.fromkeys(fault.values["sample"] for fault in found if "sample" in fault.values)
        codes = [code.replace(TAKEN, self.say(TAKEN)) for code in codes]
        return "".join(f"\n\n  {self.say(SAMPLE)}\n\n{indented(code, 6)}" for code in codes)

    def cost(self, found):
        """Return which criteria found (list of Fault) cost (str): with the base, also what was lost for the same."""
        names = set().union(*(fault.costs for fault in found))
        for group in self.groups():
            if names & {criterion["criterion"] for criterion in group if not criterion.get("bonus")}:
                names |= {criterion["criterion"] for criterion in group if not criterion.get("bonus")}
        titles = ", ".join(f"«{criterion['title']}»" for criterion in self.criteria if criterion["criterion"] in names)
        return f"{self.say(NEEDED)} {titles}" if titles else self.say(FREE)

    def lost(self, criterion, *others):
        """Return what there is to say of a criterion (dict) that does not hold, and others for the same reason."""
        result, title = self.submission.results[criterion["criterion"]], criterion["title"]
        said, blocks = taken_apart(result)
        held = Counter(result["expected"].splitlines()) & Counter(result["heard"].splitlines())
        reasons = [line for line in said if line not in held] or ["проверка оборвалась раньше"]
        reasons = [line for line in reasons if not line.startswith(MISSING)] or reasons
        untried = [other for other in others if other.get("bonus") and not criterion.get("bonus")]
        same = [other for other in others if other not in untried]
        return [
            f"## {title}: {self.earned(criterion)}",
            criterion.get("why", ""),
            indented(self.expected(result["expected"].splitlines(), held)),
            indented(self.say("\n".join(reasons))),
            *(part for heading, block in blocks for part in self.block(heading, block, title)),
            f"{self.say('Из-за того же')} ({self.say(reasons[0]).rstrip('.')}): {self.all(same)}." * bool(same),
            f"{self.say(NOT_REACHED)} {self.all(untried)}. {self.say(AGAIN)}" * bool(untried),
        ]

    def all(self, criteria):
        """Return the titles of criteria (list of dict) and the points for each (str)."""
        return ", ".join(f"«{criterion['title']}» ({self.earned(criterion)})" for criterion in criteria)

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
            same = f"{where}: {self.say('то же, что в критерии')} «{self.shown[heading, block]}»."
            return [same] * ("Traceback" in block)
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
