import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192

server_socket = socket.create_server((SERVER_HOST, SERVER_PORT))
print(f"Server running on {SERVER_HOST}:{SERVER_PORT}")
client_socket, client_address = server_socket.accept()
print(f"New connection: {client_address}")
while data := client_socket.recv(RECV_SIZE):
    client_socket.sendall("Server heard: ".encode() + data)
client_socket.close()
server_socket.close()
print("The client has left, the server is done.")
