"""Nothing of an erased person is left: not in the file, its log, an export or a new backup."""

import json
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import select

from kadence.domain import replay
from kadence.storage import integrity, journal, transfer
from kadence.storage.engines import SqliteFile, locate, transaction
from kadence.storage.engines.postgres import PostgresServer
from kadence.storage.schema import comments
from kadence.storage.transactions import Statement
from tests.api.test_sessions import API, PASSWORD, Browser
from tests.cli.kit import run
from tests.world import serving

pytestmark = pytest.mark.both_engines

OWN = ("Zbigniew Quuxworth", "zbigniew.quuxworth@own.example", "zbigniew.quuxworth", "Zbig's phone")
CLIENT = "zbigniews-browser"


def _story(database: str, folder: Path) -> dict[str, Any]:
    """Somebody comes, works, and is renamed; others answer about them, and name them once."""
    made: dict[str, Any] = json.loads(
        run("init", "--company", "Home", "--email", "owner@home.example", "--name", "Owner",
            "--json", "--database", database, cwd=folder)[1]
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {made['token']}"}
    with serving(database) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        first = {"email": "z.old@own.example", "full_name": "Quuxworth the Elder"}
        link = http.post(f"{API}/invitations", json=first, headers=headers).json()
        with httpx.Client(base_url=server.url, timeout=30) as theirs:
            theirs.headers["x-kaiten-client-name"] = CLIENT
            one = Browser(theirs)
            begun = one.sign_in(key=link["path"].partition("#")[2])
            me = begun.json()["user"]["id"]
            change = {"full_name": OWN[0], "email": OWN[1], "timezone": "Europe/Warsaw"}
            assert one.call("PATCH", f"/people/{me}", change).status_code == 200
            assert one.call("PATCH", "/session/password", {"password": PASSWORD}).status_code == 200
            assert one.call("POST", "/session/tokens", {"name": OWN[3]}).status_code == 200
            space = {"Idempotency-Key": "k", "x-kadence-csrf": one.csrf}
            card = theirs.post(
                "/api/latest/cards",
                json={"title": "Theirs", "board_id": made["board_id"]},
                headers=space,
            )
            assert card.status_code == 200, card.text
            theirs.post(
                f"/api/latest/cards/{card.json()['id']}/comments",
                json={"text": "Mine."},
                headers={"x-kadence-csrf": one.csrf},
            )
            wrong = one.call("POST", "/session", {"email": OWN[1], "password": "wrong " * 3})
            assert wrong.status_code == 401
        # Under a key of somebody else an answer that shows them is kept.
        seen = http.patch(
            f"/api/latest/cards/{card.json()['id']}",
            json={"title": "Theirs still"},
            headers=headers | {"Idempotency-Key": "other"},
        )
        assert OWN[0] in seen.text
        return made | {"card": card.json()["id"], "person": me}


def _traces(database: str, folder: Path) -> list[str]:
    """Where something of the person can be found, in all that there is of the database."""
    needles = (*OWN, "z.old@own.example", "Quuxworth the Elder", CLIENT, "Europe/Warsaw")
    backup = folder / "new.backup"
    backup.unlink(missing_ok=True)
    transfer.back_up(locate(database), backup)
    places = {"backup": backup.read_bytes()}
    location = locate(database)
    if isinstance(location, SqliteFile):
        for file in folder.glob("*.db*"):
            places[file.name] = file.read_bytes()
    else:
        assert isinstance(location, PostgresServer)
        with psycopg.connect(location.url) as connection:
            tables = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = current_schema()::regnamespace"
            ).fetchall()
            for (table,) in tables:
                rows = connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()  # noqa: S608
                places[table] = "\n".join(row[0] for row in rows).encode()
    return [
        f"{needle} in {place}"
        for place, content in places.items()
        for needle in needles
        if needle.encode() in content or needle.casefold().encode() in content
    ]


def test_nothing_of_an_erased_person_is_left(database: str, tmp_path: Path) -> None:
    _story(database, tmp_path)
    seen = {trace.partition(" in ")[0] for trace in _traces(database, tmp_path)}
    assert {*OWN, CLIENT, "Europe/Warsaw"} <= seen
    code, out, err = run("user", "erase", OWN[1], "--yes", "--database", database, cwd=tmp_path)
    assert code == 0, err
    assert "Erased person 2" in out
    _demand_that_they_are_gone(database, tmp_path)
    people = json.loads(run("user", "list", "--json", "--database", database, cwd=tmp_path)[1])
    assert people["users"][1]["full_name"] == "Erased person 2"
    assert people["users"][1]["role"] == "deactivated"
    audit = run("audit", "--json-lines", "--database", database, cwd=tmp_path)[1]
    lines = [json.loads(line) for line in audit.splitlines()]
    assert lines[0]["action"] == "depersonalization"
    assert any(
        line["author_id"] == 2 and line["author_username"].startswith("erased-") for line in lines
    )


