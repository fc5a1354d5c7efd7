"""What students write in lesson 16, and a part of what they are told then."""

WRONG = {
    "16.1": {
        "вышло: b'one\\n'": """
            def take_batch(inbox):
                return inbox.get()
        """,
        "вышло: [b'one": """
            def take_batch(inbox):
                data = [inbox.get()]
                while not inbox.empty():
                    data.append(inbox.get())
                return data
        """,
        "нужно дождаться сообщения, а функция вернула b''": """
            def take_batch(inbox):
                data = b""
                while not inbox.empty():
                    data += inbox.get()
                return data
        """,
        "ждала в get четвёртого": """
            import queue
            def take_batch(inbox):
                data = inbox.get()
                try:
                    while True:
                        data += inbox.get(timeout=0.01)
                except queue.Empty:
                    return data
        """,
        "take_batch всё ещё работает": """
            def take_batch(inbox):
                data = b""
                while True:
                    data += inbox.get()
        """,
    },
    "16.2": {
        "Отправок было 2, а нужна одна": """
            def ask_at_once(sock):
                sock.sendall("Аня: ".encode())
                sock.sendall("ау\\n".encode())
                return sock.recv(1000)
        """,
        "ждёт конца строки": """
            def ask_at_once(sock):
                sock.sendall("Аня: ау".encode())
                return sock.recv(1000)
        """,
        "TypeError: a bytes-like object is required": """
            def ask_at_once(sock):
                sock.sendall("Аня: ау\\n")
                return sock.recv(1000)
        """,
        "вышло: None": """
            def ask_at_once(sock):
                sock.sendall("Аня: ау\\n".encode())
                sock.recv(1000)
        """,
    },
    "16.3": {
        "доля 0.5.\n    ждали: 30\n    вышло: 40": """
            def percentile(delays, part):
                return delays[int(part * len(delays))]
        """,
        "ждали: [50, 10, 40, 30, 20]": """
            def percentile(delays, part):
                delays.sort()
                return delays[int(part * len(delays))]
        """,
        "вышло: 3": """
            def percentile(delays, part):
                return sorted(delays)[int(part * len(delays))]
        """,
        "доля 0.3": """
            def percentile(delays, part):
                return sorted(delays)[int(part * (len(delays) - 1))]
        """,
        "вышло: 2.5": """
            from statistics import median
            def percentile(delays, part):
                return median(delays)
        """,
    },
    "16.4": {
        "60 — это сообщения": "60",
        "Вы не посчитали автора": "1740",
        "вышло: 900": "900",
        "вышло: '1800'": "'1800'",
    },
}
