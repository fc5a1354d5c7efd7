"""Questions for a defence: about the lines of that very program, with answers that are true of it."""

import json
import re
from pathlib import Path

import pytest

from instructor.defence import words
from instructor.defence.questions import MOST, ROLES, questions

TESTS = Path(__file__).resolve().parent
CORPUS = TESTS / "submissions"
THREE = {
    "sample": ("../sample/server.py", "../sample/client.py"),
    "lines": ("servers/lines.py", "clients/lines.py"),
    "classes": ("servers/classes.py", "clients/classes.py"),
}


def sources(server, client=None):
    """Return {role: text} of programs in the corpus."""
    paths = {"server.py": server, "client.py": client}
    return {role: (CORPUS / path).read_text(encoding="utf-8") for role, path in paths.items() if path}


def every(texts, monkeypatch):
    """Return all that could be asked about texts ({role: text}), as {(role, kind): what a good answer holds}."""
    monkeypatch.setattr("instructor.defence.questions.MOST", 999)
    return {(question.file, question.kind): "\n".join(question.holds) for question in questions(texts)}


@pytest.mark.parametrize("name", THREE)
def test_a_submission_gets_ten_questions_and_always_the_same(name):
    texts = sources(*THREE[name])
    asked = questions(texts)
    assert len(asked) == MOST and asked == questions(texts)
    assert all(question.holds for question in asked)
    assert {question.file for question in asked} == {"server.py", "client.py"}


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("name", THREE)
def test_every_line_that_is_quoted_stands_in_the_program_under_its_number(name, language, monkeypatch):
    monkeypatch.setattr("instructor.defence.questions.MOST", 999)
    texts = sources(*THREE[name])
    lines = {role: [line.strip() for line in text.splitlines()] for role, text in texts.items()}
    cited = 0
    for question in questions(texts, language=language):
        assert lines[question.file][question.line - 1] == question.quote
        quoted = r"(client\.py: |server\.py: )?\b(\d+) `([^`]+)`"
        for other, number, code in re.findall(quoted, "\n".join(question.holds)):
            file = other.removesuffix(": ") or question.file
            assert lines[file][int(number) - 1].replace("`", "'").startswith(code.removesuffix("…")), question
            cited += 1
    assert cited > 50


def test_no_question_tells_a_line_that_its_answer_asks_for():
    for name in THREE:
        for question in questions(sources(*THREE[name])):
            assert not re.search(r"\d+ `", question.text)


SERVER, CLIENT = sources(*THREE["sample"]).values()
LINES = sources("servers/lines.py")["server.py"]

HEARING = "        except Exception as e:\n            print(f\"Ошибка: {e}\")"  # the server's handlers
SENDING = "        except Exception as e:\n            print(f\"Ошибка отправки"
JOINING = "    client_names.append(username)\n"

