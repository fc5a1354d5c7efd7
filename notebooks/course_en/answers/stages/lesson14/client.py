"""Chat client: one thread prints what the server says, the other sends what is typed."""
import os
import socket
import sys
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192

leaving = threading.Event()  # we are leaving ourselves, not the server


def lines(sock):
    """Yield the peer's messages (str) one by one, without line endings."""
    tail = b""
    while chunk := sock.recv(RECV_SIZE):
        *whole, tail = (tail + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    if tail:
        yield tail.decode("utf-8", "replace")


def listen_for_messages(client_socket):
    """Print what the server says; when it ends, end the program, too."""
    try:
        for line in lines(client_socket):
            print(line, flush=True)
    except OSError:
        pass  # a reset counts as an end
    if not leaving.is_set():
        print("Connection to the server lost.", flush=True)
    os._exit(0)  # the main thread waits for input, and nothing weaker than this wakes it


def send_input(client_socket, texts):
    """Send texts (str) line by line, except empty lines; return whether a goodbye has ended them."""
    for text in texts:
        line = text.strip()
        if line.lower() == "leave the chat":
            return True
        if line:
            client_socket.sendall(f"{line}\n".encode("utf-8", "replace"))
    return False


def leave(client_socket, listener):
    """Tell the server that we have finished, and wait a little for its last words."""
    try:
        client_socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the server is gone
    listener.join(0.5)


def start_client():
    """Talk with the server until one of the two sides leaves."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((SERVER_HOST, SERVER_PORT))
    listener = threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True)
    listener.start()
    try:
        send_input(client_socket, sys.stdin)
        leaving.set()
    except KeyboardInterrupt:
        leaving.set()
    except OSError:
        pass  # the other thread says that the connection is lost
    leave(client_socket, listener)
    os._exit(0)  # the other thread may still be waiting


if __name__ == "__main__":
    try:
        start_client()
    except OSError as error:
        sys.exit(f"No connection to {SERVER_HOST}:{SERVER_PORT}: {error}")
