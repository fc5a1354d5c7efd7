"""What students write in lesson 9, and a part of what they are told then."""

from exercises import COURSE

SERVER = (COURSE / "answers/stages/lesson09/server.py").read_text(encoding="utf-8")


def but(old, new):
    """Return the server of lesson 9 with one thing done wrong."""
    assert old in SERVER
    return SERVER.replace(old, new)


BEFORE = (COURSE / "answers/stages/lesson08/server.py").read_text(encoding="utf-8")
UNUSED = BEFORE.replace("with lock:", "if True:").replace("lock = threading.Lock()", "inbox = queue.SimpleQueue()")


WRONG = {
    "9.1": {
        "('клиент 2', None)": """
            def decide(names, client, line):
                if line is None:
                    return f"{names.pop(client, None)} вышел из чата."
                if client not in names:
                    names[client] = line
                    return f"{line} присоединился к чату."
                return f"{names[client]}: {line}"
        """,
        "вышло: 'Аня: '": """
            def decide(names, client, line):
                if client not in names:
                    if not line:
                        return None
                    names[client] = line
                    return f"{line} присоединился к чату."
                if line is None:
                    return f"{names.pop(client)} вышел из чата."
                return f"{names[client]}: {line}"
        """,
        "а не напечатать": """
            def decide(names, client, line):
                if client not in names:
                    names[client] = line
                    print(f"{line} присоединился к чату.")
                elif line:
                    print(f"{names[client]}: {line}")
        """,
        "Что осталось в словаре": """
            def decide(names, client, line):
                if names.get(client) is None:
                    if not line:
                        return None
                    names[client] = line
                    return f"{line} присоединился к чату."
                if not line:
                    name, names[client] = names[client], None
                    return f"{name} вышел из чата."
                return f"{names[client]}: {line}"
        """,
    },
    "9.2": {
        "вышло: [0]": """
            def take_batch(inbox, limit):
                return [inbox.get()]
        """,
        "вышло: [0, 1, 2, 3, 4]": """
            def take_batch(inbox, limit):
                items = [inbox.get()]
                while not inbox.empty():
                    items.append(inbox.get())
                return items
        """,
        "процессор занят зря": """
            def take_batch(inbox, limit):
                while inbox.empty():
                    pass
                items = []
                while not inbox.empty() and len(items) < limit:
                    items.append(inbox.get())
                return items
        """,
        "ждала в get третьего": """
            import queue
            def take_batch(inbox, limit):
                items = [inbox.get()]
                try:
                    while len(items) < limit:
                        items.append(inbox.get(timeout=0.05))
                except queue.Empty:
                    pass
                return items
        """,
        "Первое письмо она должна дождаться": """
            def take_batch(inbox, limit):
                items = []
                while not inbox.empty() and len(items) < limit:
                    items.append(inbox.get())
                return items
        """,
        "ваш код ждёт": """
            def take_batch(inbox, limit):
                return [inbox.get() for _ in range(limit)]
        """,
    },
    "9.3": {
        "до его прихода": """
            ["Аня присоединился к чату.", "Аня: есть кто?", "Борис присоединился к чату.", "Борис: я тут",
             "Аня: пока", "Аня вышел из чата."]
        """,
        "уже попрощалась": """
            ["Борис присоединился к чату.", "Борис: я тут", "Аня: пока", "Аня вышел из чата.", "Аня: эй"]
        """,
        "Приглашение назвать имя": """
            ["Введите своё имя:", "Борис присоединился к чату.", "Борис: я тут", "Аня: пока", "Аня вышел из чата."]
        """,
        "до последней точки": """
            ["Борис присоединился к чату", "Борис: я тут", "Аня: пока", "Аня вышел из чата"]
        """,
        "О своём приходе": """["Борис: я тут", "Аня: пока", "Аня вышел из чата."]""",
        "Ответ — список": "4",
        "Сверьте порядок": """
            ["Борис присоединился к чату.", "Аня: пока", "Борис: я тут", "Аня вышел из чата."]
        """,
    },
    "9.4": {
        "нет очереди": but("queue.SimpleQueue()", "[]"),
        "ничего не кладут": UNUSED,
        "впустили нескольких": but(
            "            inbox.put((client_socket, line))",
            "            decide(client_socket, line) if client_socket not in connected_clients "
            "else inbox.put((client_socket, line))",
        ),
        "рассылает не один поток": but(
            "            inbox.put((client_socket, line))",
            "            decide(client_socket, line) if client_socket in connected_clients "
            "else inbox.put((client_socket, line))",
        ),
        "осталась блокировка": but("left = set()", "lock = threading.Lock()\nleft = set()"),
        "Слышит ли он себя?": but(
            "    inbox.put((client_socket, None))\n",
            "    client_socket.close()\n    inbox.put((client_socket, None))\n",
        ),
        "ждали: Имя не может быть пустым.": but(
            "            inbox.put((client_socket, line))",
            "            if not line:\n                break\n            inbox.put((client_socket, line))",
        ),
        "ждали: Глеб вышел": but("    elif not line:", "    elif line is None:"),
        "спросили имя снова": but('f"{reason}\\n{PROMPT}"', 'f"{reason}\\n"'),
        "close() его не закончит": but("        disconnect(client_socket)\n", "        client_socket.close()\n"),
        "его соединение не закончено": but("        disconnect(client_socket)\n", ""),
        "name 'client' is not defined": but("        add_user(client_socket, line)", "        add_user(client, line)"),
        "слышно после того": but("        elif client_socket not in left:", "        else:"),
        "ждали: Борис вышел из чата.": but("    inbox.put((client_socket, None))\n", ""),
        "У Веры оборвалась связь": but("except OSError", "except EOFError"),
        "закончился, не начав": but("import threading\n", "import treading\n"),
        "не понимает server.py": but("while True:", "while True"),
    },
}
