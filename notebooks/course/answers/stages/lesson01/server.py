import socket

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192

server_socket = socket.create_server((SERVER_HOST, SERVER_PORT))
print(f"Сервер запущен на {SERVER_HOST}:{SERVER_PORT}")
client_socket, client_address = server_socket.accept()
print(f"Новое подключение: {client_address}")
while data := client_socket.recv(RECV_SIZE):
    client_socket.sendall("Сервер слышит: ".encode() + data)
client_socket.close()
server_socket.close()
print("Клиент ушёл, сервер закончил работу.")
