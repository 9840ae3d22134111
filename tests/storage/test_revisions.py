"""Which programs may serve a database, and how its rows are brought along behind its schema."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy
from msgspec import Struct
from sqlalchemy import Connection, func, inspect, select, text, update

from kadence.domain.errors import SchemaMismatch, StorageBusy, StorageError, StorageUnusable
from kadence.storage import migrate, transfer
from kadence.storage.engines import Engine, SqliteFile, locate, snapshot
from kadence.storage.engines.postgres_connections import PostgresConnection
from kadence.storage.migrate import Filled
from kadence.storage.revision import check_own_revision, check_revision
from kadence.storage.schema import REVISION, journal, revisions
from kadence.storage.transactions import Statement
from tests.cluster import Cluster
from tests.recipe import copied, kadence
from tests.world import file_url, fresh_database, make_company, serving

pytestmark = pytest.mark.both_engines

FIRST = "0011"
"""The first schema that says who may serve it."""


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    of_sqlalchemy = engine.sqlalchemy_engine()
    with of_sqlalchemy.begin() as connection:
        yield connection
    of_sqlalchemy.dispose()


def upgraded(engine: Engine, *, oldest: str) -> None:
    """A newer program has been there, and says from which schema on it may be served."""
    with changing(engine) as connection:
        connection.execute(text("DELETE FROM revisions WHERE revision = '9999'"))
        connection.execute(
            text("INSERT INTO revisions VALUES ('9999', :oldest, 1)"), {"oldest": oldest}
        )
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def test_a_newer_schema_is_served_where_the_database_says_so(database: str, tmp_path: Path) -> None:
    engine = locate(database)
    assert check_revision(engine) == REVISION
    upgraded(engine, oldest=REVISION)
    assert check_revision(engine) == "9999"
    with pytest.raises(SchemaMismatch, match="install the newer kadence"):
        check_own_revision(engine)
    with pytest.raises(SchemaMismatch, match="install the newer kadence"):
        transfer.copy(engine, SqliteFile(tmp_path / "copy.db"), lambda *_: None)
    upgraded(engine, oldest="9998")
    for check in (check_revision, check_own_revision):
        with pytest.raises(SchemaMismatch, match="install the newer kadence"):
            check(engine)


def test_a_newer_schema_is_not_migrated(database: str) -> None:
    engine = locate(database)
    # Also where a newer program was here between a look and the transaction.
    upgraded(engine, oldest=REVISION)
    with pytest.raises(SchemaMismatch, match="install the newer kadence"):
        migrate.upgrade(engine)
    with changing(engine) as connection:
        connection.execute(text("UPDATE revisions SET filled = 0 WHERE revision = '9999'"))
    with pytest.raises(SchemaMismatch, match="install the newer kadence"):
        migrate.upgrade(engine)


def test_a_server_is_ready_for_as_long_as_it_may_serve(database: str) -> None:
    engine = locate(database)
    with serving(database) as server:
        upgraded(engine, oldest=REVISION)
        assert httpx.get(f"{server.url}/readyz").json() == {"status": "ok"}
        upgraded(engine, oldest="9998")
        answer = httpx.get(f"{server.url}/readyz")
        assert answer.status_code == 503
        assert "9999" in answer.text


def test_a_server_that_lost_its_connection_looks_again(cluster: Cluster) -> None:
    url = cluster.create(template="empty")
    PostgresConnection(url, writes=True, serves=True).close()
    engine = locate(url)
    # As a migration does that stops all servers of this schema.
    stopping = engine.migrating(f"{int(REVISION) + 1:04}")
    with stopping, pytest.raises(StorageBusy, match="is being upgraded"):
        PostgresConnection(url, writes=True, serves=True)
    upgraded(engine, oldest="9999")
    with pytest.raises(SchemaMismatch, match="is too old to serve it"):
        PostgresConnection(url, writes=True, serves=True)


def test_servers_of_which_schema_are_connected_is_said(cluster: Cluster) -> None:
    url = cluster.create(template="empty")
    serving_one = PostgresConnection(url, writes=False, serves=True)
    wanted = f"server of schema {REVISION} is connected, .* \\(from this machine\\): stop all"
    stopping_all = f"{int(REVISION) + 1:04}"
    with pytest.raises(StorageUnusable, match=wanted), locate(url).migrating(stopping_all):
        pass
    serving_one.close()
    with locate(url).migrating(stopping_all):
        pass


def test_a_server_that_cannot_look_whether_it_may_serve_has_no_connection(cluster: Cluster) -> None:
    url = cluster.create(template="empty")
    connection = PostgresConnection(url, writes=True, serves=True)
    with changing(locate(url)) as other:
        # Its session is gone, as after a restart of the database.
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        other.execute(text("ALTER TABLE revisions RENAME TO elsewhere"))
    with pytest.raises(psycopg.OperationalError):
        connection.begin()
    for _ in range(2):
        with pytest.raises(StorageError):
            connection.begin()
    with changing(locate(url)) as other:
        other.execute(text("ALTER TABLE elsewhere RENAME TO revisions"))
    connection.begin()
    connection.rollback()
    connection.close()


def test_a_migration_lets_others_go_first_and_tries_again(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = locate(cluster.create(template="empty"))
    reading = ExitStack()
    tx = reading.enter_context(snapshot(engine))
    tx.scalar(Statement(select(func.count()).select_from(journal)))
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        reading.close()

    def work(connection: Connection) -> None:
        # Before the server would look for deadlocks.
        limits = [connection.scalar(text(f"SHOW {name}_timeout")) for name in ("lock", "deadlock")]
        assert limits == ["500ms", "1s"]
        connection.exec_driver_sql("ALTER TABLE journal ADD COLUMN more INTEGER")

    monkeypatch.setattr("kadence.storage.migrate.time", SimpleNamespace(sleep=wait))
    migrate._in_turn(engine, (), work)  # noqa: SLF001
    assert waited == [migrate.PAUSE_SECONDS]


def test_a_file_is_not_migrated_under_its_server(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    with (
        serving(file_url(path)),
        pytest.raises(StorageUnusable, match="stop it first"),
        SqliteFile(path).migrating("0"),
    ):
        pass


class Marking(Struct):
    """A migration whose rows are brought along: each event is marked, three at a time."""

    revision: str = REVISION
    oldest: str = REVISION
    calls: int = 0

    def fill(self, connection: Connection, most: int) -> int:
        self.calls += 1
        found = "SELECT seq FROM journal WHERE counts < 5 ORDER BY seq LIMIT :most"
        change = text(f"UPDATE journal SET counts = counts + 5 WHERE seq IN ({found})")  # noqa: S608
        return connection.execute(change, {"most": most}).rowcount


@pytest.fixture
def marking(database: str, monkeypatch: pytest.MonkeyPatch) -> Marking:
    """The newest migration still has rows to bring along, more than go into one transaction."""
    make_company(database, "Home")
    made = Marking()
    monkeypatch.setattr(migrate, "_migrations", lambda: {REVISION: made})
    monkeypatch.setattr(migrate, "ROWS_AT_ONCE", 3)
    with changing(locate(database)) as connection:
        newest = revisions.c.revision == REVISION
        connection.execute(update(revisions).where(newest).values(filled=0))
    return made


def marked(engine: Engine) -> list[bool]:
    with changing(engine) as connection:
        return [count >= 5 for count in connection.scalars(select(journal.c.counts))]


def test_rows_are_brought_along_with_an_upgrade(database: str, marking: Marking) -> None:
    engine = locate(database)
    assert not migrate.is_finished(engine)
    migrate.upgrade(engine)
    assert all(marked(engine))
    assert migrate.is_finished(engine)
    assert marking.calls == len(marked(engine)) // 3 + 1
    migrate.upgrade(engine)
    assert marking.calls == len(marked(engine)) // 3 + 1


def test_what_was_interrupted_is_taken_up_again(database: str, marking: Marking) -> None:
    engine = locate(database)
    if not engine.is_shared:
        with pytest.raises(StorageUnusable, match="without --online"):
            next(migrate.upgrade_beside_servers(engine))
        return
    assert next(migrate.upgrade_beside_servers(engine)) == Filled(REVISION, 3)
    assert marked(engine).count(True) == 3
    rest = [part.rows for part in migrate.upgrade_beside_servers(engine)]
    assert all(marked(engine))
    assert rest[-1] == len(marked(engine)) - 3
    assert migrate.is_finished(engine)
    assert marking.calls == len(marked(engine)) // 3 + 1
    assert list(migrate.upgrade_beside_servers(engine)) == []


@pytest.mark.usefixtures("marking")
def test_a_copy_says_what_is_still_to_be_brought_along(database: str, tmp_path: Path) -> None:
    copy = SqliteFile(tmp_path / "copy.db")
    transfer.copy(locate(database), copy, lambda *_: None)
    assert not migrate.is_finished(copy)


def test_a_migration_that_servers_live_through_only_expands(tmp_path: Path) -> None:
    made = migrate._migrations()  # noqa: SLF001
    assert [*made] == sorted(made)
    engine = SqliteFile(tmp_path / "steps.db")
    migrate.upgrade(engine, FIRST)
    before = columns(engine)
    for one in list(made.values())[1:]:
        assert FIRST <= one.oldest <= one.revision
        migrate.upgrade(engine, one.revision)
        now = columns(engine)
        if one.oldest < one.revision:
            assert now.keys() >= before.keys()
            for table, was in before.items():
                assert now[table].keys() >= was.keys(), table
                for name in now[table].keys() - was.keys():
                    new = now[table][name]
                    assert new["nullable"] or new["default"] is not None, f"{table}.{name}"
        before = now


def columns(engine: Engine) -> dict[str, dict[str, Any]]:
    of_sqlalchemy = engine.sqlalchemy_engine()
    look: sqlalchemy.Inspector = inspect(of_sqlalchemy)
    found = {
        name: {column["name"]: column for column in look.get_columns(name)}
        for name in look.get_table_names()
    }
    of_sqlalchemy.dispose()
    return found


EXPANDS = '''"""more: expands."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, oldest = "NEXT", "LAST", "LAST"


