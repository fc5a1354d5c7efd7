"""Grade a class: run notebooks/grading.ipynb under nbval for each submission, and sum up.

Run it in a terminal:  python grade.py SUBMISSIONS [--out grades.csv] [-j 2]

SUBMISSIONS is a folder (or a zip) that has a folder or a zip for each submission. This is no
sandbox for hostile code: see the README for a container without a network.
"""

import argparse
import csv
import ctypes
import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree as ElementTree
import zipfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
sys.path.append(str(NOTEBOOKS / "grader"))
import grading_find as finding  # noqa: E402

FILES = (
    "grading.ipynb",
    "grader/grading.py",
    "grader/grading_find.py",
    "grader/grading_plugin.py",
    "grader/grading_proc.py",
)
UNPACKED = 200_000_000  # bytes that a zip may hold, with a virtual environment and all
MEMBERS = 20_000  # files that a zip may hold
CLASS = 100  # times as much may a zip hold that holds a whole class
TIME = 600  # seconds for one submission; the slowest honest one takes about 100
MAX_POINTS = 100  # bonus points come on top
PROCESSES, MEMORY, DISK = 512, 1 << 30, 64 << 20  # for each program: threads, bytes, bytes a file
ARCHIVES = ".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"

# Around one submission: a network of its own, whose table of connections is small and thus quick
# to look through, and which forgets ended connections at once. All but our folder is read-only.
NETWORK = """
import ctypes, fcntl, os, socket, struct, sys
def tell(name, number):
    try:
        open("/proc/sys/net/ipv4/" + name, "w").write(number)
    except OSError:
        pass  # an older kernel, which is only slower
tell("tcp_child_ehash_entries", "256")
ctypes.CDLL(None).unshare(0x40000000)  # CLONE_NEWNET: the child for which the table is small
tell("tcp_max_tw_buckets", "0")
tell("tcp_wmem", "4096 16384 4194304")  # the usual sizes: FLOOD is more than that
with socket.socket() as any:
    fcntl.ioctl(any, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
os.execv(sys.argv[1], sys.argv[1:])
"""
READ_ONLY = """
base=$1; shift
mount --bind "$base" "$base" && cd "$PWD" || exit 125
while read -r _ dir _; do
    dir=$(printf %b "$dir")
    for flags in ro ro,nosuid,nodev ro,nosuid,nodev,noexec; do
        test "$dir" = "$base" || mount -o remount,bind,$flags "$dir" && break
    done
done < /proc/self/mounts 2> /dev/null
exec "$@"
"""
# Around each program: a copy of its folder in memory; our own files are out of sight, and the
# processes are a family of their own, which ends as one.
APART = """
base=$1 private=$2; shift 2
{ echo 16384 > /proc/sys/kernel/shmall && mount -t tmpfs -o size=64m tmpfs /dev/shm; } 2> /dev/null
mount -o remount,bind,ro /proc && mount -o remount,bind,ro "$base" &&
mount -t tmpfs -o size=64m tmpfs "$private" && cp -R . "$private" &&
chmod -R a+rwX "$private" && mount --bind "$private" "$PWD" && cd "$PWD" || exit 125
setsid "$@"
exit $?
"""
# Where the system has no such means: limits, and a parent that nobody misses.
LIMITED = """
import subprocess, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
except (ImportError, OSError, ValueError):
    pass
sys.exit(subprocess.call(sys.argv[1:]))
"""


# What pytest is asked to do with the copy of our files in its working directory.
PYTEST = [
    *("-c", "pytest.ini", "--noconftest", "-s", "--assert=plain", "-p", "no:cacheprovider"),
    *("-p", "grading_plugin", "-p", "nbval.plugin", "--nbval", "--nbval-current-env"),
    *(f"--nbval-cell-timeout={TIME}", "grading.ipynb"),
]


