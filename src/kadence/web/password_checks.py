"""The queue in front of passwords, each of which takes 64 MiB and half a tenth of a second."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from weakref import WeakValueDictionary

from kadence.domain.errors import Unavailable
from kadence.usecases.sign_in_attempts import network_of

T = TypeVar("T")

AT_ONCE = 2
"""Passwords that are looked at at once."""
MOST_WAITING = 50
"""Clients' requests that may wait for their turn; what comes then is refused."""
MOST_OF_CLIENT = 10
"""Of them those of one client: behind its address may be a whole office."""


class PasswordChecks:
    """Lets a few in at once, and of one client one after the other.

    Whose wait is cancelled leaves the queue.
    """

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        # Of its own: who goes away gives the turn back, but the work in a thread goes on.
        self._threads = ThreadPoolExecutor(AT_ONCE, "kadence-passwords")
        self._clients: WeakValueDictionary[str, _Client] = WeakValueDictionary()
        self._waiting = 0

    async def work(self, work: Callable[[], T]) -> T:
        """Do the work of a turn in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

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
            async with of_it.turn, self._slots:
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
