"""A database of the first release, with its rows and its journal, is brought to this one whole."""

import gzip
import json
import threading
import unicodedata
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import Connection, inspect, text

from kadence.domain.model import Event
from kadence.domain.timeline import counts
from kadence.storage import integrity, migrate, transfer
from kadence.storage.engines import Engine, SqliteFile, locate
from kadence.storage.engines.postgres import PostgresServer
from kadence.storage.revision import revision_of
from kadence.storage.schema import REVISION, metadata
from tests.cli.kit import run
from tests.cluster import Cluster
from tests.storage.kit import shape
from tests.world import file_url, fresh_database, serving

pytestmark = pytest.mark.both_engines


COMPANY = {"id": 1, "uid": "c", "name": "Home", "iterations_off_at": None} | {
    "created": 1,
    "updated": 1,
}
USER: dict[str, Any] = {
    "id": 1,
    "uid": "u",
    "company_id": 1,
    "email": "owner@home.example",
    "full_name": "Owner",
    "username": "owner",
    "role": 1,
    "deactivated_at": None,
    "last_request_at": None,
    "created": 1,
    "updated": 1,
}
SPACE: dict[str, Any] = {
    "id": 1,
    "uid": "s",
    "company_id": 1,
    "title": "Space",
    "description": None,
    "external_id": None,
    "access": "for_everyone",
    "everyone_role": 2,
    "parent_uid": None,
    "path": "s",
    "sort_order": 1.0,
    "deleted_at": None,
    "created": 2,
    "updated": 2,
}
BOARD: dict[str, Any] = {
    "id": 1,
    "uid": "b",
    "company_id": 1,
    "space_id": 1,
    "title": "Board",
    "description": None,
    "external_id": None,
    "sort_order": 1.0,
    "created": 3,
    "updated": 3,
}
COLUMN: dict[str, Any] = {
    "id": 1,
    "uid": "k",
    "company_id": 1,
    "board_id": 1,
    "column_id": None,
    "title": "Queue",
    "type": 1,
    "sort_order": 1.0,
    "created": 3,
    "updated": 3,
}
LANE = {key: value for key, value in COLUMN.items() if key not in ("column_id", "type")}
ITERATION: dict[str, Any] = {
    "company_id": 1,
    "id": "i",
    "space_uid": "s",
    "title": "Sprint",
    "goal": None,
    "status": "planned",
    "creator_uid": "u",
    "updater_uid": "u",
    "start_date": None,
    "finish_date": None,
    "actual_finish_date": None,
    "sort_order": 1.0,
    "data": None,
    "created": 4,
    "updated": 4,
}
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("companies", COMPANY),
    ("users", USER | {"search": "owner"}),
    ("spaces", SPACE),
    ("boards", BOARD),
    ("columns", COLUMN),
    ("lanes", LANE),
    ("iterations", ITERATION),
    ("iterations", ITERATION | {"id": "gone", "status": "removed", "updated": 5}),
]
EVENTS: list[tuple[int, str, str | None, dict[str, Any]]] = [
    (1, "company.created", None, COMPANY),
    (1, "user.created", None, USER),
    (2, "space.created", None, SPACE),
    (3, "board.created", None, BOARD | {"columns": [COLUMN], "lanes": [LANE]}),
    (4, "iteration.created", "i", ITERATION),
    (4, "iteration.created", "gone", ITERATION | {"id": "gone"}),
    (5, "iteration.removed", "gone", {}),
]


