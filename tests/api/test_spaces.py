"""Spaces, their members, and people (workspace.md)."""

import json
from typing import Any

import pytest

from kadence.domain.access import ROLE_UIDS
from kadence.domain.model import SpaceRole
from kadence.storage import journal
from kadence.usecases.unit_of_work import UnitOfWork
from tests.world import NOWHERE, World

SPACE_KEYS = [
    "id",
    "uid",
    "title",
    "archived",
    "access",
    "for_everyone_access_role_id",
    "entity_type",
    "path",
    "sort_order",
    "parent_entity_uid",
    "company_id",
    "allowed_card_type_ids",
    "hidden_card_type_uids",
    "description",
    "external_id",
    "settings",
    "created",
    "updated",
    "work_calendar_id",
    "author_uid",
    "icon_color",
    "icon_type",
    "icon_value",
    "import_uid",
    "key",
    "protected",
]
USER_KEYS = {
    "id",
    "uid",
    "full_name",
    "username",
    "email",
    "user_id",
    "permissions",
    "initials",
    "activated",
    "avatar_type",
    "avatar_initials_url",
    "avatar_uploaded_url",
    "lng",
    "timezone",
    "theme",
    "ui_version",
    "virtual",
    "role",
    "company_id",
    "external",
    "created",
    "updated",
    "last_request_date",
    "default_space_id",
    "email_frequency",
    "email_settings",
    "slack_id",
    "slack_settings",
    "notification_settings",
    "notification_enabled_channels",
    "slack_private_channel_id",
    "telegram_sd_bot_enabled",
    "invite_last_sent_at",
    "apps_permissions",
    "last_request_method",
    "locked",
    "temporarily_inactive",
}
MEMBER_KEYS = USER_KEYS | {
    "access_mod",
    "own_access_mod",
    "own_role_ids",
    "current",
    "entity_uid",
    "own_role",
    "role_ids",
    "space_role_id",
}


def make(world: World, **body: Any) -> dict[str, Any]:
    answer = world.call("POST", "/spaces", json={"title": "Space", **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def kinds(world: World, uid: str) -> list[str]:
    """The kinds of the journal's events about a space."""

    def read(unit: UnitOfWork) -> list[str]:
        return [e.kind for e in journal.all_events(unit.tx) if e.space_uid == uid]

    return world.do(read)


def test_a_space_has_every_key(world: World) -> None:
    made = make(world)
    assert list(made) == [*SPACE_KEYS, "users"]
    assert made["access"] == "for_everyone"
    assert made["for_everyone_access_role_id"] == ROLE_UIDS[SpaceRole.WRITER]
    assert made["users"][0]["current"] is True
    assert made["users"][0]["own_access_mod"] == "admin"
    assert list(world.call("GET", f"/spaces/{made['id']}").json()) == SPACE_KEYS


def test_the_list_shows_boards_and_the_callers_place(world: World) -> None:
    found = {s["uid"]: s for s in world.spaces()}
    home = found[world.home.space_uid]
    assert set(home) >= {*SPACE_KEYS, "boards", "entity_uid", "user_id", "access_mod"}
    assert home["entity_uid"] == home["uid"]
    assert home["access_mod"] == "admin"
    (board,) = home["boards"]
    assert board["id"] == board["board_id"] == world.home.board_id
    assert [column["type"] for column in board["columns"]] == [1, 2, 3]
    assert len(board["lanes"]) == 1


@pytest.mark.parametrize(("title", "shown"), [("x", "x"), (5, "5"), (2.5, "2.5"), (7.0, "7")])
def test_a_title_given_as_a_number_is_taken_as_its_text(
    world: World, title: Any, shown: str
) -> None:
    assert make(world, title=title)["title"] == shown


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Space should have required property 'title'"),
        ([], "Space should be object"),
        ({"title": ""}, "title should NOT be shorter than 1 characters"),
        ({"title": "x" * 257}, "title should NOT be longer than 256 characters"),
        ({"title": True}, "title should be string"),
        ({"title": None}, "title should be string"),
        ({"title": "x", "access": "all"}, "access should be equal to one of the allowed values"),
        ({"title": "x", "sort_order": 0}, "sort_order should be > 0"),
        ({"title": "x", "sort_order": "1"}, "sort_order should be number"),
        (
            {"title": "x", "for_everyone_access_role_id": NOWHERE},
            "for_everyone_access_role_id should be equal to one of the allowed values",
        ),
        (
            {"title": "x", "parent_entity_uid": NOWHERE},
            "parent_entity_uid should be the uid of a space that you can read",
        ),
    ],
)
def test_a_wrong_body_is_400_with_a_message(world: World, body: Any, message: str) -> None:
    answer = world.call("POST", "/spaces", content=json.dumps(body))
    assert answer.status_code == 400
    assert answer.json()["message"] == message


