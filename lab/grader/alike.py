"""Which hand-ins are alike, by copydetect: a page of pairs for somebody to read, and no verdict.

copydetect (pip install copydetect) is asked for only here. It compares by fingerprints of the code
without names and comments, and skips what many must have in common: the assignment's sample, the
lessons' code and lab/.
"""

import html
import io
import json
from dataclasses import dataclass
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
COMMON = "tests/sample/*.py", "lab/server.py", "lab/client.py", "notebooks/*/*.ipynb"
SIZE = 200_000  # characters of a file that are compared
NOISE, WINDOW = 25, 1  # characters that may be alike by chance; how many places share a fingerprint
SHARE = 0.33  # of a file that is alike in another, for the pair to be shown
PAIRS = 200  # pairs that are shown

PAGE = """<!DOCTYPE html>
<html lang="ru"><meta charset="utf-8"><title>Похожие работы</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em }}
table {{ border-collapse: collapse }} td, th {{ border-bottom: 1px solid #ccc; padding: .3em 1em; text-align: left }}
.pair {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1em }}
pre {{ overflow: auto; max-height: 40em; background: #f6f6f6; padding: 1em; font-size: 13px }}
mark {{ background: #ffe08a }}
</style>
<h1>Похожие работы</h1>
<p>Похоже не значит списано: одинаковым бывает то, что показал преподаватель, подсказал один и тот же
учебник или требует само задание. Образец из задания, уроки и <code>lab/</code> не учтены. Решает человек,
прочитав обе программы и поговорив с авторами.</p>
<p>Работ: {works}, файлов: {files}, пар, где похожа хотя бы треть файла: {count}{more}.</p>
{table}
{pairs}
</html>
"""


class Missing(ValueError):
    """copydetect is not installed."""


@dataclass
class Pair:
    """Two files of different people: names to show, the share of each that is alike, and where (slices)."""

    names: tuple
    shares: tuple
    overlap: int
    codes: tuple
    slices: tuple


def library():
    """Return the modules of copydetect that are needed. Raises Missing."""
    try:
        from copydetect import detector, utils
    except ImportError as error:
        raise Missing(f"Для --alike нужен copydetect (pip install copydetect): нет модуля {error.name}.") from None
    return detector, utils


def sources(folder):
    """Return the programs in folder (Path), as {path in it (str): text}."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") or part in ("venv", "site-packages", "__MACOSX") for part in inside.parts)
        if not hidden and not path.is_symlink() and path.is_file() and path.name.endswith((".py", ".pyw", ".py.txt")):
            found[str(inside)] = readable(path.read_bytes()[:SIZE])
    return found


def readable(data):
    """Return data (bytes) as text, in UTF-8 or as an old Windows editor saved it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def common_code():
    """Return what everybody was given, as texts (list of str)."""
    texts = []
    for path in (path for pattern in COMMON for path in sorted(COURSE.glob(pattern))):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            text = "\n".join("".join(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "code")
        texts.append(text)
    return texts


def pairs(works, past=None, common=()):
    """Return the Pairs that are alike in works ({person: {path: text}}), the most alike first.

    past ({person: {path: text}}) are compared with works, and not with each other. What is in
    common (list of str) does not count. Raises Missing.
    """
    detector, utils = library()
    import numpy

    def fingerprint(text, boilerplate=None):
        return detector.CodeFingerprint(
            "program.py", NOISE, WINDOW, boilerplate, language="python", fp=io.StringIO(text)
        )

    known = [hashed for text in common for hashed in fingerprint(text).hashes]
    known = numpy.unique(numpy.array(known, dtype="int64")) if known else None
    people = [(name, files, False) for name, files in works.items()]
    people += [(name, files, True) for name, files in (past or {}).items()]
    prints = [
        (number, name, path, old, fingerprint(text, known))
        for number, (name, files, old) in enumerate(people)
        for path, text in files.items()
    ]
    found = []
    for index, (number, name, path, _, one) in enumerate(prints):
        for other, their_name, their_path, their_old, two in prints[index + 1 :]:
            if number == other or prints[index][3] and their_old or not (one.token_coverage and two.token_coverage):
                continue
            overlap, shares, slices = detector.compare_files(one, two)
            if max(shares) >= SHARE:
                names = f"{name}: {path}", f"{their_name}: {their_path}"
                found.append(Pair(names, shares, int(overlap), (one.raw_code, two.raw_code), slices))
    return sorted(found, key=lambda pair: (-max(pair.shares), -pair.overlap, pair.names))


def marked(code, slices):
    """Return code (str) as HTML with what is in slices (two arrays: starts, ends) marked."""
    _, utils = library()
    return utils.highlight_overlap(code, slices, "<mark>", "</mark>", escape_html=True)[0]


def page(works, past=None):
    """Return the HTML page (str) about works and past, as pairs() takes them. Raises Missing."""
    found = pairs(works, past, common_code())
    shown = found[:PAIRS]
    rows = [
        f'<tr><td><a href="#{number}">{number}</a></td>'
        + "".join(f"<td>{html.escape(name)}</td><td>{share:.0%}</td>" for name, share in zip(pair.names, pair.shares))
        + "</tr>"
        for number, pair in enumerate(shown, 1)
    ]
    head = "<tr><th></th><th>файл</th><th>похоже</th><th>файл</th><th>похоже</th></tr>"
    blocks = [
        f'<h2 id="{number}">{number}. {html.escape(" и ".join(pair.names))}</h2><div class="pair">'
        + "".join(f"<pre>{marked(code, where)}</pre>" for code, where in zip(pair.codes, pair.slices))
        + "</div>"
        for number, pair in enumerate(shown, 1)
    ]
    return PAGE.format(
        works=len(works),
        files=sum(map(len, works.values())),
        count=len(found),
        more=f", показаны первые {PAIRS}" if len(found) > PAIRS else "",
        table=f"<table>{head}{''.join(rows)}</table>" if rows else "<p>Похожих пар нет.</p>",
        pairs="\n".join(blocks),
    )
