"""Writes the lines of the log, and waits for nobody: who does not read them loses some."""

import asyncio
import atexit
import contextlib
import os
import select
import threading
from collections import deque
from typing import BinaryIO

WHOLE = 4096
"""Bytes that a pipe takes whole, so that the lines of several workers are not torn."""
MOST_WAITING = 256 * 1024
"""Bytes of lines that wait for a reader who stands still; those beyond are lost, and counted."""
RETRY_SECONDS = 0.25


class LogLines:
    """Writes lines as they come, but those of one turn of the event loop at once.

    A line that cannot be written, as on a full disk, is lost: nobody's request is to fail for it,
    or to wait for it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._room = select.poll()
        self._room.register(self._descriptor, select.POLLOUT)
        self._waiting: deque[bytes] = deque()
        self._bytes = self._lost = 0
        self._is_due = False
        self._lock = threading.Lock()
        atexit.register(self._write)

    def msg(self, line: bytes) -> None:
        """Write a line, at the latest when the event loop of this thread comes round again."""
        with self._lock:
            if self._bytes > MOST_WAITING:
                self._lost += 1
                return
            self._append(line)
            if self._is_due:
                return
            self._is_due = True
        try:
            asyncio.get_running_loop().call_soon(self._write)
        except RuntimeError:
            self._write()

    debug = info = warning = error = critical = msg

    def _append(self, line: bytes) -> None:
        self._waiting.append(line + b"\n")
        self._bytes += len(line) + 1

    def _write(self) -> None:
        with self._lock:
            while self._waiting:
                # Only what has room at once: a pipe that has any takes WHOLE bytes.
                if not self._room.poll(0):
                    self._come_back()
                    return
                self._put(self._part())
                if self._lost and not self._waiting:
                    self._append(b'{"event":"lines of the log were lost","lines":%d}' % self._lost)
                    self._lost = 0
            self._is_due = False

    def _come_back(self) -> None:
        try:
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._write)
        except RuntimeError:
            # The next line does.
            self._is_due = False

    def _part(self) -> bytes:
        """Take as many lines as go at once; of one that is longer, a part."""
        part = self._waiting.popleft()
        while self._waiting and len(part) + len(self._waiting[0]) <= WHOLE:
            part += self._waiting.popleft()
        if len(part) > WHOLE:
            self._waiting.appendleft(part[WHOLE:])
            part = part[:WHOLE]
        self._bytes -= len(part)
        return part

    def _put(self, part: bytes) -> None:
        with contextlib.suppress(OSError):
            while part:
                part = part[os.write(self._descriptor, part) :]
