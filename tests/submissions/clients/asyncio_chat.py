# ошибка: asyncio вместо socket
import asyncio
import os
import threading


def keyboard(loop, writer):
    while (text := input()) != 'покинуть чат':
        loop.call_soon_threadsafe(writer.write, f'{text}\n'.encode())
    os._exit(0)


async def main():
    reader, writer = await asyncio.open_connection('localhost', 8080)
    loop = asyncio.get_running_loop()
    threading.Thread(target=keyboard, args=(loop, writer), daemon=True).start()
    try:
        while line := await reader.readline():
            print(line.decode('utf-8', 'replace').strip(), flush=True)
    except OSError:
        print('Связь оборвалась')
    os._exit(0)

asyncio.run(main())
