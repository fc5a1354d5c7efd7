"""The instructor's pack: made of the lessons and of a graded class, and never of use to a student."""

import csv
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

import pack
import start
from instructor import catalogue, defending, grades, plan, slides, solutions
from instructor.lesson import Cell, Lesson
from lab.grader.submissions import Submission
from test_defence import CORPUS, THREE

ROOT = pack.ROOT
LESSONS = [
    Lesson(path) for folder in ("ru", "en") for path in sorted((ROOT / "notebooks" / folder).glob("[0-9]*.ipynb"))
]
FRAMING = next(lesson for lesson in LESSONS if lesson.path.stem == "03-framing" and lesson.path.parent.name == "ru")


class Page(HTMLParser):
    """What a page links to, what it loads, what can be jumped to (ids), and its text."""

    def __init__(self, html):
        super().__init__()
        self.links, self.loads, self.ids, self.text = [], [], set(), ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        """Take the links and the id of a tag."""
        for name, value in attributes:
            if name in ("href", "src", "srcset", "data"):
                (self.links if tag == "a" else self.loads).append(value)
            elif name == "id":
                self.ids.add(value)

    def handle_data(self, data):
        """Take text."""
        self.text += data


@pytest.fixture(scope="module")
def klass(tmp_path_factory):
    """A folder with three submissions, and a table of their points (Paths)."""
    folder = tmp_path_factory.mktemp("pack") / "klass"
    for name, programs in THREE.items():
        (folder / name).mkdir(parents=True)
        for role, path in zip(("server.py", "client.py"), programs):
            shutil.copy(CORPUS / path, folder / name / role)
    table = folder.parent / "grades.csv"
    criteria = pack.criteria("ru")
    with table.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["submission", "points", "max_points", *(c["criterion"] for c in criteria)])
        for name, lost in (
            ("Иванов", "quits ends"),
            ("Петрова", "quits ends glued"),
            ("Сидоров", "ends two"),
            ("Орлов", ""),
        ):
            points = [0 if c["criterion"] in lost.split() else c["points"] for c in criteria]
            writer.writerow([name, sum(points), 100, *points])
    return folder, table


def run(*arguments):
    """Run pack.py with arguments; return its status, and what it has printed."""
    command = [sys.executable, ROOT / "notebooks" / "tools" / "pack.py", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    return done.returncode, done.stdout


def test_one_command_makes_pages_that_need_nothing_from_outside(klass, tmp_path):
    folder, table = klass
    status, said = run(tmp_path / "out", "--class", table, "--defence", folder, "--language", "ru")
    assert status == 0 and said.strip() == str((tmp_path / "out" / "ru" / "index.html").resolve())
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in (tmp_path / "out").rglob("*.html")}
    assert len(pages) == 20 + 5 + len(THREE)
    for path, page in pages.items():
        style = re.search(r"<style>.*?</style>", path.read_text(encoding="utf-8"), re.S)
        assert "url(" not in style[0] and "@import" not in style[0]
        assert all(load.startswith("data:image/") for load in page.loads)
        for link in page.links:
            if re.match(r"https?://", link):  # a lesson's own, to read on
                continue
            place, _, mark = link.partition("#")
            target = (path.parent / unquote(place)).resolve() if place else path
            assert target in pages and (not mark or mark in pages[target].ids), (path, link)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: f"{lesson.path.parent.name}-{lesson.path.stem}")
def test_a_lesson_gives_slides_and_its_minutes_are_shared_out(lesson):
    language = lesson.path.parent.name
    deck = slides.deck(lesson, language)
    assert deck.count("<section") > 10 and deck.count("<section") == deck.count("</section>")
    assert slides.WORDS[language]["out"] in deck, "there is an experiment"
    times = [time for time, _ in plan.shared(lesson, plan.WORDS[language]) if "–" in time]
    ends = [tuple(map(int, time.split("–"))) for time in times]
    assert ends[0][0] == 0 and ends[-1][1] == lesson.minutes
    assert all(one[1] == next_[0] for one, next_ in zip(ends, ends[1:]))


