"""A chat for two, in turn: one line is one message."""
import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
PROMPT = "Enter your name:"


def lines(sock):
    tail = b""
    while chunk := sock.recv(RECV_SIZE):
        *whole, tail = (tail + chunk).split(b"\n")
        for line in whole:
            yield line.decode()
    if tail:
        yield tail.decode()


def send_line(sock, text):
    line = text.replace("\n", " ") + "\n"
    sock.sendall(line.encode())


def greet(server_socket):
    client_socket, client_address = server_socket.accept()
    print(f"New connection: {client_address}")
    send_line(client_socket, PROMPT)
    return client_socket


def pass_on(words, name, listener):
    text = next(words, "")
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
    first_name = next(from_first, "")
    second_name = next(from_second, "")
    send_line(first, f"{second_name} joined the chat.")
    while pass_on(from_first, first_name, second) and pass_on(from_second, second_name, first):
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
