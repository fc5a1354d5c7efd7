"""What students write in lesson 17, and a part of what they are told then."""

WRONG = {
    "17.1": {
        "turn всё ещё работает": """
            import selectors
            def turn(selector, clients):
                for key, events in selector.select():
                    if key.data == "listener":
                        clients.append(key.fileobj.accept()[0])
                    else:
                        data = key.fileobj.recv(8192)
                        for client in clients:
                            client.sendall(data)
        """,
        "Сколько сокетов в clients?\n    ждали: 1": """
            import selectors
            def turn(selector, clients):
                for key, events in selector.select():
                    newcomer = key.fileobj.accept()[0]
                    selector.register(newcomer, selectors.EVENT_READ, "client")
        """,
        "Что слышит Борис?\n    ждали: b'hi'\n    вышло: b''": """
            import selectors
            def turn(selector, clients):
                for key, events in selector.select():
                    if key.data == "listener":
                        newcomer = key.fileobj.accept()[0]
                        clients.append(newcomer)
                        selector.register(newcomer, selectors.EVENT_READ, "client")
                    else:
                        key.fileobj.sendall(key.fileobj.recv(8192))
        """,
        "оборот был один": """
            import selectors
            def turn(selector, clients):
                key, events = selector.select()[0]
                if key.data == "listener":
                    newcomer = key.fileobj.accept()[0]
                    clients.append(newcomer)
                    selector.register(newcomer, selectors.EVENT_READ, "client")
                else:
                    data = key.fileobj.recv(8192)
                    for client in clients:
                        client.sendall(data)
        """,
        "Аня закончила. Сколько сокетов в clients?": """
            import selectors
            def turn(selector, clients):
                for key, events in selector.select():
                    if key.data == "listener":
                        newcomer = key.fileobj.accept()[0]
                        clients.append(newcomer)
                        selector.register(newcomer, selectors.EVENT_READ, "client")
                    else:
                        data = key.fileobj.recv(8192)
                        for client in clients:
                            client.sendall(data)
        """,
        "её сокет на сервере не закрыт": """
            import selectors
            def turn(selector, clients):
                for key, events in selector.select():
                    if key.data == "listener":
                        newcomer = key.fileobj.accept()[0]
                        clients.append(newcomer)
                        selector.register(newcomer, selectors.EVENT_READ, "client")
                    elif data := key.fileobj.recv(8192):
                        for client in clients:
                            client.sendall(data)
                    else:
                        selector.unregister(key.fileobj)
                        clients.remove(key.fileobj)
                        room.append(key.fileobj)
            room = []
        """,
        "на учёте вместе со слушающим": """
            import selectors
            def turn(selector, clients):
                for key, events in selector.select():
                    if key.data == "listener":
                        newcomer = key.fileobj.accept()[0]
                        clients.append(newcomer)
                        selector.register(newcomer, selectors.EVENT_READ, "client")
                    elif data := key.fileobj.recv(8192):
                        for client in clients:
                            client.sendall(data)
                    else:
                        clients.remove(key.fileobj)
        """,
    },
    "17.2": {
        "начните её с async def": """
            def echo(reader, writer):
                writer.write(reader.readline())
        """,
        "TypeError": """
            async def echo(reader, writer):
                while line := reader.readline():
                    writer.write(line)
                    await writer.drain()
                writer.close()
        """,
        "вышло: b''": """
            async def echo(reader, writer):
                writer.write(await reader.readline())
                await writer.drain()
                writer.close()
        """,
        "а в ответ тишина": """
            async def echo(reader, writer):
                writer.write(await reader.read())
                writer.close()
        """,
        "await writer.drain()": """
            async def echo(reader, writer):
                while line := await reader.readline():
                    writer.write(line)
                writer.close()
        """,
        "соединение должно закрыться, а в ответ тишина": """
            async def echo(reader, writer):
                while line := await reader.readline():
                    writer.write(line)
                    await writer.drain()
        """,
    },
    "17.3": {
        "точка, а не запятая": "(1, 5)",
        "Здесь он один": "0",
        "вышло: 1498.5": "1498.5",
        "вышло: '1.5'": "'1.5'",
    },
}
