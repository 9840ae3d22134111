"""The database by itself: schema, batches, failures, secrets."""

import asyncio
import hashlib
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select

from kadence.domain.access import Actor
from kadence.domain.errors import NotFound, StorageBusy, StorageUnusable
from kadence.domain.model import CompanyRole
from kadence.storage import executor, integrity, migrate
from kadence.storage.engines import (
    Engine,
    SqliteFile,
    locate,
    postgres_server,
    snapshot,
    transaction,
)
from kadence.storage.engines import sqlite_connections as sqlite
from kadence.storage.engines.postgres import PostgresServer
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.revision import revision_of
from kadence.storage.schema import REVISION, companies, iterations, metadata, revisions
from kadence.storage.transactions import Statement, Transaction, bound
from kadence.usecases import sample
from tests.cli.kit import run
from tests.cluster import Cluster
from tests.storage.kit import shape
from tests.world import do, file_url, fresh_database, make_company

pytestmark = pytest.mark.both_engines


ADD = Statement(insert(companies).values(bound(companies, "uid", "name", "created", "updated")))
NAMES = Statement(select(companies.c.name).order_by(companies.c.id))


def add(tx: Transaction, name: str) -> None:
    tx.run(ADD, {"uid": name, "name": name, "created": 0, "updated": 0})


def names(tx: Transaction) -> list[str]:
    return [row[0] for row in tx.all(NAMES)]


def test_a_migrated_file_equals_a_fresh_one(tmp_path: Path) -> None:
    migrated = fresh_database(tmp_path)
    fresh = tmp_path / "fresh.db"
    sqlite.connect(fresh, create=True).close()
    create_all(SqliteFile(fresh))
    assert shape(migrated) == shape(fresh)


def test_a_migrated_server_database_equals_a_fresh_one(cluster: Cluster) -> None:
    fresh = cluster.create()
    create_all(PostgresServer(fresh))

    def shape(url: str) -> list[Any]:
        with postgres_server.connect(url) as connection:
            return [
                connection.execute(f"{query} ORDER BY 1, 2, 3").fetchall()
                for query in (
                    (
                        "SELECT table_name::text, column_name::text, data_type::text,"
                        " character_maximum_length, is_nullable::text, column_default::text"
                        " FROM information_schema.columns WHERE table_schema = current_schema()"
                        " AND table_name <> 'alembic_version'"
                    ),
                    (
                        "SELECT i.indrelid::regclass::text, c.relname::text,"
                        " pg_get_indexdef(i.indexrelid) FROM pg_index i"
                        " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n"
                        " ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
                        " AND i.indrelid::regclass::text <> 'alembic_version'"
                    ),
                    (
                        "SELECT c.conrelid::regclass::text, c.conname::text,"
                        " pg_get_constraintdef(c.oid) FROM pg_constraint c"
                        " JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = current_schema()"
                        " AND c.conrelid::regclass::text <> 'alembic_version'"
                    ),
                )
            ]

    assert shape(cluster.url("empty")) == shape(fresh)


def create_all(location: Engine) -> None:
    engine = location.sqlalchemy_engine()
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()


def test_alembic_finds_nothing_to_migrate(database: str) -> None:
    engine = locate(database).sqlalchemy_engine()
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        # The tables of the text index are made by statements of their own, compared above.
        assert [diff for diff in found if "card_search" not in str(diff)] == []
    engine.dispose()


