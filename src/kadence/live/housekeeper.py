"""Forgets what is too old while the server runs, at its start and every hour."""

import asyncio
import contextlib

import structlog

from kadence.domain.errors import StorageError
from kadence.usecases.runner import UnitOfWorkRunner

EVERY_SECONDS = 3600.0

log = structlog.get_logger()


class Housekeeper:
    """Works between `start` and `close`, on one event loop."""

    def __init__(self, runner: UnitOfWorkRunner, every: float = EVERY_SECONDS) -> None:
        self._runner = runner
        self._every = every
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the loop that runs."""
        self._working = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """End, also in the middle of it: what is left goes the next time."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    async def _work(self) -> None:
        while True:
            try:
                await self._runner.tidy()
            except StorageError as error:
                # As on a full disk: it has time.
                log.warning("what is too old could not be forgotten", reason=str(error))
            await asyncio.sleep(self._every)
