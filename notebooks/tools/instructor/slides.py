"""Slides of a lesson: a headline, what fails with what it prints, why, the repair, the questions.

Which cells make slides is a rule, so nothing is written twice: a cell that has printed something, after a
question in bold, is an experiment, and what is folded below it is its answer; a building cell is a repair.
"""

import html
import re

from .lesson import EXERCISE, Cell
from .page import markdown, page, python

LONG, LONGER, LONGEST, WIDE = 9, 17, 34, 70  # lines of code: smaller letters, smallest, all that is shown; characters
WORDS = {
    "ru": {"out": "Что вышло", "answer": "Почему", "repair": "Чиним", "exercise": "Ваша очередь", "more": "ещё строк"},
    "en": {"out": "Output", "answer": "Why", "repair": "Fix", "exercise": "Your turn", "more": "more lines"},
}
QUESTION = re.compile(r"\*\*[^*]*\?[^*]*\*\*|\*\*[^*]+\*\*[^.?!]*\?", re.S)
FOLDED = re.compile(r"<details>\s*<summary>.*?</summary>\s*(.*?)\s*</details>", re.S)


def deck(lesson, language):
    """Return the slides of lesson (Lesson) as a page (str)."""
    words = WORDS[language]
    slides = [slide(lesson.title, *map(markdown, [*lesson.problem, *lesson.aims]), top=True)]
    for section in lesson.sections:
        slides += of_section(section, words)
    if lesson.next():
        slides.append(slide("", markdown(lesson.next())))
    return page(lesson.title, "\n".join(slides), language, "deck")


def of_section(section, words):
    """Return the slides (list of str) of a section (Section)."""
    if section.kind == "recall":
        return [slide(section.title, *map(markdown, section.prose()), kind="question")]
    if section.kind == "wrong":
        return [slide(section.title, *(markdown(text) for text in section.prose() if text.startswith("|")))]
    if section.kind in ("glossary", "terminal"):
        return []
    return list(of_parts(section, words))


def of_parts(section, words):
    """Yield the slides of a section that teaches: experiments, repairs and exercises, in their order."""
    parts, shown = section.parts, 0
    for place, part in enumerate(parts):
        if isinstance(part, Cell):
            made = of_cell(section, place, words)
        elif EXERCISE.match(part):
            made = slide(f"{words['exercise']}: {section.title}", markdown(part), kind="exercise")
        else:
            continue
        shown += bool(made)
        if made:
            yield made
    if not shown and section.prose():
        yield slide(section.title, *map(markdown, section.prose()[:2]))


def of_cell(section, place, words):
    """Return the slide of the cell at place (int) in section, "" where it makes none."""
    cell = section.parts[place]
    if cell.is_exercise or cell.source.startswith("import sys\n\nsys.path"):
        return ""
    before, after = beside(section.parts, place)
    if cell.ran:
        question = next((text for text in reversed(before) if QUESTION.search(text)), "")
        folded = [match[1] for text in after[:1] for match in FOLDED.finditer(text)]
        said = folded or after[:1] if question else []
        asked = question or (before[-1] if before else "")
        return experiment(section.title, asked, cell, said, words, kind="question" if question else "")
    if cell.defines:
        title = f"{words['repair']}: {section.title}" if cell.source.startswith("# lab/") else section.title
        return slide(title, *map(markdown, before[-1:]), code(cell.source, words), kind=f"repair {size(cell)}")
    return ""


def beside(parts, place):
    """Return the paragraphs (two lists of str) just before and just after the cell at place in parts (list)."""
    before = after = ()
    start = place
    while start and isinstance(parts[start - 1], str):
        start -= 1
    before = [text for text in parts[start:place] if not EXERCISE.match(text) and not text.startswith("<details")]
    end = place + 1
    while end < len(parts) and isinstance(parts[end], str):
        end += 1
    after = [text for text in parts[place + 1 : end] if not EXERCISE.match(text)]
    return before, after


def experiment(title, question, cell, said, words, kind):
    """Return a slide: a question, the cell, and folded what it prints and why (said, a list of paragraphs)."""
    shown = f'<pre class="output">{html.escape(cell.printed.rstrip())}</pre>' if cell.printed.strip() else ""
    if cell.picture:
        shown += f'<img src="data:image/png;base64,{cell.picture}" alt="{html.escape(cell.about)}">'
    parts = [markdown(question), code(cell.source, words), folded(words["out"], shown)]
    if said:
        parts.append(folded(words["answer"], "".join(map(markdown, said))))
    return slide(title, *parts, kind=f"{kind} {size(cell)}")


def folded(title, body):
    """Return body (HTML) folded under title (str)."""
    return f"<details><summary>{title}</summary>\n{body}\n</details>"


def code(source, words):
    """Return the HTML of a cell's source (str), of a long one its beginning."""
    lines = source.splitlines()
    rest = len(lines) - LONGEST
    return python("\n".join(lines[:LONGEST])) + (f'<p class="quiet">… {words["more"]}: {rest}</p>' if rest > 0 else "")


def size(cell):
    """Return the class (str) for the letters of a cell's code."""
    lines = cell.source.splitlines()
    return "long" if len(lines) > LONGER else "wide" if len(lines) > LONG or max(map(len, lines)) > WIDE else ""


def slide(title, *body, kind="", top=False):
    """Return a slide: title (Markdown) and body (HTML)."""
    heading = markdown(f"{'#' if top else '##'} {title}") if title else ""
    name = f' class="{kind.strip()}"' if kind.strip() else ""
    return f"<section{name}>\n{heading}{''.join(body)}\n</section>\n"
