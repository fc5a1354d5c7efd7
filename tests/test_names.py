"""Who can be called what in lab/server.py, and in how many pieces a name may come.

No line that others see may look like another's or like the server's own.
"""

import time
import unicodedata

import pytest

from people import Peer
from test_server import (
    EMOJI,
    PROMPT,
    assert_silence,
    enter as enter,
    hear,
    patched_server,
    server as server,
)

JOINED, LEFT = " присоединился к чату.", " вышел из чата."
EMPTY = "Имя не может быть пустым."
TAKEN = " уже занято."

# What shows nothing: Unicode's Default_Ignorable_Code_Point, and the Braille cell without dots.
INVISIBLE = [
    chr(code)
    for first, last in [
        (0xAD, 0xAD),
        (0x34F, 0x34F),
        (0x61C, 0x61C),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8),
        (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A),
        (0xE0000, 0xE01FF),
    ]
    for code in range(first, last + 1)
]
COLONS = ":\u02f8\u0589\u05c3\u205a\u2236\ua789\ufe13\ufe30\ufe55\uff1a"
BRACKETS = "(\u2768\ufe59\uff08"


@pytest.fixture
def call(enter):
    """A function that has a newcomer call itself something; it returns the answer and the newcomer."""

    def call(name):
        [newcomer] = enter(None)
        assert newcomer.line() == PROMPT
        newcomer.say(name)
        return newcomer.line(), newcomer

    return call


# Names that would be somebody else's words


@pytest.mark.parametrize(
    "names",
    [
        [f"Борис{colon} я согласен" for colon in COLONS],
        ["Борис:", "Борис :да", ":Борис::"],
        [f"{bracket}ранее) Борис" for bracket in BRACKETS],
        ["((ранее) Борис", "( (ранее) Борис", ":(ранее) Борис", "(:ранее) Борис", "\u00a0(ранее) Борис"],
        [f"{invisible}(ранее) Борис" for invisible in "\u2060\u200d\ufe0f\u034f\u2800\u3164"],
    ],
    ids=["a colon", "a colon at an end", "a bracket", "two of them", "something invisible first"],
)
def test_where_a_name_ends_and_who_speaks_can_be_seen(enter, call, names):
    [vera] = enter("Вера")
    for name in names:
        line, newcomer = call(name)
        assert vera.line() == line
        shown = line.removesuffix(JOINED)
        assert "Борис" in shown and not set(shown) & set(COLONS)
        assert shown[0] not in [*BRACKETS, *INVISIBLE] and shown == shown.strip()
        newcomer.send("да\n\n".encode())
        assert hear(vera, 2) == [f"{shown}: да", f"{shown} вышел из чата."]


def test_a_name_that_forges_nothing_is_taken_as_it_is(enter, call):
    [vera] = enter("Вера")
    for name in ["Аня (дома)", "Иван-Царевич", "O'Neil", "هاجر", "می\u200cخواهم", "क्\u200dष", "한국", *EMOJI.split()]:
        call(name)
        assert vera.line() == f"{name}{JOINED}"


# Names that nobody could tell from another, or from none


def test_a_name_that_shows_nothing_is_refused_as_empty(enter):
    boris, newcomer = enter("Боря", None)
    names = [
        *INVISIBLE,
        "\u0301",
        "\u0308\u0301",
        "\u20dd",
        "\ufe0f\u200d\u034f",
        " \u3164 ",
        "\u2800\u2800",
        "\U000e0067\U000e007f",
        "\u00a0\u2003",
        "\u3000",
    ]
    for name in names:
        assert newcomer.line() == PROMPT
        newcomer.say(name)
        assert newcomer.line() == EMPTY, ascii(name)
    assert_silence(boris=boris)


def test_no_invisible_character_makes_a_second_name_of_the_first(enter, call):
    enter("Аня")
    for character in INVISIBLE:
        line, newcomer = call(f"А{character}ня")
        if line == f"А ня{JOINED}":  # this can be told from the first
            newcomer.say("")
            newcomer.rest()
        else:
            assert line.endswith(TAKEN), ascii(character)


