"""Cards one by one: making, changing, moving, archiving, deleting (workspace.md, Cards)."""

from typing import Any

import pytest

from tests.api.kit import Team


@pytest.mark.both_engines
def test_a_card_is_made_in_the_boards_first_column_and_lane(team: Team) -> None:
    made = team.card("Card")
    assert made["board_id"] == team.space.board_id
    assert made["column_id"] == team.space.columns[0]
    assert made["lane_id"] == team.space.lanes[0]
    assert (made["state"], made["condition"], made["version"]) == (1, 1, 1)
    assert made["owner_id"] == made["updater_id"] == team.world.users["writer"].id
    assert made["description"] is None
    assert made["description_filled"] is False
    assert made["members"] == made["tags"] == made["tag_ids"] == []
    assert "iteration" not in made


@pytest.mark.both_engines
def test_everything_that_is_given_comes_back(team: Team) -> None:
    given = {
        "title": "Ёлка 🎄",
        "column_id": team.space.columns[1],
        "lane_id": team.space.lanes[1],
        "description": "Long\ntext",
        "size_text": "3 M",
        "due_date": "2026-07-28T06:28:03.984Z",
        "due_date_time_present": True,
        "asap": True,
        "external_id": "JIRA-1",
        "properties": {"id_1": [1, 2.5, None, {"deep": "ü"}]},
        "planned_start": "2026-07-01T00:00:00.000Z",
        "planned_end": "2026-07-02T00:00:00.000Z",
        "estimate_workload": 2.5,
        "owner_id": team.world.users["admin"].id,
        "responsible_id": team.world.users["reader"].id,
        "sort_order": 7.5,
    }
    made = team.card(**given)
    for key, value in given.items():
        assert made[key] == value, key
    assert made["description_filled"] is True
    assert made["state"] == 2
    assert [(m["id"], m["type"]) for m in made["members"]] == [(team.world.users["reader"].id, 2)]
    assert team.get(made) == made


@pytest.mark.parametrize(
    ("text", "size", "unit"),
    [
        ("3", 3, None),
        (".5", 0.5, None),
        ("23.45", 23.45, None),
        ("3 M", 3, "M"),
        ("S", None, "S"),
        ("XL", None, "XL"),
        (5, 5, None),
        ("1,5 дня", 1.5, "дня"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_size_is_read_out_of_its_text(team: Team, text: Any, size: Any, unit: Any) -> None:
    for made in (team.card(size_text=text), team.change(team.card(), size_text=text)):
        assert (made["size"], made["size_unit"]) == (size, unit)
        assert made["size_text"] == (str(text) if text else None)


def test_a_description_may_be_a_number(team: Team) -> None:
    made = team.card(description=5)
    assert made["description"] == "5"
    assert team.change(made, description=1.5)["description"] == "1.5"


def test_a_title_given_as_a_number_is_taken_as_its_text(team: Team) -> None:
    assert team.card(2026)["title"] == "2026"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"title": None}, "title should be string"),
        ({"title": ""}, "title should NOT be shorter than 1 characters"),
        ({"title": "x" * 1025}, "title should NOT be longer than 1024 characters"),
        ({"description": "x" * 32769}, "description should NOT be longer than 32768 characters"),
        ({"size_text": "x" * 268}, "size_text should NOT be longer than 267 characters"),
        ({"external_id": "x" * 1025}, "external_id should NOT be longer than 1024 characters"),
        ({"sort_order": 0}, "sort_order should be > 0"),
        ({"position": 3}, "position should be equal to one of the allowed values"),
        ({"properties": []}, "properties should be object"),
        ({"properties": {"id_1": "ü" * 16384}}, "properties should NOT be larger than 32768 bytes"),
        ({"asap": "yes"}, "asap should be boolean"),
        ({"due_date": "soon"}, 'due_date should match format "date-time"'),
        ({"board_id": "1"}, "board_id should be integer"),
        ({"column_id": 0}, "column_id should be >= 1"),
        ({"column_id": 1}, 1),
        ({"lane_id": 1}, 2),
        ({"owner_id": 2**62}, 3),
        ({"owner_email": "nobody@example.com"}, 3),
        ({"responsible_id": 2**62}, 4),
    ],
)
def test_a_wrong_body_is_400(team: Team, body: dict[str, Any], said: Any) -> None:
    whole = {"title": "x", "board_id": team.space.board_id} | body
    assert team.refused("POST", "/cards", whole) == (400, said)


def test_title_and_board_are_required(team: Team) -> None:
    for key in ("title", "board_id"):
        body = {"title": "x", "board_id": team.space.board_id}
        del body[key]
        said = f"Card should have required property '{key}'"
        assert team.refused("POST", "/cards", body) == (400, said)


