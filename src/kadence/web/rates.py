"""How many requests a token made in the current second: in one process, or across workers."""

import fcntl
import hashlib
import mmap
from pathlib import Path
from typing import Protocol

SLOTS = 16_384
"""Tokens that can be counted in one second; one process answers fewer requests than that."""
_CELL = 8
_SIZE = (1 + 2 * SLOTS) * _CELL


class Counts(Protocol):
    """Counts requests by token and second."""

    def count(self, token: str, second: int) -> int:
        """Count one more; how many there are of this token in this second, with it."""


class LocalCounts:
    """Counts of this process."""

    def __init__(self) -> None:
        self._second = 0
        self._used: dict[str, int] = {}

    def count(self, token: str, second: int) -> int:
        """See Counts.count."""
        if second != self._second:
            self._second = second
            self._used = {}
        used = self._used[token] = self._used.get(token, 0) + 1
        return used


class SharedCounts:
    """Counts of all processes that open the same file: the second, then pairs of token and count.

    A token is told by 64 bits of its hash. The kernel gives the file's lock back should a process
    die that holds it.
    """

    def __init__(self, file: Path) -> None:
        """Open `file`, which `make` has made."""
        self._file = file.open("r+b")
        self._cells = memoryview(mmap.mmap(self._file.fileno(), _SIZE)).cast("Q")

    @staticmethod
    def make(file: Path) -> None:
        """A file of no counts."""
        file.write_bytes(bytes(_SIZE))

    def count(self, token: str, second: int) -> int:
        """See Counts.count."""
        digest = hashlib.blake2b(token.encode(), digest_size=_CELL).digest()
        key = int.from_bytes(digest, "little") or 1
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            return self._count(key, second)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _count(self, key: int, second: int) -> int:
        cells = self._cells
        # Another worker may have looked at the clock a moment later and be in the next second.
        if second not in (cells[0], cells[0] - 1):
            cells[:] = memoryview(bytes(_SIZE)).cast("Q")
            cells[0] = second
        for step in range(SLOTS):
            place = 1 + 2 * ((key + step) % SLOTS)
            if cells[place] in (0, key):
                cells[place] = key
                cells[place + 1] += 1
                return cells[place + 1]
        return 1
