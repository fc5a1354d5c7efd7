"""What students write in lesson 3, and a part of what they are told then."""

from exercises import COURSE

STAGE = COURSE / "answers/stages/lesson03"
SERVER = (STAGE / "server.py").read_text(encoding="utf-8")
CLIENT = (STAGE / "client.py").read_text(encoding="utf-8")
WHOLE = "*whole, tail = (tail + chunk).split(b\"\\n\")"

WRONG = {
    "3.1": {
        "список из трёх хвостов": '[b"hel"]',
        "нужна буква b": '["hel", "how ar", "bye"]',
        "В хвосте не бывает": '[b"hel", b"lo\\nhow ar", b"bye"]',
        "Сначала приклейте": '[b"hel", b"how ar", b""]',
    },
    "3.2": {
        "вышло: ['Привет!\\nЁлка": """
            def lines(sock):
                while chunk := sock.recv(8192):
                    yield chunk.decode()
        """,
        "только потом зовите decode": """
            def lines(sock):
                tail = ""
                while chunk := sock.recv(8192):
                    *whole, tail = (tail + chunk.decode()).split("\\n")
                    yield from whole
                if tail:
                    yield tail
        """,
        "вышло: ['�'": """
            def lines(sock):
                while chunk := sock.recv(8192):
                    for line in chunk.splitlines():
                        yield line.decode(errors="replace")
        """,
        "вышло: ['Привет!']": """
            def lines(sock):
                tail = b""
                while chunk := sock.recv(8192):
                    *whole, tail = (tail + chunk).split(b"\\n")
                    for line in whole:
                        yield line.decode()
        """,
        "вышло: ['Привет!', 'Ёлка 🎄', '']": """
            def lines(sock):
                tail = b""
                while chunk := sock.recv(8192):
                    *whole, tail = (tail + chunk).split(b"\\n")
                    for line in whole:
                        yield line.decode()
                yield tail.decode()
        """,
        "вышло: [b'": """
            def lines(sock):
                tail = b""
                while chunk := sock.recv(8192):
                    *whole, tail = (tail + chunk).split(b"\\n")
                    for line in whole:
                        yield line
                if tail:
                    yield tail
        """,
        "ждали: ['  да ', 'нет\\rда']": """
            def lines(sock):
                tail = b""
                while chunk := sock.recv(8192):
                    *whole, tail = (tail + chunk).split(b"\\n")
                    for line in whole:
                        yield line.decode().strip()
                if tail:
                    yield tail.decode()
        """,
        "вернула одну строку": """
            def lines(sock):
                for line in sock.recv(8192).split(b"\\n"):
                    return line.decode()
        """,
        "ждали: сразу ['Аня', 'привет']": """
            def lines(sock):
                tail = b""
                while chunk := sock.recv(8192):
                    tail += chunk
                    if b"\\n" in tail:
                        line, tail = tail.split(b"\\n", 1)
                        yield line.decode()
                while b"\\n" in tail:
                    line, tail = tail.split(b"\\n", 1)
                    yield line.decode()
                if tail:
                    yield tail.decode()
        """,
        "понадобится одно: recv": """
            def lines(sock):
                yield from sock.makefile()
        """,
        "ждёт ещё чего-то": """
            def lines(sock):
                data = b""
                while chunk := sock.recv(8192):
                    data += chunk
                return [line.decode() for line in data.removesuffix(b"\\n").split(b"\\n")] if data else []
        """,
        "вышло None": """
            def lines(sock):
                print(sock.recv(8192))
        """,
    },
    "3.3": {
        "нужен encode()": """
            def send_line(sock, text):
                sock.sendall(text + "\\n")
        """,
        "вышло: 'привет'": """
            def send_line(sock, text):
                sock.sendall(text.encode())
        """,
        "вышло: '  пока\\nБорис": """
            def send_line(sock, text):
                sock.sendall(f"{text}\\n".encode())
        """,
        "вышло: '  пока Борис: я ушёл\\nАня": """
            def send_line(sock, text):
                sock.sendall((text.replace("\\n", " ", 1) + "\\n").encode())
        """,
        "sendall посылает всё": """
            def send_line(sock, text):
                sock.send((text.replace("\\n", " ") + "\\n").encode())
        """,
    },
    "3.4": {
        "вышло: ['0013Привет!'": """
            def frames(sock):
                while chunk := sock.recv(8192):
                    yield chunk.decode()
        """,
        "вышло: ['Привет!']": """
            def frames(sock):
                data = b""
                while chunk := sock.recv(8192):
                    data += chunk
                    if len(data) >= 4 and len(data) >= 4 + int(data[:4]):
                        end = 4 + int(data[:4])
                        yield data[4:end].decode()
                        data = data[end:]
        """,
        "ждёт ещё чего-то": """
            def frames(sock):
                data = b""
                while chunk := sock.recv(8192):
                    data += chunk
                    while len(data) > 4 and len(data) > 4 + int(data[:4]):
                        end = 4 + int(data[:4])
                        yield data[4:end].decode()
                        data = data[end:]
                if data:
                    yield data[4:].decode()
        """,
        "ждали: сразу ['Привет!', 'две\\nстроки']": """
            def frames(sock):
                data = b""
                while chunk := sock.recv(8192):
                    data += chunk
                    if len(data) >= 4 and len(data) >= 4 + int(data[:4]):
                        end = 4 + int(data[:4])
                        yield data[4:end].decode()
                        data = data[end:]
                while len(data) >= 4:
                    end = 4 + int(data[:4])
                    yield data[4:end].decode()
                    data = data[end:]
        """,
        "base 10: b'0": """
            def frames(sock):
                while head := sock.recv(4):
                    yield sock.recv(int(head)).decode()
        """,
        "base 10: 'е": """
            def frames(sock):
                data = ""
                while chunk := sock.recv(8192):
                    data += chunk.decode()
                    while len(data) >= 4:
                        end = 4 + int(data[:4])
                        yield data[4:end]
                        data = data[end:]
        """,
    },
    "3.5": {
        "закончился, не начав слушать": "import socket\n",
        "вышло: ['Борис вот и я присоединился": SERVER.replace(
            "next(from_second, \"\")", "second.recv(8192).decode().strip()"
        ),
        "ждали: Борис: вот": SERVER.replace("    from_second = lines(second)\n", "").replace(
            "second_name = next(from_second, \"\")",
            "second_name = next(lines(second), \"\")\n    from_second = lines(second)",
        ),
        "вышло: ['Аня: вет!'": SERVER.replace("    from_first = lines(first)\n", "").replace(
            "first_name = next(from_first, \"\")",
            "first_name = next(lines(first), \"\")\n    from_first = lines(first)",
        ),
        "начало строки без конца: Введите своё имя:": SERVER.replace(' + "\\n"', ""),
    },
    "3.6": {
        "не подключился": "print('привет')\n",
        "UnicodeDecodeError": CLIENT.replace(
            "for line in lines(client_socket):\n", "while line := client_socket.recv(RECV_SIZE).decode():\n"
        ).replace("print(line)", "print(line, end='')"),
        "Дошло 'Борис'": CLIENT.replace(' + "\\n"', ""),
        "две строки одним куском": CLIENT.replace(
            "for line in lines(client_socket):", 'while line := next(lines(client_socket), ""):'
        ),
        "Набрано «покинуть чат», а client.py": CLIENT.replace('if text == "покинуть чат":', "if not text:"),
        "Что ушло на сервер?": CLIENT.replace(
            "    if text ==", "    send_line(client_socket, text)\n    if text =="
        ).replace("        break\n    send_line(client_socket, text)\n", "        break\n"),
        "и программа закончилась": CLIENT.replace("    print(line)\n", "    break\n"),
    },
}
