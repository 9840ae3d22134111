"""Tells whoever follows the journal in this process when to look again."""

import asyncio
import contextlib


class CommitNotifier:
    """Wakes its waiters after every commit, and when the server stops."""

    def __init__(self) -> None:
        self._beat = asyncio.Event()
        self.count = 0
        """How many commits there were; who has seen so many need not look."""
        self.ended = False

    def notify(self) -> None:
        """Wake everybody who waits."""
        self.count += 1
        self._beat.set()

    def end(self) -> None:
        """Let everybody who follows stop: the server does."""
        self.ended = True
        self.notify()

    async def wait(self, seen: int, seconds: float) -> None:
        """Wait for a commit after the first `seen` ones, for at most `seconds`."""
        if self.count != seen:
            return
        self._beat.clear()
        # Not wait_for: in Python 3.11 that may not hear that it is cancelled.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._beat.wait()
