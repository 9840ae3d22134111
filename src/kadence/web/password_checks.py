"""The queue in front of passwords, which a process of its own looks at, one after the other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakValueDictionary

import structlog

from kadence.domain.errors import Unavailable
from kadence.helper_process import Failed, HelperProcess
from kadence.usecases import passwords
from kadence.usecases.sign_in_attempts import network_of

SECONDS = 10
"""How long a password may take; far more than any does."""
MOST_WAITING = 50
"""Clients' requests that may wait for their turn; what comes then is refused."""
MOST_OF_CLIENT = 10
"""Of them those of one client: behind its address may be a whole office."""


log = structlog.get_logger()


class PasswordChecks:
    """Lets one in at a time.

    Whose wait is cancelled leaves the queue.
    """

    def __init__(self) -> None:
        self._slot = asyncio.Lock()
        # Who goes away gives the turn back, but the work goes on: in this one thread.
        self._thread = ThreadPoolExecutor(1, "kadence-passwords")
        self._helper = HelperProcess("kadence-passwords", passwords.work)
        self._closed = False
        self._clients: WeakValueDictionary[str, _Client] = WeakValueDictionary()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return self._waiting

    @property
    def has_helper(self) -> bool:
        """Whether the process for passwords runs."""
        return self._helper.runs

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Return whether a password is the one of which `kept` was made; in a turn.

        Raises:
            Unavailable: it cannot be looked at at the moment.
        """
        return bool(await self._asked(passwords.Check(kept, password)))

    async def hashed(self, password: str) -> str:
        """Return what is kept of a password; in a turn.

        Raises:
            Unavailable: as `is_right`.
        """
        return str(await self._asked(passwords.Hashing(password)))

    async def _asked(self, task: passwords.Check | passwords.Hashing) -> bool | str:
        loop = asyncio.get_running_loop()
        done: bool | str = await loop.run_in_executor(self._thread, self._ask, task)
        return done

    def _ask(self, task: passwords.Check | passwords.Hashing) -> bool | str:
        for _ in range(2 if not self._closed else 0):
            try:
                done: bool | str | Failed = self._helper.ask(task, SECONDS)
            except (OSError, EOFError) as error:
                # It ends by itself when nobody signs in for a while.
                log.info("the process for passwords is started anew", error=repr(error))
                self._helper.end()
                continue
            if not isinstance(done, Failed):
                return done
            log.error("a password could not be looked at", error=done.why)
            break
        raise Unavailable("Passwords cannot be checked at the moment, please try again")

    def close(self) -> None:
        """Let the helper go."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._helper.end()

    @contextlib.asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for the client's turn, which is the block.

        Raises:
            Unavailable: too many wait, of this client or of all.
        """
        network = network_of(client)
        of_it = self._clients.get(network)
        if of_it is None:
            of_it = self._clients[network] = _Client()
        if self._waiting >= MOST_WAITING or of_it.waiting >= MOST_OF_CLIENT:
            raise Unavailable("Too many people are signing in at the moment, please try again")
        self._waiting += 1
        of_it.waiting += 1
        try:
            async with of_it.turn, self._slot:
                yield
        finally:
            self._waiting -= 1
            of_it.waiting -= 1


class _Client:
    """A client that has a request here."""

    __slots__ = ("__weakref__", "turn", "waiting")

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.waiting = 0
