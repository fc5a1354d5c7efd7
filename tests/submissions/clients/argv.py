# Запуск: python client.py АДРЕС ПОРТ
import os
import socket
import sys
import threading

if len(sys.argv) != 3:
    print('Запуск: python client.py АДРЕС ПОРТ')
    sys.exit(1)

sock = socket.socket()
sock.connect((sys.argv[1], int(sys.argv[2])))


def read():
    try:
        while data := sock.recv(1024):
            sys.stdout.write(data.decode('utf-8', 'replace'))
            sys.stdout.flush()
    finally:
        print('Связи больше нет')
        os._exit(0)


threading.Thread(target=read, daemon=True).start()
for line in sys.stdin:
    if line.strip() == 'покинуть чат':
        break
    sock.sendall(line.encode())
sock.close()
os._exit(0)
