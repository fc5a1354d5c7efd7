# Печатает без остановки (не дольше минуты)
import sys
import time

end = time.time() + 60
line = 'болтовня ' * 1000 + '\n'
while time.time() < end:
    sys.stdout.write(line)
    sys.stderr.write(line)
