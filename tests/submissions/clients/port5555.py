from socket import *
from threading import *
import os

s = socket(AF_INET, SOCK_STREAM)
s.connect(('localhost', 5555))


def priem():
    while True:
        try:
            d = s.recv(4096)
        except Exception:
            break
        if d == b'':
            break
        print(d.decode(errors='replace').strip('\n'), flush=True)
    print('Нет связи')
    os._exit(1)


Thread(target=priem, daemon=True).start()
while True:
    t = input()
    if t == 'покинуть чат':
        s.shutdown(SHUT_WR)
        os._exit(0)
    s.send(t.encode() + b'\n')
