"""Клиент чата: один поток печатает, что приходит, другой отправляет, что введено."""
import argparse
import os
import socket
import threading

parser = argparse.ArgumentParser()
parser.add_argument("--host", required=True)
parser.add_argument("--port", required=True, type=int)
args = parser.parse_args()


def listen_for_messages(sock):
    try:
        for line in sock.makefile(encoding='utf-8', errors='replace'):
            print(line.rstrip("\n"), flush=True)
    except OSError as error:
        print(f"Связь оборвалась: {error}")
    print("Соединение с сервером потеряно.", flush=True)
    os._exit(0)  # иначе программа ждала бы в input()


def start_client():
    sock = socket.create_connection((args.host, args.port))
    threading.Thread(target=listen_for_messages, args=(sock,), daemon=True).start()
    while True:
        text = input()
        if text.lower() == "покинуть чат":
            break
        sock.sendall(f"{text}\n".encode('utf-8'))
    sock.shutdown(socket.SHUT_RDWR)
    sock.close()


if __name__ == '__main__':
    start_client()
