"""`kadence db copy`, `backup`, `restore`, and the backup that `upgrade` makes."""

import re
import sqlite3
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from kadence.domain.access import Actor
from kadence.domain.errors import StorageUnusable
from kadence.domain.model import CompanyRole
from kadence.storage import integrity, migrate
from kadence.storage.engines import SqliteFile, locate
from kadence.storage.revision import revision_of
from kadence.storage.schema import REVISION
from kadence.usecases import sample
from kadence.usecases.setup import Initialised
from tests.cli.kit import INIT, run
from tests.cluster import Cluster
from tests.world import do, file_url, fresh_database, serving

pytestmark = pytest.mark.both_engines


@pytest.fixture
def filled(database: str) -> tuple[str, Initialised]:
    """A database with the demo's data, and what it told of itself."""
    nobody = Actor(0, "", 0, CompanyRole.USER)
    return database, do(database, sample.fill, actor=nobody)


@pytest.fixture
def empty(database: str, cluster: Cluster, tmp_path: Path) -> str:
    """A place of the other engine for a database, which has not even a schema yet."""
    if database.startswith("postgresql"):
        return file_url(tmp_path / "target.db")
    return cluster.create()


def dump(url: str, made: Initialised) -> list[object]:
    """What a caller sees of a database."""
    headers = {"Authorization": f"Bearer {made.token}"}
    base = f"/spaces/{made.space_uid}/iterations"
    with serving(url) as server, httpx.Client(base_url=server.api, headers=headers) as http:
        seen = [http.get(path).json() for path in (f"{base}?with_data=cards", "/spaces", "/tags")]
        # Not its members: they show when they were last seen.
        found = http.get("/cards?query=поиск&search_fields=title").json()
        seen.append([(card["id"], card["title"], card["tags"]) for card in found])
        created = http.post("/cards", json={"title": "After", "board_id": made.board_id})
        assert created.status_code == 200
        assert created.json()["id"] > max(card["id"] for card in http.get("/cards").json()[:-1])
        assert server.stop() == 0
    return seen


def test_a_copy_shows_the_same_and_goes_on_numbering(
    filled: tuple[str, Initialised], empty: str, tmp_path: Path
) -> None:
    source, made = filled
    code, out, err = run("db", "copy", "--from", source, "--to", empty, cwd=tmp_path)
    assert code == 0, err
    assert "journal" in out
    assert integrity.problems(locate(empty)) == []
    assert dump(empty, made) == dump(source, made)


def test_a_second_copy_is_refused_and_overwrites_nothing(
    filled: tuple[str, Initialised], empty: str, tmp_path: Path
) -> None:
    source, _ = filled
    copying = ("db", "copy", "--from", source, "--to", empty)
    assert run(*copying, cwd=tmp_path)[0] == 0
    code, _, err = run(*copying, cwd=tmp_path)
    assert code == 2
    assert "holds data already; nothing was overwritten" in err
    assert integrity.problems(locate(empty)) == []


def test_a_backup_made_while_serving_is_restored(
    filled: tuple[str, Initialised], empty: str, tmp_path: Path
) -> None:
    source, made = filled
    file = tmp_path / "saved.backup"
    with serving(source):
        code, _, err = run("db", "backup", str(file), "--database", source, cwd=tmp_path)
        assert code == 0, err
        code, _, err = run("db", "backup", str(file), "--database", source, cwd=tmp_path)
        assert code == 2
        assert "nothing was overwritten" in err
    assert not list(tmp_path.glob("saved.backup-*"))
    restoring = ("db", "restore", str(file), "--database", empty)
    code, _, err = run(*restoring, cwd=tmp_path)
    assert code == 0, err
    assert dump(empty, made) == dump(source, made)
    code, _, err = run(*restoring, cwd=tmp_path)
    assert code == 2
    assert "nothing was overwritten" in err


def test_a_damaged_or_missing_backup_leaves_nothing_behind(tmp_path: Path) -> None:
    for name, content in (("missing", None), ("broken", b"SQLite format 3\0" + b"x" * 9000)):
        file, goal = tmp_path / name, tmp_path / f"{name}.db"
        if content:
            file.write_bytes(content)
        code, _, err = run("db", "restore", str(file), "--database", file_url(goal), cwd=tmp_path)
        assert code == 2
        assert name in err
        assert not goal.exists()


