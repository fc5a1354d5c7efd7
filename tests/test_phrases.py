"""How the table of phrases is applied to a Python source, whichever Python cuts it into tokens."""

from types import SimpleNamespace

import pytest

import phrases
from phrases import Phrases, Row

LITERAL = """f"{'да' if ok else f'{name}'} и\""""
SOURCE = f'print({LITERAL}, "нет")  # всё\n'
KINDS = ["STRING", "COMMENT", "OP", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"]
WHOLE = [("OP", "print"), ("OP", "("), ("STRING", LITERAL)]
PARTS = [
    *WHOLE[:2],
    ("FSTRING_START", 'f"'),
    ("OP", "{"),
    ("STRING", "'да'"),
    ("FSTRING_START", "f'"),
    ("OP", "name"),
    ("FSTRING_END", "'"),
    ("FSTRING_MIDDLE", " и"),
    ("FSTRING_END", '"'),
]
REST = [("OP", ","), ("STRING", '"нет"'), ("COMMENT", "# всё")]


def tokens(stream):
    """Yield what tokenize would, for a stream of (kind, text) in the one line of SOURCE."""
    place = 0
    for kind, text in stream:
        place = SOURCE.index(text, place)
        yield SimpleNamespace(type=KINDS.index(kind), start=(1, place), end=(1, place := place + len(text)))


def in_english(source, *rows, place="lab/server.py"):
    """Return a source in English by rows (tuples), all of which have a use, and none of which is missing."""
    table = Phrases(Row(*row) for row in rows)
    english = table.english(source, place)
    assert not table.missing and not table.unused()
    return english


@pytest.mark.parametrize("stream", [None, WHOLE + REST, PARTS + REST], ids=["here", "until 3.11", "from 3.12"])
def test_an_f_string_is_one_literal_for_every_python(monkeypatch, stream):
    if stream:
        monkeypatch.setattr(phrases.tokenize, "generate_tokens", lambda readline: tokens(stream))
        monkeypatch.setattr(phrases.tokenize, "tok_name", KINDS)
    assert [SOURCE[start:end] for start, end in phrases.spans(SOURCE)] == [LITERAL, '"нет"', "# всё"]


def test_only_literals_and_comments_are_translated():
    source = 'имя = f"{имя!r} здесь"  # имя\n'
    assert in_english(source, ("# имя", "# name"), ("{имя!r} здесь", "{имя!r} is here")) == (
        'имя = f"{имя!r} is here"  # name\n'
    )


def test_the_longest_phrase_goes_first():
    rows = ("кот", "cat"), ("кот и пёс", "dog and cat"), ("котёл", "kettle")
    assert in_english('"кот и пёс, кот, котёл\\nкот"', *rows) == '"dog and cat, cat, kettle\\ncat"'


def test_a_phrase_is_no_part_of_a_word():
    table = Phrases([Row("кот", "cat"), Row("lab", "lab/en")])
    assert table.english('"котик, label, кот, lab"', "") == '"котик, label, cat, lab/en"' and table.missing


def test_a_phrase_for_one_place_goes_before_the_one_for_all():
    rows = ("привет", "hello"), ("привет", "привет", "c01-* c02-bytes", "it has letters of two bytes")
    table = Phrases(Row(*row) for row in rows)
    said = [table.english('"привет"', place) for place in ("c01-letters", "c02-bytes", "c02-chat")]
    assert said == ['"привет"', '"привет"', '"hello"']


def test_a_phrase_may_have_many_lines():
    source = '"""Одно.\n\n    Другое.\n    """\nprint("Одно.\\n")\n'
    rows = (r"Одно.\n\n    Другое.\n", r"One thing.\n\n    Another.\n"), ("Одно.", "One.")
    assert in_english(source, *rows) == '"""One thing.\n\n    Another.\n    """\nprint("One.\\n")\n'


def test_what_has_no_phrase_is_named_as_a_whole():
    table = Phrases([Row("Аня", "Anna")])
    assert table.english('print("Аня здесь")', "c01-here") == 'print("Anna здесь")'
    assert table.missing == [("c01-here", "Аня здесь")]


def test_cyrillic_words_are_listed_with_the_reason_of_their_row():
    table = Phrases([Row("да", "да", "c06-utf8", "it is decoded"), Row("нет", "no")])
    assert table.cyrillic('"да" нет', "c06-utf8") == [("да", "it is decoded"), ("нет", "")]
    assert table.cyrillic("да", "c07-utf8") == [("да", "")]
