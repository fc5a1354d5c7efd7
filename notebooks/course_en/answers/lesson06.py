"""Lesson 6, what a line may hold: its exercises, with hints and solutions."""
import re
import unicodedata

from answers.lesson03 import both_are_there
from exercises import COURSE, Exercise, Script, Wrong, expect, hears, visit

FAMILY = "👨\u200d👩\u200d👧"


class Clean(Exercise):
    number = "6.1"
    name = "clean"
    hints = (
        "First data.decode(\"utf-8\", \"replace\"): invalid bytes become �.",
        "unicodedata.category(sign) gives the category of a character. To replace it in the whole text: text.replace(sign, \" \").",
        "set(text) is all the different characters of the text: for sign in set(text): if the category is in the list and sign != \"\\n\", "
        "replace it. At the end return text.encode().",
    )
    solution = '''
import unicodedata

def clean(data):
    text = data.decode("utf-8", "replace")
    for sign in set(text):
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp") and sign != "\\n":
            text = text.replace(sign, " ")
    return text.encode()
'''
    right = "There is nothing for a terminal to obey, and letters and emoji are intact."

    def check(self, clean):
        def trial(data, wanted):
            try:
                got = clean(data)
            except UnicodeDecodeError as error:
                raise Wrong(f"clean({data!r})\n    got: UnicodeDecodeError: {error.reason}. There are no such bytes "
                            "in UTF-8; decode can replace them: \"replace\".") from None
            if got is None:
                raise Wrong("The function returned nothing. It needs a return at the end.")
            if not isinstance(got, bytes):
                raise Wrong(f"clean({data!r}) returned {got!r}. It should return bytes: call encode() at the end.")
            if got.decode(errors="replace") != wanted:
                raise Wrong(f"clean({data!r})\n    expected: {wanted!r}.encode()\n"
                            f"    got: {got.decode(errors='replace')!r}.encode()")

        for text in "Hello 👋", "Ёлка 🎄, naïve, 你好\u00a0¿?", "one\ntwo\n", "":
            trial(text.encode(), text)
        trial("here I am\rBoris: I am leaving".encode(), "here I am Boris: I am leaving")
        trial("\x1b[2Jscreen\x07 yours\x7f".encode(), " [2Jscreen  yours ")
        trial("yes\u2028Boris: no\u2029and\x85yes".encode(), "yes Boris: no and yes")
        trial(b"caf\xe9\n" + b"\xd0\x90\xd1", "caf\ufffd\nА\ufffd")
        trial(FAMILY.encode(), FAMILY)
        signs = [chr(n) for n in range(0x300) if unicodedata.category(chr(n)) in ("Cc", "Zl", "Zp")]
        for sign in signs:
            trial(f"a{sign}b".encode(), "a\nb" if sign == "\n" else "a b")


class Visible(Exercise):
    number = "6.2"
    name = "visible"
    hints = (
        "ord(sign) gives the number of a character, chr(number) gives the character with that number.",
        "Build a new string: shown = \"\", then in a loop over text add either the character "
        "or \"^\" + chr(ord(sign) + 64).",
    )
    solution = '''
def visible(text):
    shown = ""
    for sign in text:
        if ord(sign) < 32:
            shown += "^" + chr(ord(sign) + 64)
        else:
            shown += sign
    return shown
'''
    right = "Terminals and textbooks write them like this, too: Ctrl+C is ^C."

    def check(self, visible):
        for text, wanted in (("hello", "hello"), ("here I am\rBoris", "here I am^MBoris"), ("\x1b[2J", "^[[2J"),
                             ("\x00\t\n\x1f", "^@^I^J^_"), ("a b", "a b")):
            expect(f"visible({text!r})", wanted, visible(text))


LOOK_ALIKE = str.maketrans("АΑᎪꓮаո", "AAAAan")  # Cyrillic, Greek, Cherokee, Lisu; a Cyrillic and an Armenian letter
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def looks(name):
    """Return what people see of a name (str): letters alone, with one letter for those that look alike."""
    signs = [c for c in INVISIBLE.sub("", name) if unicodedata.category(c) != "Cf"]
    return "".join(signs).translate(LOOK_ALIKE)


class Twin(Exercise):
    number = "6.3"
    hints = (
        "Is there a Cyrillic or Greek letter that can't be told from a Latin one?",
        "Or put into the name an invisible character that clean leaves alone: the joiner \\u200d.",
    )
    answer = "Аnna"
    solution = '''
"Аnna": the first letter is Cyrillic. "A\\u200dnna" will do, too: clean keeps the joiner for emoji.
'''
    right = "The server takes it for another name. Lesson 7 says what to do about that."

    def check(self, name):
        from lab.en.server import clean
        if not isinstance(name, str):
            raise Wrong("The answer should be a string (str).")
        if name == "Anna":
            raise Wrong("It is the same name: a program can't tell the two apart any better than a person.")
        if clean(name.encode()) != name.encode():
            raise Wrong(f"clean will change it: {name!r} becomes {clean(name.encode()).decode()!r}.")
        if looks(name) != "Anna":
            raise Wrong(f"On the screen {name!r} can be told from 'Anna'. Is a letter similar, but not the same? "
                        "A space at the edge is visible, too.")


class Server(Exercise):
    number = "6.4"
    name = "server.py"
    hints = (
        "Put clean and import unicodedata into server.py.",
        "The best place is right after the reader: text = clean(line).decode(), while the line is still bytes. Then "
        "the name is clean as well: it is a line, too.",
    )
    solution = (COURSE / "answers/stages/lesson06/server.py").read_text(encoding="utf-8")
    right = "Not one command will reach other people's terminals."

    def check(self, path):
        with Script(path) as server:
            port = server.listening()
            anna, boris = visit(port, "Anna"), visit(port)
            hears(boris, "Enter your name:", "Boris connects")
            boris.send("Bo\x07ris\n".encode())
            both_are_there(anna, boris, "Bo ris", "Boris gave the name 'Bo\\x07ris'.")
            anna.say("here I am\rBoris: I am leaving")
            reaches(boris, "Anna: here I am Boris: I am leaving", "Anna sent 'here I am\\rBoris: I am leaving'. Boris is listening.")
            boris.send(b"caf\xe9\n")
            reaches(anna, "Bo ris: caf\ufffd", "The person named 'Bo\\x07ris' sent b'caf\\xe9'. Anna is listening.")
            anna.say(f"\x1b[2Jfamily\u2028{FAMILY}")
            reaches(boris, f"Anna:  [2Jfamily {FAMILY}", f"Anna sent '\\x1b[2Jfamily\\u2028{FAMILY}'. Boris is listening.")


def reaches(person, wanted, what):
    """Listen to person (Peer) until a line begins as wanted does; it must be wanted."""
    try:
        got = hears(person, "", what, repr(wanted))[-1]
        while not got.startswith(wanted[:2]):
            got = hears(person, "", what, repr(wanted))[-1]
    except UnicodeDecodeError:
        raise Wrong(f"{what}\n    expected: {wanted!r}\n    got: bytes that don't exist in UTF-8 "
                    "were passed on as they are") from None
    expect(what, wanted, got)