def test_an_upgrade_backs_up_first_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "kadence.db"
    migrate.upgrade(SqliteFile(path), "0001")
    code, out, err = run("db", "upgrade", cwd=tmp_path)
    assert code == 0, err
    kept = re.search(r"Backed up to (.*)\.$", out, re.MULTILINE)
    assert kept is not None
    assert revision_of(SqliteFile(tmp_path / kept[1])) == "0001"
    assert revision_of(SqliteFile(path)) == REVISION


def test_a_copy_that_arrives_changed_is_not_kept(tmp_path: Path) -> None:
    """The comparison sees a single changed letter."""
    source = fresh_database(tmp_path)
    nobody = Actor(0, "", 0, CompanyRole.USER)
    do(file_url(source), sample.fill, actor=nobody)
    (tmp_path / "goal").mkdir()
    goal = fresh_database(tmp_path / "goal")
    with sqlite3.connect(goal) as connection:
        connection.execute(
            "CREATE TRIGGER spoil AFTER INSERT ON tags BEGIN"
            " UPDATE tags SET name = name || '!' WHERE id = NEW.id; END"
        )
    connection.close()
    code, _, err = run(
        "db", "copy", "--from", file_url(source), "--to", file_url(goal), cwd=tmp_path
    )
    assert code == 2
    assert "tags arrived" in err
    with sqlite3.connect(goal) as connection:
        assert connection.execute("SELECT count(*) FROM companies").fetchone() == (0,)
    connection.close()


def test_a_log_of_the_database_that_was_moved_away_is_not_taken_for_nothing(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    file = tmp_path / "saved.backup"
    assert run("db", "backup", str(file), cwd=tmp_path)[0] == 0
    left = tmp_path / "kadence.db-wal"
    path.rename(tmp_path / "away.db")
    left.write_bytes(b"what was acknowledged last")
    code, _, err = run("db", "restore", str(file), cwd=tmp_path)
    assert code == 2
    assert "kadence.db-wal is there already" in err
    assert left.read_bytes() == b"what was acknowledged last"
    assert not path.exists()


@pytest.mark.parametrize("name", ["empty", "newer"])
def test_what_is_no_backup_for_this_program_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.touch()
    if name == "newer":
        file = fresh_database(tmp_path)
        engine = SqliteFile(file).sqlalchemy_engine()
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
    goal = tmp_path / "goal.db"
    code, _, err = run("db", "restore", str(file), "--database", file_url(goal), cwd=tmp_path)
    assert code == 2
    assert "newer" in err or "no backup" in err
    assert not goal.exists()


def test_a_backup_is_read_without_a_trace_and_by_its_owner_alone(tmp_path: Path) -> None:
    fresh_database(tmp_path)
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "saved.backup"
    assert run("db", "backup", str(file), cwd=tmp_path)[0] == 0
    before = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert run("db", "check", "--database", file_url(file), cwd=tmp_path)[0] == 0
    goal = file_url(tmp_path / "goal.db")
    assert run("db", "restore", str(file), "--database", goal, cwd=tmp_path)[0] == 0
    assert file.read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["saved.backup"]


def test_an_upgrade_that_fails_is_undone_whole(
    database: str, tmp_path: Path, cluster: Cluster
) -> None:
    """On both engines: a statement of the last migration fails."""
    place = (
        locate(cluster.create())
        if database.startswith("postgresql")
        else SqliteFile(tmp_path / "old.db")
    )
    migrate.upgrade(place, "0001")
    # What the last migration makes is there already.
    engine = place.sqlalchemy_engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE sign_in_attempts (x INTEGER)")
    with pytest.raises(StorageUnusable, match="sign_in_attempts"):
        migrate.upgrade(place)
    assert revision_of(place) == "0001"
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE sign_in_attempts")
    engine.dispose()
    migrate.upgrade(place)
    assert revision_of(place) == REVISION


def test_init_does_not_upgrade_what_is_there(tmp_path: Path) -> None:
    migrate.upgrade(SqliteFile(tmp_path / "kadence.db"), "0001")
    code, _, err = run("init", *INIT, cwd=tmp_path)
    assert code == 2
    assert "db upgrade" in err
    assert revision_of(SqliteFile(tmp_path / "kadence.db")) == "0001"


def test_a_negative_zero_is_no_difference(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.create(template="empty")
    nobody = Actor(0, "", 0, CompanyRole.USER)
    do(url, sample.fill, actor=nobody)
    engine = locate(url).sqlalchemy_engine()
    with engine.begin() as connection:
        connection.execute(text("UPDATE cards SET estimate_workload = '-0'::float8"))
    engine.dispose()
    code, _, err = run("db", "backup", "saved", "--database", url, cwd=tmp_path)
    assert code == 0, err
