"""What students write in lesson 1, and a part of what they are told then."""

WRONG = {
    "1.1": {
        "это число букв": "12",
        "только русские буквы": "24",
        "тоже байты": "18",
        "здесь str": "'21'",
        "не то число": "42",
    },
    "1.2": {
        "вышло: b'hello, and'": """
            def read_all(sock):
                return sock.recv(10)
        """,
        "more: hel'": """
            def read_all(sock):
                return sock.recv(1_000_000)
        """,
        "нужно bytes, а это str": """
            def read_all(sock):
                text = ""
                while chunk := sock.recv(8192):
                    text += chunk.decode(errors="replace")
                return text
        """,
        "UnicodeDecodeError": """
            def read_all(sock):
                text = ""
                while chunk := sock.recv(8192):
                    text += chunk.decode()
                return text.encode()
        """,
        "ничего не вернула": """
            def read_all(sock):
                while sock.recv(8192):
                    pass
        """,
        "TypeError: can only concatenate str": """
            def read_all(sock):
                data = ""
                while chunk := sock.recv(8192):
                    data += chunk
                return data
        """,
        "крутится без остановки": """
            def read_all(sock):
                data = b""
                while True:
                    data += sock.recv(8192)
                return data
        """,
    },
    "1.3": {
        "a bytes-like object is required": """
            import socket

            def ask(sock, question):
                sock.sendall(question)
                sock.shutdown(socket.SHUT_WR)
                return sock.recv(8192).decode()
        """,
        "'Который час?' и всё ещё ждёт": """
            def ask(sock, question):
                sock.sendall(question.encode())
                answer = b""
                while chunk := sock.recv(8192):
                    answer += chunk
                return answer.decode()
        """,
        "Bad file descriptor": """
            def ask(sock, question):
                sock.sendall(question.encode())
                sock.close()
                return sock.recv(8192).decode()
        """,
        "Сколько их вернула функция": """
            import socket

            def ask(sock, question):
                sock.sendall(question.encode())
                sock.shutdown(socket.SHUT_WR)
                return sock.recv(8192).decode(errors="replace")
        """,
        "вышло: b'": """
            import socket

            def ask(sock, question):
                sock.sendall(question.encode())
                sock.shutdown(socket.SHUT_WR)
                answer = b""
                while chunk := sock.recv(8192):
                    answer += chunk
                return answer
        """,
        "вышло: None": """
            import socket

            def ask(sock, question):
                sock.sendall(question.encode())
                sock.shutdown(socket.SHUT_WR)
                while chunk := sock.recv(8192):
                    print(chunk)
        """,
    },
    "1.4": {
        "не начав слушать порт; последнее": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            print("пока всё")
        """,
        "create_server() takes 1 positional argument": """
            import socket
            server_socket = socket.create_server('localhost', 8080)
        """,
        "cannot unpack": """
            import socket
            server_socket = socket.create_server(('localhost', 8080))
            client_socket, client_address = server_socket.accept
        """,
        "Клиент сказал «ещё одно слово»": """
            import socket
            server_socket = socket.create_server(('localhost', 8080))
            client_socket, client_address = server_socket.accept()
            client_socket.sendall("Сервер слышит: ".encode() + client_socket.recv(8192))
            client_socket.recv(8192)
        """,
        "ждали: Сервер слышит: привет\n    вышло: 'привет'": """
            import socket
            server_socket = socket.create_server(('localhost', 8080))
            client_socket, client_address = server_socket.accept()
            while data := client_socket.recv(8192):
                client_socket.sendall(data)
        """,
        "can't concat str to bytes": """
            import socket
            server_socket = socket.create_server(('localhost', 8080))
            client_socket, client_address = server_socket.accept()
            while data := client_socket.recv(8192):
                client_socket.sendall(data + " услышано")
        """,
        "Клиент закрыл соединение, а server.py всё ещё работает": """
            import socket
            server_socket = socket.create_server(('localhost', 8080))
            while True:
                client_socket, client_address = server_socket.accept()
                while data := client_socket.recv(8192):
                    client_socket.sendall("Сервер слышит: ".encode() + data)
        """,
        "server.py остановился с ошибкой": """
            import socket
            server_socket = socket.create_server(('localhost', 8080))
            client_socket, client_address = server_socket.accept()
            while data := client_socket.recv(8192):
                client_socket.sendall("Сервер слышит: ".encode() + data)
            server_sock.close()
        """,
    },
    "1.5": {
        "к серверу не подключился": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            print(client_socket)
        """,
        "connect() takes exactly one argument (2 given)": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect('localhost', 8080)
        """,
        "ждали: привет": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(('localhost', 8080))
            text = input("> ")
            client_socket.recv(8192)
        """,
        "a bytes-like object is required": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(('localhost', 8080))
            while text := input("> "):
                client_socket.sendall(text)
        """,
        "ждали: ещё": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(('localhost', 8080))
            client_socket.sendall(input("> ").encode())
            print(client_socket.recv(8192).decode())
        """,
        "ждали на экране: слышу ещё": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(('localhost', 8080))
            while text := input("> "):
                client_socket.sendall(text.encode())
                print(client_socket.recv(8192))
        """,
        "Набрана пустая строка, а client.py всё ещё работает": """
            import socket
            client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            client_socket.connect(('localhost', 8080))
            while True:
                client_socket.sendall(input("> ").encode())
                print(client_socket.recv(8192).decode(), flush=True)
        """,
    },
}
