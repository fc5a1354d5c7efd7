"""Chat client: one thread prints what the server says, the other sends what is typed."""
import os
import socket
import sys
import threading
from contextlib import suppress

try:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.patch_stdout import patch_stdout
except ImportError:
    PromptSession = None  # read plain lines

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


def listen_for_messages(client_socket, stop):
    """Print what the server says; when it ends, stop the input, too."""
    with suppress(OSError):  # a reset counts as an end
        for line in lines(client_socket):
            print(line, flush=True)
    if not leaving.is_set():
        print("Connection to the server lost.", flush=True)
    stop()


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
    with suppress(OSError):  # the server is gone
        client_socket.shutdown(socket.SHUT_WR)
    listener.join(0.5)


def listen_in_thread(client_socket, stop):
    """Return the listener thread, not started yet."""
    return threading.Thread(target=listen_for_messages, args=(client_socket, stop), daemon=True)


def talk_in_pipe(client_socket):
    """Send the lines that a file or another program supplies."""
    listener = listen_in_thread(client_socket, lambda: os._exit(0))
    listener.start()
    try:
        send_input(client_socket, sys.stdin)
        leaving.set()
    except KeyboardInterrupt:
        leaving.set()
    except OSError:
        pass  # the listener thread says that the connection is lost
    leave(client_socket, listener)


def talk_in_terminal(client_socket):
    """Send the lines that a person types; what others say is printed above that line."""
    session = PromptSession("> ", erase_when_done=True)
    app = session.app

    def send(buffer):
        with suppress(OSError):
            if send_input(client_socket, [buffer.text]):
                app.exit()

    def stop():
        with suppress(AttributeError, RuntimeError):  # the event loop is gone
            app.loop.call_soon_threadsafe(lambda: app.is_done or app.exit())

    session.default_buffer.accept_handler = send
    listener = listen_in_thread(client_socket, stop)
    with patch_stdout():
        with suppress(EOFError, KeyboardInterrupt):  # Ctrl+D, Ctrl+C
            app.run(pre_run=listener.start)
        leaving.set()
        leave(client_socket, listener)


def start_client():
    """Talk with the server until one of the two sides leaves."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        client_socket.connect((SERVER_HOST, SERVER_PORT))
    except OSError as error:
        sys.exit(f"No connection to {SERVER_HOST}:{SERVER_PORT}: {error}")
    if PromptSession and sys.stdin.isatty() and sys.stdout.isatty():
        talk_in_terminal(client_socket)
    else:
        talk_in_pipe(client_socket)
    os._exit(0)  # the listener thread may still be waiting


if __name__ == "__main__":
    start_client()
