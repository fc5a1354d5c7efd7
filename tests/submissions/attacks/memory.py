# Занимает память до ошибки, не больше 8 ГБ и не дольше минуты
import time

taken = []
try:
    for _ in range(80):
        taken.append(b'x' * 100_000_000)
except MemoryError:
    print('Память кончилась')
time.sleep(60)
