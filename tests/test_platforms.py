"""What platforms hand out is read, and what is written for them is what their importers take.

The importers are written here once more, from their sources: Moodle's assignfeedback_offline and
assignfeedback_file, Canvas's gradebook_importer, Gradescope's and others' documented forms.
"""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given, strategies as st

from lab.grader import lateness, platforms
from lab.grader.platforms import canvas, gradescope, moodle, single
from lab.grader.platforms.sheets import Grade

# Names that platforms give


def grouped(names, folders=()):
    """Return what platforms.read() says of names: {student: (id, platform, sorted files)}."""
    hand_ins, rest = platforms.read(names, folders)
    assert not rest, rest
    return {
        hand_in.student: (hand_in.id, hand_in.platform, sorted(part.file for part in hand_in.parts.values()))
        for hand_in in hand_ins
    }


@pytest.mark.parametrize("end", ["", "_"])
def test_moodles_folders_of_files_and_of_text_are_one_student(end):
    names = [f"Иванова Анна_12_assignsubmission_file{end}", f"Иванова Анна_12_assignsubmission_onlinetext{end}"]
    assert grouped(names, names) == {"Иванова Анна": ("12", "moodle", ["", ""])}


def test_moodles_flat_files_are_grouped_by_student():
    names = [
        "Иванова Анна_12_assignsubmission_file_server.py",
        "Иванова Анна_12_assignsubmission_file_client_4.py",
        "Иванова Анна_12_assignsubmission_onlinetext_onlinetext.html",
        "Smith John_7_assignsubmission_file_chat.zip",
    ]
    assert grouped(names) == {
        "Иванова Анна": ("12", "moodle", ["client_4.py", "onlinetext.html", "server.py"]),
        "Smith John": ("7", "moodle", ["chat.zip"]),
    }


def test_two_students_of_one_name_stay_two_in_moodle():
    names = ["Ли Мин_3_assignsubmission_file", "Ли Мин_4_assignsubmission_file"]
    assert [hand_in.id for hand_in in platforms.read(names, names)[0]] == ["3", "4"]


def test_canvas_files_are_grouped_and_lateness_and_attempts_are_read():
    names = [
        "ivanovaanna_LATE_1034_550012_server-2.py",
        "ivanovaanna_LATE_1034_550013_client-2.py",
        "ивановпётр_1035_550020_server_4.py",
        "smithjohn_1036_text.html",
    ]
    assert grouped(names) == {
        "ivanovaanna": ("1034", "canvas", ["client.py", "server.py"]),
        "ивановпётр": ("1035", "canvas", ["server_4.py"]),
        "smithjohn": ("1036", "canvas", ["text.html"]),
    }
    hand_ins = {hand_in.id: hand_in for hand_in in platforms.read(names)[0]}
    assert [number for number, hand_in in hand_ins.items() if hand_in.late] == ["1034"]
    assert hand_ins["1034"].parts[names[0]].again == 2 and hand_ins["1035"].parts[names[2]].again == 0


def test_google_files_are_grouped_by_the_name_before_the_dash():
    names = ["Анна Иванова - server.py", "Анна Иванова - client (1).py", "Пётр Салтыков-Щедрин - чат - мой.zip"]
    assert grouped(names) == {
        "Анна Иванова": ("", "google", ["client.py", "server.py"]),
        "Пётр Салтыков-Щедрин": ("", "google", ["чат - мой.zip"]),
    }


@pytest.mark.parametrize(
    "names",
    [
        ["server.py", "client.py"],
        ["задание 4 - server.py", "задание 4 - client.py"],
        ["task_4_1_server.py", "task_4_1_client.py"],
        ["Анна Иванова - server.py", "Анна Иванова - client.py"],
        ["чат сервер - main.py", "чат клиент - main.py"],
        ["Анна Иванова - server.py", "Пётр Иванов - server.py", "launch.py"],
        ["Иванов", "Петров_2", "group_1_assign"],
    ],
    ids=["plain", "task", "numbers", "one person", "roles", "a stranger", "folders"],
)
def test_names_that_no_platform_gives_are_left_alone(names):
    assert platforms.read(names) == ([], names)


def test_a_latecomers_folder_beside_moodles_stays_what_it_is():
    names = ["Ли Мин_3_assignsubmission_file", "Сидоров"]
    hand_ins, rest = platforms.read(names, names)
    assert [hand_in.student for hand_in in hand_ins] == ["Ли Мин"] and rest == ["Сидоров"]


