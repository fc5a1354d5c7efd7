"""Draw the pictures of the READMEs from a real conversation: two terminals, and what went over the wire.

    python notebooks/tools/picture.py       write notebooks/picture.svg and notebooks/picture.ru.svg

Server and clients run as people start them, each client in a terminal (pexpect, pyte: not on Windows). A proxy
between them notes each line that passes.
"""

import sys
from html import escape
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1]
LINE, LETTER, WIDTH = 20, 8.43, 1180  # pixels: a line's height, a letter's width, the picture's
COLORS = {"Anna": "#0969da", "Boris": "#8250df", "Аня": "#0969da", "Борис": "#8250df"}
CONVERSATIONS = {
    "picture.svg": (
        "course_en",
        ("Anna", "Boris"),
        ("hi, Boris", "are you there?", "a half-typ", "ed line"),
        ("Enter your name:", "joined the chat."),
        "Two terminals with a conversation, and between them what went over the wire",
    ),
    "picture.ru.svg": (
        "course",
        ("Аня", "Борис"),
        ("привет, Борис", "ты тут?", "недописан", "ная строка"),
        ("Введите своё имя:", "присоединился к чату."),
        "Два терминала с разговором, а между ними то, что прошло по сети",
    ),
}


def talk(people, words, phrases):
    """Hold the conversation; return both screens (lists of str) and the arrows (from, to, text)."""
    from programs import LAB, Server, Terminal
    from proxy import Proxy

    arrows = []

    class Noting(Proxy):
        """A wire that writes down what it carries."""

        def __init__(self, port, person):
            self.person = person
            super().__init__(port, 65536)

        def _pass_on(self, source, target):
            class Ear:
                def recv(ear, size):
                    data = source.recv(size)
                    up = source in self.sockets[::2]  # the client's socket comes first
                    for line in data.decode().splitlines():
                        arrows.append((self.person, "", line) if up else ("", self.person, line))
                    return data

            super()._pass_on(Ear(), target)

    (prompt, joined), (anna, boris) = phrases, people
    with Server() as server, Noting(server.port, anna) as one, Noting(server.port, boris) as two:
        client = LAB / "client.py"
        with Terminal(client, "--port", one.port) as left, Terminal(client, "--port", two.port) as right:
            for terminal, name in (left, anna), (right, boris):
                terminal.wait_for(prompt, ">")
                terminal.type(f"{name}\r")
                terminal.wait_for(f"{name} {joined}", ">")
            left.wait_for(f"{boris} {joined}", ">")
            left.type(f"{words[0]}\r")
            right.wait_for(f"{anna}: {words[0]}", ">")
            right.type(words[2])
            right.wait_for(f"> {words[2]}")
            left.type(f"{words[1]}\r")
            right.wait_for(f"{anna}: {words[1]}", f"> {words[2]}")
            middle = len(arrows)
            screens = left.wait_for(f"{anna}: {words[1]}", ">"), right.screen()
            return screens, arrows[:middle]


def draw(people, screens, arrows, title):
    """Return the picture (SVG, str)."""
    height = 90 + max(LINE * len(arrows), *(LINE * len(screen) for screen in screens))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        "<style>text{font:14px ui-monospace,Menlo,Consolas,monospace}.t{fill:#e6edf3}</style>",
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#f6f8fa"/>',
    ]
    for x, screen, person in zip((20, 840), screens, people):
        parts.append(f'<rect x="{x}" y="20" width="320" height="{height - 40}" rx="8" fill="#0d1117"/>')
        parts.append(f'<text x="{x + 14}" y="44" fill="{COLORS[person]}" font-weight="bold">{escape(person)}</text>')
        for number, line in enumerate(screen):
            parts.append(f'<text class="t" x="{x + 14}" y="{70 + LINE * number}">{escape(line)}</text>')
    for x, name in (360, people[0]), (590, "server.py"), (820, people[1]):
        anchor = {360: "start", 590: "middle", 820: "end"}[x]
        parts.append(f'<text x="{x}" y="44" text-anchor="{anchor}" fill="#57606a">{escape(name)}</text>')
        parts.append(f'<path d="M{x} 52V{height - 24}" stroke="#d0d7de"/>')
    place = {people[0]: 360, "": 590, people[1]: 820}
    for number, (sender, receiver, text) in enumerate(arrows):
        y, start, end = 76 + LINE * number, place[sender], place[receiver]
        point = 7 if end > start else -7
        color = COLORS[sender or receiver] if sender else "#57606a"
        parts.append(
            f'<path d="M{start} {y}H{end}M{end - point} {y - 4}L{end} {y}L{end - point} {y + 4}" '
            f'stroke="{color}" fill="none"/>'
        )
        middle = (start + end) / 2
        parts.append(
            f'<text x="{middle}" y="{y - 4}" text-anchor="middle" font-size="12" fill="{color}" '
            f'style="font-size:12px">{escape(text)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main():
    """Draw one picture; without an argument both, each in a process of its own."""
    if len(sys.argv) == 1:
        import subprocess

        for name in CONVERSATIONS:
            subprocess.run([sys.executable, __file__, name], check=True)
        return
    name = sys.argv[1]
    course, people, words, phrases, title = CONVERSATIONS[name]
    sys.path.insert(0, str(NOTEBOOKS / course))
    screens, arrows = talk(people, words, phrases)
    (NOTEBOOKS / name).write_text(draw(people, screens, arrows, title), encoding="utf-8", newline="\n")
    print(f"notebooks/{name}: saved")


if __name__ == "__main__":
    main()
