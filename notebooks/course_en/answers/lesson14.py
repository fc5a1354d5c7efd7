"""Lesson 14, the client: its exercises, with hints and solutions."""
import exercises
from answers import lesson13
from exercises import COURSE, Exercise, Wrong, expect, meet, pair, reads

LEAVE = "leave the chat"


class SendInput(Exercise):
    number = "14.1"
    name = "send_input"
    hints = (
        "The loop: for text in texts. First line = text.strip(): without spaces and newlines around it.",
        "Compare line.lower() with the goodbye. If line is empty, it must not be sent.",
        "A message ends with \"\\n\" and is sent as bytes: client_socket.sendall(f\"{line}\\n\".encode()). "
        "After the loop, return False.",
    )
    solution = '''
def send_input(client_socket, texts):
    for text in texts:
        line = text.strip()
        if line.lower() == "leave the chat":
            return True
        if line:
            client_socket.sendall(f"{line}\\n".encode())
    return False
'''
    right = "Nothing empty was sent, and the goodbye stayed in the client."

    def check(self, send_input):
        self.compare(send_input, ["Anna", "", "hello", "   ", "how are you?"], "Anna\nhello\nhow are you?\n", False)
        for word in LEAVE, " Leave the CHAT ":
            self.compare(send_input, ["hello", word, "and this?"], "hello\n", True)
        self.compare(send_input, ["Anna\n", "\n", "hello\n"], "Anna\nhello\n", False)
        self.compare(send_input, ["I do not want to leave the chat\n"], "I do not want to leave the chat\n", False)

    def compare(self, send_input, texts, wanted, result):
        ours, theirs = pair()
        theirs.settimeout(exercises.WAIT)
        left, heard = iter(texts), []
        got = send_input(ours, self.typed(left, theirs, heard))
        ours.close()
        while chunk := theirs.recv(8192):
            heard.append(chunk)
        expect(f"Typed: {texts}. What did the server receive?", wanted, b"".join(heard).decode())
        expect(f"Typed: {texts}. What did the function return?", result, got)
        if result:
            expect(f"Typed: {texts}. What was left unread after the goodbye?", texts[2:], [*left])

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
                    raise Wrong(f"Typed: {text!r}. The function takes the next line before it has sent this one "
                                "to the server.") from None


class MyClient(lesson13.Leaves):
    number = "14.2"
    name = "client.py"
    patience = 3
    hints = (
        "Take the client from the assignment. End each message that you send with \"\\n\", and do not send empty ones.",
        "The main thread: in place of the loop with input(), call send_input(client_socket, sys.stdin) from exercise 14.1, and "
        "after it, in place of close(), leave(client_socket, listener) from exercise 13.1.",
        "When the server is gone, the listener thread prints so and calls os._exit(0). Create the thread with daemon=True.",
        "A person who leaves should not read that the connection was lost: make leaving = threading.Event(); the main thread "
        "sets it before leave, and the listener thread asks leaving.is_set().",
    )
    solution = (COURSE / "answers/stages/lesson14/client.py").read_text(encoding="utf-8")
    right = "Your client is ready: messages are sent as lines, and the client always ends."

    def check(self, path):
        super().check(path)
        with meet(path) as (script, server):
            self.begin(script, server)
            script.types("Anna")
            script.end_input()
            what = "\"Anna\" came from a pipe, and the input ended"
            lesson13.hears_the_end(server, what, "Anna\n")
            server.close()  # it may wait long for that, as lab/en/client.py does
            script.ends(f"{what}; the server received the end and ended, too")

    def talk(self, script, server):
        """Each message is a line, and nothing empty goes out."""
        script.types("Anna")
        reads(server, "Anna\n", "\"Anna\" and Enter were typed. What did the server receive?", script)
        script.types("")
        script.types("hello")
        what = "Enter was pressed on an empty line, then \"hello\" was typed. What did the server receive?"
        expect(what, "hello\n", reads(server, "hello\n", what, script))
        server.sendall("Boris: hello to you too\n".encode())
        script.prints("Boris: hello to you too", "The server sent the words of Boris.")
