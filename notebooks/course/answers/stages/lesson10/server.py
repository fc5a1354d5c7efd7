"""Мой сервер после урока 10: тот, кто не читает, никого не держит."""
import queue
import select
import socket
import threading
import unicodedata

SERVER_HOST = 'localhost'
SERVER_PORT = 8080
RECV_SIZE = 8192
MAX_MESSAGE = 4096  # байтов
MAX_NAME = 32       # знаков
PROMPT = "Введите своё имя:\n"
TOO_LONG = f"Сообщение длиннее {MAX_MESSAGE} байт не отправлено.\n"

inbox = queue.SimpleQueue()  # (сокет, строка) или (сокет, None), когда клиент ушёл

# Это хозяйство потока рассылки, поэтому блокировка здесь не нужна.
connected_clients = []
client_names = []
left = set()  # сокеты тех, кто попрощался, а его поток ещё читает


def clean(data):
    """Вернуть data (bytes) без неверных байтов и управляющих знаков, кроме \\n."""
    text = data.decode("utf-8", "replace")
    for sign in set(text):
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp") and sign != "\n":
            text = text.replace(sign, " ")
    return text.encode()


def receive(sock):
    """Вернуть следующий кусок; обрыв — такой же конец, как и b""."""
    try:
        return sock.recv(RECV_SIZE)
    except OSError:
        return b""


def lines(sock):
    """Отдавать строки собеседника (bytes, без концов строк); слишком длинную — один раз."""
    tail, skipping = b"", False
    while chunk := receive(sock):
        if skipping:
            rest, newline, chunk = chunk.partition(b"\n")
            skipping = not newline
        *whole, tail = (tail + chunk).replace(b"\r\n", b"\n").split(b"\n")
        if len(tail) > MAX_MESSAGE + 1:
            whole.append(tail)
            tail, skipping = b"", True
        yield from whole  # то же, что for line in whole: yield line
    if tail:
        yield tail


def start_connection(client_socket, client_address):
    """Читать одного клиента; всё прочитанное класть во входящие."""
    print(f"Новое подключение: {client_address}")
    try:
        client_socket.sendall(PROMPT.encode())
        for line in lines(client_socket):
            inbox.put((client_socket, line))
    except OSError as error:
        print(f"Ошибка: {error}")
    inbox.put((client_socket, None))


def broadcast():
    """Брать входящие по одному, решать и посылать, без конца."""
    while True:
        client_socket, line = inbox.get()
        if line is None:
            remove_user(client_socket)
            left.discard(client_socket)
            client_socket.close()
        elif client_socket not in left:
            decide(client_socket, line)


def decide(client_socket, line):
    """Решить, что значит строка (bytes): имя, прощание или сообщение."""
    if client_socket not in connected_clients:
        add_user(client_socket, line)
    elif not line:
        remove_user(client_socket)
        left.add(client_socket)
        disconnect(client_socket)
    elif len(line) > MAX_MESSAGE:
        tell(client_socket, TOO_LONG.encode())
    else:
        username = client_names[connected_clients.index(client_socket)]
        send_message(f"{username}: ".encode() + clean(line) + b"\n")


def shape(username):
    """Вернуть имя таким, каким его видят: без знаков, которых на экране нет."""
    normal = unicodedata.normalize("NFKC", username)
    return "".join(c for c in normal if unicodedata.category(c) not in ("Cf", "Mn"))


def why_not(username):
    """Вернуть, почему имя не годится, или None."""
    if not shape(username).strip():
        return "Имя не может быть пустым."
    if len(username) > MAX_NAME:
        return f"Имя не может быть длиннее {MAX_NAME} символов."
    if shape(username) in [shape(name) for name in client_names]:
        return f"Имя {username} уже занято."
    return None


def add_user(client_socket, line):
    """Впустить клиента под именем из строки (bytes) или сказать, почему нельзя."""
    username = " ".join(clean(line).decode().replace(":", " ").split())
    reason = why_not(username)
    if reason:
        return tell(client_socket, f"{reason}\n{PROMPT}".encode())
    client_names.append(username)
    connected_clients.append(client_socket)
    send_message(f"{username} присоединился к чату.\n".encode())


def remove_user(client_socket):
    """Убрать клиента из обоих списков и сказать об этом остальным."""
    if client_socket in connected_clients:
        index = connected_clients.index(client_socket)
        del connected_clients[index]
        disconnected_user = client_names.pop(index)
        print(f"{disconnected_user} покинул чат.")
        send_message(f"{disconnected_user} вышел из чата.\n".encode())


def send_message(message):
    """Послать сообщение (bytes) всем."""
    for client in connected_clients:
        tell(client, message)


def tell(client_socket, message):
    """Послать сообщение (bytes) одному клиенту, не ожидая; у кого нет места, того отключить."""
    try:
        if select.select([], [client_socket], [], 0)[1]:
            client_socket.sendall(message)
        else:
            disconnect(client_socket)
    except OSError:
        pass  # его уже нет: поток, который его читает, скажет об этом сам


def disconnect(client_socket):
    """Закончить соединение; поток, который его читает, увидит конец и закончится."""
    try:
        client_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # его уже нет


def start_server():
    """Запустить поток рассылки; принимать клиентов и каждому запускать поток."""
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((SERVER_HOST, SERVER_PORT))
    server_socket.listen()
    print(f"Сервер запущен на {SERVER_HOST}:{SERVER_PORT}")
    threading.Thread(target=broadcast, daemon=True).start()
    while True:
        client_socket, client_address = server_socket.accept()
        threading.Thread(target=start_connection, args=(client_socket, client_address), daemon=True).start()


if __name__ == "__main__":
    start_server()
