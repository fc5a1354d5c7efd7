from socket import socket, AF_INET, SOCK_STREAM, SOL_SOCKET, SO_REUSEADDR
from threading import Thread, Lock


class User(Thread):
    """Один участник чата и поток, который его слушает."""

    def __init__(self, chat, sock):
        super().__init__(daemon=True)
        self.chat = chat
        self.sock = sock
        self.file = sock.makefile('rw', encoding='utf-8', errors='replace', newline='\n')
        self.name_in_chat = None

    def send(self, text):
        try:
            self.sock.sendall((text + '\n').encode('utf-8'))
        except OSError:
            pass

    def run(self):
        try:
            self.send('Как вас зовут?')
            self.name_in_chat = self.chat.enter(self, self.file.readline().strip())
            for line in self.file:
                if not line.strip():
                    break
                self.chat.say(f'<{self.name_in_chat}> {line.strip()}')
        except OSError:
            pass
        finally:
            self.chat.leave(self)
            self.file.close()
            self.sock.close()


class Chat:
    def __init__(self, host, port):
        self.users = []
        self.lock = Lock()
        self.server = socket(AF_INET, SOCK_STREAM)
        self.server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        self.server.bind((host, port))
        self.server.listen()

    def enter(self, user, wanted):
        with self.lock:
            name, number = wanted, 2
            while name in [other.name_in_chat for other in self.users]:
                name, number = f'{wanted}{number}', number + 1
            if name:
                user.name_in_chat = name
                self.users.append(user)
        if name:
            self.say(f'* {name} теперь с нами')
        return name

    def leave(self, user):
        with self.lock:
            if user not in self.users:
                return
            self.users.remove(user)
        self.say(f'* {user.name_in_chat} больше не с нами')

    def say(self, text):
        with self.lock:
            users = list(self.users)
        for user in users:
            user.send(text)

    def run(self):
        while True:
            sock, _ = self.server.accept()
            User(self, sock).start()


if __name__ == '__main__':
    Chat('127.0.0.1', 8080).run()
