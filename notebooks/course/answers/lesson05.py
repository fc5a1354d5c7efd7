"""Lesson 5, threads and the lock: its exercises, with hints and solutions."""

import socket
import threading
from contextlib import ExitStack, closing, suppress

from answers.watched import WatchedList, WatchedLock, all_sent, watched_pair
from exercises import COURSE, WAIT, Exercise, Script, Task, Wrong, come, expect, hears, meet, reads, short, visit

STAGE = COURSE / "answers/stages/lesson05"
CROWDS = ("Глеб", "Даша", "Егор", "Женя"), ("Зоя", "Игорь", "Инна", "Костя"), ("Лёва", "Лиза", "Мила", "Олег")

CLOSED = "talk_to ещё говорит, а её сокет уже закрыт: закрыть его — её дело."
STUCK = "Если сервер замер: не вызвана ли send_message под with lock:? Она берёт ту же блокировку и ждёт сама себя."
SHIFTED = "Номер находят и убирают по нему под одной блокировкой: иначе другой поток успеет сдвинуть списки."


class ServeTogether(Exercise):
    number = "5.1"
    name = "serve_together"
    hints = (
        "Главный поток в цикле вызывает accept, а talk_to вызывает не сам: он готовит поток.",
        "threading.Thread(target=talk_to, args=(client_socket,)): talk_to без скобок, а у кортежа "
        "args есть запятая. Потом start().",
        "Потоки сложите в список. Второй цикл, после первого, вызывает join() у каждого.",
    )
    solution = '''
import threading


def serve_together(server_socket, guests, talk_to):
    threads = []
    for _ in range(guests):
        client_socket, client_address = server_socket.accept()
        thread = threading.Thread(target=talk_to, args=(client_socket,))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
'''
    right = "Молчание одного больше не задерживает другого."

    def check(self, serve_together):
        talkers, errors, closed = [], [], []
        threading.excepthook = lambda failure: errors.append(failure.exc_value)

        def talk_to(client_socket):
            if isinstance(client_socket, tuple):
                raise TypeError("talk_to получила пару, которую вернул accept, а ей нужен один сокет")
            talkers.append(threading.current_thread())
            with closing(client_socket):
                with suppress(OSError):
                    while data := client_socket.recv(100):
                        client_socket.sendall(data)
                if client_socket.fileno() < 0:
                    closed.append(client_socket)

        talk_to.__qualname__ = "talk_to"  # for the messages of errors
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with visit(port), visit(port) as boris:
                task = Task(serve_together, listener, 3, talk_to)
                try:
                    for word in "раз", "два":
                        boris.say(word)
                        hears(boris, word, f"Ждём троих. Аня соединилась и молчит. Борис сказал «{word}».")
                except Wrong as wrong:
                    raise self.diagnosis(task, talkers, errors, wrong) from None
                with visit(port) as vera:
                    vera.say("три")
                    hears(vera, "три", "Аня и Борис ещё разговаривают. Пришла Вера и сказала «три».")
                    self.check_waits(task, closed, "Трое ещё разговаривают")
                    vera.half_close()
                    vera.rest()
                task.thread.join(WAIT / 10)  # a function that waits for the last thread only ends now
                self.check_waits(task, closed, "Вера ушла, Аня и Борис ещё разговаривают")
            task.finish("Все трое ушли")
        if closed:
            raise Wrong(CLOSED)

    def check_waits(self, task, closed, what):
        if task.error:
            raise task.error
        if closed:
            raise Wrong(CLOSED)
        if not task.thread.is_alive():
            raise Wrong(f"{what}, а serve_together уже закончилась: после цикла подождите каждый поток, join().")

    def diagnosis(self, task, talkers, errors, wrong):
        """Return the error to raise if Boris has waited in vain."""
        if task.error:
            return task.error
        if errors and "after *" in str(errors[0]):
            return Wrong(
                f"Поток остановился с ошибкой {errors[0]}. args — это кортеж; у кортежа из "
                "одного элемента нужна запятая: args=(client_socket,)."
            )
        if errors:
            return Wrong(f"Поток остановился с ошибкой {type(errors[0]).__name__}: {errors[0]}")
        if task.thread in talkers:
            return Wrong(
                f"{wrong}\ntalk_to выполнил тот же поток, который вызывает accept. Скобки вызывают "
                "функцию сразу: передайте её потоку без скобок, target=talk_to. И пускает поток start(), а не run()."
            )
        if not talkers:
            return Wrong(f"{wrong}\ntalk_to никто не вызвал: поток не запущен. Сразу после accept нужен start().")
        if len(talkers) > 1:
            return Wrong(f"{wrong}\n{CLOSED}")
        return Wrong(
            f"{wrong}\nГлавный поток ждёт конца первого разговора и не принимает второго: "
            "join() должен стоять после цикла."
        )


