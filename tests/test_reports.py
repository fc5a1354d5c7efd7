"""A report tells enough to repair the programs from it alone, and a table tells apart lost and not tried.

Nothing is run here: results are given as a run would give them.
"""

import ast
import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab.grader import criteria as known, exports, language
from lab.grader.chat import Chat
from lab.grader.platforms import single
from lab.grader.reports import report
from lab.grader.submissions import Submission
from lab.grader.tables import save_csv, save_junit, show
from lab.grader.texts import folded, own
from lab.grader.transcript import Transcript
from lab.grader.words import Failure, Words

pytestmark = pytest.mark.quick
ROOT = Path(__file__).resolve().parent.parent
GRADER = ROOT / "lab" / "grader"
CRITERIA = known.read_criteria((ROOT / "notebooks/grading.ipynb").read_bytes())
ENGLISH = known.translated(CRITERIA, (ROOT / "notebooks/en/grading.ipynb").read_bytes())
TWO = "Борис слышит: «привет»\nАня слышит: «и тебе привет»\n"
DEAF = """\
Борис слышит: «привет»
Не случилось: Аня слышит: «и тебе привет».
Аня после этого не слышит ничего.
Разговор:
    server.py запускается
    Аня на связи
    Борис говорит: «и тебе привет»
Последние строки на терминале server.py:
    Traceback (most recent call last):
      File "server.py", line 2, in handle
        client.send(text)
    TypeError: a bytes-like object is required, not 'str'
"""
RESET = DEAF.replace("TypeError: a bytes-like object is required, not 'str'", "BrokenPipeError: [Errno 32] Broken pipe")
TWICE = """\
clients = []
def remove(client):
    clients.remove(client)
def handle(client):
    while True:
        if not client.recv(1024):
            remove(client)
            break
    remove(client)
"""
BROKEN = """\
server.py сразу завершает работу и не слушает ни одного порта.
Последние строки на терминале server.py:
    Traceback (most recent call last):
      File "server.py", line 1, in <module>
        import treading
    ModuleNotFoundError: No module named 'treading'
"""


def submission(**heard):
    """Return a submission that holds all criteria but some (heard: what they print); "" is one that was not tried."""
    results = {c["criterion"]: {"passed": True, "untried": False, "expected": "a\n", "heard": "a\n"} for c in CRITERIA}
    for name, said in heard.items():
        untried = said.startswith("Не проверено")
        results[name] = {"passed": False, "untried": untried, "expected": TWO, "heard": said}
    sources = {"server.py": "import treading\nclient.send(text)\n", "client.py": ""}
    found = {"programs": {role: role for role in sources}, "sources": sources, "notes": []}
    return Submission("ivanov", ROOT, results, found=found)


def test_a_lost_criterion_tells_why_what_was_expected_where_and_what_happened():
    told = report(submission(two=DEAF), CRITERIA)
    assert told.startswith("# ivanov: 108 из 100\n") and "Не случилось" not in told  # the ✗ says that
    [section] = re.findall(r"\n## Двое разговаривают: 0 из 12\n(.*)", told, re.S)
    assert "Аня говорит — Борис слышит." in section
    assert "    ✓ Борис слышит: «привет»\n    ✗ Аня слышит: «и тебе привет»\n" in section
    assert "\n\n    Аня после этого не слышит ничего.\n" in section
    assert "Разговор:\n\n    server.py запускается\n    Аня на связи\n    Борис говорит: «и тебе привет»\n" in section
    assert "На терминале `server.py`:\n\n    Traceback" in section
    assert "## Кто сказал" not in told


def test_the_report_begins_with_the_fault_its_line_and_its_lesson():
    told = report(submission(two=DEAF), CRITERIA)
    assert "## С чего начать\n\n- `server.py`, строка 2: По сети идут байты" in told
    assert "\n      client.send(text)\n" in told and "Урок 1 (Соединение: байты между двумя программами)." in told
    assert ".ipynb" not in told  # no such file beside the report


def test_what_breaks_all_criteria_is_shown_once():
    names = "name", "join", "two", "signed", "many", "leave"
    told = report(submission(**dict.fromkeys(names, BROKEN)), CRITERIA)
    assert told.count("Traceback") == told.count("## Сервер спрашивает имя") == 1
    assert (
        "Из-за того же (server.py сразу завершает работу и не слушает ни одного порта): "
        "«Кто пришёл» (0 из 5), «Двое разговаривают» (0 из 12)"
    ) in told


