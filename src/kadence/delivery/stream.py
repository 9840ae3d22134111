"""The live stream: events as they happen, for as long as the reader may see them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from kadence.domain.model import Event
from kadence.usecases.commit_notifier import CommitNotifier

LOOK_EVERY = 1.0
"""Seconds between two looks for what another server process has written."""
KEEP_ALIVE = 15.0
"""Seconds of silence after which a sign of life is sent: proxies close what seems dead."""

Read = Callable[[int], Awaitable[Sequence[Event]]]
"""Reads the events behind a position; raises when the reader may not see them any more."""


async def tail(
    commits: CommitNotifier, read: Read, first: Sequence[Event], after: int
) -> AsyncIterator[Sequence[Event]]:
    """Yield the `first` events and then all that come behind them, some at a time.

    `after` is the position of the last one that the reader has. Now and then it is an empty list:
    a sign of life. It ends with the server, or when `read` raises.
    """
    found, silent = first, 0.0
    while not commits.ended:
        if found:
            yield found
            after, silent = found[-1].seq, 0.0
        else:
            await commits.wait(LOOK_EVERY)
            silent += LOOK_EVERY
            if silent >= KEEP_ALIVE:
                yield ()
                silent = 0.0
        found = await read(after)
