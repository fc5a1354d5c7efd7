# Занимает общую память System V, которая переживает процесс (4 куска по 64 МБ, убрать: ipcrm -M 2026 …)
import ctypes
import time

libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for key in range(2026, 2030):
    segment = libc.shmget(key, 64 << 20, 0o1666)
    if segment < 0:
        print('Общей памяти не дали')
    else:
        ctypes.memset(libc.shmat(segment, None, 0), 1, 64 << 20)
time.sleep(30)
