# Проигрывает каждому заранее написанный разговор и никого не слушает
import socket
import threading
import time

TALK = ['Аня присоединился к чату.', 'Борис присоединился к чату.', 'Аня: привет',
        'Борис: и тебе привет', 'Аня: раз', 'Аня: два', 'Виктор присоединился к чату.',
        'Виктор: а где Борис?', 'Борис вышел из чата.', 'Аня: Аня — это я', 'Аня: у меня всё']


def play(sock):
    try:
        sock.sendall('Введите своё имя:\n'.encode())
        sock.recv(1024)
        for _ in range(60):
            for line in TALK:
                sock.sendall(f'{line}\n'.encode())
            time.sleep(1)
    except OSError:
        pass


server = socket.create_server(('localhost', 8080), backlog=100)
server.settimeout(120)
while True:
    sock, _ = server.accept()
    threading.Thread(target=play, args=(sock,), daemon=True).start()
