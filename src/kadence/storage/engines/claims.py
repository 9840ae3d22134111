"""Says that a database file's place is in use, and asks whether it is: also when the file is gone.

Who serves a file holds a lock that outlives the file's being moved or deleted: a read lock on its
folder, at an offset that stands for the file's name. It ends with the process, whatever ends it.
Linux has such locks (open file description locks); elsewhere nothing is claimed or refused.
"""

import fcntl
import hashlib
import os
import struct
from pathlib import Path

from kadence.domain.errors import StorageUnusable

_LOCK = struct.Struct("hhqqi4x")
"""`struct flock`: kind, whence, start, length, process."""


class Claim:
    """The place of a file, in use until `close`."""

    def __init__(self, file: Path) -> None:
        self._folder = _opened_folder(file)
        lock = _LOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, _offset(file), 1, 0)
        if hasattr(fcntl, "F_OFD_SETLK"):
            fcntl.fcntl(self._folder, fcntl.F_OFD_SETLK, lock)

    def close(self) -> None:
        """Give the place back."""
        os.close(self._folder)


def refuse_claimed(file: Path) -> None:
    """Stop here when somebody serves, or served, a file of this name and still runs.

    Raises:
        StorageUnusable: somebody does.
    """
    if not hasattr(fcntl, "F_OFD_GETLK") or not file.absolute().parent.is_dir():
        return
    folder = _opened_folder(file)
    try:
        asked = _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, _offset(file), 1, 0)
        kind = _LOCK.unpack(fcntl.fcntl(folder, fcntl.F_OFD_GETLK, asked))[0]
    finally:
        os.close(folder)
    if kind != fcntl.F_UNLCK:
        raise StorageUnusable(f"a server has {file} open, or what was there before: stop it first")


def _opened_folder(file: Path) -> int:
    return os.open(file.absolute().resolve().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _offset(file: Path) -> int:
    digest = hashlib.sha256(os.fsencode(file.absolute().resolve().name)).digest()
    return int.from_bytes(digest[:8], "big") >> 2
