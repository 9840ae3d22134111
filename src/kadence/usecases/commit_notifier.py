"""Tells whoever follows the journal in this process when to look again."""

import asyncio
import contextlib


class CommitNotifier:
    """Wakes its waiters after every commit, and when the server stops."""

    def __init__(self) -> None:
        self._beat = asyncio.Event()
        self.ended = False

    def notify(self) -> None:
        """Wake everybody who waits."""
        self._beat.set()
        self._beat = asyncio.Event()

    def end(self) -> None:
        """Let everybody who follows stop: the server does."""
        self.ended = True
        self.notify()

    async def wait(self, seconds: float) -> None:
        """Wait for the next commit, for at most `seconds`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._beat.wait(), seconds)
