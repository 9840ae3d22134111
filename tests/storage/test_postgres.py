"""What only PostgreSQL does: colliding with others, losing connections, hiding a password."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, select, update

from kadence.domain.errors import NotFound, StorageBusy, StorageUnusable
from kadence.domain.model import Event
from kadence.storage import connections, journal
from kadence.storage.engines import locate, snapshot
from kadence.storage.engines.postgres_connections import PostgresConnection, PostgresDatabase
from kadence.storage.schema import companies
from kadence.storage.transactions import Statement, Transaction
from tests.cluster import Cluster
from tests.world import make_company

pytestmark = pytest.mark.both_engines


RENAME = Statement(
    update(companies).where(companies.c.id == bindparam("key")).values(name=bindparam("to"))
)
NAMES = Statement(select(companies.c.name).order_by(companies.c.id))


@pytest.fixture
def url(cluster: Cluster) -> str:
    made = cluster.create(template="empty")
    for name in ("One", "Two"):
        make_company(made, name)
    return made


@pytest.fixture
def opened(url: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(url, connections=3, statement_seconds=30)
    yield database
    database.close()


def names(tx: Transaction) -> list[str]:
    return [row[0] for row in tx.all(NAMES)]


def test_a_deadlock_with_another_program_is_tried_again(url: str, opened: PostgresDatabase) -> None:
    locked, met = threading.Event(), threading.Event()
    tries = []

    def crossing(tx: Transaction) -> None:
        tries.append(1)
        tx.run(RENAME, {"key": 1, "to": "ours"})
        met.set()
        tx.run(RENAME, {"key": 2, "to": "ours"})

    def other() -> None:
        with psycopg.connect(url) as connection:
            # It waits longer than we do before it looks for a deadlock, so that we are the ones.
            connection.execute("SET deadlock_timeout = '20s'")
            connection.execute("UPDATE companies SET name = 'theirs' WHERE id = 2")
            locked.set()
            met.wait(10)
            connection.execute("UPDATE companies SET name = 'theirs' WHERE id = 1")

    thread = threading.Thread(target=other)
    thread.start()
    locked.wait(10)
    asyncio.run(opened.write(crossing))
    thread.join()
    assert len(tries) >= 2
    assert asyncio.run(opened.read(names)) == ["ours", "ours"]


def test_a_collision_that_does_not_pass_is_busy_and_keeps_nothing(
    opened: PostgresDatabase,
) -> None:
    tries = []

    def colliding(tx: Transaction) -> None:
        tries.append(1)
        tx.run(RENAME, {"key": 1, "to": "lost"})
        raise psycopg.errors.SerializationFailure("could not serialize access")

    with pytest.raises(StorageBusy):
        asyncio.run(opened.write(colliding))
    assert len(tries) == connections.TRIES
    assert asyncio.run(opened.read(names)) == ["One", "Two"]


@pytest.mark.parametrize("writes", [True, False])
def test_a_connection_that_was_lost_is_replaced(
    url: str, opened: PostgresDatabase, writes: bool
) -> None:
    ask = opened.write if writes else opened.read
    assert asyncio.run(ask(names)) == ["One", "Two"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'kadence' AND datname = current_database()"
        )
    assert asyncio.run(ask(names)) == ["One", "Two"]


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("refused", [True, False])
def test_a_commit_in_which_the_connection_is_lost_is_done_once_and_answered(
    opened: PostgresDatabase, made: bool, refused: bool
) -> None:
    """What the server did counts, whatever came back of it.

    With a job behind it that is refused after it wrote, so that the batch ran with savepoints.
    """
    session = opened._writer  # noqa: SLF001
    assert isinstance(session, PostgresConnection)
    tries = []

    class Losing:
        """The cursor of a connection that breaks in the commit."""

        def __init__(self, cursor: Any) -> None:
            self.cursor = cursor

        def __getattr__(self, name: str) -> Any:
            return getattr(self.cursor, name)

        def within(self, seconds: float, sql: str) -> None:
            if sql != "COMMIT" or made:
                self.cursor.within(seconds, sql)
            if sql != "COMMIT":
                return
            self.cursor._cursor.connection.close()  # noqa: SLF001
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    def rename(tx: Transaction) -> str:
        tries.append(1)
        tx.run(RENAME, {"key": 1, "to": f"kept {len(tries)}"})
        payload = {"new": {"name": f"kept {len(tries)}"}}
        journal.append(tx, [Event(0, 1, 5, "company.changed", None, None, None, None, payload)])
        if len(tries) == 1 + refused:
            session._cursor = Losing(session._cursor)  # type: ignore[assignment]  # noqa: SLF001
        return f"kept {len(tries)}"

    def refuse(tx: Transaction) -> None:
        tx.run(RENAME, {"key": 2, "to": "never"})
        raise NotFound

    async def batch() -> list[Any]:
        jobs: list[Any] = [opened.write(rename)]
        jobs += [opened.write(refuse)] if refused else []
        return await asyncio.gather(*jobs, return_exceptions=True)

    answer, *others = asyncio.run(batch())
    assert [type(other) for other in others] == [NotFound] * refused
    # Bare at first, then with savepoints if a job was refused, then again if it was not made.
    assert len(tries) == 1 + refused + (not made) * (1 + refused)
    assert answer == f"kept {len(tries)}"
    assert asyncio.run(opened.read(names))[0] == answer
    told = asyncio.run(opened.read(lambda tx: list(journal.all_events(tx))))
    assert [event.kind for event in told].count("company.changed") == 1


def test_writers_of_two_processes_come_one_after_the_other(url: str) -> None:
    first, second = (PostgresConnection(url, writes=True) for _ in range(2))
    first.begin()
    order: list[str] = []

    def follow() -> None:
        second.begin()
        order.append(names(second.transaction)[0])
        second.rollback()

    thread = threading.Thread(target=follow)
    thread.start()
    first.transaction.run(RENAME, {"key": 1, "to": "first"})
    first.commit()
    thread.join()
    assert order == ["first"]
    first.close()
    second.close()


def test_a_statement_that_takes_too_long_is_ended(url: str) -> None:
    opened = PostgresDatabase(url, connections=2, statement_seconds=1)
    try:
        with pytest.raises(StorageBusy, match="too long"):
            asyncio.run(opened.read(lambda tx: tx._cursor.execute("SELECT pg_sleep(20)", {})))  # noqa: SLF001
    finally:
        opened.close()


def test_a_password_is_not_shown() -> None:
    for url in (
        "postgresql://anna:s3cret@db.example/plan?sslmode=require",
        "postgresql://db.example/plan?user=anna&password=s3cret&sslpassword=s3cret",
        "postgresql://anna:s3cret@db1:5432,db2:5432/plan?target_session_attrs=read-write",
    ):
        assert "s3cret" not in str(locate(url))
        assert "/plan" in str(locate(url))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:s3cret%zz@db.example/plan",
        "postgresql://anna:s3 cret@db.example/plan",
        "postgresql://anna:p@s3cret@db.example/plan",
        "postgresql//anna:s3cret@db.example/plan",
        "host=db password=s3cret",
        "mysql://anna:s3cret@db.example/plan",
    ],
)
def test_a_wrong_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StorageUnusable) as refused:
        locate(url)
    assert "cret" not in str(refused.value)


def test_a_check_stops_nobody(url: str, opened: PostgresDatabase) -> None:
    with snapshot(locate(url)) as tx:
        assert names(tx) == ["One", "Two"]
        asyncio.run(opened.write(lambda writing: writing.run(RENAME, {"key": 1, "to": "Uno"})))
        assert names(tx) == ["One", "Two"]