# What is changed in the sample, which question, what a good answer has then (and had not before, if it is changed).
TRUE = {
    "who notices the end": ([], "end", "28 `if message:`.*31 `remove_user.*32 `break`.*66 `threading.Thread"),
    "nothing notices it": (
        [("            if message:\n", "            if True:\n")],
        "end",
        "не замечает никто|Не замечает",
    ),
    "a reset is caught": ([], "reset", "33 `except Exception.*35 `remove_user.*50 `connected_clients.remove"),
    "a reset is not caught": ([(HEARING, HEARING.replace("Exception", "KeyError"))], "reset", "не ловит ни одна"),
    "the third is skipped": ([], "dead", "Третий не услышит, хотя.*без копии"),
    "a copy saves the third": (
        [("in connected_clients:\n        try", "in list(connected_clients):\n        try")],
        "dead",
        "Третий услышит",
    ),
    "an error ends the round": ([(SENDING, SENDING.replace("Exception", "KeyError"))], "dead", "обрывает весь цикл"),
    "four threads": ([], "stands", "65 `client_socket.*27 `message.*Всего потоков: 4"),
    "the speaker's thread sends": ([], "whose", "29 `send_message.*Анин"),
    "what is kept": ([], "lists", "19 `connected_clients.append.*51 `client_names.remove"),
    "how many are left": ([], "lists", "client_names` два элемента.*`username`.*в том порядке"),
    "a set has no order": (
        [
            ("connected_clients = []", "connected_clients = set()"),
            ("connected_clients.append(client_socket)", "connected_clients.add(client_socket)"),
        ],
        "lists",
        "Порядка у множества нет",
    ),
    "nobody is taken out": (
        [("        connected_clients.remove(client_socket)\n", "")],
        "lists",
        "connected_clients` три элемента",
    ),
    "no lock": ([], "lock", "Блокировки там нет.*18 .*19 .*40 .*50 .*51 "),
    "a nameless one is announced": ([], "ghost", "не проверяет никто.*« присоединился к чату.».*22 "),
    "a nameless one is checked": (
        [(JOINING, "    if not username:\n        return\n" + JOINING)],
        "ghost",
        "проверяет строка 18 `if not username",
    ),
    "the first namesake is removed": ([], "namesake", "не сравнивает.*51 `client_names.remove"),
    "glued": ([], "glued", "'Аня: раздва'.*29 "),
    "the wire": ([], "wire", r"'Аня: да'.*Знака \\n на конце не ставит"),
    "half a letter is caught": ([], "letter", "UnicodeDecodeError.*33 `except Exception"),
    "half a letter is not": ([(HEARING, HEARING.replace("Exception", "OSError"))], "letter", "не ловит ни одна"),
    "threads keep the process": ([], "ctrl-c", "не ловит никто.*не кончится"),
    "daemons do not": (
        [("client_address)).start", "client_address), daemon=True).start")],
        "ctrl-c",
        "вместе с главным",
    ),
}
RARE = {  # said of no program here
    "absent-raises", "again-passes", "daemon-ends", "finally",
    "no-threads", "overwrites", "size-changed", "types-on",
}  # fmt: skip


@pytest.mark.parametrize("what", TRUE)
def test_what_a_good_answer_holds_is_true_of_the_program(what, monkeypatch):
    changes, kind, holds = TRUE[what]
    text = SERVER
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = every({"server.py": text, "client.py": CLIENT}, monkeypatch)
    assert re.search(holds, found["server.py", kind], re.S), found["server.py", kind]
    if changes and (before := every({"server.py": SERVER}, monkeypatch).get(("server.py", kind))):
        assert not re.search(holds, before, re.S), before


def test_a_thread_that_writes_for_one_person_is_told_from_the_speakers(monkeypatch):
    found = every({"server.py": LINES}, monkeypatch)
    assert re.search(r"кладёт слово в очередь: 36 .*26 `sock.sendall.*73 ", found["server.py", "whose"], re.S)
    assert "Всего потоков: 7" in found["server.py", "stands"]
    assert re.search(r"16 `while data.*64 `for line.*76 `remove_user.*87 ", found["server.py", "end"], re.S)


def test_only_the_calls_that_a_word_takes_lead_to_its_sending(monkeypatch):
    found = every({"server.py": SERVER}, monkeypatch)["server.py", "whose"]
    assert "29 `send_message" in found and not re.search(r"(22|31|35|45|53) `", found)


def test_people_in_turn_are_heard_and_told_by_the_main_thread(monkeypatch):
    found = every(sources("servers/turns.py", "clients/lines.py"), monkeypatch)
    assert re.search(r"^Главный поток.*ведут вызовы: 55 `send_message", found["server.py", "whose"], re.S)
    assert "Всего потоков: 2" in found["server.py", "stands"]


def test_the_function_that_reads_notices_the_end_before_its_caller(monkeypatch):
    found = every(sources("servers/turns.py"), monkeypatch)["server.py", "end"]
    assert re.search(r"^Первой .*13 `if not data:` в read_line.*проверяет строка 54 `if line", found, re.S)


def test_the_client_is_asked_where_each_thread_stands_and_the_answer_says_it(monkeypatch):
    for name, listens, types in ("lines", 12, 24), ("nick", 13, 27):
        found = every(sources(f"servers/{name}.py", f"clients/{name}.py"), monkeypatch)["client.py", "gone"]
        assert re.search(rf"^Слушающий поток стоит на {listens} .*\n.*{types} `text = input", found), found


