"""Cards as rows: the same cards as the whole list, less of each, in large pages, and 304."""

import json
from typing import Any

import pytest

from tests.api.kit import Team
from tests.world import World


@pytest.fixture
def team(world: World) -> Team:
    return Team(world, world.make_space())


def rows(team: Team, query: str = "", as_: str = "writer") -> dict[str, Any]:
    """A page of rows."""
    answer = team.world.own("GET", f"/spaces/{team.space.uid}/cards{query}", as_)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_row_says_what_the_whole_card_says(team: Team) -> None:
    world = team.world
    card = team.card("Login page", size_text="5 SP", description="how", asap=True)
    team.call("POST", f"/cards/{card['id']}/tags", {"name": "ui"})
    team.call("POST", f"/cards/{card['id']}/members", {"user_id": world.users["reader"].id})
    plan = team.plan()
    team.put(plan, card)
    (row,) = [one for one in rows(team)["rows"] if one["id"] == card["id"]]
    whole = team.call("GET", f"/cards/{card['id']}")
    same = set(row) - {"member_ids", "iteration_id"}
    assert {key: row[key] for key in same} == {key: whole[key] for key in same}
    assert row["member_ids"] == [member["id"] for member in whole["members"]]
    assert row["iteration_id"] == plan["id"]
    assert len(json.dumps(row)) < len(json.dumps(whole)) / 4
    for caller in ("reader", "owner"):
        assert row in rows(team, as_=caller)["rows"]


def test_pages_are_whole_and_end(team: Team) -> None:
    for number in range(12):
        team.card(f"Card {number}")
    everything = rows(team)
    assert everything["position"] is None
    found, position = [], ""
    for _ in range(10):
        page = rows(team, f"?limit=5&order_by=title{position}")
        found += page["rows"]
        if page["position"] is None:
            break
        position = f"&start_position={page['position']}"
    titles = [row["title"] for row in found]
    assert titles == sorted(row["title"] for row in everything["rows"])
    assert len({row["id"] for row in found}) == len(found) == len(everything["rows"])
    wrong = team.world.own("GET", f"/spaces/{team.space.uid}/cards?start_position=x", "writer")
    assert (wrong.status_code, wrong.json()["code"]) == (400, 2)


def test_filters_are_those_of_the_whole_list(team: Team) -> None:
    card = team.card("Find me", size_text="3")
    gone = team.card("Archived")
    team.change(gone, condition=2)
    team.put(team.plan(), team.card("Planned"))
    queries = (
        "iteration_id=any",
        "query=find",
        "states=1",
        "condition=2",
        "iteration_id=none",
        "owner_ids=999999",
    )
    for query in queries:
        whole = team.call("GET", f"/cards?space_id={team.space.id}&{query}")
        ids = [row["id"] for row in rows(team, f"?{query}")["rows"]]
        assert ids == [one["id"] for one in whole], query
    assert [row["id"] for row in rows(team, "?query=find")["rows"]] == [card["id"]]


def test_what_has_not_changed_is_304_and_what_has_is_not(team: Team) -> None:
    world = team.world
    card = team.card("Once")
    lists = (
        (world.own, f"/spaces/{team.space.uid}/cards"),
        (world.call, f"/cards?space_id={team.space.id}"),
        (world.call, team.iterations),
    )
    plan = team.plan()
    for ask, path in lists:
        first = ask("GET", path, "writer")
        tag = {"If-None-Match": first.headers["etag"]}
        again = ask("GET", path, "writer", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        team.change(card, title=f"Changed for {path}")
        team.call("PATCH", team.at(plan), {"title": f"Changed for {path}"})
        changed = ask("GET", path, "writer", headers=tag)
        assert changed.status_code == 200
        assert changed.headers["etag"] != first.headers["etag"]


def test_an_iteration_of_a_space_that_is_not_seen_is_not_told(team: Team) -> None:
    """Who reads the other space alone sees the card, and not what it is planned for."""
    made = team.card("shared")
    plan = team.plan("hidden sprint")
    team.put(plan, made)
    other = team.world.make_space()
    team.call("PATCH", f"/spaces/{other.id}/boards/{team.space.board_id}", {}, as_="admin")
    reader = team.world.users["reader"].id
    path = f"/spaces/{other.uid}/cards?query=shared"
    (before,) = team.world.own("GET", path, "reader").json()["rows"]
    assert before["iteration_id"] == plan["id"]
    team.call("DELETE", f"/spaces/{team.space.id}/users/{reader}", as_="admin")
    (row,) = team.world.own("GET", path, "reader").json()["rows"]
    assert (row["id"], row["iteration_id"]) == (made["id"], None)
    assert team.world.own("GET", f"/spaces/{team.space.uid}/cards", "reader").status_code == 403
