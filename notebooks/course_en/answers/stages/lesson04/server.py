"""A chat for two, in turn: neither a long line nor a reset breaks it."""
import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
MAX_MESSAGE = 4096
PROMPT = "Enter your name:"


def receive(sock):
    try:
        return sock.recv(RECV_SIZE)
    except OSError:
        return b""


def lines(sock):
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


def send_line(sock, text):
    line = text.replace("\n", " ") + "\n"
    sock.sendall(line.encode())


def greet(server_socket):
    client_socket, client_address = server_socket.accept()
    print(f"New connection: {client_address}")
    send_line(client_socket, PROMPT)
    return client_socket


def hear(words, client_socket):
    for line in words:
        if len(line) <= MAX_MESSAGE:
            return line.decode()
        send_line(client_socket, f"Message longer than {MAX_MESSAGE} bytes not sent.")
    return ""


def pass_on(words, speaker, name, listener):
    text = hear(words, speaker)
    if not text:
        send_line(listener, f"{name} left the chat.")
        return False
    send_line(listener, f"{name}: {text}")
    return True


def chat_for_two(server_socket):
    first = greet(server_socket)
    second = greet(server_socket)
    from_first = lines(first)
    from_second = lines(second)
    first_name = hear(from_first, first)
    second_name = hear(from_second, second)
    send_line(first, f"{second_name} joined the chat.")
    while (pass_on(from_first, first, first_name, second)
           and pass_on(from_second, second, second_name, first)):
        pass
    first.close()
    second.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server_socket.bind((SERVER_HOST, SERVER_PORT))
server_socket.listen(5)
print(f"Server running on {SERVER_HOST}:{SERVER_PORT}")
chat_for_two(server_socket)
server_socket.close()
