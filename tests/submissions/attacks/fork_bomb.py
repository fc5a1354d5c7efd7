# Размножается, но не больше 2000 раз, и каждый живёт минуту
import os
import time

for _ in range(2000):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        time.sleep(0.01)
time.sleep(60)
