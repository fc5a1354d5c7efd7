import os
import socket
import struct
import threading

sock = socket.create_connection(('localhost', 8080))


def read(size):
    data = b''
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def receive():
    try:
        while True:
            size, = struct.unpack('!I', read(4))
            print(read(size).decode('utf-8', 'replace'), flush=True)
    except OSError:
        print('Сервер отключился')
        os._exit(0)


threading.Thread(target=receive, daemon=True).start()
while True:
    text = input()
    if text == 'покинуть чат':
        break
    data = text.encode('utf-8')
    sock.sendall(struct.pack('!I', len(data)) + data)
sock.shutdown(socket.SHUT_RDWR)