def test_the_program_knows_the_newest_migration() -> None:
    folder = Path(migrate.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == REVISION


def test_upgrading_twice_changes_nothing(database: str) -> None:
    engine = locate(database)
    with snapshot(engine) as tx:
        before = integrity.rows_of(tx, "users"), tx.all(Statement(select(revisions)))
    migrate.upgrade(engine)
    with snapshot(engine) as tx:
        assert (integrity.rows_of(tx, "users"), tx.all(Statement(select(revisions)))) == before
    assert revision_of(engine) == REVISION


def test_a_file_is_opened_durably(tmp_path: Path) -> None:
    connection = sqlite.connect(fresh_database(tmp_path))
    try:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    finally:
        connection.close()


@pytest.mark.parametrize("late", [False, True])
def test_a_refused_job_hurts_no_other_of_its_batch(database: str, late: bool) -> None:
    def refused(tx: Transaction) -> None:
        if late:
            add(tx, "never")
        raise NotFound

    async def batch(opened: ThreadedDatabase) -> list[Any]:
        jobs = [opened.write(partial(add, name=f"kept {n}")) for n in range(5)]
        jobs.insert(2, opened.write(refused))
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    opened = locate(database).open()
    try:
        results = asyncio.run(batch(opened))
        assert [type(result) for result in results].count(NotFound) == 1
        assert asyncio.run(opened.read(names)) == [f"kept {n}" for n in range(5)]
    finally:
        opened.close()


def test_a_failing_statement_is_told_as_ours_and_only_to_its_own_job(database: str) -> None:
    def twice(tx: Transaction) -> None:
        add(tx, "two")
        add(tx, "one")

    async def batch(opened: ThreadedDatabase) -> list[Any]:
        jobs = [opened.write(partial(add, name=name)) for name in ("one", "three")]
        jobs.insert(1, opened.write(twice))
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    opened = locate(database).open()
    try:
        results = asyncio.run(batch(opened))
        assert [type(r) for r in results] == [type(None), StorageUnusable, type(None)]
        assert asyncio.run(opened.read(names)) == ["one", "three"]
    finally:
        opened.close()


def test_a_transaction_that_failed_lets_go_of_its_lock(database: str) -> None:
    """At once, even where somebody still looks at the error."""

    def add_twice() -> None:
        with transaction(locate(database)) as tx:
            add(tx, "one")
            add(tx, "one")

    with pytest.raises(StorageUnusable) as held:
        add_twice()
    with transaction(locate(database)) as tx:
        add(tx, "two")
        assert names(tx) == ["two"]
    assert held.value


def test_a_read_cannot_write(database: str) -> None:
    opened = locate(database).open()
    try:
        with pytest.raises(StorageUnusable):
            asyncio.run(opened.read(lambda tx: add(tx, "x")))
    finally:
        opened.close()


def test_secrets_are_hashed_at_rest(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    made = make_company(file_url(path), "Home")
    connection = sqlite.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    digests = [row[0] for row in connection.execute("SELECT digest FROM tokens")]
    connection.close()
    assert digests == [hashlib.sha256(made.token.encode()).hexdigest()]
    assert made.token.encode() not in path.read_bytes()


def test_a_sound_database_has_no_problems_and_a_gap_in_the_journal_is_one(database: str) -> None:
    made = make_company(database, "Home")
    location = locate(database)
    assert integrity.problems(location) == []
    engine = location.sqlalchemy_engine()
    with engine.begin() as connection:
        connection.execute(
            insert(iterations).values(
                company_id=1,
                id="lost",
                space_uid=made.space_uid,
                title="x",
                status="planned",
                creator_uid=made.user_uid,
                updater_uid=made.user_uid,
                sort_order=1.0,
                created=0,
                updated=0,
            )
        )
        connection.exec_driver_sql("UPDATE boards SET title = 'Another'")
        connection.exec_driver_sql("DELETE FROM profiles")
    engine.dispose()
    found = integrity.problems(location)
    assert "profiles: person 1 has none" in found
    assert "journal: iterations lost was never made" in found
    assert "journal: boards 1 differs in title" in found


def test_the_sample_follows_from_its_journal(database: str) -> None:
    nobody = Actor(0, "", 0, CompanyRole.USER)
    do(database, sample.fill, actor=nobody)
    assert integrity.problems(locate(database)) == []


def test_a_key_that_an_event_lacks_is_named(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    make_company(file_url(path), "Home")
    connection = sqlite.connect(path)
    # A key that is null in the table is missing all the same.
    change = "UPDATE journal SET payload = json_remove(payload, ?) WHERE kind = ?"
    connection.execute(change, ("$.external_id", "lane.created"))
    found = integrity.problems(SqliteFile(path))
    assert found == ["journal: lanes 1 has no event that tells external_id"]
    connection.execute(change, ("$.id", "lane.created"))
    ((seq,),) = connection.execute("SELECT seq FROM journal WHERE kind = 'lane.created'")
    found = integrity.problems(SqliteFile(path))
    assert found == [f"journal: event {seq} (lane.created) lacks the key id"]
    connection.execute("DELETE FROM journal WHERE kind = 'company.created'")
    connection.execute("UPDATE journal SET kind = 'lane.changed' WHERE kind = 'lane.created'")
    connection.execute(
        'UPDATE journal SET payload = \'{"id": 9, "new": {}}\' WHERE seq = ?', (seq,)
    )
    found = integrity.problems(SqliteFile(path))
    wanted = f"journal: event {seq} (lane.changed) is about something that was never made: 9"
    assert found == [wanted]
    connection.execute("UPDATE journal SET kind = 'lane.painted' WHERE seq = ?", (seq,))
    not_judged = integrity.NotJudged()
    assert integrity.problems(SqliteFile(path), not_judged) == []
    assert not_judged.events == {"lane.painted": 1}
    assert "journal: lanes 1 was never made" in not_judged.gaps
    record = '{"id": "r", "iteration_id": "i", "card_uid": "c", "removed_at": null}'
    change = "UPDATE journal SET kind = 'iteration_card.added', payload = ? WHERE seq = ?"
    connection.execute(change, (record, seq))
    connection.close()
    found = integrity.problems(SqliteFile(path))
    assert found == ["journal: an iteration card is about something that was never made: i"]


def test_what_may_come_of_events_of_a_newer_program_is_told_and_no_problem(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    nobody = Actor(0, "", 0, CompanyRole.USER)
    do(file_url(path), sample.fill, actor=nobody)
    connection = sqlite.connect(path)
    connection.execute(
        "UPDATE iterations SET goal = 'Painted' WHERE id IN (SELECT min(id) FROM iterations)"
    )
    (found,) = integrity.problems(SqliteFile(path))
    assert found.endswith("differs in goal")
    connection.execute(
        "INSERT INTO journal (company_id, at, kind, iteration_id, payload) "
        "SELECT 1, max(at), 'iteration.painted', (SELECT min(id) FROM iterations), '{}' FROM journal"
    )
    connection.close()
    not_judged = integrity.NotJudged()
    assert integrity.problems(SqliteFile(path), not_judged) == []
    assert not_judged.events == {"iteration.painted": 1}
    assert not_judged.gaps == [found]
    told = run("db", "check", "--database", file_url(path), cwd=tmp_path)
    assert told[0] == 0
    assert "as far as this kadence can judge it" in told[1]
    assert "not judged: 1 events iteration.painted" in told[2]
    assert f"not judged: {found}" in told[2]


def test_a_broken_reference_is_a_problem(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    make_company(file_url(path), "Home")
    connection = sqlite.connect(path)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("DELETE FROM companies")
    connection.close()
    found = integrity.problems(SqliteFile(path))
    assert any("reference" in problem for problem in found)
    assert "journal: companies 1 is gone, but was never deleted" in found


def test_what_failed_before_its_batch_ran_again_is_no_error_of_the_second_run(
    database: str,
) -> None:
    runs = []

    def refused_at_first(tx: Transaction) -> None:
        runs.append(tx)
        if len(runs) == 1:
            raise NotFound
        add(tx, "kept")

    def refused_late(tx: Transaction) -> None:
        add(tx, "never")
        raise NotFound

    async def batch(opened: ThreadedDatabase) -> list[Any]:
        jobs = [opened.write(work) for work in (refused_at_first, refused_late)]
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    opened = locate(database).open()
    try:
        results = asyncio.run(batch(opened))
        assert len(runs) == 2
        assert [type(result) for result in results] == [type(None), NotFound]
        assert asyncio.run(opened.read(names)) == ["kept"]
    finally:
        opened.close()


def test_so_many_reads_may_wait_for_a_thread(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "MOST_READS", 2)
    opened, go = locate(database).open(), threading.Event()

    async def story() -> list[Any]:
        jobs = [opened.read(lambda _: go.wait(30)) for _ in range(20)]
        asking = asyncio.ensure_future(asyncio.gather(*jobs, return_exceptions=True))
        await asyncio.sleep(0)
        go.set()
        return list(await asking)

    found = asyncio.run(story())
    opened.close()
    assert {type(one) for one in found} == {bool, StorageBusy}
    assert found[:2] == [True, True]
