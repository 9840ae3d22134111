"""`kadence db copy`, `backup`, `restore`, and the backup that `upgrade` makes."""

import re
import sqlite3
from pathlib import Path

import httpx
import pytest

from kadence.domain.access import Actor
from kadence.domain.model import CompanyRole
from kadence.storage import checkup, migrate
from kadence.storage.location import SqliteFile, locate
from kadence.storage.schema import REVISION
from kadence.usecases import sample
from kadence.usecases.setup import Initialised
from tests.cli.test_cli import run
from tests.cluster import Cluster
from tests.world import do, file_url, fresh_database, serving


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
    assert checkup.problems(locate(empty)) == []
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
    assert checkup.problems(locate(empty)) == []


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
    assert migrate.revision_of(SqliteFile(tmp_path / kept[1])) == "0001"
    assert migrate.revision_of(SqliteFile(path)) == REVISION


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
