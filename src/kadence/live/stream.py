"""The live stream: events as they happen, for as long as the reader may see them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

from kadence.domain.model import Event
from kadence.live.journal_tail import JournalTail

KEEP_ALIVE = 15.0
"""Seconds of silence after which a sign of life is sent: proxies close what seems dead."""

S = TypeVar("S")

Read = Callable[[int], Awaitable[Sequence[Event]]]
"""Reads the events behind a position; raises when the reader may not see them any more."""


async def follow(
    tail: JournalTail,
    space_uid: str,
    read: Read,
    show: Callable[[Sequence[Event]], S],
    after: int,
) -> AsyncGenerator[S, None]:
    """Yield all events of a space behind the position `after`, as `show` makes them.

    They come as many at a time as `read` gives. Between two of them it costs nothing but what
    happens in the space: `read` is called when something did, and with each sign of life, which is
    an empty list. It ends with the server, or when `read` raises.
    """
    async with tail.subscribe(space_uid) as subscription:
        while not tail.ended:
            subscription.clear()
            looked = tail.position
            found = await read(after)
            if found:
                after, shown = found[-1].seq, show(found)
                # The events need not be there for as long as the client takes to read them.
                found = ()
                yield shown
                if after < looked:
                    # There may be more.
                    continue
            # Up to there `read` has looked: what it left out is not looked at again.
            after = max(after, looked)
            if not await subscription.wait(KEEP_ALIVE):
                yield show(())