def test_a_name_that_looks_like_one_who_is_here_is_taken_until_that_one_leaves(enter, call):
    [boris] = enter("Боря")
    for first, second in [
        ("Аня", "Аня\ufe0f"),
        ("Аня\ufe0f", "Аня"),
        ("Аня", "\u200dАня"),
        ("Аня", "Аня\U000e0067\U000e007f"),
        ("Анна Каренина", "Анна  Каренина"),
        ("Анна Каренина", "Анна\u00a0Каренина"),
        ("Анна Каренина", "Анна\u2003Каренина"),
        ("Анна Каренина", "Анна\u200b Каренина"),
        ("Анна  Каренина", "Анна Каренина"),
        ("Андрей", unicodedata.normalize("NFD", "Андрей")),
        (unicodedata.normalize("NFD", "Андрей"), "Андрей"),
        ("Борис:", "Борис"),
        ("(Борис", "Борис"),
    ]:
        line, owner = call(first)
        assert line == boris.line() and line.endswith(JOINED)
        line, newcomer = call(second)
        assert line.startswith("Имя ") and line.endswith(TAKEN), ascii([first, second])
        assert newcomer.line() == PROMPT
        assert_silence(boris=boris)
        owner.say("")
        assert boris.line().endswith(LEFT)
        newcomer.say(second)
        assert newcomer.line() == boris.line()
        newcomer.say("")
        assert boris.line().endswith(LEFT)


def test_names_that_look_different_are_different_names(enter, call):
    enter("Анна Каренина", "राम", "Аня", "1", "Ёжик")
    for name in "АннаКаренина", "रमा", "А\u0301ня", "1\ufe0f\u20e3", "Ежик", "аня":
        assert call(name)[0] == f"{name}{JOINED}"


# Half a name


@pytest.mark.parametrize("refused", ["", "\n", "Боря\n", "я" * 33 + "\n"], ids=["none", "empty", "taken", "long"])
def test_a_reset_at_once_makes_no_name_of_half_of_one(enter, refused):
    anna, boris = enter("Аня", "Боря")
    for _ in range(200):  # who sees the reset first, a recv or a send, is a race
        with Peer(anna.socket.getpeername()[1]) as ghost:
            ghost.send(f"{refused}Ан".encode())
            ghost.reset()
    assert_silence(anna, boris=boris)
    boris.half_close()
    assert boris.rest() == []


def test_a_reset_after_a_refusal_makes_no_name_of_half_of_one(enter, call):
    anna, boris = enter("Аня", "Боря")
    for refused in ["", "Боря", "я" * 33] * 5:
        _, ghost = call(refused)
        assert ghost.line() == PROMPT
        ghost.send("Ан".encode())
        ghost.reset()
        assert_silence(anna, boris=boris)


# A name in pieces, or too much of it


@pytest.mark.parametrize("end, recv_size", [("\n", 8192), ("\r\n", 8192), ("\r\n", 1)])
def test_a_newline_that_comes_later_ends_the_name_and_is_no_goodbye(tmp_path, end, recv_size):
    with (
        patched_server(tmp_path, f"server.PAUSE, server.RECV_SIZE = 0.2, {recv_size}") as server,
        Peer(server.port, "Боря") as boris,
        Peer(server.port) as anna,
    ):
        anna.send("Аня".encode())
        assert boris.line() == f"Аня{JOINED}"  # taken after the pause
        anna.send(end.encode())
        anna.say("привет")
        assert boris.line() == "Аня: привет"
        anna.send(end.encode())
        assert boris.line() == "Аня вышел из чата."


def test_a_newline_that_comes_later_ends_a_message_and_is_no_goodbye(tmp_path):
    with (
        patched_server(tmp_path, "server.PAUSE = 0.2") as server,
        Peer(server.port, "Боря") as boris,
        Peer(server.port) as anna,
    ):
        anna.send("Аня".encode())
        assert boris.line() == f"Аня{JOINED}"
        anna.send("привет".encode())
        assert boris.line() == "Аня: привет"
        anna.send(b"\r\n")
        anna.say("пока")
        assert boris.line() == "Аня: пока"


def test_who_says_too_much_at_first_without_a_newline_is_heard_afterwards(tmp_path):
    with (
        patched_server(tmp_path, "server.PAUSE = 0.2") as server,
        Peer(server.port, "Боря") as boris,
        Peer(server.port) as first,
        Peer(server.port) as second,
        Peer(server.port) as third,
    ):
        for raw, size in (first, 4096), (second, 4097), (third, 20_000):
            raw.send(b"x" * size)
        for raw in first, second, third:
            assert raw.line() == PROMPT and "32" in raw.line() and raw.line() == PROMPT
        time.sleep(1)  # the pause is what this is about
        for i, raw in enumerate([first, second, third]):
            raw.send(f"Гость{i}".encode())
            assert raw.line() == boris.line() == f"Гость{i}{JOINED}"
            raw.send("привет".encode())
            assert raw.line() == boris.line() == f"Гость{i}: привет"
            raw.close()
            assert boris.line() == f"Гость{i} вышел из чата."
