"""The chat as the assignment has it: a thread for each client, a loop of sends in each thread.

The thread that reads a line sends it to all clients, one after another, and waits in sendall until
each has room for it. Lines end with a newline, and a lock guards the lists; nothing else is fixed.

What this model cannot do:
- A client that does not read stops all that send: sooner or later each is blocked in sendall for it.
- Two clients that talk at once run two loops at once: Anna may hear A before B, and Boris B before A.
- A slow reader may find a message in the middle of another: sendall sends it in parts.
- A short message may wait for the listener's ACK of the last one (Nagle's algorithm).
Like the other models, it does not serve peers that send no newlines.

Run it in a terminal:  python naive.py [--host HOST] [--port PORT]
"""
import socket
import threading
from contextlib import suppress

from shared import run, split

from server import MAX_MESSAGE, PROMPT, RECV_SIZE, TOO_LONG, clean, log, shape, shapes, why_not

lock = threading.Lock()  # guards both lists, and shapes
connected_clients = []   # sockets
client_names = []        # client_names[i] is the name of connected_clients[i]


def send_message(message):
    """Send message (str, whole lines) to all; wait for each client that has no room for it."""
    with lock:
        listeners = connected_clients.copy()
    for client_socket in listeners:
        with suppress(OSError):  # it is gone: its own thread will read the end
            client_socket.sendall(message.encode())


def add_user(client_socket, username):
    """Let a client in under its name (str) and return the name, or None after saying why not."""
    with lock:
        reason = why_not(username)
        if not reason:
            shapes.add(shape(username))
            connected_clients.append(client_socket)
            client_names.append(username)
    if reason:
        return client_socket.sendall(f"{reason}\n{PROMPT}".encode())
    send_message(f"{username} joined the chat.\n")
    return username


def remove_user(client_socket):
    """Remove a client from both lists and tell the others; without a name it leaves in silence."""
    with lock:
        if client_socket not in connected_clients:
            return
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
        shapes.discard(shape(disconnected_user))
    log(f"{disconnected_user} has left the chat.")
    send_message(f"{disconnected_user} left the chat.\n")


def read_lines(client_socket):
    """Yield each line (bytes, without ending) until the peer leaves; raises OSError on a reset."""
    tail = b""
    while chunk := client_socket.recv(RECV_SIZE):
        lines, tail = split(tail + chunk)
        yield from lines
    if tail:
        yield tail


def start_connection(client_socket, client_address):
    """Serve one client from the prompt to the end, in a thread of its own."""
    log(f"New connection: {client_address}")
    username = None
    with suppress(OSError):  # a reset counts as an end
        client_socket.sendall(PROMPT.encode())
        for line in read_lines(client_socket):
            text = clean(line).decode()
            if not username:
                username = add_user(client_socket, text.strip())
            elif not line:
                break
            elif len(line) > MAX_MESSAGE:
                client_socket.sendall(TOO_LONG.encode())
            else:
                send_message(f"{username}: {text}\n")
        client_socket.shutdown(socket.SHUT_RDWR)  # ends a sendall that still waits for it
    remove_user(client_socket)
    client_socket.close()


def start_server(server_socket):
    """Serve all clients that connect to server_socket, forever."""
    server_socket.settimeout(1)  # on Windows Ctrl+C waits until accept returns
    while True:
        with suppress(TimeoutError):
            client = server_socket.accept()
            threading.Thread(target=start_connection, args=client, daemon=True).start()


def main():
    """Run the server with the options of the command line."""
    run("Chat server: each thread broadcasts by itself.", start_server, nodelay=False)


if __name__ == "__main__":
    main()