@dataclass
class Submission:
    """What one submission earned: results has what was expected and heard for each criterion."""

    name: str
    path: Path
    results: dict = field(default_factory=dict)
    reason: str = ""  # why criteria are missing in results
    found: dict = field(default_factory=dict)  # the programs, as grading_find.choose() has found them

    def earned(self, criterion):
        """Return the points for a criterion (metadata of its cell)."""
        passed = self.results.get(criterion["criterion"], {}).get("passed")
        return criterion["points"] if passed else 0

    def programs(self):
        """Return the paths (list of str) of the programs that were graded, the server's first."""
        paths = self.found.get("programs", {})
        return list(dict.fromkeys(printable(paths[role]) for role in finding.ROLES if role in paths))

    def choice(self):
        """Return what there is to say (str) about the choice of the programs."""
        if not self.found:
            return ""
        roles = dict(zip(finding.ROLES, ("сервер", "клиент")))
        paths = {role: self.found["programs"].get(role) for role in roles}
        said = [f"{roles[role]} — {f'`{path}`' if path else 'не найден'}" for role, path in paths.items()]
        return printable("; ".join([f"Проверены: {', '.join(said)}", *self.found["notes"]]) + ".")


class Starter:
    """A process that starts pytest, see grading_start.py."""

    def __init__(self):
        """Start it; it needs a second before it takes the first order."""
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-X", "utf8", NOTEBOOKS / "grader/grading_start.py", str(theirs.fileno())]
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def order(self, order, life):
        """Have pytest started, which holds the descriptor life while it runs."""
        socket.send_fds(self.socket, [json.dumps(order).encode()], [life])

    def close(self):
        """End it; what it has started runs on."""
        self.socket.close()
        self.process.wait()


class Isolation:
    """How submissions are kept apart from each other and from us: on Linux, by namespaces."""

    def __init__(self):
        """Try what this system allows."""
        self.starter, self.lock, self.works = None, threading.Lock(), True
        self.outer = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        nobody = ["--reuid={uid}", "--regid={uid}", "--clear-groups", "--no-new-privs"]
        none = "--inh-caps=-all --ambient-caps=-all --bounding-set=-all"
        ways = [
            [*nobody, *none.split()],
            [*nobody, *none.replace("-all", "-all,+dac_read_search").split()],
        ]  # python in /root
        if not hasattr(os, "geteuid") or os.geteuid():
            self.outer += ["--user", "--map-root-user"]
            ways = [["--no-new-privs", *none.split()]]
        for self.rights in ways:
            with tempfile.TemporaryDirectory() as folder, suppress(OSError):
                os.chmod(folder, 0o755)
                private, program = Path(folder, "private"), Path(folder, "program")
                private.mkdir()
                program.mkdir()
                command = self.around(0, private, [sys.executable, "-c", ""])
                if not subprocess.run(command, cwd=program, capture_output=True).returncode:
                    return
        self.works = False

    def around(self, number, private, program):
        """Return the command (list of str) that runs program with the rights of a submission."""
        return self.network(private.parent, [*self.prefix(number, private), *program])

    def network(self, base, command):
        """Return the command (list of str) that runs command where it can change base (Path) only."""
        return [
            *self.outer,
            sys.executable,
            "-c",
            NETWORK,
            shutil.which("sh") or "sh",
            "-c",
            READ_ONLY,
            "read-only",
            str(base),
            *command,
        ]

    def start(self, arguments, private, env):
        """Start pytest with arguments (list of str) in private (Path); return a process (Popen).

        What the process prints is what pytest prints, and it ends with it.
        """
        options = {"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "stdout": subprocess.PIPE}
        if not self.works:
            command = [sys.executable, "-m", "pytest", *arguments]
            return subprocess.Popen(command, cwd=private, env=env, start_new_session=True, **options)
        guide = self.network(private.parent, ["sh", "-c", "echo; exec cat"])
        process = subprocess.Popen(guide, **options | {"stdin": subprocess.PIPE}, start_new_session=True)
        with process.stdin as life:  # the guide reads it to its end, which is that of pytest
            if os.read(process.stdout.fileno(), 1) == b"\n":
                [pid] = [child.pid for child in psutil.Process(process.pid).children()]
                order = {"guide": pid, "arguments": arguments, "folder": str(private), "env": env}
                with self.lock:
                    self.starter = self.starter or Starter()
                    self.starter.order(order, life.fileno())
        process.stdin = None
        return process

    def prefix(self, number, private):
        """Return what stands before each program of submission number, to hide private (Path)."""
        if not self.works:
            return [sys.executable, "-c", LIMITED]
        rights = [right.format(uid=20000 + number) for right in self.rights]
        return [
            "unshare",
            "--mount",
            "--pid",
            "--ipc",
            "--fork",
            "--mount-proc",
            "sh",
            "-c",
            APART,
            "apart",
            str(private.parent),
            str(private),
            "setpriv",
            *rights,
            "prlimit",
            f"--nproc={PROCESSES}",
            f"--data={MEMORY}",
            f"--fsize={DISK}",
            "--core=0",
        ]


def gather(source, folder):
    """Return the submissions (list) in source (Path); what must be unpacked goes to folder (Path).

    Raises ValueError, in Russian, when there are none.
    """
    if source.suffix.lower() == ".zip":
        unpack(source, folder / "all", CLASS)
        source = folder / "all"
    if not source.is_dir():
        raise ValueError(f"Нет такой папки: {source}")
    entries = visible(source)
    if len(entries) == 1 and entries[0].is_dir() and sum(map(is_work, visible(entries[0]))) > 1:
        entries = visible(entries[0])  # somebody zipped the folder of the class, not what is in it
    if is_one(entries):
        entries = [source]
    submissions = []
    for number, entry in enumerate(entries):
        if not (entry.is_dir() or entry.suffix.lower() in ARCHIVES):
            continue
        submission = Submission(entry.name or entry.resolve().name, entry.resolve())
        submissions.append(submission)
        try:
            submission.path = open_archive(entry, folder / str(number))
        except ValueError as error:
            submission.reason = str(error)
    if not submissions:
        raise ValueError(f"В папке {source} нет ни папок, ни архивов zip.")
    return submissions


def visible(folder):
    """Return what is in folder (Path), in order, without what systems put there for themselves."""
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith(".") and entry.name != "__MACOSX")


