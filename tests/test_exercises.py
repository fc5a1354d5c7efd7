"""What a student is told by check, hint and solution; each exercise with right and wrong answers."""

import ast
import os
import re
import secrets
import socket
import subprocess
import sys
import textwrap
import threading
from importlib import import_module

import psutil
import pytest

pytest.importorskip("cloudpickle")
import exercises
from exercises import COURSE, Exercise, find

LESSONS = sorted(path.stem for path in (COURSE / "answers").glob("lesson*.py"))
EXERCISES = [
    exercise()
    for lesson in LESSONS
    for exercise in vars(import_module(f"answers.{lesson}")).values()
    if isinstance(exercise, type) and issubclass(exercise, Exercise) and exercise.number
]
WRONG = {
    number: wrong for lesson in LESSONS for number, wrong in import_module(f"wrong_answers.{lesson}").WRONG.items()
}


def written(exercise, code, folder):
    """Return an answer (a function, a value, a Path) as a student would have written it in folder (Path)."""
    code = textwrap.dedent(code).strip() + "\n"
    if "." in exercise.name:
        (folder / exercise.name).write_text(code, encoding="utf-8")
        return folder / exercise.name
    if not exercise.name:
        return ast.literal_eval(code)
    (folder / "cell.py").write_text(code, encoding="utf-8")
    names = {"__name__": "__main__"}
    exec(compile(code, folder / "cell.py", "exec"), names)
    return names[exercise.name]


