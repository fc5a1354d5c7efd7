from os import _exit
from socket import socket, SHUT_RDWR
from threading import Thread


class Client:
    def __init__(self, host, port):
        self.sock = socket()
        self.sock.connect((host, port))

    def listen(self):
        buffer = b''
        while True:
            try:
                data = self.sock.recv(512)
            except ConnectionError:
                break
            if not data:
                break
            *lines, buffer = (buffer + data).split(b'\n')
            for line in lines:
                print(line.decode('utf-8', 'replace'), flush=True)
        _exit(0)

    def run(self):
        Thread(target=self.listen, daemon=True).start()
        text = input()
        while text != 'покинуть чат':
            self.sock.sendall((text + '\n').encode())
            text = input()
        self.sock.shutdown(SHUT_RDWR)


if __name__ == '__main__':
    Client('127.0.0.1', 8080).run()