def insert_row(connection: Connection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join(f":{name}" for name in row)
    statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
    connection.execute(text(statement), row)


def first_release(location: Engine) -> None:
    migrate.upgrade(location, "0001")
    engine = location.sqlalchemy_engine()
    with engine.begin() as connection:
        for table, row in ROWS:
            insert_row(connection, table, row)
        for at, kind, iteration_id, payload in EVENTS:
            connection.execute(
                text(
                    "INSERT INTO journal (company_id, at, kind, actor_uid, space_uid, iteration_id,"
                    " payload) VALUES (1, :at, :kind, 'u', 's', :iteration_id, :payload)"
                ),
                {
                    "at": at,
                    "kind": kind,
                    "iteration_id": iteration_id,
                    "payload": json.dumps(payload),
                },
            )
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """A place for a database that has no schema yet."""
    if request.param == "sqlite":
        return SqliteFile(tmp_path / "kadence.db")
    cluster: Cluster = request.getfixturevalue("cluster")
    return locate(cluster.create())


def test_a_database_of_the_first_release_is_brought_here_whole(location: Engine) -> None:
    first_release(location)
    migrate.upgrade(location)
    assert revision_of(location) == REVISION
    assert integrity.problems(location) == []
    engine = location.sqlalchemy_engine()
    with engine.connect() as connection:
        placed = connection.execute(text("SELECT * FROM placements")).fetchall()
        versions = connection.execute(text("SELECT DISTINCT version FROM iterations")).fetchall()
    engine.dispose()
    assert [tuple(row) for row in placed] == [(1, 1, 1, 3)]
    assert [tuple(row) for row in versions] == [(1,)]


def test_two_servers_that_start_at_once_migrate_nothing(location: Engine, tmp_path: Path) -> None:
    first_release(location)
    url = location.url if isinstance(location, PostgresServer) else file_url(Path(str(location)))
    ends: list[tuple[int, str, str]] = []

    def serve() -> None:
        command = ("serve", "--port", "0", "--upgrade", "never", "--database", url)
        ends.append(run(*command, cwd=tmp_path))

    threads = [threading.Thread(target=serve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [code for code, _, _ in ends] == [2, 2]
    assert all("db upgrade" in err for _, _, err in ends)
    assert revision_of(location) == "0001"


def test_two_upgrades_at_once_are_one(cluster: Cluster) -> None:
    place = locate(cluster.create())
    first_release(place)
    threads = [threading.Thread(target=migrate.upgrade, args=(place,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert revision_of(place) == REVISION
    assert integrity.problems(place) == []


def test_an_upgrade_marks_the_events_that_reports_count(location: Engine) -> None:
    migrate.upgrade(location, "0003")
    told: list[tuple[str, dict[str, Any]]] = [
        ("card.created", {"state": 1, "size_text": None}),
        ("card.changed", {"old": {"title": "a"}, "new": {"title": '"state":'}}),
        ("card.changed", {"old": {"size_text": None}, "new": {"size_text": "3"}}),
        ("card.moved", {"old": {"sort_order": 1.0}, "new": {"sort_order": 2.0}}),
        ("card.moved", {"old": {"state": 1}, "new": {"state": 3}}),
        ("card.archived", {"old": {"condition": 1}, "new": {"condition": 2}}),
        ("iteration_card.added", {}),
        ("iteration_card.reordered", {"old": {}, "new": {}}),
        ("comment.added", {"text": '"size_text":'}),
    ]
    engine = location.sqlalchemy_engine()
    with engine.begin() as connection:
        for kind, payload in told:
            connection.execute(
                text(
                    "INSERT INTO journal (company_id, at, kind, card_uid, payload)"
                    " VALUES (1, 1, :kind, 'c', :payload)"
                ),
                {"kind": kind, "payload": msgspec.json.encode(payload).decode()},
            )
    migrate.upgrade(location)
    with engine.connect() as connection:
        marked = connection.execute(text("SELECT counts FROM journal ORDER BY seq")).scalars().all()
    engine.dispose()
    events = [Event(n, 1, 1, kind, None, None, None, "c", p) for n, (kind, p) in enumerate(told)]
    assert list(marked) == [int(counts(event)) for event in events]
    assert list(marked) == [1, 0, 1, 0, 1, 1, 1, 0, 0]


CARD: dict[str, Any] = {
    "id": 1, "uid": "d", "company_id": 1, "space_id": 1, "board_id": 1, "column_id": 1,
    "lane_id": 1, "state": 1, "condition": 1, "sort_order": 1.0, "version": 1, "revision": 1,
    "owner_id": 1, "updater_id": 1, "asap": 0, "due_date_time_present": 0, "created": 6,
    "estimate_workload": 0.0, "comments_total": 0, "updated": 6,
}  # fmt: skip


def test_an_upgrade_folds_anew_what_is_searched(location: Engine) -> None:
    typed_on_a_mac = unicodedata.normalize("NFD", "Новый")
    first_release(location)
    migrate.upgrade(location, "0005")
    engine = location.sqlalchemy_engine()
    with engine.begin() as connection:
        connection.execute(text("UPDATE users SET full_name = :name"), {"name": typed_on_a_mac})
        insert_row(connection, "cards", CARD | {"title": typed_on_a_mac})
        texts = {"title": typed_on_a_mac.casefold(), "description": "", "external_id": ""}
        insert_row(connection, "card_search", {"rowid": 1} | texts)
    migrate.upgrade(location)
    with engine.connect() as connection:
        searched = "SELECT c.title, s.title, p.search FROM cards c, card_search s, profiles p"
        (row,) = connection.execute(text(searched)).fetchall()
    engine.dispose()
    assert tuple(row) == (typed_on_a_mac, "новый", "owner@home.example\nновый\nowner")


DATABASES = Path(__file__).parent / "databases"
"""One of each schema that was released, written by the code of then; 0005 had a first form without
a column."""


@pytest.mark.parametrize("file", sorted(DATABASES.glob("*.gz")), ids=lambda file: file.name)
def test_a_database_of_each_release_is_upgraded_and_served(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "kadence.db"
    path.write_bytes(gzip.decompress(file.read_bytes()))
    (tmp_path / "fresh").mkdir()
    location = SqliteFile(path)
    migrate.upgrade(location)
    assert revision_of(location) == REVISION
    assert integrity.problems(location) == []
    assert shape(path) == shape(fresh_database(tmp_path / "fresh"))
    url = file_url(path)
    made = run("token", "create", "--email", "owner@home.example", "--json", "--database", url,
               cwd=tmp_path)  # fmt: skip
    token = json.loads(made[1])["token"]
    with serving(url) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        begun = http.post(
            "/api/kadence/v1/session", json={"token": token}, headers={"Origin": server.url}
        )
        assert begun.status_code == 200, begun.text
        (space, *_) = http.get("/api/latest/spaces").json()
        iterations = http.get(f"/api/latest/spaces/{space['uid']}/iterations").json()
        assert len(iterations) >= 3


def test_what_is_a_persons_own_leaves_the_journal_for_good(tmp_path: Path) -> None:
    path = tmp_path / "kadence.db"
    path.write_bytes(gzip.decompress((DATABASES / "0012.db.gz").read_bytes()))
    told = (b'"full_name":"Anna Berg"', b'"email":"anna@home.example"', b'"name":"first token"')
    assert all(one in path.read_bytes() for one in told)
    location = SqliteFile(path)
    migrate.upgrade(location)
    (wal,) = [path.with_name("kadence.db-wal")]
    bytes_left = path.read_bytes() + (wal.read_bytes() if wal.exists() else b"")
    assert not any(one in bytes_left for one in told)
    changed = [
        json.loads(row["payload"])
        for row in rows_of(location)["journal"]
        if row["kind"] == "user.changed"
    ]
    deactivated_at = changed[0]["old"]["deactivated_at"]
    assert changed == [
        {
            "id": 2,
            "old": {"deactivated_at": deactivated_at},
            "new": {"deactivated_at": None},
            "profile": ["full_name"],
        },
        {"id": 2, "old": {"role": 2}, "new": {"role": 1}, "profile": []},
    ]
    names = [row["full_name"] for row in rows_of(location)["profiles"]]
    assert names == ["Owner", "Anna Stein", "bob"]


@pytest.fixture
def of_schema_0005(tmp_path: Path) -> SqliteFile:
    """A database that was written through the API of the release with that schema.

    Its closed iteration has cards of the sizes `PROJ-3` (-3 by the rules of then), `3-5`, `1e3` and
    `1 000`. Its texts are typed on a Mac or have controls in them, and there are dates with and
    without a time, a removed iteration, a kept answer, links, and somebody who was deactivated.
    """
    path = tmp_path / "kadence.db"
    path.write_bytes(gzip.decompress((DATABASES / "0005.db.gz").read_bytes()))
    return SqliteFile(path)


def rows_of(location: SqliteFile) -> dict[str, list[dict[str, Any]]]:
    found = {}
    engine = location.sqlalchemy_engine()
    with engine.connect() as connection:
        there = set(inspect(engine).get_table_names())
        for name in metadata.tables.keys() & there - {"alembic_version"}:
            rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()  # noqa: S608
            found[name] = [dict(row) for row in rows]
    engine.dispose()
    return found


OWN = {"email", "full_name", "username", "language", "name"}


def without_profiles(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events as they are told since 0013, which took out what is a person's own."""
    found = []
    for event in events:
        payload = json.loads(event["payload"])
        if event["kind"] in ("user.created", "token.created"):
            payload = {k: v for k, v in payload.items() if k not in OWN | {"last_request_at"}}
        elif event["kind"] == "user.changed":
            payload.pop("profile", None)
            for side in ("old", "new"):
                payload[side] = {k: v for k, v in payload[side].items() if k not in OWN}
        found.append(event | {"payload": payload})
    return found


def test_nothing_is_lost_or_means_something_else_after_an_upgrade(
    of_schema_0005: SqliteFile, cluster: Cluster
) -> None:
    before = rows_of(of_schema_0005)
    migrate.upgrade(of_schema_0005)
    assert revision_of(of_schema_0005) == REVISION
    assert integrity.problems(of_schema_0005) == []
    after = rows_of(of_schema_0005)
    for name, rows in before.items():
        old = [{k: v for k, v in row.items() if k != "search"} for row in rows]
        new = after[name]
        if name == "users":
            new = [row | profile for row, profile in zip(new, after["profiles"], strict=True)]
        if name == "journal":
            old, new = without_profiles(old), without_profiles(new)
        kept = [{k: row[k] for k in known} for row, known in zip(new, old, strict=True)]
        assert kept == old, name
    server = locate(cluster.create())
    transfer.copy(of_schema_0005, server, lambda *_: None)
    assert integrity.problems(server) == []


def test_what_was_closed_before_an_upgrade_says_the_same_after_it(
    of_schema_0005: SqliteFile, tmp_path: Path
) -> None:
    url = file_url(of_schema_0005.path)
    migrate.upgrade(of_schema_0005)
    closed = next(row for row in rows_of(of_schema_0005)["iterations"] if row["status"] == "closed")
    code, out, err = run("report", closed["id"], "--json", "--database", url, cwd=tmp_path)
    assert code == 0, err
    told = json.loads(out)
    assert told["now"] == {
        "scope": {"count": 8, "size": 13.5},
        "done": {"count": 3, "size": 1},
        "remaining": {"count": 5, "size": 12.5},
    }
    assert told["baseline"]["size"] == 12.5
    assert (told["period"]["first_day"], told["period"]["last_day"]) == ("2026-11-02", "2026-11-13")
    # Work goes on: what is closed next is proved as well.
    code, out, err = run("report", "Sprint 8", "--json", "--database", url, cwd=tmp_path)
    assert code == 0, err
    assert json.loads(out)["period"]["first_day"] == "2026-11-16"
    with serving(url) as server:
        token = json.loads(
            run(
                "token",
                "create",
                "--email",
                "owner@home.example",
                "--json",
                "--database",
                url,
                cwd=tmp_path,
            )[1]
        )["token"]
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=server.api, headers=headers, timeout=30) as http:
            for query in ("Новый", "елка", "ISTANBUL", "strasse"):
                found = http.get("/cards", params={"query": query}).json()
                assert len(found) == 1, query
            sizes = {card["size_text"]: card["size"] for card in http.get("/cards").json()}
            assert (sizes["PROJ-3"], sizes["1 000"], sizes["about 7"]) == (-3, 1, 7)
            running = f"/spaces/{closed['space_uid']}/iterations"
            one = next(i for i in http.get(running).json() if i["title"] == "Sprint 8")
            over = http.patch(f"{running}/{one['id']}", json={"status": "closed"})
            assert over.json()["data"]["velocity"] == {"size": 7}
    assert integrity.problems(of_schema_0005) == []
