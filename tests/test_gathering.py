"""A class as an instructor gets it becomes one submission for each student, whoever packed it and however."""

import io
import os
import shutil
import tarfile
import time
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from lab.grader import archives, attempts, exports
from lab.grader.gathering import gather
from lab.grader.submissions import Submission

LAB = Path(__file__).resolve().parent.parent / "lab"
PROGRAMS = {name: (LAB / name).read_bytes() for name in ("server.py", "client.py")}
STUDENTS = {"Иванова Анна": "12", "Smith John": "7"}


def written(folder, files):
    """Write files ({path: bytes}) to folder (Path), which is returned."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


class Oem(zipfile.ZipInfo):
    """A member whose name is in the bytes of an old Windows, without the flag of UTF-8."""

    encoding = "cp866"

    def _encodeFilenameFlags(self):
        return self.filename.encode(self.encoding), self.flag_bits & ~0x800


def packed(files, encoding="cp866"):
    """Return a zip (bytes) of files ({path: bytes}) whose names are in encoding, without a flag."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            member = Oem(name, (2026, 11, 19, 10, 30, 0))
            member.encoding = encoding
            archive.writestr(member, data)
    return out.getvalue()


def tarred(files):
    """Return a tar.gz (bytes) of files ({path: bytes})."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), 1_700_000_000
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def each(pattern, **more):
    """Return what pattern says for each student and program: {path: bytes}."""
    return {
        pattern.format(name=name, id=number, file=file, **more): data
        for name, number in STUDENTS.items()
        for file, data in PROGRAMS.items()
    }


def found(sources, tmp_path):
    """Return what is gathered from sources: {name: names of programs}."""
    submissions = gather(sources, tmp_path / "unpacked")
    return {s.name: sorted(path.name for path in s.path.rglob("*.py")) for s in submissions if not s.reason}


BOTH = {f"{name} ({number})": ["client.py", "server.py"] for name, number in STUDENTS.items()}
NAMED = {name: ["client.py", "server.py"] for name in STUDENTS}
TEXT = {"Иванова Анна_12_assignsubmission_onlinetext/onlinetext.html": "<p>Готово</p>".encode()}
CLASSES = {
    "moodle": (each("{name}_{id}_assignsubmission_file/{file}"), BOTH),
    "moodle before 4.1": (each("{name}_{id}_assignsubmission_file_/{file}"), BOTH),
    "moodle, with text": ({**each("{name}_{id}_assignsubmission_file/{file}"), **TEXT}, BOTH),
    "moodle, flat": (each("{name}_{id}_assignsubmission_file_{file}"), BOTH),
    "moodle, zips": (
        {f"{n}_{i}_assignsubmission_file/работа.zip": packed(PROGRAMS) for n, i in STUDENTS.items()},
        BOTH,
    ),
    "moodle, flat zips": (
        {f"{n}_{i}_assignsubmission_file_работа.zip": packed(PROGRAMS) for n, i in STUDENTS.items()},
        BOTH,
    ),
    "canvas": (each("{name}_{id}_4455_{file}"), BOTH),
    "canvas, late": (each("{name}_LATE_{id}_4455_{file}"), BOTH),
    "google": (each("{name} - {file}"), NAMED),
    "folders": (each("{name}/{file}"), NAMED),
    "clones": ({**each("{name}/{file}"), **each("{name}/.git/hooks/{file}.zip")}, NAMED),
    "tar": ({f"{name}.tar.gz": tarred(PROGRAMS) for name in STUDENTS}, {f"{n}.tar.gz": f for n, f in NAMED.items()}),
    "in a tar": (
        {f"{name}.zip": packed({"a/b.tar.gz": tarred(PROGRAMS)}) for name in STUDENTS},
        {f"{n}.zip": f for n, f in NAMED.items()},
    ),
    "zips in zips": (
        {f"{name}/x.zip": packed({"y/z.zip": packed(PROGRAMS)}) for name in STUDENTS},
        NAMED,
    ),
    "each program packed": (
        {f"{name}/{file}.zip": packed({file: data}) for name in STUDENTS for file, data in PROGRAMS.items()},
        NAMED,
    ),
    "a zip called rar": (
        {f"{name}.rar": packed(PROGRAMS) for name in STUDENTS},
        {f"{n}.rar": f for n, f in NAMED.items()},
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", CLASSES)
@pytest.mark.parametrize("top", ["", "Задание 4/"])
@pytest.mark.parametrize("form", ["folder", "zip", "cp866", "tar"])
def test_each_form_of_a_class_is_one_submission_for_each_student(tmp_path, way, top, form):
    files, expected = CLASSES[way]
    files = {top + name: data for name, data in files.items()}
    if form == "folder":
        source = written(tmp_path / "class", files)
    else:
        source = tmp_path / f"class.{'tar.gz' if form == 'tar' else 'zip'}"
        source.write_bytes(tarred(files) if form == "tar" else packed(files, "utf-8" if form == "zip" else "cp866"))
    assert found([source], tmp_path) == {name: expected[name] for name in expected}


def test_several_zips_are_one_class(tmp_path):
    one = {f"Иванова Анна_12_assignsubmission_file/{file}": data for file, data in PROGRAMS.items()}
    two = {f"Smith John_7_assignsubmission_file/{file}": data for file, data in PROGRAMS.items()}
    for name, files in ("1.zip", one), ("2.zip", two):
        written(tmp_path / "zips", {name: packed(files)})
    assert found([tmp_path / "zips"], tmp_path) == BOTH, "a folder of them"
    assert found([tmp_path / "zips/1.zip", tmp_path / "zips/2.zip"], tmp_path / "again") == BOTH, "named one by one"


def test_moodles_text_is_merged_and_the_student_is_known(tmp_path):
    files = {**each("{name}_{id}_assignsubmission_file/{file}"), **TEXT}
    submissions = {s.id: s for s in gather([written(tmp_path / "class", files)], tmp_path / "unpacked")}
    anna = submissions["12"]
    assert (anna.student, anna.platform, anna.place) == (
        "Иванова Анна",
        "moodle",
        "Иванова Анна_12_assignsubmission_file/",
    )
    assert {path.name for path in anna.path.iterdir()} == {"server.py", "client.py", "onlinetext.html"}


def test_who_has_written_only_text_gets_a_reason_with_the_link(tmp_path):
    text = '<p><a href="https://git.example.org/anna/chat">тут</a></p>'.encode()
    files = {
        "Иванова Анна_12_assignsubmission_onlinetext/onlinetext.html": text,
        "Smith John_9_assignsubmission_file/server.py": PROGRAMS["server.py"],
    }
    reasons = {s.id: s.reason for s in gather([written(tmp_path / "class", files)], tmp_path / "unpacked")}
    assert reasons == {"12": "Сдан текст, а не программы; в нём ссылка: https://git.example.org/anna/chat.", "9": ""}


def test_a_file_that_is_called_like_a_way_out_stays_inside(tmp_path):
    names = ["a_1_assignsubmission_file_..", "b_2_assignsubmission_file_server.py"]
    written(tmp_path / "class", dict.fromkeys(names, b"x"))
    first, second = gather([tmp_path / "class"], tmp_path / "unpacked" / "deep")
    assert [len(list(s.path.iterdir())) for s in (first, second)] == [1, 1]
    assert {path.name for path in tmp_path.iterdir()} == {"class", "unpacked"}
    assert {path.name for path in (tmp_path / "unpacked").iterdir()} == {"deep"}


def test_of_two_files_of_one_name_the_newer_is_graded(tmp_path):
    files = {
        "Анна Иванова - server.py": b"old",
        "Анна Иванова - server (1).py": b"new",
        "Пётр Иванов - server.py": b"x",
    }
    anna = gather([written(tmp_path / "class", files)], tmp_path / "unpacked")[0]
    assert {path.relative_to(anna.path).as_posix(): path.read_bytes() for path in anna.path.rglob("*.py")} == {
        "server.py": b"new",
        "old/Анна Иванова - server.py": b"old",
    }


@pytest.mark.parametrize(
    "name, data, reason",
    [
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "нужна папка или zip"),
        ("a.rar", b"nonsense", "нужна папка или zip"),
        ("a.7z", archives.MAGIC_7Z + b"nonsense" * 9, ""),
        ("a.zip", b"PK\x03\x04nonsense", "архив не читается"),
        ("a.tar.gz", b"\x1f\x8bnonsense", "архив не читается"),
        ("a.tar.gz", tarred({"../../climbed.py": b"x"}), "ведёт наружу"),
        ("a.tar.gz", tarred({"/tmp/climbed.py": b"x"}), "ведёт наружу"),
        ("a.zip", packed({"..\\climbed.py": b"x"}), "ведёт наружу"),
        ("a.zip", packed({"b.zip": packed({"../climbed.py": b"x"})}), "ведёт наружу"),
        ("a.zip", packed({"b.rar": b"Rar!\x1a\x07\x01\x00"}), "нужна папка или zip"),
    ],
)
def test_what_cannot_be_opened_is_said_and_nothing_gets_out(tmp_path, name, data, reason):
    written(tmp_path / "class", {name: data, "b/server.py": PROGRAMS["server.py"]})
    [first] = [s for s in gather([tmp_path / "class"], tmp_path / "unpacked") if s.name == name]
    assert reason in first.reason and first.reason and "\n" not in first.reason
    assert not list(tmp_path.rglob("*climbed*")) and not Path("/tmp/climbed.py").exists()


def test_a_small_archive_of_much_is_said_to_be_too_much(tmp_path):
    written(tmp_path / "class", {"a.tar.gz": tarred({"zeros.py": bytes(201_000_000)})})
    [first] = gather([tmp_path / "class"], tmp_path / "unpacked")
    assert "больше 200 МБ" in first.reason and "\n" not in first.reason


def test_links_and_devices_in_a_tar_are_left_out(tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in ("server.py", tarfile.SYMTYPE), ("hard.py", tarfile.LNKTYPE), ("null", tarfile.CHRTYPE):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    (tmp_path / "a.tar").write_bytes(out.getvalue())
    archives.unpack(tmp_path / "a.tar", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_7z_is_opened_where_py7zr_is_and_said_where_it_is_not(tmp_path, monkeypatch):
    (tmp_path / "a.7z").write_bytes(archives.MAGIC_7Z)
    monkeypatch.setitem(__import__("sys").modules, "py7zr", None)
    with pytest.raises(ValueError, match="pip install py7zr"):
        archives.unpack(tmp_path / "a.7z", tmp_path / "out")


@pytest.fixture
def sevenzip(tmp_path):
    """A function that makes a.7z with two programs and more ({path in it: Path}), with a password or without."""
    py7zr = pytest.importorskip("py7zr")
    written(tmp_path / "src", PROGRAMS)

    def make(password=None, **more):
        with py7zr.SevenZipFile(tmp_path / "a.7z", "w", password=password) as archive:
            for name in PROGRAMS:
                archive.write(tmp_path / "src" / name, f"работа/{name}")
            for name, path in more.items():
                archive.write(path, name)
        return tmp_path / "a.7z"

    return make


def test_a_7z_is_unpacked(tmp_path, sevenzip):
    archives.unpack(sevenzip(), tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out/работа").iterdir()} == PROGRAMS


def test_a_7z_with_a_password_is_said(tmp_path, sevenzip):
    with pytest.raises(ValueError, match="паролем"):
        archives.unpack(sevenzip("secret"), tmp_path / "out")


def test_no_link_of_a_7z_is_left(tmp_path, sevenzip):
    os.symlink("/etc/passwd", tmp_path / "link.py")
    packed_link = sevenzip(link=tmp_path / "link.py")
    try:
        archives.unpack(packed_link, tmp_path / "out")
    except ValueError as error:  # py7zr refuses it itself
        assert "не читается" in str(error)
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))


RUSSIAN = st.text(st.sampled_from("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВЯЁ ._-()0123456789"), min_size=1, max_size=30)


@given(RUSSIAN.filter(lambda name: not name.isascii()), st.sampled_from(["cp866", "utf-8"]))
def test_a_russian_name_without_a_flag_is_read_whoever_packed_it(name, encoding):
    assert archives.name_of(name.encode(encoding).decode("cp437")) == name


@pytest.mark.parametrize("name", ["Müller/server.py", "Ångström.py", "plain.py", "naïve café.py", "中文/server.py"])
def test_a_name_in_other_letters_keeps_them(name):
    made = name.encode("cp437" if name[0] != "中" else "utf-8")
    assert archives.name_of(made.decode("cp437")) == name


def test_files_keep_the_time_that_the_archive_tells(tmp_path):
    (tmp_path / "class").mkdir()
    for name in "a.zip", "b.zip":
        (tmp_path / "class" / name).write_bytes(packed(PROGRAMS))
    first = gather([tmp_path / "class"], tmp_path / "unpacked")[0]
    assert first.handed_in == datetime(2026, 11, 19, 10, 30)


def test_a_clone_and_moodles_files_tell_no_time(tmp_path):
    clones = written(tmp_path / "clones", {**each("{name}/{file}"), **each("{name}/.git/HEAD")})
    from_moodle = written(tmp_path / "moodle", each("{name}_{id}_assignsubmission_file/{file}"))
    submissions = gather([clones, from_moodle], tmp_path / "unpacked")
    assert len(submissions) == 4 and {s.handed_in for s in submissions} == {None}
    notes = exports.be_late(submissions, datetime(2026, 1, 1), 10, {})
    assert len(notes) == 4 and all("неизвестно" in note for note in notes) and not any(s.days for s in submissions)


DUE = datetime(2026, 11, 20, 23, 59)


def test_lateness_comes_from_the_worksheet_before_the_files_and_from_canvas_own_word(tmp_path):
    due_in_time = Submission("a", tmp_path, id="1", platform="moodle")
    late = Submission("b", tmp_path, id="2", platform="moodle")
    canvas_late = Submission("c", tmp_path, id="3", platform="canvas", late=True)
    canvas_files = Submission("d", tmp_path, id="4", platform="canvas", handed_in=datetime(2026, 12, 1))
    all_of_them = [due_in_time, late, canvas_late, canvas_files]
    exports.be_late(all_of_them, DUE, 10, {"1": DUE, "2": datetime(2026, 11, 22)})
    assert [s.days for s in all_of_them] == [0, 2, 1, 0]


CRITERIA = [
    {"criterion": "two", "points": 70, "title": "Двое"},
    {"criterion": "many", "points": 30, "title": "Четверо"},
    {"criterion": "torn", "points": 10, "title": "Разрезанное", "bonus": True},
]


def judged(*passed, **more):
    """Return a submission that has passed the criteria named."""
    results = {c["criterion"]: {"passed": c["criterion"] in passed, "heard": "", "expected": ""} for c in CRITERIA}
    return Submission("a", Path(), results, student="a", **more)


def test_a_penalty_takes_base_points_only_and_stands_apart():
    submission = judged("two", "torn", days=2, a_day=10)
    assert (submission.base(CRITERIA), submission.penalty(CRITERIA), submission.total(CRITERIA)) == (70, 20, 60)
    grade = exports.grade_of(submission, CRITERIA)
    assert (grade.base, grade.bonus, grade.penalty) == (50, 10, 20) and "снято баллов: 20" in grade.report
    assert judged("torn", days=9, a_day=99).total(CRITERIA) == 10


def test_the_last_or_the_best_attempt_counts(tmp_path):
    for week in "week1", "week2":
        written(tmp_path / week, each("{name}_{id}_assignsubmission_file/{file}"))
    shutil.rmtree(tmp_path / "week2/Smith John_7_assignsubmission_file")
    sources = [tmp_path / "week1", tmp_path / "week2"]
    submissions = gather(sources, tmp_path / "unpacked")
    assert sorted(s.name for s in submissions) == [
        "Smith John (7)",
        "Иванова Анна (12), попытка 1",
        "Иванова Анна (12), попытка 2",
    ]
    last = attempts.last(submissions)
    assert {s.name: (s.attempt, s.path.parent.name) for s in last} == {
        "Smith John (7)": (1, "week1"),
        "Иванова Анна (12)": (2, "week2"),
    }


def test_a_folder_and_an_archive_of_one_name_side_by_side_are_two(tmp_path):
    klass = written(tmp_path / "class", {**each("{name}/{file}"), "Smith John.rar": b"Rar!\x1a\x07\x01\x00"})
    submissions = attempts.last(gather([klass], tmp_path / "unpacked"))
    assert [s.name for s in submissions] == ["Smith John", "Smith John.rar", "Иванова Анна"]


def test_the_best_attempt_counts_and_of_equal_ones_the_last():
    tries = [
        judged("two", attempt=1, attempts=3),
        judged("many", attempt=2, attempts=3),
        judged("two", attempt=3, attempts=3),
    ]
    [kept] = attempts.best(tries, CRITERIA)
    assert kept.attempt == 3
    [kept] = attempts.best(tries[:2], CRITERIA)
    assert kept.attempt == 1


def test_attempts_are_ordered_by_time_where_it_is_known(tmp_path):
    for name, day in ("z.zip", (2026, 11, 18, 0, 0, 0)), ("a.zip", (2026, 11, 20, 0, 0, 0)):
        stamp = time.mktime((*day, 0, 0, -1))
        folder = written(tmp_path / name / "class", each("{name}/{file}"))
        for path in folder.rglob("*.py"):
            os.utime(path, (stamp, stamp))
    submissions = gather([tmp_path / "a.zip/class", tmp_path / "z.zip/class"], tmp_path / "unpacked")
    assert {s.path.parent.parent.name for s in attempts.last(submissions)} == {"a.zip"}
