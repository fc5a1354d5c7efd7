"""A connection to a program of a submission, and one who talks through it."""

import socket
import struct
import time
from contextlib import suppress

from . import limits, processes
from .hearing import Ear
from .silence import Silence
from .transcript import FLOOD
from .words import Failure


class Line(Ear):
    """One end of a TCP connection, with a person who talks and hears."""

    def __init__(self, chat, who, connection, end="\n"):
        """connection (socket.socket); end (str) stands behind each message."""
        self.socket, self.end, self.closed = connection, end, False
        connection.settimeout(limits.REST)
        chat.transcript.note(self, "на связи")
        super().__init__(chat, who, connection, self._receive)

    def _receive(self):
        while not self.closed:
            with suppress(TimeoutError):
                return self.socket.recv(65536)
        return b""

    def send(self, data):
        """Send data (bytes); raises Failure when the other side takes nothing for PATIENCE."""
        if not data.startswith(FLOOD.encode()):
            self.chat.transcript.note(self, "says", data)
        silence = Silence(self.chat, limits.PATIENCE)
        while data:
            try:
                data = data[self.socket.send(data) :]
                silence = Silence(self.chat, limits.PATIENCE)
            except TimeoutError:
                if silence.enough():
                    raise Failure(f"{self.who} говорит, а сервер больше не читает.") from None
            except OSError:
                return  # the other side has ended: what is heard will tell

    def taken(self):
        """Wait until the program has dealt with all that was sent."""
        self.read()
        self.chat.settle()

    def read(self):
        """Wait until the program has read all that was sent (Linux tells; elsewhere 0.3 s)."""
        if not processes.TELLS:
            return time.sleep(0.3)
        with suppress(OSError):
            ends = self.socket.getsockname()[1], self.socket.getpeername()[1]
            deadline, silence = time.monotonic() + limits.WORK, Silence(self.chat, limits.QUIET)
            while unread := processes.unread(*ends):
                if self.ignored or silence.enough() or time.monotonic() > deadline:
                    break
                time.sleep(0.01)
            self.ignored = unread > 0  # who does not read is not waited for again

    def say(self, text):
        """Say text (str) with its tail, as one message that the other side reads alone."""
        self.chat.mark()
        self.tell(self.chat.secret(text))

    def tell(self, text):
        """Say just text (str), as one message that the other side reads alone."""
        self.send((text + self.end).encode())
        self.taken()

    def says_at_once(self, *texts):
        """Say several messages in one segment."""
        self.chat.mark()
        self.send("".join(self.chat.secret(text) + self.end for text in texts).encode())

    def says_in_pieces(self, text, size):
        """Say one message whose first size bytes come alone."""
        self.chat.mark()
        data = (self.chat.secret(text) + self.end).encode()
        self.send(data[:size])
        self.taken()
        self.send(data[size:])

    def talks_much(self):
        """Say FLOOD bytes in messages of 1000 bytes, ten at a time.

        Those who listen are given time to hear them: on a busy machine they would seem to read nothing, too.
        """
        message = (FLOOD * 250 + self.end) * 10
        self.chat.transcript.note(self, f"говорит без умолку, {limits.FLOOD // 1_000_000} МБ: «{FLOOD.strip()}…»")
        deadline = time.monotonic() + (limits.LIMIT if processes.TELLS else 0)
        for _ in range(limits.FLOOD // len(message)):
            self.send(message.encode())
            while any(ear.behind() for ear in self.chat.people) and time.monotonic() < deadline:
                time.sleep(0.001)
        self.taken()

    def falls_silent(self):
        """Say an empty message; where the wire has none, that nothing more will be said."""
        self.chat.mark()
        if self.end:
            self.tell("")
        else:
            self.half_close()

    def notice(self, data):
        """As Ear.notice; that we have closed the connection is no news."""
        if data or not self.closed:
            super().notice(data)

    def stops_listening(self):
        """Read no more, and stay."""
        self.chat.transcript.note(self, "больше ничего не читает")
        self.listening.clear()
        with suppress(OSError):  # nor shall the system take more than it has promised to
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def half_close(self):
        """Send FIN and go on listening."""
        self.chat.transcript.note(self, "больше ничего не скажет (конец соединения)")
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def leave(self):
        """End the connection as a program does that closes its socket."""
        self.chat.settle()
        self.chat.mark()
        self.half_close()

    def reset(self):
        """End the connection as a crash does: a zero linger time sends RST (man 7 socket)."""
        self.chat.settle()
        self.chat.mark()
        self.chat.transcript.note(self, "пропадает: обрыв связи")
        self.close()

    def close(self):
        """Be gone. With RST: no TIME_WAIT stays that would keep a server from its port."""
        self.closed = True
        self.listening.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RD)  # wakes the thread in recv
        self.thread.join(2)
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
