"""Сервер чата. Запуск: python server.py --host АДРЕС --port ПОРТ"""
import argparse
import logging
import socketserver
import threading
import socket

logging.basicConfig(level=logging.INFO, format='%(asctime)s %(message)s')
lock = threading.RLock()
handlers = {}


class Handler(socketserver.StreamRequestHandler):
    """socketserver заводит для каждого подключения поток и вызывает handle."""

    name = None

    def handle(self):
        self.wfile.write('Введите своё имя:\n'.encode())
        while not self.name:
            raw = self.rfile.readline()
            if not raw.strip():
                return
            name = raw.decode('utf-8', 'replace').strip()
            with lock:
                if name not in handlers:
                    self.name, handlers[name] = name, self
                else:
                    self.wfile.write('Имя занято, введите другое:\n'.encode())
        tell(f'{self.name} присоединился к чату.')
        for raw in iter(self.rfile.readline, b''):
            text = raw.decode('utf-8', 'replace').strip()
            if not text:
                break
            tell(f'{self.name}: {text}')

    def finish(self):
        with lock:
            handlers.pop(self.name, None)
        if self.name:
            tell(f'{self.name} вышел из чата.')
        super().finish()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        logging.info('обрыв связи: %s', client_address)


def tell(text):
    logging.info(text)
    with lock:
        for handler in handlers.values():
            try:
                handler.request.sendall(f'{text}\n'.encode())
            except OSError:
                pass


parser = argparse.ArgumentParser()
parser.add_argument('--host', required=True)
parser.add_argument('--port', required=True, type=int)
args = parser.parse_args()
with Server((socket.gethostbyname(args.host), args.port), Handler) as server:
    server.serve_forever()
