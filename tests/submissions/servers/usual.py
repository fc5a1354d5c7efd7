import socket
import threading

clients = []
names = {}


def broadcast(text, sender=None):
    for client in clients:
        if client is not sender:
            client.send((text + "\n").encode())


def remove(client):
    clients.remove(client)
    name = names.pop(client)
    client.close()
    broadcast(f"{name} вышел из чата")


def handle(client):
    client.send("Как вас зовут?\n".encode())
    name = client.recv(1024).decode().strip()
    names[client] = name
    clients.append(client)
    broadcast(f"{name} в чате", client)
    while True:
        try:
            message = client.recv(1024).decode().strip()
        except ConnectionError:
            break
        if not message:
            break
        broadcast(f"{name}: {message}", client)
    remove(client)


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("localhost", 8080))
server.listen()
while True:
    client, address = server.accept()
    threading.Thread(target=handle, args=(client,)).start()