@pytest.mark.parametrize(
    ("names", "promised"), [(("name", "two", "glued", "deaf"), False), (("glued", "torn"), True)], ids=["base", "bonus"]
)
def test_what_breaks_the_base_promises_no_bonus(names, promised):
    told = report(submission(**dict.fromkeys(names, BROKEN)), CRITERIA)
    [same] = re.findall("^Из-за того же .*", told, re.M)
    assert ("«Разрезанное сообщение» (0 из 3)" in same) is promised and "Кто не читает" not in same
    later = "До бонусных критериев дело поэтому не дошло: «Склеенные сообщения» (0 из 3), «Кто не читает» (0 из 3)."
    assert (f"{later} Исправьте основное и сдайте ещё раз" in told) is not promised


def test_the_same_words_on_a_terminal_are_shown_once():
    other = DEAF.replace("Аня на связи", "Виктор на связи")
    told = report(submission(two=DEAF, signed=other), CRITERIA)
    assert told.count("Traceback") == 1
    assert "На терминале `server.py`: то же, что в критерии «Двое разговаривают»." in told


def test_what_a_program_says_is_no_markdown_of_ours():
    evil = "ValueError: `<img src=x>` {name}"
    said = DEAF.replace("Аня после этого не слышит ничего.", "Аня слышит только: «<b>»").replace(
        "TypeError: a bytes-like object is required, not 'str'", evil
    )
    told = report(submission(two=said), CRITERIA)
    assert "`ValueError: '<img src=x>' {name}`" in told
    assert not [line for line in told.splitlines() if re.match(r" {0,3}[^ ].*<(?!img src=x>')", line)]


def test_nothing_that_a_program_prints_ends_a_block_or_passes_for_ours():
    forged = DEAF + "    Последние строки на терминале client.py:\n    ## Зачёт\n"
    told = report(submission(two=forged), CRITERIA)
    assert "\n    ## Зачёт" in told and "`client.py`:\n" not in told


def test_an_english_report_has_no_russian_but_what_was_said():
    told = report(submission(two=DEAF, many=BROKEN, name="Не проверено: server.py: ей нужен экран.\n"), ENGLISH, "en")
    assert "## Two people talk: 0 of 12" in told and "✗ Anya hears: «и тебе привет»" in told
    assert "Server.py" not in told and "## Where to begin" in told and "Lesson 1 (Connection: bytes between" in told
    ours = re.sub(r"«[^»]*»|`[^`]*`|\((?:`[^)]*)\)", "", told)
    assert not re.search("[а-яё]", ours, re.I), re.findall(".*[а-яё].*", ours, re.I)


def texts(module):
    """Return the Russian texts (list of str) in a module's source that are no docstrings: "5" where a value stands."""
    tree = ast.parse((GRADER / f"{module}.py").read_text(encoding="utf-8"))
    inner = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    inner |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(v.value if isinstance(v, ast.Constant) else "5" for v in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            found.append(node.value)
    return [text for text in found if re.search("[а-яё]", text, re.I)]


SPOKEN = {  # what people in the chat say, or what a search looks for
    "его нет?", "а теперь?", "покинуть чат", "Введите своё имя:", "раз", "два", r"строка (\d+)$", "Здравствуйте",
}  # fmt: skip


@pytest.mark.parametrize(
    "module", ["words", "chat", "line", "terminal", "hearing", "programs", "starting", "excuses", "transcript", "runs",
               "reports", "submissions", "archives"]
)  # fmt: skip
def test_whatever_a_report_may_say_can_be_said_in_english(module):
    left = {}
    for text in set(texts(module)) - SPOKEN:
        said = re.sub(r"«[^»]*»|`[^`]*`", "", language.english(text))
        if re.search("[а-яё]", said, re.I) and not re.search(r"\[а-я|\\w", text):
            left[text] = said
    assert not left


# Points that the instructor is to give


UNTRIED = "Не проверено: server.py здесь не запустить: ей нужен экран.\n"


def test_a_table_leaves_a_place_for_points_that_are_to_be_given(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    tried = submission(two=DEAF, many=UNTRIED)
    save_csv(tmp_path / "x.csv", [tried], CRITERIA)
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["two"], row["many"], row["name"], row["not_tried"], row["points"]) == ("0", "", "6", "many", "78")
    show([tried], CRITERIA)
    shown = capsys.readouterr().out
    assert "78 из 100" in shown and " не проверено 30 " in shown and "two; не проверено: many" in shown


def test_a_report_tells_what_was_not_tried_and_why():
    told = report(submission(many=UNTRIED), CRITERIA)
    bonus = report(submission(glued=UNTRIED), CRITERIA)
    assert bonus.startswith("# ivanov: 117 из 100\n") and "ставит сам: 3." in bonus
    assert told.startswith("# ivanov: 90 из 100, не проверено 30\n")
    assert "Баллов, которые преподаватель ставит сам: 30." in told
    assert "| Говорят четверо | не проверено | 30 |" in told and "ей нужен экран" in told
    assert "## Говорят четверо: не проверено (из 30)" in told


def test_junit_skips_what_was_not_tried(tmp_path):
    save_junit(tmp_path / "x.xml", [submission(two=DEAF, many=UNTRIED)], CRITERIA)
    [suite] = ElementTree.parse(tmp_path / "x.xml").getroot()
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "1")
    assert "экран" in suite.find("testcase[@name='many']/skipped").text


