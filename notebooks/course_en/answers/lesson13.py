"""Lesson 13, leaving in time: its exercises, with hints and solutions."""
import socket
import threading
from contextlib import suppress

import exercises
from exercises import COURSE, Exercise, Wrong, expect, meet, pair, reads


class Busy(socket.socket):
    """A socket on which close does nothing yet, as on Linux while another thread waits in its recv."""

    closed = False

    def close(self):
        self.closed = True


class Listener(threading.Thread):
    """A thread that listens to the end, and remembers how it was waited for."""

    def __init__(self, client_socket, ended=None):
        super().__init__(daemon=True)
        self.socket, self.ended = client_socket, ended
        self.heard, self.waits = b"", []

    def run(self):
        with suppress(OSError):
            while data := self.socket.recv(8192):
                self.heard += data

    def join(self, timeout=None):
        self.waits.append(timeout)
        if self.ended:
            ended, self.ended = self.ended, None
            ended()  # by now the other side should know
            super().join(exercises.WAIT)  # a busy machine may take longer than the student allows


class Leave(Exercise):
    number = "13.1"
    name = "leave"
    hints = (
        "You need two calls. The first tells the peer \"I have said everything\" but leaves you the right to listen: lesson 1.",
        "A half-close is client_socket.shutdown(socket.SHUT_WR). To wait for a thread, call its method join, which takes "
        "a limit in seconds.",
        "If the connection is gone, shutdown raises OSError. Catch it: it is time to leave in any case.",
    )
    solution = '''
import socket

def leave(client_socket, listener):
    try:
        client_socket.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the server is gone
    listener.join(0.5)
'''
    right = "The server learns at once that the client leaves, its last words are not lost, and its silence holds nobody up."

    def check(self, leave):
        self.last_words(leave)
        self.silence(leave)
        ours, theirs = pair()
        theirs.close()
        ours.shutdown(socket.SHUT_RDWR)  # now a second shutdown fails, as after a reset
        listener = Listener(ours)
        listener.start()
        try:
            leave(ours, listener)
        except OSError as error:
            raise Wrong(f"The server is gone, and shutdown raised {type(error).__name__}: {error}. This is no failure: catch "
                        "it and leave.") from None
        if not listener.waits:
            raise Wrong("The server is gone, shutdown raised OSError, and leave did not call listener.join. The listener thread "
                        "may still be printing the last words.")

    def last_words(self, leave):
        """The server answers when it has heard the end."""
        ours, theirs = pair()
        ours.settimeout(None)
        ours = Busy(fileno=ours.detach())
        theirs.settimeout(exercises.WAIT)
        what = "The server listened to the end, answered \"bye\" and ended, too."

        def answer():
            try:
                heard = theirs.recv(8192)
            except TimeoutError:
                raise Wrong("leave waits for the listener thread, but the server was not told that we have finished: shutdown "
                            "was not called, or was called after join.") from None
            expect("What did the server receive before the end of the connection?", "", heard.decode("utf-8", "replace"))
            if ours.closed:
                raise Wrong("close was called before join: if the listener thread is still listening, its next recv fails with "
                            "Bad file descriptor, and the last words of the server are lost.")
            theirs.sendall("bye".encode())
            theirs.close()

        listener = Listener(ours, answer)
        listener.start()
        leave(ours, listener)
        if not listener.waits:
            raise Wrong("leave did not call listener.join, but the listener thread prints the last words of the server: leave has to wait "
                        "for it.")
        expect(f"{what} What did the listener thread receive?", "bye", listener.heard.decode())

    def silence(self, leave):
        """The server sends nothing: how long does the client wait for it?"""
        ours, _theirs = pair()
        listener = Listener(ours)
        listener.start()
        leave(ours, listener)
        if None in listener.waits or sum(listener.waits) > 1:
            raise Wrong(f"leave waits for the listener thread like this: join({listener.waits[-1] or ''}). A server that says nothing "
                        "would hold up the person for long, and half a second is enough.")


def hears_the_end(server, what, wanted=""):
    """Read wanted (str) from the socket server, and the end of the connection; or raise Wrong.

    What says, in Russian, what was done before.
    """
    heard = b""
    try:
        while data := server.recv(8192):
            heard += data
    except TimeoutError:
        if heard == wanted.encode():
            raise Wrong(f"{what}, but the server was not told: the connection is open. close() does not end "
                        "the connection while the other thread is blocked in recv.") from None
    expect(f"{what}. What did the server receive?", wanted, heard.decode(errors="replace"))


class Leaves(Exercise):
    number = "13.2"
    name = "client.py"
    patience = 3
    hints = (
        "Keep the thread that listens: listener = threading.Thread(…, daemon=True), then listener.start(). "
        "You need it when you leave.",
        "The main thread, when the goodbye was typed: in place of close(), call leave(client_socket, listener) from "
        "exercise 13.1, and after it os._exit(0).",
        "When the server is gone, the listener thread prints so with flush=True and calls os._exit(0).",
        "A person who leaves should not read that the connection was lost: make leaving = threading.Event(); the main thread "
        "sets it before leave, and the listener thread asks leaving.is_set().",
    )
    solution = (COURSE / "answers/stages/lesson13/client.py").read_text(encoding="utf-8")
    right = "Your client ends when the person says goodbye and when the server is gone."

    def check(self, path):
        with meet(path) as (script, server):
            self.begin(script, server)
            self.talk(script, server)
            script.wait_until_asleep()  # one of its threads in recv
            script.types("Leave the chat")
            hears_the_end(server, "\"Leave the chat\" was typed")
            script.ends("\"Leave the chat\" was typed, the server has received the end and is silent")
        with meet(path) as (script, server):
            self.begin(script, server)
            script.wait_until_asleep()
            server.close()
            script.ends("The server closed the connection, and nobody presses Enter")
        self.last_words(path)

    def talk(self, script, server):
        """A name goes out, and messages come in."""
        script.types("Anna")
        reads(server, "Anna", "\"Anna\" and Enter were typed. What did the server receive?", script)
        server.sendall("Boris: hello to you too\n".encode())
        script.prints("Boris: hello to you too", "The server sent the words of Boris.")

    def last_words(self, path, tries=3):
        """The server answers when it has heard the end; on a busy machine it may come too late, so more than once."""
        with meet(path) as (script, server):
            self.begin(script, server)
            script.types("Leave the chat")
            hears_the_end(server, "\"Leave the chat\" was typed")
            script.wait_until_asleep()  # it waits for them, or has ended
            with suppress(OSError):  # the client may have ended
                server.sendall("Boris: bye\n".encode())
                server.shutdown(socket.SHUT_WR)
            what = "\"Leave the chat\" was typed; the server heard the end and answered with its last words."
            try:
                script.prints("Boris: bye", f"{what} The listener thread prints them: wait for it.")
            except Wrong:
                if tries == 1:
                    raise
                return self.last_words(path, tries - 1)
            script.ends(f"{what} It closed the connection")
            last_words = script.last_words()
            if any("lost" in line for line in script.said()):
                raise Wrong(f"{what} The person who leaves reads that the connection was lost: add a flag, leaving{last_words}")

    def begin(self, script, server):
        server.sendall("Enter your name:\n".encode())
        script.prints("Enter your name:", "The server asked for a name.")
