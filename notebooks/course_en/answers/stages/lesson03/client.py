"""A client of the chat for two: it listens and speaks in turn, in lines."""
import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192


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


client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect((SERVER_HOST, SERVER_PORT))
for line in lines(client_socket):
    print(line)
    text = input("> ")
    if text == "leave the chat":
        break
    send_line(client_socket, text)
client_socket.close()
print("Conversation over.")
