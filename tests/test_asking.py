"""What the grading understands of programs' words: what is asked, why one can't be run, what is news."""

import re

import pytest

from lab.grader import asking, excuses
from lab.grader.programs import NAMED, Work
from lab.grader.submissions import Submission

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Введите IP-адрес сервера: ", "{host}"),
        ("Адрес сервера [localhost]: ", "{host}"),
        ("Введите имя сервера:", "{host}"),
        ("Enter server port> ", "{port}"),
        ("Сервер чата 1.0\nПорт:", "{port}"),
        ("Введите хост и порт через пробел: ", "{host} {port}"),
        ("Куда подключаемся (host:port)? ", "{host}:{port}"),
        ("Порт и адрес через запятую:", "{port}, {host}"),
        ("Ваше ФИО: ", "{name}"),
        ("Choose your nickname: ", "{name}"),
        ("Введите имя и комнату:", "{name} {room}"),
        ("В какую комнату войти?", "{room}"),
        ("Пароль: ", "{password}"),
        ("Сколько человек пускать?", "{count}"),
        ("Показывать время? (y/n) ", "{y}"),
    ],
)
def test_a_question_gets_its_answer(words, answer):
    assert asking.answer(words, asking.kinds(words)) == answer


@pytest.mark.parametrize(
    "words", ["", "Аня присоединилась к чату.", "Сервер запущен на порту 8080", "Имя: занято.\nДобро пожаловать в чат"]
)
def test_what_is_no_question_gets_no_answer(words):
    assert not asking.kinds(words)


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("Запуск: python client.py АДРЕС ПОРТ ИМЯ", ["{host}", "{port}", "{name}"]),
        ("Usage: python3 client.py <nickname> <host> <port>", ["{name}", "{host}", "{port}"]),
        (
            "usage: client.py [-h] --host HOST --port PORT\n                 --name NAME\n"
            "client.py: error: the following arguments are required: --host, --port, --name",
            ["--host", "{host}", "--port", "{port}", "--name", "{name}"],
        ),
        ("Пример: client.py 127.0.0.1 8080", ["{port}"]),
        ('Traceback\n  File "client.py", line 3, in <module>\nIndexError: list index out of range', []),
    ],
)
def test_usage_tells_the_arguments(words, arguments):
    assert asking.usage(words, "client.py") == arguments


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("host, port = 'localhost', 8080", []),
        ("nickname = sys.argv[1]", ["{name}"]),
        ("HOST = argv[1]\nPORT = int(sys.argv[2])\nuser_name = sys.argv[3]", ["{host}", "{port}", "{name}"]),
        ("something = sys.argv[1]", []),
    ],
)
def test_code_tells_the_arguments(code, arguments):
    assert asking.in_code(code) == arguments


def test_names_have_the_form_that_is_wanted():
    for name in "Аня", "Борис", "Виктор", "Галя", "Гость17":
        assert re.fullmatch("[A-Z][a-z]{,7}", asking.latin(name))
    assert asking.latin("Аня") != asking.latin("Аня")  # nobody knows it beforehand


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("ModuleNotFoundError: No module named 'loguru'", "пакет loguru"),
        ("ModuleNotFoundError: No module named 'google.protobuf'", "пакет google"),
        ("ModuleNotFoundError: No module named 'msvcrt'", "msvcrt есть только в Windows"),
        ("AttributeError: module 'os' has no attribute 'startfile'", "startfile есть только в Windows"),
        ("_tkinter.TclError: no display name and no $DISPLAY environment variable", "экран"),
        ("_curses.error: setupterm: could not find terminal", "терминал"),
    ],
)
def test_what_is_missing_here_is_an_excuse(words, reason):
    assert reason in excuses.excuse(f"Traceback (most recent call last):\n{words}\n")


