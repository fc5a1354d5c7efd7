"""What students write in lesson 14, and a part of what they are told then."""

from wrong_answers.lesson13 import client

WRONG = {
    "14.1": {
        "вышло: 'Аня\\n\\nпривет\\n   ": """
            def send_input(client_socket, texts):
                for text in texts:
                    if text.strip().lower() == "покинуть чат":
                        return True
                    client_socket.sendall(f"{text}\\n".encode())
                return False
        """,
        "вышло: 'Аняприветкак дела?'": """
            def send_input(client_socket, texts):
                for text in texts:
                    if text.strip().lower() == "покинуть чат":
                        return True
                    if text.strip():
                        client_socket.sendall(text.encode())
                return False
        """,
        "вышло: 'привет\\n Покинуть ЧАТ": """
            def send_input(client_socket, texts):
                for text in texts:
                    if text == "покинуть чат":
                        return True
                    if text.strip():
                        client_socket.sendall(f"{text}\\n".encode())
                return False
        """,
        "вышло: 'Аня\\n\\nпривет\\n\\n'": """
            def send_input(client_socket, texts):
                for text in texts:
                    if text.strip().lower() == "покинуть чат":
                        return True
                    if text.strip():
                        client_socket.sendall(f"{text}\\n".encode())
                return False
        """,
        "вышло: None": """
            def send_input(client_socket, texts):
                for text in texts:
                    if text.strip().lower() == "покинуть чат":
                        return
                    if text.strip():
                        client_socket.sendall(f"{text}\\n".encode())
        """,
        "осталось непрочитанным": """
            def send_input(client_socket, texts):
                left = False
                for text in texts:
                    if text.strip().lower() == "покинуть чат":
                        left = True
                    elif text.strip() and not left:
                        client_socket.sendall(f"{text.strip()}\\n".encode())
                return left
        """,
        "Набрано 'Аня'. Функция берёт следующую строку": """
            def send_input(client_socket, texts):
                for text in list(texts):
                    if text.strip().lower() == "покинуть чат":
                        return True
                    if text.strip():
                        client_socket.sendall(f"{text.strip()}\\n".encode())
                return False
        """,
        "ждали: 'Не хочу покинуть чат": """
            def send_input(client_socket, texts):
                for text in texts:
                    if "покинуть чат" in text.lower():
                        return True
                    if text.strip():
                        client_socket.sendall(f"{text.strip()}\\n".encode())
                return False
        """,
    },
    "14.2": {
        "ждали: 'Аня\\n'\n    вышло: 'Аня', и больше": client(END='""'),
        "ждали: 'привет\\n'\n    вышло: '\\nпривет\\n'": client(ANYTHING="True"),
        "сервер об уходе не узнал": client(DAEMON="False", LEAVE="client_socket.close()"),
        "услышал конец и молчит, а client.py всё ещё работает": client(DAEMON="False"),
        "Enter никто не нажимает, а client.py всё ещё работает": client(LOST="print('нет связи')"),
        "и ввод кончился, а сервер об уходе не узнал": client()
        .replace("input()", "sys.stdin.readline().strip()")
        .replace("os, ", "os, sys, "),
        "и ввод кончился, сервер услышал конец и закончил тоже, а client.py остановился с ошибкой": client(),
        "Сервер спросил имя.\n    ждали на экране": client(PRINT="pass"),
        "ждали на экране: Борис: пока": client(LEAVE="client_socket.shutdown(socket.SHUT_WR)"),
        "Уходящий читает": client(LOST="print('Соединение с сервером потеряно.'); os._exit(0)"),
        "к серверу не подключился": "import socket\nsocket.socket()",
    },
}
