"""The chat in a single thread: a selector tells which sockets are ready, and no call ever blocks.

A turn of the loop reads from all that have sent something, has hear decide, as in lab/server.py,
then sends one batch to each client: one order for all. Data that a client has no room for waits in
unsent; meanwhile nothing is read from that client; with too much unsent, it is disconnected.

What this model cannot do: use a second CPU, or go on while one line of it computes or
waits. Out of descriptors, it keeps trying to accept. A client that leaves and reads nothing stays open.
Like the other models, it does not serve peers that send no newlines.

Run it in a terminal:  python selectors_server.py [--host HOST] [--port PORT]
"""
import selectors
from contextlib import suppress

from shared import OneThreadClient, run

from server import MAX_BEHIND, PROMPT, RECV_SIZE, Selector, flush, hear, log, outbox

selector = Selector()  # the data of each socket: the function to call
leaving = set()        # clients to be closed as soon as nothing waits for them


class Client(OneThreadClient):
    """A connection that never waits: read and write are called when its socket is ready."""

    def __init__(self, client_socket):
        super().__init__()
        self.socket = client_socket
        self.unsent = bytearray()  # data that waits for room
        selector.register(client_socket, selectors.EVENT_READ, self.read)

    def tell(self, data):
        """Send data (bytes) without waiting; whatever does not fit waits in unsent."""
        if not self.unsent:
            data = data[self.send(data):]
            if data:
                selector.modify(self.socket, selectors.EVENT_WRITE, self.write)
        self.unsent += data
        if len(self.unsent) > MAX_BEHIND:
            self.unsent.clear()
            leaving.add(self)

    def send(self, data):
        """Send as much of data (bytes) as fits; return the number of bytes that need not wait."""
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # it is gone: nothing waits for it, and read will find the end

    def write(self):
        """Send the data that waited for room; when nothing is left, read from the client again."""
        del self.unsent[:self.send(self.unsent)]
        if not self.unsent:
            selector.modify(self.socket, selectors.EVENT_READ, self.read)

    def read(self):
        """Read from the client and let hear act on it; the end of the connection, too."""
        try:
            chunk = self.socket.recv(RECV_SIZE)
        except OSError:  # a reset counts as an end, but then half a line is no message
            chunk = self.tail = b""
        hear(self, self.take(chunk))
        if not chunk:
            hear(self, None)
        if self.left:
            leaving.add(self)


def start_connection(server_socket):
    """Accept a connection, if it is still there, and ask for a name."""
    with suppress(OSError):
        client_socket, client_address = server_socket.accept()
        log(f"Новое подключение: {client_address}")
        client_socket.setblocking(False)
        Client(client_socket).tell(PROMPT.encode())


def close_left():
    """Close the connections of clients that have left and been sent everything, or are too far behind."""
    for client in [client for client in leaving if not client.unsent]:
        leaving.discard(client)
        hear(client, None)
        selector.unregister(client.socket)
        client.socket.close()


def start_server(server_socket):
    """Serve all clients that connect to server_socket, forever."""
    server_socket.setblocking(False)
    selector.register(server_socket, selectors.EVENT_READ, lambda: start_connection(server_socket))
    while True:
        for key, _ in selector.select(1):  # on Windows Ctrl+C waits until select returns
            key.data()
        close_left()
        if outbox:
            flush()


def main():
    """Run the server with the options of the command line."""
    run("Сервер чата: один поток и selectors.", start_server)


if __name__ == "__main__":
    main()
