import os
import socket
import threading


def receive(sock):
    data = b''
    try:
        while part := sock.recv(1000):
            *messages, data = (data + part).split(b'\r\n')
            for message in messages:
                print(message.decode('utf-8', 'replace'), flush=True)
    except OSError as e:
        print(e)
    os._exit(0)


with socket.create_connection(('localhost', 8080)) as sock:
    threading.Thread(target=receive, args=(sock,), daemon=True).start()
    while (text := input()) != 'покинуть чат':
        sock.sendall(text.encode('utf-8') + b'\r\n')
    sock.shutdown(socket.SHUT_RDWR)