LETTERS = st.text(st.sampled_from("абвгдеёжзиклмнюя" + "abcxyz" + "'- "), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split()).strip("-' ")
)
STUDENTS = LETTERS.filter(lambda text: re.search(r"\w", text))
FILES = st.builds(
    lambda stem, suffix: stem + suffix,
    st.text(st.sampled_from("абвabc_ -.()0123456789"), min_size=1, max_size=15).filter(lambda s: s.strip(" .-") == s),
    st.sampled_from([".py", ".zip", ".py.txt", ".tar.gz"]),
)
IDS = st.integers(1, 10**9).map(str)


@given(STUDENTS, IDS, FILES, st.sampled_from(["file", "onlinetext"]))
def test_any_name_that_moodle_builds_is_taken_apart_again(student, number, file, plugin):
    part = moodle.read(f"{student}_{number}_assignsubmission_{plugin}_{file}")
    assert (part.student, part.id, part.file, part.text) == (student, number, file, plugin == "onlinetext")


@given(STUDENTS, st.booleans(), IDS, st.integers(10, 10**9), FILES)
def test_any_name_that_canvas_builds_is_taken_apart_again(student, late, number, attachment, file):
    name = re.sub(r"\W", "", student.casefold())
    assume(name and not canvas.AGAIN.search(file))
    part = canvas.read(f"{name}{'_LATE' * late}_{number}_{attachment}_{file}")
    assert (part.student, part.late, part.id, part.file) == (name, late, number, file)


@given(st.lists(st.text(st.sampled_from("ОАбвгд"), min_size=1), min_size=2, max_size=4), FILES)
def test_any_name_that_google_builds_is_taken_apart_again(words, file):
    assume(file != "" and not re.search(r" ?\(\d+\)\.\w+$", file))
    part = platforms.google.read(f"{' '.join(words)} - {file}")
    assert (part.student, part.file) == (" ".join(words), file)


@given(st.lists(st.text(max_size=40), max_size=6, unique=True))
def test_no_name_at_all_makes_reading_fail_or_lose_a_file(names):
    hand_ins, rest = platforms.read(names)
    assert sorted([name for hand_in in hand_ins for name in hand_in.parts] + rest) == sorted(names)


# Moodle takes it back

STRINGS = {
    "en": {
        "id": "Identifier", "fullname": "Full name", "status": "Status", "grade": "Grade", "max": "Maximum grade",
        "can": "Grade can be changed", "submitted": "Last modified (submission)", "graded": "Last modified (grade)",
        "comment": "Feedback comments", "participant": "Participant ", "yes": "Yes", "no": "No", "point": ".",
    },
    "ru": {
        "id": "Идентификатор", "fullname": "Полное имя", "status": "Состояние", "grade": "Оценка",
        "max": "Максимальная оценка", "can": "Оценка может быть изменена",
        "submitted": "Последнее изменение (ответ)", "graded": "Последнее изменение (оценка)",
        "comment": "Отзыв в виде комментария", "participant": "Участник", "yes": "Да", "no": "Нет", "point": ",",
    },
    "fr": {
        "id": "Identifiant", "fullname": "Nom complet", "status": "Statut", "grade": "Note", "max": "Note maximale",
        "can": "La note peut être modifiée", "submitted": "Dernière modification (travail remis)",
        "graded": "Dernière modification (note)", "comment": "Feedback par commentaires", "participant": "Participant",
        "yes": "Oui", "no": "Non", "point": ",",
    },
}  # fmt: skip
RU_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
RU_DAYS = "понедельник вторник среда четверг пятница суббота воскресенье".split()


