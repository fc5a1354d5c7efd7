"""What students write in lesson 11, and a part of what they are told then."""

WRONG = {
    "11.1": {
        "speak только берёт": """
            def speak(portions, turn, inbox):
                for portion in portions[:1]:
                    with turn:
                        inbox.put(portion)
        """,
        "вышло: ['раз', 'два', 'три']": """
            def speak(portions, turn, inbox):
                for portion in portions:
                    with turn:
                        inbox.put(portion)
        """,
        "вышло: ['раз', 'два']": """
            def speak(portions, turn, inbox):
                for portion in portions:
                    inbox.put(portion)
                    turn.acquire()
        """,
        "вышло: []": """
            def speak(portions, turn, inbox):
                turn.acquire()
                for portion in portions:
                    turn.acquire()
                    inbox.put(portion)
        """,
    },
    "11.2": {
        "ровно MAX_BEHIND": "64",
        "не 63": "63",
        "целое число": "'65'",
    },
}
