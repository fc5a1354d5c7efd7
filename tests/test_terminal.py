"""The example of lab/README.md and its twin: a server and two people, each in a terminal of tmux, with a shell."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from needs import need
from people import TIMEOUT
from programs import LAB

ROOT = LAB.parent
PYTHON = Path(sys.executable)

pytestmark = need("tmux")


class Pane:
    """A terminal with a shell, as a person uses it."""

    def __init__(self, tmux, pane):
        """Use the pane with this number (str); tmux is a function that runs a command of tmux."""
        self.tmux, self.pane = tmux, pane
        self.shell = psutil.Process(int(tmux("display", "-p", "-t", pane, "#{pane_pid}")))
        self.clear("PS1='$ '")

    def type(self, text, *keys):
        """Type text (str), then press keys such as "Enter"."""
        self.tmux("send-keys", "-t", self.pane, "-l", text)
        for key in keys:
            self.tmux("send-keys", "-t", self.pane, key)

    def screen(self):
        """Return the lines (list of str) on the screen that are not empty."""
        lines = self.tmux("capture-pane", "-p", "-t", self.pane).splitlines()
        return [line.rstrip() for line in lines if line.strip()]

    def see(self, *lines):
        """Wait until the last lines on the screen match these (regular expressions)."""
        end = time.monotonic() + TIMEOUT
        while not re.search("(?m)^" + "\n".join(lines) + "$(?![\\s\\S])", "\n".join(self.screen())):
            if time.monotonic() > end:
                raise TimeoutError(f"waited for {lines}; the screen has {self.screen()}")
            time.sleep(0.05)

    def clear(self, command="true"):
        """Run a command in the shell, then leave nothing on the screen but the prompt."""
        self.type(f"{command}; clear", "Enter")
        self.see(r"\A\$")

    def settings(self):
        """Return the terminal's own settings (str), as stty tells them."""
        self.type("clear; stty -g", "Enter")
        self.see("[0-9a-f:]+", r"\$")
        return self.screen()[-2]


@pytest.fixture
def panes(tmp_path):
    """Three terminals, one below the other."""
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}",
    }
    env.pop("TMUX", None)

    def tmux(*command):
        return subprocess.run(
            ["tmux", "-S", str(tmp_path / "tmux"), "-u", "-f", "/dev/null", *command],
            cwd=ROOT,
            env=env,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout.strip("\n")

    new = "-P", "-F", "#{pane_id}", "sh"
    first = tmux("new-session", "-d", "-x", "80", "-y", "90", *new)
    try:
        ids = [first, *(tmux("split-window", "-t", first, "-l", size, *new) for size in ("67%", "50%"))]
        yield [Pane(tmux, pane) for pane in ids]
    finally:
        tmux("kill-server")


WORDS = {  # of the conversation in the README, in the order in which they are said
    "README.ru.md": "Сервер запущен на|Введите своё имя:|Аня|Борис|присоединился к чату.|привет, Борис|недописан"
    "|ты тут?|ная строка|покинуть чат|вышел из чата.|покинул чат.|Соединение с сервером потеряно.",
    "README.md": "Server running on|Enter your name:|Anna|Boris|joined the chat.|hi, Boris|a half-"
    "|are you there?|typed line|leave the chat|left the chat.|has left the chat.|Connection to the server lost.",
}


def columns(readme, client):
    """Return what the README (str) shows of the two clients: two lists of lines."""
    shown = (LAB / readme).read_text("utf-8")
    text = re.search(rf"^\$ python {client}  .+?(?=^```)", shown, re.M | re.S)[0]
    width = text.index("$", 1)
    return [
        [column for line in text.splitlines() if (column := line[part].rstrip())]
        for part in (slice(width), slice(width, None))
    ]


@pytest.mark.parametrize("readme, folder", [("README.ru.md", "lab"), ("README.md", "lab/en")])
def test_the_readmes_conversation_happens_as_it_stands_there(panes, readme, folder):
    server, anya, boris = panes
    (running, prompt, anna, bob, joined, hi, half, there, rest, leave, left, has_left, lost) = WORDS[readme].split("|")
    before = [pane.settings() for pane in panes]
    for pane in panes:
        pane.clear()
    server.type(f"{PYTHON.name} {folder}/server.py --port 0", "Enter")
    server.see(rf"{running} localhost:\d+")
    port = server.screen()[-1].rpartition(":")[2]
    for pane, name in (anya, anna), (boris, bob):
        pane.type(f"{PYTHON.name} {folder}/client.py --port {port}", "Enter")
        pane.see(prompt, ">")
        pane.type(name, "Enter")
        pane.see(f"{name} {joined}", ">")
    anya.see(f"{bob} {joined}", ">")
    anya.type(hi, "Enter")
    boris.see(f"{anna}: {hi}", ">")
    boris.type(half)
    boris.see(f"> {half}")
    anya.type(there, "Enter")
    boris.see(f"{anna}: {re.escape(there)}", f"> {half}")
    boris.type(rest, "Enter")
    anya.see(f"{bob}: {half}{rest}", ">")
    anya.type(leave, "Enter")
    anya.see(f"{bob}: {half}{rest}", r"\$")
    boris.see(f"{anna} {left}", ">")
    server.see(f"{anna} {has_left}")
    server.type("", "C-c")
    boris.see(lost, r"\$")
    server.see(rf"{anna} {has_left}\n(\^C)?\$")

    shown = columns(readme, f"{folder}/client.py")
    assert [anya.screen()[1:], boris.screen()[1:]] == [column[1:] for column in shown]
    assert "Traceback" not in "".join(server.screen())
    assert [pane.shell.children() for pane in panes] == [[], [], []]
    assert [pane.settings() for pane in panes] == before
