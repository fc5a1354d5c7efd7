"""What students write in lesson 20, and a part of what they are told then."""

WRONG = {
    "20.1": {
        "ждали: ['два']\n    вышло: ['раз', 'два']": """
            def catch_up(known, since):
                return [text for server, number, text in since]
        """,
        "вышло: ['раз', 'раз', 'два']": """
            def catch_up(known, since):
                return [text for server, number, text in since if number > known.get(server, 0)]
        """,
        "остановился с ошибкой KeyError": """
            def catch_up(known, since):
                words = []
                for server, number, text in since:
                    if number > known[server]:
                        known[server] = number
                        words.append(text)
                return words
        """,
        "ждали: ['да', 'да']": """
            def catch_up(known, since):
                words = []
                for server, number, text in since:
                    if number > known.get(server, 0) and text not in words:
                        words.append(text)
                return words
        """,
        "ничего не вернула": """
            def catch_up(known, since):
                for server, number, text in since:
                    known[server] = number
        """,
    },
}