def test_patch_changes_what_it_names_and_nothing_else(world: World) -> None:
    made = make(world, description="About", external_id="X-1")
    path = f"/spaces/{made['id']}"
    changed = world.call("PATCH", path, json={"title": "New", "description": None}).json()
    assert changed["title"] == "New"
    assert changed["description"] is None
    assert changed["external_id"] == "X-1"
    before = kinds(world, made["uid"])
    again = world.call("PATCH", path, json={"title": "New"}).json()
    assert again == changed
    assert kinds(world, made["uid"]) == before


@pytest.mark.both_engines
def test_a_tree_of_spaces_moves_as_one(world: World) -> None:
    top, middle = make(world), make(world)
    below = make(world, parent_entity_uid=middle["uid"])
    assert below["path"] == f"{middle['uid']}/{below['uid']}"
    answer = world.call(
        "PATCH", f"/spaces/{middle['id']}", json={"parent_entity_uid": top["uid"]}
    ).json()
    assert answer["path"] == f"{top['uid']}/{middle['uid']}"
    moved = world.call("GET", f"/spaces/{below['id']}").json()
    assert moved["path"] == f"{top['uid']}/{middle['uid']}/{below['uid']}"
    for parent in (below, middle):
        answer = world.call(
            "PATCH", f"/spaces/{middle['id']}", json={"parent_entity_uid": parent["uid"]}
        )
        assert answer.status_code == 400
    assert world.call("DELETE", f"/spaces/{middle['id']}").json() == {"id": middle["id"]}
    moved = world.call("GET", f"/spaces/{below['id']}").json()
    assert moved["parent_entity_uid"] == top["uid"]
    assert moved["path"] == f"{top['uid']}/{below['uid']}"


@pytest.mark.both_engines
def test_deleting_a_space_removes_its_iterations(world: World) -> None:
    space = world.make_space()
    assert world.call("DELETE", f"/spaces/{space.id}").json() == {"id": space.id}
    assert kinds(world, space.uid)[-2:] == ["iteration.removed", "space.deleted"]
    assert world.call("DELETE", f"/spaces/{space.id}").status_code == 404


@pytest.mark.both_engines
def test_unsound_text_in_a_query_is_400_and_nothing_is_done(world: World) -> None:
    space = world.make_space()
    member = f"/spaces/{space.id}/users/{world.users['writer'].id}"
    paths = ("/spaces", "/users", "/users/current", f"/spaces/{space.id}", member)
    for path in paths:
        assert world.call("GET", f"{path}?x=%00").status_code == 400
    for path in (member, f"/spaces/{space.id}"):
        assert world.call("DELETE", f"{path}?x=%00").status_code == 400
        assert world.call("GET", path).status_code == 200
    assert world.call("GET", f"/spaces/{space.id}?x=%00", "stranger").status_code == 404
    assert world.call("DELETE", f"/spaces/{space.id}?x=%00", "writer").status_code == 403


