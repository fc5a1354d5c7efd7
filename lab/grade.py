"""Grade a class: run notebooks/grading.ipynb under nbval for each submission, and sum up.

Run it in a terminal:  python grade.py SUBMISSIONS [--out grades.csv] [-j 2]

SUBMISSIONS is a folder (or a zip) that has a folder or a zip for each submission, or a download
from Moodle, Canvas or Google Classroom. This is not a sandbox for hostile code: see lab/grader/README.md for a
container without a network.
"""

import argparse
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from grader import alike, attempts, exports
from grader.criteria import read_criteria, translated, weigh
from grader.gathering import gather
from grader.isolation import isolation
from grader.lateness import moment
from grader.packages import install
from grader.platforms import canvas, gradescope, moodle
from grader.processes import adopt
from grader.runs import NOTEBOOK, grade_all, read_files, save
from grader.saving import can_save
from grader.screen import speaker
from grader.store import Store, content, version
from grader.tables import show
from language import LANGUAGES, asked

say = speaker(asked())  # on the screen
ENGLISH = Path(__file__).resolve().parents[1] / "notebooks/en/grading.ipynb"
SINGLE = "json", "github", "prairielearn", "vpl", "summary"  # options that need one submission
FAILED, BELOW, STOPPED = 1, 3, 130  # exit status: nothing was graded; somebody is below --pass; Ctrl+C


def read_arguments():
    """Return what the arguments say (argparse.Namespace); ends the program when that is nonsense."""
    parser = argparse.ArgumentParser(description=say("Проверка работ: баллы и причины."))
    parser.add_argument(
        "submissions", type=Path, nargs="+", help=say("папка или архив: в них папка или архив на работу")
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("grades.csv"),
        metavar="FILE",
        help=say("таблица; отчёты лягут в папку с тем же именем (%(default)s)"),
    )
    parser.add_argument(
        "-j", "--jobs", type=int, default=1, metavar="N", help=say("сколько работ проверять сразу (%(default)s)")
    )
    parser.add_argument(
        "--task", default="", metavar="GLOB", help=say("какие программы проверять, если в работе целый курс: '*task4*'")
    )
    parser.add_argument(
        "--with",
        dest="packages",
        default="",
        metavar="LIST",
        help=say("пакеты, которые разрешены работам: 'loguru,cryptography' (их ставит pip, только для проверки)"),
    )
    parser.add_argument(
        "--weights", default="", metavar="LIST", help=say("другие баллы за критерии, можно и 0: 'many=20,threads=0'")
    )
    parser.add_argument(
        "--lang", choices=LANGUAGES, default=asked(), help=say("язык отчётов и сообщений (%(default)s)")
    )
    parser.add_argument("--again", action="store_true", help=say("проверить заново и то, что не изменилось"))
    parser.add_argument("--only", action="store_true", help=say("в таблицу — только эти работы, без прежних"))
    add_time(parser.add_argument_group(say("время и попытки")))
    add_platforms(parser.add_argument_group(say("платформы")))
    add_single(parser.add_argument_group(say("одна работа")))
    group = parser.add_argument_group(say("похожие работы"))
    group.add_argument("--alike", type=Path, metavar="FILE.html", help=say("страница похожих пар (нужен copydetect)"))
    group.add_argument("--past", type=Path, action="append", default=[], metavar="DIR", help=say("работы прошлых лет"))
    options = parser.parse_intermixed_args()
    if options.jobs < 1:
        parser.error(say("-j: нужно целое число от 1"))
    if options.out.suffix != ".csv":
        parser.error(say("--out: имя таблицы кончается на .csv"))
    if options.due and not moment(options.due):
        parser.error(say("--due: нужно время, например '2026-12-20 23:59'"))
    if options.penalty < 0:
        parser.error(say("--penalty: нужно целое число от 0"))
    options.due = moment(options.due or "")
    return options


