"""Has the C library give memory back when it is freed, so that a burst does not stay for ever."""

import contextlib
import ctypes

LARGE_BLOCK = 96 * 1024
"""Bytes from which on a block of memory is one by itself: an answer is, and not the 90 KB that
SQLite takes for a moment with each change. Mapped and zeroed each time, they would cost a third of
the change."""
ROOM = 512 * 1024
"""Bytes that stay free at the end of the heap, for such moments."""
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8

_libc = ctypes.CDLL(None)


def return_large_blocks() -> None:
    """Have a large block returned at once, where the library is glibc; before the first thread.

    By itself it keeps large blocks once some were freed, in a heap for each thread that made them.
    """
    with contextlib.suppress(AttributeError):
        _libc.mallopt(_MMAP_THRESHOLD, LARGE_BLOCK)
        _libc.mallopt(_TOP_PAD, ROOM)
        _libc.mallopt(_TRIM_THRESHOLD, 2 * ROOM)
        _libc.mallopt(_ARENA_MAX, 1)


def return_the_rest() -> None:
    """Return what lies free between small blocks; takes a tenth of a millisecond."""
    with contextlib.suppress(AttributeError):
        _libc.malloc_trim(ROOM)
