"""People: what is said of them, who may change it, and who was invited and is not in yet."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kadence.domain.errors import RuleViolation
from kadence.storage import integrity
from kadence.storage.engines import locate, transaction
from kadence.storage.schema import journal
from kadence.storage.transactions import Statement
from kadence.usecases import people
from tests.api.test_sessions import API, PASSWORD, browser, newcomer
from tests.world import World

pytestmark = pytest.mark.both_engines


def change(world: World, user_id: int, body: dict[str, Any], who: str = "owner") -> httpx.Response:
    return world.http.patch(
        f"{world.url}{API}/people/{user_id}", json=body, headers=world.headers(who)
    )


def found(world: World, text: str) -> list[dict[str, Any]]:
    answer = world.http.get(
        f"{world.api}/users", params={"query": text}, headers=world.headers("owner")
    )
    users: list[dict[str, Any]] = answer.json()
    return users


def test_one_says_oneself_who_one_is(world: World) -> None:
    with browser(world) as one:
        me = one.sign_in(key=newcomer(world, "says")).json()["user"]
        assert (me["lng"], me["timezone"]) == ("en", "UTC")
        path = f"/people/{me['id']}"
        body = {
            "full_name": "Ольга  Sayer\n",
            "email": "Olga@Home.example",
            "language": "ru",
            "timezone": "Europe/Berlin",
        }
        answer = one.call("PATCH", path, body)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["full_name"], said["email"]) == ("Ольга  Sayer ", "olga@home.example")
        assert (said["lng"], said["timezone"]) == ("ru", "Europe/Berlin")
        assert said["username"] == me["username"]
        assert found(world, "ОЛЬГА")[0]["id"] == me["id"]
        assert found(world, "says@") == []
        again = one.call("PATCH", path, {"language": None, "timezone": None}).json()
        assert (again["lng"], again["timezone"]) == ("en", "UTC")
        one.call("PATCH", "/session/password", {"password": PASSWORD})
        other = {"email": "olga.o@home.example"}
        for wrong in ({}, {"current": "wrong " * 3}):
            refused = one.call("PATCH", path, other | wrong)
            assert refused.headers["x-kadence-error"] == "password.wrong"
        assert one.call("PATCH", path, other | {"current": PASSWORD}).status_code == 200
        back = {"email": "olga@home.example", "current": PASSWORD}
        assert one.call("PATCH", path, back).status_code == 200
    with browser(world) as later:
        assert later.sign_in(email="olga@home.example", password=PASSWORD).status_code == 200
        assert later.sign_in(email="says@home.example", password=PASSWORD).status_code == 401


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"full_name": "\u200b"}, "value.invisible"),
        ({"full_name": "x" * 257}, "value.long"),
        ({"email": "nonsense"}, "email.invalid"),
        ({"email": "owner@home.example"}, "email.taken"),
        ({"language": "tlh"}, "value.unknown"),
        ({"timezone": "Mars/Olympus"}, "calendar.zone"),
        ({"timezone": "x" * 65}, "value.long"),
    ],
)
def test_what_nobody_can_be_is_refused(world: World, body: dict[str, Any], error: str) -> None:
    reader = world.users["reader"]
    answer = change(world, reader.id, body)
    said = answer.headers["x-kadence-error"].partition(";")[0]
    assert (answer.status_code, said) == (400, error)
    assert found(world, reader.email)[0]["full_name"] == reader.full_name


def test_an_owner_changes_others_but_no_owner_and_nobody_else_does(world: World) -> None:
    with browser(world) as one:
        me = one.sign_in(key=newcomer(world, "changed")).json()["user"]
    assert change(world, me["id"], {"full_name": "By the owner"}).status_code == 200
    for who in ("admin", "reader", "stranger"):
        assert change(world, me["id"], {"full_name": "x"}, who).status_code == 403
    assert change(world, me["id"], {"full_name": "x"}, "other").status_code == 404
    own = world.users["owner"].id
    assert change(world, own, {"full_name": "x"}).status_code == 403, "by an API token"
    assert change(world, own, {"full_name": "x"}, "reader").status_code == 403
    assert found(world, "changed@")[0]["full_name"] == "By the owner"


def test_no_event_has_what_is_a_persons_own(world: World) -> None:
    with browser(world) as one:
        me = one.sign_in(key=newcomer(world, "untold")).json()["user"]
        own = {"full_name": "Untold Story", "email": "untold.story@home.example"}
        one.call("PATCH", f"/people/{me['id']}", own)
        one.call("POST", "/session/tokens", {"name": "Untold laptop"})
    with transaction(locate(world.database)) as tx:
        told = [row[0] for row in tx.all(Statement(select(journal.c.payload)))]
        assert not any("ntold" in payload for payload in told)
        assert integrity.journal_gaps(tx) == []


def invitations(world: World) -> dict[str, dict[str, Any]]:
    answer = world.http.get(f"{world.url}{API}/invitations", headers=world.headers("owner"))
    assert answer.status_code == 200, answer.text
    return {one["user"]["email"]: one for one in answer.json()}


def test_who_was_invited_is_listed_until_they_are_in(world: World) -> None:
    newcomer(world, "waiting")
    key = newcomer(world, "waiting")
    waiting = invitations(world)["waiting@home.example"]
    assert waiting["expires"] is not None
    assert key not in str(waiting)
    with browser(world) as one:
        one.sign_in(key=key)
    assert "waiting@home.example" not in invitations(world)


def test_an_invitation_is_withdrawn_and_made_again(world: World) -> None:
    key = newcomer(world, "withdrawn")
    user_id = invitations(world)["withdrawn@home.example"]["user"]["id"]
    path = f"{world.url}{API}/invitations/{user_id}"
    gone = world.http.delete(path, headers=world.headers("owner"))
    assert (gone.status_code, gone.json()["activated"]) == (200, False)
    with browser(world) as one:
        assert one.sign_in(key=key).status_code == 401
    assert "withdrawn@home.example" not in invitations(world)
    assert world.http.delete(path, headers=world.headers("owner")).status_code == 404
    newcomer(world, "withdrawn")
    assert "withdrawn@home.example" in invitations(world)


def test_an_address_by_ones_own_word_gives_nobody_what_is_anothers(world: World) -> None:
    space = world.make_space()
    with browser(world) as one:
        me = one.sign_in(key=newcomer(world, "mallory")).json()["user"]["id"]
        claim = {"email": "chief@home.example", "full_name": "Chief"}
        assert one.call("PATCH", f"/people/{me}", claim).status_code == 200
    invite = {"email": "chief@home.example"}
    for path in (f"{world.api}/spaces/{space.id}/users", f"{world.url}{API}/invitations"):
        answer = world.http.post(path, json=invite, headers=world.headers("owner"))
        assert answer.headers["x-kadence-error"] == "email.claimed", path
    with pytest.raises(RuleViolation, match="by their own word"):
        world.do(people.name_owner, "chief@home.example")
    assert change(world, me, invite).status_code == 200, "an owner confirms it"
    path = f"{world.api}/spaces/{space.id}/users"
    assert world.http.post(path, json=invite, headers=world.headers("owner")).status_code == 200


def test_a_link_to_an_address_that_was_put_right_lets_nobody_in(world: World) -> None:
    key = newcomer(world, "mistyped")
    (user,) = found(world, "mistyped@")
    assert change(world, user["id"], {"email": "typed@home.example"}).status_code == 200
    with browser(world) as one:
        assert one.sign_in(key=key).status_code == 401
    told = world.http.get(
        f"{world.api}/audit-logs?actions=sign_in_fail&limit=1", headers=world.headers("owner")
    ).json()
    assert told[0]["details"]["user_id"] == user["id"], "a link that was one is told"


def test_no_owner_is_withdrawn(world: World) -> None:
    email = "second@home.example"
    newcomer(world, "second")
    world.do(people.name_owner, email)
    user_id = invitations(world)[email]["user"]["id"]
    path = f"{world.url}{API}/invitations/{user_id}"
    assert world.http.delete(path, headers=world.headers("owner")).status_code == 403
    world.do(people.deactivate_user, email)


def test_what_others_did_is_exported_without_where_they_were(world: World) -> None:
    with browser(world) as one:
        one.sign_in(key=newcomer(world, "exported"))
        entries = one.call("GET", "/session/data").json()["audit_log"]
    by_owner = [entry for entry in entries if entry["action"] == "invite"]
    own = [entry for entry in entries if entry["action"] == "sign_in"]
    assert [entry["author_remote_address"] for entry in by_owner] == [None]
    assert [entry["author_remote_address"] for entry in own] == ["127.0.0.1"]
