# Чат на двоих: второй человек сидит за терминалом сервера
import socket
import threading

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server_socket.bind(('localhost', 8080))
server_socket.listen(1)
print('Ожидание собеседника...')
client_socket, address = server_socket.accept()
print('Подключился', address)


def receive():
    while True:
        data = client_socket.recv(1024)
        if not data:
            print('Собеседник вышел')
            break
        print('Собеседник:', data.decode('utf-8').strip())


threading.Thread(target=receive).start()
while True:
    text = input()
    client_socket.send(('Сервер: ' + text + '\n').encode('utf-8'))
