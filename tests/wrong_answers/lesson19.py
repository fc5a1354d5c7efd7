"""What students write in lesson 19, and a part of what they are told then."""

WRONG = {
    "19.1": {
        "now = 70000": """
            def silent(heard, now):
                return sorted(server for server, moment in heard.items() if now - moment > 5000)
        """,
        "ждали: []\n    вышло: ['s2']": """
            def silent(heard, now):
                if not heard or now - max(heard.values()) > 2500:
                    return []
                return sorted(server for server, moment in heard.items() if now - moment >= 5000)
        """,
        "ValueError: max()": """
            def silent(heard, now):
                if now - max(heard.values()) > 2500:
                    return []
                return sorted(server for server, moment in heard.items() if now - moment > 5000)
        """,
        "['s3', 's2']": """
            def silent(heard, now):
                if not heard or now - max(heard.values()) > 2500:
                    return []
                return [server for server, moment in heard.items() if now - moment > 5000]
        """,
    },
    "19.2": {
        "до последней точки": '["Аня: раз", "Борис: два", "Борис вышел из чата", "Аня: четыре"]',
        "слышно дважды": '["Аня: раз", "Борис: два", "Аня: раз", "Борис вышел из чата.", "Аня: четыре"]',
        "сервер s2 мёртв с предыдущей строки": '["Аня: раз", "Борис вышел из чата.", "Борис: три", "Аня: четыре"]',
        "был сервером Бориса": '["Аня: раз", "Борис: два", "Аня: четыре"]',
        "список строк": "4",
    },
}
