# Окно: без экрана его не открыть
import socket
import threading
import tkinter as tk

root = tk.Tk()
root.title('Чат')
chat = tk.Text(root)
chat.pack()
entry = tk.Entry(root)
entry.pack()
sock = socket.create_connection(('localhost', 8080))


def send(event=None):
    text = entry.get()
    entry.delete(0, tk.END)
    if text == 'покинуть чат':
        sock.shutdown(socket.SHUT_RDWR)
        root.destroy()
    else:
        sock.sendall(f'{text}\n'.encode())


def receive():
    for line in sock.makefile(encoding='utf-8'):
        chat.insert(tk.END, line)
    root.quit()


entry.bind('<Return>', send)
threading.Thread(target=receive, daemon=True).start()
root.mainloop()
