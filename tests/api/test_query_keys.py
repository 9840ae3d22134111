"""No query key that is published passes in silence where that gives wrong rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from kadence.web.query import Harmless, Parameter, Refused
from kadence.web.routes import ROUTES
from tests.api.kit import Team
from tests.world import World

OPERATIONS = json.loads(Path(__file__).with_name("operations.json").read_text("utf-8"))


def shape(path: str) -> str:
    """A path whatever its parameters are called."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


TAKEN: dict[tuple[str, str], dict[str, Parameter[Any]]] = {
    (route.method, shape(route.path)): {one.name: one for one in route.query} for route in ROUTES
}
LISTED = [
    (one["method"], one["path"], key)
    for one in OPERATIONS
    if one["served_today"] and one["query"]
    for key in one["query"]["properties"]
]


@pytest.mark.parametrize(("method", "path", "key"), LISTED)
def test_each_listed_key_has_an_effect_or_is_refused_or_is_named_as_harmless(
    method: str, path: str, key: str
) -> None:
    known = TAKEN[method, shape(path)]
    assert key in known
    if isinstance(known[key], Harmless | Refused):
        assert known[key].doc.endswith(".")


def test_the_list_has_keys_of_all_three_kinds() -> None:
    kinds = {type(TAKEN[method, shape(path)][key]) for method, path, key in LISTED}
    assert {Harmless, Refused} < kinds
    assert len(LISTED) > 100


@pytest.fixture
def team(world: World) -> Team:
    return Team(world, world.make_space())


def test_keys_without_effect_are_named(team: Team) -> None:
    world = team.world
    answer = world.call("GET", "/sprints?active=true&relations=x&b%0Ac=1", "writer")
    assert answer.headers["x-kadence-ignored"] == "active, relations, b%0Ac"
    assert "x-kadence-ignored" not in world.call("GET", "/users?limit=5", "writer").headers
    long = "&".join(f"{'k' * 90}{n}=1" for n in range(50))
    assert len(world.call("GET", f"/users?{long}", "writer").headers["x-kadence-ignored"]) == 1000
    strict = world.call("GET", "/sprints?active=true", "writer", headers={"X-Kadence-Strict": "1"})
    assert strict.status_code == 400
    assert "active" in strict.json()["message"]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("order_space_id=1", "order_space_id"),
        ("filter=x", "filter"),
        ("version=3", "version"),
        ("start_position=x", "start_position"),
        ("include_search_preview=true", "include_search_preview"),
        ("version=2&offset=1", "offset"),
        ("version=2&start_position=x", "start_position"),
        ("version=2&start_position=WyJpZCIsZmFsc2UsIngiLDFd", "start_position"),
        ("version=2&start_position=WyJpZCIsZmFsc2UsbnVsbCwwXQ", "start_position"),
    ],
)
def test_what_would_give_wrong_rows_is_refused_by_name(team: Team, query: str, key: str) -> None:
    answer = team.world.call("GET", f"/cards?{query}")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(key)


def test_custom_properties_with_values_are_refused(team: Team) -> None:
    path = "/company/custom-properties?include_values="
    assert team.refused("GET", f"{path}true")[0] == 400
    assert team.call("GET", f"{path}false") == []


def test_card_types_are_paged_and_searched(team: Team) -> None:
    assert len(team.call("GET", "/card-types?query=CAR&limit=1")) == 1
    assert team.call("GET", "/card-types?query=bug") == []
    assert team.call("GET", "/card-types?offset=1") == []


def test_people_are_narrowed(team: Team) -> None:
    world = team.world
    member = world.users["writer"].id

    def ids(query: str) -> set[int]:
        return {user["id"] for user in team.call("GET", f"/users?{query}")}

    everybody = ids("type=all")
    assert everybody == ids("type=domain") == ids("access_type_permissions=member")
    assert ids("access_type_permissions=guest") == set()
    for key in ("exclude_members_by_entity_uid", "exclude_directly_added_members_by_entity_uid"):
        others = ids(f"{key}={team.space.uid}")
        assert member in everybody
        assert member not in others
        assert world.users["stranger"].id in others
        # What one cannot read tells nothing by who is missing.
        hidden = world.call("GET", f"/users?{key}={team.space.uid}", "stranger").json()
        assert member in {user["id"] for user in hidden}
        assert team.refused("GET", f"/users?{key}=x") == (400, f"{key} should be a UUID")
    assert team.refused("GET", "/users?type=other")[0] == 400


