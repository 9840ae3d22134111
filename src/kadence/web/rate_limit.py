"""At most so many requests of a token in a second, counted in one process or across workers."""

import fcntl
import hashlib
import mmap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kadence.domain.error_ids import ErrorId
from kadence.web.credentials import caller_of
from kadence.web.requests import Request
from kadence.web.responses import Response

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


class RateLimit:
    """At most `limit` requests in a second of the clock for each token or session; above it 429.

    Of a session those of the API count: its browser sends it along for pictures and scripts too.
    Requests without either pass: most are answered 401 before anything is looked up.
    """

    def __init__(self, limit: int, counts: Counts, clock: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._counts = counts
        self._clock = clock

    def look(self, request: Request) -> tuple[list[tuple[bytes, bytes]], Response | None]:
        """Count a request; returns headers for its response, and the refusal if it is too much."""
        caller = caller_of(request)
        of_page = caller.session is not None and not request.path.startswith("/api/")
        if caller.token is None or of_page:
            return [], None
        now = int(self._clock())
        used = self._counts.count(caller.token, now)
        headers = [
            (b"x-ratelimit-limit", b"%d" % self._limit),
            (b"x-ratelimit-remaining", b"%d" % max(self._limit - used, 0)),
            (b"x-ratelimit-reset", b"%d" % (now + 1)),
        ]
        return headers, too_many_requests() if used > self._limit else None


def too_many_requests() -> Response:
    """Return the published answer to whoever asks too often."""
    body = b"Too many requests, please try again later."
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"1"),
        (b"x-kadence-error", ErrorId.RATE_LIMITED.encode()),
    ]
    return Response(429, headers, body)
