"""My server after lesson 6: it trusts nobody's lines."""
import socket
import threading
import unicodedata

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
MAX_MESSAGE = 4096
PROMPT = "Enter your name:\n"
TOO_LONG = f"Message longer than {MAX_MESSAGE} bytes not sent.\n"

lock = threading.Lock()  # guards both lists
connected_clients = []
client_names = []


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


def talk(client_socket):
    """Get the name, and pass messages on until the client leaves."""
    client_socket.sendall(PROMPT.encode())
    username = ""
    for line in lines(client_socket):
        text = clean(line).decode()
        if not text:
            return
        if len(line) > MAX_MESSAGE:
            with lock:
                client_socket.sendall(TOO_LONG.encode())
            continue
        if username:
            send_message(f"{username}: {text}\n".encode())
        else:
            username = text
            add_user(client_socket, username)


def start_connection(client_socket, client_address):
    """Talk to one client from the beginning to the end."""
    print(f"New connection: {client_address}")
    try:
        talk(client_socket)
    except OSError as error:
        print(f"Error: {error}")
    remove_user(client_socket)
    client_socket.close()


def add_user(client_socket, username):
    """Add a client to both lists, and tell everyone about it."""
    with lock:
        client_names.append(username)
        connected_clients.append(client_socket)
    send_message(f"{username} joined the chat.\n".encode())


def send_message(message):
    """Send a message (bytes) to everyone."""
    with lock:
        for client in connected_clients:
            try:
                client.sendall(message)
            except OSError as error:  # the client has left: its own thread will remove it
                print(f"Sending failed: {error}")


def remove_user(client_socket):
    """Remove a client from both lists, and tell the others about it."""
    with lock:
        if client_socket not in connected_clients:
            return
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
    print(f"{disconnected_user} has left the chat.")
    send_message(f"{disconnected_user} left the chat.\n".encode())


def start_server():
    """Accept clients, and start a thread for each."""
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((SERVER_HOST, SERVER_PORT))
    server_socket.listen()
    print(f"Server running on {SERVER_HOST}:{SERVER_PORT}")
    while True:
        client_socket, client_address = server_socket.accept()
        threading.Thread(target=start_connection, args=(client_socket, client_address), daemon=True).start()


if __name__ == "__main__":
    start_server()