@pytest.mark.parametrize("space", ["0", "-1", "x", NOWHERE, str(2**63 - 1), str(2**63), "9" * 40])
def test_an_id_that_nothing_has_is_404(world: World, space: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = world.call(method, f"/spaces/{space}", content=b"{")
        assert answer.status_code == 404
        assert answer.content == b""


@pytest.mark.both_engines
def test_inviting_a_new_address_makes_a_person_with_a_role(world: World) -> None:
    space = world.make_space()
    path = f"/spaces/{space.id}/users"
    answer = world.call("POST", path, json={"email": " New.Person@Home.Example "})
    member = answer.json()
    assert set(member) == MEMBER_KEYS | {"user", "access_record", "message"}
    assert member["email"] == "new.person@home.example"
    assert member["username"] == "new.person"
    assert member["access_mod"] == "writer"
    assert set(member["user"]) >= USER_KEYS
    again = world.call("POST", path, json={"email": "new.person@home.example"}).json()
    assert again["id"] == member["id"]
    raised = world.call(
        "POST", path, json={"email": "new.person@home.example", "role_id": 3}
    ).json()
    assert raised["access_mod"] == "admin"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "SpaceUser should have required property 'email'"),
        ({"email": 5}, "email should be string"),
        ({"email": "nobody"}, 'email should match format "email"'),
        ({"email": "a@b@c"}, 'email should match format "email"'),
        ({"email": "a@b.c", "role_id": 4}, "role_id should be equal to one of the allowed values"),
    ],
)
def test_a_wrong_invitation_is_400(world: World, body: Any, message: str) -> None:
    answer = world.call("POST", f"/spaces/{world.space.id}/users", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"] == message


def test_an_admin_who_is_no_owner_lets_nobody_in_again(world: World) -> None:
    body = {"email": "deactivated@home.example"}
    answer = world.call("POST", f"/spaces/{world.space.id}/users", "admin", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"code": 2, "message": "email belongs to a deactivated user"}


def test_members_are_listed_changed_and_removed(world: World) -> None:
    space = world.make_space()
    path = f"/spaces/{space.id}/users"
    members = {m["email"]: m for m in world.call("GET", path, "reader").json()}
    assert {m["own_access_mod"] for m in members.values()} == {"admin", "writer", "reader"}
    for member in members.values():
        assert set(member) == MEMBER_KEYS
    assert members["reader@home.example"]["current"] is True
    writer = members["writer@home.example"]["id"]
    admin = ROLE_UIDS[SpaceRole.ADMIN]
    changed = world.call("PATCH", f"{path}/{writer}", json={"role_id": admin}).json()
    assert changed["own_role_ids"] == [admin]
    assert world.call("GET", f"{path}/{writer}").json() == changed
    removed = world.call("DELETE", f"{path}/{writer}").json()
    assert removed["own_role_ids"] is None
    assert removed["access_mod"] == "no_access"
    for method in ("GET", "PATCH", "DELETE"):
        assert world.call(method, f"{path}/{writer}", json={}).status_code == 404
    assert writer not in [m["id"] for m in world.call("GET", path).json()]


@pytest.mark.both_engines
def test_inherited_and_inactive_members_are_listed_when_asked_for(world: World) -> None:
    made = make(world)
    path = f"/spaces/{made['id']}/users"
    assert len(world.call("GET", path).json()) == 1
    inherited = world.call("GET", f"{path}?include_inherited_access=true").json()
    assert {"stranger@home.example"} <= {m["email"] for m in inherited}
    assert "deactivated@home.example" not in {m["email"] for m in inherited}
    both = world.call("GET", f"{path}?include_inherited_access=1&inactive=1").json()
    assert "deactivated@home.example" in {m["email"] for m in both}
    assert world.call("GET", f"{path}?inactive=maybe").status_code == 400


def test_who_am_i(world: World) -> None:
    me = world.call("GET", "/users/current", "writer").json()
    assert set(me) == USER_KEYS | {
        "telegram_id",
        "telegram_settings",
        "has_password",
        "max_messenger_id",
        "max_messenger_settings",
        "directory_synced_profile_fields",
    }
    assert me["id"] == me["user_id"] == world.users["writer"].id
    assert me["role"] == 2
    assert me["initials"] == "W"
    assert world.call("GET", "/users/current", "owner").json()["role"] == 1


@pytest.mark.both_engines
def test_users_are_found_by_text_and_ids(world: World) -> None:
    world.call("POST", f"/spaces/{world.space.id}/users", json={"email": "ёлка@home.example"})
    found = world.call("GET", "/users", params={"query": "ЁЛКА"}).json()
    assert [user["email"] for user in found] == ["ёлка@home.example"]
    assert set(found[0]) == USER_KEYS
    for wildcard in ("100%", "_"):
        for user in world.call("GET", "/users", params={"query": wildcard}).json():
            assert wildcard in user["email"] + user["full_name"]
    ids = [world.users["writer"].id, world.users["reader"].id]
    chosen = world.call("GET", f"/users?ids={ids[0]},{ids[1]},{2**62}").json()
    assert sorted(user["id"] for user in chosen) == sorted(ids)
    assert len(world.call("GET", "/users?limit=1").json()) == 1
    first, second = (world.call("GET", f"/users?limit=1&{q}=1").json() for q in ("offset", "skip"))
    assert first == second


def test_the_deactivated_are_listed_only_when_asked_for(world: World) -> None:
    email = "deactivated@home.example"
    plain = world.call("GET", "/users").json()
    assert email not in [user["email"] for user in plain]
    everybody = {u["email"]: u for u in world.call("GET", "/users?include_inactive=true").json()}
    assert everybody[email]["role"] == 3
    assert everybody[email]["activated"] is False


@pytest.mark.parametrize("query", ["ids=x", "ids=1,", "ids=0", "ids=9223372036854775808"])
def test_wrong_ids_are_400(world: World, query: str) -> None:
    assert world.call("GET", f"/users?{query}").status_code == 400