def is_one(entries):
    """Return whether entries (list of Path) are one submission: programs, or tasks of one course."""
    if any(entry.name.lower() in finding.ROLES for entry in entries):
        return True
    roles = set().union(*(finding.plays(entry) for entry in entries))
    works = [entry.name for entry in entries if is_work(entry)]
    if roles:  # else somebody has left a script beside the class
        return len(roles) == 2 or not works
    return finding.is_course(works)


def is_work(entry):
    """Return whether entry (Path) can be a submission: an archive, or a folder with a server in it."""
    return entry.suffix.lower() in ARCHIVES or any(
        path.suffix.lower() in ARCHIVES or finding.SERVER in finding.plays(path) for path in entry.rglob("*")
    )


def open_archive(entry, target):
    """Return the folder (Path) that entry is, or is unpacked to: target. Raises ValueError."""
    if entry.is_dir():
        zips = [path for path in entry.rglob("*") if path.suffix.lower() == ".zip"]
        if len(zips) != 1 or any(map(finding.plays, entry.rglob("*"))):
            return entry.resolve()
        entry = zips[0]  # a learning platform gives each student a folder with the zip in it
    if entry.suffix.lower() != ".zip":
        raise ValueError(f"{entry.name}: нужна папка или zip, этот архив не распакован.")
    unpack(entry, target)
    return target


