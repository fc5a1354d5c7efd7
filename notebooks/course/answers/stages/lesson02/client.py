"""Клиент чата на двоих: слушает и говорит по очереди."""
import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect((SERVER_HOST, SERVER_PORT))
while data := client_socket.recv(RECV_SIZE):
    print(data.decode(), end="")
    text = input("> ")
    if text == "покинуть чат":
        break
    client_socket.sendall(f"{text}\n".encode())
client_socket.close()
print("Разговор окончен.")
