# Перед каждым сообщением идут 4 байта: его длина
import socket
import struct
import threading

clients = {}
lock = threading.Lock()


def recv_exactly(sock, size):
    data = b''
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise ConnectionError('клиент отключился')
        data += part
    return data


def recv_message(sock):
    size, = struct.unpack('!I', recv_exactly(sock, 4))
    if size > 100_000:
        raise ConnectionError('слишком длинное сообщение')
    return recv_exactly(sock, size).decode('utf-8', 'replace')


def send_message(sock, text):
    data = text.encode('utf-8')
    try:
        sock.sendall(struct.pack('!I', len(data)) + data)
    except OSError:
        pass


def send_all(text):
    with lock:
        for sock in clients:
            send_message(sock, text)


def handle(sock, address):
    name = f'Гость {address[1]}'
    try:
        send_message(sock, 'Как тебя зовут?')
        name = recv_message(sock)
        with lock:
            clients[sock] = name
        send_all(f'{name} пришёл')
        while text := recv_message(sock):
            send_all(f'{name}: {text}')
    except OSError as error:
        print(name, error)
    with lock:
        clients.pop(sock, None)
    sock.close()
    send_all(f'{name} ушёл')


server = socket.create_server(('localhost', 8080), backlog=50)
while True:
    threading.Thread(target=handle, args=server.accept(), daemon=True).start()
