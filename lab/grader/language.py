"""What reports say, in English: what is ours in them, never what a program or a person has said.

The criteria and all that is written down about them are Russian; a report in another language is
made when it is written, so that nothing need be graded again.
"""

import re

LANGUAGES = "ru", "en"
SAID = re.compile(r"(«[^»]*»|`[^`]*`)")  # what somebody else has said, or a path
PHRASES = {
    # people
    "Аня": "Anya", "Борис": "Boris", "Виктор": "Viktor", "Галя": "Galya", "Призрак": "Ghost",
    "Клиент": "Client", "Сервер": "Server", "Гость": "Guest",
    # what is expected
    "слышит новость, в ней имя:": "hears the news, with the name:",
    "слышит вопрос об имени": "hears a question for the name",
    "слышит по отдельности:": "hears one by one:",
    ", и ни одна буква не пострадала": ", and no letter is damaged",
    ", и видит имя:": ", and sees the name:",
    "удалён: он ничего больше не слышит": "is removed: he hears nothing more",
    "различает двоих с одним именем": "can tell two people of one name apart",
    "не слышит ничего лишнего": "hears nothing else",
    "все слышат:": "everybody hears:",
    "больше одного потока": "more than one thread",
    "использует": "uses",
    "завершает работу": "ends",
    "завершил работу": "has ended", "разговаривает": "talks",
    # what has not happened
    "Не случилось:": "Did not happen:",
    "слышит только:": "hears only:",
    "слышит только": "hears only",
    "не слышит ничего": "hears nothing",
    "удалён. Пустое сообщение разослано, как любое другое": "is removed. The empty message was sent on like any other",
    "удалён": "is removed",
    "всё ещё слышит других": "still hears the others",
    "чат работает без": "the chat goes on without",
    "больше не читает": "reads no more",
    "завершился с ошибкой": "ended with an error",
    "закрывает соединение": "closes the connection",
    "Программа всё ещё работает": "The program is still running",
    "молчит": "says nothing",
    "Третьему здесь нет места: второй сидит за терминалом сервера":
        "There is no place for a third: the second sits at the server's terminal",
    "не может подключиться:": "can't connect:",
    "там никто не слушает": "nobody listens there",
    "никто не отвечает": "nobody answers",
    "подключается, а сервер его не слушает": "connects, and the server does not listen to him",
    "говорит, а сервер больше не читает": "speaks, and the server reads no more",
    "сидит за терминалом сервера: удалить его нельзя": "sits at the server's terminal: nobody can remove him",
    "у server.py": "server.py has",
    "не использует стандартный модуль": "does not use the standard module",
    "не слушает ни одного порта": "listens on no port",
    "не подключается к серверу на этой же машине": "does not connect to a server on the same machine",
    "не подключается к серверу": "does not connect to the server",
    "Никто никого не слышит: ни когда говорят строками, ни когда без концов строк, ни через client.py":
        "Nobody hears anybody: neither in lines, nor without line ends, nor through client.py",
    "работает, но": "runs, but",
    "сразу завершает работу и": "ends at once and",
    "не удалось прочесть": "can't be read",
    "не найден": "not found",
    "строка": "line",
    "ошибка": "error",
    # what can't be tried
    "Не проверено:": "Not tried:",
    "сервер понимает только свой client.py": "the server understands its own client.py only",
    "отсюда с сервером не поговорить, а client.py не запустить":
        "nobody can talk with the server from here, and client.py does not start",
    "здесь не запустить:": "can't be started here:",
    "не установлен пакет": "not installed: package",
    ", и файла": ", and there is no file",
    "в работе нет (поставить пакет:": "in the submission (to install it:",
    "есть только в Windows": "exists on Windows only",
    "ей нужен экран": "it needs a screen",
    "ей нужен терминал": "it needs a terminal",
    "модуль": "module",
    "на этой машине в Python нет модуля": "Python on this machine lacks the module",
    "— для": "is for",
    "и новее, а здесь": "or newer, and here is",
    # the conversation
    "Разговор:": "The conversation:",
    "Последние строки на терминале": "The last lines on the terminal of",
    "(каждое сообщение кончается": "(each message ends with",
    "(каждое сообщение послано отдельно, конец его ничем не отмечен)":
        "(each message is sent on its own, and nothing marks its end)",
    "занимает процессор без отдыха: его цикл ничего не ждёт": "never rests: its loop waits for nothing",
    "говорит без умолку,": "says without end,", "МБ:": "MB:",
    "говорит": "says", "набирает": "types", "слышит": "hears", "видит на экране": "sees on the screen",
    "слышит, что соединение закрыто": "hears that the connection is closed",
    "на связи": "is connected",
    "больше ничего не читает": "reads nothing more",
    "больше ничего не скажет (конец соединения)": "will say nothing more (end of the connection)",
    "пропадает: обрыв связи": "is gone: the connection breaks",
    "пропадает: программа снята": "is gone: the program was killed",
    "запускает": "starts", "запускается": "starts", "с аргументами:": "with the arguments:",
    "раз": "times", "подряд:": "in a row:",
    # about the submission
    "Проверены:": "Graded:",
    "сервер": "server", "клиент": "client",
    "слишком сложно для разбора": "too complicated to be read",
    "в папке нет программ на Python": "there are no Python programs in the folder",
    "ни одна программа не подходит под": "no program matches",
    "ни одна программа не подключается к серверу": "no program connects to the server",
    "ни одна программа": "no program",
    "не принимает подключений": "accepts connections",
    ", есть": ", there is",
    "и ещё": "and",
    "— и сервер, и клиент: сервер —": "is both server and client: server —",
    "— и сервер, и клиент; как выбрать, не понял, запускаю без аргументов":
        "is both server and client; how to choose is not clear, started without arguments",
    "без аргументов": "without arguments",
    "два кандидата": "two candidates", "кандидатов": "candidates:",
    "два клиента": "two clients", "клиентов": "clients:",
    "взял": "took", "и": "and",
    "Сдано": "Handed in",
    "опоздание в днях:": "days late:", "снято баллов:": "points taken off:",
    "попытка": "attempt", "из": "of",
    "Сдан текст, а не программы": "A text was handed in, and no programs", "в нём ссылка:": "with a link:",
    "в архиве больше": "the archive holds more than", "файлов или больше": "files or more than",
    "МБ, он не распакован": "MB, it was not unpacked",
    "архив закрыт паролем": "the archive needs a password",
    "архив не читается:": "the archive can't be read:",
    "нужна папка или zip, этот архив не распакован": "a folder or a zip is needed, this archive was not unpacked",
    "(7z открывает py7zr: pip install py7zr)": "(py7zr opens 7z: pip install py7zr)",
    "путь": "the path", "ведёт наружу, архив не распакован": "leads out, the archive was not unpacked",
    "Проверка оборвалась:": "The grading broke off:",
    "Проверка не началась:": "The grading did not begin:",
    "Проверка": "Grading",
    "Проверка шла дольше": "The grading took longer than", "с и прервана": "s and was ended",
    "Программа изменила файлы проверки. Они восстановлены, баллов нет":
        "The program changed the grader's files. They are restored, there are no points",
    # the report itself
    "критерий": "criterion", "баллы": "points", "бонус": "bonus", "не проверено": "not tried",
    "Баллов, которые преподаватель ставит сам:": "Points that the instructor is to give:",
    "С чего начать": "Where to begin",
    "Урок": "Lesson",
    "На терминале": "On the terminal of",
    "то же, что в критерии": "the same as in the criterion",
    "Из-за того же:": "For the same reason:",
    "(ошибка: она ниже)": "(an error, see below)",
    "проверка оборвалась раньше": "the grading broke off before",
}  # fmt: skip
FAULTS = {
    "Python не понимает эту строку, и программа не начинается: `{error}`":
        "Python does not understand this line, and the program does not begin: `{error}`",
    "Модуля «{module}» нет. Похоже на опечатку: есть «{close}»":
        "There is no module «{module}». It looks mistyped: there is «{close}»",
    "Имя «{name}» нигде не определено: опечатка, или присваивание осталось в другой функции":
        "The name «{name}» is not defined: it is mistyped, or assigned in another function",
    "У этого объекта нет «{name}»: опечатка, или объект не тот":
        "This object has no «{name}»: it is mistyped, or it is another object than you think",
    "Порт занят: его держит прежний сервер, или bind вызван дважды":
        "The port is in use: an earlier server holds it, or bind is called twice",
    "Сервер слушает не тот адрес: на другой машине такого адреса нет. Возьмите localhost":
        "The server listens on the wrong address, which another machine does not have. Take localhost",
    "Клиент ждёт input() раньше, чем подключается, и сервер не может ничего спросить":
        "The client waits in input() before it connects, and the server can't ask anything",
    "Главный поток кончается, и программа вместе с ним: потоки daemon его не удержат":
        "The main thread ends, and the program with it: daemon threads do not keep it alive",
    "Здесь функция вызвана, а не передана: поток не начнётся, пока она не кончится":
        "Here the function is called, not passed on: no thread begins before it has ended",
    "args ждёт кортеж: (client) — это просто client, а кортеж — (client,)":
        "args wants a tuple: (client) is just client, and the tuple is (client,)",
    "Поток создан, но не запущен: не хватает start()": "The thread is made but never started: start() is missing",
    "accept() вызван один раз: второго человека никто не впустит":
        "accept() is called once: nobody lets a second person in",
    "Пока сервер разговаривает с одним, остальные стоят в очереди: нужен поток на каждого":
        "While the server talks with one, the others wait in the queue: each needs a thread",
    "Ответ получает только тот, кто написал: сообщение надо послать каждому из подключённых":
        "Only the one who wrote gets an answer: the message is to be sent to everyone who is connected",
    "Рассылка идёт по «{name}», но в него никто не добавляется":
        "Messages are sent to all in «{name}», but nobody is ever added to it",
    "Сервер молчит, пока не получит имя: спросите о нём первым":
        "The server says nothing before it gets a name: ask for it first",
    "Конец разговора не замечен: recv возвращает пустое, и цикл крутится вечно. Проверьте, не пусто ли":
        "The end of the conversation goes unnoticed: recv returns nothing, and the loop spins. Check for that",
    "Обрыв связи — это исключение ConnectionError: его никто не ловит, и поток обрывается":
        "A broken connection is an exception, ConnectionError: nobody catches it, and the thread breaks off",
    "Человека удаляют дважды: второй раз его в списке уже нет":
        "Somebody is removed twice: the second time, that one is no longer in the list",
    "В словаре уже нет этого ключа: человека удалили раньше или не записали":
        "The dictionary has no such key: somebody was removed earlier, or never added",
    "Список меняется, пока по нему идут: кто-то будет пропущен. Идите по копии: list(…)":
        "The list changes while it is walked: somebody will be skipped. Walk a copy: list(…)",
    "Сокет уже закрыт, а другой поток ещё им пользуется": "The socket is closed, and another thread still uses it",
    "Клиент не знает слов «покинуть чат»: набрав их, никто не уйдёт":
        "The client does not know the words «leave the chat»: nobody leaves by typing them",
    "close() не будит поток, который ждёт в recv, и программа не кончается: нужен shutdown":
        "close() does not wake the thread that waits in recv, and the program does not end: use shutdown",
    "Один поток и печатает, и слушает: пока он ждёт в input(), чужих слов не видно. Слушать должен второй":
        "One thread types and listens: while it waits in input(), nobody's words are seen. Let a second one listen",
    "Сервера уже нет, а главный поток ждёт в input(): пока не нажат Enter, программа не кончится":
        "The server is gone, and the main thread waits in input(): the program does not end before Enter",
    "Кто ушёл, о том никому не сказано: после цикла чтения нужна рассылка":
        "Nobody is told who has left: after the loop that reads, tell everybody",
    "По сети идут байты: строку надо превратить в них, encode()":
        "Bytes go over the network: turn the string into bytes, encode()",
    "Из сети пришли байты: строка из них получается вызовом decode()":
        "Bytes came from the network: decode() turns them into a string",
    "Русская буква — два байта, и recv может вернуть половину: decode() каждого куска на этом падает":
        "A Russian letter is two bytes, and recv may return half of it: decode() of each piece fails there",
    "Сервер ждёт конца строки, а клиент его не посылает: добавьте к сообщению знак \\n":
        "The server waits for the end of a line, and the client sends none: add \\n to the message",
    "recv({size}) берёт не больше {size} байтов, и длинное сообщение рвётся на части":
        "recv({size}) takes {size} bytes at most, and a long message is torn apart",
    "Сервер считает сообщением то, что вернул один recv, а TCP — поток байтов без границ":
        "The server takes what one recv returned for a message, but TCP is a stream of bytes without borders",
    "settimeout обрывает того, кто просто молчит: TimeoutError надо ловить или не ставить предела":
        "settimeout cuts off whoever is just silent: catch TimeoutError, or set no limit",
    "Один не читает, и send ему стоит, а с ним и все остальные":
        "Somebody does not read, so send() to that one waits, and everybody else with it",
    "Имя никто не сравнивает с уже занятыми: две Ани неразличимы":
        "Nobody compares the name with those that are taken: two Anyas can't be told apart",
    "Кто ушёл, не назвав себя, попадает в чат с пустым именем":
        "Who leaves without giving a name gets into the chat with an empty one",
    "Программу или её поток останавливает ошибка: `{error}`": "An error ends the program or its thread: `{error}`",
}  # fmt: skip


def edged(phrase):
    """Return a pattern (str) for phrase (str) that stands apart from other letters."""
    before, after = r"(?<!\w)" * phrase[0].isalnum(), r"(?![^\W\d_])" * phrase[-1].isalpha()
    return before + re.escape(phrase) + after


def translator(phrases):
    """Return a function that says a text (str), ours, by phrases (dict); it leaves alone what stands in « » or ` `."""
    longest_first = re.compile("|".join(map(edged, sorted(phrases, key=len, reverse=True))))

    def translate(text):
        if text in phrases:
            return phrases[text]
        parts = SAID.split(text)
        parts[::2] = [longest_first.sub(lambda found: phrases[found[0]], part) for part in parts[::2]]
        return "".join(parts)

    return translate


english = translator({**PHRASES, **FAULTS})


def speaker(language):
    """Return a function that says a text (str), ours and Russian, in language (str, one of LANGUAGES)."""
    return english if language == "en" else str
