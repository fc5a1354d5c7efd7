"""Why a program can't be run here, though that need not be its author's fault: for the instructor to decide."""

import difflib
import re
import sys

WINDOWS = {"msvcrt", "winreg", "winsound", "_winapi", "nt", "ntpath", "win32api", "win32con", "win32gui", "wmi"}
MISSING = re.compile(r"^ModuleNotFoundError: No module named '([\w.]+)'", re.M)
LACKS = re.compile(
    r"^AttributeError: module '(?:os|signal|asyncio|socket|ctypes)' has no attribute "
    r"'(startfile|CTRL_\w+|Windows\w+|SIO_\w+|windll|WinDLL)'",
    re.M,
)
SCREEN = re.compile(r"TclError: .*display|could not connect to display|Qt platform plugin|kivy\.\w+.*[Ww]indow")
TERMINAL = re.compile(r"^(?:_curses\.error|termios\.error|OSError: .*Inappropriate ioctl)", re.M)
SYNTAX = re.compile(r"line (\d+)\n(.*)\n(?:[ ^~]*\n)?(?:SyntaxError|IndentationError): (.*)")
NEWER = (  # the Python that understands a line of this kind
    ((3, 14), re.compile(r"""(?<![\w"'])t(["'])""")),
    ((3, 12), re.compile(r"""f(["'])[^{}]*\{[^}]*\1[^}]*\}|^\s*type \w+.*=|\b(?:def|class) \w+\[""")),
    ((3, 11), re.compile(r"^\s*except\s*\*")),
    ((3, 10), re.compile(r"^\s*(?:match|case) .*:\s*$")),
)
BACKSLASH = "cannot include a backslash"  # in the braces of an f-string, before 3.12


def excuse(words):
    """Return why (str, in Russian) a program that said words (str) at its end can't be run here, or ""."""
    if missing := MISSING.findall(words):
        return without(missing[-1].partition(".")[0])
    if lacks := LACKS.search(words):
        return f"{lacks[1]} есть только в Windows"
    if SCREEN.search(words):
        return "ей нужен экран"
    if TERMINAL.search(words):
        return "ей нужен терминал"
    if syntax := SYNTAX.search(words):
        return newer(int(syntax[1]), syntax[2], syntax[3])
    return ""


def without(module):
    """Return what to say (str) of a module that is missing; "" when its name is mistyped."""
    if module in WINDOWS:
        return f"модуль {module} есть только в Windows"
    if module.lstrip("_") in sys.stdlib_module_names:
        return f"на этой машине в Python нет модуля {module}"
    if difflib.get_close_matches(module, sys.stdlib_module_names, cutoff=0.8):
        return ""
    return f"не установлен пакет {module}, и файла {module}.py в работе нет (поставить пакет: --with {module})"


def newer(number, line, message, here=sys.version_info):
    """Return what to say (str) of line (str) number (int) with this message of a SyntaxError; "" when it is wrong.

    here (tuple) is the version of the Python that did not understand it.
    """
    versions = [version for version, pattern in NEWER if pattern.search(line)]
    versions += [(3, 12)] if BACKSLASH in message else []
    version = max(versions, default=(0,))
    if version <= here[:2]:
        return ""
    wanted, found = [".".join(map(str, numbers)) for numbers in (version, here[:3])]
    return f"строка {number} — для Python {wanted} и новее, а здесь Python {found}"
