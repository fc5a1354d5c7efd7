"""What a class has handed in, and what each of it has earned."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from . import finding, lateness
from .texts import printable


@dataclass
class Submission:
    """What one submission earned: results has what was expected and heard for each criterion."""

    name: str
    path: Path
    results: dict = field(default_factory=dict)
    reason: str = ""  # why criteria are missing in results
    found: dict = field(default_factory=dict)  # the programs, as finding.choose() has found them
    student: str = ""  # whose it is, as the platform or the folder says
    id: str = ""  # the platform's number for the student
    platform: str = ""  # the module of platforms that knew the names
    place: str = ""  # where a report goes in Moodle's feedback zip
    late: bool = False  # whether the platform says so
    handed_in: datetime | None = None
    days: int = 0  # begun after the deadline
    a_day: int = 0  # points taken off for each of them
    attempt: int = 1  # which of the student's attempts this is
    attempts: int = 1
    files: str = ""  # a hash of what was handed in
    done: bool = False  # whether the criteria were tried to the end

    def person(self):
        """Return what tells one who hands in from the others (tuple of str)."""
        return self.platform, self.id or self.student.casefold() or self.name

    def earned(self, criterion):
        """Return the points (int) for a criterion (metadata of its cell), which may be a part of them."""
        result = self.results.get(criterion["criterion"], {})
        if result.get("passed"):
            return criterion["points"]
        if "parts" not in criterion or self.untried(criterion):
            return 0
        heard, wanted = Counter(result.get("heard", "").splitlines()), Counter(result.get("expected", "").splitlines())
        parts, paid = (heard & wanted).total() - criterion["paid"], criterion["parts"] - criterion["paid"]
        return criterion["points"] * max(0, parts) // paid

    def untried(self, criterion):
        """Return whether a criterion (metadata of its cell) could not be tried: its points are to be set by hand."""
        return self.results.get(criterion["criterion"], {}).get("untried", False)

    def lost(self, criterion):
        """Return whether a criterion was tried and does not hold, which costs nothing where it has no points."""
        return not self.untried(criterion) and not self.results.get(criterion["criterion"], {}).get("passed")

    def open_points(self, criteria):
        """Return all points (int) of criteria (list of dict) that could not be tried."""
        return sum(criterion["points"] for criterion in criteria if self.untried(criterion))

    def base(self, criteria):
        """Return the points (int) for criteria (list of dict) without bonus points, before a penalty."""
        return sum(self.earned(criterion) for criterion in criteria if not criterion.get("bonus"))

    def bonus(self, criteria):
        """Return the bonus points (int)."""
        return sum(self.earned(criterion) for criterion in criteria if criterion.get("bonus"))

    def penalty(self, criteria):
        """Return the points (int) taken off for lateness."""
        return lateness.penalty(self.base(criteria), self.days, self.a_day)

    def total(self, criteria):
        """Return all points (int), bonus points included, a penalty taken off."""
        return self.base(criteria) - self.penalty(criteria) + self.bonus(criteria)

    def circumstances(self, criteria):
        """Return what there is to say (str) about when this was handed in."""
        said = [f"Сдано {self.handed_in:%d.%m.%Y %H:%M}"] if self.handed_in else []
        if self.days:
            said.append(f"опоздание в днях: {self.days}, снято баллов: {self.penalty(criteria)}")
        if self.attempts > 1:
            said.append(f"попытка {self.attempt} из {self.attempts}")
        return "; ".join(said) + "." * bool(said)

    def programs(self):
        """Return the paths (list of str) of the programs that were graded, the server's first."""
        paths = self.found.get("programs", {})
        return list(dict.fromkeys(printable(paths[role]) for role in finding.ROLES if role in paths))

    def choice(self):
        """Return what there is to say (str) about the choice of the programs."""
        if not self.found:
            return ""
        roles = dict(zip(finding.ROLES, ("сервер", "клиент")))
        paths = {role: self.found["programs"].get(role) for role in roles}
        said = [f"{roles[role]} — {f'`{path}`' if path else 'не найден'}" for role, path in paths.items()]
        return printable("; ".join([f"Проверены: {', '.join(said)}", *self.found["notes"]]) + ".")
