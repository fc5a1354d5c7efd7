"""What students write in lesson 7, and a part of what they are told then."""

from answers.lesson07 import STAGE

SERVER = (STAGE / "server.py").read_text(encoding="utf-8")

TAKEN = """
    if shape(username) in [shape(name) for name in client_names]:
        return f"Имя {username} уже занято."
"""
LET_IN = """
    with lock:
        reason = why_not(username)
"""
SLOWLY = "        threading.Event().wait(0.05)\n"  # a race that is certain

WRONG = {
    "7.1": {
        "ждали: ['Аня', 'Борис']\n    вышло: ['Борис', 'Аня']": """
            def take_out(client_socket, connected_clients, client_names):
                if client_socket in connected_clients:
                    name = client_names[connected_clients.index(client_socket)]
                    connected_clients.remove(client_socket)
                    client_names.remove(name)
                    return name
        """,
        "остановилась: ValueError": """
            def take_out(client_socket, connected_clients, client_names):
                index = connected_clients.index(client_socket)
                del connected_clients[index]
                return client_names.pop(index)
        """,
        "Сокеты:": """
            def take_out(client_socket, connected_clients, client_names):
                if client_socket in connected_clients:
                    return client_names.pop(connected_clients.index(client_socket))
        """,
        "Что вернула take_out?\n    ждали: 'Аня'\n    вышло: None": """
            def take_out(client_socket, connected_clients, client_names):
                if client_socket in connected_clients:
                    index = connected_clients.index(client_socket)
                    del connected_clients[index], client_names[index]
        """,
    },
    "7.2": {
        "Просят имя '   '": """
            def why_not_simple(username, client_names):
                if not username:
                    return "Имя не может быть пустым."
        """,
        "Просят имя 'яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя'": """
            def why_not_simple(username, client_names):
                if not username.strip():
                    return "Имя не может быть пустым."
                if len(username.encode()) > 32:
                    return "Имя не может быть длиннее 32 символов."
                if username in client_names:
                    return f"Имя {username} уже занято."
        """,
        "ждали: None\n    вышло: ''": """
            def why_not_simple(username, client_names):
                if not username.strip():
                    return "Имя не может быть пустым."
                if len(username) > 32:
                    return "Имя не может быть длиннее 32 символов."
                if username in client_names:
                    return f"Имя {username} уже занято."
                return ""
        """,
        "Просят имя 'Ан'": """
            def why_not_simple(username, client_names):
                if not username.strip():
                    return "Имя не может быть пустым."
                if len(username) > 32:
                    return "Имя не может быть длиннее 32 символов."
                if username in " ".join(client_names):
                    return f"Имя {username} уже занято."
        """,
        "Проверка не записывает": """
            def why_not_simple(username, client_names):
                if not username.strip():
                    return "Имя не может быть пустым."
                if len(username) > 32:
                    return "Имя не может быть длиннее 32 символов."
                if username in client_names:
                    return f"Имя {username} уже занято."
                client_names.append(username)
        """,
    },
    "7.3": {
        "Латинскую A": "3",
        "Кто-то посчитан дважды": "5",
        "7 — не то число": "7",
        "Ответ — целое число": '"4"',
    },
    "7.4": {
        "Борис назвался 'Аня'": SERVER.replace(TAKEN, "\n"),
        "спросили снова": SERVER.replace('f"{reason}\\n{PROMPT}"', 'f"{reason}\\n"'),
        "Борис назвался ''": SERVER.replace(
            "    for line in words:\n        username",
            '    for line in words:\n        if not line:\n            return ""\n        username',
        ),
        "назвался именем из 32 букв": SERVER.replace("len(username) >", "len(username.encode()) >"),
        "Аня я ухожу. Глеб присоединился": SERVER.replace('.replace(":", " ")', ""),
        "вышло: 'Аняя ухожу. Глеб": SERVER.replace('.replace(":", " ")', '.replace(":", "")'),
        "на вид то же имя": SERVER.replace(
            TAKEN,
            TAKEN.replace("shape(username) in [shape(name) for name in client_names]", "username in client_names"),
        ),
        "Впущено:": SERVER.replace(LET_IN, LET_IN.replace("with lock:", "if True:") + SLOWLY),
        "вернулась под своим именем": SERVER.replace("client_names.pop(index)", "client_names[index]"),
    },
}
