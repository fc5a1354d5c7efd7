# Сообщения разделены b"\r\n", как в HTTP и SMTP
import socket
import threading

END = b'\r\n'
users = {}
lock = threading.Lock()


def send(sock, text):
    try:
        sock.sendall(text.encode('utf-8') + END)
    except OSError:
        pass


def send_all(text):
    with lock:
        for sock in users:
            send(sock, text)


def messages(sock):
    data = b''
    while True:
        while END in data:
            message, data = data.split(END, 1)
            yield message.decode('utf-8', 'replace')
        part = sock.recv(1000)
        if part == b'':
            return
        data += part


def serve(sock):
    try:
        send(sock, '220 Введите имя')
        for text in messages(sock):
            if text == '':
                break
            elif sock in users:
                send_all(f'{users[sock]}: {text}')
            elif text in users.values():
                send(sock, '550 Имя занято')
            else:
                with lock:
                    users[sock] = text
                send_all(f'250 {text} в чате')
    except OSError as e:
        print(e)
    with lock:
        name = users.pop(sock, None)
    if name is not None:
        send_all(f'221 {name} не в чате')
    sock.close()


if __name__ == '__main__':
    with socket.create_server(('localhost', 8080), backlog=64) as server:
        while True:
            threading.Thread(target=serve, args=(server.accept()[0],)).start()