def unpack(file, target, times=1):
    """Unpack a zip (Path) to target (Path). Raises ValueError when it is broken or malicious.

    It may hold MEMBERS and UNPACKED, or times (int) as much.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > times * MEMBERS or size > times * UNPACKED:
                raise ValueError(
                    f"{file.name}: в архиве больше {times * MEMBERS} файлов или больше "
                    f"{times * UNPACKED // 1_000_000} МБ, он не распакован."
                )
            for member in members:
                parts = member.filename.replace("\\", "/").split("/")
                if ".." in parts or not parts[0] or ":" in parts[0]:
                    raise ValueError(f"{file.name}: путь «{member.filename}» ведёт наружу, архив не распакован.")
                if member.flag_bits & 1:
                    raise ValueError(f"{file.name}: архив закрыт паролем.")
            archive.extractall(target)
    except ValueError:
        raise
    except Exception as error:  # zipfile has a dozen of kinds for what is broken
        raise ValueError(f"{file.name}: архив не читается: {error}") from None


def grade(submission, number, files, isolation, task=""):
    """Run the criteria for submission; number (int) tells it from others that run meanwhile.

    Only programs whose paths match task (str) are graded, if it is given.
    """
    with tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as base:
        os.chmod(base, 0o755)
        private, shared = Path(base, "private"), Path(base, "shared")
        private.mkdir()
        shared.mkdir()
        for name, content in files.items():
            (private / name.rpartition("/")[2]).write_bytes(content)
        (private / "pytest.ini").write_text("[pytest]\n")
        token = secrets.token_hex()
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        env |= {
            "SUBMISSION": str(submission.path),
            "GRADING_TOKEN": token,
            "PYTHONUTF8": "1",
            "GRADING_PREFIX": shlex.join(isolation.prefix(number, private)),
            "GRADING_COPIES": str(shared),
            "GRADING_TASK": task,
            "GRADING_FOUND": str(private / "found.json"),
            "HOME": str(private),
            "TMPDIR": str(private),
            "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        process = isolation.start(PYTEST, private, env)
        said = b""
        try:
            said = process.communicate(timeout=TIME)[0]
        except subprocess.TimeoutExpired:
            submission.reason = f"Проверка шла дольше {TIME} с и прервана."
        finally:
            process.kill()
            if not isolation.works:
                end_all_children()
        said = said or process.communicate()[0]
        with suppress(OSError, ValueError):
            submission.found = json.loads((private / "found.json").read_bytes())
    for line in said.decode("utf-8", "replace").splitlines():
        if line.startswith(token):
            result = json.loads(line.removeprefix(token))
            submission.results[result.pop("criterion")] = result
    if not submission.results and not submission.reason:
        submission.reason = f"Проверка не началась: {said.decode('utf-8', 'replace')[-500:]}"
    if not isolation.works and restore(files):
        submission.results = {}
        submission.reason = "Программа изменила файлы проверки. Они восстановлены, баллов нет."


def restore(files):
    """Write back what is not as in files ({name: bytes}); return whether anything was not."""
    changed = [
        name
        for name, content in files.items()
        if not (NOTEBOOKS / name).exists() or (NOTEBOOKS / name).read_bytes() != content
    ]
    for name in changed:
        (NOTEBOOKS / name).write_bytes(files[name])
    return bool(changed)


def end_all_children():
    """Kill whatever we started, what has got away from its parent included."""
    while children := psutil.Process().children(recursive=True):
        for child in children:
            with suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(children, timeout=5)


def adopt(willing=True):
    """On Linux, become the parent of all who lose theirs among our children (man 2 prctl), or no more."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).prctl(36, int(willing), 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def report(submission, criteria):
    """Return the report (str, Markdown) for a submission."""
    lines = [
        f"# {submission.name}: {total(submission, criteria)} из {MAX_POINTS}",
        "",
        submission.reason,
        "",
        submission.choice(),
        "",
        "| критерий | баллы | из |",
        "|---|---|---|",
    ]
    lines += [
        f"| {c['title']}{' (бонус)' if c.get('bonus') else ''} | {submission.earned(c)} | {c['points']} |"
        for c in criteria
    ]
    for criterion in criteria:
        result = submission.results.get(criterion["criterion"])
        if result and not result["passed"]:
            lines += [
                "",
                f"## {criterion['title']}: 0 из {criterion['points']}",
                "",
                "Ожидалось:",
                "",
                indented(result["expected"]),
                "",
                "Было:",
                "",
                indented(result["heard"] or "(ничего: проверка оборвалась)"),
            ]
    return "\n".join(lines) + "\n"


def indented(text):
    """Return text (str) as a code block of Markdown that nothing in it can end."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def total(submission, criteria):
    """Return all points (int) of a submission, bonus points included."""
    return sum(map(submission.earned, criteria))


def save_csv(path, submissions, criteria):
    """Write a line for each submission to path (Path)."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # the mark is for Excel
        writer = csv.writer(file)
        writer.writerow(["submission", "points", "max_points", *(c["criterion"] for c in criteria), "programs"])
        for s in submissions:
            name = formula_free(s.name)
            points = map(s.earned, criteria)
            writer.writerow([name, total(s, criteria), MAX_POINTS, *points, formula_free(", ".join(s.programs()))])


