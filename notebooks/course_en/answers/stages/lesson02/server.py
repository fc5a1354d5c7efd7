"""A chat for two: people speak in turn, as with a walkie-talkie."""
import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
PROMPT = "Enter your name:\n"


def greet(server_socket):
    client_socket, client_address = server_socket.accept()
    print(f"New connection: {client_address}")
    client_socket.sendall(PROMPT.encode())
    return client_socket


def hear(client_socket):
    return client_socket.recv(RECV_SIZE).decode().strip()


def pass_on(speaker, name, listener):
    text = hear(speaker)
    if not text:
        listener.sendall(f"{name} left the chat.\n".encode())
        return False
    listener.sendall(f"{name}: {text}\n".encode())
    return True


def chat_for_two(server_socket):
    first = greet(server_socket)
    second = greet(server_socket)
    first_name = hear(first)
    second_name = hear(second)
    first.sendall(f"{second_name} joined the chat.\n".encode())
    while pass_on(first, first_name, second) and pass_on(second, second_name, first):
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