def test_the_owner_can_be_named_by_address(team: Team) -> None:
    admin = team.world.users["admin"]
    assert team.card(owner_email=admin.email.upper())["owner_id"] == admin.id


@pytest.mark.both_engines
def test_position_puts_a_card_first_or_last_in_its_cell(team: Team) -> None:
    here = {"lane_id": team.space.lanes[1]}
    middle = team.card(**here)
    first = team.card(position=1, **here)
    last = team.card(position=2, **here)
    assert first["sort_order"] < middle["sort_order"] < last["sort_order"]
    assert team.card(**here)["sort_order"] > last["sort_order"]
    assert team.change(last, position=1)["sort_order"] < first["sort_order"]
    assert team.change(last, position=1)["version"] == 2


@pytest.mark.both_engines
def test_prev_card_id_puts_a_card_behind_another_of_its_cell(team: Team) -> None:
    here = {"lane_id": team.space.lanes[1]}
    cards = [team.card(str(n), **here) for n in range(4)]
    team.change(cards[3], prev_card_id=cards[0]["id"])
    query = f"/cards?lane_id={team.space.lanes[1]}&order_by=sort_order"
    assert [card["title"] for card in team.call("GET", query)] == ["0", "3", "1", "2"]
    team.change(cards[0], prev_card_id=cards[2]["id"])
    assert [card["title"] for card in team.call("GET", query)] == ["3", "1", "2", "0"]
    elsewhere = team.card()
    path = f"/cards/{cards[0]['id']}"
    for wrong in (elsewhere["id"], cards[0]["id"], 2**62):
        assert team.refused("PATCH", path, {"prev_card_id": wrong}) == (400, 5)


@pytest.mark.both_engines
def test_there_is_always_room_behind_a_card(team: Team) -> None:
    here = {"lane_id": team.space.lanes[1]}
    cards = [team.card(str(n), **here) for n in range(3)]
    query = f"/cards?lane_id={team.space.lanes[1]}&order_by=sort_order"
    for turn in range(120):
        moving = cards[1 + turn % 2]
        team.change(moving, prev_card_id=cards[0]["id"])
        assert team.call("GET", query)[1]["id"] == moving["id"]


def test_the_same_properties_in_another_order_are_no_change(team: Team) -> None:
    made = team.card(properties={"a": 1, "b": 2})
    assert team.change(made, properties={"b": 2.0, "a": 1})["version"] == 1
    assert team.change(made, properties={"b": 3, "a": 1})["version"] == 2


def test_the_version_grows_with_real_changes_only(team: Team) -> None:
    made = team.card("One", size_text="3")
    assert team.change(made, title="One", size_text="3", unknown="x")["version"] == 1
    assert team.change(made)["updated"] == made["updated"]
    assert team.change(made, title="Two", size_text="4", asap=True)["version"] == 2
    assert team.change(made, title="Two")["version"] == 2
    assert team.change(made, column_id=team.space.columns[1])["version"] == 3


def test_null_clears(team: Team) -> None:
    made = team.card(
        description="x", size_text="3", due_date="2026-01-01", external_id="x", properties={}
    )
    cleared = team.change(
        made, description=None, size_text=None, due_date=None, external_id=None, properties=None
    )
    for key in ("description", "size_text", "size", "due_date", "external_id", "properties"):
        assert cleared[key] is None, key


def test_a_move_sets_state_and_times(team: Team) -> None:
    _, progress, done = team.space.columns
    made = team.card(due_date="2030-01-01")
    of_moves = ("last_moved_at", "column_changed_at", "lane_changed_at")
    assert [made[key] for key in of_moves] == [made["created"]] * 3
    of_states = ("first_moved_to_in_progress_at", "last_moved_to_done_at", "completed_at")
    assert [made[key] for key in of_states] == [None] * 3
    started = team.change(made, column_id=progress)
    assert started["state"] == 2
    at = started["last_moved_at"]
    assert started["column_changed_at"] == started["first_moved_to_in_progress_at"] == at
    assert started["updated"] == at
    assert started["lane_changed_at"] == made["created"]
    assert started["last_moved_to_done_at"] is None
    finished = team.change(made, column_id=done)
    assert finished["state"] == 3
    assert finished["last_moved_to_done_at"] == finished["completed_at"] == finished["updated"]
    assert finished["first_moved_to_in_progress_at"] == at
    back = team.change(made, column_id=progress)
    assert back["state"] == 2
    assert back["completed_at"] is None
    assert back["last_moved_to_done_at"] == finished["last_moved_to_done_at"]
    assert back["first_moved_to_in_progress_at"] == at
    aside = team.change(made, lane_id=team.space.lanes[1])
    assert aside["lane_changed_at"] == aside["last_moved_at"] == aside["updated"]
    assert aside["column_changed_at"] == back["column_changed_at"]


