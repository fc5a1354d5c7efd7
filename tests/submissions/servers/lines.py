"""Сервер чата: сообщение — строка, у каждого клиента свой читающий и свой пишущий поток."""
import queue
import socket
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080

lock = threading.Lock()
connected_clients = {}  # сокет: очередь строк для него
client_names = {}       # сокет: имя


def read_lines(sock):
    buffer = b""
    while data := sock.recv(1024):
        buffer += data
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            yield line.decode('utf-8', 'replace').strip()


def write_lines(sock, outbox):
    try:
        for line in iter(outbox.get, None):
            sock.sendall(f"{line}\n".encode('utf-8'))
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # связи больше нет, об этом узнает и читающий поток
    sock.close()


def send_message(text):
    with lock:
        for outbox in connected_clients.values():
            outbox.put(text)


def add_user(sock, name, outbox):
    with lock:
        if name in client_names.values():
            return False
        client_names[sock] = name
        connected_clients[sock] = outbox
    send_message(f"{name} присоединился к чату.")
    return True


def remove_user(sock):
    with lock:
        connected_clients.pop(sock, None)
        name = client_names.pop(sock, None)
    if name:
        send_message(f"{name} вышел из чата.")


def talk(sock, outbox):
    lines = read_lines(sock)
    outbox.put("Введите своё имя:")
    name = next(lines, "")
    while name and not add_user(sock, name, outbox):
        outbox.put(f"Имя {name} занято, введите другое:")
        name = next(lines, "")
    for line in lines:
        if not line or not name:
            break
        send_message(f"{name}: {line}")


def start_connection(sock, address):
    print("Новое подключение:", address)
    outbox = queue.Queue()
    threading.Thread(target=write_lines, args=(sock, outbox), daemon=True).start()
    try:
        talk(sock, outbox)
        remove_user(sock)
    except OSError as error:
        print("Связь оборвалась:", error)
        remove_user(sock)
    outbox.put(None)


def start_server():
    server = socket.create_server((SERVER_HOST, SERVER_PORT), backlog=100)
    print(f"Сервер запущен на {SERVER_HOST}:{SERVER_PORT}")
    while True:
        threading.Thread(target=start_connection, args=server.accept(), daemon=True).start()


if __name__ == '__main__':
    start_server()
