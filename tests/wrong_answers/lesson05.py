"""What students write in lesson 5, and a part of what they are told then."""

from answers.lesson05 import STAGE

SERVER, CLIENT = ((STAGE / name).read_text(encoding="utf-8") for name in ("server.py", "client.py"))
SLOWLY = "        threading.Event().wait(0.6 - 0.1 * len(client_names))\n"  # the last one overtakes the first

WRONG = {
    "5.1": {
        "не принимает второго": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    thread = threading.Thread(target=talk_to, args=(client_socket,), daemon=True)
                    thread.start()
                    thread.join()
        """,
        "Скобки вызывают функцию сразу": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    threading.Thread(target=talk_to(client_socket)).start()
        """,
        "нужна запятая": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    threading.Thread(target=talk_to, args=(client_socket)).start()
        """,
        "нужен start()": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    threading.Thread(target=talk_to, args=(client_socket,))
        """,
        "Сразу после accept": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                threads = []
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    threads.append(threading.Thread(target=talk_to, args=(client_socket,)))
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        """,
        "talk_to() missing 1 required": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    server_socket.accept()
                    talk_to()
        """,
        "всё ещё работает": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                while True:
                    client_socket, client_address = server_socket.accept()
                    threading.Thread(target=talk_to, args=(client_socket,), daemon=True).start()
        """,
        "Вера ушла, Аня и Борис": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    thread = threading.Thread(target=talk_to, args=(client_socket,), daemon=True)
                    thread.start()
                thread.join()
        """,
        "пару, которую вернул accept": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    client_socket = server_socket.accept()
                    threading.Thread(target=talk_to, args=(client_socket,)).start()
        """,
        "закрыть его — её дело": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                threads = []
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    threads.append(threading.Thread(target=talk_to, args=(client_socket,)))
                    threads[-1].start()
                    client_socket.close()
                for thread in threads:
                    thread.join()
        """,
        "её сокет уже закрыт: закрыть": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                conversations = []
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    thread = threading.Thread(target=talk_to, args=(client_socket,))
                    thread.start()
                    conversations.append((thread, client_socket))
                for thread, client_socket in conversations:
                    client_socket.close()
                    thread.join()
        """,
        "подождите каждый поток": """
            import threading
            def serve_together(server_socket, guests, talk_to):
                for _ in range(guests):
                    client_socket, client_address = server_socket.accept()
                    threading.Thread(target=talk_to, args=(client_socket,), daemon=True).start()
        """,
    },
    "5.2": {
        "без блокировки": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                if username in client_names:
                    return False
                with lock:
                    client_names.append(username)
                    connected_clients.append(client_socket)
                client_socket.sendall("Добро пожаловать!\\n".encode())
                return True
        """,
        "в этот миг между проверкой и записью": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                with lock:
                    if username in client_names:
                        return False
                    client_names.append(username)
                connected_clients += [client_socket]
                client_socket.sendall("Добро пожаловать!\\n".encode())
                return True
        """,
        "всё посылает sendall": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                with lock:
                    if username in client_names:
                        return False
                    client_names.append(username)
                    connected_clients.append(client_socket)
                client_socket.send("Добро пожаловать!\\n".encode())
                return True
        """,
        "под разными with": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                with lock:
                    if username in client_names:
                        return False
                with lock:
                    client_names.append(username)
                    connected_clients.append(client_socket)
                client_socket.sendall("Добро пожаловать!\\n".encode())
                return True
        """,
        "Приветствие послано под блокировкой": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                with lock:
                    if username in client_names:
                        return False
                    client_names.append(username)
                    connected_clients.append(client_socket)
                    client_socket.sendall("Добро пожаловать!\\n".encode())
                return True
        """,
        "Что вернула enter?\n    ждали: True\n    вышло: None": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                with lock:
                    if username not in client_names:
                        client_names.append(username)
                        connected_clients.append(client_socket)
                        return
        """,
        "осталась занятой": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                lock.acquire()
                if username in client_names:
                    return False
                client_names.append(username)
                connected_clients.append(client_socket)
                lock.release()
                client_socket.sendall("Добро пожаловать!\\n".encode())
                return True
        """,
        "берёт её ещё раз": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                with lock:
                    if username in client_names:
                        return False
                    with lock:
                        client_names.append(username)
                        connected_clients.append(client_socket)
                client_socket.sendall("Добро пожаловать!\\n".encode())
                return True
        """,
        "ждали: ['Аня']\n    вышло: ['Аня', 'Аня']": """
            def enter(username, client_socket, client_names, connected_clients, lock):
                with lock:
                    client_names.append(username)
                    connected_clients.append(client_socket)
                client_socket.sendall("Добро пожаловать!\\n".encode())
                return True
        """,
    },
    "5.3": {
        "о букве Б ещё раз": '"ВД"',
        "о букве А ещё раз": '"АБВД"',
        "о букве Д ещё раз": '"бв"',
        "Ответ — строка": '["Б", "В", "Д"]',
    },
    "5.4": {
        "не начав слушать порт": "print('Сервер запущен')",
        "Аня подключается": SERVER.replace(
            "threading.Thread(target=start_connection, args=(client_socket, client_address), daemon=True).start()",
            "start_connection(client_socket, client_address)",
        ),
        "ждали: Борис: раз": SERVER.replace(
            'send_message(f"{username}: {text}\\n".encode())',
            'client_socket.sendall(f"{username}: {text}\\n".encode())',
        ),
        "ждали: Борис вышел": SERVER.replace("    remove_user(client_socket)\n", ""),
        "Даня послал пустую строку": SERVER.replace("        if not text:\n            return\n", ""),
        "Слушает Борис": SERVER.replace(
            "        for client in connected_clients:\n",
            "        for client in connected_clients:\n"
            "            if \"раз\".encode() in message and client is connected_clients[1]:\n"
            "                continue\n",
        ),
        "Имя и сокет записывают под одной блокировкой": SERVER.replace(
            "    with lock:\n        client_names.append(username)\n",
            "    if True:\n        client_names.append(username)\n" + SLOWLY,
        ),
        "Номер находят и убирают по нему": SERVER.replace(
            "    with lock:\n        if client_socket not in", "    if True:\n        if client_socket not in"
        ).replace("        del conn", SLOWLY.replace("client_names", "connected_clients") + "        del conn"),
        "ждёт сама себя": SERVER.replace(
            '    print(f"{disconnected_user} покинул чат.")\n    send_message(', "        send_message("
        ),
        "соединение не закрыто": SERVER.replace("    client_socket.close()\n", ""),
        "Ответить ей должен сервер": SERVER.replace("if len(line) > MAX_MESSAGE:", "if False:"),
        "Соединение Веры оборвалось": SERVER.replace("except OSError", "except ValueError"),
    },
    "5.5": {
        "к серверу не подключился": "print('Введите своё имя:')",
        "ждали на экране: Введите своё имя:": CLIENT.replace(
            "    threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True).start()\n", ""
        ),
        "UnicodeDecodeError": CLIENT.replace(
            "for line in lines(client_socket):", "while line := client_socket.recv(RECV_SIZE).decode():"
        ),
        "Что ушло на сервер?": CLIENT.replace("text.lower()", "text"),
        "ждали на экране: Борис: раз": CLIENT.replace("print(line", "return print(line"),
        "daemon=True": CLIENT.replace(", daemon=True", "").replace("    client_socket.close()\n", ""),
    },
}
