"""The database by itself: schema, batches, failures, secrets."""

import asyncio
import hashlib
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, select

from kadence.domain.errors import NotFound, StorageUnusable
from kadence.storage import checkup, migrate, sqlite
from kadence.storage.engine import Statement, Transaction, bound
from kadence.storage.schema import REVISION, companies, metadata
from kadence.storage.sqlite import SqliteDatabase
from tests.world import fresh_database, make_company

ADD = Statement(insert(companies).values(bound(companies, "uid", "name", "created", "updated")))
NAMES = Statement(select(companies.c.name).order_by(companies.c.id))


def add(tx: Transaction, name: str) -> None:
    tx.run(ADD, {"uid": name, "name": name, "created": 0, "updated": 0})


def names(tx: Transaction) -> list[str]:
    return [row[0] for row in tx.all(NAMES)]


def test_a_migrated_schema_equals_a_fresh_one(tmp_path: Path) -> None:
    migrated = fresh_database(tmp_path)
    fresh = tmp_path / "fresh.db"
    engine = create_engine(f"sqlite:///{fresh}")
    metadata.create_all(engine)
    engine.dispose()

    def shape(path: Path) -> dict[str, Any]:
        with sqlite3.connect(path) as connection:
            tables = {
                row[0]
                for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            } - {"alembic_version", "sqlite_sequence"}
            found = {
                table: [
                    sorted(str(row[1:]) for row in connection.execute(f"PRAGMA {what}({table})"))
                    for what in ("table_xinfo", "foreign_key_list", "index_list")
                ]
                for table in tables
            }
            found["withouts"] = sorted(
                row[0]
                for row in connection.execute(
                    "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"
                )
            )
        connection.close()
        return found

    assert shape(migrated) == shape(fresh)
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        # The tables of the text index are made by a statement of their own, compared above.
        assert [diff for diff in found if "card_search" not in str(diff)] == []
    engine.dispose()


def test_the_program_knows_the_newest_migration() -> None:
    folder = Path(migrate.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == REVISION


def test_upgrading_twice_changes_nothing(database: Path) -> None:
    assert migrate.upgrade(database) == (REVISION, REVISION)


def test_a_database_is_opened_durably(database: Path) -> None:
    connection = sqlite.connect(database)
    try:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    finally:
        connection.close()


@pytest.mark.parametrize("late", [False, True])
def test_a_refused_job_hurts_no_other_of_its_batch(database: Path, late: bool) -> None:
    def refused(tx: Transaction) -> None:
        if late:
            add(tx, "never")
        raise NotFound

    async def batch(opened: SqliteDatabase) -> list[Any]:
        jobs = [opened.write(partial(add, name=f"kept {n}")) for n in range(5)]
        jobs.insert(2, opened.write(refused))
        return await asyncio.gather(*jobs, return_exceptions=True)

    opened = SqliteDatabase(database)
    try:
        results = asyncio.run(batch(opened))
        assert [type(result) for result in results].count(NotFound) == 1
        assert asyncio.run(opened.read(names)) == [f"kept {n}" for n in range(5)]
    finally:
        opened.close()


def test_a_failing_statement_is_told_as_ours_and_only_to_its_own_job(database: Path) -> None:
    def twice(tx: Transaction) -> None:
        add(tx, "two")
        add(tx, "one")

    async def batch(opened: SqliteDatabase) -> list[Any]:
        jobs = [opened.write(partial(add, name=name)) for name in ("one", "three")]
        jobs.insert(1, opened.write(twice))
        return await asyncio.gather(*jobs, return_exceptions=True)

    opened = SqliteDatabase(database)
    try:
        results = asyncio.run(batch(opened))
        assert [type(r) for r in results] == [type(None), StorageUnusable, type(None)]
        assert asyncio.run(opened.read(names)) == ["one", "three"]
    finally:
        opened.close()


def test_a_read_cannot_write(database: Path) -> None:
    opened = SqliteDatabase(database)
    try:
        with pytest.raises(StorageUnusable):
            asyncio.run(opened.read(lambda tx: add(tx, "x")))
    finally:
        opened.close()


def test_secrets_are_hashed_at_rest(database: Path) -> None:
    made = make_company(database, "Home")
    connection = sqlite.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    digests = [row[0] for row in connection.execute("SELECT digest FROM tokens")]
    connection.close()
    assert digests == [hashlib.sha256(made.token.encode()).hexdigest()]
    assert made.token.encode() not in database.read_bytes()


def test_a_sound_database_has_no_problems_and_a_gap_in_the_journal_is_one(
    tmp_path: Path,
) -> None:
    path = fresh_database(tmp_path)
    made = make_company(path, "Home")
    assert checkup.problems(path) == []
    connection = sqlite.connect(path)
    connection.execute(
        "INSERT INTO iterations (company_id, id, space_uid, title, status, creator_uid,"
        " updater_uid, sort_order, created, updated) VALUES (1, 'lost', ?, 'x', 'planned', ?, ?,"
        " 1.0, 0, 0)",
        (made.space_uid, made.user_uid, made.user_uid),
    )
    connection.execute("UPDATE boards SET title = 'Another'")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("DELETE FROM companies")
    connection.close()
    found = checkup.problems(path)
    assert any("reference" in problem for problem in found)
    assert "journal: iterations lost was never made" in found
    assert "journal: boards 1 differs in title" in found
    assert "journal: companies 1 is gone, but was never deleted" in found