def add_time(group):
    """Add the options about when something was handed in to group (of an argparse.ArgumentParser)."""
    group.add_argument("--due", metavar="TIME", help=say("срок сдачи: '2026-12-20 23:59'"))
    group.add_argument(
        "--penalty",
        type=int,
        default=0,
        metavar="N",
        help=say("сколько баллов снимать за каждый начатый день после срока"),
    )
    group.add_argument(
        "--attempt",
        choices=["last", "best"],
        default="last",
        help=say("какая попытка засчитана, последняя или лучшая; считаются и прежние проверки (%(default)s)"),
    )


def add_platforms(group):
    """Add the options about whole classes of a platform to group (of an argparse.ArgumentParser)."""
    group.add_argument(
        "--moodle", type=Path, metavar="FILE", help=say("заполнить ведомость Moodle, собрать zip с отзывами")
    )
    group.add_argument("--canvas", type=Path, metavar="FILE", help=say("заполнить журнал Canvas"))
    group.add_argument(
        "--assignment", default="", metavar="TEXT", help=say("название или номер задания в журнале Canvas")
    )
    group.add_argument("--junit", type=Path, metavar="FILE", help=say("ещё и в формате JUnit"))
    group.add_argument(
        "--gradescope", action="store_true", help=say("рядом с каждым отчётом results.json для Gradescope")
    )
    group.add_argument("--metadata", type=Path, metavar="FILE", help=say("submission_metadata.json от Gradescope"))


def add_single(group):
    """Add the options for grading one submission to group (of an argparse.ArgumentParser)."""
    group.add_argument("--json", type=Path, metavar="FILE", help=say("всё о работе в JSON"))
    group.add_argument("--github", type=Path, metavar="FILE", help=say("result.json для GitHub"))
    group.add_argument("--prairielearn", type=Path, metavar="FILE", help=say("results.json для PrairieLearn"))
    group.add_argument("--vpl", type=Path, metavar="FILE", help=say("вывод для VPL"))
    group.add_argument("--summary", type=Path, metavar="FILE", help=say("дописать краткий итог в Markdown"))
    group.add_argument(
        "--pass", type=int, dest="passing", metavar="N", help=say(f"статус {BELOW}, если у кого-то меньше N баллов")
    )


class Given:
    """The files of platforms that the options name, read before anything is graded."""

    def __init__(self, options):
        """Read them. Raises ValueError, OSError."""
        self.worksheet = moodle.Worksheet(options.moodle) if options.moodle else None
        self.metadata = gradescope.read_metadata(options.metadata) if options.metadata else None
        self.due = options.due or self.metadata and self.metadata.due
        if options.canvas:
            canvas.fill(options.canvas, [], options.assignment)
        if options.alike:
            alike.library()

    def take(self, options, submissions):
        """Note for submissions (list) what is known of their time; return what to say (list of str)."""
        if self.metadata:
            submissions[0].handed_in = self.metadata.handed_in
        times = self.worksheet.times() if self.worksheet else {}
        return exports.be_late(submissions, self.due, options.penalty, times)

    def export(self, options, submissions, criteria, reports):
        """Write what the options ask for; reports (Path) is the folder of reports. Return what to say (list of str)."""
        grades = [exports.grade_of(submission, criteria, options.lang) for submission in submissions]
        said = []
        if options.gradescope:
            exports.save_gradescope(reports, submissions, criteria, self.metadata, options.attempt == "best")
        if options.moodle:
            said += exports.save_moodle(options.out, self.worksheet, grades)
        if options.canvas:
            said += exports.save_canvas(options.out, options.canvas, options.assignment, grades)
        if asks_for_one(options):
            exports.save_single(options, submissions[0], criteria)
        return said


def asks_for_one(options):
    """Return whether options ask for what only one submission can have."""
    return any(getattr(options, name) for name in (*SINGLE, "metadata"))