def test_platforms_are_told_what_was_not_tried():
    tried = submission(many=UNTRIED)
    tests = {test["name"]: test for test in exports.tests_of(tried, CRITERIA)}
    assert tests["many"]["passed"] is None and tests["many"]["score"] == 0
    grade = exports.grade_of(tried, CRITERIA)
    assert "не проверено баллов: 30" in grade.comment()
    assert "не проверено" in single.vpl(grade, tests.values())


def test_a_criterion_without_points_is_lost_only_where_it_does_not_hold(tmp_path):
    free = [c | {"points": 0} if c["criterion"] in ("two", "name") else c for c in CRITERIA]
    save_junit(tmp_path / "x.xml", [submission(two=DEAF)], free)
    [suite] = ElementTree.parse(tmp_path / "x.xml").getroot()
    assert [case.get("name") for case in suite if len(case)] == ["two"]
    assert report(submission(two=DEAF), free).startswith("# ivanov: 102 из 82\n")


def test_parts_of_points_are_told():
    many = next(c for c in CRITERIA if c["criterion"] == "many")
    expected = "".join(f"{number} слышит\n" for number in range(12))
    some = submission(many="")
    some.results["many"] |= {"expected": expected, "heard": expected.replace("7 слышит\n", "") + "Не случилось: X.\n"}
    assert some.earned(many) == 27 and some.lost(many)
    told = report(some, CRITERIA)
    assert "## Говорят четверо: 27 из 30" in told
    assert "    ✓ 6 слышит\n    ✗ 7 слышит\n    ✓ 8 слышит\n" in told


# What a criterion prints


class Someone:
    """An Ear, as far as a transcript knows it."""

    def __init__(self, who):
        self.who = who


def test_a_transcript_tells_in_order_who_said_and_heard_what():
    anya, boris, told = Someone("Аня"), Someone("Борис"), Transcript()
    told.note(anya, "на связи")
    told.note(anya, "says", "приветxyz\n".encode())
    for piece in "при", "ветxyz\n":
        told.note(boris, "hears", piece.encode())
    told.note(boris, "слышит, что соединение закрыто")
    assert told.text(lambda text: text.replace("xyz", ""), "\n").splitlines() == [
        "Аня на связи",
        "Аня говорит: «привет»",
        "Борис слышит: «привет»",
        "Борис слышит, что соединение закрыто",
    ]


def test_a_transcript_of_a_flood_is_short():
    anya, boris, told = Someone("Аня"), Someone("Борис"), Transcript()
    for _ in range(500):
        for person in anya, boris:
            told.note(person, "hears", "Аня: ".encode() + b"bla " * 250)
    for number in range(1000):
        told.note(anya, "says", str(number).encode())
    for _ in range(1000):
        told.note(anya, "says", b"!")
    text = told.text(str, "\n")
    assert len(text) < 3000 and text.count("«Аня: bla bla…»") == 2
    assert "bla bla…»" in text and "……" not in text
    assert text.splitlines()[-2:] == ["Аня говорит: «999»", "Аня говорит: «!» (1000 раз)"]


def test_who_repeats_something_without_end_is_told_of_once_in_whole_lines():
    anya, told = Someone("Аня"), Transcript()
    told.note(anya, "hears", "В чате Борис\n".encode() + "Борис: \n".encode() * 500)
    for word in "его нет?", "а теперь?":
        told.note(anya, "says", word.encode())
        for piece in "Борис: \nБор", "ис: \n" + "Борис: \n" * 5000:
            told.note(anya, "hears", piece.encode())
    told.note(anya, "hears", "Борис вышел\n".encode())
    assert told.text(str, "\n").splitlines() == [
        "Аня слышит: «В чате Борис ⏎ Борис:  ⏎ …» (и так много раз подряд)",
        "Аня говорит: «его нет?»",
        "Аня говорит: «а теперь?»",
        "Аня слышит: «Борис вышел»",
    ]