class Enter(Exercise):
    number = "5.2"
    name = "enter"
    hints = (
        "Между проверкой имени и двумя append никто не должен вклиниться: все три под одним with lock:.",
        "return внутри with тоже отдаёт блокировку, поэтому отказ можно вернуть прямо оттуда.",
        "sendall может ждать. Поставьте его после with, на уровень левее.",
    )
    solution = '''
def enter(username, client_socket, client_names, connected_clients, lock):
    with lock:
        if username in client_names:
            return False
        client_names.append(username)
        connected_clients.append(client_socket)
    client_socket.sendall("Добро пожаловать!\\n".encode())
    return True
'''
    right = "Проверка и запись неразрывны, а ждать под блокировкой некому."

    def check(self, enter):
        lock = WatchedLock()
        names, clients = WatchedList(lock), WatchedList(lock)
        ours, theirs = watched_pair(lock)
        result = enter("Аня", ours, names, clients, lock)
        turns = names.turns + clients.turns
        what = "Пришла Аня, в чате никого."
        expect(f"{what} Имена:", ["Аня"], list.copy(names))
        if list.copy(clients) != [ours]:
            raise Wrong(f"{what} В connected_clients нет её сокета, или он там не один.")
        expect(f"{what} Что вернула enter?", True, result)
        if 0 in turns:
            raise Wrong(
                "Список проверен или изменён без блокировки lock: в этот миг между проверкой и записью "
                "может вклиниться другой поток."
            )
        if len(set(turns)) > 1:
            raise Wrong(
                "Проверка и запись стоят под блокировкой, но под разными with: между ними она "
                "свободна, и туда успевает другой поток."
            )
        if any(ours.turns):
            raise Wrong(
                "Приветствие послано под блокировкой. Если Аня не читает, sendall будет ждать, "
                "а с ним и все остальные у двери."
            )
        expect(f"{what}{ours.remark} Она слышит:", "Добро пожаловать!\n", all_sent(ours, theirs))
        self.check_namesake(enter, names, clients, lock)

    def check_namesake(self, enter, names, clients, lock):
        ours, theirs = watched_pair(lock)
        with closing(ours), closing(theirs):
            result = enter("Аня", ours, names, clients, lock)
            expect("Аня в чате. Пришла вторая Аня. Имена:", ["Аня"], list.copy(names))
            expect("Аня в чате. Пришла вторая Аня. Сколько сокетов?", 1, len(list.copy(clients)))
            expect("Аня в чате. Пришла вторая Аня. Что вернула enter?", False, result)
            if ours.turns:
                raise Wrong("Аня в чате. Пришла вторая Аня: её не записали, но поприветствовали.")
            if lock.locked():
                raise Wrong("Вторая Аня получила отказ, а блокировка осталась занятой: никто больше не войдёт.")


class Torn(Exercise):
    number = "5.3"
    answer = "БВД"
    hints = (
        "Считайте шаги. Один вызов метода списка — один шаг.",
        "guests += 1 — это три шага: прочитать, прибавить, записать.",
        "Две из пяти строк состоят из одного шага, остальные три можно прервать.",
    )
    solution = '''
БВД.
Б: прочитать, прибавить, записать. Двое прочтут одно и то же число, и одно прибавление пропадёт.
В: между проверкой и remove другой поток убирает эту же Аню, и remove бросает ValueError.
Д: между двумя append имя уже есть, а сокета ещё нет; другой человек встанет между ними.
А и Г — по одному вызову метода списка, в середину которого никто не вклинится.
'''
    right = "Во всех трёх шагов больше одного."

    why = {
        "А": "А — один вызов append: вклиниться некуда.",
        "Б": "Б: в guests += 1 три шага: прочитать, прибавить, записать.",
        "В": "В: между проверкой и remove Аню может убрать другой поток.",
        "Г": "Г — один вызов pop: он и находит, и убирает, и возвращает.",
        "Д": "Д: между двумя append имя уже есть, а сокета ещё нет.",
    }

    def check(self, answer):
        if not isinstance(answer, str) or not set(answer.upper()) <= {*self.why, " ", ","}:
            raise Wrong(f"Ответ — строка из русских букв от А до Д, например \"АГ\", а вышло {answer!r}.")
        for letter, why in self.why.items():
            if (letter in answer.upper()) != (letter in self.answer):
                raise Wrong(f"Подумайте о букве {letter} ещё раз. {why}")


