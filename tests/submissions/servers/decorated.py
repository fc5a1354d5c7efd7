import socket
import threading
from datetime import datetime

people = {}          # имя -> сокет
history = []
lock = threading.RLock()

BANNER = """\033[1m
  ╔══════════════════════════╗
  ║   ЧАТ ГРУППЫ ИВТ-21      ║
  ╚══════════════════════════╝\033[0m
Правила: не ругаться, не спамить.
Введите имя: """


def now():
    return datetime.now().strftime('[%H:%M]')


def broadcast(text):
    with lock:
        history.append(text)
        for sock in list(people.values()):
            try:
                sock.sendall((text + '\r\n').encode())
            except OSError:
                pass


def handle(sock):
    name = None
    try:
        sock.sendall(BANNER.encode())
        stream = sock.makefile('rb')
        name = stream.readline().decode().strip()
        with lock:
            if not name or name in people:
                sock.sendall('Имя пустое или занято, до свидания!\r\n'.encode())
                name = None
                return
            others = ', '.join(people) or 'никого'
            people[name] = sock
            sock.sendall(f'Добро пожаловать, {name}! Сейчас в чате: {others}.\r\n'.encode())
            for line in history[-5:]:
                sock.sendall(f'  (было) {line}\r\n'.encode())
        broadcast(f'{now()} \033[32m{name}\033[0m заходит в чат')
        while True:
            line = stream.readline().decode(errors='ignore').strip()
            if not line:
                break
            broadcast(f'{now()} \033[36m{name}\033[0m: {line}')
    except (OSError, UnicodeDecodeError) as error:
        print(now(), name, error)
    finally:
        if name:
            with lock:
                people.pop(name, None)
            broadcast(f'{now()} \033[31m{name}\033[0m уходит')
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(('localhost', 8080))
    server.listen(100)
    print(now(), 'сервер ждёт гостей')
    while True:
        client, address = server.accept()
        print(now(), 'подключился', address)
        threading.Thread(target=handle, args=(client,)).start()
