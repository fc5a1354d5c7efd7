# По словам «покинуть чат» сервер закрывает соединение сам, клиент этого ждёт
import socket
import threading


def keyboard():
    while True:
        sock.sendall(f'{input()}\n'.encode())


sock = socket.create_connection(('localhost', 8080))
threading.Thread(target=keyboard, daemon=True).start()
try:
    while data := sock.recv(4096):
        print(data.decode(errors='replace'), end='', flush=True)
except ConnectionError:
    pass
sock.close()
