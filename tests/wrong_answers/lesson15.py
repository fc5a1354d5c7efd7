"""What students write in lesson 15, and a part of what they are told then."""

from exercises import COURSE
from wrong_answers.lesson13 import client

RIGHT = (COURSE / "answers/stages/lesson15/client.py").read_text(encoding="utf-8")
STOP = "app.loop.call_soon_threadsafe(lambda: app.is_done or app.exit())"

WRONG = {
    "15.1": {
        "вышло: ['> недописан', 'Борис: ты тут?', '> недописан']": """
            def redraw(text, typed):
                return f"\\n{text}\\n> {typed}"
        """,
        "вышло: ['Я: дань длинная строка', '> очень": """
            def redraw(text, typed):
                return f"\\r{text}\\n> {typed}"
        """,
        "вышло: ['Борис: ты тут?', '']": """
            def redraw(text, typed):
                return f"\\r\\x1b[K{text}\\n"
        """,
        "В какой колонке курсор?": """
            def redraw(text, typed):
                return f"\\r\\x1b[K{text}\\n> {typed}\\r"
        """,
        "Печатать самой не надо": """
            def redraw(text, typed):
                print(f"\\r\\x1b[K{text}\\n> {typed}", end="")
        """,
        "не знает": """
            def redraw(text, typed):
                return f"\\x1b[2J{text}\\n> {typed}"
        """,
    },
    "15.2": {
        "в потоке, который вызвал call": """
            def call(loop, function):
                function()
        """,
        "в новом потоке": """
            import threading

            def call(loop, function):
                thread = threading.Thread(target=function)
                thread.start()
                thread.join()
        """,
        "call вернулась раньше, чем function выполнена": """
            import time

            def call(loop, function):
                loop.call_soon_threadsafe(function)
                time.sleep(0.1)
        """,
        "вернулась раньше": """
            def call(loop, function):
                loop.call_soon_threadsafe(function)
        """,
        "Non-thread-safe operation": """
            import threading

            def call(loop, function):
                done = threading.Event()
                loop.call_soon(lambda: (function(), done.set()))
                done.wait()
        """,
        "call всё ещё работает": """
            import threading

            def call(loop, function):
                done = threading.Event()
                loop.call_soon_threadsafe(function)
                done.wait()
        """,
    },
    "15.3": {
        "Ждали сообщение отдельной строкой": client(),
        "вышло: 'Аня', и больше ничего": client(END='""'),
        "всё ещё работает": RIGHT.replace(STOP, "pass"),
        "а на экране ошибка": RIGHT.replace("suppress(AttributeError, RuntimeError)", "suppress(RuntimeError)"),
        "терминал после программы испорчен": RIGHT.replace(STOP, "os._exit(0)"),
        "к серверу не подключился": "import socket",
    },
}
