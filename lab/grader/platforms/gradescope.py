"""Gradescope: what it says of a hand-in (submission_metadata.json), and the results it takes (results.json)."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from ..lateness import moment


@dataclass
class Metadata:
    """What submission_metadata.json says of a hand-in."""

    students: list = field(default_factory=list)
    handed_in: datetime | None = None
    due: datetime | None = None
    before: list = field(default_factory=list)  # the scores of earlier hand-ins


def read_metadata(path):
    """Return what path (Path) says (Metadata). Raises ValueError when it is no metadata."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        before = [entry.get("score") for entry in told.get("previous_submissions") or []]
        return Metadata(
            [user.get("name") or str(user.get("id")) for user in told.get("users") or []],
            moment(told.get("created_at") or ""),
            moment((told.get("assignment") or {}).get("due_date") or ""),
            [float(score) for score in before if score is not None],
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: это не submission_metadata.json: {error}") from None


def results(grade, tests, metadata=None, best=False):
    """Return what results.json holds (dict) for grade (sheets.Grade) with tests (list of dict, see tests()).

    With best, no hand-in costs points: the best score of the earlier ones in metadata stays.
    """
    score, said = max(0, grade.base) + grade.bonus, [grade.comment()]
    if best and metadata and metadata.before and max(metadata.before) > score:
        said.append(f"Засчитан лучший из прежних результатов: {max(metadata.before):g}, сейчас {score}")
        score = max(metadata.before)
    output = "\n\n".join(filter(None, [grade.report, *said]))
    return {"score": score, "output": output, "output_format": "md", "visibility": "visible", "tests": tests}
