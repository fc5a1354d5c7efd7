"""What a submission's program relies on: launched, it can't tell that Python did not start for it alone.

And what we rely on: that there it can do no harm.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lab.grader import launching, limits
from lab.grader.isolation import DAC_READ_SEARCH, LAUNCHER, Namespaces

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="man 7 namespaces")

LOOKS = """
import sys, os
names = sorted(globals())
import json, signal
print(json.dumps({
    "names": names, "name": __name__, "file": __file__, "main": sys.modules["__main__"].__dict__ is globals(),
    "spec": str(__spec__), "loader": type(__loader__).__name__, "builtins": str(__builtins__),
    "argv": sys.argv, "orig_argv": sys.orig_argv, "path": sys.path, "flags": str(sys.flags),
    "executable": sys.executable, "environment": dict(os.environ), "folder": os.getcwd(), "umask": os.umask(0),
    "signals": [str(signal.getsignal(s)) for s in (signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE, signal.SIGTERM)],
    "streams": [(s.encoding, s.errors, s.line_buffering, s.fileno()) for s in (sys.stdin, sys.stdout, sys.stderr)],
    "read": sys.stdin.read(), "leads": os.getsid(0) == os.getpid(), "descriptors": len(os.listdir("/proc/self/fd")),
}, ensure_ascii=False))
"""
ENDS = {
    "error": "def f():\n    1 / 0\nf()\n",
    "syntax": "print(1)\nprint(\n",
    "encoding": "# Привет".encode("cp1251") + b"\nprint(1)\n",
    "coding": "# coding: cp1251\nprint('Привет')\n".encode("cp1251"),
    "mark": b"\xef\xbb\xbfprint('mark')\n",
    "exit": "import sys\nsys.exit('конец')\n",
    "status": "raise SystemExit(3)\n",
    "quick": "import os\nprint('последнее')\nos._exit(7)\n",
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "atexit": "import atexit\natexit.register(print, 'atexit')\n",
    "thread": "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.05), print('поток'))).start()\n",
    "daemon": "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\nprint('нить')\n",
    "hook": "import sys\nsys.excepthook = lambda *error: print('свой', error[0])\n1 / 0\n",
    "fork": "import multiprocessing\np = multiprocessing.Process(target=print, args=['ещё'])\np.start()\np.join()\n",
    "spawn": "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'])\n",
    "import": "import asyncio\nasyncio.run(asyncio.sleep(0))\nprint('asyncio' in __import__('sys').modules)\n",
}


@contextmanager
def launched_by(namespaces):
    """Have a launcher; yields a folder for programs, and the launcher's socket: (Path, str)."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as base:
        os.chmod(base, 0o755)
        private, folder = Path(base, "private"), Path(base, "shared", "work")
        private.mkdir()
        folder.mkdir(parents=True)
        launcher = namespaces.launch(private, 7)
        assert os.read(launcher.stdout.fileno(), 1) == b"\n", launcher.communicate()
        yield folder, str(private / LAUNCHER)
        launcher.kill()
        launcher.communicate()


