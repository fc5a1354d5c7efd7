"""What students write in lesson 12, and a part of what they are told then."""

from exercises import COURSE

SERVER = (COURSE / "answers/stages/lesson12/server.py").read_text(encoding="utf-8")


def but(old, new):
    """Return the server of lesson 12 with one thing done wrong."""
    assert old in SERVER
    return SERVER.replace(old, new)


WRONG = {
    "12.1": {
        "Нужен put_nowait": """
            def note(lines, line):
                if not lines.full():
                    lines.put(line)
        """,
        "ошибкой Full": """
            def note(lines, line):
                lines.put_nowait(line)
        """,
        "вышло: ['два', 'три']": """
            def note(lines, line):
                if lines.full():
                    lines.get()
                lines.put_nowait(line)
        """,
        "Очередь опустела": """
            def note(lines, line):
                if lines.empty():
                    for one in "раз", "два":
                        lines.put_nowait(one)
        """,
    },
    "12.2": {
        "бросил RuntimeError, и persist его проглотила": """
            def persist(call, wait):
                while True:
                    try:
                        return call()
                    except (TimeoutError, ConnectionError):
                        pass
                    except (OSError, RuntimeError):
                        wait()
        """,
        "OSError, OSError, OSError, потом удался. Что вернула persist?": """
            def persist(call, wait):
                for _ in range(5):
                    try:
                        return call()
                    except (TimeoutError, ConnectionError):
                        pass
                    except OSError:
                        wait()
        """,
        "Сколько раз надо было ждать?\n    ждали: 0": """
            def persist(call, wait):
                while True:
                    try:
                        return call()
                    except OSError:
                        wait()
        """,
        "Сколько раз надо было ждать?\n    ждали: 1\n    вышло: 0": """
            def persist(call, wait):
                while True:
                    try:
                        return call()
                    except OSError:
                        continue
        """,
        "остановился с ошибкой OSError": """
            def persist(call, wait):
                try:
                    return call()
                except OSError:
                    wait()
                return call()
        """,
        "проглотила": """
            def persist(call, wait):
                while True:
                    try:
                        return call()
                    except (TimeoutError, ConnectionError):
                        pass
                    except Exception:
                        wait()
        """,
        "вышло: None": """
            def persist(call, wait):
                while True:
                    try:
                        call()
                        return
                    except (TimeoutError, ConnectionError):
                        pass
                    except OSError:
                        wait()
        """,
    },
    "12.3": {
        "Наоборот": "[0, 1]",
        "список из двух чисел": "1",
        "вышло: [2, 0]": "[2, 0]",
    },
    "12.4": {
        "всё ещё работает": but("args=newcomer, daemon=True", "args=newcomer").replace("os._exit(0)", "pass"),
        "Traceback": but("except KeyboardInterrupt:", "except ZeroDivisionError:"),
        "крутится без остановки": but("            time.sleep(1)\n", ""),
        "дескрипторы: пришёл лишний гость": but(
            "except OSError as error:\n            log(f\"Новые", "except EOFError as error:\n            log(f\"Новые"
        ),
    },
}
