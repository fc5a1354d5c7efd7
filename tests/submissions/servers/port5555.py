# чат, порт 5555
from socket import *
from threading import *

s = socket(AF_INET, SOCK_STREAM)
s.bind(('', 5555))
s.listen(50)
print('Жду подключений...')
spisok = {}
zamok = Lock()


def vsem(tekst):
    zamok.acquire()
    for k in spisok:
        try:
            k.send(tekst.encode() + b'\n')
        except Exception:
            print('не дошло до', spisok[k])
    zamok.release()


def potok(k):
    try:
        k.send('Имя?\n'.encode())
        ostatok = b''
        while b'\n' not in ostatok:
            chast = k.recv(1024)
            if not chast:
                k.close()
                return
            ostatok += chast
        imya, ostatok = ostatok.split(b'\n', 1)
        imya = imya.decode().strip()
        vsem('К нам пришёл(ла) ' + imya)
        zamok.acquire()
        spisok[k] = imya
        zamok.release()
        while True:
            while b'\n' in ostatok:
                stroka, ostatok = ostatok.split(b'\n', 1)
                if not stroka.strip():
                    raise EOFError
                vsem(imya + ' -> ' + stroka.decode().strip())
            chast = k.recv(1024)
            if not chast:
                raise EOFError
            ostatok += chast
    except Exception as oshibka:
        print('Отключение:', type(oshibka).__name__)
    if k in spisok:
        zamok.acquire()
        del spisok[k]
        zamok.release()
        vsem('От нас ушёл(ла) ' + imya)
    k.close()


while True:
    klient, adres = s.accept()
    Thread(target=potok, args=[klient]).start()
