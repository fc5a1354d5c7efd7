# Оставляет после себя процесс, который ушёл из своей группы (живёт две минуты)
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    marker = '/tmp/grading-attack' + os.getcwd().replace('/', '-')
    for name in 'daemon.pid', marker:
        try:
            with open(name, 'w') as file:
                file.write(str(os.getpid()))
        except OSError:
            pass
    time.sleep(120)
    if os.path.exists(marker):
        os.remove(marker)
    os._exit(0)
os.wait()
time.sleep(10)
