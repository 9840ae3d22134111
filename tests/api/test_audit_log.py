"""The audit log: who did what to people and access, for owners alone, and not for ever."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from kadence.domain.audit_log import ACTIONS, CATEGORIES, SIGN_IN_FAILED, AuditEntry
from kadence.domain.retention import Retention
from kadence.storage import audit_log as storage
from kadence.storage.engines import locate, transaction
from kadence.storage.schema import audit_log, idempotency_keys
from kadence.storage.transactions import Statement
from kadence.usecases import people
from kadence.usecases.runner import UnitOfWorkRunner
from tests.api.test_sessions import API, PASSWORD, browser, newcomer
from tests.world import World

pytestmark = pytest.mark.both_engines


def entries(world: World, query: str = "", who: str = "owner") -> list[dict[str, Any]]:
    answer = world.http.get(f"{world.api}/audit-logs?{query}", headers=world.headers(who))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def deeds(found: list[dict[str, Any]]) -> list[str]:
    return [f"{one['category']}.{one['action']}" for one in reversed(found)]


def test_somebodys_way_in_is_told_with_where_it_came_from(world: World) -> None:
    key = newcomer(world, "audited")
    person = world.http.get(
        f"{world.api}/users?query=audited@", headers=world.headers("owner")
    ).json()[0]
    with browser(world) as one:
        one.http.headers["x-kaiten-client-name"] = "a\tbrowser " + "x" * 300
        one.sign_in(key=key)
        one.call("PATCH", "/session/password", {"password": PASSWORD})
        token = one.call("POST", "/session/tokens", {"name": "Marbles"}).json()
        one.call("DELETE", f"/session/tokens/{token['id']}")
        one.call("DELETE", "/session")
        assert one.sign_in(email="audited@home.example", password="wrong " * 3).status_code == 401
        assert one.sign_in(email="nobody@home.example", password="wrong " * 3).status_code == 401
    found = entries(world)[:8]
    assert deeds(found) == [
        "user_management.invite",
        "auth.sign_in",
        "auth.change_password",
        "auth.grant_access",
        "auth.revoke_access",
        "auth.sign_out",
        "auth.sign_in_fail",
        "auth.sign_in_fail",
    ]
    signed_in = found[-2]
    assert signed_in["message"] == "Audited signed in"
    assert signed_in["app_name"] == "abrowser " + "x" * 247
    assert signed_in["author_remote_address"] == "127.0.0.1"
    assert signed_in["author"] == {
        name: person[name] for name in ("id", "uid", "username", "full_name")
    }
    assert (signed_in["author_id"], signed_in["author_uid"]) == (person["id"], person["uid"])
    invited = found[-1]
    assert invited["author_username"] == "owner"
    assert invited["details"]["user_uid"] == person["uid"]
    nobody, somebody = found[0], found[1]
    assert nobody["author"] is None
    assert nobody["details"] is None, "what was typed may be a password"
    assert nobody["message"] == "Somebody failed to sign in as nobody of the company"
    assert somebody["details"]["user_id"] == person["id"]
    assert "Marbles" not in json.dumps(found)


def test_roles_links_and_people_are_told(world: World) -> None:
    space = world.make_space()
    headers = world.headers("admin")
    members = f"{world.api}/spaces/{space.id}/users"
    stranger = world.users["stranger"]
    (before,) = entries(world, "limit=1")
    world.http.post(members, json={"email": stranger.email}, headers=headers)
    world.http.patch(f"{members}/{stranger.id}", json={"role_id": 1}, headers=headers)
    world.http.delete(f"{members}/{stranger.id}", headers=headers)
    made = world.http.post(
        f"{world.url}{API}/spaces/{space.uid}/links",
        json={"shows": "velocity"},
        headers=headers,
    ).json()
    revoked = world.http.delete(
        f"{world.url}{API}/spaces/{space.uid}/links/{made['id']}", headers=headers
    )
    assert revoked.status_code == 200, revoked.text
    world.http.patch(
        f"{world.api}/spaces/{space.id}", json={"access": "for_everyone"}, headers=headers
    )
    world.do(people.add_user, "passing@home.example", "Passing")
    world.do(people.deactivate_user, "passing@home.example")
    world.do(people.add_user, "passing@home.example", "Passing again")
    world.do(people.name_owner, "passing@home.example")
    # Other tests want the company's only owner.
    world.do(people.deactivate_user, "passing@home.example")
    found = entries(world)[1:]
    found = found[: found.index(before)]
    assert deeds(found) == [
        "user_management.grant_access",
        "user_management.change_permissions",
        "user_management.revoke_access",
        "publication.public_link",
        "publication.unshare_entity",
        "user_management.change_permissions",
        "auth.grant_access",
        "user_management.deactivate",
        "user_management.activate",
        "auth.grant_access",
        "user_management.transfer_ownership",
    ]
    assert found[0]["message"].endswith("made Passing again an owner of the company")
    assert found[0]["app_name"] == "tests"
    assert found[5]["message"].endswith("changed what everybody may do in a space")
    assert found[5]["details"] == {"space_uid": space.uid}
    for one in found:
        assert one["category"] in CATEGORIES
        assert one["action"] in ACTIONS


def test_a_dry_run_and_a_refusal_tell_nothing(world: World) -> None:
    space = world.make_space()
    members = f"{world.api}/spaces/{space.id}/users"
    before = entries(world, "limit=1")
    body = {"email": world.users["stranger"].email}
    dry = world.http.post(f"{members}?dry_run=true", json=body, headers=world.headers("admin"))
    assert dry.status_code == 200
    assert world.http.post(members, json=body, headers=world.headers("writer")).status_code == 403
    assert entries(world, "limit=1") == before


def test_it_is_filtered_and_paged(world: World) -> None:
    for number in range(3):
        newcomer(world, f"filtered{number}")
    every = entries(world, "limit=500")
    owner = world.users["owner"]
    assert [one["created"] for one in every] == sorted(
        (one["created"] for one in every), reverse=True
    )
    invites = entries(world, "actions=invite&categories=user_management,auth")
    assert invites == [one for one in every if one["action"] == "invite"][:100]
    assert entries(world, f"author_id={owner.id}") == entries(world, f"author_uid={owner.uid}")
    assert entries(world, f"id={every[1]['id']}") == [every[1]]
    moment = every[1]["created"]
    within = entries(world, f"from={moment}&to={moment}&limit=0")
    assert within == [one for one in every if one["created"] == moment]
    assert entries(world, "limit=2&offset=1") == every[1:3]
    assert entries(world, f"author_id={world.users['expired'].id}") == []
    assert entries(world, "author_uid=00000000-0000-4000-8000-000000000000") == []
    for wrong in ("actions=painted", "categories=x", "author_id=x", "from=x", "limit=x", "id=x"):
        answer = world.http.get(f"{world.api}/audit-logs?{wrong}", headers=world.headers("owner"))
        assert answer.status_code == 400, wrong


def test_it_comes_as_lines_too(world: World) -> None:
    newcomer(world, "lined")
    answer = world.http.get(
        f"{world.url}{API}/audit-log.jsonl?actions=invite", headers=world.headers("owner")
    )
    assert answer.headers["content-type"] == "application/jsonl"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[:100] == entries(world, "actions=invite")


@pytest.mark.parametrize("who", ["admin", "reader", "stranger", "other"])
def test_who_is_no_owner_of_the_company_sees_none_of_it(world: World, who: str) -> None:
    newcomer(world, f"hidden-from-{who}")
    for path in (f"{world.api}/audit-logs", f"{world.url}{API}/audit-log.jsonl"):
        answer = world.http.get(path, headers=world.headers(who))
        if who == "other":
            assert answer.status_code == 200
            assert "Hidden-From" not in answer.text
        else:
            assert answer.status_code == 403
            assert "Hidden-From" not in answer.text
            assert path.startswith(f"{world.url}{API}") or answer.content == b""


def test_addresses_are_forgotten_and_failed_attempts_have_an_end(world: World) -> None:
    location = locate(world.database)
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "forgotten"))
        one.sign_in(email="forgotten@home.example", password="wrong " * 3)
    with transaction(location) as tx:
        tx.run(Statement(update(audit_log).values(at=5)), {})
        storage.forget_addresses(tx, 4)
    assert any(one["author_remote_address"] for one in entries(world))
    with transaction(location) as tx:
        storage.forget_addresses(tx, 5)
    found = entries(world, "limit=500")
    assert not any(one["author_remote_address"] for one in found)
    assert "sign_in_fail" not in {one["action"] for one in found}


def test_who_got_a_password_wrong_in_a_session_is_not_known(world: World) -> None:
    with browser(world) as one:
        me = one.sign_in(key=newcomer(world, "borrowed")).json()["user"]
        one.call("PATCH", "/session/password", {"password": PASSWORD})
        wrong = {"email": "mine@home.example", "current": "wrong " * 3}
        assert one.call("PATCH", f"/people/{me['id']}", wrong).status_code == 400
    (told,) = entries(world, "limit=1")
    assert told["action"] == "sign_in_fail"
    assert (told["author_id"], told["details"]["user_uid"]) == (None, me["uid"])


def test_strangers_cannot_fill_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MOST_FAILED", 3)
    failed = Statement(
        select(audit_log.c.at)
        .where(audit_log.c.action == SIGN_IN_FAILED.action)
        .order_by(audit_log.c.at)
    )
    with transaction(locate(world.database)) as tx:
        for n in range(10):
            entry = AuditEntry(1, f"{n:036}", 10**15 + n, None, *SIGN_IN_FAILED, None, "{}", "", "")
            storage.insert(tx, entry)
        assert [row[0] for row in tx.all(failed)] == [10**15 + n for n in (7, 8, 9)]
        tx.run(Statement(delete(audit_log).where(audit_log.c.at >= 10**15)), {})


def test_what_is_too_old_goes_by_itself(world: World) -> None:
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "housekept"))
    opened = locate(world.database).open()
    try:
        runner = UnitOfWorkRunner(opened, retention=Retention(audit_address=0, idempotency_key=0))
        asyncio.run(runner.tidy())
    finally:
        opened.close()
    assert not any(one["author_remote_address"] for one in entries(world, "limit=500"))
    with transaction(locate(world.database)) as tx:
        assert tx.all(Statement(select(idempotency_keys.c.key))) == []
