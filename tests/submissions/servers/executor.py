# ошибка: потоки есть, но из concurrent.futures, а не из threading
import queue
import socket
from concurrent.futures import ThreadPoolExecutor

outboxes = {}
names = {}


def tell(text):
    for outbox in list(outboxes.values()):
        outbox.put(text)


def write(sock, outbox):
    try:
        while text := outbox.get():
            sock.sendall(f'{text}\n'.encode())
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    sock.close()


def read(sock, outbox):
    try:
        outbox.put('Ваше имя?')
        for line in sock.makefile('rb'):
            text = line.decode('utf-8', 'replace').strip()
            if not text:
                break
            if sock in names:
                tell(f'{names[sock]}: {text}')
            elif text in names.values():
                outbox.put('Имя занято. Ваше имя?')
            else:
                names[sock], outboxes[sock] = text, outbox
                tell(f'{text} в чате')
    except OSError:
        pass
    outboxes.pop(sock, None)
    if name := names.pop(sock, None):
        tell(f'{name} вышел')
    outbox.put(None)


pool = ThreadPoolExecutor(max_workers=300)
server = socket.create_server(('localhost', 8080), backlog=100)
while True:
    client, address = server.accept()
    inbox = queue.Queue()
    pool.submit(write, client, inbox)
    pool.submit(read, client, inbox)
