"""The journal's tail and the streams that follow it: what they read, and when."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing
from math import inf
from typing import Any

import msgspec
import pytest

from kadence.domain.access import Actor
from kadence.domain.errors import DatabaseUnavailable, Forbidden
from kadence.domain.iteration_commands import CreateIteration
from kadence.domain.model import CompanyRole, Event
from kadence.live import stream
from kadence.live.journal_tail import JournalTail
from kadence.storage import journal
from kadence.storage.engines import locate
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.transactions import Transaction
from kadence.usecases.iterations import create_iteration
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.usecases.setup import Initialised
from kadence.usecases.unit_of_work import (
    RenderedResponse,
    WriteOptions,
)
from kadence.web.activity import stream_chunk
from tests.world import make_company

pytestmark = pytest.mark.both_engines

Found = Sequence[Event]


class Followed:
    """A database with two companies, its tail, and a count of what is read."""

    def __init__(self, url: str) -> None:
        self.home, self.other = make_company(url, "Home"), make_company(url, "Other")
        self.database: ThreadedDatabase = locate(url).open()
        self.runner = UnitOfWorkRunner(self.database)
        self.looks = self.reads = 0
        self.tail = JournalTail(self._look, self.runner.commits, 0.05)

    async def _look(self, work: Callable[[Transaction], Any]) -> Any:
        self.looks += 1
        return await self.database.read(work)

    async def create(self, made: Initialised, title: str) -> None:
        """Commit a change of the space of a company through the runner."""
        await self.runner.write(
            made.token,
            WriteOptions(),
            lambda _: RenderedResponse(b""),
            create_iteration,
            made.space_uid,
            CreateIteration(title),
        )

    def stream(
        self,
        after: int = 0,
        kinds: Sequence[str] = (),
        page: int = 100,
        most_bytes: float = inf,
    ) -> AsyncGenerator[Found, None]:
        """The stream of the first company's space."""

        async def read(position: int) -> Found:
            self.reads += 1
            return await self.database.read(
                lambda tx: journal.of_space(
                    tx,
                    1,
                    self.home.space_uid,
                    after=position,
                    kinds=kinds,
                    limit=page,
                    most_bytes=most_bytes,
                )
            )

        return stream.follow(self.tail, self.home.space_uid, read, tuple, after)


@pytest.fixture
def followed(database: str) -> Iterator[Followed]:
    made = Followed(database)
    yield made
    made.database.close()


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 30))


async def whole(found: AsyncGenerator[Found, None], count: int) -> list[Event]:
    """The next so many events."""
    events: list[Event] = []
    while len(events) < count:
        events += await anext(found)
    return events


