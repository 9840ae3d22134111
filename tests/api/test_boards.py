"""Boards, columns, subcolumns and lanes (workspace.md, Boards)."""

from typing import Any

import pytest

from kadence.usecases.card_commands import CreateCard
from kadence.usecases.cards import create_card
from kadence.usecases.unit_of_work import UnitOfWork
from tests.api.kit import Team
from tests.world import World


@pytest.fixture
def admin(team: Team) -> Team:
    """The fresh space as its admin sees it."""
    team.as_ = "admin"
    return team


def boards(team: Team) -> str:
    return f"/spaces/{team.space.id}/boards"


def columns(team: Team) -> str:
    return f"/boards/{team.space.board_id}/columns"


def lanes(team: Team) -> str:
    return f"/boards/{team.space.board_id}/lanes"


def test_a_board_is_made_with_its_columns_and_lanes(admin: Team) -> None:
    given = {
        "title": "Work",
        "description": "What we do",
        "external_id": 5,
        "columns": [{"title": "A", "type": 2, "wip_limit": 3}, {"title": "B", "sort_order": 0.5}],
        "lanes": [{"title": "L", "wip_limit": 4}],
    }
    made = admin.call("POST", boards(admin), given)
    assert (made["title"], made["description"], made["external_id"]) == ("Work", "What we do", "5")
    assert (made["board_id"], made["primary_path"]) == (made["id"], True)
    assert made["space_id"] == admin.space.id
    shown = admin.call("GET", f"/boards/{made['id']}")
    assert [(c["title"], c["type"], c["wip_limit"]) for c in shown["columns"]] == [
        ("B", 1, None),
        ("A", 2, 3),
    ]
    assert [(lane["title"], lane["wip_limit"]) for lane in shown["lanes"]] == [("L", 4)]


def test_absent_columns_and_lanes_are_one_of_each_and_empty_ones_are_400(admin: Team) -> None:
    made = admin.call("POST", boards(admin), {"title": "Work"})
    assert len(made["columns"]) == len(made["lanes"]) == 1
    for key in ("columns", "lanes"):
        assert admin.refused("POST", boards(admin), {"title": "x", key: []})[0] == 400
    for title in ("", "x" * 129, None):
        assert admin.refused("POST", boards(admin), {"title": title})[0] == 400
    status, said = admin.refused("POST", boards(admin), {"title": "x", "lanes": [{"title": ""}]})
    assert (status, said) == (400, "lanes[0].title should NOT be shorter than 1 characters")


def test_boards_are_listed_and_shown_by_themselves_and_in_their_space(admin: Team) -> None:
    made = admin.call("POST", boards(admin), {"title": "Second"})
    listed = admin.call("GET", boards(admin))
    assert [board["title"] for board in listed] == ["Board", "Second"]
    one = admin.call("GET", f"{boards(admin)}/{made['id']}")
    assert one == admin.call("GET", f"/boards/{made['id']}")
    assert one["cards"] == []
    elsewhere = admin.world.make_space()
    assert admin.refused("GET", f"/spaces/{elsewhere.id}/boards/{made['id']}") == (404, None)


def test_cards_come_with_a_board_only_when_asked_for(admin: Team) -> None:
    card = admin.card("On the board")
    path = f"/boards/{admin.space.board_id}"
    assert admin.call("GET", path)["cards"] == []
    listed = admin.call("GET", f"{path}?with_cards=true")["cards"]
    assert card["id"] in [c["id"] for c in listed]
    assert "path_data" in listed[0]


@pytest.mark.both_engines
def test_a_board_changes(admin: Team) -> None:
    path = f"{boards(admin)}/{admin.space.board_id}"
    changed = admin.call("PATCH", path, {"title": "New", "description": "x", "sort_order": 2.5})
    assert (changed["title"], changed["description"], changed["sort_order"]) == ("New", "x", 2.5)
    again = admin.call("PATCH", path, {"title": "New", "top": 5, "unknown": 1})
    assert again == changed


def test_a_board_can_be_shown_in_another_space(admin: Team) -> None:
    other = admin.world.make_space()
    there = f"/spaces/{other.id}/boards/{admin.space.board_id}"
    shown = admin.call("PATCH", there, {})
    assert (shown["primary_path"], shown["space_id"]) == (False, other.id)
    ids = [board["id"] for board in admin.call("GET", f"/spaces/{other.id}/boards")]
    assert admin.space.board_id in ids
    (space,) = (s for s in admin.world.spaces("admin") if s["id"] == other.id)
    assert admin.space.board_id in [board["id"] for board in space["boards"]]
    hidden = admin.call("DELETE", there, {"force": True})
    assert hidden == {"id": admin.space.board_id}
    assert admin.refused("GET", there) == (404, None)
    assert admin.call("GET", f"/boards/{admin.space.board_id}")["primary_path"] is True


