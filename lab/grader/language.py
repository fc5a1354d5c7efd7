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
    "после этого не слышит ничего": "hears nothing after that",
    "слышит лишнее:": "hears besides:",
    "всё ещё на связи": "is still connected",
    "Соединение всё ещё открыто": "The connection is still open",
    "Поток один": "There is one thread",
    "До этого не дошло: client.py завершил работу после имени":
        "It did not come to this: client.py ended after the name",
    "Пустое сообщение разослано, как любое другое": "The empty message was sent on like any other",
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
    ": в нём написано": ": in it stands",
    "не слушает ни одного порта": "listens on no port",
    "не подключается к серверу на этой же машине": "does not connect to a server on the same machine",
    "не подключается к серверу": "does not connect to the server",
    "Борис подключился, а сервер ничего ему не сказал: занят Аней и других не слышит":
        "Boris has connected, and the server has told him nothing: it is busy with Anya and hears nobody else",
    "Что сказала Аня, слышит только она сама: Борису сервер этого не послал":
        "What Anya has said only she herself hears: the server has not sent it to Boris",
    "Что сказала Аня, Борису не слышно, чем бы ни кончалось сообщение и через client.py тоже":
        "What Anya has said Boris does not hear, whatever ends a message, and not through client.py either",
    "работает, но": "runs, but",
    "сразу завершает работу и": "ends at once and",
    "завершает работу через": "ends after", "с и": "s and",
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
    "(люди кончают каждое сообщение знаком": "(people end each message with",
    "(люди кончают каждое сообщение знаками": "(people end each message with",
    ", как telnet)": ", as telnet does)",
    "(знаков конца люди не посылают: этот сервер берёт за сообщение то, что вернул один recv)":
        "(people send nothing that ends a message: this server takes what one recv returned for one)",
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
    "раз": "times", "подряд:": "in a row:", "(и так много раз подряд)": "(and so on, many times in a row)",
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
    "Из-за того же": "For the same reason",
    "Нужно для:": "Needed for:", "Образец:": "A sample:",
    "Имя занято, назовите другое:": "The name is taken, give another:", "Баллов это не стоило": "This cost no points",
    "До бонусных критериев дело поэтому не дошло:": "Because of this, the bonus criteria were not reached:",
    "Исправьте основное и сдайте ещё раз: проверятся и они.":
        "Repair the base and hand in again: then they are graded, too.",
    "Сверх задания": "Beyond the assignment",
    "Знаки:": "Signs:",
    "✓ — так и было": "✓: so it was",
    "✗ — этого не было": "✗: this did not happen",
    "· — до этого не дошло": "·: it did not come to this",
    "⏎ — здесь кончается строка": "⏎: a line ends here",
    "… — здесь пропуск: его сделал отчёт": "…: something is left out here, by this report",
    "(подряд: 3) — эта строка пришла три раза подряд": "(in a row: 3): this line came three times in a row",
    "\ufffd — байты, из которых не выходит буквы": "\ufffd: bytes that make no letter",
    "Имя люди в проверке называют сразу, не дожидаясь вопроса":
        "People in the grading say their name at once, before they are asked",
    "(ошибка: она ниже)": "(an error, see below)",
    "проверка оборвалась раньше": "the grading broke off before",
}  # fmt: skip
FAULTS = {
    "Python не понимает эту строку, и программа не начинается: `{error}`. Проверьте её и строку выше: "
    "скобки, кавычки, двоеточия, отступы":
        "Python does not understand this line, and the program does not begin: `{error}`. Look at it and "
        "at the line above: brackets, quotes, colons, indents",
    "Модуля «{module}» нет. Похоже на опечатку: есть «{close}». Исправьте всюду, где он назван, строки: {lines}":
        "There is no module «{module}». It looks mistyped: there is «{close}». Correct it wherever it is "
        "named, lines: {lines}",
    "Имя «{name}» здесь не определено, строки: {lines}. Это опечатка, или присваивание осталось в другой функции":
        "The name «{name}» is not defined here, lines: {lines}. It is mistyped, or assigned in another function",
    "Этой функции «{name}» — своё имя: в ней есть присваивание, а значения ещё нет. Первой строкой: `global {name}`":
        "In this function «{name}» is a name of its own: it is assigned in it, and has no value yet. "
        "Begin the function with `global {name}`",
    "У этого объекта нет «{name}»: опечатка, или объект не тот":
        "This object has no «{name}»: it is mistyped, or it is another object than you think",
    "Порт занят: остановите прежний сервер, а bind вызывайте один раз":
        "The port is in use: stop the earlier server, and call bind once",
    "Сервер слушает не тот адрес: на другой машине такого нет. Возьмите `localhost`":
        "The server listens on the wrong address, which another machine does not have. Take `localhost`",
    "Клиент ждёт input() раньше, чем подключается, и сервер не может ничего спросить. Сначала connect, потом input()":
        "The client waits in input() before it connects, and the server can't ask anything. First "
        "connect, then input()",
    "Главный поток кончается, и программа вместе с ним: потоки daemon её не удержат. Дождитесь потока: `.join()`":
        "The main thread ends, and the program with it: daemon threads do not keep it alive. Wait for the"
        " thread: `.join()`",
    "Здесь функция вызвана, а не передана: поток не начнётся, пока она не кончится, и до тех пор никого "
    "больше не впустят. Передайте её саму, а то, что в скобках, отдельно: `{code}`":
        "Here the function is called, not passed on: no thread begins before it has ended, and until then"
        " nobody else gets in. Pass the function itself, and apart from it what stands in the brackets: "
        "`{code}`",
    "args ждёт кортеж, а кортеж из одного — с запятой: `args=({name},)`":
        "args wants a tuple, and a tuple of one has a comma: `args=({name},)`",
    "Поток создан, но не запущен: допишите `.start()`":
        "The thread is made but never started: add `.start()`",
    "accept() не стоит в цикле: следующего человека никто не впустит. Поставьте его в цикл while True, и "
    "пусть каждый разговор идёт в своём потоке: `threading.Thread(target=handle, args=(client,)).start()`":
        "accept() stands in no loop: nobody lets the next person in. Put it into a while True loop, and have"
        " each conversation in a thread of its own: `threading.Thread(target=handle, "
        "args=(client,)).start()`",
    "Пока сервер разговаривает с одним, остальные стоят в очереди. Вынесите разговор с одним человеком в "
    "функцию и после accept() запускайте её в своём потоке: `threading.Thread(target=handle, "
    "args=(client,)).start()`":
        "While the server talks with one, the others wait in the queue. Make the talk with one person a "
        "function, and after accept() start it in a thread of its own: `threading.Thread(target=handle, "
        "args=(client,)).start()`",
    "Ответ получает только тот, кто написал. Пошлите сообщение в цикле каждому из подключённых; ему "
    "самому — как хотите":
        "Only the one who wrote gets an answer. Send the message in a loop to everyone who is connected; "
        "to the writer too, or not, as you like",
    "Рассылка идёт по «{name}», но в него никто не добавляется. Добавляйте каждого, как только он назвал себя":
        "Messages are sent to all in «{name}», but nobody is ever added to it. Add everyone who has given a name",
    "Сервер молчит, пока не получит имя. Спросите первым, перед этой строкой: `{client}.send(\"Введите "
    "своё имя:\".encode())`":
        "The server says nothing before it gets a name. Ask first, before this line: "
        "`{client}.send(\"Enter your name:\".encode())`",
    "Конец разговора не замечен: recv возвращает пустое, и цикл крутится вечно. Сразу после этой строки: "
    "`if not {name}: break`":
        "The end of the conversation goes unnoticed: recv returns nothing, and the loop spins for ever. "
        "Right after this line: `if not {name}: break`",
    "Обрыв связи — это исключение ConnectionError, и здесь его никто не ловит: поток обрывается. "
    "Поставьте эту строку в try, а в `except ConnectionError:` — `break`":
        "A broken connection is an exception, ConnectionError, and nobody catches it here: the thread "
        "breaks off. Put this line into a try, and `break` into its `except ConnectionError:`",
    "Тот, кому здесь посылают, уже пропал, и ошибка обрывает поток того, кто говорил. Поставьте эту "
    "строку в try, а в `except OSError:` — `pass`: что он ушёл, заметит его собственный поток":
        "The one to whom this is sent is gone, and the error breaks off the thread of the one who spoke. "
        "Put this line into a try, and `pass` into its `except OSError:`; that somebody has left is noticed by that "
        "one's own thread",
    "Человека удаляют дважды: второй раз его в списке уже нет, и поток кончается ошибкой ValueError или "
    "KeyError. Оставьте один вызов, после цикла чтения":
        "Somebody is removed twice: the second time, that one is no longer in the list, and the thread ends "
        "with ValueError or KeyError. Keep one call, after the loop that reads",
    "В словаре уже нет этого ключа: человека удалили раньше или не записали. Удаляйте его один раз, после"
    " цикла чтения, а из словаря — через `.pop(…, None)`":
        "The dictionary has no such key: somebody was removed earlier, or never added. Remove each once, after the "
        "loop that reads, and from the dictionary with `.pop(…, None)`",
    "Список меняется, пока по нему идут: кто-то будет пропущен. Идите по копии: `list({name})`":
        "The list changes while it is walked: somebody will be skipped. Walk a copy: `list({name})`",
    "Сокет уже закрыт, а другой поток ещё им пользуется. Поставьте эту строку в try, а в `except OSError:` — `break`":
        "The socket is closed, and another thread still uses it. Put this line into a try, and `break` "
        "into its `except OSError:`",
    "Клиент не знает слов «покинуть чат»: набрав их, никто не уйдёт. Сразу после этой строки: `if {name} "
    "== \"покинуть чат\": break`":
        "The client does not know the words «leave the chat»: nobody leaves by typing them. Right after "
        "this line: `if {name} == \"leave the chat\": break`",
    "close() не будит поток {function} (строка {line}), который ждёт в recv, и программа не кончается. Допишите ему "
    "`daemon=True` или перед close(): `{sock}.shutdown(socket.SHUT_RDWR)`":
        "close() does not wake the thread {function} (line {line}), which waits in recv, and the program does not end. "
        "Add `daemon=True` to it, or before close(): `{sock}.shutdown(socket.SHUT_RDWR)`",
    "Функции {name} не передано, с чем работать. Передайте в args: `{code}`":
        "The function {name} has not been given what it works with. Pass it in args: `{code}`",
    "Один поток и слушает, и отправляет: пока он ждёт в recv (строка {recv}), набранное не уходит, а пока"
    " ждёт в input() (строка {input}), не видно ни чужих слов, ни ухода сервера. Перенесите recv и print "
    "в функцию с циклом, как в образце, и перед циклом с input (строка {loop}) запустите её: "
    "`threading.Thread(target=listen, args=({sock},), daemon=True).start()`. Когда recv вернёт пустое или связь "
    "оборвётся (OSError), она завершает всю программу":
        "One thread both listens and sends: while it waits in recv (line {recv}), what is typed does not "
        "go out, and while it waits in input() (line {input}), neither others' words are seen nor that "
        "the server is gone. Move recv and print to a function with a loop, as in the sample, and before the "
        "loop with input (line {loop}) start it: `threading.Thread(target=listen, args=({sock},), "
        "daemon=True).start()`. When recv returns nothing, or the connection breaks (OSError), it ends the whole "
        "program",
    "Сервера уже нет, а главный поток ждёт в input(): пока не нажат Enter, программа не кончится. Пусть "
    "поток, который слушает, после своего цикла (он кончается строкой {end}) завершит её всю: `os._exit(0)`":
        "The server is gone, and the main thread waits in input(): the program does not end before Enter."
        " Let the thread that listens end all of it after its loop (which ends in line {end}): `os._exit(0)`",
    "Кто ушёл, о том никому не сказано: после цикла чтения (он кончается строкой {end}), чем бы он ни "
    "кончился, разошлите остальным, что он ушёл":
        "Nobody is told who has left: after the loop that reads (which ends in line {end}), however it has "
        "ended, tell all the others",
    "По сети идут байты, а здесь строка. Превратите в байты её всю: `{code}`":
        "Bytes go over the network, and this is a string. Turn all of it into bytes: `{code}`",
    "Из сети пришли байты: строка из них получается, если дописать `.decode()`":
        "Bytes came from the network: they become a string when you add `.decode()`",
    "Русская буква — два байта, и recv может вернуть половину: decode() каждого куска на этом падает или "
    "портит букву. Сначала соберите байты до знака \\n, потом decode()":
        "A Russian letter is two bytes, and recv may return half of it: decode() of each piece fails "
        "there, or damages the letter. First collect the bytes up to \\n, then decode()",
    "Сервер ждёт конца строки, а клиент его не посылает. Добавьте к каждому сообщению знак конца: `+ \"\\n\"`":
        "The server waits for the end of a line, and the client sends none. Add it to each message: `+ \"\\n\"`",
    "recv({size}) берёт не больше {size} байтов, и длинное сообщение рвётся на части. Возьмите `recv(1024)`":
        "recv({size}) takes {size} bytes at most, and a long message is torn apart. Take `recv(1024)`",
    "Сервер считает сообщением то, что вернул один recv, а TCP — поток байтов без границ. Пусть каждое "
    "сообщение кончается знаком \\n: копите байты и делите их по нему":
        "The server takes what one recv returned for a message, but TCP is a stream of bytes without "
        "borders. Let each message end with \\n: collect bytes, and split them there",
    "settimeout обрывает того, кто просто молчит. Уберите settimeout, или ловите TimeoutError и ждите "
    "дальше: `continue`":
        "settimeout cuts off whoever is just silent. Remove settimeout, or catch TimeoutError and go on "
        "waiting: `continue`",
    "send ждёт, пока тот, кому он посылает, прочтёт: Борис не читает, и поток Ани стоит здесь, а с ним и "
    "все. Дайте каждому свою очередь и свой поток, который берёт из неё и посылает":
        "send waits until the one to whom it sends has read: Boris does not read, and Anya's thread "
        "stands here, and with it everybody. Give each a queue, and a thread that takes from it and sends",
    "Образец — наверх, под import":
        "The sample goes to the top, below import",
    "Вместо этой строки — образец":
        "The sample goes in place of this line",
    "Вместо этой строки, вместе с её try, если он есть: `{put}`":
        "In place of this line, with its try, if it has one: `{put}`",
    "Перед строкой {line}, где он попадает в список: `{queue}` и `{thread}`":
        "Before line {line}, where one gets into the list: `{queue}` and `{thread}`",
    "Сразу после accept (строка {line}): `{queue}` и `{thread}`":
        "Right after accept (line {line}): `{queue}` and `{thread}`",
    "Кто ушёл, тому после строки {line}: `{put}`, и его поток кончится":
        "For who has left, after line {line}: `{put}`, and that one's thread ends",
    "Имя никто не сравнивает с уже занятыми: две Ани неразличимы. Спрашивайте, пока имя занято, или дайте "
    "другое: «Аня2», «Аня3»":
        "Nobody compares the name with those that are taken: two Anyas can't be told apart. Ask while the name is "
        "taken, or give another: «Anya2», «Anya3»",
    "Кто ушёл, не назвав себя, попадает в чат с пустым именем. Если имя пустое или связь оборвалась "
    "(`except ConnectionError:`), закройте сокет и кончайте разговор":
        "Who leaves without giving a name gets into the chat with an empty one. If the name is empty or the "
        "connection breaks (`except ConnectionError:`), close the socket and end the conversation",
    "Программу или её поток останавливает ошибка: `{error}`":
        "An error ends the program or its thread: `{error}`",
    "Функция {function} (строка {line}) написана, но её никто не вызывает: сразу после цикла (он кончается строкой "
    "{end}) нужно `{call}`":
        "The function {function} (line {line}) is written, but nobody calls it: right after the loop (which "
        "ends in line {end}), `{call}` is needed",
    "Сразу после цикла (он кончается строкой {end}) нужно `{call}`, чем бы он ни кончился":
        "Right after the loop (which ends in line {end}), `{call}` is needed, however the loop has ended",
    "Сразу после цикла (он кончается строкой {end}) уберите ушедшего из списка, закройте его сокет и разошлите "
    "остальным, что он ушёл":
        "Right after the loop (which ends in line {end}), take who has left off the list, close the socket, "
        "and tell the others who has left",
    "Выйти из цикла мало: главный поток ждёт в input(). Сразу после цикла в {function} (он кончается строкой "
    "{end}): `os._exit(0)`":
        "To leave the loop is not enough: the main thread waits in input(). Right after the loop in {function} "
        "(which ends in line {end}): `os._exit(0)`",
    "Наверху: `import {modules}`":
        "At the top: `import {modules}`",
    "Обрыв связи — исключение: поставьте recv в try, а в `except OSError:` — тоже `break`":
        "A broken connection is an exception: put recv into a try, and `break` into its `except OSError:`, too",
    "Поток {function} (строка {line}) держит программу, пока ждёт в recv: допишите ему `daemon=True`":
        "The thread {function} (line {line}) keeps the program alive while it waits in recv: add `daemon=True`",
    "Это уже умеет ваша функция {function} (строка {line}). Она берёт строку (str), encode() вызывает сама: "
    "`{code}`":
        "Your function {function} (line {line}) already does that. It takes a string (str) and calls encode() itself: "
        "`{code}`",
    "Это уже умеет ваша функция {function} (строка {line}). Она берёт байты (bytes): `{code}`":
        "Your function {function} (line {line}) already does that. It takes bytes: `{code}`",
    "Похоже на «{close}»":
        "It looks like «{close}»",
    "Сейчас `{call}` стоит в строках: {lines}; оставьте только строку {last}":
        "Now `{call}` stands in lines: {lines}; keep line {last} only",
    "И рассылка пусть никого не удаляет: вместо `{call}` (строка {line}) — `pass`; того, кто пропал, удалит "
    "его собственный поток":
        "And let nobody be removed while all are told: in place of `{call}` (line {line}), `pass`; who is gone is "
        "removed by that one's own thread",
    "Проще всего: перед строкой {line}, один раз и не в цикле (новый makefile теряет то, что прочёл прежний), "
    "`lines = {client}.makefile(encoding='utf-8')`, а потом вместо каждого recv с decode(), имя тоже, — "
    "`lines.readline().strip()`: он ждёт всей строки, а в конце разговора возвращает пустую":
        "The easiest way: before line {line}, once and in no loop (a new makefile loses what the one before has "
        "read), `lines = {client}.makefile(encoding='utf-8')`, and then in place of each recv with decode(), also "
        "for the name, `lines.readline().strip()`: it waits for a whole line, and at the end of the conversation "
        "returns an empty one",
    "Ваш client.py этот знак уже посылает, и проверка тогда будет посылать":
        "Your client.py sends this sign already, and the grading will then send it, too",
    "Пусть client.py посылает этот знак, и проверка тогда будет посылать":
        "Let client.py send this sign, and the grading will then send it, too",
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
