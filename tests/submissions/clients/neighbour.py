import os
import threading

import protocol


def show(sock):
    try:
        for text in protocol.receive(sock):
            print(text, flush=True)
    finally:
        os._exit(0)


sock = protocol.connect()
threading.Thread(target=show, args=(sock,), daemon=True).start()
for text in iter(input, 'покинуть чат'):
    protocol.send(sock, text)
protocol.hang_up(sock)
