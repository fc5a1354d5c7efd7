"""Lesson 1, connection and bytes: its exercises, with hints and solutions."""
from exercises import Exercise, Wrong, expect, pair


class ReadAll(Exercise):
    number = "1.2"
    name = "read_all"
    hints = (
        "recv отдаёт столько байтов, сколько уже пришло. Одного вызова мало: нужен цикл.",
        "Цикл кончается, когда recv вернул b\"\": собеседник больше ничего не скажет.",
        "data = b\"\", затем: while chunk := sock.recv(RECV_SIZE): data += chunk",
    )
    solution = '''
def read_all(sock):
    data = b""
    while chunk := sock.recv(8192):
        data += chunk
    return data
'''
    right = "Такой цикл читает всё, какими бы кусками оно ни пришло."

    def check(self, read_all):
        words = "Сначала одно, ", "потом другое."
        ours, theirs = pair()
        for word in words:
            ours.sendall(word.encode())
        ours.close()
        got = read_all(theirs)
        if got is None:
            raise Wrong("Функция ничего не вернула. В конце нужен return.")
        expect(f"Собеседник послал {words[0]!r} и {words[1]!r} и закончил.", "".join(words).encode(), got)
        ours, theirs = pair()
        ours.close()
        expect("Собеседник закончил, ничего не сказав.", b"", read_all(theirs))
        ours, theirs = pair()
        ours.sendall(b"x" * 100_000)
        ours.close()
        expect("Собеседник послал 100 000 байтов и закончил. Сколько байтов прочитано?",
               100_000, len(read_all(theirs)))