def test_a_socket_that_is_closed_already_raises_at_the_first_word(monkeypatch):
    for name, closes, fails in ("classes", 34, 17), ("nick", 33, 16):
        found = every(sources(f"servers/{name}.py"), monkeypatch)["server.py", "erased-removal"]
        assert re.search(rf"закрыт \({closes} .*{fails} .*Остальные услышат", found, re.S), found
    assert "со второго слова" in every({"server.py": SERVER}, monkeypatch)["server.py", "erased-removal"]


def test_the_line_that_removes_the_dead_one_later_is_told(monkeypatch):
    found = every(sources("servers/raw.py"), monkeypatch)["server.py", "dead"]
    assert re.search("Второго отсюда не убирают.*51 `connected_clients.pop", found)


def test_a_removal_that_does_not_look_for_the_name_removes_the_second_namesake(monkeypatch):
    found = every(sources("servers/turns.py"), monkeypatch)["server.py", "namesake"]
    assert re.search("39 `if name:.*не по имени.*28 `people.remove", found, re.S)


def test_words_that_come_in_one_piece_are_shown_as_they_are_heard(monkeypatch):
    found = every(sources(*THREE["classes"]), monkeypatch)["server.py", "glued"]
    assert "'<Аня> раз', '<Аня> два': 28 `self.chat.say" in found


def test_a_student_who_writes_in_english_is_asked_in_english_words():
    english = CLIENT.replace("покинуть чат", "leave the chat")
    asked = questions({"server.py": SERVER, "client.py": english}, language="en")
    said = "\n".join(line for question in asked for line in (question.text, *question.holds))
    assert "Somebody types “leave the chat”." in said and "Bytes: 3, b'yes'" in said
    assert not re.search("[«»]|Аня|«да»", said)


def test_what_anyone_would_guess_is_asked_where_nothing_better_is_left():
    for name in THREE:
        texts = sources(*THREE[name])
        for other in range(6):  # others are drawn then
            asked = questions(texts | {"server.py": texts["server.py"] + f"# {other}\n"})
            assert all(question.kind != "value" for question in asked)


def test_a_line_moved_under_its_lock_stops_there(monkeypatch):
    texts = sources("servers/raw.py")
    found = every(texts, monkeypatch)["server.py", "again"]
    assert re.search(r"навсегда на 37 `with lock.*10 `lock.*до одной из строк: 19 .*37 .*47 ", found, re.S)
    texts["server.py"] = texts["server.py"].replace("Lock()", "RLock()")
    assert "Ничего: 10 `lock = threading.RLock" in every(texts, monkeypatch)["server.py", "again"]
    assert ("server.py", "again") not in every({"server.py": SERVER}, monkeypatch)


def test_a_call_that_stands_under_the_lock_already_is_not_moved_there(monkeypatch):
    text = LINES.replace("    if name:\n        send_message", "    with lock:\n        send_message")
    text = text.replace("    send_message(f\"{name} присоединился", "    print(f\"{name} присоединился")
    assert ("server.py", "again") not in every({"server.py": text}, monkeypatch)


def test_who_is_kept_before_giving_a_name_is_not_called_absent(monkeypatch):
    text = SERVER.replace("    connected_clients.append(client_socket)\n", "")
    text = text.replace(
        '    client_socket.send("Введите',
        '    connected_clients.append(client_socket)\n    client_socket.send("Введите',
    )
    assert text != SERVER and ("server.py", "early") not in every({"server.py": text}, monkeypatch)


def test_the_one_who_listens_may_be_the_main_thread(monkeypatch):
    client = (
        "import socket, threading\nsock = socket.create_connection(('localhost', 8080))\n"
        "def types():\n    while True:\n        sock.sendall(input().encode())\n"
        "threading.Thread(target=types, daemon=True).start()\n"
        "while True:\n    data = sock.recv(1024)\n    if not data:\n        break\n    print(data.decode())\n"
    )
    found = every({"client.py": client}, monkeypatch)["client.py", "gone"]
    assert re.search("^Главный поток: 8 `data = sock.*клавиатуру, стоит на 5 ", found, re.S), found


