"""Reads each new event of the journal once, and tells whoever it concerns."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog

from kadence.domain import events
from kadence.domain.errors import KadenceError
from kadence.storage import journal
from kadence.storage.transactions import Transaction
from kadence.usecases.commit_notifier import CommitNotifier

SHARED_SECONDS = 0.25
"""Between two looks where other servers write to the database too."""
ALONE_SECONDS = 1.0
"""Between two looks where only commands do: `kadence user add`, say."""
GATHER_SECONDS = 0.01
"""For which a look waits after a commit: what is committed in a row is read at once."""
PAGE = 1000

_OF_ACCESS = frozenset(
    {
        events.COMPANY_CHANGED,
        events.USER_CHANGED,
        events.USER_DEACTIVATED,
        events.TOKEN_REVOKED,
        events.SPACE_CHANGED,
        events.SPACE_DELETED,
        events.MEMBER_ADDED,
        events.MEMBER_CHANGED,
        events.MEMBER_REMOVED,
    }
)
"""Kinds after which somebody may see less than before, of whatever space they are told."""

log = structlog.get_logger()

Read = Callable[[Callable[[Transaction], Any]], Awaitable[Any]]
"""Database.read."""


class Subscription:
    """Whether something happened that concerns a space; it holds no events, so it has no end."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something happened."""
        self._woken.set()

    def clear(self) -> None:
        """What happened so far is about to be read."""
        self._woken.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait until something happens; False when nothing did for so long."""
        # Not wait_for: in Python 3.11 that may not hear that it is cancelled.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        return self._woken.is_set()


class JournalTail:
    """The end of the journal, followed for all subscriptions of a process together.

    It looks after each commit of this process, and now and then for what others have written; with
    no subscription it does not look at all. `position` is the `seq` up to which it has looked.
    """

    def __init__(self, read: Read, commits: CommitNotifier, every: float) -> None:
        """`every` is the number of seconds between two looks without a commit."""
        self._read = read
        self._commits = commits
        self._every = every
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._began = asyncio.Event()
        self.position = 0

    @property
    def ended(self) -> bool:
        """Whether the server stops."""
        return self._commits.ended

    @contextlib.asynccontextmanager
    async def subscribe(self, space_uid: str) -> AsyncIterator[Subscription]:
        """Be told of what concerns a space while the block lasts."""
        subscription = Subscription()
        self._subscriptions.setdefault(space_uid, set()).add(subscription)
        try:
            if self._looking is None or self._looking.done():
                self._began.clear()
                self._looking = asyncio.create_task(self._follow())
            await self._began.wait()
            yield subscription
        finally:
            of_space = self._subscriptions[space_uid]
            of_space.discard(subscription)
            if not of_space:
                del self._subscriptions[space_uid]
            if not self._subscriptions and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _follow(self) -> None:
        seen, begun = -1, False
        while not self._commits.ended:
            await self._commits.wait(seen, self._every)
            await asyncio.sleep(GATHER_SECONDS if begun else 0)
            seen = self._commits.count
            try:
                if begun:
                    await self._look()
                else:
                    self.position = await self._read(journal.last_seq)
                    begun = True
                    self._began.set()
            except KadenceError as error:
                log.info("the journal cannot be read at the moment", error=error.message)
        self._began.set()
        self._wake_all()

    async def _look(self) -> None:
        found = [None] * PAGE
        while len(found) == PAGE:
            found = await self._read(lambda tx: journal.heads(tx, self.position, PAGE))
            for head in found:
                self._tell(head)
            if found:
                self.position = found[-1].seq

    def _tell(self, head: journal.Head) -> None:
        if head.kind in _OF_ACCESS:
            self._wake_all()
            return
        for subscription in self._subscriptions.get(head.space_uid or "", ()):
            subscription.wake()

    def _wake_all(self) -> None:
        for of_space in self._subscriptions.values():
            for subscription in of_space:
                subscription.wake()
