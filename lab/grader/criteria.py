"""The criteria: cells of grading.ipynb, whose metadata say what each is worth."""

import json

MAX_POINTS = 100  # bonus points come on top


def read_criteria(notebook):
    """Return the metadata (list of dict) of the criteria in the text of a notebook (bytes).

    Raises ValueError when a criterion has no reference.
    """
    cells = [cell for cell in json.loads(notebook)["cells"] if "criterion" in cell["metadata"]]
    if not all(cell["outputs"] for cell in cells):  # nbval would let everything pass
        raise ValueError("В grading.ipynb не сохранены ответы, сравнивать не с чем.")
    return [cell["metadata"] for cell in cells]