def formula_free(text):
    """Return text (str) so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@") else text


def save_junit(path, submissions, criteria):
    """Write path (Path): a testsuite for each submission, a testcase for each criterion."""
    root = ElementTree.Element("testsuites")
    for s in submissions:
        lost = [c for c in criteria if not s.earned(c)]
        suite = ElementTree.SubElement(
            root, "testsuite", name=s.name, tests=str(len(criteria)), failures=str(len(lost))
        )
        for criterion in criteria:
            case = ElementTree.SubElement(suite, "testcase", classname=s.name, name=criterion["criterion"])
            if criterion in lost:
                ElementTree.SubElement(case, "failure", message=criterion["title"]).text = printable(
                    s.results.get(criterion["criterion"], {}).get("heard") or s.reason
                )
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def save_gradescope(path, submission, criteria):
    """Write results.json as Gradescope's autograder specification asks for it."""
    tests = [
        {
            "name": c["title"],
            "score": submission.earned(c),
            "max_score": c["points"],
            "output": submission.results.get(c["criterion"], {}).get("heard", submission.reason),
        }
        for c in criteria
    ]
    results = {"score": total(submission, criteria), "tests": tests, "visibility": "visible"}
    results |= {"output": submission.choice()}
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")


def printable(text):
    """Return text (str) without the characters that XML, or a file in UTF-8, does not allow."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def show(submissions, criteria):
    """Print the table of all submissions."""
    table = Table("работа", "программы", Column("баллы", justify="right"), "не выполнено")
    for s in submissions:
        lost = [c["criterion"] for c in criteria if not s.earned(c) and not c.get("bonus")]
        points, programs = f"{total(s, criteria)} из {MAX_POINTS}", ", ".join(s.programs())
        table.add_row(escape(s.name), escape(programs), points, escape(s.reason or ", ".join(lost)))
    Console().print(table)
    for s in submissions:
        for note in s.found.get("notes", []):
            Console().print(f"{s.name}: {printable(note)}.", markup=False, highlight=False)


def read_criteria(notebook):
    """Return the metadata (list of dict) of the criteria in the text of a notebook (bytes).

    Raises ValueError when a criterion has no reference.
    """
    cells = [cell for cell in json.loads(notebook)["cells"] if "criterion" in cell["metadata"]]
    if not all(cell["outputs"] for cell in cells):  # nbval would let everything pass
        raise ValueError("В grading.ipynb не сохранены ответы, сравнивать не с чем.")
    return [cell["metadata"] for cell in cells]


def grade_all(submissions, files, isolation, jobs, task=""):
    """Grade submissions (list), jobs (int) at once, with a progress bar."""
    with ThreadPoolExecutor(jobs) as pool, Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Проверка", total=len(submissions))
        runs = [
            pool.submit(grade, submission, number, files, isolation, task)
            for number, submission in enumerate(submissions)
            if not submission.reason
        ]
        progress.advance(bar, len(submissions) - len(runs))
        try:
            for run in as_completed(runs):
                run.result()
                progress.advance(bar)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            end_all_children()
            raise


def save(options, submissions, criteria):
    """Write what the options ask for; the reports go to a folder called like the table."""
    folder = options.out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    save_csv(options.out, submissions, criteria)
    for s in submissions:
        (folder / f"{s.name}.md").write_text(report(s, criteria), encoding="utf-8")
        if options.gradescope:
            save_gradescope(folder / f"{s.name}.json", s, criteria)
    if options.junit:
        save_junit(options.junit, submissions, criteria)
    return folder


def main():
    """Grade what the arguments name; status 1 when that can't be done."""
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
    for name in "SIGTERM", "SIGHUP":  # as Ctrl+C: nothing shall be left running
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    adopt()
    isolation = Isolation()
    if options.jobs > 1 and not isolation.works:
        print("Эта система не даёт каждой работе свою сеть: проверяю по одной.", file=sys.stderr)
        options.jobs = 1
    files = {name: (NOTEBOOKS / name).read_bytes() for name in FILES}
    try:
        criteria = read_criteria(files["grading.ipynb"])
        with tempfile.TemporaryDirectory(prefix="grade-") as folder:
            submissions = gather(options.submissions, Path(folder))
            save(options, [], criteria)  # better to fail now than after an hour
            grade_all(submissions, files, isolation, options.jobs, options.task)
        reports = save(options, submissions, criteria)
    except (OSError, ValueError) as error:
        sys.exit(f"Не получилось: {error}")
    except KeyboardInterrupt:
        sys.exit("Прервано, таблица не записана.")
    finally:
        if isolation.starter:
            isolation.starter.close()
    show(submissions, criteria)
    print(f"Таблица: {options.out}, отчёты: {reports}")


if __name__ == "__main__":
    main()
