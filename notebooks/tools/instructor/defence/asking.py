"""What can be asked: functions that each yield (node, values, holds) for a question of one kind.

node is the line that is quoted; values fill in the question, holds ([(key, values)]) what a good answer has.
The words are in words.py.
"""

OF_SERVER, OF_CLIENT = {}, {}


def asks(name, *kinds):
    """Add a function that asks what is called name (str) to kinds (OF_SERVER, OF_CLIENT)."""

    def add(ask):
        for kind in kinds:
            kind[name] = ask
        return ask

    return add