def test_what_has_no_due_date_is_not_completed_in_time_or_late(team: Team) -> None:
    finished = team.change(team.card(), column_id=team.space.columns[2])
    assert finished["last_moved_to_done_at"] == finished["updated"]
    assert finished["completed_at"] is finished["completed_on_time"] is None
    due = team.change(finished, due_date="2030-01-01")
    assert (due["completed_at"], due["completed_on_time"]) == (finished["updated"], True)


def test_the_state_is_that_of_the_first_level_column(team: Team) -> None:
    below = team.call(
        "POST",
        f"/columns/{team.space.columns[2]}/subcolumns",
        {"title": "Sub", "type": 1},
        as_="admin",
    )
    made = team.change(team.card(), column_id=below["id"])
    assert (made["column_id"], made["state"]) == (below["id"], 3)
    team.call(
        "PATCH",
        f"/columns/{team.space.columns[2]}/subcolumns/{below['id']}",
        {"type": 2},
        as_="admin",
    )
    assert team.get(made)["state"] == 3


@pytest.mark.both_engines
def test_a_move_to_another_board(team: Team) -> None:
    other = team.world.make_space()
    made = team.card()
    moved = team.change(made, board_id=other.board_id)
    assert (moved["board_id"], moved["column_id"], moved["lane_id"]) == (
        other.board_id,
        other.columns[0],
        other.lanes[0],
    )
    back = team.change(made, board_id=team.space.board_id, column_id=team.space.columns[2])
    assert back["column_id"] == team.space.columns[2]
    wrong = {"board_id": other.board_id, "column_id": team.space.columns[0]}
    assert team.refused("PATCH", f"/cards/{made['id']}", wrong) == (400, 1)


def test_a_board_to_move_to_must_be_writable(team: Team) -> None:
    other, path = team.world.make_space(), f"/cards/{team.card()['id']}"
    writer = team.world.users["writer"].id
    members = f"/spaces/{other.id}/users/{writer}"
    team.world.call("PATCH", members, json={"role_id": 1})
    assert team.refused("PATCH", path, {"board_id": other.board_id}) == (403, None)
    team.world.call("DELETE", members)
    assert team.refused("PATCH", path, {"board_id": other.board_id}) == (404, None)
    assert team.refused("PATCH", path, {"board_id": 2**62}) == (404, None)


def test_archiving_and_restoring(team: Team) -> None:
    made = team.card()
    archived = team.change(made, condition=2)
    assert (archived["condition"], archived["archived"], archived["version"]) == (2, True, 2)
    assert team.change(made, condition=1)["archived"] is False
    said = "condition should be equal to one of the allowed values"
    assert team.refused("PATCH", f"/cards/{made['id']}", {"condition": 3}) == (400, said)


def test_deleting_answers_the_card_and_it_can_still_be_looked_at(team: Team) -> None:
    made = team.card()
    path = f"/cards/{made['id']}"
    deleted = team.call("DELETE", path)
    assert deleted["condition"] == 3
    assert team.get(made) == deleted
    assert team.call("DELETE", path) == deleted
    assert team.refused("PATCH", path, {"title": "x"}) == (400, 6)


@pytest.mark.both_engines
def test_a_single_card_shows_where_it_is_and_whose(team: Team) -> None:
    made = team.card()
    board = made["board"]
    assert (board["id"], board["title"]) == (team.space.board_id, "Board")
    assert [space["id"] for space in board["spaces"]] == [team.space.id]
    assert made["column"]["title"] == "Queue"
    assert made["lane"]["title"] == "Upper"
    assert made["owner"]["email"] == team.world.users["writer"].email
    assert made["type"]["id"] == 1
    assert made["checklists"] == []


def test_a_card_shows_its_planned_or_active_iteration(team: Team) -> None:
    plan, made = team.plan("Sprint 1"), team.card()
    team.put(plan, made)
    writer = team.world.users["writer"].uid
    shown = {
        "id": plan["id"],
        "iteration_id": plan["id"],
        "card_uid": made["uid"],
        "space_uid": team.space.uid,
        "title": "Sprint 1",
        "status": "planned",
        "creator_uid": writer,
        "updater_uid": writer,
    }
    assert team.get(made)["iteration"] == [shown]
    team.start(plan)
    assert team.get(made)["iteration"][0]["status"] == "active"
    team.close(plan)
    assert "iteration" not in team.get(made)
