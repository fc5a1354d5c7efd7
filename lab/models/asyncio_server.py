"""The chat in a single thread: asyncio runs a coroutine for each client, and `await` is its wait.

hear decides, as in lab/server.py. The first to put something into the empty outbox has flush
called in the next turn of asyncio's loop: it sends everything said in the meantime as one batch
to each client, in one order for all. Data that a client has no room for is kept by asyncio;
meanwhile nothing is read from it (drain); with too much unsent, it is disconnected.

What this model cannot do: use a second CPU, or go on while one line of it computes or
waits. Like the other models, it does not serve peers that send no newlines.

Run it in a terminal:  python asyncio_server.py [--host HOST] [--port PORT]
"""
import asyncio
from contextlib import suppress

from shared import OneThreadClient, run

from server import MAX_BEHIND, PROMPT, RECV_SIZE, flush, hear, log, outbox


class Client(OneThreadClient):
    """A connection to which asyncio writes: at once as much as fits, the rest later."""

    def __init__(self, writer):
        super().__init__()
        self.writer = writer

    def tell(self, data):
        """Send data (bytes) without waiting; disconnect one that is too far behind."""
        if self.writer.transport.get_write_buffer_size() > MAX_BEHIND:
            self.writer.transport.abort()  # its coroutine will read the end
        elif not self.writer.is_closing():
            self.writer.write(data)


def say(client, lines):
    """Let hear act on lines (bytes; None: the end) from client, and have flush send the result."""
    idle = not outbox
    hear(client, lines)
    if idle and outbox:
        asyncio.get_running_loop().call_soon(flush)


async def start_connection(reader, writer):
    """Serve one client from the prompt to the end, in a coroutine of its own."""
    log(f"Новое подключение: {writer.get_extra_info('peername')}")
    client = Client(writer)
    client.tell(PROMPT.encode())
    with suppress(OSError):  # a reset counts as an end
        while not client.left:
            chunk = await reader.read(RECV_SIZE)
            say(client, client.take(chunk))
            if not chunk:
                break
            await writer.drain()  # nothing more is read until the client catches up
    say(client, None)
    writer.close()


async def start_server(server_socket):
    """Serve all clients that connect to server_socket, forever."""
    server = await asyncio.start_server(start_connection, sock=server_socket, backlog=1024)
    await server.serve_forever()


def main():
    """Run the server with the options of the command line."""
    run("Сервер чата: один поток и asyncio.",
        lambda server_socket: asyncio.run(start_server(server_socket)))


if __name__ == "__main__":
    main()
