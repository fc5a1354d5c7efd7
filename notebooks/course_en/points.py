"""What server.py and client.py in this folder would earn now:  points()

The criteria are the instructor's, in grading.ipynb. Here several are tried at once, each
with ports of its own (own_ports/), in processes apart from the notebook, which end when it does.
"""
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import redirect_stdout
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

COURSE = Path(__file__).resolve().parent
ROOT = COURSE.parents[1]
sys.path.append(str(ROOT))      # for lab/, as in the first cell of a lesson
FILES = "server.py", "client.py"
AT_ONCE = 8     # criteria that are tried at the same time: mostly they wait
SLOWNESS = float(os.environ.get("POINTS_SLOWNESS", 1))      # of this machine
LIMIT = 60 * SLOWNESS       # seconds for all of them; the slowest program that we know of takes a third of it
# Seconds in place of the grading's, which must be enough for a whole class on one busy machine.
PATIENCE = {"LIMIT": 4 * SLOWNESS, "START": 8 * SLOWNESS, "SPENT": 3 * SLOWNESS, "WORK": 5 * SLOWNESS}
# What one trial of the programs passes on to the others.
LEARNED = "ways", "broken", "choice", "restless", "form", "introduction", "before", "announced", "unheard"
LANGUAGE, GRADING = "en", ROOT / "notebooks/en/grading.ipynb"      # what we speak; where the criteria are


def points(folder="."):
    """Print what the programs in folder would earn now, and why for each criterion that is not met."""
    here = [name for name in FILES if Path(folder, name).is_file()]
    if not here:
        print("There is neither server.py nor client.py in this folder: nothing to check yet. Save them beside the lesson.")
        return
    print(f"Checking {' and '.join(here)}. This takes up to 20 seconds.", flush=True)
    criteria = [cell["metadata"] for cell in read_criteria()]
    late = 0, f"Not checked: {LIMIT:g} s have passed."
    results = {criterion["criterion"]: late for criterion in criteria} | grade(Path(folder).resolve())
    bonus = sum(results[criterion["criterion"]][0] for criterion in criteria if criterion.get("bonus"))
    print(f"Points: {sum(earned for earned, _ in results.values())} of 100"
          + f", {bonus} of them bonus" * bool(bonus))
    shown = ""
    for criterion in criteria:
        earned, reason = results[criterion["criterion"]]
        if reason:
            extra = "bonus: " * criterion.get("bonus", False)
            print(f"✗ {criterion['title']}, {extra}{earned} of {criterion['points']}.",
                  reason if reason != shown else "Same reason.")
            shown = reason


def read_criteria():
    """Return the cells (list of dict) of grading.ipynb that are criteria, each with the title above it."""
    from lab.grader.criteria import explanations
    notebook = GRADING.read_bytes()
    titles = {name: title for name, (title, _) in explanations(notebook).items()}
    cells = [cell for cell in json.loads(notebook)["cells"] if "criterion" in cell["metadata"]]
    for cell in cells:
        cell["metadata"]["title"] = titles[cell["metadata"]["criterion"]]
    return cells


