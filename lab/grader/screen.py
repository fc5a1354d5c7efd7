"""What grade.py says on the screen, in English: only phrases that no name of a person or a file contains."""

from .language import translator

PHRASES = {
    # --help
    "Проверка работ: баллы и причины.": "Grade a class: points and reasons.",
    "папка или архив: в них папка или архив на работу":
        "a folder or an archive with a folder or an archive for each submission",
    "таблица; отчёты лягут в папку с тем же именем": "the table; reports go to a folder of the same name",
    "сколько работ проверять сразу": "how many submissions to grade at a time",
    "какие программы проверять, если в работе целый курс:":
        "which programs to grade where a submission holds a whole course:",
    "пакеты, которые разрешены работам:": "packages that submissions may use:",
    "(их ставит pip, только для проверки)": "(pip installs them, for the grading only)",
    "другие баллы за критерии, можно и 0:": "other points for criteria, 0 included:",
    "язык отчётов и сообщений": "language of reports and messages",
    "проверить заново и то, что не изменилось": "grade what has not changed, too",
    "в таблицу — только эти работы, без прежних": "only these submissions in the table, none of earlier runs",
    "время и попытки": "time and attempts",
    "платформы": "platforms",
    "одна работа": "a single submission",
    "похожие работы": "similar submissions",
    "страница похожих пар (нужен copydetect)": "page of similar pairs (needs copydetect)",
    "работы прошлых лет": "submissions of earlier years",
    "срок сдачи:": "deadline:",
    "сколько баллов снимать за каждый начатый день после срока":
        "points taken off for each day begun after the deadline",
    "какая попытка засчитана, последняя или лучшая; считаются и прежние проверки":
        "which attempt counts, the last or the best; earlier runs are included",
    "заполнить ведомость Moodle, собрать zip с отзывами": "fill in Moodle's worksheet, make a zip with feedback",
    "заполнить журнал Canvas": "fill in Canvas's gradebook",
    "название или номер задания в журнале Canvas": "name or number of the assignment in Canvas's gradebook",
    "ещё и в формате JUnit": "in JUnit's format, too",
    "рядом с каждым отчётом results.json для Gradescope": "a results.json for Gradescope beside each report",
    "submission_metadata.json от Gradescope": "submission_metadata.json from Gradescope",
    "всё о работе в JSON": "all about the submission, as JSON",
    "result.json для GitHub": "result.json for GitHub",
    "results.json для PrairieLearn": "results.json for PrairieLearn",
    "вывод для VPL": "output for VPL",
    "дописать краткий итог в Markdown": "append a short summary in Markdown",
    "статус": "exit status",
    ", если у кого-то меньше N баллов": " if somebody has less than N points",
    # options that make no sense
    "нужно целое число от": "need a whole number from",
    "имя таблицы кончается на .csv": "the table's name must end with .csv",
    "нужно время, например": "need a time, such as",
    "нет критерия": "there is no criterion",
    ", есть": ", there are",
    "нужно целое число баллов от 0, например": "need a whole number of points from 0, such as",
    "нужна одна работа, а здесь их": "need one submission, and here are",
    "Нет такой папки:": "There is no such folder:",
    "нет ни папок, ни архивов zip.": "has neither folders nor zip archives.",
    "В папке": "The folder",
    "— папка, а не файл": "is a folder and no file",
    "Пакеты не поставлены": "Packages not installed",
    "pip ничего не сказал.": "pip said nothing.",
    "Для --alike нужен copydetect (pip install copydetect): нет модуля":
        "--alike needs copydetect (pip install copydetect): missing module",
    # what was done
    "Таблица:": "Table:",
    "отчёты:": "reports:",
    "Похожие работы:": "Similar submissions:",
    "Прервано: проверено": "Interrupted: graded",
    "это сохранено": "these are saved",
    "Та же команда": "The same command",
    "без --again": "without --again",
    "проверит остальное; таблица прежняя.": "grades the rest; the table is as it was.",
    "Прервано: таблица прежняя.": "Interrupted: the table is as it was.",
    "Не изменились и не проверялись заново:": "Not changed and not graded again:",
    "В таблице остались и прежние:": "Of earlier runs, the table still has:",
    "(--only: без них)": "(--only leaves them out)",
    "Эта система не даёт каждой работе свою сеть: проверяю по одной.":
        "This system gives submissions no network of their own: grading one at a time.",
    "Не получилось:": "Failed:",
    "В grading.ipynb не сохранены ответы, сравнивать не с чем.":
        "grading.ipynb has no stored outputs: there is nothing to compare with.",
    # the table on the screen
    "работа": "submission",
    "программы": "programs",
    "баллы": "points",
    "не выполнено": "not met",
    "не проверено": "not tried",
    "из": "of",
    "Проверка": "Grading",
    # platforms
    "Для Moodle:": "For Moodle:",
    "В Moodle загрузите сначала ведомость, потом zip с отзывами: иначе оценки будут пропущены.":
        "In Moodle upload the worksheet first and the zip with feedback second: otherwise grades are skipped.",
    "Для Canvas:": "For Canvas:",
    "Canvas пишет об опоздании, но не на сколько; снято за один день.":
        "Canvas says late, but not how late; points are taken off for one day.",
    "время сдачи неизвестно, за опоздание ничего не снято.":
        "the time of submission is not known; nothing is taken off for lateness.",
    "это не submission_metadata.json:": "this is no submission_metadata.json:",
    "Засчитан лучший из прежних результатов:": "The best of the earlier results counts:",
    ", сейчас": ", now",
    "это не журнал Canvas: нет столбцов Student, ID и Section.":
        "this is no gradebook of Canvas: the columns Student, ID and Section are missing.",
    "в столбце": "in the column",
    "нет баллов": "there are no points",
    "(числа).": "(a number).",
    "нужен один столбец задания, подходят:": "need one column of an assignment, these fit:",
    "Назовите его: --assignment.": "Name it with --assignment.",
    "нет в журнале": "is not in the gradebook",
    "оценка в журнале не тронута.": "the grade in the gradebook is left as it was.",
    "таблица не читается:": "the table cannot be read:",
    "в таблице нет строк.": "the table has no rows.",
    "это не ведомость Moodle: нет идентификатора, оценки или времени оценки.":
        "this is no worksheet of Moodle: identifier, grade or time of the grade is missing.",
    "в ведомости нет максимальной оценки (шкалы не поддерживаются).":
        "the worksheet has no maximum grade (scales are not supported).",
    "Moodle не прочтёт дату": "Moodle will not read the date",
    "и оставит прежнюю оценку, если при загрузке не разрешить обновление записей, изменённых позже.":
        "and keeps the old grade, unless the upload may update records that were changed later.",
    "нет в ведомости Moodle.": "is not in Moodle's worksheet.",
    "оценка в ведомости не тронута.": "the grade in the worksheet is left as it was.",
    "оценка в Moodle закрыта для изменений, строка оставлена как была.":
        "the grade is locked in Moodle; the row is left as it was.",
}  # fmt: skip
in_english = translator(PHRASES)


def speaker(language):
    """Return a function that says a text (str) of the screen, Russian, in language (str)."""
    return in_english if language == "en" else str