def _demand_that_they_are_gone(database: str, folder: Path) -> None:
    assert _traces(database, folder) == []
    assert integrity.problems(locate(database)) == []
    with transaction(locate(database)) as tx:
        told = replay.replay(journal.all_events(tx), lambda _: None)
        for name in replay.KEYS:
            assert told[name] == integrity.rows_of(tx, name), name


def test_one_erases_oneself_while_others_work(database: str, tmp_path: Path) -> None:
    made = _story(database, tmp_path)
    headers = {"Authorization": f"Bearer {made['token']}"}
    with serving(database) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        http.headers["x-kaiten-client-name"] = CLIENT
        one = Browser(http)
        assert one.sign_in(email=OWN[1], password=PASSWORD).status_code == 200
        whole = one.call("GET", "/session/data").json()
        assert whole["person"]["email"] == OWN[1]
        assert whole["comments"][0]["text"] == "Mine."
        assert whole["cards"] == [
            {
                "card_id": made["card"],
                "is_owner": True,
                "is_responsible": False,
                "is_member": False,
            }
        ]
        assert {token["name"] for token in whole["tokens"]} >= {OWN[3]}
        assert any(entry["app_name"] == CLIENT for entry in whole["audit_log"])
        exported = json.loads(
            run("user", "export", OWN[1], "--database", database, cwd=tmp_path)[1]
        )
        assert exported["comments"] == whole["comments"]
        slip = one.call(
            "POST", "/session/erasure", {"email": "owner@home.example", "current": PASSWORD}
        )
        assert slip.headers["x-kadence-error"].startswith("email.not_own")
        wrong = one.call("POST", "/session/erasure", {"email": OWN[1], "current": "wrong " * 3})
        assert wrong.headers["x-kadence-error"].startswith("password.wrong")
        erase = {"email": OWN[1], "current": PASSWORD}
        shown = one.call("POST", "/session/erasure?dry_run=true", erase)
        assert shown.json()["full_name"] == "Erased person 2"
        assert one.call("GET", "/session").status_code == 200
        gone = one.call("POST", "/session/erasure", erase)
        assert gone.status_code == 200, gone.text
        assert "Max-Age=0" in gone.headers["set-cookie"]
        # With the file open and its log beside it.
        assert _traces(database, tmp_path) == []
        assert one.sign_in(email=OWN[1], password=PASSWORD).status_code == 401
        card = http.get(f"/api/latest/cards/{made['card']}", headers=headers).json()
        assert card["owner"]["full_name"] == "Erased person 2"
        again = http.post(
            f"{API}/invitations", json={"email": OWN[1], "full_name": "New"}, headers=headers
        )
        assert again.json()["user"]["id"] == 3, "who comes back is somebody new"
    assert integrity.problems(locate(database)) == []


def test_where_others_named_somebody_is_listed_and_left(database: str, tmp_path: Path) -> None:
    made = _story(database, tmp_path)
    headers = {"Authorization": f"Bearer {made['token']}"}
    with serving(database) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        said = {"text": f"Ask {OWN[0].upper()}, not us."}
        http.post(f"/api/latest/cards/{made['card']}/comments", json=said, headers=headers)
    listed = run("user", "erase", OWN[1], "--dry-run", "--database", database, cwd=tmp_path)[1]
    assert "named in text of comment 2" in listed
    assert "named in payload of event" in listed
    assert _traces(database, tmp_path) != []
    run("user", "erase", OWN[1], "--yes", "--database", database, cwd=tmp_path)
    with transaction(locate(database)) as tx:
        ((text,),) = tx.all(Statement(select(comments.c.text).where(comments.c.id == 2)))
    assert text == said["text"]


def test_the_last_owner_is_not_erased(database: str, tmp_path: Path) -> None:
    _story(database, tmp_path)
    code, _, err = run(
        "user", "erase", "owner@home.example", "--yes", "--database", database, cwd=tmp_path
    )
    assert code == 2
    assert "last owner" in err
