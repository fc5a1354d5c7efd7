"""What a class has handed in, and what each of it has earned."""

from dataclasses import dataclass, field
from pathlib import Path

from . import finding, limits
from .archives import ARCHIVES, open_archive, unpack
from .texts import printable


@dataclass
class Submission:
    """What one submission earned: results has what was expected and heard for each criterion."""

    name: str
    path: Path
    results: dict = field(default_factory=dict)
    reason: str = ""  # why criteria are missing in results
    found: dict = field(default_factory=dict)  # the programs, as finding.choose() has found them

    def earned(self, criterion):
        """Return the points for a criterion (metadata of its cell)."""
        passed = self.results.get(criterion["criterion"], {}).get("passed")
        return criterion["points"] if passed else 0

    def total(self, criteria):
        """Return all points (int) for criteria (list of dict), bonus points included."""
        return sum(map(self.earned, criteria))

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


def gather(source, folder):
    """Return the submissions (list) in source (Path); what must be unpacked goes to folder (Path).

    Raises ValueError, in Russian, when there are none.
    """
    if source.suffix.lower() == ".zip":
        unpack(source, folder / "all", limits.CLASS)
        source = folder / "all"
    if not source.is_dir():
        raise ValueError(f"Нет такой папки: {source}")
    entries = visible(source)
    if len(entries) == 1 and entries[0].is_dir() and sum(map(is_work, visible(entries[0]))) > 1:
        entries = visible(entries[0])  # somebody zipped the folder of the class, not what is in it
    if is_one(entries):
        entries = [source]
    submissions = []
    for number, entry in enumerate(entries):
        if not (entry.is_dir() or entry.suffix.lower() in ARCHIVES):
            continue
        submission = Submission(entry.name or entry.resolve().name, entry.resolve())
        submissions.append(submission)
        try:
            submission.path = open_archive(entry, folder / str(number))
        except ValueError as error:
            submission.reason = str(error)
    if not submissions:
        raise ValueError(f"В папке {source} нет ни папок, ни архивов zip.")
    return submissions


def visible(folder):
    """Return what is in folder (Path), in order, without what systems put there for themselves."""
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith(".") and entry.name != "__MACOSX")


def is_one(entries):
    """Return whether entries (list of Path) are one submission: programs, or tasks of one course."""
    if any(entry.name.lower() in finding.ROLES for entry in entries):
        return True
    roles = set().union(*(finding.plays(entry) for entry in entries))
    works = [entry.name for entry in entries if is_work(entry)]
    if roles:  # else somebody has left a script beside the class
        return len(roles) == 2 or not works
    return finding.is_course(works)


def is_work(entry):
    """Return whether entry (Path) can be a submission: an archive, or a folder with a server in it."""
    return entry.suffix.lower() in ARCHIVES or any(
        path.suffix.lower() in ARCHIVES or finding.SERVER in finding.plays(path) for path in entry.rglob("*")
    )
