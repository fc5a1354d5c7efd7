"""A catalogue of the commonest faults: what one sees, what is wrong, where the lesson is.

The faults, their sentences and lessons are those of lab/grader/faults.py, by which reports name them; what one
sees in a lesson is the table at its end.
"""

import html
import importlib.util
import json
from collections import Counter
from contextlib import suppress

from .page import inline, markdown, page, table
from .plan import markdown_line

MOST = 20  # faults in the catalogue
AROUND = 2  # lines shown before and after the one of a fault
PARTS = 4  # lines shown of what was heard
WORDS = {
    "ru": {
        "title": "Частые ошибки",
        "class": "По вашему классу: в скольких работах что нашлось. Чего в классе нет, показано на чужих примерах.",
        "corpus": "По сданным работам, на которых проверена проверка: в скольких из них что нашлось (всего {works}).",
        "head": ["ошибка", "работ", "урок"],
        "lessons": "Что видно и в чём дело: таблицы из уроков",
        "lost": "Теряется",
        "heard": "Что видно при проверке",
        "none": "Ошибок, которые объясняет урок, в этих работах не нашлось.",
    },
    "en": {
        "title": "Common faults",
        "class": "In your class: in how many submissions each was found. What it has not got is shown by others.",
        "corpus": "In the submissions by which the grading is tested: in how many each was found (of {works}).",
        "head": ["fault", "submissions", "lesson"],
        "lessons": "What one sees and why: the tables of the lessons",
        "lost": "Lost",
        "heard": "What the grading hears",
        "none": "These submissions have no fault that a lesson explains.",
    },
}


class Case:
    """A submission that has lost something: what was found in it (dict, see finding.choose), results, its faults."""

    def __init__(self, found, results, faults):
        self.found, self.results, self.faults = found, results, faults


def of_records(records, faults, beyond):
    """Return the cases (list of Case) in records (see Grades.records); faults is the module lab.grader.faults."""
    return [Case(r["found"], r["results"], faults.faults(r["found"], r["results"], beyond)) for r in records]


def of_corpus(folder, faults, criteria):
    """Return the cases (list of Case) in tests/submissions (Path): what each loses stands in expected.json."""
    cases, file = [], folder / "expected.json"
    if not file.exists():
        return cases
    beyond = {criterion["criterion"] for criterion in criteria if criterion.get("bonus")}
    for name, about in json.loads(file.read_text(encoding="utf-8")).items():
        if about["style"] == "attack" or not about["loses"]:
            continue
        found = sources(folder, name, about)
        results = {
            c["criterion"]: {
                "passed": c["criterion"] not in about["loses"],
                "heard": about["loses"].get(c["criterion"], ""),
            }
            for c in criteria
        }
        cases.append(Case(found, results, faults.faults(found, results, beyond)))
    return cases


def of_tests(file, faults):
    """Return a case (list of Case) for each fault, the small submissions of tests/test_faults.py (file, a Path)."""
    cases = []
    spec = importlib.util.spec_from_file_location("faulty", file)
    with suppress(ImportError, FileNotFoundError, AttributeError):  # no tests here, or no pytest to read them with
        faulty = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(faulty)
        for name, (changes, lost, heard, _) in faulty.FAULTY.items():
            found, results = faulty.about(changes), faulty.results(lost, heard)
            named = faults.faults(found, results, faulty.BEYOND)
            cases.append(Case(found, results, [fault for fault in named if fault.name == name]))
    return cases


def sources(folder, name, about):
    """Return the programs (dict, as finding.choose has them) of a submission of the corpus."""
    texts = {}
    for role, path in about["files"].items():
        if role not in ("server.py", "client.py") or not isinstance(path, str):
            continue
        text = (folder / path).read_text(encoding="utf-8", errors="replace")
        for old, new in about.get("patch", {}).get(role, []):
            text = text.replace(old, new)
        texts[role] = text
    return {"programs": {role: f"{name}/{role}" for role in texts}, "sources": texts}


