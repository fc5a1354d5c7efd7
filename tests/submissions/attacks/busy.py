# Вечный цикл (не дольше двух минут)
import time

end = time.time() + 120
while time.time() < end:
    pass