class ManyServer(Exercise):
    number = "5.4"
    name = "server.py"
    hints = (
        "Начните со start_server: после accept запустите поток, target=start_connection, "
        "args=(client_socket, client_address).",
        "start_connection: послать вопрос об имени; первая строка клиента — имя, остальные — сообщения. "
        "Весь разговор стоит в try, а remove_user — после него: до неё доходит любой конец.",
        "remove_user: под блокировкой найти index сокета, убрать по этому номеру и сокет, и имя; после "
        "with сказать остальным. Если сокета в списке нет — return.",
        "send_message: под блокировкой цикл по connected_clients, в нём sendall в try … except OSError.",
    )
    solution = (STAGE / "server.py").read_text(encoding="utf-8")
    right = "Сервер слышит каждого, пока остальные молчат, и замечает, кто ушёл."
    patience = 2

    def check(self, path):
        try:
            self.check_chat(path)
        except Wrong as wrong:
            if str(wrong).endswith("[], и больше ничего") and "Введите своё имя:" not in str(wrong):
                raise Wrong(f"{wrong}\n{STUCK}") from None
            raise

    def check_chat(self, path):
        with Script(path, runner="restless.py") as script:
            port = script.listening()
            with visit(port), visit(port, "Аня") as anya:
                hears(anya, "Аня присоединился", "Кто-то соединился и молчит. Аня назвала своё имя.")
                with visit(port, "Борис") as boris:
                    hears(anya, "Борис присоединился", "Пришёл Борис.")
                    with visit(port, "Вера") as vera:
                        self.check_talk(anya, boris, vera)
                        self.check_leaving(anya, boris, vera)
                with visit(port, "Даня") as danya:
                    hears(danya, "Даня присоединился", "Пришёл Даня.")
                    danya.say("")
                    hears(anya, "Даня вышел", "Даня послал пустую строку: это уход.")
                    ends(danya)
        with Script(path, runner="restless.py") as script:  # restless again, as at first
            port = script.listening()
            with visit(port, "Аня") as anya:
                hears(anya, "Аня присоединился", "Аня назвала своё имя.")
                for names in CROWDS:
                    self.check_crowd(port, anya, names)
                self.check_leaving_at_once(port, anya)

    def check_talk(self, anya, boris, vera):
        for person in anya, boris, vera:
            hears(person, "Вера присоединился", "Пришла Вера.")
        boris.say("раз")
        for name, person in ("Аня", anya), ("Вера", vera), ("Борис", boris):
            hears(person, "Борис: раз", f"Борис сказал «раз». Слышат это все, и он сам. Слушает {name}.")
        boris.say("два")
        hears(anya, "Борис: два", "Борис сказал «два», Аня и Вера молчат.")
        text = "Вера, привет\n".encode()
        boris.send(text[:5])
        vera.say("три")
        hears(anya, "Вера: три", "Борис послал полстроки. Вера сказала «три».")
        boris.send(text[5:])
        for person in anya, boris, vera:
            hears(person, "Борис: Вера, привет", "Борис послал строку двумя кусками, по середине буквы.")
        vera.say("a" * 5000)
        hears(vera, "длиннее", "Вера послала строку в 5000 байтов. Ответить ей должен сервер.")

    def check_leaving(self, anya, boris, vera):
        boris.close()
        hears(vera, "Борис вышел", "Борис закрыл соединение.")
        heard = hears(anya, "Борис вышел", "Борис закрыл соединение.")
        expect("Борис закрыл соединение. Что слышно до слов о нём?", [], heard[:-1])
        vera.reset()
        heard = hears(anya, "Вера вышел", "Соединение Веры оборвалось.")
        expect("Соединение Веры оборвалось. Что слышно до слов о ней?", [], heard[:-1])

    def check_crowd(self, port, anya, names):
        with ExitStack() as stack:
            people = [stack.enter_context(visit(port)) for _ in names]
            for name, person in zip(names, people):
                hears(person, "Введите своё имя:", f"{name} подключается")
            for name, person in zip(names, people):
                person.say(name)
            for _ in names:
                hears(anya, "присоединился", f"{', '.join(names)} разом назвали свои имена.")
            for name, person in zip(names, people):
                person.close()
                heard = hears(anya, "вышел", f"{', '.join(names)} разом назвали свои имена. {name} уходит.")[-1]
                if name not in heard:
                    raise Wrong(
                        f"{', '.join(names)} разом назвали свои имена. {name} уходит.\n    вышло: {heard}\n"
                        "Имя и сокет записывают под одной блокировкой, иначе между двумя append встанет другой "
                        "поток, и номера разойдутся."
                    )

    def check_leaving_at_once(self, port, anya):
        names, what = CROWDS[0], f"{', '.join(CROWDS[0])} ушли разом."
        with ExitStack() as stack:
            people = [stack.enter_context(come(port, name)) for name in names]
            for name in names:
                hears(anya, f"{name} присоединился", f"Пришёл человек по имени {name}.")
            for person in people:
                person.close()
            try:
                heard = [hears(anya, "вышел", what)[-1] for _ in names]
            except Wrong as wrong:
                raise Wrong(f"{wrong}\n{SHIFTED}") from None
        if sorted(heard) != sorted(f"{name} вышел из чата." for name in names):
            raise Wrong(f"{what} Слушает Аня.\n    вышло: {heard}\n{SHIFTED}")


