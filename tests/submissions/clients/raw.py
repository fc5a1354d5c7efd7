import os
import socket
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080


def listen_for_messages(client_socket):
    while True:
        try:
            message = client_socket.recv(1024).decode('utf-8', errors='replace')
        except OSError as e:
            print(f"Ошибка при получении сообщения: {e}")
            break
        if not message:
            print("Соединение с сервером потеряно.")
            break
        print(message, flush=True)
    os._exit(0)


def start_client():
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((SERVER_HOST, SERVER_PORT))
    threading.Thread(target=listen_for_messages, args=(client_socket,)).start()

    while True:
        user_input = input()
        if user_input.lower() == "покинуть чат":
            break
        try:
            client_socket.send(user_input.encode('utf-8'))
        except OSError as e:
            print(f"Ошибка отправки сообщения: {e}")

    client_socket.shutdown(socket.SHUT_RDWR)
    client_socket.close()


if __name__ == "__main__":
    start_client()