def test_a_slide_shows_the_question_and_the_cell_and_folds_what_it_prints_and_why():
    found = re.findall(r"<section.*?</section>", slides.deck(FRAMING, "ru"), re.S)
    [slide] = [slide for slide in found if "Три <code>sendall</code>" in slide]
    shown, _, folded = slide.partition("<details>")
    assert "Послали три, пришло одно" in shown and "Что напечатает ячейка?" in shown and "помиловать" in shown
    assert "казнитьнельзяпомиловать</pre>" in folded and "склеились" in folded
    assert folded.count("<summary>") == 2 and "<summary>Ответ" not in folded


def test_what_builds_lab_is_a_repair_and_an_exercise_shows_no_cell_to_write_in():
    reader = next(lesson for lesson in LESSONS if lesson.path.stem == "04-reader")
    deck = slides.deck(reader, "ru")
    assert "Чиним: Читатель целиком" in deck
    cells = [cell for section in FRAMING.sections for cell in section.cells()]
    writes = [cell for cell in cells if "check(" in cell.source or "..." in cell.source]
    assert writes and all(cell.is_exercise for cell in writes)
    assert "check(" not in Page(slides.deck(FRAMING, "ru")).text


def test_a_long_cell_is_shown_by_its_beginning():
    words = slides.WORDS["ru"]
    assert "ещё строк: 6" in slides.code("x = 1\n" * (slides.LONGEST + 6), words)
    assert slides.size(Cell("x = 1\n" * 40)) == "long" and slides.size(Cell("x = 1")) == ""


@pytest.mark.parametrize("language", ["ru", "en"])
def test_each_exercise_has_its_task_and_its_solution(language):
    lessons = [lesson for lesson in LESSONS if lesson.path.parent.name == language]
    known = solutions.answers(pack.course(language))
    tasks = {number for lesson in lessons for number in lesson.exercises()}
    numbers = {number for number in known if int(number.split(".")[0]) in {lesson.number for lesson in lessons}}
    assert tasks == numbers
    text = Page(solutions.solutions(lessons, pack.course(language), language)).text
    for number in numbers:
        assert known[number][2].strip() in text, number


def test_statistics_tell_what_is_lost_most_and_no_names(klass):
    table = grades.Grades(klass[1], pack.criteria("ru"))
    text = Page(grades.statistics(table, "ru")).text
    titles = {c["criterion"]: c["title"] for c in pack.criteria("ru")}
    places = [text.index(titles[name]) for name in ("ends", "quits", "glued")]
    assert places == sorted(places) and "3 / 4" in text
    assert not any(name in text for name in ("Иванов", "Петрова", "Сидоров", "Орлов"))


def test_what_was_not_tried_is_not_lost(tmp_path, klass):
    rows = list(csv.reader(klass[1].open(encoding="utf-8-sig")))
    rows[1][rows[0].index("ends")] = ""
    (tmp_path / "some.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    table = grades.Grades(tmp_path / "some.csv", pack.criteria("ru"))
    [ends] = [c for c in table.criteria if c["criterion"] == "ends"]
    assert table.lost(ends) == {1, 2}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "points\n5\n", "\0"])
