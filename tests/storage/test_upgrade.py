"""A database of the first release, with its rows and its journal, is brought to this one whole."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from kadence.storage import checkup, migrate
from kadence.storage.location import SqliteFile
from kadence.storage.schema import REVISION
from kadence.storage.sqlite import connect

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


def first_release(path: Path) -> None:
    migrate.upgrade(SqliteFile(path), "0001")
    database = connect(path)
    for table, row in ROWS:
        marks = ", ".join(f":{name}" for name in row)
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
        database.execute(statement, row)
    for at, kind, iteration_id, payload in EVENTS:
        database.execute(
            "INSERT INTO journal (company_id, at, kind, actor_uid, space_uid, iteration_id, payload)"
            " VALUES (1, ?, ?, 'u', 's', ?, ?)",
            (at, kind, iteration_id, json.dumps(payload)),
        )
    database.close()


def test_a_database_of_the_first_release_is_brought_here_whole(tmp_path: Path) -> None:
    path = tmp_path / "kadence.db"
    first_release(path)
    assert migrate.upgrade(SqliteFile(path)) == ("0001", REVISION)
    assert checkup.problems(SqliteFile(path)) == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT * FROM placements").fetchall() == [(1, 1, 1, 3)]
        assert connection.execute("SELECT DISTINCT version FROM iterations").fetchall() == [(1,)]
