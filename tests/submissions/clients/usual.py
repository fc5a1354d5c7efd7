import os
import socket
import threading


def listen(sock):
    while True:
        try:
            data = sock.recv(1024)
        except OSError:
            break
        if not data:
            break
        print(data.decode(), end="")
    os._exit(0)


sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("localhost", 8080))
threading.Thread(target=listen, args=(sock,), daemon=True).start()
while True:
    text = input()
    if text == "покинуть чат":
        break
    sock.send((text + "\n").encode())
sock.close()