def ways(user=os.geteuid):
    """Return the Namespaces of a user (a function that returns its number), or skip the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "geteuid", user)
        try:
            return Namespaces()
        except OSError as error:
            pytest.skip(f"there is no way to keep submissions apart here: {error}")


@pytest.fixture(scope="module")
def places():
    """A folder for programs, and the socket of a launcher."""
    with launched_by(ways()) as places:
        yield places


@pytest.fixture(params=[os.geteuid, lambda: 1000], ids=["as we are", "as a user"])
def each(request):
    """The same, also where one is not root."""
    with launched_by(ways(request.param)) as places:
        yield places


MODULES = "json", "asyncio"


def run(places, monkeypatch, script, *arguments, launched=True, name="server.py", env=None, modules=MODULES):
    """Return the status and all that a script (str or bytes) prints, launched or started as any program."""
    folder, launcher = places
    (folder / name).write_bytes(script if isinstance(script, bytes) else script.encode())
    if launched:
        monkeypatch.setenv("GRADING_LAUNCHER", launcher)
    else:
        monkeypatch.delenv("GRADING_LAUNCHER", raising=False)
    program = launching.start([name, *arguments], folder, env or launching.ENVIRONMENT, modules)
    with suppress(BrokenPipeError):  # it has ended already, and read nothing
        program.stdin.write("Привет\n".encode())
        program.stdin.close()
    printed = program.stdout.read().decode()
    return program.wait(30), printed


def both(*arguments, **options):
    """Return what run() returns for the two ways."""
    return [run(*arguments, launched=launched, **options) for launched in (True, False)]


def test_a_launched_program_finds_all_as_if_python_had_started_for_it(places, monkeypatch):
    env = {**launching.ENVIRONMENT, "HOME": "/nowhere", "PYTHONPATH": "/somewhere", "MORE": "ё"}
    launched, started = both(places, monkeypatch, LOOKS, "--port", "8080", env=env)
    assert launched[0] == started[0] == 0, launched[1]
    assert json.loads(launched[1]) == json.loads(started[1])


def test_a_launched_program_is_forked_unless_its_own_files_stand_for_modules(places, monkeypatch):
    script = "print('launcher.py' in open('/proc/self/cmdline').read())\n"
    assert run(places, monkeypatch, script)[1] == "True\n"
    (places[0] / "socket.py").write_text("")
    try:
        assert run(places, monkeypatch, script)[1] == "False\n"
    finally:
        (places[0] / "socket.py").unlink()


@pytest.mark.parametrize("name", ENDS)
def test_a_launched_program_ends_and_prints_as_any(places, monkeypatch, name):
    launched, started = both(places, monkeypatch, ENDS[name])
    assert launched == started


@pytest.mark.parametrize("module", ["socket", "queue", "json", "types", "sitecustomize"])
def test_a_file_called_like_a_module_is_found_or_not_as_by_any_program(places, monkeypatch, module):
    own = places[0] / f"{module}.py"
    own.write_text("print('своё')\n")
    script = f"print('начало')\nimport {module}\nprint({module})\n"
    env = {**launching.ENVIRONMENT, "PYTHONPATH": str(places[0])}
    try:
        launched, started = both(places, monkeypatch, script, env=env, modules=["json", "socket"])
        assert launched == started
    finally:
        own.unlink()


def test_a_package_is_started_as_by_any_python(places, monkeypatch):
    (places[0] / "chat").mkdir(exist_ok=True)
    (places[0] / "chat" / "words.py").write_text("WORD = 'слово'\n")
    for launched in True, False:
        script = "from .words import WORD\nimport sys\nprint(WORD, __package__, sys.argv[1:])\n"
        run(places, monkeypatch, script, launched=launched, name="chat/main.py")
        program = launching.start(["-m", "chat.main", "8080"], places[0])
        assert program.stdout.read().decode() == "слово chat ['8080']\n"
        assert program.wait(30) == 0


def test_two_programs_roll_different_dice(places, monkeypatch):
    script = "import random\nprint(random.random())\n"
    assert len({run(places, monkeypatch, script, modules=["random"])[1] for _ in range(3)}) == 3


HARMS = """
import os, resource, signal
for act, *arguments in (
    (os.listdir, {private!r}), (open, {socket!r}), (open, {base!r} + "/x", "w"), (open, {tests!r} + "/x", "w"),
    (open, "/proc/sys/kernel/shmall", "w"), (open, "/proc/1/mem", "rb"), (open, "/proc/1/environ", "rb"),
    (os.readlink, "/proc/1/fd/4"), (os.chroot, "/"), (os.setgroups, []), (os.nice, -1), (open, "/dev/mem", "rb"),
):
    try:
        print(act(*arguments))
    except OSError:
        print("no")
try:
    os.kill(1, signal.SIGINT)
    os.kill(1, signal.SIGKILL)
except PermissionError:
    pass
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print([status[name].strip() for name in ("CapPrm", "CapEff", "CapBnd", "NoNewPrivs")])
print([resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_DATA, resource.RLIMIT_NPROC)])
print(sorted(int(pid) for pid in os.listdir("/proc") if pid.isdigit()) == [1, os.getpid()])
"""


def test_a_launched_program_can_do_no_harm(each, monkeypatch):
    private = Path(each[1]).parent
    tests = str(Path(__file__).parent)
    script = HARMS.format(private=str(private), socket=each[1], base=str(private.parent), tests=tests)
    status, printed = run(each, monkeypatch, script)
    assert status == 0, printed
    own, *harms, rights, most, alone = printed.splitlines()
    assert "server.py" in own and LAUNCHER not in own  # its own copy is in the way
    assert set(harms) == {"no"}
    assert {int(right, 16) for right in eval(rights)[:3]} <= {0, 1 << DAC_READ_SEARCH} and eval(rights)[3] == "1"
    assert eval(most) == [limits.DISK, limits.MEMORY, limits.PROCESSES]
    assert alone == "True"


def test_a_launched_program_takes_its_family_along(each, monkeypatch):
    script = "import os, time\nif not os.fork():\n    os.setsid()\nos.write(1, b'here\\n')\ntime.sleep(600)\n"
    (each[0] / "server.py").write_text(script)
    monkeypatch.setenv("GRADING_LAUNCHER", each[1])
    program = launching.start(["server.py"], each[0])
    assert [program.stdout.readline() for _ in range(2)] == [b"here\n"] * 2
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(0)
    program.end()
    assert program.stdout.read() == b"" and program.poll() < 0  # nobody is left who could write


def test_what_a_program_writes_is_gone_for_the_next(places, monkeypatch):
    script = "import os\nprint(os.path.exists('left'))\nopen('left', 'w').close()\nprint(os.path.exists('left'))\n"
    assert [run(places, monkeypatch, script)[1] for _ in range(2)] == ["False\nTrue\n"] * 2
    assert not (places[0] / "left").exists()


@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="here programs run as ourselves")
def test_graders_beside_each_other_share_no_limit_of_processes(places, monkeypatch):
    script = "import os\nprint(os.getuid())\n"
    with launched_by(ways()) as others:
        assert run(places, monkeypatch, script) != run(others, monkeypatch, script)