def test_a_word_in_the_middle_of_a_flood_is_told():
    anya, told = Someone("Аня"), Transcript()
    for word in "", "Борис вышел\n", "":
        told.note(anya, "hears", word.encode() + "Борис: \n".encode() * 500)
    assert told.text(str, "\n").splitlines() == [
        "Аня слышит: «Борис:  ⏎ …»",
        "Аня слышит: «Борис вышел ⏎ Борис:  ⏎ …» (и так много раз подряд)",
    ]


def test_what_a_report_leaves_out_of_a_long_text_stands_between_whole_lines():
    anya, told = Someone("Аня"), Transcript()
    told.note(anya, "hears", "".join(f"Борис: слово {number}\n" for number in range(100)).encode())
    text = told.text(str, "\n")
    assert text.startswith("Аня слышит: «Борис: слово 0 ⏎ Борис: слово 1 ⏎") and text.endswith("Борис: слово 99»")
    assert re.fullmatch("Аня слышит: «(Борис: слово \\d+ ⏎ )+…( ⏎ Борис: слово \\d+)+»", text)


def test_two_of_one_name_are_told_apart():
    anya, other, told = Someone("Аня"), Someone("Аня"), Transcript()
    for person in anya, other, anya:
        told.note(person, "says", b"hi")
    assert [line.partition(" говорит")[0] for line in told.text(str, "\n").splitlines()] == ["Аня", "Аня № 2", "Аня"]


def test_signs_are_explained_once_and_only_those_that_are_there():
    told = report(submission(two=DEAF, signed=DEAF.replace("Аня на связи", "Виктор на связи")), CRITERIA)
    assert told.count("Знаки: ✓ — так и было; ✗ — этого не было. Имя люди") == 1
    assert "Знаки" not in report(submission(), CRITERIA)
    assert told.index("Знаки") < told.index("## Двое разговаривают")


def test_faults_at_one_line_are_told_in_one_place():
    told = report(submission(reset=RESET, leave=DEAF), CRITERIA)
    [place] = re.findall(r"- `server.py`, строка 2: .*", told)
    assert "Обрыв связи" not in place and "ошибка обрывает" in place and "Превратите в байты" in place
    assert told.count("\n      client.send(text)\n") == 1


def test_what_is_to_stand_in_one_place_is_shown_in_one_sample():
    handed_in = submission(ghosts=DEAF, namesakes=DEAF)
    handed_in.found["sources"]["server.py"] = "def handle(s):\n    name = s.recv(9).decode()\n    names[s] = name\n"
    told = report(handed_in, CRITERIA)
    assert "Сразу после этой строки" not in told and told.count("\n  Образец:\n") == 1
    assert "\n          while name in names.values():\n" in told and "\n      if not name:\n" in told
    assert 's.send("The name is taken, give another:\\n".encode())' in report(handed_in, ENGLISH, "en")


def test_how_to_read_lines_is_told_at_the_first_of_two_places():
    handed_in = submission(glued=DEAF, torn=DEAF, letter=DEAF)
    handed_in.found["sources"]["server.py"] = "def handle(s):\n    data = s.recv(9)\n    print(data.decode())\n"
    told = report(handed_in, CRITERIA)
    assert re.search("строка 2: .*Сервер считает сообщением", told) and "строка 3: Русская буква" in told
    assert told.count("`lines = s.makefile") == 1


def test_a_hint_names_the_criteria_that_it_repairs():
    told = report(submission(name=BROKEN, two=BROKEN, glued=BROKEN, types=DEAF), CRITERIA)
    assert "строки: 1. Нужно для: «Сервер спрашивает имя», «Двое разговаривают».\n" in told
    said = "Борису сервер этого не послал.\n"
    handed_in = submission(two=said, signed=said, glued=said, types="Программа всё ещё работает.\n")
    handed_in.found["sources"]["server.py"] = "s = accept()\nThread(target=handle(s)).start()\n"
    assert "Нужно для: «Двое разговаривают», «Кто сказал». Урок 5" in report(handed_in, CRITERIA)
    told = report(submission(reset=RESET, ghosts=DEAF), CRITERIA)
    assert "Нужно для: «Кто пропал». Урок" in told and "Нужно для: «Призраки». Урок" in told
    assert re.search("Needed for: «[^а-яё»]+». Lesson", report(submission(reset=RESET), ENGLISH, "en"))