HANGING = "крутится без остановки", "ваш код ждёт"


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine is no wrong answer: a right one has half a minute for each line."""
    monkeypatch.setattr(exercises, "WAIT", 30)
    monkeypatch.setattr(exercises, "START", 30)


@pytest.fixture
def hasty(monkeypatch):
    """A wrong answer may keep nobody waiting for long."""
    monkeypatch.setattr(exercises, "WAIT", 0.5)
    monkeypatch.setattr(exercises, "LIMIT", 1.5)
    monkeypatch.setenv("EXERCISE_TIMEOUT", "1.5")


def asked(capsys, number, *answer):
    """Return what check prints."""
    exercises.check(number, *answer)
    return capsys.readouterr().out


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_the_solution_is_right(exercise, tmp_path):
    answer = written(exercise, exercise.solution, tmp_path) if exercise.name else exercise.answer
    assert exercises.outcome(exercise, answer) == ""


@pytest.mark.parametrize(
    "number, fragment, code", [(number, *wrong) for number in WRONG for wrong in WRONG[number].items()]
)
def test_a_typical_wrong_answer_is_told_what_is_wrong(number, fragment, code, tmp_path, monkeypatch, hasty):
    exercise = find(number)
    answer = written(exercise, code, tmp_path)
    monkeypatch.chdir(tmp_path)
    if "." in exercise.name:
        monkeypatch.setattr(exercises, "WAIT", 3)  # a script has more to do before it is told
    told = HANGING if fragment in HANGING else [fragment]  # on a busy machine who spins may seem to wait
    judged = exercises.judge if any(words in fragment for words in HANGING) else exercises.outcome
    message = str(judged(exercise, answer))
    if not any(words in message for words in told):  # on a busy machine: once more, with all the time in the world
        monkeypatch.setattr(exercises, "WAIT", 30)
        monkeypatch.setattr(exercises, "LIMIT", 30)
        monkeypatch.setenv("EXERCISE_TIMEOUT", "30")
        message = str(judged(exercise, answer))
    assert any(words in message for words in told) and "ошибка курса" not in message, message


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)
def test_an_exercise_is_complete(exercise):
    assert len(exercise.hints) >= 2 and exercise.solution.strip()
    assert len(WRONG.get(exercise.number, ())) >= 3


def test_an_exercise_stands_once_and_its_number_names_its_lesson():
    assert len({exercise.number for exercise in EXERCISES}) == len(EXERCISES)
    for exercise in EXERCISES:
        assert type(exercise).__module__ == f"answers.lesson{int(exercise.number.split('.')[0]):02}"


# What is said of any exercise, with that of lesson 1: read_all(sock).


def test_a_right_answer_is_told_so_and_so_is_what_it_prints(capsys):
    def read_all(sock):
        data = b""
        while chunk := sock.recv(8192):
            data += chunk
            print(len(chunk) > 0)
        return data

    said = asked(capsys, "1.2", read_all)
    assert re.fullmatch(r"Напечатано .*\n    True\n(.*\n)+✓ 1\.2\. Верно\. .+\n", said)


def test_the_cell_of_an_answer_may_be_long(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("EXERCISE_TIMEOUT", "30")
    answer = written(find("1.2"), find("1.2").solution + "# долго ли, коротко ли\n" * 10_000, tmp_path)
    assert "✓ 1.2." in asked(capsys, "1.2", answer)


def test_an_answer_that_stops_with_an_error_is_told_where(capsys):
    def read_all(sock):
        return sock.recieve(10)

    said = asked(capsys, "1.2", read_all)
    assert "✗ 1.2. Ваш код остановился с ошибкой AttributeError: 'socket' object has no attribute 'recieve'" in said
    assert "return sock.recieve(10)" in said


def test_an_answer_that_waits_for_ever_is_told_where(capsys, hasty):
    def read_all(sock):
        while True:
            if sock.recv(10) == b"":
                threading.Event().wait()

    said = asked(capsys, "1.2", read_all)
    assert "ваш код ждёт" in said and "threading.Event().wait()" in said


def test_a_check_finds_lab_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert exercises.judge(find("6.3"), find("6.3").answer) == ("", "")


def test_an_endless_loop_is_told_so(capsys, hasty):
    def read_all(sock):
        while True:
            pass

    assert "крутится без остановки" in asked(capsys, "1.2", read_all)


def test_an_answer_that_lets_no_other_thread_run_is_told_so(capsys, hasty, monkeypatch):
    monkeypatch.setattr(exercises, "GRACE", 1)
    wrong = "✗ 1.2. Проверка не закончилась: ваш код крутится без остановки.\n"
    assert asked(capsys, "1.2", lambda sock: re.match("(a+)+$", "a" * 99 + "b")) == wrong


def test_an_answer_that_ends_the_program_is_told_so(capsys):
    assert "остановился с ошибкой SystemExit" in asked(capsys, "1.2", lambda sock: sys.exit(1))
    assert "оборвалась" in asked(capsys, "1.2", lambda sock: os._exit(1))


def test_an_answer_that_uses_a_socket_of_the_notebook_is_told_so(capsys):
    with socket.socket() as theirs:
        assert "Пусть всё нужное приходит" in asked(capsys, "1.2", lambda sock: theirs.recv(1))


def test_the_empty_function_of_the_lesson_is_told_so(capsys):
    def read_all(sock):
        """Вернуть всё."""
        ...

    assert asked(capsys, "1.2", read_all) == "✗ 1.2. Функция read_all пока пуста: напишите её тело вместо ...\n"


def test_what_is_no_function_is_told_so(capsys):
    assert "Это не функция, а bytes. Передайте саму функцию" in asked(capsys, "1.2", b"abc")
    assert "Это не функция, а NoneType" in asked(capsys, "1.2", None)


def test_a_function_with_other_parameters_is_told_so(capsys):
    for function in (lambda: b"", lambda sock, size: b""):
        assert "Функцию вызовут так: read_all(sock). Ваша" in asked(capsys, "1.2", function)


def test_a_line_without_an_end_is_shown():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        person = exercises.visit(listener.getsockname()[1])
        with person, listener.accept()[0] as server:
            server.sendall("раз\nдва".encode())
            person.socket.settimeout(0.1)
            with pytest.raises(exercises.Wrong, match="раз.*начало строки без конца: два"):
                exercises.hears(person, "два", "Сервер послал «раз» и «два».")


def test_nothing_at_all_is_told_so(capsys):
    assert "Ответа пока нет" in asked(capsys, "1.2")
    assert "Ответа пока нет" in asked(capsys, "1.2", ...)


def test_an_unknown_number_is_told_so():
    for number in "1.99", "99.1", "x", 1.2, "../1":
        with pytest.raises(LookupError, match="Упражнения .* нет"):
            find(number)


def test_hints_come_one_by_one_and_a_solution_whole(capsys):
    hints = find("1.2").hints
    for number, text in enumerate(hints, 1):
        exercises.hint("1.2")
        assert capsys.readouterr().out == f"Подсказка {number} из {len(hints)}. {text}\n"
    exercises.solution("1.2")
    assert capsys.readouterr().out.startswith("def read_all(sock):\n")


def test_a_check_leaves_nothing_running(capsys, hasty):
    mark = f"poltergeist {secrets.token_hex()}"

    def read_all(sock):
        subprocess.Popen([sys.executable, "-c", f"input('# {mark}')"], stdin=subprocess.PIPE)
        threading.Event().wait()

    asked(capsys, "1.2", read_all)
    assert not [p for p in psutil.process_iter(["cmdline"]) if mark in " ".join(p.info["cmdline"] or ())]


def test_interrupting_a_check_leaves_nothing_running(monkeypatch, hasty):
    begun = []

    def communicate(process, *rest):
        begun.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", communicate)
    with pytest.raises(KeyboardInterrupt):
        exercises.check("1.2", lambda sock: threading.Event().wait())
    assert begun[0].returncode is not None


def test_a_restless_script_lets_others_go_first_until_its_budget_is_spent(monkeypatch):
    import restless

    frame = sys._getframe()
    monkeypatch.setattr(sys, "argv", [frame.f_code.co_filename])
    monkeypatch.setattr(restless, "left", {True: -1, False: restless.BUDGET})
    assert restless.step_aside(frame, "line", None) is restless.step_aside
    assert restless.left[False] < restless.BUDGET and restless.left[True] == -1
    monkeypatch.setattr(restless, "left", {True: -1, False: -1})
    assert restless.step_aside(frame, "line", None) is None
    monkeypatch.setattr(restless, "left", {True: restless.BUDGET, False: restless.BUDGET})
    monkeypatch.setattr(sys, "argv", ["another.py"])
    assert restless.step_aside(frame, "line", None) is None