@pytest.mark.parametrize(
    "words",
    [
        "ModuleNotFoundError: No module named 'treading'",
        "ModuleNotFoundError: No module named 'sockets'",
        "NameError: name 'socket' is not defined",
        "OSError: [Errno 98] Address already in use",
        '  File "server.py", line 3\n    print(f"{a")\n           ^\nSyntaxError: f-string: expecting \'}\'',
        '  File "server.py", line 3\n    print "a"\n    ^^^^^^\nSyntaxError: Missing parentheses in call to \'print\'.',
    ],
)
def test_a_fault_is_no_excuse(words):
    assert not excuses.excuse(f"Traceback (most recent call last):\n{words}\n")


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("""print(f"{names["Аня"]}: {text}")""", "3.12"),
        ("type Clients = dict[str, socket.socket]", "3.12"),
        ("def first[T](items: list[T]) -> T:", "3.12"),
        ("except* OSError:", "3.11"),
    ],
)
def test_syntax_of_a_newer_python_is_an_excuse_with_version_and_line(line, version):
    reason = excuses.newer(7, line, "invalid syntax", here=(3, 10, 4))
    assert reason == f"строка 7 — для Python {version} и новее, а здесь Python 3.10.4"
    assert not excuses.newer(7, line, "invalid syntax", here=(3, 12, 0))


@pytest.mark.parametrize(
    ("before", "heard", "news"),
    [
        ("{}: ", "Борис присоединился", True),
        ("{}: ", "Борис: \nБорис вышел из чата", True),
        ("{} ", "пришёл Борис", True),
        ("{} -> ", "К нам пришёл(ла) Борис", True),
        ("{} -> ", "Борис -> \nОт нас ушёл Борис", True),
        ("[12:30] {}: ", "[12:31] Борис ушёл", True),
        ("{}: ", "Борис: Борис", False),
        ("Сообщение от {}: ", "Сообщение от Борис: ", False),
        ("Сообщение от клиента 1: ", "Сообщение от клиента 2: Борис", False),
        ("{}: ", "Борис: покинуть чат\n", False),
        ("{}: ", "Борис: leave the chat\n", False),
        ("Сказал {}: ", "орис: Сказал Борис: Сказал Борис: Сказал Бор", False),
        ("Сказал {}: ", "Сказал Борис: Сказал Бо\nрис: Сказал Борис: Ска", False),
        ("", "Борис", False),
        ("{}: ", "Борис: \nБорException in thread Thread-1 (listen):\n", False),
        ("{}: ", "Борис: \nTraceback (most recent call last):\n  File \"client.py\"\nValueError: no such\n", False),
        ("{}: ", "Борис: \nTraceback (most recent call last):\n  x = y\nError: no\nБорис вышел\n", True),
        ("{}: ", "Борис: \nБорис\ufffd", False),
        ("{}: ", "Борис: Бор\ufffd\n\ufffdрис: Борис: ", False),
        ("{}: ", "рис: \n" + "Борис: \n" * 10_000 + "Борис\ufffd", False),
        ("{}: ", "рис: \n" + "Борис: \n" * 10_000 + "Борис вышел\n", True),
    ],
)
def test_news_is_no_message(tmp_path, before, heard, news):
    chat = Work(tmp_path).chat()
    chat.secrets = {"Борис": "Борис"}
    chat.work.before = before.format(NAMED)
    assert chat.is_news(heard, "Борис") == news


def test_parts_of_points_add_up_beyond_those_that_are_paid():
    criterion = {"criterion": "many", "points": 30, "parts": 12, "paid": 2}
    lines = [f"{number} слышит\n" for number in range(12)]
    earned = []
    for heard in 0, 2, 6, 12:
        result = {
            "passed": heard == 12,
            "heard": "".join(lines[:heard]) + "    11 слышит\n",
            "expected": "".join(lines),
        }
        earned.append(Submission("a", None, {"many": result}).earned(criterion))
    assert earned == [0, 0, 12, 30]


def test_what_people_say_is_no_excuse():
    assert not excuses.excuse("Аня: ModuleNotFoundError: No module named 'loguru'")
