"""Files that are there whole or not at all, also after a power cut."""

import os
import tempfile
from contextlib import contextmanager, suppress


@contextmanager
def whole(path, **how):
    """Open a text file that takes the place of path (Path) when the context ends without an error.

    how are arguments of open(). Whoever reads path finds the old file or the new one, never a part.
    Raises OSError.
    """
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(number, "w", **{"encoding": "utf-8"} | how) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~umask())  # mkstemp lets nobody else read
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    sync(path.parent)


def save_text(path, text):
    """Write text (str) to path (Path), whole or not at all. Raises OSError."""
    with whole(path, newline="") as file:
        file.write(text)


def sync(folder):
    """Have the disk know the names in folder (Path) as well, where a system can do that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def umask():
    """Return what this process takes off the rights of new files (int)."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def can_save(path, in_place=False):
    """Raises OSError when nothing can be written where path (Path) is to be; makes its folder.

    What is written in place, and not by whole(), may also be a terminal or a pipe, such as /dev/stdout.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(f"{path} — папка, а не файл")
    if in_place and path.exists() and not path.is_file():
        return
    with tempfile.TemporaryFile(dir=path.parent):
        pass
