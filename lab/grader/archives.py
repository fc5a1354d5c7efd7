"""Hand-ins that come packed: zip, tar, and 7z where py7zr is installed (pip install py7zr).

What kind an archive is says its content, not its name. Nothing of it gets out of its folder: no
path that leads elsewhere is written, no link, and no more than limits allows.
"""

import os
import re
import shutil
import tarfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path

from . import finding, limits

ARCHIVES = ".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"
MAGIC_7Z = b"7z\xbc\xaf\x27\x1c"
UTF_8 = 0x800  # a zip's flag: names are in UTF-8
LOCKED = 0x1  # a zip's flag: needs a password
NESTED = 5  # archives in an archive that are unpacked
CYRILLIC = re.compile(r"[а-яё№]", re.I)
MIXED = re.compile(r"[a-z][а-яё]|[а-яё][a-z]", re.I)  # "Müller" would get a Cyrillic letter


def is_archive(path):
    """Return whether path (Path) is called like an archive."""
    return path.suffix.lower() in ARCHIVES


def without_suffix(name):
    """Return name (str) of an archive as the name of what is in it."""
    while Path(name).suffix.lower() in ARCHIVES:
        name = name[: -len(Path(name).suffix)]
    return name


def open_archive(entry, target):
    """Return the folder (Path) that entry is, or is unpacked to: target or in it. Raises ValueError.

    A learning platform gives each student a folder with the zip in it, and there are zips in zips.
    """
    folder = entry.resolve()
    if not entry.is_dir():
        unpack(entry, target)
        folder = target
    for number in range(NESTED):
        packed = [] if any(map(finding.plays, folder.rglob("*"))) else inner(folder)
        if not packed:
            break
        folder = open_all(packed[:NESTED], target / f"inner{number}")
    return folder


def inner(folder):
    """Return the archives (list of Path) in folder (Path), but those of its hidden folders."""
    found = [path for path in sorted(folder.rglob("*")) if is_archive(path) and path.is_file()]
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def open_all(packed, target):
    """Return the folder (Path) that packed (list of archives) are unpacked to. Raises ValueError when none can be."""
    errors = []
    for number, file in enumerate(packed):
        try:
            unpack(file, target / str(number) if len(packed) > 1 else target)
        except ValueError as error:
            errors.append(error)
    if len(errors) == len(packed):
        raise errors[0]
    return target


def unpack(file, target, times=1):
    """Unpack an archive (Path) to target (Path). Raises ValueError when it is broken or malicious.

    It may hold limits.MEMBERS and limits.UNPACKED, or times (int) as much.
    """
    how = kind(file)
    try:
        how(file, target, Allowance(file.name, times))
    except ValueError:
        raise
    except Exception as error:  # zipfile has a dozen of kinds for what is broken
        raise ValueError(f"{file.name}: архив не читается: {str(error).partition(chr(10))[0]}") from None


def kind(file):
    """Return what unpacks file (Path), a function. Raises ValueError when nothing does."""
    with suppress(OSError):
        with file.open("rb") as opened:
            start = opened.read(6)
        if start == MAGIC_7Z:
            return unpack_7z
        if start.startswith(b"Rar!") or file.suffix.lower() in (".rar", ".7z") and not zipfile.is_zipfile(file):
            raise ValueError(f"{file.name}: нужна папка или zip, этот архив не распакован.")
        if not zipfile.is_zipfile(file) and file.suffix.lower() != ".zip":
            return unpack_tar
    return unpack_zip


class Allowance:
    """How much an archive may hold, and which paths."""

    def __init__(self, name, times):
        """name (str) is the archive's; it may hold times (int) as much as one hand-in."""
        self.name, self.members, self.size = name, times * limits.MEMBERS, times * limits.UNPACKED
        self.too_much = f"{name}: в архиве больше {self.members} файлов или больше "
        self.too_much += f"{self.size // 1_000_000} МБ, он не распакован."

    def take(self, path, size):
        """Count a member of size (bytes) with path (str). Raises ValueError."""
        self.members -= 1
        self.size -= size
        if self.members < 0 or self.size < 0:
            raise ValueError(self.too_much)
        parts = path.replace("\\", "/").split("/")
        if ".." in parts or not parts[0] or ":" in parts[0]:
            raise ValueError(f"{self.name}: путь «{path}» ведёт наружу, архив не распакован.")

    def locked(self):
        """Return the error (ValueError) for an archive with a password."""
        return ValueError(f"{self.name}: архив закрыт паролем.")


def unpack_zip(file, target, allowance):
    """Unpack a zip; names without the flag of UTF-8 are in cp866 when they come from Windows in Russian."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        for member in members:
            if not member.flag_bits & UTF_8:
                member.filename = name_of(member.filename)
            allowance.take(member.filename, member.file_size)
            if member.flag_bits & LOCKED:
                raise allowance.locked()
        target.mkdir(parents=True, exist_ok=True)
        for member in members:
            path = archive.extract(member, target)
            with suppress(OverflowError, ValueError, OSError):
                stamp = time.mktime((*member.date_time, 0, 0, -1))
                os.utime(path, (stamp, stamp))


def name_of(name):
    """Return name (str), which zipfile has read as cp437, as who made the zip has meant it."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    russian = raw.decode("cp866")
    if all(CYRILLIC.fullmatch(letter) for letter in russian if not letter.isascii()) and not MIXED.search(russian):
        return russian
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8")  # macOS, which does not set the flag
    return name


def unpack_tar(file, target, allowance):
    """Unpack a tar, packed by gzip, bzip2 or xz or by nothing; links and devices are left out."""
    with tarfile.open(file) as archive:
        for member in archive:
            name = member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            allowance.take(name, member.size)
            path = target / name
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
            elif member.isfile():
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.extractfile(member) as source, path.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                os.utime(path, (member.mtime, member.mtime))
    target.mkdir(parents=True, exist_ok=True)


def unpack_7z(file, target, allowance):
    """Unpack a 7z by py7zr; links are taken away again."""
    try:
        import py7zr
    except ImportError:
        raise ValueError(
            f"{file.name}: нужна папка или zip, этот архив не распакован (7z открывает py7zr: pip install py7zr)."
        ) from None
    try:
        with py7zr.SevenZipFile(file) as archive:
            if archive.needs_password():
                raise allowance.locked()
            for member in archive.list():
                allowance.take(member.filename, member.uncompressed or 0)
            archive.extractall(target)
    except py7zr.PasswordRequired:
        raise allowance.locked() from None
    for path in target.rglob("*"):
        if path.is_symlink():
            path.unlink()
