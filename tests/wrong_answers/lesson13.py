"""What students write in lesson 13, and a part of what they are told then."""

CLIENT = '''
import os, socket, threading

def listen_for_messages(client_socket):
    while message := client_socket.recv(1024):
        PRINT
    LOST

def start_client():
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect(("localhost", 8080))
    listener = threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=DAEMON)
    listener.start()
    while True:
        user_input = input()
        if CASE(user_input) == "покинуть чат":
            break
        if ANYTHING:
            client_socket.send((user_input + END).encode())
    LEAVE

start_client()
'''
RIGHT = {
    "PRINT": 'print(message.decode(), end="")',
    "LOST": "os._exit(0)",
    "DAEMON": "True",
    "CASE": "str.lower",
    "ANYTHING": "user_input",
    "END": '"\\n"',
    "LEAVE": "client_socket.shutdown(socket.SHUT_WR); listener.join(0.5)",
}


def client(**changes):
    """Return the text of a client that is right but for the changes."""
    text = CLIENT
    for name, code in {**RIGHT, **changes}.items():
        text = text.replace(name, code)
    return text


WRONG = {
    "13.1": {
        "ждёт поток listener так: join(0.9)": """
            def leave(client_socket, listener):
                try:
                    client_socket.shutdown(1)
                except OSError:
                    pass
                listener.join(0.9)
                listener.join(0.9)
        """,
        "сервер не узнал, что мы договорили": """
            def leave(client_socket, listener):
                client_socket.close()
                listener.join(0.5)
        """,
        "ждали: 'пока'": """
            def leave(client_socket, listener):
                client_socket.shutdown(2)
                listener.join(0.5)
        """,
        "leave не вызвала listener.join, а последние": """
            def leave(client_socket, listener):
                client_socket.shutdown(1)
        """,
        "удержит человека надолго": """
            def leave(client_socket, listener):
                client_socket.shutdown(1)
                listener.join()
        """,
        "Сервера уже нет, и shutdown бросил OSError": """
            def leave(client_socket, listener):
                client_socket.shutdown(1)
                listener.join(0.5)
        """,
        "ещё допечатывает последние слова": """
            def leave(client_socket, listener):
                try:
                    client_socket.shutdown(1)
                    listener.join(0.5)
                except OSError:
                    pass
        """,
        "close вызван раньше join": """
            def leave(client_socket, listener):
                client_socket.shutdown(1)
                client_socket.close()
                listener.join(0.5)
        """,
        "до конца соединения?\n    ждали: ''": """
            def leave(client_socket, listener):
                client_socket.sendall("покинуть чат\\n".encode())
                client_socket.shutdown(1)
                listener.join(0.5)
        """,
    },
    "13.2": {
        "сервер об уходе не узнал": client(DAEMON="False", LEAVE="client_socket.close()"),
        "услышал сервер?\n    ждали: ''\n    вышло: 'Покинуть чат": client(CASE="str"),
        "услышал конец и молчит, а client.py всё ещё работает": client(DAEMON="False"),
        "Enter никто не нажимает, а client.py всё ещё работает": client(LOST="print('нет связи')"),
        "Сервер спросил имя.\n    ждали на экране": client(PRINT="pass"),
        "ждали на экране: Борис: пока": client(LEAVE="client_socket.shutdown(socket.SHUT_WR)"),
        "Уходящий читает": client(LOST="print('Соединение с сервером потеряно.'); os._exit(0)"),
        "к серверу не подключился": "import socket\nsocket.socket()",
    },
}
