"""The language of a program that is not part of the chat: what its option says, or else the system's."""

import argparse
import locale
import os
import runpy
import sys
from contextlib import suppress
from pathlib import Path

LANGUAGES = "ru", "en"
VARIABLES = "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"  # the first that is set counts, as in gettext


def system():
    """Return "ru" where people read Russian on this system, else "en"."""
    name = next(filter(None, map(os.environ.get, VARIABLES)), "")
    with suppress(ValueError):  # a locale that Python has never heard of
        name = name or locale.getlocale()[0] or ""
    return "ru" if name.lower().startswith("ru") else "en"


def asked(option="--lang", default=None):
    """Return the language (str) that the command line asks for; without, default, or else the system's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(option, nargs="?", dest="language")
    language = parser.parse_known_args()[0].language
    return language if language in LANGUAGES else default or system()


def follow(file):
    """Run the twin of the script at file (str) if that one speaks the language asked for, and end with it.

    The one in Russian is in lab/, its twin in lab/en/. Running this one by name asks for English.
    """
    here = Path(file).resolve()
    is_english = here.parent.name == "en"
    lab = here.parents[is_english]
    wanted = lab / "en" / here.name if asked(default="en" if is_english else None) == "en" else lab / here.name
    if wanted != here:
        runpy.run_path(str(wanted), run_name="__main__")
        sys.exit()
