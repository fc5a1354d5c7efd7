import socket
import threading

def start_server(:
    print("Сервер запущен"
