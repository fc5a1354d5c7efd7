"""What students write in lesson 10, and a part of what they are told then."""

from exercises import COURSE

SERVER = (COURSE / "answers/stages/lesson10/server.py").read_text(encoding="utf-8")


def but(old, new):
    """Return the server of lesson 10 with one thing done wrong."""
    assert old in SERVER
    return SERVER.replace(old, new)


WRONG = {
    "10.1": {
        "или ничего (BlockingIOError)": """
            def send_some(sock, unsent):
                while unsent:
                    data = unsent.popleft()
                    try:
                        sent = sock.send(data)
                    except BlockingIOError:
                        return False
                    if sent < len(data):
                        unsent.appendleft(data[sent:])
                        return False
                return True
        """,
        "остаток должен стоять впереди": """
            def send_some(sock, unsent):
                for _ in range(len(unsent)):
                    data = unsent.popleft()
                    try:
                        sent = sock.send(data)
                    except BlockingIOError:
                        sent = 0
                    if sent < len(data):
                        unsent.append(data[sent:])
                        return False
                return True
        """,
        "Часть байтов пропала": """
            def send_some(sock, unsent):
                while unsent:
                    try:
                        sock.send(unsent[0])
                    except BlockingIOError:
                        return False
                    unsent.popleft()
                return True
        """,
        "остановился с ошибкой BlockingIOError": """
            def send_some(sock, unsent):
                while unsent:
                    sock.sendall(unsent.popleft())
                return True
        """,
        "вышло: None": """
            def send_some(sock, unsent):
                while unsent:
                    try:
                        sent = sock.send(unsent[0])
                    except BlockingIOError:
                        return
                    unsent[0] = unsent[0][sent:]
                    if not unsent[0]:
                        unsent.popleft()
        """,
    },
    "10.2": {
        "Его надо отключить": but("            disconnect(client_socket)\n    except", "            pass\n    except"),
        "посылка Глебу держит всех": but("if select.select([], [client_socket], [], 0)[1]:", "if True:"),
        "действует на весь сокет": but(
            "            client_socket.sendall(message)\n",
            "            client_socket.setblocking(False)\n            client_socket.sendall(message)\n",
        ),
        "settimeout действует на весь сокет": but(
            "        if select.select([], [client_socket], [], 0)[1]:\n            client_socket.sendall(message)\n"
            "        else:\n            disconnect(client_socket)\n",
            "        client_socket.settimeout(0.5)\n        client_socket.sendall(message)\n"
            "        client_socket.settimeout(None)\n    except TimeoutError:\n        disconnect(client_socket)\n",
        ),
        "Борис и Аня слышат разное": but(
            "            disconnect(client_socket)\n",
            "            disconnect(client_socket)\n            remove_user(client_socket)\n",
        ).replace("in connected_clients:\n        tell", "in connected_clients.copy():\n        tell"),
        "negative integer (-1)": but(
            "if select.select([], [client_socket], [], 0)",
            "if client_socket in select.select([], connected_clients, [], 0)",
        ).replace("            disconnect(client_socket)", "            client_socket.close()"),
        "Строка пропала": but("            disconnect(client_socket)", "            remove_user(client_socket)"),
        "у того, кто читает": but(
            "            disconnect(client_socket)",
            "            for client_socket in connected_clients:\n                disconnect(client_socket)",
        ),
        "ждали: Аня присоединился": but("if select.select(", "if not select.select("),
    },
}
