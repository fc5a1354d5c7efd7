# Имён нет: первое слово разошлёт как любое другое
import socket
import threading

clients = []


def broadcast(text):
    for client in list(clients):
        try:
            client.send(text.encode())
        except OSError:
            pass


def handle(client, number):
    clients.append(client)
    try:
        while (data := client.recv(1024)).strip():
            broadcast(f'Сообщение от клиента {number}: {data.decode(errors="replace")}')
    except OSError:
        pass
    clients.remove(client)
    client.close()


server = socket.create_server(('localhost', 8080), backlog=100)
number = 0
while True:
    number += 1
    threading.Thread(target=handle, args=(server.accept()[0], number)).start()
