"""Lesson 14, the client: its exercises, with hints and solutions."""
import exercises
from answers import lesson13
from exercises import COURSE, Exercise, Wrong, expect, meet, pair, reads

LEAVE = "покинуть чат"


class SendInput(Exercise):
    number = "14.1"
    name = "send_input"
    hints = (
        "Цикл: for text in texts. Сначала line = text.strip(): без пробелов и перевода строки по краям.",
        "Сравните line.lower() со словом прощания. Если line пуста, посылать её нельзя.",
        "Сообщение кончается \"\\n\" и уходит байтами: client_socket.sendall(f\"{line}\\n\".encode()). "
        "После цикла return False.",
    )
    solution = '''
def send_input(client_socket, texts):
    for text in texts:
        line = text.strip()
        if line.lower() == "покинуть чат":
            return True
        if line:
            client_socket.sendall(f"{line}\\n".encode())
    return False
'''
    right = "Пустое не послано, слово прощания осталось у клиента."

    def check(self, send_input):
        self.compare(send_input, ["Аня", "", "привет", "   ", "как дела?"], "Аня\nпривет\nкак дела?\n", False)
        for word in LEAVE, " Покинуть ЧАТ ":
            self.compare(send_input, ["привет", word, "а это?"], "привет\n", True)
        self.compare(send_input, ["Аня\n", "\n", "привет\n"], "Аня\nпривет\n", False)
        self.compare(send_input, ["Не хочу покинуть чат\n"], "Не хочу покинуть чат\n", False)

    def compare(self, send_input, texts, wanted, result):
        ours, theirs = pair()
        theirs.settimeout(exercises.WAIT)
        left, heard = iter(texts), []
        got = send_input(ours, self.typed(left, theirs, heard))
        ours.close()
        while chunk := theirs.recv(8192):
            heard.append(chunk)
        expect(f"Набрано {texts}. Что услышал сервер?", wanted, b"".join(heard).decode())
        expect(f"Набрано {texts}. Что вернула функция?", result, got)
        if result:
            expect(f"Набрано {texts}. Что осталось непрочитанным после прощания?", texts[2:], [*left])

    def typed(self, texts, theirs, heard):
        """Yield texts (str) as a person types them: the next when the last has been sent."""
        for text in texts:
            yield text
            if text.strip().lower() == LEAVE:
                yield from texts
            elif text.strip():
                try:
                    heard.append(theirs.recv(8192))
                except TimeoutError:
                    raise Wrong(f"Набрано {text!r}. Функция берёт следующую строку, а эту серверу ещё не "
                                "послала.") from None


class MyClient(lesson13.Leaves):
    number = "14.2"
    name = "client.py"
    patience = 3
    hints = (
        "Возьмите клиент из задания. Пусть каждое посланное сообщение кончается \"\\n\", а пустые не уходят.",
        "Главный поток: вместо цикла с input() вызовите send_input(client_socket, sys.stdin) из упражнения 14.1, а "
        "после неё, вместо close(), leave(client_socket, listener) из упражнения 13.1.",
        "Сервер ушёл: слушающий поток печатает об этом и вызывает os._exit(0). Поток создавайте с daemon=True.",
        "Чтобы уходящий не прочёл, что соединение потеряно, заведите leaving = threading.Event(): главный поток "
        "поднимает его перед leave, слушающий спрашивает leaving.is_set().",
    )
    solution = (COURSE / "answers/stages/lesson14/client.py").read_text(encoding="utf-8")
    right = "Ваш клиент готов: сообщения уходят строками, а сам он кончается всегда."

    def check(self, path):
        super().check(path)
        with meet(path) as (script, server):
            self.begin(script, server)
            script.types("Аня")
            script.end_input()
            what = "Из канала пришло «Аня», и ввод кончился"
            lesson13.hears_the_end(server, what, "Аня\n")
            server.close()  # it may wait long for that, as lab/client.py does
            script.ends(f"{what}, сервер услышал конец и закончил тоже")

    def talk(self, script, server):
        """Each message is a line, and nothing empty goes out."""
        script.types("Аня")
        reads(server, "Аня\n", "Набрано «Аня» и Enter. Что услышал сервер?", script)
        script.types("")
        script.types("привет")
        what = "Нажат Enter в пустой строке, потом набрано «привет». Что услышал сервер?"
        expect(what, "привет\n", reads(server, "привет\n", what, script))
        server.sendall("Борис: и тебе привет\n".encode())
        script.prints("Борис: и тебе привет", "Сервер прислал слова Бориса.")
