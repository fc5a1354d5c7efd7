"""Hand-ins that come packed."""

import zipfile

from . import finding, limits

ARCHIVES = ".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"


def open_archive(entry, target):
    """Return the folder (Path) that entry is, or is unpacked to: target. Raises ValueError."""
    if entry.is_dir():
        zips = [path for path in entry.rglob("*") if path.suffix.lower() == ".zip"]
        if len(zips) != 1 or any(map(finding.plays, entry.rglob("*"))):
            return entry.resolve()
        entry = zips[0]  # a learning platform gives each student a folder with the zip in it
    if entry.suffix.lower() != ".zip":
        raise ValueError(f"{entry.name}: нужна папка или zip, этот архив не распакован.")
    unpack(entry, target)
    return target


def unpack(file, target, times=1):
    """Unpack a zip (Path) to target (Path). Raises ValueError when it is broken or malicious.

    It may hold MEMBERS and UNPACKED, or times (int) as much.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > times * limits.MEMBERS or size > times * limits.UNPACKED:
                raise ValueError(
                    f"{file.name}: в архиве больше {times * limits.MEMBERS} файлов или больше "
                    f"{times * limits.UNPACKED // 1_000_000} МБ, он не распакован."
                )
            for member in members:
                parts = member.filename.replace("\\", "/").split("/")
                if ".." in parts or not parts[0] or ":" in parts[0]:
                    raise ValueError(f"{file.name}: путь «{member.filename}» ведёт наружу, архив не распакован.")
                if member.flag_bits & 1:
                    raise ValueError(f"{file.name}: архив закрыт паролем.")
            archive.extractall(target)
    except ValueError:
        raise
    except Exception as error:  # zipfile has a dozen of kinds for what is broken
        raise ValueError(f"{file.name}: архив не читается: {error}") from None
