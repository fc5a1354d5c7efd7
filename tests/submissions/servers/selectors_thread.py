"""Один поток принимает подключения, другой через selectors обслуживает всех клиентов."""
import selectors
import socket
import threading

selector = selectors.DefaultSelector()
users = {}   # сокет: [имя или None, что прочитано, что ещё не отправлено]
lock = threading.Lock()


def put(sock, text):
    users[sock][2] += f'{text}\n'.encode()
    selector.modify(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)


def tell_all(text):
    for sock, (name, _, _) in list(users.items()):
        if name:
            put(sock, text)


def drop(sock):
    selector.unregister(sock)
    name = users.pop(sock)[0]
    sock.close()
    if name:
        tell_all(f'{name} отключился')


def one_line(sock, line):
    """Обработать строку; False, если человека пора отключить."""
    name = users[sock][0]
    if not line:
        return False
    if name:
        tell_all(f'{name}: {line}')
    elif any(user[0] == line for user in users.values()):
        put(sock, 'Такое имя уже есть. Ваше имя?')
    else:
        users[sock][0] = line
        tell_all(f'{line} подключился')
    return True


def read(sock):
    data = sock.recv(4096)
    *lines, users[sock][1] = (users[sock][1] + data).split(b'\n')
    if not all(one_line(sock, line.decode('utf-8', 'replace').strip()) for line in lines) or not data:
        drop(sock)


def write(sock):
    sent = sock.send(users[sock][2])
    users[sock][2] = users[sock][2][sent:]
    if not users[sock][2]:
        selector.modify(sock, selectors.EVENT_READ)


def serve():
    while True:
        for key, events in selector.select(0.1):
            with lock:
                try:
                    if events & selectors.EVENT_WRITE:
                        write(key.fileobj)
                    if events & selectors.EVENT_READ:
                        read(key.fileobj)
                except BlockingIOError:
                    pass
                except OSError:
                    drop(key.fileobj)


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('localhost', 8080))
server.listen(64)
threading.Thread(target=serve, daemon=True).start()
while True:
    client, _ = server.accept()
    client.setblocking(False)
    with lock:
        users[client] = [None, b'', b'']
        selector.register(client, selectors.EVENT_READ)
        put(client, 'Ваше имя?')
