# Запуск: python server.py ПОРТ
import socket
import sys
import threading

if len(sys.argv) != 2:
    print('Запуск: python server.py ПОРТ')
    sys.exit(1)

clients = []
names = []
mutex = threading.Lock()


def send_others(me, text):
    with mutex:
        for c in clients:
            if c is not me:
                try:
                    c.sendall(text.encode() + b'\n')
                except OSError:
                    pass


def work(conn):
    name = ''
    try:
        conn.sendall('Представьтесь: '.encode())
        f = conn.makefile('r', encoding='utf-8', errors='replace')
        name = f.readline().strip()
        if name == '':
            return
        with mutex:
            names.append(name)
            clients.append(conn)
        send_others(conn, f'--> {name} вошёл в чат')
        for line in f:
            if line == '\n':
                break
            send_others(conn, f'{name} говорит: {line.strip()}')
    except OSError:
        pass
    finally:
        with mutex:
            if conn in clients:
                names.pop(clients.index(conn))
                clients.remove(conn)
        if name:
            send_others(conn, f'<-- {name} покинул чат')
        try:
            conn.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        conn.close()


srv = socket.socket()
srv.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
srv.bind(('', int(sys.argv[1])))
srv.listen(60)
print('Порт', sys.argv[1])
while True:
    c, a = srv.accept()
    threading.Thread(target=work, args=(c,)).start()
