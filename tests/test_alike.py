"""--alike: pairs that somebody shall read, where copydetect is installed; else one clear line."""

import sys

import pytest

from lab.grader import alike

SERVER = (alike.COURSE / "lab" / "server.py").read_text(encoding="utf-8")
OWN = '''
import socket, threading
people = {}
def greet(sock, address):
    name = sock.recv(100).decode().strip()
    people[sock] = name
    for other in list(people):
        if other is not sock:
            other.sendall(f"{name} is here from {address}\\n".encode())
    while data := sock.recv(4096):
        for other in list(people):
            other.sendall(name.encode() + b" says " + data)
    del people[sock]
def main():
    door = socket.create_server(("", 8080))
    while True:
        threading.Thread(target=greet, args=door.accept()).start()
main()
'''
RENAMED = OWN.replace("people", "folk").replace("greet", "serve").replace("other", "peer").replace("name", "nick")
OTHER = '''
import asyncio
class Room:
    def __init__(self):
        self.writers = set()
    async def come(self, reader, writer):
        self.writers.add(writer)
        try:
            async for line in reader:
                await asyncio.gather(*(self.tell(each, line) for each in self.writers if each != writer))
        finally:
            self.writers.discard(writer)
    async def tell(self, writer, line):
        writer.write(line)
        await writer.drain()
asyncio.run(asyncio.start_server(Room().come, "localhost", 8080))
'''


def test_without_copydetect_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "copydetect", None)
    with pytest.raises(alike.Missing, match="pip install copydetect") as told:
        alike.page({"a": {"server.py": OWN}})
    assert "\n" not in str(told.value)


@pytest.fixture
def copydetect():
    pytest.importorskip("copydetect")


def names(works, past=None, common=()):
    """Return whose files are alike: a list of pairs of names."""
    return [tuple(name.partition(":")[0] for name in pair.names) for pair in alike.pairs(works, past, common)]


def test_a_copy_with_other_names_is_found_and_an_own_program_is_not(copydetect):
    works = {"Анна": {"server.py": OWN}, "Пётр": {"s.py": "# моё\n" + RENAMED}, "Иван": {"x.py": OTHER}}
    assert names(works) == [("Анна", "Пётр")]


def test_one_persons_own_files_are_not_compared_with_each_other(copydetect):
    assert names({"Анна": {"server.py": OWN, "old/server.py": OWN}}) == []


def test_what_everybody_was_given_does_not_count(copydetect):
    works = {"Анна": {"server.py": SERVER}, "Пётр": {"server.py": SERVER}}
    assert names(works) == [("Анна", "Пётр")] and names(works, common=alike.common_code()) == []


def test_a_program_in_an_old_windows_encoding_is_readable(tmp_path):
    (tmp_path / "server.py").write_bytes("print('Как вас зовут?')".encode("cp1251"))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "hook.py").write_bytes(b"x")
    assert alike.sources(tmp_path) == {"server.py": "print('Как вас зовут?')"}


def test_past_years_are_compared_with_this_one_only(copydetect):
    past = {"2024": {"a.py": OWN}, "2025": {"b.py": RENAMED}}
    assert names({"Иван": {"x.py": OTHER}}, past) == []
    assert names({"Анна": {"server.py": OWN}}, past) == [("Анна", "2024"), ("Анна", "2025")]


def test_the_page_shows_both_texts_and_accuses_nobody(copydetect):
    evil = OWN + '\nx = "</pre><script>alert(1)</script>"\n'
    page = alike.page({"<b>Анна": {"server.py": evil}, "Пётр": {"server.py": evil}})
    assert "<script>" not in page and "<b>" not in page and "<mark>" in page and "Похоже не значит списано" in page
    assert not any(word in page.casefold() for word in ("плагиат", "виновн", "plagiar", "guilty", "cheat"))


def test_a_broken_or_empty_program_does_not_stop_it(copydetect):
    assert names({"a": {"x.py": "def (((\x00"}, "b": {"x.py": ""}, "c": {"x.py": "def (((\x00"}}) == []