EARLY = {
    "another list is checked": (
        sources("servers/raw.py")["server.py"].replace("client_socket not in connected", "client_socket not in other"),
        "50 `index = connected_clients.index.*бросит новую",
    ),
    "nothing catches it": (SERVER, "не ловит ни одна.*никто не пытается"),
    "it is checked": (sources("servers/raw.py")["server.py"], "29 `except.*это учтено: 48 `if client_socket not in"),
    "pop has a default": (LINES, "77 `except OSError.*это учтено: 51 .*52 "),
    "it is not checked": (
        sources("servers/raw.py")["server.py"].replace(
            "        if client_socket not in connected_clients:\n            return\n", ""
        ),
        "48 `index = connected_clients.index.*бросит новую",
    ),
}


@pytest.mark.parametrize("what", EARLY)
def test_removing_somebody_who_has_not_joined_yet(what, monkeypatch):
    text, holds = EARLY[what]
    found = every({"server.py": text}, monkeypatch)["server.py", "early"]
    assert re.search(holds, found, re.S), found


def test_the_client_s_two_threads_are_told_apart(monkeypatch):
    found = every({"client.py": CLIENT}, monkeypatch)
    assert re.search(r"11 `if message.*14 .*15 `break.*ждёт Enter на 29 ", found["client.py", "gone"], re.S)
    assert re.search(r"32 `break.*39 `client_socket.close.*10 .*не будит ничто", found["client.py", "quits"], re.S)
    leaves = CLIENT.replace(
        "    client_socket.close()", "    client_socket.shutdown(socket.SHUT_RDWR)\n    client_socket.close()"
    )
    assert "Его будит shutdown" in every({"client.py": leaves}, monkeypatch)["client.py", "quits"]


def test_another_program_is_asked_other_questions():
    kinds = [{question.kind for question in questions({"server.py": SERVER + f"# {n}\n"})} for n in range(6)]
    assert len(set(map(frozenset, kinds))) > 1


def odd():
    """Return programs (str) with which a reader of trees may have trouble."""
    files = [*CORPUS.glob("servers/*.py"), *CORPUS.glob("clients/*.py"), *CORPUS.glob("attacks/*.py")]
    found = {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(files)}
    return found | {
        "empty": "",
        "python2": "print 'chat'\n",
        "zero": "\0",
        "deep": "(" * 5000,
        "long": "x = 1\n" * 20_000,
        "sum": "x = " + "1+" * 50_000 + "1",
        "nested": "".join("    " * n + "if recv():\n" for n in range(90)) + "    " * 90 + "recv()\n",
        "recursive": "def a():\n    while True:\n        b(recv())\ndef b(x):\n    return a()\na()\n",
        "circle": "def a():\n    for x in b(): yield x\ndef b():\n    for x in a(): yield x\nfor x in a(): send(x)\n",
        "lambda": "import threading\nthreading.Thread(target=lambda: s.recv(1)).start()\n(lambda: s.accept())()\n",
        "top": "while True:\n    try:\n        m = s.recv(1)\n    finally:\n        s.close()\n    if m: continue\n",
        "match": "match s.recv(1):\n    case b'':\n        s.close()\n    case _:\n        s.send(b'')\n",
    }  # fmt: skip


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_odd_program_breaks_the_asking(language):
    for name, text in odd().items():
        for role in "server.py", "client.py":
            assert len(questions({role: text}, language=language)) <= MOST, name
        questions({"server.py": text, "client.py": text})


def test_both_languages_have_the_same_places():
    for key, phrases in words.PHRASES.items():
        places = [set(re.findall(r"\{(\w+)\}", phrase)) for phrase in phrases]
        assert places[0] == places[1], key


def test_every_phrase_is_said_of_some_program(monkeypatch):
    said = set()
    monkeypatch.setattr("instructor.defence.questions.say", lambda key, *_, **__: said.add(key) or key)
    expected = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))
    for files in (about["files"] for about in expected.values()):
        if all(isinstance(files.get(role), str) for role in ROLES):
            texts = {role: (CORPUS / files[role]).read_text(encoding="utf-8", errors="replace") for role in ROLES}
            every(texts, monkeypatch)
    for changes, *_ in TRUE.values():
        text = SERVER
        for old, new in changes:
            text = text.replace(old, new)
        every({"server.py": text, "client.py": CLIENT}, monkeypatch)
    assert set(words.PHRASES) - said <= RARE
