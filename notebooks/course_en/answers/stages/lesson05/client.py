"""My client after lesson 5: one thread prints what others say, another sends what is typed."""

import socket
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192


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
    """Print everything that the server says, until the connection ends."""
    try:
        for line in lines(client_socket):
            print(line, flush=True)
        print("Connection to the server lost.")
    except OSError as error:
        print(f"Error while receiving a message: {error}")


def start_client():
    """Send what is typed, until it is 'leave the chat'."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((SERVER_HOST, SERVER_PORT))
    threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True).start()
    while True:
        text = input()
        if text.lower() == "leave the chat":
            break
        try:
            client_socket.sendall(f"{text}\n".encode())
        except OSError as error:
            print(f"Error while sending a message: {error}")
    client_socket.close()


if __name__ == "__main__":
    start_client()