@pytest.mark.both_engines
def test_a_board_moves_and_becomes_primary_there(admin: Team) -> None:
    other, card = admin.world.make_space(), admin.card()
    there = f"/spaces/{other.id}/boards/{admin.space.board_id}"
    wrong = {"move_from_space_id": 2**62}
    assert admin.refused("PATCH", there, wrong) == (400, 1)
    moved = admin.call("PATCH", there, {"move_from_space_id": admin.space.id})
    assert (moved["primary_path"], moved["space_id"]) == (True, other.id)
    here = f"{boards(admin)}/{admin.space.board_id}"
    assert admin.refused("GET", here) == (404, None)
    assert [s["id"] for s in admin.get(card)["board"]["spaces"]] == [other.id]


def test_both_need_admin_in_both_spaces(team: Team) -> None:
    other = team.world.make_space()
    admin = team.world.users["admin"].id
    for space, path in (
        (team.space, f"/spaces/{other.id}/boards/{team.space.board_id}"),
        (other, f"/spaces/{other.id}/boards/{team.space.board_id}"),
    ):
        members = f"/spaces/{space.id}/users/{admin}"
        team.call("PATCH", members, {"role_id": 2}, as_="owner")
        assert team.refused("PATCH", path, {}, as_="admin") == (403, None)
        team.call("PATCH", members, {"role_id": 3}, as_="owner")


def test_a_readers_space_gives_reading_of_a_shown_board_and_not_its_administration(
    team: Team,
) -> None:
    other = team.world.make_space()
    shown = f"/spaces/{other.id}/boards/{team.space.board_id}"
    team.call("PATCH", shown, {}, as_="admin")
    writer = team.world.users["writer"].id
    team.call("DELETE", f"/spaces/{team.space.id}/users/{writer}", as_="owner")
    team.call("PATCH", f"/spaces/{other.id}/users/{writer}", {"role_id": 3}, as_="owner")
    assert team.card()["board_id"] == team.space.board_id
    assert team.refused("POST", columns(team), {"title": "x"}) == (403, None)
    team.call("PATCH", f"/spaces/{other.id}/users/{writer}", {"role_id": 1}, as_="owner")
    assert team.refused("POST", "/cards", {"title": "x", "board_id": team.space.board_id}) == (
        403,
        None,
    )


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/spaces/{space}/boards/{board}", "Board should be deleted with force"),
        ("/boards/{board}/columns/{column}", "Column should be deleted with force"),
        ("/columns/{column}/subcolumns/{sub}", "Column should be deleted with force"),
        ("/boards/{board}/lanes/{lane}", "Lane should be deleted with force"),
    ],
)
@pytest.mark.parametrize("forced", ["body", "query"])
def test_deleting_what_holds_cards_needs_force(
    admin: Team, path: str, said: str, forced: str
) -> None:
    space = admin.space
    card = admin.card(column_id=space.subcolumn, lane_id=space.lanes[0])
    admin.call("PATCH", f"/cards/{card['id']}", {"condition": 2})
    where = path.format(
        space=space.id,
        board=space.board_id,
        column=space.columns[0],
        sub=space.subcolumn,
        lane=space.lanes[0],
    )
    for body in (None, {}, {"force": False}):
        assert admin.refused("DELETE", where, body) == (400, said)
    assert admin.refused("DELETE", f"{where}?force=maybe")[0] == 400
    deleted = (
        admin.call("DELETE", where, {"force": True})
        if forced == "body"
        else admin.call("DELETE", f"{where}?force=true")
    )
    assert deleted == {"id": int(where.rpartition("/")[2])}
    assert admin.refused("DELETE", where, {"force": True}) == (404, None)


def test_what_holds_no_live_or_archived_card_goes_without_force(admin: Team) -> None:
    space = admin.space
    admin.card(column_id=space.subcolumn, lane_id=space.lanes[0])
    for card in admin.call("GET", f"/cards?board_id={space.board_id}"):
        admin.call("DELETE", f"/cards/{card['id']}")
    (parent,) = (c for c in admin.call("GET", columns(admin)) if c["subcolumns"])
    held = f"{columns(admin)}/{parent['id']}"
    assert admin.refused("DELETE", held) == (400, "Column should be deleted with force")
    for where in (
        *(f"/columns/{parent['id']}/subcolumns/{sub['id']}" for sub in parent["subcolumns"]),
        held,
        f"{lanes(admin)}/{space.lanes[0]}",
        f"{boards(admin)}/{space.board_id}",
    ):
        assert admin.call("DELETE", where) == {"id": int(where.rpartition("/")[2])}


def test_the_last_column_and_lane_stay(admin: Team) -> None:
    for column in admin.space.columns[:2]:
        admin.call("DELETE", f"{columns(admin)}/{column}?force=1")
    last = f"{columns(admin)}/{admin.space.columns[2]}"
    assert admin.refused("DELETE", last, {"force": True}) == (400, 1)
    admin.call("DELETE", f"{lanes(admin)}/{admin.space.lanes[0]}?force=1")
    last = f"{lanes(admin)}/{admin.space.lanes[1]}"
    assert admin.refused("DELETE", last, {"force": True}) == (400, 1)
    assert admin.refused("PATCH", last, {"condition": 2}) == (400, 1)


