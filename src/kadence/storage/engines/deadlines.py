"""Ends the waiting for a database server that says nothing, by hanging up.

A server that is frozen, or a network that drops everything, leaves a connection open and silent:
the driver would wait for ever. A thread looks after all connections of this process and hangs up on
those that are waited for too long. Nothing is ever cancelled: a COMMIT that waits for a standby
would be answered as made, without the standby.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator

LOOK_SECONDS = 0.25


class Line:
    """The socket of a connection, and until when an answer is waited for."""

    def __init__(self, descriptor: int) -> None:
        # A copy: the driver may close its own at any time, and the number be somebody else's then.
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._until: float | None = None
        _WATCH.add(self)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Hang up when the block takes longer."""
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = None

    def look(self, now: float) -> None:
        """Hang up if it is time."""
        until = self._until
        if until is not None and until <= now:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Look after it no more."""
        _WATCH.remove(self)
        self._socket.close()


class _Watch:
    """The thread that looks after all lines, while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: set[Line] = set()
        self._running = False

    def add(self, line: Line) -> None:
        with self._lock:
            self._lines.add(line)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="kadence-deadlines", daemon=True).start()

    def remove(self, line: Line) -> None:
        with self._lock:
            self._lines.discard(line)

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                if not self._lines:
                    self._running = False
                    return
                lines = list(self._lines)
            now = time.monotonic()
            for line in lines:
                line.look(now)


_WATCH = _Watch()
