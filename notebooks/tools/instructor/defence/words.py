"""The words of the questions and of what a good answer holds, in Russian and English.

A phrase has {places} for lines of the program, which stand there with their numbers.
"""

LANGUAGES = "ru", "en"


def say(key, language, **values):
    """Return the phrase called key (str) in language (str), with values in its places."""
    return PHRASES[key][LANGUAGES.index(language)].format(**values)


SPOKEN = {"ru": ("Аня", "да", "раз", "два"), "en": ("Anna", "yes", "one", "two")}  # a name, then words of chatters

PHRASES = {
    # questions about the server
    "ask-end": (
        "Человек закрыл окно своего клиента. Какая строка первой замечает, что говорить он больше не будет, и какие "
        "строки выполняются после неё? Назовите их по порядку, до конца этого потока.",
        "Somebody closes the window of the client. Which line is the first to notice that nothing more will come, and"
        " which lines run after it? Name them in order, to the end of this thread.",
    ),
    "ask-reset": (
        "Клиент убит, и вместо данных здесь ошибка ConnectionResetError. На какой строке программа продолжит, и какая"
        " строка уберёт этого человека (хранится: {kept})?",
        "The client was killed, and here is a ConnectionResetError in place of data. With which line does the program"
        " go on, and which line removes this person (kept: {kept})?",
    ),
    "ask-early": (
        "Сервер ждал здесь имя, но клиента убили: ConnectionResetError. Какие строки выполнятся дальше? Споткнётся ли "
        "программа о то, что этого человека ещё нигде нет, и на какой строке?",
        "The server was waiting for a name here, but the client was killed: a ConnectionResetError. Which lines run "
        "then? Does the program stumble over a person who is not kept anywhere yet, and at which line?",
    ),
    "ask-dead": (
        "В {name} трое. У второго связь уже оборвана, и отправка ему кончается ошибкой. Услышит ли третий это "
        "сообщение? Докажите по строкам. Какая строка уберёт второго и когда?",
        "There are three in {name}. The second one's connection is broken, and sending to that one ends with an "
        "error. Does the third hear this message? Prove it by the lines. Which line removes the second, and when?",
    ),
    "ask-stands": (
        "В чате трое, и все молчат. Сколько потоков в процессе сервера и на какой строке стоит каждый из них? Какой "
        "строкой каждый начат?",
        "There are three people in the chat, and all are silent. How many threads does the server's process have, and"
        " at which line does each of them stand? Which line has started each?",
    ),
    "ask-whose": (
        "Аня сказала слово, и эта строка посылает его Борису. Чей это поток: Анин, Бориса, главный или ещё какой-то? "
        "Назовите цепочку вызовов, которой он сюда пришёл.",
        "Anna has said a word, and this line sends it to Boris. Whose thread is that: Anna's, Boris's, the main one "
        "or another? Name the chain of calls by which it has come here.",
    ),
    "ask-lists": (
        "Вошли Аня, Борис и Вера, потом Борис ушёл. Что теперь лежит в {kept}: сколько элементов, какого типа, в "
        "каком порядке? Какими строками они туда попали и какими убраны?",
        "Anna, Boris and Vera have joined, then Boris has left. What is in {kept} now: how many elements, of which "
        "type, in which order? Which lines have put them there, and which have removed them?",
    ),
    "ask-lock": (
        "Сервер хранит {kept}. Назовите все строки, которые их меняют или по ним идут. Какие из них могут выполняться"
        " двумя потоками одновременно, а каким этого что-то не даёт?",
        "The server keeps {kept}. Name all lines that change them or walk over them. Which of these may run in two "
        "threads at once, and which are kept from it, by what?",
    ),
    "ask-again": (
        "Пусть эта строка стоит не после блока with, а внутри него, последней. Что случится, когда до неё дойдёт: на "
        "какой строке остановится этот поток, и на каких потом остальные? Почему?",
        "Suppose that this line does not stand after the with block but within it, as its last one. What happens when "
        "it is reached: at which line does this thread stop, and at which ones do the others stop later? Why?",
    ),
    "ask-ghost": (
        "Человек подключился и закрыл окно, не назвав имени. Какие строки выполнятся после этой и что дословно "
        "услышат остальные?",
        "Somebody connects and closes the window without giving a name. Which lines run after this one, and what "
        "exactly do the others hear?",
    ),
    "ask-namesake": (
        "В чате есть Аня, и второй человек тоже назвался Аней. Какие строки выполнятся после этой, что окажется в "
        "ваших структурах и кого уберут, когда вторая Аня уйдёт?",
        "There is an Anna in the chat, and a second person says that name, too. Which lines run after this one, what "
        "is in your structures then, and who is removed when the second Anna leaves?",
    ),
    "ask-glued": (
        "Сервер был занят, и «раз» и «два» от Ани дошли вместе, одним куском. Что дословно услышит Борис? Какая "
        "строка решает, где кончается сообщение?",
        "The server was busy, and Anna's words “one” and “two” arrived together, in one piece. What exactly does "
        "Boris hear? Which line decides where a message ends?",
    ),
    "ask-wire": (
        "Аня набрала «да». Что именно уйдёт отсюда Борису, до последнего знака, и какие строки это сложили?",
        "Anna has typed “yes”. What exactly goes from here to Boris, to the last character, and which lines have put "
        "it together?",
    ),
    "ask-own": (
        "Слышит ли Аня саму себя? Какая строка это решает и что надо изменить, чтобы было наоборот?",
        "Does Anna hear herself? Which line decides that, and what would have to be changed to have it the other way?",
    ),
    "ask-value": (
        "Человек набрал в вашем клиенте «Аня» и нажал Enter. Что напечатал бы print(repr({variable})) в этой функции "
        "сразу после строки, которая читает имя? Какие вызовы на пути от клавиатуры сделали значение таким?",
        "Somebody has typed “Anna” into your client and pressed Enter. What would print(repr({variable})) print in "
        "this function, right after the line that reads the name? Which calls on the way from the keyboard have made "
        "it so?",
    ),
    "ask-inline": (
        "Пусть вместо этой строки {function} просто вызвана. Аня вошла и молчит, Борис подключается. На какой строке "
        "стоит главный поток и что видит Борис?",
        "Suppose that {function} is simply called in place of this line. Anna has joined and is silent, Boris "
        "connects. At which line does the main thread stand, and what does Boris see?",
    ),
    "ask-letter": (
        "recv вернул кусок, который кончается половиной русской буквы. Что случится на этой строке, где программа "
        "продолжит и что станет с человеком, который это написал?",
        "recv has returned a piece that ends with half of a letter of two bytes, such as “é”. What happens at this "
        "line, where does the program go on, and what becomes of the person who wrote that?",
    ),
    "ask-ctrl-c": (
        "В чате трое, на сервере нажали Ctrl+C. На какой строке прервут главный поток, кто это поймает, и кончится ли"
        " процесс? Почему?",
        "There are three people in the chat, and somebody presses Ctrl+C at the server. At which line is the main "
        "thread interrupted, what catches that, and does the process end? Why?",
    ),
    "ask-erased-break": (
        "Сотрём здесь break (поставим pass). Разговор кончился: какие строки выполнятся дальше, сколько раз, и по "
        "чему это будет видно?",
        "Let's erase this break (and write pass). The conversation ends: which lines run then, how often, and how "
        "would one see it?",
    ),
    "ask-erased-removal": (
        "Сотрём эту строку. Аня ушла, Борис говорит. Какая строка первой наткнётся на то, что Ани нет, и услышат ли "
        "остальные Бориса?",
        "Let's erase this line. Anna leaves, Boris speaks. Which line is the first to stumble over Anna's absence, "
        "and do the others hear Boris?",
    ),
    # questions about the client
    "ask-gone": (
        "Сервер остановлен. Какая строка клиента узнаёт об этом, на какой строке в это время стоит каждый из потоков,"
        " и кончится ли программа, если больше ничего не нажимать?",
        "The server is stopped. Which line of the client learns of it, at which line does each thread stand "
        "meanwhile, and does the program end if nobody presses a key?",
    ),
    "ask-quits": (
        "Человек набрал «{word}». Какие строки выполнятся до конца программы, по порядку, и что заставит "
        "закончиться поток, который слушает?",
        "Somebody types “{word}”. Which lines run until the program ends, in order, and what makes the "
        "listening thread end?",
    ),
    "ask-first-word": (
        "Чем для вашего клиента имя отличается от обычного сообщения? Назовите строки, через которые пройдёт имя, и "
        "строки, через которые пройдёт первое слово.",
        "In what does a name differ from a message, for your client? Name the lines through which the name goes, and "
        "those through which the first word goes.",
    ),
    "ask-send-fails": (
        "Сервера уже нет, а человек набирает ещё две строки. Что произойдёт на этой строке в первый и во второй раз, "
        "и где программа продолжит?",
        "The server is gone, and somebody types two more lines. What happens at this line the first and the second "
        "time, and where does the program go on?",
    ),
    "ask-typed": (
        "Здесь набрали «да». Сколько байтов уйдёт на сервер и какой из них последний? Какая строка их посылает, и "
        "какая строка сервера поймёт, что сообщение кончилось?",
        "Somebody types “yes” here. How many bytes go to the server, and which one is the last? Which line sends "
        "them, and which line of the server understands that the message has ended?",
    ),
    "ask-erased-start": (
        "Сотрём эту строку. Что увидит человек за этим клиентом и что услышат от него остальные? Какие строки больше "
        "не выполнятся никогда?",
        "Let's erase this line. What does the person at this client see, and what do others hear of that person? "
        "Which lines never run again?",
    ),
    "ask-letter-shown": (
        "recv вернул кусок, который кончается половиной русской буквы. Что случится на этой строке, где программа "
        "продолжит и что увидит человек за этим клиентом?",
        "recv has returned a piece that ends with half of a letter of two bytes, such as “é”. What happens at this "
        "line, where does the program go on, and what does the person at this client see?",
    ),
    # questions about any program
    "ask-branch": (
        "Приведите случай из разговора, в котором это условие ложно, и назовите строку, которая выполнится тогда "
        "следующей.",
        "Give a case from a conversation in which this condition is false, and name the line that runs next then.",
    ),
    "ask-erased-line": (
        "Сотрём эту строку. Какая строка первой об этом споткнётся, когда это случится (при запуске, при первом "
        "подключении, позже) и что станет с остальной программой?",
        "Let's erase this line. Which line is the first to stumble over that, when (at the start, at the first "
        "connection, later), and what becomes of the rest of the program?",
    ),
    "ask-callers": (
        "Откуда вызывается {function}? Назовите строки, что туда передают, и какие потоки её выполняют.",
        "From where is {function} called? Name the lines, what is passed there, and which threads run it.",
    ),
    # what a good answer holds
    "end-test": (
        "Вернётся пустое, и это замечает строка {line}.",
        "What comes is empty, and line {line} notices it.",
    ),
    "end-loop": (
        "Цикл кончается сам: строка {line}. Проверки «пусто ли» здесь нет и не нужно.",
        "The loop ends by itself: line {line}. It has no check for emptiness and needs none.",
    ),
    "end-inside": (
        "Первой замечает строка {line} в {function}.",
        "The first to notice is line {line} in {function}.",
    ),
    "end-outside": (
        "Тому, кто её вызвал, она возвращает пустое: это проверяет строка {line}.",
        "To its caller it returns something empty, which line {line} checks.",
    ),
    "end-unseen": (
        "Не замечает никто: пустое возвращается снова и снова, и цикл {loop} крутится.",
        "Nothing notices: what is empty comes again and again, and the loop {loop} spins.",
    ),
    "route": (
        "Дальше: {lines}.",
        "Then: {lines}.",
    ),
    "goes-round": (
        "И снова по кругу: {line}.",
        "And round again: {line}.",
    ),
    "program-ends": (
        "На этом кончается главный поток.",
        "That is the end of the main thread.",
    ),
    "thread-ends": (
        "{function} кончается, а с ней поток, начатый строкой {start}.",
        "{function} ends, and with it the thread that line {start} has started.",
    ),
    "task-ends": (
        "{function} кончается, а с ней задача (task); поток был и остаётся один: {start}.",
        "{function} ends, and with it the task; there was and is one thread: {start}.",
    ),
    "returns-to": (
        "{function} возвращается туда, откуда вызвана: {lines}.",
        "{function} returns to its caller: {lines}.",
    ),
    "reader-ends": (
        "Генератор исчерпан, и кончается тот, кто из него брал: {lines}.",
        "The generator is exhausted, and so ends whoever took from it: {lines}.",
    ),
    "caught": (
        "Ошибку ловит строка {line}.",
        "Line {line} catches the error.",
    ),
    "not-caught": (
        "Этой ошибки не ловит ни одна строка.",
        "No line catches this error.",
    ),
    "through": (
        "Ошибка выходит через вызов: {lines}.",
        "The error comes out through the call: {lines}.",
    ),
    "finally": (
        "По дороге выполнится finally: {lines}.",
        "The finally runs on the way: {lines}.",
    ),
    "thread-falls": (
        "Поток кончается с трассировкой на экране, остальные работают.",
        "The thread ends with a traceback on the terminal, the others go on.",
    ),
    "program-falls": (
        "Она выходит из главного потока: его работа на этом кончается.",
        "It leaves the main thread, whose work ends here.",
    ),
    "removed": (
        "Из {kept} убирают: {lines}.",
        "What removes from {kept}: {lines}.",
    ),
    "not-removed": (
        "Из {kept} не убирает ничто: человек останется там.",
        "Nothing removes from {kept}: this person stays there.",
    ),
    "removed-later": (
        "Сам этот поток из {kept} не убирает: он кладёт известие в очередь ({lines}), убирает тот, кто её читает.",
        "This thread itself does not remove from {kept}: it puts the news into a queue ({lines}), whose reader "
        "removes.",
    ),
    "removed-by-own": (
        "Второго отсюда не убирают, это случится, когда конец заметит тот, кто его слушает: {lines}.",
        "The second is not removed from here but when whoever listens to it notices the end: {lines}.",
    ),
    "absent-untouched": (
        "Убирать некого, и никто не пытается.",
        "There is nobody to remove, and nothing tries to.",
    ),
    "absent-safe": (
        "Убирать некого, и это учтено: {lines}.",
        "There is nobody to remove, and that is taken care of: {lines}.",
    ),
    "absent-raises": (
        "Убирать некого, и {line} бросит новую ошибку (ValueError или KeyError).",
        "There is nobody to remove, and {line} raises another error (ValueError or KeyError).",
    ),
    "third-hears": (
        "Третий услышит: ошибка поймана внутри одного шага цикла {loop}.",
        "The third hears it: the error is caught within one round of the loop {loop}.",
    ),
    "third-deaf": (
        "Третий не услышит: ошибка обрывает весь цикл {loop}.",
        "The third does not: the error ends the whole loop {loop}.",
    ),
    "skips-next": (
        "Третий не услышит, хотя ошибка поймана внутри цикла {loop}: по списку `{name}` идут без копии, обработчик "
        "убирает второго ({lines}), третий встаёт на его место, и цикл шагает дальше.",
        "The third does not hear it, though the error is caught within the loop {loop}: the list `{name}` is walked "
        "without a copy, the handler removes the second ({lines}), the third takes its place, and the loop steps on.",
    ),
    "size-changed": (
        "По `{name}` идут без копии, а обработчик его меняет: {lines}. Цикл {loop} бросит RuntimeError (changed size "
        "during iteration), третий не услышит.",
        "`{name}` is walked without a copy, and the handler changes it: {lines}. The loop {loop} raises RuntimeError "
        "(changed size during iteration), the third does not hear it.",
    ),
    "main-stands": (
        "Главный поток: {line}.",
        "The main thread: {line}.",
    ),
    "each-stands": (
        "По потоку на человека, начаты строкой {start}; стоят на {line}.",
        "A thread for each person, started by line {start}; they stand at {line}.",
    ),
    "one-stands": (
        "Поток, начатый строкой {start}, стоит на {line}.",
        "The thread started by {start} stands at {line}.",
    ),
    "task-stands": (
        "Поток один; у каждого человека своя задача (task, {start}), ждёт она на {line}.",
        "There is one thread; each person has a task ({start}) that waits at {line}.",
    ),
    "so-many": (
        "Всего потоков: {number}.",
        "Threads in all: {number}.",
    ),
    "no-threads": (
        "Других потоков нет.",
        "There are no other threads.",
    ),
    "each-thread": (
        "Поток, который у каждого человека свой: {start}.",
        "A thread that each person has: {start}.",
    ),
    "one-thread": (
        "Поток, который один на всех: {start}.",
        "A thread that there is once for all: {start}.",
    ),
    "main-thread": (
        "Главный поток.",
        "The main thread.",
    ),
    "put-only": (
        "Говорящий только кладёт слово в очередь: {line}.",
        "Who speaks only puts the word into a queue: {line}.",
    ),
    "sent-by": (
        "Посылает строка {line}.",
        "Line {line} sends it.",
    ),
    "called-from": (
        "Сюда ведут вызовы: {lines}.",
        "These calls lead here: {lines}.",
    ),
    "the-speakers": (
        "Работает поток говорящего, то есть Анин.",
        "It is the speaker's thread, that is, Anna's.",
    ),
    "grows": (
        "В `{name}` кладут: {lines}.",
        "What puts into `{name}`: {lines}.",
    ),
    "shrinks": (
        "Из `{name}` убирают: {lines}.",
        "What removes from `{name}`: {lines}.",
    ),
    "never-shrinks": (
        "Из `{name}` не убирает никто: Борис остался.",
        "Nothing removes from `{name}`: Boris is still there.",
    ),
    "two-left": (
        "В `{name}` два элемента, для Ани и для Веры; элемент — `{element}`.",
        "`{name}` has two elements, Anna's and Vera's; an element is `{element}`.",
    ),
    "three-left": (
        "В `{name}` три элемента; элемент — `{element}`.",
        "`{name}` has three elements; an element is `{element}`.",
    ),
    "in-order": (
        "Они в том порядке, в котором люди вошли.",
        "They are in the order in which people have joined.",
    ),
    "unordered": (
        "Порядка у множества нет.",
        "A set has no order.",
    ),
    "held": (
        "Под блокировкой: {lines}.",
        "With the lock held: {lines}.",
    ),
    "bare": (
        "Без неё: {lines}. Пусть объяснит, опасно ли это.",
        "Without it: {lines}. Let the author say whether that is dangerous.",
    ),
    "all-held": (
        "Без неё не трогает никто.",
        "Nothing touches them without it.",
    ),
    "unlocked": (
        "Блокировки там нет. Трогают: {lines}.",
        "No lock is held there. What touches them: {lines}.",
    ),
    "again-stands": (
        "Этот поток уже держит `{lock}` и встанет навсегда на {line}: второй раз Lock не даётся и тому, кто его держит "
        "({made}).",
        "This thread holds `{lock}` already and stops for ever at {line}: a Lock is not given twice, not even to its "
        "holder ({made}).",
    ),
    "again-others": (
        "Остальные встанут, как только дойдут до одной из строк: {lines}.",
        "The others stop as soon as they come to one of these lines: {lines}.",
    ),
    "again-passes": (
        "Ничего: {made} — это RLock, тот же поток получит его и второй раз, на {line}.",
        "Nothing: {made} is an RLock, which the same thread gets a second time, at {line}.",
    ),
    "alone": (
        "И не нужна: всё это выполняет один и тот же поток.",
        "Nor is one needed: all of it is run by one and the same thread.",
    ),
    "name-checked": (
        "`{variable}` пусто, и это проверяет строка {line}.",
        "`{variable}` is empty, and line {line} checks that.",
    ),
    "name-unchecked": (
        "`{variable}` пусто, и этого не проверяет никто: безымянный становится участником.",
        "`{variable}` is empty, and nothing checks that: the nameless one becomes a member.",
    ),
    "ghost-heard": (
        "Услышат «{text}»: {line}.",
        "They hear “{text}”: {line}.",
    ),
    "compared": (
        "Имена сравнивает строка {line}.",
        "Line {line} compares the names.",
    ),
    "not-compared": (
        "Имён никто не сравнивает.",
        "Nothing compares names.",
    ),
    "overwrites": (
        "Вторая Аня вытеснит первую: {line}.",
        "The second Anna takes the place of the first: {line}.",
    ),
    "both-kept": (
        "В структурах окажутся обе: {lines}.",
        "Both are kept: {lines}.",
    ),
    "removes-first": (
        "Строка {line} ищет по имени и найдёт первую Аню, чей бы ни был уход.",
        "Line {line} looks for the name and finds the first Anna, whoever leaves.",
    ),
    "removes-own": (
        "Убирают не по имени, так что уйдёт сама вторая Аня: {lines}.",
        "The removal does not look for the name, so it is the second Anna who goes: {lines}.",
    ),
    "framed": (
        "«раз» и «два» по отдельности: границу находит строка {line}.",
        "“one” and “two” one by one: line {line} finds the boundary.",
    ),
    "both-heard": (
        "Борис услышит {texts}: {line}.",
        "Boris hears {texts}: {line}.",
    ),
    "one-piece": (
        "Одно сообщение: что вернула строка {line}, то и сообщение, границы не ищет никто.",
        "One message: what line {line} has returned is the message, nothing looks for a boundary.",
    ),
    "glued-heard": (
        "Борис услышит {text}: {line}.",
        "Boris hears {text}: {line}.",
    ),
    "composed": (
        "Складывает строка {line}.",
        "Line {line} puts it together.",
    ),
    "composed-text": (
        "Получается {text}.",
        "This gives {text}.",
    ),
    "end-put": (
        "Знак \\n ставит: {lines}.",
        "What puts the \\n: {lines}.",
    ),
    "no-end": (
        "Знака \\n на конце не ставит никто.",
        "Nothing puts a \\n at the end.",
    ),
    "encoded": (
        "В байты превращает: {lines}.",
        "What turns it into bytes: {lines}.",
    ),
    "skips-speaker": (
        "Решает строка {line}; пусть скажет, когда сравнение верно.",
        "Line {line} decides; let the author say when the comparison is true.",
    ),
    "hears-herself": (
        "Слышит: цикл {line} идёт по всем, говорящего ничто не пропускает.",
        "She does: the loop {line} walks over all, nothing skips the speaker.",
    ),
    "chain": (
        "После чтения: {methods}.",
        "After it was read: {methods}.",
    ),
    "value": (
        "`{variable}` — {value}.",
        "`{variable}` is {value}.",
    ),
    "client-ends": (
        "Клиент ставит \\n: {line}.",
        "The client puts a \\n: {line}.",
    ),
    "client-no-end": (
        "Клиент \\n не ставит: {line}.",
        "The client puts no \\n: {line}.",
    ),
    "stands-here": (
        "Главный поток стоит внутри разговора с Аней: {line}.",
        "The main thread stands within the conversation with Anna: {line}.",
    ),
    "not-again": (
        "До {line} он не вернётся, пока Аня не уйдёт. Борис соединён (его держит ядро), но не принят.",
        "It does not come back to {line} until Anna leaves. Boris is connected (by the kernel), yet not accepted.",
    ),
    "no-question": (
        "Вопроса об имени Борис не увидит: {line}.",
        "Boris does not see the question for a name: {line}.",
    ),
    "half-raises": (
        "UnicodeDecodeError. Это ValueError, а не OSError.",
        "UnicodeDecodeError. That is a ValueError, not an OSError.",
    ),
    "stop-caught": (
        "KeyboardInterrupt ловит строка {line}; дальше: {then}.",
        "Line {line} catches KeyboardInterrupt; then: {then}.",
    ),
    "stop-uncaught": (
        "Прервут {line}, KeyboardInterrupt не ловит никто: трассировка.",
        "{line} is interrupted, nothing catches KeyboardInterrupt: there is a traceback.",
    ),
    "daemons": (
        "Потоки кончатся вместе с главным: {lines}.",
        "The threads end with the main one: {lines}.",
    ),
    "no-daemons": (
        "Процесс не кончится, пока потоки ждут: {lines}. daemon им не задан.",
        "The process does not end while threads wait: {lines}. They are not daemons.",
    ),
    "exits": (
        "Процесс кончает os._exit: {lines}.",
        "os._exit ends the process: {lines}.",
    ),
    "comes-back": (
        "Цикл вернётся к {line}; пустое придёт сразу, и снова {test}.",
        "The loop comes back to {line}; what is empty comes at once, and again {test}.",
    ),
    "again-and-again": (
        "На каждом круге: {lines}; процессор занят целиком.",
        "In each round: {lines}; the processor is busy.",
    ),
    "spins-silently": (
        "Ничего не видно, кроме занятого процессора.",
        "Nothing is seen but a busy processor.",
    ),
    "never-reached": (
        "До {lines} дело не дойдёт.",
        "It never gets to {lines}.",
    ),
    "still-walked": (
        "Аня осталась в `{name}`, и цикл {loop} дойдёт до неё.",
        "Anna is still in `{name}`, and the loop {loop} comes to her.",
    ),
    "queue-grows": (
        "{line} ошибки не даст: слова для Ани копятся в очереди, которой никто не читает.",
        "{line} raises nothing: words for Anna pile up in a queue that nothing reads.",
    ),
    "fails-at": (
        "Ошибка будет здесь, обычно со второго слова (первое ядро ещё примет): {line}.",
        "The error is here, usually with the second word (the kernel still takes the first): {line}.",
    ),
    "fails-closed": (
        "Её сокет уже закрыт ({closes}), поэтому ошибка с первого же слова Бориса: {line}.",
        "Her socket is closed already ({closes}), so the error comes with Boris's first word: {line}.",
    ),
    "others-hear": (
        "Остальные услышат: ошибка поймана внутри одного шага цикла {loop}.",
        "The others hear it: the error is caught within one round of the loop {loop}.",
    ),
    "others-deaf": (
        "Кто стоит после Ани, не услышит: ошибка обрывает весь цикл {loop}.",
        "Those after Anna do not: the error ends the whole loop {loop}.",
    ),
    "out-of-step": (
        "{names} разойдутся: у одного места будет другой человек.",
        "{names} get out of step: a place has somebody else in it.",
    ),
    "killed": (
        "Процесс кончает {lines}, Enter не нужен.",
        "{lines} ends the process, no Enter is needed.",
    ),
    "waits-for-enter": (
        "Слушающий поток кончится, а программа нет: главный ждёт Enter на {line}, и daemon тут не поможет.",
        "The listening thread ends, the program does not: the main one waits for Enter at {line}; a daemon is no help.",
    ),
    "daemon-types": (
        "Клавиатуру ждёт поток {start} на {line}; он daemon и программу не удержит.",
        "The thread {start} waits for the keyboard at {line}; it is a daemon and does not keep the program.",
    ),
    "types-on": (
        "Клавиатуру ждёт поток {start} на {line}, не daemon: без Enter программа не кончится.",
        "The thread {start} waits for the keyboard at {line}, no daemon: without Enter the program does not end.",
    ),
    "types-at": (
        "Поток, который ждёт клавиатуру, стоит на {line}.",
        "The thread that waits for the keyboard stands at {line}.",
    ),
    "listens-at": (
        "Слушающий поток стоит на {line}.",
        "The listening thread stands at {line}.",
    ),
    "shut": (
        "Его будит shutdown: {lines}.",
        "shutdown wakes it: {lines}.",
    ),
    "daemon-ends": (
        "Его не будит ничто; он daemon и кончится вместе с главным: {lines}.",
        "Nothing wakes it; it is a daemon and ends with the main one: {lines}.",
    ),
    "not-woken": (
        "Его не будит ничто: close() recv не прерывает, и процесс останется. Поток начат здесь: {lines}.",
        "Nothing wakes it: close() does not interrupt recv, and the process stays. The thread was started here: "
        "{lines}.",
    ),
    "name-same": (
        "Ничем: имя — это первая набранная строка, {line}, и уходит она туда же: {send}.",
        "In nothing: the name is the first line typed, {line}, and it goes the same way: {send}.",
    ),
    "name-apart": (
        "Имя идёт своей дорогой: {lines}.",
        "The name goes its own way: {lines}.",
    ),
    "first-send-passes": (
        "В первый раз send обычно проходит (ядро приняло), ошибка бывает со второго.",
        "The first send usually passes (the kernel has taken it), the error comes with the second.",
    ),
    "bytes": (
        "Байтов {number}: {bytes}; посылает строка {line}.",
        "Bytes: {number}, {bytes}, sent by line {line}.",
    ),
    "server-frames": (
        "Конец находит {line}.",
        "The end is found by {line}.",
    ),
    "server-takes": (
        "Конца не ищет никто: {line}.",
        "Nothing looks for the end: {line}.",
    ),
    "never-heard": (
        "Никогда не выполнится {line}.",
        "{line} never runs.",
    ),
    "never-shown": (
        "Ничего чужого на экране не будет: {lines}.",
        "Nothing of others is on the screen: {lines}.",
    ),
    "still-said": (
        "Говорить он может, его слышат: {line}.",
        "Talking works, the others hear it: {line}.",
    ),
    "true-next": (
        "Если верно: {line}.",
        "If true: {line}.",
    ),
    "false-next": (
        "Если ложно: {line}. Случай пусть назовёт сам.",
        "If false: {line}. The case is for the author to give.",
    ),
    "false-ends": (
        "Если ложно, функция на этом кончается. Случай пусть назовёт сам.",
        "If false, the function ends here. The case is for the author to give.",
    ),
    "uses": (
        "Это имя читают (мест: {number}): {lines}. Там NameError; какая из них первая по времени, пусть скажет сам.",
        "What reads this name (places: {number}): {lines}. A NameError there; which one is first in time, let the "
        "author say.",
    ),
    "called-at": (
        "Вызывают: {lines}.",
        "Called at: {lines}.",
    ),
}