def ends(danya):
    """Raise Wrong if the server does not close the connection of Danya (Peer), who has sent an empty line."""
    try:
        danya.rest()
    except TimeoutError:
        raise Wrong("Даня послал пустую строку и удалён, но его соединение не закрыто.") from None
    except OSError:
        pass  # a reset counts as an end


class ThreadedClient(Exercise):
    number = "5.5"
    name = "client.py"
    hints = (
        "Одному потоку не дождаться и сервера, и клавиатуры. recv пусть ждёт в своём потоке.",
        "threading.Thread(target=listen_for_messages, args=(client_socket,), daemon=True).start() — после "
        "connect и до цикла с input.",
        "Главный поток: text = input(); если text.lower() == \"покинуть чат\", то break; иначе "
        "client_socket.sendall(f\"{text}\\n\".encode()).",
    )
    solution = (STAGE / "client.py").read_text(encoding="utf-8")
    right = "Клиент слышит других, пока вы думаете, что сказать."

    def check(self, path):
        with meet(path) as (script, server):
            server.sendall("Введите своё имя:\n".encode())
            script.prints("Введите своё имя:", "Сервер спросил имя, на клавиатуре ещё ничего не набрали.")
            script.types("Аня")
            reads(server, "Аня\n", "В клиенте набрали «Аня».", script)
            for text in "Борис: раз", "Вера: !" + "ы" * 5000, "Борис: два":
                server.sendall(f"{text}\n".encode())
                script.prints(text, f"На клавиатуре ничего не набирают. Сервер сказал «{short(text)}».")
            script.types("привет")
            reads(server, "привет\n", "В клиенте набрали «привет».", script)
            self.check_goodbye(script, server)

    def check_goodbye(self, script, server):
        what = "В клиенте набрали «Покинуть чат»"
        script.types("Покинуть чат")
        try:
            data = server.recv(1000)
        except TimeoutError:
            raise Wrong(
                f"{what}. Программа не заканчивается. Если цикл с input уже позади, её держит "
                "слушающий поток: сделайте его фоновым, daemon=True."
            ) from None
        except OSError:
            data = b""  # a reset counts as an end
        expect(f"{what}. Что ушло на сервер?", "", data.decode("utf-8", "replace"))
        script.ends(what)