def test_what_was_lost_for_the_same_reason_is_repaired_with_it():
    said = "Что сказала Аня, слышит только она сама.\nРазговор:\n    Аня на связи\n"
    handed_in = submission(two=said, signed=said, glued=said, torn=DEAF)
    handed_in.found["sources"]["server.py"] = "while True:\n    text = s.recv(9)\n    s.send(text)\n"
    assert "Нужно для: «Двое разговаривают», «Кто сказал». Урок 8" in report(handed_in, CRITERIA)


def test_a_hint_that_repairs_no_criterion_goes_last_and_says_so():
    handed_in = submission(quits=DEAF, signed=DEAF)
    handed_in.found["sources"] = {"server.py": TWICE, "client.py": "text = input()\n"}
    told = report(handed_in, CRITERIA)
    assert told.index("Клиент не знает слов") < told.index("Человека удаляют дважды") and "«Клиент уходит»." in told
    assert "Баллов это не стоило. Урок 8" in told


def test_the_hints_beyond_the_assignment_stand_apart():
    assert "## Сверх задания" not in report(submission(reset=RESET), CRITERIA)
    told = report(submission(reset=RESET, ghosts=DEAF), CRITERIA)
    assert told.index("## С чего начать") < told.index("## Сверх задания") < told.index("Знаки:")


def test_a_traceback_in_a_transcript_is_shown_elsewhere():
    client, told = Someone("Клиент"), Transcript()
    told.note(client, "prints", b"Hi\nTraceback (most recent call last):\n  File ...\nError: x\n")
    assert told.text(str, "\n") == "Клиент видит на экране: «Hi ⏎ (ошибка: она ниже)»"


def test_no_tail_of_a_secret_is_shown():
    class Work:
        temporary = None

    chat = Chat(Work())
    secret = chat.secret("привет")
    tail = secret.removeprefix("привет")
    for text in secret, f"привет\n{tail}", repr(secret.encode()), json.dumps(secret), secret.encode().decode():
        shown = chat.shown(text)
        assert tail not in shown and repr(tail.encode())[2:-1] not in shown
        assert tail.encode("unicode_escape").decode() not in shown


def test_tracebacks_are_shortened_to_the_submissions_own_files():
    script = "import threading\ndef f():\n    raise ValueError('x')\nt = threading.Thread(target=f)\nt.start()\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    lines = own(done.stderr.replace('"<string>"', '"server.py"').splitlines())
    assert [line.strip() for line in lines if "File" in line] == ['File "server.py", line 3, in f']
    assert lines[0].startswith("Exception in thread") and lines[-1] == "ValueError: x"
    assert not [line for line in lines if "self." in line]


class Listener(Words):
    """Борис, who has heard a text."""

    who, chat = "Борис", Someone("chat")
    chat.secret = chat.shown = str

    def __init__(self, heard):
        self.heard = heard

    def all_text(self):
        return self.heard


@pytest.mark.parametrize(
    ("heard", "besides"),
    [
        ("Аня: раз\nАня: два\n в чате\n вышел из чата\nАня: три\n", "«в чате ⏎ вышел из чата»"),
        ("Аня: разАня: два: : : Аня: три", "«: : : Аня:»"),
        (": \n" * 5 + "Аня: три\n", "«:   (подряд: 5) ⏎ Аня: три»"),
    ],
    ids=["lines", "no lines", "a flood of which the start is not kept"],
)
def test_what_is_heard_besides_is_told_apart_from_the_talk(heard, besides):
    with pytest.raises(Failure) as failure:
        Listener(heard).hears_nothing_else("раз", "два", "три")
    assert str(failure.value) == f"Не случилось: Борис не слышит ничего лишнего.\nБорис слышит лишнее: {besides}"


def test_equal_lines_are_folded():
    assert folded(["a", "b", "b", "b", "a"]) == ["a", "b   (подряд: 3)", "a"]


def test_a_failure_of_another_chat_keeps_what_was_told_there(capsys):
    class Work:
        temporary, wire = None, "\n"

        def clean_up(self):
            pass

    for _ in range(2):
        with Chat(Work()):
            failure = Failure("server.py сразу завершает работу.")
            failure.printed = [("server.py", "    ModuleNotFoundError")]
            raise failure
    told = capsys.readouterr().out
    assert told.count("Последние строки на терминале server.py:\n    ModuleNotFoundError") == 2
