# Пишет на диск до ошибки, всего не больше 1 ГБ; файлы через минуту удаляет
import os
import time

files = ['filler.bin', '/tmp/grading-attack' + os.getcwd().replace('/', '-')]
block = os.urandom(1 << 20)
for name in files:
    try:
        with open(name, 'wb') as file:
            for _ in range(500):
                file.write(block)
    except OSError as error:
        print(name, error)
time.sleep(60)
for name in files:
    if os.path.exists(name):
        os.remove(name)
