"""A plan of all lessons for pairs of 45 minutes: in the first the lesson, in the second its exercises.

The minutes are those that each lesson gives; within a lesson they are shared out by what there is to read,
to run and to ask.
"""

import re

from .lesson import EXERCISE
from .page import inline, markdown, page, table
from .slides import QUESTION

HALF = 45  # minutes of half a pair
WORDS = {
    "ru": {
        "title": "План занятий: пары 45 + 45 минут",
        "about": "Первая половина пары — урок, вторая — упражнения; что не успели, остаётся на дом. Минуты урока "
        "и упражнений взяты из самих уроков. По разделам они разложены по объёму (текст, код, вопросы), это прикидка. "
        "★ — без этого чат полон.",
        "pairs": ["пара", "урок", "0–45: урок, мин", "45–90: упражнения, мин", "на дом, мин"],
        "parts": ["минуты", "раздел", "опыты и вопросы", "упражнения"],
        "aims": "Слайды",
        "extra": "если останется время",
        "home": "вторая половина",
    },
    "en": {
        "title": "Plan: pairs of 45 + 45 minutes",
        "about": "The first half of a pair is the lesson, the second its exercises; what is not done stays for home. "
        "The minutes are those that the lessons give. Among sections they are shared out by what "
        "there is to read, run and ask; that is an estimate. ★: the chat is complete without it.",
        "pairs": ["pair", "lesson", "0–45: lesson, min", "45–90: exercises, min", "at home, min"],
        "parts": ["minutes", "section", "experiments and questions", "exercises"],
        "aims": "Slides",
        "extra": "if there is time",
        "home": "the second half",
    },
}


def plan(lessons, language):
    """Return the plan of lessons (list of Lesson) as a page (str)."""
    words = WORDS[language]
    rows = [
        [
            f"{pair}",
            f'<a href="#lesson-{lesson.number}">{markdown_line(lesson.title)}</a>',
            f"{lesson.minutes}",
            f"{min(HALF, lesson.homework)}",
            f"{max(0, lesson.homework - HALF) or '—'}",
        ]
        for pair, lesson in enumerate(lessons, 1)
    ]
    body = f"<h1>{words['title']}</h1>\n<p>{words['about']}</p>\n{table(words['pairs'], rows)}"
    return page(words["title"], body + "".join(of_lesson(lesson, words) for lesson in lessons), language)


def markdown_line(text):
    """Return HTML (str) for a heading (Markdown) without a paragraph around it."""
    text = re.sub(r"^(\d+)\.", r"\1\\.", text)  # a number, no list
    return re.sub(r"^<p>|</p>\s*$", "", markdown(text))


def of_lesson(lesson, words):
    """Return the HTML (str) of one lesson's plan."""
    name = f"slides/{lesson.path.stem}.html"
    heading = f'<h2 id="lesson-{lesson.number}">{markdown_line(lesson.title)}</h2>\n'
    aims = "".join(map(markdown, lesson.aims))
    rows = [
        [minutes, markdown_line(section.title), asked(section), ", ".join(section.exercises()) or ""]
        for minutes, section in shared(lesson, words)
        if section.kind != "glossary"
    ]
    return f'{heading}<p><a href="{name}">{words["aims"]}</a></p>\n{aims}{table(words["parts"], rows)}'


def shared(lesson, words):
    """Yield (from which to which minute (str), section): the lesson's minutes shared out among its sections."""
    timed = [section for section in lesson.sections if section.kind in ("", "recall", "wrong")]
    weights = [weight(section) for section in timed]
    clock = done = 0
    for section in lesson.sections:
        if not any(section is one for one in timed):
            yield words["extra"] if section.kind == "extra" else words["home"], section
            continue
        done += weight(section)
        end = round(lesson.minutes * done / sum(weights))
        yield f"{clock}–{end}" if end > clock else words["home"] if section.exercises() else f"{clock}", section
        clock = end


def weight(section):
    """Return how long (float, about minutes) a section takes to be taught."""
    prose = [text for text in section.prose() if not EXERCISE.match(text)]
    words = sum(len(text.split()) for text in prose)
    lines = sum(len(cell.source.splitlines()) for cell in section.cells() if not cell.is_exercise)
    slower = 300 if section.kind == "wrong" else 130  # words a minute: a table is only pointed at
    return 0.3 + words / slower + lines / 12 + len(questions(section))


def questions(section):
    """Return the questions (list of str) that a section asks in bold."""
    found = [match for text in section.prose() for match in QUESTION.findall(text)]
    return [" ".join(text.replace("**", "").split()) for text in found]


def asked(section):
    """Return the HTML (str) of what is asked in a section."""
    if section.kind in ("exercises", "terminal"):
        return ""
    return "<br>".join(map(inline, questions(section)))
