"""The chat in a single thread: asyncio runs a coroutine for each client, and `await` is its wait.

A line goes into outbox, and the first one there has flush called in the next turn of asyncio's
loop: it sends all that was said meanwhile as one joined block to each client, in one order for
all. What a client has no room for, asyncio keeps; meanwhile it is not heard (drain), and with
too much there it is let go.

What this model cannot do: use a second processor, or go on while one line of it computes or
waits (a terminal that is stopped stops all).
Like the other models it serves no peer without newlines and leaves control characters as they are.

Run it in a terminal:  python asyncio_server.py [--host HOST] [--port PORT]
"""
import argparse
import asyncio
import signal
import socket
import sys
from contextlib import suppress

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192      # bytes taken from a client's stream at a time
MAX_NAME = 32         # characters
MAX_MESSAGE = 4096    # bytes, without the line end
MAX_BEHIND = 1048576  # bytes that a client has not taken; above, it is let go
PROMPT = "Введите своё имя:\n"
TOO_LONG = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"

connected_clients = []  # asyncio.StreamWriter
client_names = []       # client_names[i] is the name of connected_clients[i]
outbox = []             # messages (str) that wait for flush


def send_message(message):
    """Put message (str, whole lines) into the block that the next flush sends to all."""
    if not outbox:
        asyncio.get_running_loop().call_soon(flush)
    outbox.append(message)


def flush():
    """Send all that waits in outbox as one block to each client; let go who is too far behind."""
    block = "".join(outbox).encode()
    outbox.clear()
    for writer in connected_clients:
        if writer.transport.get_write_buffer_size() > MAX_BEHIND:
            writer.transport.abort()  # its coroutine will read the end
        elif not writer.is_closing():
            writer.write(block)


def remove_user(writer):
    """Take a client out of both lists and tell the others; one without a name leaves in silence."""
    if writer in connected_clients:
        index = connected_clients.index(writer)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
        print(f"{disconnected_user} покинул чат.")
        send_message(f"{disconnected_user} вышел из чата.\n")


async def read_lines(reader):
    """Yield each line (bytes, without its end) until the peer leaves; one too long comes cut.

    Raises OSError on a reset.
    """
    tail = b""
    while chunk := await reader.read(RECV_SIZE):
        *lines, tail = (tail + chunk).split(b"\n")
        tail = tail[:MAX_MESSAGE + 2]  # enough to see that it is too long: 1 may be a \r
        for line in lines:
            yield line.removesuffix(b"\r")
    if tail:
        yield tail


def add_user(writer, username):
    """Take a client in under its name (str) and return it, or None after saying why not."""
    if not username:
        reason = "Имя не может быть пустым."
    elif len(username) > MAX_NAME:
        reason = f"Имя не может быть длиннее {MAX_NAME} символов."
    elif username in client_names:
        reason = f"Имя {username} уже занято."
    else:
        connected_clients.append(writer)
        client_names.append(username)
        send_message(f"{username} присоединился к чату.\n")
        return username
    writer.write(f"{reason}\n{PROMPT}".encode())


async def talk(reader, writer):
    """Talk with one client from the prompt to the end."""
    print(f"Новое подключение: {writer.get_extra_info('peername')}")
    username = None
    with suppress(OSError):  # a reset is an end like any other
        # asyncio does this by itself only where it has made the listening socket itself
        client_socket = writer.get_extra_info("socket")
        client_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer.write(PROMPT.encode())
        async for line in read_lines(reader):
            text = line.decode("utf-8", "replace")
            if not username:
                username = add_user(writer, text.strip())
            elif not text:
                break
            elif len(line) > MAX_MESSAGE:
                writer.write(TOO_LONG.encode())
            else:
                send_message(f"{username}: {text}\n")
            await writer.drain()  # who does not listen is not heard
    await asyncio.sleep(0)  # flush comes first: who leaves hears its own last words
    remove_user(writer)
    writer.close()


async def start_connection(reader, writer):
    """Run one client's talk, in a task of its own, which the end of the server cancels."""
    with suppress(asyncio.CancelledError):  # Python 3.11 would print a traceback
        await talk(reader, writer)


async def start_server(host=SERVER_HOST, port=SERVER_PORT):
    """Serve on host:port until Ctrl+C or SIGTERM; raises OSError when it can't listen there."""
    ended = asyncio.Event()
    for signum in signal.SIGINT, signal.SIGTERM:
        with suppress(NotImplementedError):  # Windows: there asyncio.run ends at Ctrl+C
            asyncio.get_running_loop().add_signal_handler(signum, ended.set)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server_socket = socket.create_server((host, port), family=family)
    server = await asyncio.start_server(start_connection, sock=server_socket, backlog=1024)
    print(f"Сервер запущен на {host}:{server.sockets[0].getsockname()[1]}")
    await ended.wait()


def main():
    """Run the server with the options given, until Ctrl+C or SIGTERM."""
    sys.stdout.reconfigure(errors="replace", line_buffering=True)
    parser = argparse.ArgumentParser(description="Сервер чата: один поток и asyncio.")
    parser.add_argument("--host", default=SERVER_HOST, help="адрес (%(default)s)")
    parser.add_argument("--port", default=SERVER_PORT, help="порт, 0 — любой (%(default)s)")
    args = parser.parse_args()
    try:
        asyncio.run(start_server(args.host, int(args.port)))
    except KeyboardInterrupt:
        pass
    except (OSError, OverflowError, TypeError, ValueError) as error:
        sys.exit(f"Сервер не запущен на {args.host}:{args.port}: {error}")


if __name__ == "__main__":
    main()
