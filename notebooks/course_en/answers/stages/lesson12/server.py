"""My server after lesson 12: a program that ends when it is told to, and only then."""
import os
import queue
import select
import socket
import threading
import time
import traceback
import unicodedata

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
MAX_MESSAGE = 4096  # bytes
MAX_NAME = 32       # characters
PROMPT = "Enter your name:\n"
TOO_LONG = f"Message longer than {MAX_MESSAGE} bytes not sent.\n"

inbox = queue.SimpleQueue()  # (socket, line), or (socket, None) when the client has left
log_lines = queue.Queue(1000)  # lines for the terminal; what doesn't fit is thrown away

# This belongs to the broadcast thread, so it needs no lock.
connected_clients = []
client_names = []
left = set()  # sockets of clients that have said goodbye while their threads still read


def log(line):
    """Print a line without holding anyone up."""
    try:
        log_lines.put_nowait(line)
    except queue.Full:
        pass  # the terminal is stopped


def print_log():
    """Print the log, forever."""
    while True:
        print(log_lines.get(), flush=True)


def clean(data):
    """Return data (bytes) without invalid bytes and without control characters except \\n."""
    text = data.decode("utf-8", "replace")
    for sign in set(text):
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp") and sign != "\n":
            text = text.replace(sign, " ")
    return text.encode()


def receive(sock):
    """Return the next piece; a reset is an end like b""."""
    try:
        return sock.recv(RECV_SIZE)
    except OSError:
        return b""


def lines(sock):
    """Yield the peer's lines (bytes, without line endings); a line that is too long comes once."""
    tail, skipping = b"", False
    while chunk := receive(sock):
        if skipping:
            rest, newline, chunk = chunk.partition(b"\n")
            skipping = not newline
        *whole, tail = (tail + chunk).replace(b"\r\n", b"\n").split(b"\n")
        if len(tail) > MAX_MESSAGE + 1:
            whole.append(tail)
            tail, skipping = b"", True
        yield from whole  # the same as for line in whole: yield line
    if tail:
        yield tail


def start_connection(client_socket, client_address):
    """Read from one client; put everything into the inbox."""
    log(f"New connection: {client_address}")
    try:
        client_socket.sendall(PROMPT.encode())
        for line in lines(client_socket):
            inbox.put((client_socket, line))
    except OSError as error:
        log(f"Error: {error}")
    inbox.put((client_socket, None))


def broadcast():
    """Take items from the inbox one by one, decide, and send, forever."""
    while True:
        client_socket, line = inbox.get()
        if line is None:
            remove_user(client_socket)
            left.discard(client_socket)
            client_socket.close()
        elif client_socket not in left:
            decide(client_socket, line)


def decide(client_socket, line):
    """Decide what a line (bytes) is: a name, a goodbye, or a message."""
    if client_socket not in connected_clients:
        add_user(client_socket, line)
    elif not line:
        remove_user(client_socket)
        left.add(client_socket)
        disconnect(client_socket)
    elif len(line) > MAX_MESSAGE:
        tell(client_socket, TOO_LONG.encode())
    else:
        username = client_names[connected_clients.index(client_socket)]
        send_message(f"{username}: ".encode() + clean(line) + b"\n")


def shape(username):
    """Return the name as people see it: without characters that show nothing."""
    normal = unicodedata.normalize("NFKC", username)
    return "".join(c for c in normal if unicodedata.category(c) not in ("Cf", "Mn"))


def why_not(username):
    """Return why the name is not allowed, or None."""
    if not shape(username).strip():
        return "A name cannot be empty."
    if len(username) > MAX_NAME:
        return f"A name cannot be longer than {MAX_NAME} characters."
    if shape(username) in [shape(name) for name in client_names]:
        return f"The name {username} is already taken."
    return None


def add_user(client_socket, line):
    """Let the client in under the name in line (bytes), or tell it why it cannot join."""
    username = " ".join(clean(line).decode().replace(":", " ").split())
    reason = why_not(username)
    if reason:
        return tell(client_socket, f"{reason}\n{PROMPT}".encode())
    client_names.append(username)
    connected_clients.append(client_socket)
    send_message(f"{username} joined the chat.\n".encode())


def remove_user(client_socket):
    """Remove a client from both lists, and tell the others about it."""
    if client_socket in connected_clients:
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
        log(f"{disconnected_user} has left the chat.")
        send_message(f"{disconnected_user} left the chat.\n".encode())


def send_message(message):
    """Send a message (bytes) to everyone."""
    for client in connected_clients:
        tell(client, message)


def tell(client_socket, message):
    """Send message (bytes) to one client without waiting; disconnect a client that has no room."""
    try:
        if select.select([], [client_socket], [], 0)[1]:
            client_socket.sendall(message)
        else:
            disconnect(client_socket)
    except OSError:
        pass  # it is gone: the thread that reads from it will say so itself


def disconnect(client_socket):
    """End the connection; the thread that reads from it will see the end and finish."""
    try:
        client_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is gone


def run():
    """Run broadcast; if it fails, the server is useless: end the program."""
    try:
        broadcast()
    except Exception:
        traceback.print_exc()
    os._exit(1)


def accept_client(server_socket):
    """Accept a connection; when there is no room for it, wait."""
    while True:
        try:
            return server_socket.accept()
        except TimeoutError:
            pass  # nobody came
        except OSError as error:
            log(f"No room for new connections: {error}")
            time.sleep(1)


def start_server():
    """Start the broadcast thread and the log; accept clients and start a thread for each."""
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((SERVER_HOST, SERVER_PORT))
    server_socket.listen(100)
    server_socket.settimeout(1)  # on Windows Ctrl+C waits until accept returns
    log(f"Server running on {SERVER_HOST}:{SERVER_PORT}")
    for task in print_log, run:
        threading.Thread(target=task, daemon=True).start()
    while True:
        newcomer = accept_client(server_socket)
        threading.Thread(target=start_connection, args=newcomer, daemon=True).start()


if __name__ == "__main__":
    try:
        start_server()
    except KeyboardInterrupt:
        os._exit(0)  # no need to finish printing the log: the system closes the sockets