def grade(folder):
    """Return {criterion: (points, the reason why it is not met, or "")} for the programs in folder (Path)."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        with open(Path(scratch, "errors"), "w+", encoding="utf-8") as errors:
            with subprocess.Popen(
                [sys.executable, __file__, folder, scratch], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, env={**os.environ, "PYTHONUTF8": "1"}, start_new_session=True,
            ) as grader, grader.stdin:      # the grader ends when its input does: also after the Stop button
                results = dict(json.loads(line) for line in grader.stdout)
            errors.seek(0)
            if not results:
                raise RuntimeError(f"The check was cut short; this is an error in the course:\n{errors.read()}")
    return results


# The rest runs in the grader, and in the workers that it starts.

def main(folder, scratch):
    """Write a line of JSON for each criterion (see try_all), and end everything that was started."""
    from lab.grader.processes import adopt, end_all_children

    def end():
        end_all_children()
        os._exit(0)

    def end_with_the_notebook():
        sys.stdin.read()
        end()

    adopt()
    threading.Thread(target=end_with_the_notebook, daemon=True).start()
    threading.Timer(LIMIT, end).start()
    try:
        try_all(ProcessPoolExecutor(AT_ONCE, get_context("spawn"), begin, (folder, scratch)))
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    end()


def try_all(pool):
    """Have the workers of pool try all criteria; write [criterion, [points, reason]] for each."""
    learned = find_out(pool)
    runs = {pool.submit(try_criterion, cell, learned): cell["metadata"]["criterion"] for cell in read_criteria()}
    for run in as_completed(runs):
        print(json.dumps([runs[run], run.result()]), flush=True)


def find_out(pool):
    """Return the facts about the programs that the criteria need before they are tried: values for a Work."""
    from lab.grader.chat import CLIENTS, OPERATOR
    from lab.grader.programs import Work
    from lab.grader.words import Failure

    class Elsewhere(Work):
        """Has the workers find out what ends a message to this server."""

        def try_wire(self, wire):
            later = [CLIENTS, OPERATOR] if wire == "" else []
            trials.update({one: pool.submit(try_wire, one) for one in (wire, *later)})
            return self.try_talk(wire)

        def try_talk(self, wire):
            outcome, self.learned = trials[wire].result()
            self.announced |= self.learned["announced"]
            self.unheard = self.unheard or self.learned["unheard"]
            if isinstance(outcome, Failure):
                raise outcome
            return outcome

    trials, work = {}, Elsewhere(".")
    try:
        return {"wire": work.wire, "silent": work.silent, **work.learned}
    except Failure as failure:
        return {"silent": failure, **work.learned}


def begin(folder, scratch):
    """Prepare a worker: it tries the programs in folder (str), whose copies go to scratch (str)."""
    global work
    from lab.grader import finding, limits
    from lab.grader.programs import Work
    from lab.grader.words import Failure
    import_module("own_ports.sitecustomize")     # for our own sockets, too

    class Explained(Work):
        """Names the error that ended a program which can't be started."""

        def start(self, chat, name, *rest):
            try:
                return super().start(chat, name, *rest)
            except Failure as failure:
                if "(" not in str(failure) and chat.programs and (error := last_error(chat.programs[-1].last_words())):
                    failure = Failure(f"{failure} ({error})")
                if name in self.broken:
                    self.broken[name] = failure
                raise failure from None

    vars(limits).update(PATIENCE)
    finding.unfold = lambda folder: None    # the cells of the lessons are not the student's programs
    os.environ["GRADING_COPIES"] = scratch
    work = Explained(folder)


def new_ports():
    """Give everything that runs from now on its own ports."""
    folder = tempfile.mkdtemp(dir=os.environ["GRADING_COPIES"])
    os.environ["OWN_PORTS"] = folder
    os.environ |= {"GRADING_ENV": json.dumps({"OWN_PORTS": folder}), "GRADING_PYTHONPATH": str(COURSE / "own_ports")}


def try_wire(wire):
    """Return the result of trying a wire, or the Failure; and what was learned."""
    from lab.grader.chat import WIRES
    from lab.grader.words import Failure
    new_ports()
    try:
        outcome = work.try_wire(wire) if wire in WIRES else work.try_talk(wire)
    except Failure as failure:
        outcome = failure
    work.clean_up()
    return outcome, {name: vars(work)[name] for name in LEARNED}


def try_criterion(cell, learned):
    """Return the points (int) for the criterion of a cell, and why it is not met, or ""."""
    from lab.grader.submissions import Submission
    new_ports()
    vars(work).update(learned)
    printed = io.StringIO()
    with redirect_stdout(printed):
        try:
            exec("".join(cell["source"]), {"work": work})
        except Exception as error:      # nbval does not pass such a cell, either
            print(f"{type(error).__name__}: {error}")
    wanted = "".join("".join(output["text"]) for output in cell["outputs"])
    heard, criterion = printed.getvalue(), cell["metadata"]
    result = {"passed": heard == wanted, "heard": heard, "expected": wanted}
    earned = Submission("", COURSE, {criterion["criterion"]: result}).earned(criterion)
    return earned, "" if heard == wanted else why(heard, wanted)


def why(printed, wanted):
    """Return a line (str) with what a criterion printed but should not have."""
    from lab.grader.language import speaker
    from lab.grader.texts import TALK, TERMINAL
    said, _, words = printed.partition(TERMINAL)
    said = said.partition(TALK + "\n")[0]
    lines = [line for line in said.splitlines() if line not in wanted.splitlines()]
    reason = speaker(LANGUAGE)(" ".join(lines)) or "Not everything expected was printed."
    error = last_error(words)
    return reason + f" ({error})" * bool(error and error not in reason)


def last_error(words):
    """Return the last line (str) in the words of a program that ends a traceback, or ""."""
    errors = re.findall(r"^ *(\w+(?:Error|Exception)\b.*)", words, re.M)
    return errors[-1] if errors else ""


if __name__ == "__main__":
    main(*sys.argv[1:])
