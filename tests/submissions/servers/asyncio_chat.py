# ошибка: один поток на всех
import asyncio
import socket

writers = {}


def tell(text):
    for writer in writers.values():
        writer.write(f'{text}\n'.encode())


async def serve(reader, writer):
    name = None
    try:
        writer.write('Введите имя\n'.encode())
        while line := (await reader.readline()).decode('utf-8', 'replace').strip():
            if name:
                tell(f'{name}: {line}')
            elif line in writers:
                writer.write('Имя занято\n'.encode())
            else:
                name, writers[line] = line, writer
                tell(f'{name} вошёл')
    except (OSError, ValueError):
        pass
    if name:
        del writers[name]
        tell(f'{name} вышел')
    writer.close()


async def main():
    listener = socket.create_server(('localhost', 8080), backlog=100)
    server = await asyncio.start_server(serve, sock=listener)
    await server.serve_forever()

asyncio.run(main())
