"""The words in which criteria say what somebody hears."""

import re
import subprocess
import time
from contextlib import suppress

import psutil

from . import limits
from .asking import NAME
from .silence import Silence
from .texts import quoted

UNTRIED = "Не проверено: "  # how what a criterion prints begins that can't be tried


class Failure(Exception):
    """Why a criterion does not hold: str(failure), in Russian. What led to it may have been in another chat."""

    told = ""  # what happened, as Chat.told()
    printed = ()  # what programs have printed, as Chat.printed()


class Untried(Failure):
    """Why a criterion can't be tried here: points are the instructor's to give."""

    def __str__(self):
        return UNTRIED + super().__str__()


class Words:
    """What a criterion says of an Ear: each waits, and prints what has been heard, or raises Failure."""

    def expect(self, condition, wanted):
        """Print wanted (str) when condition(text) comes to hold; raises Failure when it does not."""
        if not self.until(condition):
            heard = self.text().strip("\ufffd")
            if len(heard) > limits.NEWS:  # a flood
                heard = "…\n" + heard[-limits.NEWS :].partition("\n")[2]
            heard = self.chat.shown(heard).strip()
            raise Failure(
                f"Не случилось: {self.who} {wanted}.\n"
                f"{self.who} {f'слышит только: {quoted(heard)}' if heard else 'после этого не слышит ничего.'}"
            )
        print(self.who, wanted)

    def hears(self, text, by=None):
        """Wait for text (str) that somebody said, and for the name of by (Ear), if given."""
        self.chat.can_talk()
        parts = [self.chat.secret(text)] + ([self.chat.secret(by.who)] if by else [])
        self.expect(
            lambda heard: all(part in heard for part in parts),
            f"слышит: «{text}»" + (f", и видит имя: {by.who}" if by else ""),
        )

    def hears_letters(self, text):
        """Wait for all letters of text (str) in their order, whatever stands between them."""
        self.chat.can_talk()
        letters = ".*".join(map(re.escape, self.chat.secret(text)))
        self.expect(
            lambda heard: re.search(letters, heard, re.DOTALL) and "\ufffd" not in heard,
            f"слышит: «{text}», и ни одна буква не пострадала",
        )

    def hears_news(self, person):
        """Wait for the name of person (Ear) together with words that nobody said."""
        name = self.chat.secret(person.who)
        self.expect(lambda heard: self.chat.is_news(heard, name), f"слышит новость, в ней имя: {person.who}")

    def is_asked(self):
        """Wait for a question that asks for one's name."""
        self.expect(lambda heard: NAME.search(heard), "слышит вопрос об имени")

    def hears_apart(self, *texts):
        """Wait for texts (str), one after another, with something between them."""
        self.chat.can_talk()
        pattern = r"\s*[^\s].*?".join(self.chat.secret(text) for text in texts)
        self.expect(
            lambda heard: re.search(pattern, heard, re.DOTALL),
            f"слышит по отдельности: {', '.join(f'«{text}»' for text in texts)}",
        )

    def is_out(self, speaker):
        """Wait until one has gone or does not hear speaker (Ear) any more, and the chat goes on."""
        self.until(lambda heard: False, patience=1)
        for text in "его нет?", "а теперь?":  # a server that hangs after the first ignores the second
            speaker.say(text)
        if not self.ended and self.chat.work.silent:  # he would hear nobody anyway
            raise Failure(f"Не случилось: {self.who} удалён.\n{self.who} всё ещё на связи.")
        if not self.ended and self.until(lambda heard: self.chat.secret("а теперь?") in heard):
            raise Failure(f"Не случилось: {self.who} удалён.\n{self.who} всё ещё слышит других.")
        server = self.chat.server
        if not server.sockets(psutil.CONN_ESTABLISHED):  # it has closed all, or is about to end
            with suppress(subprocess.TimeoutExpired):
                server.process.wait(limits.PATIENCE)
        if speaker.ignored or server.process.poll():
            raise Failure(
                f"Не случилось: чат работает без {self.who}.\nСервер "
                f"{'больше не читает' if speaker.ignored else 'завершился с ошибкой'}."
            )
        print(self.who, "удалён: он ничего больше не слышит")

    def tells_apart(self, person, text, other, other_text):
        """Raises Failure when both texts (str) are heard in the name of person (Ear)."""
        deadline, silence = time.monotonic() + limits.PATIENCE, Silence(self.chat, limits.PATIENCE)
        said = self.chat.secret(other_text)
        while said not in self.all_text() and not other.ended and time.monotonic() < deadline and not silence.enough():
            time.sleep(0.02)
        name = re.escape(self.chat.secret(person.who))
        before = [
            re.search(f"{name}((?:(?!{name}).)*?){self.chat.secret(said)}", self.all_text(), re.DOTALL)
            for said in (text, other_text)
        ]
        if all(before) and before[0][1] == before[1][1]:
            heard = quoted(self.chat.shown(self.all_text()).strip())
            raise Failure(f"Не случилось: {self.who} различает двоих с одним именем.\n{self.who} слышит: {heard}")
        print(self.who, "различает двоих с одним именем")

    def hears_nothing_else(self, *texts):
        """Raises Failure unless the same stands before the second and the third of texts (str)."""
        heard = self.all_text()
        places = [heard.find(self.chat.secret(text)) for text in texts]
        if min(places) < 0:  # a flood: so much was said since that the first word is not kept
            places, texts = [0, 0, len(heard)], texts[:1] * 3
        between = [
            heard[start:end].replace(self.chat.secret(text), "") for start, end, text in zip(places, places[1:], texts)
        ]
        usual, now = [re.sub(r"[\d\s]+", " ", part) for part in between]
        if now != usual:
            known = {line.strip() for line in between[0].splitlines()}
            more = [line.strip() for line in between[1].splitlines() if line.strip() not in known]
            raise Failure(
                f"Не случилось: {self.who} не слышит ничего лишнего.\n"
                f"{self.who} слышит лишнее: {quoted(self.chat.shown(chr(10).join(more) or now).strip())}"
            )
        print(self.who, "не слышит ничего лишнего")