class Moodle:
    """An assignment as Moodle's two importers see it: grades are {student: [points, when (datetime)]}."""

    def __init__(self, language, students, maximum=100, grades=None, locked=(), now=datetime(2026, 11, 26, 12)):
        self.words, self.language, self.students, self.maximum = STRINGS[language], language, students, maximum
        self.grades, self.locked, self.now = dict(grades or {}), locked, now
        self.comments, self.files = {}, {}

    def date(self, when):
        """As userdate() writes it."""
        if self.language == "ru":
            return f"{RU_DAYS[when.weekday()]}, {when.day} {RU_MONTHS[when.month - 1]} {when:%Y, %H:%M}"
        return f"{when:%A, }{when.day}{when: %B %Y, %I:%M %p}"

    def float(self, number):
        return f"{number:.2f}".replace(".", self.words["point"])

    def worksheet(self):
        """As assign_grading_table downloads it."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        columns = "id", "fullname", "status", "grade", "max", "can", "submitted", "graded", "comment"
        writer.writerow([self.words[column] for column in columns])
        for number, name in self.students.items():
            points, when = self.grades.get(number, (-1, None))
            writer.writerow(
                [
                    f"{self.words['participant']}{number}",
                    name,
                    "Ответы для оценки, представлено",
                    "" if points < 0 else self.float(points),
                    self.float(self.maximum),
                    self.words["no" if number in self.locked else "yes"],
                    self.date(datetime(2026, 11, 20, 18, 5)),
                    self.date(when) if when else "-",
                    self.comments.get(number, ""),
                ]
            )
        return "\ufeff" + out.getvalue()

    @staticmethod
    def strtotime(text):
        for form in "%A, %d %B %Y, %I:%M %p", "%Y-%m-%d %H:%M":
            try:
                return datetime.strptime(text, form)
            except ValueError:
                pass
        return datetime(1970, 1, 1)  # false

    def unformat_float(self, text):
        text = text.strip().replace(" ", "").replace(self.words["point"], ".")
        return float(re.match(r"[\d.]*", text)[0] or 0) if text else ""

    def import_worksheet(self, text, ignore_modified=False):
        """As assignfeedback_offline does; return the students whose grade was changed."""
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert len({len(row) for row in rows}) == 1, "csvweirdcolumns"
        header = [cell.strip() for cell in rows[0]]
        at = {key: header.index(self.words[key]) for key in ("id", "grade", "graded", "comment")}
        changed = []
        for row in rows[1:]:
            number = row[at["id"]][len(self.words["participant"]) :]
            if number not in self.students:
                continue
            grade, modified = self.unformat_float(row[at["grade"]]), self.strtotime(row[at["graded"]])
            own = self.grades.get(number)
            stale = own and own[1] > modified + timedelta(seconds=60) and not ignore_modified
            skip = own and own[0] == grade or grade == "" or grade < 0 or stale or number in self.locked
            if not skip and grade <= self.maximum:
                self.grades[number] = (grade, self.now)
                changed.append(number)
            if not stale:
                self.comments[number] = row[at["comment"]]
        return changed

    def import_zip(self, path):
        """As assignfeedback_file does."""
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                parts = member.filename.split("/")
                assert not parts[-1].startswith((".", "~")), "hidden files are left out"
                while parts:
                    info = parts.pop(0).split("_", 4)
                    if len(info) >= 4 and info[1].isdigit() and info[1] in self.students:
                        assert info[2] == "assignsubmission" and info[3] in ("file", "onlinetext")
                        name = "/".join([*(info[4:] or [""]), *parts]).lstrip("/")
                        self.files.setdefault(info[1], {})[name] = archive.read(member).decode()
                        self.grades[info[1]] = (self.grades.get(info[1], (-1,))[0], self.now)
                        break


CLASS = {"12": "Иванова Анна", "7": "Smith John", "5": "Пётр Ёлкин"}


def worksheet(tmp_path, moodle_class):
    """Return the worksheet that the teacher has downloaded, as our Worksheet."""
    path = tmp_path / "Оценки.csv"
    path.write_text(moodle_class.worksheet(), encoding="utf-8", newline="")
    return moodle.Worksheet(path)


def graded(number, base, **more):
    """Return a Grade of a student of CLASS."""
    return Grade(CLASS[number], CLASS[number], number, base, **more)


@pytest.mark.parametrize("language", STRINGS)
def test_moodle_takes_a_worksheet_in_its_own_language(tmp_path, language):
    at_moodle = Moodle(language, CLASS)
    text, notes = worksheet(tmp_path, at_moodle).fill([graded("12", 85), graded("7", 0), graded("5", 100)])
    assert at_moodle.import_worksheet(text) == ["12", "7", "5"] and not notes
    assert {number: grade for number, (grade, _) in at_moodle.grades.items()} == {"12": 85, "7": 0, "5": 100}


def test_all_that_is_not_ours_in_a_worksheet_stays(tmp_path):
    at_moodle = Moodle("ru", CLASS)
    before = list(csv.reader(io.StringIO(at_moodle.worksheet().removeprefix("\ufeff"))))
    text, _ = worksheet(tmp_path, at_moodle).fill([graded("12", 85)])
    after = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    changed = [
        (row, column) for row, cells in enumerate(before) for column, _ in enumerate(cells) if cells != after[row]
    ]
    assert text.startswith("\ufeff") and {row for row, _ in changed} == {1}
    assert [old for old, new in zip(before[1], after[1]) if old != new] == [""]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_points_are_scaled_to_moodles_maximum_and_never_above_it_and_bonus_is_said_apart(tmp_path, language):
    at_moodle = Moodle(language, CLASS, maximum=10)
    text, _ = worksheet(tmp_path, at_moodle).fill([graded("12", 85), graded("7", 100, bonus=15), graded("5", 120)])
    at_moodle.import_worksheet(text)
    assert {number: grade for number, (grade, _) in at_moodle.grades.items()} == {"12": 8.5, "7": 10, "5": 10}
    assert at_moodle.comments == {"12": "", "7": "бонус: 15", "5": ""}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_grade_from_before_is_replaced_and_one_from_after_the_download_is_kept(tmp_path, language):
    at_moodle = Moodle(
        language, CLASS, grades={"12": (40, datetime(2026, 3, 3, 9, 5, 40)), "7": (50, datetime(2026, 5, 1))}
    )
    sheet = worksheet(tmp_path, at_moodle)
    at_moodle.grades["7"] = (60, datetime(2026, 11, 25))  # somebody grades by hand meanwhile
    text, notes = sheet.fill([graded("12", 85), graded("7", 70)])
    assert at_moodle.import_worksheet(text) == ["12"] and not notes
    assert at_moodle.grades["7"][0] == 60


def test_moodle_itself_would_skip_a_russian_date(tmp_path):
    at_moodle = Moodle("ru", CLASS, grades={"12": (40, datetime(2026, 3, 3))})
    text = at_moodle.worksheet().replace('"40,00"', "85")
    assert at_moodle.import_worksheet(text) == [], "else the date need not be rewritten"


def test_a_date_that_nobody_can_read_is_said(tmp_path):
    at_moodle = Moodle("fr", CLASS, grades={"12": (40, datetime(2026, 3, 3))})
    at_moodle.date = lambda when: "mardi 3 février 2026, 10:00"
    text, notes = worksheet(tmp_path, at_moodle).fill([graded("12", 85)])
    assert len(notes) == 1 and "mardi 3 février" in notes[0]
    assert at_moodle.import_worksheet(text) == [] and at_moodle.import_worksheet(text, ignore_modified=True) == ["12"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_locked_grade_and_a_stranger_are_said(tmp_path, language):
    at_moodle = Moodle(language, CLASS, locked=("12",))
    stranger = Grade("Чужой", "Чужой", "99", 50)
    text, notes = worksheet(tmp_path, at_moodle).fill([graded("12", 85), stranger])
    assert at_moodle.import_worksheet(text) == []
    assert "закрыта" in notes[0] and "нет в ведомости" in notes[1]


def test_whoever_could_not_be_graded_keeps_the_grade_and_is_said(tmp_path):
    at_moodle = Moodle("ru", CLASS, grades={"12": (40, datetime(2026, 3, 3))})
    text, notes = worksheet(tmp_path, at_moodle).fill([graded("12", 0, reason="Сдан rar.")])
    assert at_moodle.import_worksheet(text) == [] and "Сдан rar." in notes[0]
    text, notes = canvas.fill(gradebook(tmp_path), [Grade("a", "x", "1036", reason="Сдан rar.")], "501")
    assert import_gradebook(text, "501")["1036"] == "40" and "Сдан rar." in notes[0]


def test_whoever_has_no_number_is_found_by_name(tmp_path):
    at_moodle = Moodle("ru", CLASS)
    text, _ = worksheet(tmp_path, at_moodle).fill([Grade("x", "Елкин Петр", base=85)])
    assert at_moodle.import_worksheet(text) == ["5"]


def test_a_teachers_comment_is_not_overwritten(tmp_path):
    at_moodle = Moodle("ru", CLASS)
    at_moodle.comments["7"] = "Зайдите ко мне"
    text, _ = worksheet(tmp_path, at_moodle).fill([graded("7", 85, bonus=10)])
    at_moodle.import_worksheet(text)
    assert at_moodle.comments["7"] == "Зайдите ко мне"


def test_a_worksheet_that_excel_has_saved_anew_is_taken(tmp_path):
    at_moodle = Moodle("ru", CLASS)
    rows = list(csv.reader(io.StringIO(at_moodle.worksheet().removeprefix("\ufeff"))))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    (tmp_path / "x.csv").write_bytes(out.getvalue().encode("cp1251"))
    text, _ = moodle.Worksheet(tmp_path / "x.csv").fill([graded("12", 85)])
    assert at_moodle.import_worksheet(text) == ["12"]


@pytest.mark.parametrize("text", ["", "a,b\n", "Имя,Балл\nАнна,5\n", "a\x00,b\n1,2\n"])
def test_what_is_no_worksheet_is_refused_in_words(tmp_path, text):
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(ValueError, match="x.csv: "):
        moodle.Worksheet(tmp_path / "x.csv")


@pytest.mark.parametrize("names", [
    ["Иванова Анна_12_assignsubmission_file", "Иванова Анна_12_assignsubmission_onlinetext"],
    ["Иванова Анна_12_assignsubmission_file_"],
    ["Иванова Анна_12_assignsubmission_onlinetext"],
])  # fmt: skip
def test_moodle_finds_whose_a_report_in_a_folder_is(tmp_path, names):
    at_moodle = Moodle("ru", CLASS)
    [hand_in] = platforms.read(names, names)[0]
    moodle.feedback_zip(tmp_path / "x.zip", [graded("12", 85, folder=moodle.place(hand_in), report="# Отчёт")])
    at_moodle.import_zip(tmp_path / "x.zip")
    assert at_moodle.files == {"12": {"report.md": "# Отчёт"}}


def test_moodle_finds_whose_a_report_without_a_folder_is(tmp_path):
    at_moodle = Moodle("ru", CLASS)
    [hand_in] = platforms.read(["Иванова Анна_12_assignsubmission_file_server.py"])[0]
    moodle.feedback_zip(tmp_path / "x.zip", [graded("12", 85, folder=moodle.place(hand_in), report="# Отчёт")])
    at_moodle.import_zip(tmp_path / "x.zip")
    assert at_moodle.files == {"12": {"report.md": "# Отчёт"}}


def test_the_worksheet_must_come_before_the_feedback(tmp_path):
    at_moodle = Moodle("en", CLASS)
    text, _ = worksheet(tmp_path, at_moodle).fill([graded("12", 85)])
    folder = "Иванова Анна_12_assignsubmission_file/"
    moodle.feedback_zip(tmp_path / "x.zip", [graded("12", 85, folder=folder, report="# Отчёт")])
    wrong = Moodle("en", CLASS)
    wrong.import_zip(tmp_path / "x.zip")
    assert wrong.import_worksheet(text) == [], "else the order need not be told"
    assert at_moodle.import_worksheet(text) == ["12"]
    at_moodle.import_zip(tmp_path / "x.zip")
    assert at_moodle.grades["12"][0] == 85 and at_moodle.files


@pytest.mark.parametrize("language", ["en", "ru"])
def test_moodles_times_of_handing_in_are_read(tmp_path, language):
    times = worksheet(tmp_path, Moodle(language, CLASS)).times()
    assert times == dict.fromkeys(CLASS, datetime(2026, 11, 20, 18, 5))


# Canvas takes it back


def import_gradebook(text, assignment):
    """Return what Canvas's importer changes for assignment: {student's number: grade as it reads it}."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";" if text.count(";") > 9 else ","))
    header = rows[0]
    assert "Student" in header[0] and "ID" in header[1], "Invalid header row"
    students = 3 + (2 if re.search(r"SIS\s+User\s+ID", header[2]) else 0)
    assert "Section" in header[students - 1], "Invalid header row"
    titles = [t for t in header[students:] if not re.search("Current Score|Final Score|Current Points", t)]
    found = [t for t in titles if re.search(r"\((\d+)\)$", t) and re.search(r"\((\d+)\)$", t)[1] == assignment]
    assert found, "Canvas would make a new assignment"
    column, grades = header.index(found[0]), {}
    for row in rows[1:]:
        if "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Manual Posting.*)?\s*", c) for c in row):
            continue
        cell = row[column].strip()
        if re.fullmatch(r"-?[0-9.,]+%?", cell):  # decimal_comma_to_period
            *whole, last = re.split("[,.]", cell)
            cell = f"{''.join(whole)}.{last}" if whole else last
        grades[row[1]] = cell
    return grades


GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section,Эссе (77),Чат на сокетах (501),Current Score (9),Final Score
,,,,,Manual Posting,,,
    Points Possible,,,,,10,{possible},(read only),(read only)
"Иванова, Анна",1034,s1,anna@example.org,ИТ-21,9,,90,90
"Smith, John",1036,s2,john,ИТ-21,,40,,
"Ёлкин, Пётр",1040,s3,petr,ИТ-21,,30,,
"Student, Test",9999,,abc,ИТ-21,,,,
"""


def gradebook(tmp_path, possible="100", text=GRADEBOOK):
    """Return a path of the gradebook that the teacher has exported."""
    path = tmp_path / "grades.csv"
    path.write_text(text.replace("{possible}", possible), encoding="utf-8")
    return path


def test_canvas_takes_its_gradebook_and_only_what_was_graded_changes(tmp_path):
    path = gradebook(tmp_path)
    grades = [Grade("a", "ivanovaanna", "1034", 85, bonus=10), Grade("b", "smithjohn", "1036", 0)]
    text, notes = canvas.fill(path, grades, "сокетах")
    assert import_gradebook(text, "501") == {"1034": "85", "1036": "0", "1040": "30", "9999": ""} and not notes
    assert import_gradebook(text, "77") == import_gradebook(path.read_text(encoding="utf-8"), "77")


def test_canvas_points_are_scaled_to_those_possible(tmp_path):
    text, _ = canvas.fill(
        gradebook(tmp_path, "7.5"), [Grade("a", "x", "1034", 85), Grade("b", "y", "1036", 130)], "501"
    )
    assert import_gradebook(text, "501") == {"1034": "6.38", "1036": "7.5", "1040": "30", "9999": ""}


def test_a_gradebook_with_semicolons_keeps_them(tmp_path):
    semicolons = re.sub(r'(?<!Иванова)(?<!Smith)(?<!Ёлкин)(?<!"Student),', ";", GRADEBOOK)
    text, _ = canvas.fill(gradebook(tmp_path, "10,5", semicolons), [Grade("a", "x", "1034", 100)], "501")
    assert import_gradebook(text, "501")["1034"] == "10.5" and '"' not in text.splitlines()[0]


@pytest.mark.parametrize("student", ["s1", "ANNA@example.org", "Анна Иванова", "ивановаанна"])
def test_whoever_has_no_number_is_found_in_canvas_by_login_or_name(tmp_path, student):
    text, notes = canvas.fill(gradebook(tmp_path), [Grade("a", student, base=85)], "501")
    assert import_gradebook(text, "501")["1034"] == "85" and not notes


def test_a_stranger_is_said_and_nobody_gets_the_points(tmp_path):
    text, notes = canvas.fill(gradebook(tmp_path), [Grade("a", "Чужой", "5", 85)], "501")
    assert "нет в журнале" in notes[0] and "85" not in import_gradebook(text, "501").values()


@pytest.mark.parametrize(
    "assignment, reason", [("", "подходят: «Эссе (77)», «Чат на сокетах (501)»."), ("score", "подходят: ни одного")]
)
def test_the_assignment_must_be_one(tmp_path, assignment, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        canvas.fill(gradebook(tmp_path), [], assignment)


def test_a_column_that_canvas_only_shows_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Points Possible"):
        canvas.fill(gradebook(tmp_path, "(read only)"), [], "501")


# Gradescope, GitHub, PrairieLearn, VPL


TESTS = [
    {"name": "a", "title": "Два", "passed": True, "score": 60, "max_score": 60, "bonus": False, "output": ""},
    {"name": "b", "title": "Имя", "passed": False, "score": 0, "max_score": 40, "bonus": False,
     "output": "--|>\nGrade :=>> 100"},
    {"name": "c", "title": "Ещё", "passed": None, "score": 0, "max_score": 10, "bonus": True, "output": "не проверено"},
]  # fmt: skip
ONE = Grade("Анна", "Анна", base=50, bonus=10, late=1, penalty=10, report="# Анна")


def metadata(tmp_path, scores=()):
    """Return what Gradescope says of a hand-in that is two hours late."""
    path = tmp_path / "submission_metadata.json"
    told = {
        "created_at": "2026-11-21T01:00:00.365935-08:00",
        "assignment": {"due_date": "2026-11-20T23:00:00.000000-08:00", "late_due_date": None},
        "users": [{"name": "Student User", "id": 1234}],
        "previous_submissions": [{"submission_time": "2026-11-19T14:24:48.08-08:00", "score": s} for s in scores],
    }
    path.write_text(json.dumps(told))
    return path


def test_gradescope_tells_who_and_how_late(tmp_path):
    told = gradescope.read_metadata(metadata(tmp_path))
    assert told.students == ["Student User"] and lateness.days_late(told.handed_in, told.due) == 1


@pytest.mark.parametrize("best, score", [(True, 80), (False, 60)])
def test_gradescope_keeps_the_best_score_only_when_asked(tmp_path, best, score):
    told = gradescope.read_metadata(metadata(tmp_path, [80.0, 20]))
    results = gradescope.results(ONE, TESTS, told, best)
    assert results["score"] == score and json.dumps(results) and ("лучший" in results["output"]) == best
    assert results["visibility"] in {"hidden", "after_due_date", "after_published", "visible"}


@pytest.mark.parametrize("text", ["", "[]", '{"users": 5}', '{"assignment": [1]}', '{"created_at": 5}'])
def test_what_is_no_metadata_is_refused_in_words(tmp_path, text):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(ValueError, match="m.json"):
        gradescope.read_metadata(tmp_path / "m.json")


@pytest.mark.parametrize("base", [-5, 0, 60, 100, 130])
def test_githubs_scores_are_whole_numbers_within_the_maximum(base):
    result = single.github(replace(ONE, base=base), TESTS)
    assert set(result) == {"score", "max-score", "tests"}
    for part in result, *result["tests"]:
        assert type(part["score"]) is type(part["max-score"]) is int and 0 <= part["score"] <= part["max-score"]
    assert [set(test) for test in result["tests"]] == [{"test-name", "passed", "score", "max-score"}] * 2
    assert sum(test["max-score"] for test in result["tests"]) == result["max-score"]


def test_prairielearns_score_is_a_share():
    assert single.prairielearn(ONE, TESTS)["score"] == 0.5
    assert single.prairielearn(replace(ONE, base=130), TESTS)["score"] == 1


def test_a_students_output_gives_no_grade_in_vpl():
    inside, grades = False, []
    for line in single.vpl(ONE, TESTS, 10).splitlines():
        inside = line == "<|--" or inside and line != "--|>"
        grades += [line.removeprefix("Grade :=>>")] if line.startswith("Grade :=>>") else []
        assert not inside or line == "<|--" or line[0] in "->"
    assert grades == [" 5"] and not inside


def test_the_plain_form_and_the_summary_tell_what_was_not_tried():
    assert single.plain(ONE, TESTS, ["server.py"])["tests"][2]["passed"] is None
    assert "| ❔ | Ещё (бонус) |" in single.summary(ONE, TESTS, ["server.py"])


# Time


@pytest.mark.parametrize(
    "text, when",
    [
        ("Friday, 3 March 2025, 10:07 PM", datetime(2025, 3, 3, 22, 7)),
        ("Monday, 3 March 2025, 12:07 AM", datetime(2025, 3, 3, 0, 7)),
        ("понедельник, 3 мая 2025, 09:07", datetime(2025, 5, 3, 9, 7)),
        ("Понедельник, 13 Январь 2025, 09:07", datetime(2025, 1, 13, 9, 7)),
        ("2026-11-20 23:00", datetime(2026, 11, 20, 23)),
        ("2026-11-20", datetime(2026, 11, 20, 23, 59, 59)),
        ("20.11.2026 8:30", datetime(2026, 11, 20, 8, 30)),
        ("20.11.2026", datetime(2026, 11, 20, 23, 59, 59)),
        ("-", None),
        ("", None),
        ("31.02.2026", None),
        ("завтра", None),
        ("0001-01-01", None),
        ("01.01.0001", None),
        ("9999-12-31T23:59-23:59", None),
    ],
)
def test_a_time_is_read_in_two_languages(text, when):
    assert lateness.moment(text) == when


def test_each_day_that_has_begun_costs_and_never_more_than_there_is():
    due = datetime(2026, 11, 20, 23, 59, 59)
    days = [lateness.days_late(due + timedelta(hours=hours), due) for hours in (-30, 0, 1, 24, 25)]
    assert days == [0, 0, 1, 1, 2] and lateness.days_late(None, due) == 0
    assert [lateness.penalty(25, number, 10) for number in (0, 1, 2, 3)] == [0, 10, 20, 25]