def test_one_person_is_read_deactivated_too_and_nobody_of_elsewhere(team: Team) -> None:
    gone = team.world.users["deactivated"]
    assert team.call("GET", f"/users/{gone.id}")["activated"] is False
    listed = next(user for user in team.call("GET", "/users") if user["id"] == team.space.member_id)
    found = team.call("GET", f"/users/{team.space.member_id}")
    assert {**found, "last_request_date": None} == {**listed, "last_request_date": None}
    other = team.world.call("GET", "/users/current", "other").json()
    assert team.refused("GET", f"/users/{other['id']}") == (404, None)
    assert team.refused("GET", "/users/999999") == (404, None)


def test_cards_by_ids_and_of_what_no_card_has(team: Team) -> None:
    one, two, _ = (team.card(title) for title in "abc")
    found = team.call("GET", f"/cards?ids={two['id']},{one['id']}&space_id={team.space.id}")
    assert [card["id"] for card in found] == [one["id"], two["id"]]
    team.change(one, condition=2)
    assert [c["id"] for c in team.call("GET", f"/cards?ids={one['id']},{two['id']}")] == [two["id"]]
    for key in ("organizations_ids", "project_ids"):
        for value in ("1", "1,2", "abc", "01a224ad-8325-73b0-b7b6-cc5365cb08a3"):
            assert team.call("GET", f"/cards?{key}={value}") == []
        assert team.call("GET", f"/cards?{key}=&space_id={team.space.id}")


@pytest.mark.both_engines
@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize(
    "order", ["id", "title", "size", "due_date", "archived", "completed_on_time", "sort_order"]
)
def test_a_search_of_version_2_goes_on_behind_a_position(
    world: World, order: str, direction: str
) -> None:
    team = Team(world, world.make_space())
    for number, size in enumerate(["3", None, "1", "3", None, "2"]):
        due = {"due_date": "2026-12-01"} if number % 2 else {}
        team.card(f"Card {number % 3}", size_text=size, **due)
    query = f"/cards?space_id={team.space.id}&order_by={order}&order_direction={direction}"
    whole = [card["id"] for card in team.call("GET", query)]
    found: list[int] = []
    position = ""
    while True:
        start = f"&start_position={position}" if position else ""
        page = team.call("GET", f"{query}&version=2&limit=2{start}")
        if not page["result"]:
            assert "position" not in page
            break
        found += [card["id"] for card in page["result"]]
        position = page["position"]
    assert found == whole
    other = "title" if order != "title" else "id"
    changed = f"/cards?version=2&order_by={other}&start_position={position}"
    assert team.refused("GET", changed)[0] == 400


def test_rows_that_come_and_go_neither_repeat_nor_hide_others(team: Team) -> None:
    cards = [team.card(f"No {number}") for number in range(4)]
    query = f"/cards?space_id={team.space.id}&version=2&limit=2&query=No"
    first = team.call("GET", query)
    team.call("DELETE", f"/cards/{cards[0]['id']}")
    new = team.card("No 4")
    second = team.call("GET", f"{query}&start_position={first['position']}")
    assert [card["id"] for card in second["result"]] == [cards[2]["id"], cards[3]["id"]]
    third = team.call("GET", f"{query}&start_position={second['position']}")
    assert [card["id"] for card in third["result"]] == [new["id"]]


def test_a_preview_is_a_key_that_is_asked_for(team: Team) -> None:
    team.card("One")
    query = f"/cards?space_id={team.space.id}&version=2"
    assert "preview" not in team.call("GET", query)["result"][0]
    assert team.call("GET", f"{query}&include_search_preview=true")["result"][0]["preview"] is None
    assert isinstance(team.call("GET", f"/cards?space_id={team.space.id}&version=1"), list)
