"""Tells whoever follows the journal in this process when to look again."""

import asyncio
import contextlib


class Pulse:
    """A beat after every commit, and the end."""

    def __init__(self) -> None:
        self._beat = asyncio.Event()
        self.ended = False

    def beat(self) -> None:
        """Wake everybody who waits."""
        self._beat.set()
        self._beat = asyncio.Event()

    def end(self) -> None:
        """Let everybody who follows stop: the server does."""
        self.ended = True
        self.beat()

    async def wait(self, seconds: float) -> None:
        """Wait for the next beat, or so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._beat.wait(), seconds)