def upgrade() -> None:
    op.add_column("profiles", sa.Column("tongue", sa.Text()))


def fill(connection: sa.Connection, most: int) -> int:
    found = "SELECT user_id FROM profiles WHERE tongue IS NULL ORDER BY user_id LIMIT :most"
    change = sa.text(f"UPDATE profiles SET tongue = search WHERE user_id IN ({found})")
    return connection.execute(change, {"most": most}).rowcount
'''
CONTRACTS = '''"""less: contracts."""

from alembic import op

revision, down_revision, oldest = "THEN", "NEXT", "NEXT"


def upgrade() -> None:
    op.execute("ALTER TABLE profiles DROP COLUMN search")
'''


def test_rows_are_brought_along_before_the_next_migration(database: str, tmp_path: Path) -> None:
    """Who leaves out a release runs its migration and the one behind it in one go."""
    make_company(database, "Home")
    copy = copied(tmp_path) / "src"
    numbers = [f"{int(REVISION) + n:04}" for n in (0, 1, 2)]
    folder = copy / "kadence/storage/migrations/versions"
    for number, name, text_ in zip(numbers[1:], "ab", (EXPANDS, CONTRACTS), strict=True):
        migration = text_.replace("LAST", numbers[0]).replace("NEXT", numbers[1])
        (folder / f"{number}_{name}.py").write_text(migration.replace("THEN", numbers[2]), "utf-8")
    schema = copy / "kadence/storage/schema.py"
    newer = schema.read_text("utf-8").replace(f'"{REVISION}"', f'"{numbers[2]}"')
    schema.write_text(newer, "utf-8")
    assert "upgraded" in kadence(copy, "db", "upgrade", "--database", database)
    with changing(locate(database)) as connection:
        (told,) = connection.scalars(text("SELECT tongue FROM profiles"))
        assert told.startswith("owner")


def test_the_demo_and_a_new_database_are_whole(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    assert migrate.is_finished(locate(file_url(path)))
    with snapshot(SqliteFile(path)) as tx:
        assert {row[0] for row in tx.all(Statement(select(revisions.c.revision)))} == {
            *migrate._migrations()  # noqa: SLF001
        }