def run(options, apart):
    """Grade what the options name, kept apart (isolation()); return submissions, criteria, and what to say."""
    files, given, reports = read_files(), Given(options), options.out.with_suffix("")
    criteria = read_criteria(files[NOTEBOOK])
    weigh(criteria, options.weights)
    if options.lang == "en":
        criteria = translated(criteria, ENGLISH.read_bytes())
    with tempfile.TemporaryDirectory(prefix="grade-") as folder, tempfile.TemporaryDirectory() as packages:
        submissions = gather(options.submissions, Path(folder), one=asks_for_one(options))
        if options.attempt == "last":
            submissions = attempts.last(submissions)
        if asks_for_one(options) and len(submissions) != 1:
            raise ValueError(f"нужна одна работа, а здесь их {len(submissions)}.")
        said = given.take(options, submissions)
        for path in filter(None, (options.out, options.junit)):
            can_save(path)  # better to fail now than after an hour
        for path in filter(None, (getattr(options, name) for name in SINGLE)):
            can_save(path, in_place=True)
        store = Store(reports, version(files, options.task, options.packages))
        if options.alike:
            exports.save_alike(options.alike, submissions, options.past, Path(folder))
            said.append(f"Похожие работы: {options.alike}")
        if options.packages:
            install(options.packages.split(","), packages)
        said += grade_new(submissions, files, apart, options, store)
    submissions, notes = with_earlier(submissions, criteria, options, given, store)
    save(options.out, submissions, criteria, options.junit, options.lang)
    said += given.export(options, submissions, criteria, reports)
    return submissions, criteria, [*said, *notes, f"Таблица: {options.out}, отчёты: {reports}"]


def grade_new(submissions, files, apart, options, store):
    """Grade those of submissions (list) that have changed since store (Store) was told; return what to say (list)."""
    new = []
    for submission in submissions:
        submission.files = content(submission.path)
        if submission.reason:  # it can't be graded
            store.keep(submission)
        elif options.again or not store.recall(submission):
            new.append(submission)
    known, kept = len(submissions) - len(new), store.kept
    try:
        if new:
            grade_all(new, files, apart, options.jobs, options.task, store, say("Проверка"))
    except KeyboardInterrupt:
        how = "Та же команда" + " без --again" * options.again
        done = f"Прервано: проверено {known + store.kept - kept} из {len(submissions)}, это сохранено."
        raise KeyboardInterrupt(f"{done} {how} проверит остальное; таблица прежняя.") from None
    return [f"Не изменились и не проверялись заново: {known} из {len(submissions)}."] if known else []


def with_earlier(submissions, criteria, options, given, store):
    """Return submissions (list) as they go into the table, those of earlier runs included, and what to say."""
    before = store.before(submissions)
    if options.only or asks_for_one(options):
        people = {submission.person() for submission in submissions}
        before = [submission for submission in before if submission.person() in people]
    exports.be_late(before, given.due, options.penalty, {})
    everybody = attempts.joined(submissions, before)
    counted = attempts.best(everybody, criteria) if options.attempt == "best" else attempts.last(everybody)
    new = {submission.person() for submission in submissions}
    old = [submission.name for submission in counted if submission.person() not in new]
    notes = [f"В таблице остались и прежние: {', '.join(old)} (--only: без них)."] if old else []
    return sorted(counted, key=lambda submission: submission.name), notes


def main():
    """Grade what the arguments name; status FAILED when that can't be done, BELOW when --pass says so."""
    for stream in sys.stdout, sys.stderr:
        with suppress(AttributeError):  # pythonw has no streams, IDLE its own
            stream.reconfigure(errors="replace")  # a terminal, or a pipe on Windows, may lack some letters
    options = read_arguments()
    for name in "SIGTERM", "SIGHUP":  # like Ctrl+C: nothing must be left running
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    adopt()
    apart = isolation()
    if options.jobs > 1 and apart.alone:
        print(say("Эта система не даёт каждой работе свою сеть: проверяю по одной."), file=sys.stderr)
        options.jobs = 1
    try:
        submissions, criteria, said = run(options, apart)
    except (OSError, ValueError) as error:
        sys.exit(say(f"Не получилось: {error}"))
    except KeyboardInterrupt as stopped:
        print(say(str(stopped) or "Прервано: таблица прежняя."), file=sys.stderr)
        sys.exit(STOPPED)
    finally:
        apart.close()
    show(submissions, criteria, options.lang)
    print(*map(say, said), sep="\n")
    least = min(s.base(criteria) - s.penalty(criteria) for s in submissions)
    if options.passing is not None and least < options.passing:
        sys.exit(BELOW)


if __name__ == "__main__":
    main()
