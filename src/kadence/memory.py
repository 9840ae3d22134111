"""Has the C library give memory back when it is freed, so that a burst does not stay for ever."""

import contextlib
import ctypes

LARGE_BLOCK = 32 * 1024
"""Bytes from which on a block of memory is one by itself: a long text is."""
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8


def return_memory() -> None:
    """Ask for it, where the library is glibc; before the first thread is begun.

    By itself it keeps large blocks once some were freed, in a heap for each thread that made them.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_MMAP_THRESHOLD, LARGE_BLOCK)
        libc.mallopt(_ARENA_MAX, 1)
