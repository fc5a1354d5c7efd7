"""What students write in lesson 8, and a part of what they are told then."""

from answers.lesson08 import STAGE

SERVER = (STAGE / "server.py").read_text(encoding="utf-8")
SEND = SERVER[SERVER.index("def send_message") : SERVER.index("def remove_user")]
REMOVE = SERVER[SERVER.index("def remove_user") : SERVER.index("def start_server")]
# No two loops keep step.
SLOWLY = "            threading.Event().wait(__import__('random').random() / 200)\n            try:"

WRONG = {
    "8.1": {
        "Рассылка остановилась на нём": """
            def send_to_all(message, connected_clients, lock):
                with lock:
                    for client in connected_clients:
                        client.sendall(message)
                return []
        """,
        "Что слышит Вера?": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                with lock:
                    for client in connected_clients:
                        try:
                            client.sendall(message)
                        except OSError:
                            connected_clients.remove(client)
                            gone.append(client)
                return gone
        """,
        "Убирать никого не надо": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                with lock:
                    for client in connected_clients.copy():
                        try:
                            client.sendall(message)
                        except OSError:
                            connected_clients.remove(client)
                            gone.append(client)
                return gone
        """,
        "Послано без блокировки": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                for client in connected_clients:
                    try:
                        client.sendall(message)
                    except OSError:
                        gone.append(client)
                return gone
        """,
        "на каждого клиента заново": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                for client in connected_clients:
                    with lock:
                        try:
                            client.sendall(message)
                        except OSError:
                            gone.append(client)
                return gone
        """,
        "try должен стоять внутри цикла": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                with lock:
                    try:
                        for client in connected_clients:
                            client.sendall(message)
                    except OSError:
                        gone.append(client)
                return gone
        """,
        "всё посылает sendall": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                with lock:
                    for client in connected_clients:
                        try:
                            client.send(message)
                        except OSError:
                            gone.append(client)
                return gone
        """,
        "а в вашем: int": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                with lock:
                    for place, client in enumerate(connected_clients):
                        try:
                            client.sendall(message)
                        except OSError:
                            gone.append(place)
                return gone
        """,
        "Функция вернула None": """
            def send_to_all(message, connected_clients, lock):
                with lock:
                    for client in connected_clients:
                        try:
                            client.sendall(message)
                        except OSError:
                            pass
        """,
        "Что слышит Глеб?": """
            def send_to_all(message, connected_clients, lock):
                gone = []
                with lock:
                    for client in connected_clients[:3]:
                        try:
                            client.sendall(message)
                        except OSError:
                            gone.append(client)
                return gone
        """,
        "берёт её ещё раз": """
            def send_to_all(message, connected_clients, lock):
                with lock:
                    with lock:
                        for client in connected_clients:
                            client.sendall(message)
        """,
    },
    "8.2": {
        "24 — это все перестановки": "(24, 12)",
        "Способов не 4": "(4, 2)",
        "не в 3 из них": "(6, 3)",
        "Ответ — пара чисел": "6",
    },
    "8.3": {
        "Порядок у слушателей разный": SERVER.replace(
            SEND, SEND.replace("with lock:", "if True:").replace("            try:", SLOWLY)
        ),
        "Аня закрыла соединение": SERVER.replace("    print(f\"{disc", "        print(f\"{disc").replace(
            '    send_message(f"{disconnected_user} вышел', '        send_message(f"{disconnected_user} вышел'
        ),
        "Если послать одному не удалось": SERVER.replace(SEND, SEND.replace("except OSError", "except ValueError")),
        "убирают после цикла": SERVER.replace("Lock()", "RLock()").replace(
            "gone.append(client)", "remove_user(client)"
        ),
        "исчезли разом: обрыв. Олег тем временем говорит 50 строк. Порядок": SERVER.replace("Lock()", "RLock()")
        .replace("gone.append(client)", "remove_user(client)")
        .replace("for client in connected_clients:", "for client in connected_clients.copy():")
        .replace(
            "    remove_user(client_socket)\n", "    threading.Event().wait(0.3)\n    remove_user(client_socket)\n"
        ),
        "послал пустую строку": SERVER.replace("        if not line:\n            return\n", ""),
        "соединение не закрыто": SERVER.replace("    client_socket.close()\n", ""),
        "без конца строки": SERVER.replace("    if tail:\n        yield tail\n", ""),
        "Вера слышит из них": SERVER.replace("yield from whole", "yield from whole[1::2] or whole"),
        "ждали: Аня вышел": SERVER.replace(REMOVE, REMOVE.replace("client_names.pop(index)", "client_names.pop(0)")),
    },
}
