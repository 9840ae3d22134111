"""Work of a few look-ups is done on the event loop of a file's server; what is not goes to a thread."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from kadence.domain.errors import NotFound
from kadence.storage.engines import sqlite_connections as sqlite
from kadence.storage.engines.sqlite_connections import SqliteDatabase
from kadence.storage.executor import INLINE_ROW_LIMIT
from kadence.storage.schema import companies
from kadence.storage.transactions import Statement, Transaction, bound
from tests.world import fresh_database

ADD = Statement(insert(companies).values(bound(companies, "uid", "name", "created", "updated")))
NAMES = Statement(select(companies.c.name).order_by(companies.c.id))
HERE = threading.current_thread().name


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(fresh_database(tmp_path))
    yield database
    database.close()


def add(*names: str) -> Callable[[Transaction], str]:
    """Adds companies and tells on which thread."""

    def work(tx: Transaction) -> str:
        rows = [{"uid": name, "name": name, "created": 0, "updated": 0} for name in names]
        tx.run_many(ADD, rows)
        return threading.current_thread().name

    return work


def look(tx: Transaction) -> tuple[str, int]:
    """Counts companies and tells on which thread."""
    return threading.current_thread().name, len(tx.all(NAMES))


def look_one_by_one(tx: Transaction) -> tuple[str, int]:
    """As `look`, row by row."""
    return threading.current_thread().name, sum(1 for _ in tx.each(NAMES))


def test_a_few_rows_are_written_and_read_here(opened: SqliteDatabase) -> None:
    assert asyncio.run(opened.write_inline(add("one"))) == HERE
    assert asyncio.run(opened.read_inline(look)) == (HERE, 1)
    assert asyncio.run(opened.read(look))[0].startswith("kadence-reader")
    assert asyncio.run(opened.write(add("two"))) == "kadence-writer"


def test_many_rows_go_to_a_thread_and_are_written_once(opened: SqliteDatabase) -> None:
    many = [f"number {n}" for n in range(INLINE_ROW_LIMIT + 1)]
    assert asyncio.run(opened.write_inline(add(*many))) == "kadence-writer"
    for looking in (look, look_one_by_one):
        thread, count = asyncio.run(opened.read_inline(looking))
        assert thread.startswith("kadence-reader")
        assert count == len(many)


def test_a_lock_is_waited_for_in_a_thread(opened: SqliteDatabase, tmp_path: Path) -> None:
    other = sqlite.connect(tmp_path / "kadence.db")
    other.execute("BEGIN IMMEDIATE")

    async def story() -> str:
        writing = asyncio.ensure_future(opened.write_inline(add("late")))
        for _ in range(5):  # until it has come as far as it does without waiting
            await asyncio.sleep(0)
        # Reads go on meanwhile, on the event loop too.
        assert (await opened.read_inline(look))[1] == 0
        assert not writing.done()
        other.execute("ROLLBACK")
        return await writing

    assert asyncio.run(story()) == "kadence-writer"
    other.close()


def test_inline_and_other_work_come_in_their_order(opened: SqliteDatabase) -> None:
    def refused(tx: Transaction) -> str:
        add("never")(tx)
        raise NotFound

    async def story() -> list[object]:
        jobs = [
            (opened.write_inline if n % 3 else opened.write)(refused if n % 5 == 4 else add(str(n)))
            for n in range(30)
        ]
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    results = asyncio.run(story())
    assert [n for n, result in enumerate(results) if isinstance(result, NotFound)] == list(
        range(4, 30, 5)
    )
    kept = asyncio.run(opened.read(lambda tx: [row[0] for row in tx.all(NAMES)]))
    assert kept == [str(n) for n in range(30) if n % 5 != 4]


def test_work_goes_on_over_another_loop_after_one_was_left(opened: SqliteDatabase) -> None:
    async def leave(turn: int) -> None:
        for n in range(5):
            asyncio.ensure_future(opened.write_inline(add(f"left {turn} {n}")))  # noqa: RUF006
        await asyncio.sleep(0)

    for turn in range(5):
        asyncio.run(leave(turn))
        assert asyncio.run(opened.write_inline(add(f"kept {turn}"))) in (HERE, "kadence-writer")
    kept = asyncio.run(opened.read(lambda tx: [row[0] for row in tx.all(NAMES)]))
    assert [name for name in kept if name.startswith("kept")] == [f"kept {n}" for n in range(5)]
