"""Grade a class: run notebooks/grading.ipynb under nbval for each submission, and sum up.

Run it in a terminal:  python grade.py SUBMISSIONS [--out grades.csv] [-j 2]

SUBMISSIONS is a folder (or a zip) that has a folder or a zip for each submission. This is no
sandbox for hostile code: see the README for a container without a network.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from grader.criteria import read_criteria
from grader.isolation import isolation
from grader.processes import adopt
from grader.runs import NOTEBOOK, grade_all, read_files, save
from grader.submissions import gather
from grader.tables import show


def read_arguments():
    """Return what the arguments say (argparse.Namespace); ends the program when that is nonsense."""
    parser = argparse.ArgumentParser(description="Проверка работ: баллы и причины.")
    parser.add_argument("submissions", type=Path, help="папка или zip: в ней папка или zip на работу")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("grades.csv"),
        metavar="FILE",
        help="таблица; отчёты лягут в папку с тем же именем (%(default)s)",
    )
    parser.add_argument(
        "-j", "--jobs", type=int, default=1, metavar="N", help="сколько работ проверять сразу (%(default)s)"
    )
    parser.add_argument(
        "--task", default="", metavar="GLOB", help="какие программы проверять, если в работе целый курс: '*task4*'"
    )
    parser.add_argument("--junit", type=Path, metavar="FILE", help="ещё и в формате JUnit")
    parser.add_argument("--gradescope", action="store_true", help="рядом с каждым отчётом results.json для Gradescope")
    options = parser.parse_args()
    if options.jobs < 1:
        parser.error("-j: нужно целое число от 1")
    if options.out.suffix != ".csv":
        parser.error("--out: имя таблицы кончается на .csv")
    return options


def run(options, apart):
    """Grade what the options name, kept apart (isolation()); return submissions, criteria, folder of reports."""
    files = read_files()
    criteria = read_criteria(files[NOTEBOOK])
    with tempfile.TemporaryDirectory(prefix="grade-") as folder:
        submissions = gather(options.submissions, Path(folder))
        save(options.out, [], criteria, options.junit)  # better to fail now than after an hour
        grade_all(submissions, files, apart, options.jobs, options.task)
    return submissions, criteria, save(options.out, submissions, criteria, options.junit, options.gradescope)


def main():
    """Grade what the arguments name; status 1 when that can't be done."""
    options = read_arguments()
    for name in "SIGTERM", "SIGHUP":  # as Ctrl+C: nothing shall be left running
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    adopt()
    apart = isolation()
    if options.jobs > 1 and apart.alone:
        print("Эта система не даёт каждой работе свою сеть: проверяю по одной.", file=sys.stderr)
        options.jobs = 1
    try:
        submissions, criteria, reports = run(options, apart)
    except (OSError, ValueError) as error:
        sys.exit(f"Не получилось: {error}")
    except KeyboardInterrupt:
        sys.exit("Прервано, таблица не записана.")
    finally:
        apart.close()
    show(submissions, criteria)
    print(f"Таблица: {options.out}, отчёты: {reports}")


if __name__ == "__main__":
    main()
