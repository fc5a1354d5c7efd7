"""Write the English edition's code from the Russian one's, by the table of phrases (phrases.py).

lab/en/ follows lab/, notebooks/course_en/ follows notebooks/course/, and a code cell of notebooks/en/ the
cell of notebooks/ru/ with the same id. Nothing is edited there by hand. What writes all this is lessons.py.

    python notebooks/tools/english.py       list each Cyrillic word that is left in the edition, and why
"""

import json
import re
import sys
from pathlib import Path

import phrases

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    ("lab", "lab/en", ("server.py", "client.py", "relay.py", "load.py", "language.py", "models/*.py")),
    ("notebooks/course", "notebooks/course_en", ("**/*.py",)),
)
NAMES = {"anya": "anna", "gleb": "greg", "danya": "dan"}  # of variables: people whose English names are others
NAMED = re.compile("(?<![a-z])(%s)(?![a-z])" % "|".join(NAMES))
FROM_LAB = re.compile(r"^( *from lab)(?=\.(server|client|relay)\b| import (server|client|relay)\b)", re.MULTILINE)


class English:
    """The English code of the project at root (Path), by its table of phrases."""

    def __init__(self, root=ROOT):
        self.root = root
        self.phrases, self.wrong = phrases.read(root / "notebooks/phrases")

    def code(self, source, place):
        """Return a Python source (str) in English; place (str) is its cell's id, or its path from root."""
        code = NAMED.sub(lambda found: NAMES[found[1]], self.phrases.english(source, place))
        return FROM_LAB.sub(r"\1.en", code)

    def scripts(self):
        """Return {path: what should be there (str)} for all scripts of the edition."""
        found = {}
        for folder, ours, patterns in FOLDERS:
            for path in sorted(path for pattern in patterns for path in (self.root / folder).glob(pattern)):
                place = path.relative_to(self.root).as_posix()
                twin = self.root / ours / path.relative_to(self.root / folder)
                found[twin] = self.code(path.read_text(encoding="utf-8"), place)
        return found

    def write(self, check=False):
        """Bring all scripts of the edition into sync, or only check them; return what is wrong, as lines."""
        wanted, lines = self.scripts(), []
        there = {path for _, ours, _ in FOLDERS for path in (self.root / ours).rglob("*.py")}
        for path in sorted({*wanted, *there}):
            text = wanted.get(path)
            if path in there and path.read_text(encoding="utf-8") == text:
                continue
            name = path.relative_to(self.root).as_posix()
            if check:
                lines.append(f"{name}: not what the table of phrases makes of its original")
            elif text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
                print(f"{name}: saved", flush=True)
        return lines

    def texts(self):
        """Yield (place, text) of all that an English student may read: cells, their outputs, scripts."""
        for path in sorted((self.root / "notebooks/en").glob("[0-9]*.ipynb")):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                yield cell["id"], "".join(cell["source"])
                for output in cell.get("outputs", ()):
                    yield cell["id"], json.dumps(output, ensure_ascii=False)
        for _, ours, _ in FOLDERS:
            for path in sorted((self.root / ours).rglob("*.py")):
                yield path.relative_to(self.root).as_posix(), path.read_text(encoding="utf-8")

    def cyrillic(self):
        """Return [(place, word, why)] of the Cyrillic words in the edition; why is "" where no row allows one."""
        found = {}
        for place, text in self.texts():
            original = place.replace("lab/en/", "lab/").replace("/course_en/", "/course/")
            found |= {(place, *word): None for word in self.phrases.cyrillic(text, original)}
        return list(found)

    def problems(self):
        """Return what is wrong with the table, as lines, when all that it is for has gone through it."""
        left = {}
        for place, word, why in self.cyrillic():
            if not why:
                left.setdefault(place, []).append(word)
        left = [f"{place}: Cyrillic without a reason: {' '.join(words[:9])}" for place, words in left.items()]
        missing = dict.fromkeys(f"{place}: no phrase for {text!r}" for place, text in self.phrases.missing)
        unused = [f"no use for the phrase {row.russian!r} {row.where}".rstrip() for row in self.phrases.unused()]
        return [*self.wrong, *(missing or left), *unused]


def main():
    """List the Cyrillic words that are left; return whether one has no reason."""
    words = English().cyrillic()
    for place, word, why in words:
        print(f"{place}\t{word}\t{why or 'NO REASON'}")
    return not all(why for _, _, why in words)


if __name__ == "__main__":
    sys.exit(main())
