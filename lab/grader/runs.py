"""Submissions through the criteria: one, or all of a class."""

import json
import os
import secrets
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from . import limits
from .criteria import read_criteria
from .isolation import ROOT
from .processes import end_all_children
from .reports import report
from .saving import save_text
from .tables import save_csv, save_junit

NOTEBOOK = "notebooks/grading.ipynb"

# What of pytest has nothing to do with notebooks, or leaves something behind.
NEEDLESS = "cacheprovider doctest faulthandler junitxml logging monkeypatch pastebin pytester recwarn "
NEEDLESS += "setuponly setupplan stepwise threadexception unittest unraisableexception warnings"
# What pytest, with nbval's plugin and ours, is asked to do with the copy of our files in its working directory.
PYTEST = [
    *("-c", "pytest.ini", "--noconftest", "-s", "--assert=plain", "--nbval", "--nbval-current-env"),
    *(f"-pno:{name}" for name in NEEDLESS.split()),
    *(f"--nbval-cell-timeout={limits.TIME}", "grading.ipynb"),
]


def read_files():
    """Return what a grading needs of this project ({path in it: bytes}): the criteria, and this package."""
    paths = [ROOT / NOTEBOOK, *sorted((ROOT / "lab/grader").glob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def copy(files, private):
    """Write files ({path in the project: bytes}) to private (Path), where the notebook stands beside lab/."""
    for name, content in files.items():
        target = private / name.removeprefix("notebooks/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def grade(submission, number, files, isolation, task=""):
    """Run the criteria for submission; number (int) tells it from others that run meanwhile.

    Only programs whose paths match task (str) are graded, if it is given.
    """
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as base:
        os.chmod(base, 0o755)
        private, shared = Path(base, "private"), Path(base, "shared")
        private.mkdir()
        shared.mkdir()
        copy(files, private)
        (private / "pytest.ini").write_text("[pytest]\n")
        token = secrets.token_hex()
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        env |= {
            "SUBMISSION": str(submission.path),
            "GRADING_TOKEN": token,
            "PYTHONUTF8": "1",
            **isolation.environment(private),
            "GRADING_COPIES": str(shared),
            "GRADING_TASK": task,
            "GRADING_FOUND": str(private / "found.json"),
            "HOME": str(private),
            "TMPDIR": str(private),
            "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        process = isolation.start(PYTEST, private, env, number)
        said = b""
        try:
            said = process.communicate(timeout=limits.TIME)[0]
        except subprocess.TimeoutExpired:
            submission.reason = f"Проверка шла дольше {limits.TIME} с и прервана."
        finally:
            isolation.end(process)
        said = said or process.communicate()[0]
        with suppress(OSError, ValueError):
            submission.found = json.loads((private / "found.json").read_bytes())
    for line in said.decode("utf-8", "replace").splitlines():
        if line.startswith(token):
            result = json.loads(line.removeprefix(token))
            submission.results[result.pop("criterion")] = result
    names = {criterion["criterion"] for criterion in read_criteria(files[NOTEBOOK])}
    submission.done = bool(submission.reason) or names <= submission.results.keys()
    if not submission.done:
        how = "Проверка оборвалась:" if submission.results else "Проверка не началась:"
        submission.reason = f"{how} {said.decode('utf-8', 'replace')[-500:]}"
    if isolation.restore(files):
        submission.results = {}
        submission.reason = "Программа изменила файлы проверки. Они восстановлены, баллов нет."


def grade_all(submissions, files, isolation, jobs, task, store, title="Проверка"):
    """Grade submissions (list), jobs (int) at once, with a progress bar called title.

    store (Store) keeps each result at once.
    On KeyboardInterrupt all that runs is ended first, and nothing of it is kept.
    """
    stopping = threading.Event()

    def grade_one(number, submission):
        grade(submission, number, files, isolation, task)
        if not stopping.is_set():  # else it was cut off
            store.keep(submission)

    with ThreadPoolExecutor(jobs) as pool, Progress(console=Console(stderr=True), refresh_per_second=1) as progress:
        bar = progress.add_task(title, total=len(submissions))
        runs = [pool.submit(grade_one, number, submission) for number, submission in enumerate(submissions)]
        try:
            for run in as_completed(runs):
                run.result()
                progress.advance(bar)
        except BaseException:
            stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            started = [run for run in runs if not run.cancelled()]
            while wait(started, timeout=0.2).not_done:  # one may be just about to start something
                end_all_children()
            raise


def save(table, submissions, criteria, junit=None, language="ru"):
    """Write the table (Path) and the reports, to a folder called like it, which is returned.

    Besides, a file in the format of JUnit (Path). The reports are in language (str).
    """
    folder = table.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    for s in submissions:
        save_text(folder / f"{s.name}.md", report(s, criteria, language))
    save_csv(table, submissions, criteria)
    if junit:
        save_junit(junit, submissions, criteria)
    return folder
