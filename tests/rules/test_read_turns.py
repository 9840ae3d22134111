"""The turns of large reads: how many at once, how many wait, and when there is no room."""

import asyncio

import pytest

from kadence.domain.errors import StorageBusy
from kadence.web.read_turns import AT_ONCE, MOST_WAITING, ReadTurns


def test_so_many_read_at_once_and_so_many_wait() -> None:
    async def story() -> None:
        turns = ReadTurns(AT_ONCE)
        for _ in range(AT_ONCE):
            await turns.take(lambda: True)
        waiting = [asyncio.ensure_future(turns.take(lambda: True)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(StorageBusy):
            await turns.take(lambda: True)
        # Who has gone makes room for another.
        waiting[0].cancel()
        await asyncio.sleep(0)
        late = asyncio.ensure_future(turns.take(lambda: True))
        for _ in range(MOST_WAITING):
            turns.give()
        gone, *others = await asyncio.gather(*waiting, late, return_exceptions=True)
        assert isinstance(gone, asyncio.CancelledError)
        assert others == [None] * MOST_WAITING

    asyncio.run(asyncio.wait_for(story(), 30))


def test_without_room_nobody_reads_and_no_turn_is_lost() -> None:
    async def story() -> None:
        turns = ReadTurns(AT_ONCE)
        for _ in range(3 * AT_ONCE):
            with pytest.raises(StorageBusy):
                await turns.take(lambda: False)
        for _ in range(AT_ONCE):
            await turns.take(lambda: True)

    asyncio.run(asyncio.wait_for(story(), 30))
