# Слушает 2000 портов и никому не отвечает (не дольше двух минут)
import socket
import time

servers = []
for port in range(8080, 10080):
    try:
        servers.append(socket.create_server(('localhost', port)))
    except OSError as error:
        print(port, error)
        if error.errno == 24:  # больше открыть нельзя
            break
time.sleep(120)