def test_commits_elsewhere_cost_a_stream_nothing(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE", 60)

    async def story() -> None:
        async with aclosing(followed.stream()) as events:
            await whole(events, 2)
            waiting = asyncio.ensure_future(anext(events))
            for number in range(30):
                await followed.create(followed.other, f"Elsewhere {number}")
            while followed.tail.position < 30:
                await followed.runner.commits.wait(followed.runner.commits.count, 0.05)
            before = followed.reads
            await followed.create(followed.home, "Here")
            (event,) = await waiting
            assert (event.kind, event.payload["title"]) == ("iteration.created", "Here")
            assert followed.reads == before + 1

    run(story())


def test_what_an_idle_stream_sends_and_reads(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE", 0.2)

    async def story() -> None:
        async with aclosing(followed.stream(after=2**40)) as events:
            assert [await anext(events) for _ in range(3)] == [(), (), ()]
        # Once at the beginning, and once for each sign of life: the reader may see less by then.
        assert followed.reads == 3

    run(story())


def test_a_filtered_stream_does_not_look_twice_at_what_it_left_out(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE", 0.05)
    asked: list[int] = []

    async def story() -> None:
        async def read(position: int) -> Found:
            asked.append(position)
            return ()

        for number in range(5):
            await followed.create(followed.home, f"Sprint {number}")
        following = stream.follow(followed.tail, followed.home.space_uid, read, tuple, 0)
        async with aclosing(following) as events:
            await anext(events)
            await anext(events)
        assert asked[0] == 0
        assert asked[1] == followed.tail.position > 5

    run(story())


def test_what_others_write_comes_too_and_a_page_is_no_end(
    followed: Followed, database: str
) -> None:
    from tests.world import do  # noqa: PLC0415

    async def story() -> None:
        last = await followed.database.read(journal.last_seq)
        async with aclosing(followed.stream(after=last, page=2)) as events:
            waiting = asyncio.ensure_future(whole(events, 5))
            for number in range(5):
                await asyncio.to_thread(
                    do,
                    database,
                    create_iteration,
                    followed.home.space_uid,
                    CreateIteration(f"Beside {number}"),
                    actor=Actor(1, followed.home.user_uid, 1, CompanyRole.OWNER),
                )
            titles = [event.payload["title"] for event in await waiting]
            assert titles == [f"Beside {number}" for number in range(5)]

    run(story())


def test_large_events_come_by_themselves_and_small_ones_together(followed: Followed) -> None:
    async def story() -> None:
        last = await followed.database.read(journal.last_seq)
        for title in ("a", "b", "c" * 250, "d" * 250, "e"):
            await followed.create(followed.home, title)
        async with aclosing(followed.stream(after=last, page=1)) as events:
            (small,) = await anext(events)
        two = 2 * len(msgspec.json.encode(small.payload))
        async with aclosing(followed.stream(after=last, most_bytes=two)) as events:
            parts = [await anext(events) for _ in range(4)]
        titles = [[event.payload["title"][0] for event in part] for part in parts]
        assert titles == [["a", "b"], ["c"], ["d"], ["e"]]

    run(story())


def test_nobody_looks_when_nobody_follows(followed: Followed) -> None:
    async def story() -> None:
        async with aclosing(followed.stream()) as events:
            await whole(events, 2)
        looks = followed.looks
        for number in range(3):
            await followed.create(followed.home, f"Sprint {number}")
            await asyncio.sleep(0.06)
        assert followed.looks == looks

    run(story())


def test_it_ends_with_the_server_and_when_the_reader_may_see_no_more(followed: Followed) -> None:
    async def story() -> None:
        following = followed.stream(after=2**40)
        waiting = asyncio.ensure_future(anext(following, None))
        await asyncio.sleep(0)
        followed.runner.commits.end()
        assert await waiting is None

        async def read(_: int) -> Found:
            raise Forbidden

        followed.runner.commits.ended = False
        refused = stream.follow(followed.tail, followed.home.space_uid, read, tuple, 0)
        with pytest.raises(Forbidden):
            await anext(refused)

    run(story())


def test_a_database_that_fails_at_first_is_followed_later(followed: Followed) -> None:
    reading = followed.tail._read  # noqa: SLF001
    failures = iter([DatabaseUnavailable("gone"), DatabaseUnavailable("gone")])

    async def failing(work: Callable[[Transaction], Any]) -> Any:
        for failure in failures:
            raise failure
        return await reading(work)

    followed.tail._read = failing  # noqa: SLF001

    async def story() -> None:
        async with aclosing(followed.stream()) as events:
            assert await whole(events, 2)

    run(story())


@pytest.mark.parametrize("turns", range(5))
def test_a_wait_that_is_cancelled_ends_whenever_that_is(followed: Followed, turns: int) -> None:
    async def story() -> None:
        following = followed.stream(after=2**40)
        waiting = asyncio.ensure_future(anext(following))
        while followed.reads < 1:  # noqa: ASYNC110 - it counts from a thread of the database
            await asyncio.sleep(0.01)
        await followed.create(followed.home, "Sprint")
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await following.aclose()
        for _ in range(50):
            await asyncio.sleep(0)
        assert not [task for task in asyncio.all_tasks() if "_follow" in repr(task)]

    run(story())


def test_a_sign_of_life_is_a_comment_that_clients_ignore() -> None:
    event = Event(7, 1, 1_780_000_000_000, "card.created", "a", "s", None, "c", {})
    assert stream_chunk(()) == b": alive\n\n"
    assert stream_chunk([event]).startswith(b"id: 7\nevent: card.created\ndata: {")
