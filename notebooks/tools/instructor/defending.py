"""Pages with ten questions for the defence of each submission, about its own programs."""

import html

from lab.grader.alike import readable
from lab.grader.language import speaker
from lab.grader.programs import Work

from .defence.questions import questions
from .page import inline, page

WORDS = {
    "ru": {
        "title": "Вопросы к защите: {name}",
        "about": "Спрашивайте по номеру строки; в хорошем ответе есть то, что стоит под вопросом. Ответ без строк не "
        "считается: программа перед глазами, и написал её тот, кто отвечает.",
        "good": "В хорошем ответе",
        "line": "строка",
        "few": "Вопросов меньше десяти: в программах мало того, о чём можно спросить.",
        "none": "Спросить не о чем: ни одной программы, которую можно разобрать.",
    },
    "en": {
        "title": "Questions for the defence: {name}",
        "about": "Ask by the number of the line; a good answer has what stands below the question. An answer without "
        "lines does not count: the program is at hand, and its author has written it.",
        "good": "A good answer has",
        "line": "line",
        "few": "Fewer than ten questions: there is little in the programs to ask about.",
        "none": "Nothing to ask: no program that can be parsed.",
    },
}


def programs(folder, task=""):
    """Return ({role: text}, {role: path}, notes): the programs of the submission in folder (Path).

    notes (list of str) say what was doubtful, or missing.
    """
    work = Work(folder, task)
    try:
        work.copy()
        sources = {role: readable(path.read_bytes()) for role, path in work.scripts.items()}
        notes = [*work.choice["notes"], *work.choice["missing"].values(), *filter(None, work.choice["errors"].values())]
        return sources, work.choice["programs"], notes
    except OSError as error:
        return {}, {}, [str(error)]
    finally:
        work.clean_up()


def defence(submission, task, language):
    """Return the page (str) of questions about a submission (see gathering.gather)."""
    words, say = WORDS[language], speaker(language)
    sources, files, notes = programs(submission.path, task) if not submission.reason else ({}, {}, [submission.reason])
    asked = questions(sources, files, language)
    title = words["title"].format(name=submission.name)
    body = f"<h1>{html.escape(title)}</h1>\n"
    body += "".join(f"<p>{html.escape(say(note))}</p>\n" for note in notes)
    about = words["about"] if asked else words["none"]
    body += f"<p>{about}</p>\n" + (f"<p>{words['few']}</p>\n" if 0 < len(asked) < 10 else "")
    listed = "".join(one(question, words) for question in asked)
    return page(title, f"{body}<ol>\n{listed}</ol>\n", language)


def one(question, words):
    """Return the HTML (str) of a question (Question)."""
    holds = "".join(f"<li>{inline(text)}</li>\n" for text in question.holds)
    place = f"{html.escape(question.file)}, {words['line']} {question.line}"
    quote = f"<pre>{question.line:>4}  {html.escape(question.quote)}</pre>\n" if question.line else ""
    return (
        f"<li><strong>{place}</strong>\n{quote}<p>{inline(question.text)}</p>\n"
        f"<details open><summary>{words['good']}</summary>\n<ul>\n{holds}</ul>\n</details></li>\n"
    )