def catalogue(cases, examples, lessons, criteria, language, is_class, say=str):
    """Return the page (str): the MOST commonest faults of cases (list of Case), then the tables of lessons.

    Where cases have fewer, examples (list of Case) have the others. say(text) puts a Russian sentence of the
    grading into language.
    """
    words = WORDS[language]
    body = f"<h1>{words['title']}</h1>\n"
    counts = Counter(fault.name for case in cases for fault in case.faults)
    others = dict.fromkeys(fault.name for case in examples for fault in case.faults)
    known = [*cases, *examples]
    shown = [name for name in dict.fromkeys([*(name for name, _ in counts.most_common()), *others])]
    shown = [name for name in shown if lesson_of(known, name)][:MOST]
    if shown:
        about = words["class"] if is_class else words["corpus"].format(works=len(cases))
        titles = {lesson.path.stem.partition("-")[2]: markdown_line(lesson.title) for lesson in lessons}
        rows = [row(known, name, counts[name], titles, say) for name in shown]
        body += f"<p>{about}</p>\n{table(words['head'], rows)}"
        body += "".join(example(known, name, criteria, words, say) for name in shown)
    else:
        body += f"<p>{words['none']}</p>\n"
    return page(words["title"], body + symptoms(lessons, words), language)


def first(cases, name):
    """Return (case, fault) where the fault called name (str) was found: with a line, and with few others."""
    found = [(case, fault) for case in cases for fault in case.faults if fault.name == name]
    return min(found, key=lambda one: (not one[1].line, len(one[0].faults)))


def lesson_of(cases, name):
    """Return which lesson (str) explains a fault, "" where none does: a slip that needs no teaching."""
    return first(cases, name)[1].lesson


def sentence(fault, say):
    """Return what there is to say (HTML) of a fault."""
    return inline(say(fault.says).format(**fault.values))


def row(cases, name, count, titles, say):
    """Return the row (list of HTML) of a fault in the table."""
    _, fault = first(cases, name)
    return [f'<a href="#{name}">{sentence(fault, say)}</a>', count or "—", titles.get(fault.lesson, fault.lesson)]


def example(cases, name, criteria, words, say):
    """Return HTML (str): a fault in somebody's program, what it loses, what was heard."""
    case, fault = first(cases, name)
    body = f'<h3 id="{name}">{sentence(fault, say)}</h3>\n'
    lines = case.found.get("sources", {}).get(fault.role, "").splitlines()
    if fault.line and lines:
        start = max(0, fault.line - 1 - AROUND)
        shown = [html.escape(line) for line in lines[start : fault.line + AROUND]]
        shown[fault.line - 1 - start] = f"<mark>{shown[fault.line - 1 - start]}</mark>"
        body += "<pre>" + "\n".join(f"{at:>4}  {line}" for at, line in enumerate(shown, start + 1)) + "</pre>\n"
    lost = [c for c in criteria if c["criterion"] in case.results and not case.results[c["criterion"]]["passed"]]
    body += f"<p>{words['lost']}: {html.escape(', '.join(c['title'] for c in lost))}.</p>\n" if lost else ""
    heard = [line for c in lost for line in (case.results[c["criterion"]].get("heard") or "").splitlines()]
    heard = list(dict.fromkeys(say(line) for line in heard if line.strip() and not line.startswith(" ")))
    heard = [line for line in heard if not line.endswith(":")][:PARTS]  # without the conversation
    return body + (f"<p>{words['heard']}:</p>\n<pre>{html.escape(chr(10).join(heard))}</pre>\n" if heard else "")


def symptoms(lessons, words):
    """Return HTML (str): what one sees and why, from the end of each lesson."""
    body = f"<h2>{words['lessons']}</h2>\n"
    for lesson in lessons:
        tables = [text for s in lesson.sections if s.kind == "wrong" for text in s.prose() if text.startswith("|")]
        body += f"<h3>{markdown_line(lesson.title)}</h3>\n{''.join(map(markdown, tables))}" if tables else ""
    return body
