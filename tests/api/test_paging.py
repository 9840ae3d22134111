"""Pagers of lists that got paging late: each ends, with every row once."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.kit import Team
from tests.world import World

Page = Callable[[int, int], list[dict[str, Any]]]


def until_empty(page: Page, size: int) -> list[int]:
    found: list[int] = []
    while rows := page(size, len(found)):
        found += [row["id"] for row in rows]
        assert len(found) < 1000
    return found


def until_short(page: Page, size: int) -> list[int]:
    found: list[int] = []
    while True:
        rows = page(size, len(found))
        found += [row["id"] for row in rows]
        if len(rows) < size:
            return found


@pytest.mark.parametrize("pager", [until_empty, until_short])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_spaces_and_comments_by_pages(
    world: World, pager: Callable[[Page, int], list[int]], size: int
) -> None:
    # Of the other company, which has few spaces.
    caller = "other"
    spaces = [world.call("POST", "/spaces", caller, json={"title": n}).json() for n in "abcde"]
    board = {"title": "Board"}
    made = world.call("POST", f"/spaces/{spaces[0]['id']}/boards", caller, json=board).json()
    body = {"title": "Card", "board_id": made["id"]}
    card = world.call("POST", "/cards", caller, json=body).json()
    for number in range(5):
        text = {"text": f"No {number}"}
        world.call("POST", f"/cards/{card['id']}/comments", caller, json=text)
    paths = ("/spaces", f"/cards/{card['id']}/comments")
    for path, key in itertools.product(paths, ("offset", "skip")):

        def page(limit: int, offset: int, path: str = path, key: str = key) -> list[dict[str, Any]]:
            query = f"{path}?limit={limit}&{key}={offset}"
            return list(world.call("GET", query, caller).json())

        whole = [row["id"] for row in world.call("GET", path, caller).json()]
        assert 5 <= len(whole) < 100
        assert whole == sorted(whole)
        assert pager(page, size) == whole


@pytest.mark.parametrize("size", [1, 2, 500])
def test_people_of_a_space_by_a_cursor(world: World, size: int) -> None:
    team = Team(world, world.make_space())
    path = f"/spaces/{team.space.id}/users"
    whole = [row["id"] for row in team.call("GET", path)]
    assert whole == sorted(whole)
    found: list[int] = []
    while rows := team.call("GET", f"{path}?limit={size}&last_user_id={found[-1] if found else 0}"):
        assert len(rows) <= size
        found += [row["id"] for row in rows]
    assert found == whole


def test_inactive_is_those_alone(world: World) -> None:
    team = Team(world, world.make_space())
    path = f"/spaces/{team.space.id}/users"
    assert team.call("GET", f"{path}?inactive=true") == []
    everybody = team.call("GET", f"{path}?inactive=true&include_inherited_access=true")
    assert {row["activated"] for row in everybody} <= {False}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit should be >= 1"),
        ("limit=-1", "limit should be >= 1"),
        ("offset=-1", "offset should be >= 0"),
        ("limit=x", "limit should be integer"),
    ],
)
def test_a_page_that_is_none_is_refused(world: World, query: str, message: str) -> None:
    team = Team(world, world.make_space())
    for path in ("/spaces", f"/cards/{team.space.card_id}/comments"):
        assert team.refused("GET", f"{path}?{query}") == (400, message)


def test_a_limit_above_the_most_is_cut(world: World) -> None:
    team = Team(world, world.make_space())
    for path in ("/spaces", f"/cards/{team.space.card_id}/comments"):
        assert team.call("GET", f"{path}?limit=100000000000000000000")
    assert len(team.call("GET", f"/spaces/{team.space.id}/users?limit=9999")) == 4
