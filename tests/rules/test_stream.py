"""The live stream's own time: what an idle one sends, and when it ends."""

import asyncio
from collections.abc import Sequence

import pytest

from kadence.delivery import stream
from kadence.domain.events import CARD_CREATED
from kadence.domain.model import Event
from kadence.usecases.commit_notifier import CommitNotifier
from kadence.web.activity import stream_chunk

EVENT = Event(7, 1, 1_780_000_000_000, CARD_CREATED, "a", "s", None, "c", {})


def test_an_idle_stream_gives_signs_of_life_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(stream, "KEEP_ALIVE", 0.003)
    looks: list[int] = []
    commits = CommitNotifier()

    async def read(after: int) -> Sequence[Event]:
        looks.append(after)
        return ()

    async def listen() -> list[Sequence[Event]]:
        seen: list[Sequence[Event]] = []
        async for found in stream.tail(commits, read, [EVENT], 0):
            seen.append(found)
            if len(seen) == 3:
                commits.end()
        return seen

    assert asyncio.run(asyncio.wait_for(listen(), 10)) == [[EVENT], (), ()]
    assert set(looks) == {EVENT.seq}
    assert len(looks) == 1 + 3 + 3, "a look between each two signs of life for every LOOK_EVERY"


def test_a_sign_of_life_is_a_comment_that_clients_ignore() -> None:
    assert stream_chunk(()) == b": alive\n\n"
    assert stream_chunk([EVENT]).startswith(b"id: 7\nevent: card.created\ndata: {")
