import threading

import protocol

users = {}
lock = threading.Lock()


def tell(text):
    with lock:
        for sock in users:
            try:
                protocol.send(sock, text)
            except OSError:
                pass


def serve(sock):
    name = None
    try:
        protocol.send(sock, 'Введите своё имя:')
        for text in protocol.receive(sock):
            if not text:
                break
            if name:
                tell(f'{name}: {text}')
                continue
            name = text
            with lock:
                users[sock] = name
            tell(f'{name} присоединился к чату.')
    except OSError:
        print('обрыв:', name)
    with lock:
        users.pop(sock, None)
    protocol.hang_up(sock)
    if name:
        tell(f'{name} вышел из чата.')


if __name__ == '__main__':
    server = protocol.listen()
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
