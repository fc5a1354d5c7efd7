"""My client after lesson 13: either of the two threads can end the conversation."""

import os
import socket
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


def leave(client_socket, listener):
    """Tell the server that we have finished, and wait a little for its last words."""
    leaving.set()
    try:
        client_socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the server is gone
    listener.join(0.5)


def start_client():
    """Send what is typed, until it is 'leave the chat'."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((SERVER_HOST, SERVER_PORT))
    listener = threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True)
    listener.start()
    while True:
        text = input()
        if text.lower() == "leave the chat":
            break
        try:
            client_socket.sendall(f"{text}\n".encode())
        except OSError as error:
            print(f"Error while sending a message: {error}")
    leave(client_socket, listener)
    os._exit(0)  # the other thread may still be waiting


if __name__ == "__main__":
    start_client()
