"""The turns of reads that may answer much: so many answers are made at once, and no more."""

import asyncio
from collections.abc import Callable

from kadence.domain.errors import StorageBusy

AT_ONCE, TEXTS_AT_ONCE = 2, 1
"""Reads whose answers are being made, and beside them those that answer many texts: one of 100, as
long as they may be, takes 13 MB meanwhile."""
MOST_WAITING = 500
"""Reads that may wait for a turn; what comes then is refused."""


class ReadTurns:
    """Lets a few requests read at once, and none while too much waits to be sent.

    Whose wait is cancelled leaves the queue.
    """

    def __init__(self, at_once: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return self._waiting

    async def take(self, has_room: Callable[[], bool]) -> None:
        """Wait for a turn, which `give` ends.

        Raises:
            StorageBusy: too many wait, or there is no room for an answer.
        """
        if self._waiting >= MOST_WAITING:
            raise StorageBusy("too many reads wait")
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        if not has_room():
            self.give()
            raise StorageBusy("too many answers wait to be read")

    def give(self) -> None:
        """Let the next one read."""
        self._slots.release()
