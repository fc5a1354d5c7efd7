"""A client of the chat for two: it listens and speaks in turn."""
import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect((SERVER_HOST, SERVER_PORT))
while data := client_socket.recv(RECV_SIZE):
    print(data.decode(), end="")
    text = input("> ")
    if text == "leave the chat":
        break
    client_socket.sendall(f"{text}\n".encode())
client_socket.close()
print("Conversation over.")
