"""Сервер с пультом: в его терминале можно набрать «кто» или «стоп». Слушает IPv6 и IPv4."""
import os
import socket
import threading

names, outs, lock = [], [], threading.RLock()


def console():
    try:
        while True:
            command = input('# ')
            if command == 'кто':
                print(*names, sep=', ')
            elif command == 'стоп':
                os._exit(0)
    except EOFError:
        pass  # сервер запущен без терминала


def shout(text):
    with lock:
        for out in outs:
            try:
                out.sendall(text.encode() + b'\n')
            except OSError:
                pass


def guest(sock):
    name = b''
    try:
        sock.sendall('Введи имя и нажми Enter\n'.encode())
        lines = sock.makefile('rb')
        name = lines.readline().strip().decode()
        if not name:
            return
        with lock:
            while name in names:
                name += '_'
            names.append(name)
            outs.append(sock)
        shout(f'{name} с нами!')
        for line in lines:
            if not line.strip():
                break
            shout(f'[{name}] {line.strip().decode(errors="replace")}')
    except (OSError, UnicodeDecodeError):
        pass
    finally:
        with lock:
            gone = sock in outs
            if gone:
                outs.remove(sock)
                names.remove(name)
        if gone:
            shout(f'{name} нас покидает')
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()


threading.Thread(target=console, daemon=True).start()
if socket.has_dualstack_ipv6():
    server = socket.create_server(('', 8080), family=socket.AF_INET6, dualstack_ipv6=True,
                                  backlog=64)
else:
    server = socket.create_server(('', 8080), backlog=64)
while True:
    threading.Thread(target=guest, args=(server.accept()[0],), daemon=True).start()