def test_another_table_is_refused_in_a_line(tmp_path, text):
    (tmp_path / "other.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="other.csv"):
        grades.Grades(tmp_path / "other.csv", pack.criteria("ru"))


def test_the_catalogue_counts_faults_and_shows_the_line():
    class Faults:
        """Stands for lab/grader/faults.py, which may name one fault in anything."""

        @staticmethod
        def faults(found, results, beyond):
            return [Fault()] if "server.py" in found["sources"] else []

    class Fault:
        name, says, lesson, role, line, values = (
            "piece",
            "Один recv — не сообщение: {n}",
            "framing",
            "server.py",
            2,
            {"n": 7},
        )

    found = {"programs": {"server.py": "server.py"}, "sources": {"server.py": "import socket\nx = s.recv(1) # <b>\n"}}
    record = {"found": found, "results": {"glued": {"passed": False, "heard": "Борис слышит: «раздва»"}}}
    cases = catalogue.of_records([record, record], Faults, set())
    html = catalogue.catalogue(cases, [], [FRAMING], pack.criteria("ru"), "ru", True)
    assert "Один recv — не сообщение: 7" in html and "<td>2</td>" in html
    assert "<mark>x = s.recv(1) # &lt;b&gt;</mark>" in html and "раздва" in html
    assert "сообщения склеились" in html, "the lesson's own table"
    assert len(catalogue.of_corpus(CORPUS, Faults, pack.criteria("ru"))) > 30


@pytest.mark.parametrize(
    "place, language", [("", "ru"), ("notebooks/ru", "en"), ("lab", "ru"), ("my", "en"), ("tests/x", "ru")]
)
def test_solutions_do_not_go_where_the_course_or_a_student_is(place, language):
    status, said = run(ROOT / place, "--language", language)
    assert status == 2 and {"ru": "решения", "en": "solutions"}[language] in said and "Traceback" not in said


def test_nor_into_a_student_s_folder_elsewhere(tmp_path):
    start.update(ROOT / "notebooks" / "ru", tmp_path)
    status, said = run(tmp_path, "--language", "ru")
    assert status == 2 and "решения" in said


def test_what_a_student_gets_are_the_lessons_and_nothing_else(tmp_path):
    start.update(ROOT / "notebooks" / "ru", tmp_path)
    names = {path.name for path in (ROOT / "notebooks" / "ru").glob("*.ipynb")}
    assert {path.name for path in tmp_path.rglob("*")} == names | {start.DIGESTS, start.PAGE}
    for name in names:
        lesson, given = (
            json.loads((folder / name).read_text(encoding="utf-8")) for folder in (ROOT / "notebooks/ru", tmp_path)
        )
        sources = [["".join(cell["source"]) for cell in notebook["cells"]] for notebook in (lesson, given)]
        assert [start.PATHS.sub("", text) for text in sources[0]] == [start.PATHS.sub("", text) for text in sources[1]]


def test_no_student_s_program_stands_in_what_students_get():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "notebooks" / "ru").glob("*.ipynb"))
    for stage in (ROOT / "notebooks" / "course" / "answers" / "stages").rglob("*.py"):
        lines = [line for line in stage.read_text(encoding="utf-8").splitlines() if line.strip()]
        whole = json.dumps("\n".join(lines[-12:]), ensure_ascii=False)[1:-1]
        assert whole not in text, stage


def test_an_odd_submission_gets_a_page_that_says_so(tmp_path):
    for name, text in ("no-python", None), ("broken", "while True\n    accept()\n"), ("<b>&", "s.accept()\n"):
        (tmp_path / "klass" / name).mkdir(parents=True)
        if text is not None:
            (tmp_path / "klass" / name / "server.py").write_text(text, encoding="utf-8")
    made = pack.Pack(tmp_path / "out", "en")
    made.of_submissions(pack.gather([tmp_path / "klass"], tmp_path / "unpacked"), "")
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "defence").iterdir()}
    assert len(pages) == 3 and "Nothing to ask" in pages["broken.html"]
    assert all("<b>" not in html for html in pages.values())


def test_a_missing_class_is_said_in_a_line(tmp_path):
    status, said = run(tmp_path / "out", "--defence", tmp_path / "nobody", "--language", "ru")
    assert status == 1 and said.startswith("Не получилось: ") and said.count("\n") == 1


def test_who_asks_for_english_is_answered_in_english(tmp_path):
    for options in (["--help"], [], [tmp_path / "out", "--defence", tmp_path / "nobody"]):
        _, said = run("--language", "en", *options)
        assert said and not re.search("[а-яё]", said)


def test_a_page_in_english_says_in_english_what_was_doubtful(tmp_path):
    (tmp_path / "server.py").write_text("while True print(1)\n")
    html = defending.defence(Submission("orlov", tmp_path), "", "en")
    assert "<p>no program connects to the server (server.py)</p>" in html and not re.search("[а-яё]", html)
    (tmp_path / "server.py").rename(tmp_path / "client.py")
    html = defending.defence(Submission("orlov", tmp_path), "", "en")
    assert "<p>no program accepts connections (client.py)</p>" in html
