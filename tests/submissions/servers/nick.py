# Сервер узнаёт имя словом NICK, подписываются клиенты сами
import socket
import threading

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('127.0.0.1', 55555))
server.listen(100)

clients = {}  # сокет: ник


def broadcast(message):
    for client in list(clients):
        try:
            client.send(message)
        except OSError:
            pass


def handle(client):
    try:
        client.send('NICK'.encode('utf-8'))
        nickname = client.recv(1024).decode('utf-8')
        clients[client] = nickname
        print(f'Nickname is {nickname}')
        broadcast(f'{nickname} joined the chat!'.encode('utf-8'))
        client.send('Connected to the server!'.encode('utf-8'))
        while message := client.recv(1024):
            broadcast(message)
    except OSError:
        pass
    client.close()
    if client in clients:
        nickname = clients.pop(client)
        broadcast(f'{nickname} left the chat!'.encode('utf-8'))


while True:
    client, address = server.accept()
    threading.Thread(target=handle, args=(client,)).start()
