"""What students write in lesson 18, and a part of what they are told then."""

WRONG = {
    "18.1": {
        "[(1, 'Аня'), (1, 'Привет')]": """
            def names_after(entries):
                names = []
                for who, line in entries:
                    if line and line not in names:
                        names.append(line)
                return names
        """,
        "[(1, 'Аня'), (2, 'Аня')]": """
            def names_after(entries):
                names = {}
                for who, line in entries:
                    if who in names:
                        if line == "":
                            del names[who]
                    elif line:
                        names[who] = line
                return list(names.values())
        """,
        "[(1, 'Аня'), (2, 'Борис'), (1, '')]": """
            def names_after(entries):
                names = {}
                for who, line in entries:
                    if who not in names and line and line not in names.values():
                        names[who] = line
                return list(names.values())
        """,
        "ничего не вернула": """
            def names_after(entries):
                names = {}
                for who, line in entries:
                    names[who] = line
        """,
    },
    "18.2": {
        "Приходит запись 2 сервера s1.\n    ждали: 'повтор'": """
            def judge(last, server, number):
                known = last.get(server, 0)
                last[server] = number
                return "принять" if number == known + 1 else "потеря"
        """,
        "Приходит запись 2 сервера s2.\n    ждали: 'повтор'": """
            def judge(last, server, number):
                known = last.get(server, 0)
                if number <= known:
                    return "повтор"
                if number == known + 1:
                    last[server] = number
                    return "принять"
                return "потеря"
        """,
        "KeyError": """
            def judge(last, server, number):
                if number <= last[server]:
                    return "повтор"
                known, last[server] = last[server], number
                return "принять" if number == known + 1 else "потеря"
        """,
        "Приходит запись 2 сервера s3.\n    ждали: 'потеря'": """
            def judge(last, server, number):
                known = last.get(server, number - 1)
                if number <= known:
                    return "повтор"
                last[server] = number
                return "принять" if number == known + 1 else "потеря"
        """,
    },
}