@pytest.mark.both_engines
def test_columns(admin: Team) -> None:
    made = admin.call("POST", columns(admin), {"title": "Test", "type": 2, "wip_limit": 3.0})
    assert (made["title"], made["type"], made["wip_limit"]) == ("Test", 2, 3)
    assert made["column_id"] is None
    listed = admin.call("GET", columns(admin))
    assert [column["title"] for column in listed] == ["Queue", "In progress", "Done", "Test"]
    assert [below["id"] for below in listed[0]["subcolumns"]] == [admin.space.subcolumn]
    path = f"{columns(admin)}/{made['id']}"
    changed = admin.call("PATCH", path, {"title": "Check", "sort_order": 0.5, "wip_limit": None})
    assert (changed["title"], changed["sort_order"], changed["wip_limit"]) == ("Check", 0.5, None)
    assert admin.call("GET", columns(admin))[0]["id"] == made["id"]
    assert admin.refused("PATCH", path, {"type": 4})[0] == 400
    subcolumn = f"{columns(admin)}/{admin.space.subcolumn}"
    assert admin.refused("PATCH", subcolumn, {"title": "x"}) == (404, None)


def test_subcolumns(admin: Team) -> None:
    path = f"/columns/{admin.space.columns[1]}/subcolumns"
    made = admin.call("POST", path, {"title": "Review", "type": 3})
    assert (made["column_id"], made["type"]) == (admin.space.columns[1], 3)
    assert [column["id"] for column in admin.call("GET", path)] == [made["id"]]
    assert admin.call("PATCH", f"{path}/{made['id']}", {"title": "New"})["title"] == "New"
    nested = f"/columns/{made['id']}/subcolumns"
    assert admin.refused("POST", nested, {"title": "x"}) == (404, None)
    other = f"/columns/{admin.space.columns[0]}/subcolumns/{made['id']}"
    assert admin.refused("PATCH", other, {"title": "x"}) == (404, None)


@pytest.mark.both_engines
def test_lanes_and_their_condition(admin: Team) -> None:
    made = admin.call("POST", lanes(admin), {"title": "Bugs", "wip_limit": 2})
    path = f"{lanes(admin)}/{made['id']}"

    def listed(query: str = "") -> list[int]:
        return [lane["id"] for lane in admin.call("GET", lanes(admin) + query)]

    assert listed() == listed("?condition=1") == [*admin.space.lanes, made["id"]]
    assert admin.call("PATCH", path, {"condition": 2, "title": "Old"})["condition"] == 2
    assert listed() == admin.space.lanes
    assert listed("?condition=2") == [made["id"]]
    assert listed("?condition=1,2") == [*admin.space.lanes, made["id"]]
    in_it = {"title": "x", "board_id": admin.space.board_id, "lane_id": made["id"]}
    assert admin.refused("POST", "/cards", in_it) == (400, 2)
    assert admin.call("PATCH", path, {"condition": 1})["condition"] == 1
    admin.call("DELETE", path, {"force": True})
    assert listed("?condition=3") == [made["id"]]
    assert admin.refused("PATCH", path, {"condition": 1}) == (404, None)


@pytest.mark.both_engines
def test_a_deleted_board_is_gone_with_its_cards(admin: Team) -> None:
    card = admin.card()
    admin.call("DELETE", f"{boards(admin)}/{admin.space.board_id}", {"force": True})
    for path in (f"/boards/{admin.space.board_id}", columns(admin), lanes(admin)):
        assert admin.refused("GET", path) == (404, None)
    assert admin.get(card)["condition"] == 3
    assert admin.call("GET", f"/cards?space_id={admin.space.id}") == []
    body = {"title": "x", "board_id": admin.space.board_id}
    assert admin.refused("POST", "/cards", body) == (404, None)


def test_the_lists_that_clients_ask_for_first(world: World) -> None:
    def get(path: str) -> Any:
        return world.call("GET", path).json()

    assert [(t["id"], t["name"], t["letter"]) for t in get("/card-types")] == [(1, "Card", "C")]
    assert [(r["id"], r["name"]) for r in get("/user-roles")] == [(-1, "Employee")]
    assert get("/company/custom-properties") == get("/sprints") == []
    company = get("/companies/current")
    assert list(company) == ["id", "uid", "name", "created", "updated"]
    renamed = world.call("PATCH", "/companies/current", "other", json={"name": "Others"})
    assert renamed.json()["name"] == "Others"
    assert get("/companies/current") == company


def test_a_board_is_answered_with_a_hundred_cards_at_most(team: Team) -> None:
    space = team.world.make_space()

    def fill(unit: UnitOfWork) -> None:
        for n in range(101):
            create_card(unit, CreateCard(f"Card {n}", space.board_id))

    team.world.do(fill)
    for path in (f"/boards/{space.board_id}", f"/spaces/{space.id}/boards/{space.board_id}"):
        assert len(team.call("GET", f"{path}?with_cards=true")["cards"]) == 100
        assert team.call("GET", path)["cards"] == []
