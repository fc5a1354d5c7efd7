import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192

client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect((SERVER_HOST, SERVER_PORT))
print("Connected. An empty line ends the conversation.")
text = input("> ")
while text:
    client_socket.sendall(text.encode())
    print(client_socket.recv(RECV_SIZE).decode())
    text = input("> ")
client_socket.close()
