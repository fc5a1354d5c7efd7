"""The criteria: cells of grading.ipynb, whose metadata say what each is worth."""

import json


def maximum(criteria):
    """Return the points (int) for all criteria (list of dict); bonus points come on top."""
    return sum(criterion["points"] for criterion in criteria if not criterion.get("bonus"))


def read_criteria(notebook):
    """Return the metadata (list of dict) of the criteria in the text of a notebook (bytes).

    Raises ValueError when a criterion has no reference.
    """
    cells = [cell for cell in json.loads(notebook)["cells"] if "criterion" in cell["metadata"]]
    if not all(cell["outputs"] for cell in cells):  # nbval would let everything pass
        raise ValueError("В grading.ipynb не сохранены ответы, сравнивать не с чем.")
    told = explanations(notebook)
    return [cell["metadata"] | {"why": told.get(cell["metadata"]["criterion"], ("", ""))[1]} for cell in cells]


def explanations(notebook):
    """Return what the text of a notebook (bytes) says above each criterion: {criterion: (title, why)}, Markdown."""
    told, above = {}, ""
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "markdown":
            above = "".join(cell["source"])
        elif "criterion" in cell["metadata"]:
            heading, _, why = above.partition("\n")
            told[cell["metadata"]["criterion"]] = heading.lstrip("# ").rpartition(":")[0], why.strip()
    return told


def translated(criteria, notebook):
    """Return criteria (list of dict) with the titles and explanations of another notebook (bytes)."""
    told = explanations(notebook)
    return [c | dict(zip(("title", "why"), told.get(c["criterion"], (c["title"], c["why"])))) for c in criteria]


def weigh(criteria, weights):
    """Give criteria (list of dict) other points, as weights (str) says: "many=20,threads=0". Raises ValueError."""
    names = {criterion["criterion"]: criterion for criterion in criteria}
    for part in filter(None, weights.replace(" ", "").split(",")):
        name, _, points = part.partition("=")
        if name not in names:
            raise ValueError(f"нет критерия «{name}», есть {', '.join(names)}")
        if not points.isdecimal():
            raise ValueError(f"«{part}»: нужно целое число баллов от 0, например {name}=5")
        names[name]["points"] = int(points)
