"""Those who hear: what is said to them, and how long it is in vain to wait for more."""

import select
import threading
import time
import zlib

from . import asking, limits, processes
from .silence import Silence
from .transcript import FLOOD
from .words import Words


class Ear(Words):
    """A thread that hears all that a socket or a program says, and a way to wait for a word."""

    named = False  # whether one's name is said before anything else

    def __init__(self, chat, who, source, receive):
        """who (str) is the name shown; receive() returns bytes of source, or b"" at the end."""
        self.chat, self.who, self.source, self.receive = chat, who, source, receive
        self.heard, self.since, self.ended, self.ignored = bytearray(), 0, False, False
        self.news = threading.Condition()
        self.listening = threading.Event()
        self.listening.set()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while not self.ended:
            self.listening.wait()
            try:
                data = self.receive()
            except OSError:  # a reset is an end as well
                data = b""
            self.notice(data)
            with self.news:
                self.ended = not data
                self.heard += data
                surplus = max(0, len(self.heard) - limits.KEPT)
                del self.heard[:surplus]
                self.since = max(0, self.since - surplus)
                self.news.notify_all()

    def notice(self, data):
        """Tell the transcript of data (bytes) that was heard; b"" is the end."""
        self.chat.transcript.note(self, *("hears", data) if data else ["слышит, что соединение закрыто"])

    def mark(self):
        """Begin anew: what was heard up to now does not count any more."""
        with self.news:
            self.since = len(self.heard)

    def text(self):
        """Return what was heard since the mark (str)."""
        with self.news:
            return self.heard[self.since :].decode("utf-8", "replace")

    def all_text(self):
        """Return all that was heard (str), as far as it is kept."""
        with self.news:
            return self.heard.decode("utf-8", "replace")

    def until(self, condition, patience=limits.QUIET):
        """Wait until condition(text) holds; return whether it does.

        Gives up after patience seconds of silence, when no program is busy, after PATIENCE in which
        the same was said over and over, and after LIMIT; at once when no program will ever be busy again.
        """
        deadline = time.monotonic() + limits.LIMIT
        patience = limits.PATIENCE if self.chat.work.restless else patience
        silence, old = Silence(self.chat, patience), time.monotonic() + limits.PATIENCE
        with self.news:
            while not condition(self.text()) and not self.ended and time.monotonic() < deadline:
                if not self.news.wait(limits.LOOK):
                    if silence.enough():
                        break
                elif not self.repeats():
                    silence, old = Silence(self.chat, patience), time.monotonic() + limits.PATIENCE
                elif time.monotonic() > old:
                    break
            return bool(condition(self.text()))

    def repeats(self):
        """Return whether the last REPEATED bytes are the same over and over, as from a thread that spins at an end.

        A flood of our own is no such thing: something may come behind it.
        """
        last = bytes(self.heard[-limits.REPEATED :])
        if len(last) < limits.REPEATED or FLOOD.encode() in last:
            return False
        return len(zlib.compress(last, 1)) < limits.REPEATED // 40

    def introduces_itself(self):
        """Say one's name, and what else this server wants to know, as has been found out."""
        if not self.named:
            self.chat.mark()
        if self.chat.work.asks:
            self.chat.work.introduction = self.answers()
            return
        for answer in self.chat.work.introduction[self.named :]:
            self.tell(self.filled(answer))

    def filled(self, answer):
        """Return an answer (str) with values for "{name}" and the like."""
        name = self.chat.secret(self.who) + self.chat.work.more
        return answer.format(**asking.ANSWERS, name=name, port=0)

    def answers(self):
        """Answer what is asked; return the answers (tuple of str), that to the question for one's name first."""
        answers = ["{name}"] * self.named
        asked, told = {"name"} if self.named else set(), 0
        while len(asked) < len(asking.KINDS):
            self.until(lambda heard: not asked.issuperset(asking.kinds(self.all_text()[told:])))
            question = self.all_text()[told:]
            kinds = asking.kinds(question) or ["name"] * ("name" not in asked)
            if asked.issuperset(kinds):
                break
            asked |= set(kinds)
            told += len(question)
            answers.append(asking.answer(question, kinds))
            self.tell(self.filled(answers[-1]))
        return tuple(answers)

    def behind(self):
        """Return whether something has been said that was not heard yet."""
        if self.ended or not self.listening.is_set():
            return False
        try:
            return processes.state(f"/proc/self/task/{self.thread.native_id}") == b"R" or bool(
                select.select([self.source], [], [], 0)[0]
            )
        except (OSError, ValueError):
            return True  # it has just ended
