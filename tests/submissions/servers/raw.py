import socket
import threading

SERVER_HOST = 'localhost'
SERVER_PORT = 8080

# Хранилище
connected_clients = []
client_names = []
lock = threading.Lock()


# Обработчик клиента
def start_connection(client_socket, client_address):
    print(f"Новое подключение: {client_address}")
    try:
        client_socket.send("Введите своё имя:".encode('utf-8'))
        username = client_socket.recv(1024).decode('utf-8').strip()
        with lock:
            client_names.append(username)
            connected_clients.append(client_socket)
        send_message(f"{username} присоединился к чату.".encode('utf-8'))

        while True:
            message = client_socket.recv(1024)
            if not message.strip():
                break
            send_message(f"{username}: {message.decode('utf-8')}".encode('utf-8'))
    except (OSError, UnicodeDecodeError) as e:
        print(f"Ошибка: {e}")
    remove_user(client_socket)
    client_socket.close()


# Функция рассылки сообщений всем клиентам
def send_message(message):
    with lock:
        clients = connected_clients.copy()
    for client in clients:
        try:
            client.send(message)
        except OSError as e:
            print(f"Ошибка отправки: {e}")


def remove_user(client_socket):
    with lock:
        if client_socket not in connected_clients:
            return
        index = connected_clients.index(client_socket)
        connected_clients.pop(index)
        disconnected_user = client_names.pop(index)
    print(f"{disconnected_user} покинул чат.")
    send_message(f"{disconnected_user} вышел из чата.".encode('utf-8'))


# Настройка сервера
def start_server():
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((SERVER_HOST, SERVER_PORT))
    server_socket.listen(50)
    print(f"Сервер запущен на {SERVER_HOST}:{SERVER_PORT}")

    while True:
        client_socket, client_address = server_socket.accept()
        threading.Thread(target=start_connection, args=(client_socket, client_address)).start()


if __name__ == "__main__":
    start_server()
