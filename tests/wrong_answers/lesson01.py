"""What students write in lesson 1, and a part of what they are told then."""

WRONG = {
    "1.2": {
        "вышло: b'\\xd0": """
            def read_all(sock):
                return sock.recv(10)
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
}
