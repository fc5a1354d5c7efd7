"""What students write in lesson 2, and a part of what they are told then."""

CHAT = '''
            import socket

            def name_of(client_socket):
                return client_socket.recv(8192).decode().strip()

            server_socket = socket.create_server(("localhost", 8080))
            first, _ = server_socket.accept()
            first.sendall("Введите своё имя:\\n".encode())
            {early}
            second, _ = server_socket.accept()
            second.sendall("Введите своё имя:\\n".encode())
            first_name = name_of(first)
            second_name = name_of(second)
            first.sendall({joined}.encode())
            talk = [(first, first_name, second), (second, second_name, first)]
            turn = 0
            while True:
                speaker, name, listener = talk[turn % 2]
                text = speaker.recv(8192).decode().strip()
                if not text:
                    {left}
                    break
                listener.sendall({message}.encode())
                turn += {step}
            {end}
'''
PARTS = {
    "early": "",
    "joined": 'f"{second_name} присоединился к чату.\\n"',
    "left": 'listener.sendall(f"{name} вышел из чата.\\n".encode())',
    "message": 'f"{name}: {text}\\n"',
    "step": "1",
    "end": "",
}


def chat(**parts):
    """Return a server for two that is right but for parts."""
    return CHAT.format(**{**PARTS, **parts})


WRONG = {
    "2.1": {
        "Порт слушает другая программа.": """
            import socket

            def is_taken(port):
                try:
                    socket.create_server(("localhost", port)).close()
                except OSError:
                    return False
                return True
        """,
        "ждали: False\n    вышло: None": """
            import socket

            def is_taken(port):
                try:
                    socket.create_server(("localhost", port)).close()
                except OSError:
                    return True
        """,
        "bind вызван, а listen ещё нет": """
            import socket

            def is_taken(port):
                try:
                    socket.create_connection(("localhost", port)).close()
                except ConnectionRefusedError:
                    return False
                return True
        """,
        "Ваш код остановился с ошибкой OSError": """
            import socket

            def is_taken(port):
                server_socket = socket.create_server(("localhost", port))
                server_socket.close()
                return False
        """,
        "после вызова функции он занят": """
            import socket

            opened = []

            def is_taken(port):
                try:
                    opened.append(socket.create_server(("localhost", port)))
                except OSError:
                    return True
                return False
        """,
    },
    "2.2": {
        "один порт, но сокетов больше": "1",
        "ждёт следующих": "3",
        "вместе с сокетами клиентов": "7",
        "здесь str": "'4'",
        "не то число": "8",
    },
    "2.3": {
        "вернула пару": """
            def greet(server_socket):
                call = server_socket.accept()
                call[0].sendall("Введите своё имя:\\n".encode())
                return call
        """,
        "а вернула None": """
            def greet(server_socket):
                client_socket, client_address = server_socket.accept()
                client_socket.sendall("Введите своё имя:\\n".encode())
        """,
        "вышло: ''": """
            def greet(server_socket):
                client_socket, client_address = server_socket.accept()
                return client_socket
        """,
        "a bytes-like object is required": """
            PROMPT = "Введите своё имя:\\n"

            def greet(server_socket):
                client_socket, client_address = server_socket.accept()
                client_socket.sendall(PROMPT)
                return client_socket
        """,
        "greet всё ещё работает": """
            def greet(server_socket):
                client_socket, client_address = server_socket.accept()
                client_socket.sendall("Введите своё имя:\\n".encode())
                client_socket.recv(8192)
                return client_socket
        """,
    },
    "2.4": {
        "ждали: 'Аня: привет\\n'\n    вышло: 'Аня: привет'": """
            def pass_on(speaker, name, listener):
                text = speaker.recv(8192).decode().strip()
                listener.sendall(f"{name}: {text}".encode())
                return True
        """,
        "вышло: 'Аня: как дела?\\n\\n'": """
            def pass_on(speaker, name, listener):
                text = speaker.recv(8192).decode()
                listener.sendall(f"{name}: {text}\\n".encode())
                return True
        """,
        "Что вернула функция?\n    ждали: True\n    вышло: None": """
            def pass_on(speaker, name, listener):
                text = speaker.recv(8192).decode().strip()
                listener.sendall(f"{name}: {text}\\n".encode())
        """,
        "Аня прислала пустую строку": """
            def pass_on(speaker, name, listener):
                data = speaker.recv(8192)
                if not data:
                    listener.sendall(f"{name} вышел из чата.\\n".encode())
                    return False
                listener.sendall(f"{name}: {data.decode().strip()}\\n".encode())
                return True
        """,
        "Аня сказала 'привет'. Слушает Борис.\n    ждали: Аня\n    вышло: '', и больше ничего": """
            def pass_on(speaker, name, listener):
                text = speaker.recv(8192).decode().strip()
                speaker.sendall(f"{name}: {text}\\n".encode())
                return True
        """,
    },
    "2.5": {
        "Аня ещё не назвала себя, а Борис уже подключился": chat(early="first_name = name_of(first)"),
        "Борис присоединился к чату.\\n'\n    вышло: 'Аня присоединился": chat(
            joined='f"{first_name} присоединился к чату.\\n"'
        ),
        "вышло: 'Борис присоединился к чату.'": chat(joined='f"{second_name} присоединился к чату."'),
        "ждали: 'Аня: привет!\\n'\n    вышло: 'привет!'": chat(message="text"),
        "ждали: 'Аня: привет!\\n'\n    вышло: 'Аня: привет!'": chat(message='f"{name}: {text}"'),
        "вышло: 'Аня: привет!\\nБорис: и тебе привет\\n'": chat(
            step='speaker.sendall(f"{name}: {text}\\n".encode()) or 1'
        ),
        "Борис говорит: «и тебе привет».\n    ждали": chat(step="2"),
        "ждали: 'Борис вышел из чата.": chat(left="pass"),
        "а server.py всё ещё работает": chat(end="input()"),
        "server.py закончился, не начав слушать порт; последнее": "print(server_socket)",
    },
    "2.6": {
        "набрано «Аня».\n    ждали": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(("localhost", 8080))
            while data := client_socket.recv(8192):
                client_socket.sendall(input(data.decode()).encode())
        """,
        "Набрана пустая строка.": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(("localhost", 8080))
            while data := client_socket.recv(8192):
                print(data.decode(), end="")
                text = input("> ")
                if text:
                    client_socket.sendall(f"{text}\\n".encode())
        """,
        "Набрано «покинуть чат», а client.py всё ещё работает": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(("localhost", 8080))
            while data := client_socket.recv(8192):
                print(data.decode(), end="")
                client_socket.sendall(f"{input()}\\n".encode())
        """,
        "Что ушло на сервер?": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(("localhost", 8080))
            while data := client_socket.recv(8192):
                print(data.decode(), end="")
                text = input("> ")
                client_socket.sendall(f"{text}\\n".encode())
                if text == "покинуть чат":
                    break
        """,
        "ждали на экране: Введите своё имя:": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(("localhost", 8080))
            while data := client_socket.recv(8192):
                print(data)
                text = input("> ")
                if text == "покинуть чат":
                    break
                client_socket.sendall(f"{text}\\n".encode())
        """,
        "Сервер закрыл соединение, а client.py всё ещё работает": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(("localhost", 8080))
            while True:
                print(client_socket.recv(8192).decode(), end="")
                text = input("> ")
                if text == "покинуть чат":
                    break
                client_socket.sendall(f"{text}\\n".encode())
        """,
    },
}
