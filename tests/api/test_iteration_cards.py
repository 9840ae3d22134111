"""Cards in and out of iterations, and what happens when they change under one (6 to 9)."""

from typing import Any

import pytest

from tests.api.kit import Team, uids
from tests.world import NOWHERE

RECORD_KEYS = [
    "iteration_id",
    "card_uid",
    "added_by_uid",
    "removed_at",
    "removed_by_uid",
    "sort_order",
    "created",
    "updated",
    "card_id",
    "source",
    "board_uid",
]


def cards_of(team: Team, iteration: dict[str, Any]) -> str:
    return f"{team.at(iteration)}/cards"


@pytest.mark.both_engines
def test_a_card_goes_to_the_end_with_a_record_of_its_own(team: Team) -> None:
    made = team.plan()
    cards = [team.card(), team.card()]
    first, second = team.put(made, *cards)
    assert list(first) == RECORD_KEYS
    assert first["added_by_uid"] == team.world.users["writer"].uid
    assert first["removed_at"] is first["removed_by_uid"] is None
    assert first["sort_order"] < second["sort_order"]
    assert team.inside(made) == uids(*cards)


def test_adding_a_card_that_is_in_it_answers_the_standing_record_unchanged(team: Team) -> None:
    made, card = team.plan(), team.card()
    (first,) = team.put(made, card)
    team.put(made, team.card())
    assert team.put(made, card) == [first]
    assert len(team.call("GET", cards_of(team, made))) == 2


@pytest.mark.both_engines
def test_a_card_that_was_in_it_before_gets_a_new_record(team: Team) -> None:
    made, card = team.plan(), team.card()
    team.put(made, card)
    gone = team.call("DELETE", f"{cards_of(team, made)}/{card['uid']}")
    assert gone["removed_at"]
    assert gone["removed_by_uid"] == team.world.users["writer"].uid
    team.put(made, card)
    found = team.call("GET", cards_of(team, made))
    assert [record["removed_at"] is None for record in found].count(True) == 1
    assert len(found) == 2


@pytest.mark.both_engines
def test_a_card_in_another_iteration_moves(team: Team) -> None:
    first, second, card = team.plan(), team.plan(), team.card()
    team.put(first, card)
    team.start(first)
    team.put(second, card)
    assert team.inside(first) == []
    assert team.inside(second) == [card["uid"]]
    (gone,) = team.call("GET", f"{cards_of(team, first)}?status=removed")
    assert gone["removed_at"]
    assert team.get(card)["iteration"][0]["id"] == second["id"]


def test_the_card_of_the_body_is_404_when_it_is_none_for_the_caller(team: Team) -> None:
    made = team.plan()
    hidden = team.world.make_space()
    team.world.call("DELETE", f"/spaces/{hidden.id}/users/{team.world.users['writer'].id}")
    for uid in (NOWHERE, "x", "5", hidden.card_uid):
        path = cards_of(team, made)
        assert team.refused("POST", path, {"card_uid": uid}) == (404, None), uid


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "IterationCard should have required property 'card_uid'"),
        ({"card_uid": 5}, "card_uid should be string"),
        ({"card_uid": ""}, "card_uid should NOT be shorter than 1 characters"),
        ({"card_uid": None}, "card_uid should be string"),
    ],
)
def test_a_wrong_body_is_400_in_the_published_words(team: Team, body: Any, message: str) -> None:
    assert team.refused("POST", cards_of(team, team.plan()), body) == (400, message)


def test_code_2_the_card_must_be_on_a_primary_board_of_the_space(team: Team) -> None:
    made, elsewhere = team.plan(), team.world.make_space()
    path = cards_of(team, made)
    assert team.refused("POST", path, {"card_uid": elsewhere.card_uid}) == (400, 2)
    show = f"/spaces/{team.space.id}/boards/{elsewhere.board_id}"
    assert team.call("PATCH", show, {}, as_="admin")["primary_path"] is False
    assert team.refused("POST", path, {"card_uid": elsewhere.card_uid}) == (400, 2)
    moved = team.call("PATCH", show, {"move_from_space_id": elsewhere.id}, as_="admin")
    assert moved["primary_path"] is True
    assert team.call("POST", path, {"card_uid": elsewhere.card_uid})["card_uid"]


@pytest.mark.parametrize("end", ["closed", "removed"])
def test_code_3_the_iteration_must_be_planned_or_active(team: Team, end: str) -> None:
    made = team.plan()
    if end == "closed":
        team.start(made)
        team.close(made)
    else:
        team.call("DELETE", team.at(made))
    card = team.card()
    assert team.refused("POST", cards_of(team, made), {"card_uid": card["uid"]}) == (400, 3)


@pytest.mark.parametrize("condition", [2, 3])
def test_code_4_the_card_must_be_live(team: Team, condition: int) -> None:
    made, card = team.plan(), team.card()
    if condition == 2:
        team.change(card, condition=2)
    else:
        team.call("DELETE", f"/cards/{card['id']}")
    assert team.refused("POST", cards_of(team, made), {"card_uid": card["uid"]}) == (400, 4)


def test_codes_are_tried_in_the_order_3_2_4(team: Team) -> None:
    made, elsewhere = team.plan(), team.world.make_space()
    team.call("PATCH", f"/cards/{elsewhere.card_id}", {"condition": 2})
    path, body = cards_of(team, made), {"card_uid": elsewhere.card_uid}
    assert team.refused("POST", path, body) == (400, 2)
    team.call("DELETE", team.at(made))
    assert team.refused("POST", path, body) == (400, 3)


def test_removing_a_card_that_does_not_stand_in_it_is_404(team: Team) -> None:
    made, card = team.plan(), team.card()
    path = f"{cards_of(team, made)}/{card['uid']}"
    assert team.refused("DELETE", path) == (404, None)
    team.put(made, card)
    team.call("DELETE", path)
    assert team.refused("DELETE", path) == (404, None)
    assert team.refused("DELETE", f"{cards_of(team, made)}/x") == (404, None)


@pytest.mark.parametrize("end", ["closed", "removed"])
def test_code_5_a_finished_iteration_keeps_its_cards(team: Team, end: str) -> None:
    made, card = team.plan(), team.card()
    team.put(made, card)
    if end == "closed":
        team.start(made)
        team.close(made)
    else:
        team.call("DELETE", team.at(made))
    answer = team.world.call("DELETE", f"{cards_of(team, made)}/{card['uid']}", "writer")
    assert answer.status_code == 400
    assert answer.json() == {"code": 5, "message": "Can't remove card from finished iteration"}


@pytest.mark.both_engines
def test_the_list_shows_standing_removed_or_both(team: Team) -> None:
    made, cards = team.plan(), [team.card() for _ in range(3)]
    team.put(made, *cards)
    path = cards_of(team, made)
    team.call("DELETE", f"{path}/{cards[1]['uid']}")

    def listed(query: str) -> list[str]:
        return [record["card_uid"] for record in team.call("GET", path + query)]

    assert listed("?status=active") == uids(cards[0], cards[2])
    assert listed("?status=removed") == uids(cards[1])
    assert listed("") == listed("?status=") == uids(*cards)
    answer = team.world.call("GET", f"{path}?status=gone", "writer")
    assert answer.status_code == 400
    message = "Invalid status filter. Allowed values: active, removed"
    assert answer.json() == {"code": 1, "message": message}


@pytest.mark.both_engines
def test_with_data_cards_shows_what_stands_in_each_iteration(team: Team) -> None:
    first, second, third = team.plan("a"), team.plan("b"), team.plan("c")
    cards = [team.card() for _ in range(3)]
    team.put(first, *cards[:2])
    team.put(second, cards[2])
    team.call("DELETE", f"{cards_of(team, first)}/{cards[0]['uid']}")
    team.put(third, cards[0])
    team.call("DELETE", team.at(third))
    listed = {i["id"]: i for i in team.call("GET", f"{team.iterations}?with_data=cards")}
    assert [r["card_uid"] for r in listed[first["id"]]["cards"]] == uids(cards[1])
    assert [r["card_uid"] for r in listed[second["id"]]["cards"]] == uids(cards[2])
    assert "cards" not in listed[third["id"]]
    assert list(listed[first["id"]]["cards"][0]) == RECORD_KEYS
    assert "cards" not in team.call("GET", team.iterations)[0]


def test_archiving_takes_a_card_out_of_planned_iterations_only(team: Team) -> None:
    planned, active = team.plan(), team.plan()
    one, two = team.card(), team.card()
    team.put(planned, one)
    team.put(active, two)
    team.start(active)
    for card in (one, two):
        team.change(card, condition=2)
    assert team.inside(planned) == []
    assert team.inside(active) == [two["uid"]]
    (gone,) = team.call("GET", f"{cards_of(team, planned)}?status=removed")
    assert gone["removed_by_uid"] == team.world.users["writer"].uid
    team.change(one, condition=1)
    assert team.inside(planned) == []


def test_an_archived_card_counts_at_closing_with_its_state(team: Team) -> None:
    made, following = team.plan(), team.plan()
    finished, open_ = team.done(size_text="3"), team.card(size_text="2")
    team.put(made, finished, open_)
    team.start(made)
    for card in (finished, open_):
        team.change(card, condition=2)
    closed = team.close(made, new_iteration_id=following["id"])
    assert closed["data"]["doneCount"] == 1
    assert closed["data"]["totalCount"] == 2
    assert closed["data"]["velocity"] == {"size": 3}
    assert "moved_cards" not in closed


@pytest.mark.parametrize("active", [False, True])
def test_deleting_a_card_takes_it_out(team: Team, active: bool) -> None:
    made, card = team.plan(), team.card()
    team.put(made, card)
    if active:
        team.start(made)
    deleted = team.call("DELETE", f"/cards/{card['id']}")
    assert deleted["condition"] == 3
    assert "iteration" not in deleted
    assert team.inside(made) == []


@pytest.mark.both_engines
@pytest.mark.parametrize("what", ["column", "lane", "board", "space"])
def test_deleting_what_holds_cards_takes_them_out(team: Team, what: str) -> None:
    made = team.plan()
    space = team.space
    cards = [
        team.card(),
        team.card(column_id=space.subcolumn),
        team.card(column_id=space.columns[2], lane_id=space.lanes[1]),
    ]
    team.put(made, *cards)
    path = {
        "column": f"/boards/{space.board_id}/columns/{space.columns[0]}",
        "lane": f"/boards/{space.board_id}/lanes/{space.lanes[0]}",
        "board": f"/spaces/{space.id}/boards/{space.board_id}",
        "space": f"/spaces/{space.id}",
    }[what]
    team.call("DELETE", path, {"force": True}, as_="admin")
    if what == "space":
        assert team.refused("GET", team.at(made)) == (404, None)
        return
    left = uids(cards[2]) if what in ("column", "lane") else []
    assert team.inside(made) == left
    assert team.get(cards[0])["condition"] == 3


@pytest.mark.both_engines
@pytest.mark.parametrize("active", [False, True])
def test_a_move_to_a_board_that_is_not_primary_here_takes_the_card_out(
    team: Team, active: bool
) -> None:
    made, card, other = team.plan(), team.card(), team.world.make_space()
    team.put(made, card)
    if active:
        team.start(made)
    team.change(card, board_id=other.board_id)
    assert team.inside(made) == []
    within = team.card()
    team.put(made, within)
    team.change(within, column_id=team.space.columns[2])
    assert team.inside(made) == [within["uid"]]


@pytest.mark.both_engines
def test_a_columns_new_type_is_its_cards_new_state(team: Team) -> None:
    made = team.plan()
    cards = [team.card(size_text="1"), team.card(column_id=team.space.subcolumn, size_text="2")]
    team.put(made, *cards)
    team.start(made)
    path = f"/boards/{team.space.board_id}/columns/{team.space.columns[0]}"
    team.call("PATCH", path, {"type": 3}, as_="admin")
    assert [team.get(card)["state"] for card in cards] == [3, 3]
    assert team.close(made)["data"]["velocity"] == {"size": 3}


@pytest.mark.both_engines
def test_history_has_all_records_newest_first(team: Team) -> None:
    first, second, card = team.plan("a"), team.plan("b"), team.card()
    team.put(first, card)
    team.put(second, card)
    team.put(first, card)
    found = team.call("GET", f"/cards/{card['uid']}/iterations-history")
    assert [r["iteration_id"] for r in found] == [first["id"], second["id"], first["id"]]
    assert [r["removed_at"] is None for r in found] == [True, False, False]
    assert list(found[0]) == RECORD_KEYS


@pytest.mark.both_engines
def test_history_with_details_shows_what_surrounds_each_record(team: Team) -> None:
    kept, dropped, card = team.plan("kept"), team.plan("dropped"), team.card()
    team.put(dropped, card)
    team.put(kept, card)
    team.call("DELETE", team.at(dropped))
    path = f"/cards/{card['uid']}/iterations-history"
    (entry,) = team.call("GET", f"{path}?with_details=true")
    assert entry["iteration"] == {
        "id": kept["id"],
        "space_uid": team.space.uid,
        "title": "kept",
        "is_accessible": True,
    }
    assert entry["addedBy"]["uid"] == team.world.users["writer"].uid
    assert "removedBy" not in entry
    team.call("DELETE", f"{cards_of(team, kept)}/{card['uid']}", as_="admin")
    (entry,) = team.call("GET", f"{path}?with_details=1")
    assert entry["removedBy"]["email"] == team.world.users["admin"].email
    assert len(team.call("GET", path)) == 2
    assert team.refused("GET", f"{path}?with_details=maybe")[0] == 400


def test_history_hides_iterations_of_spaces_that_the_caller_cannot_read(team: Team) -> None:
    made, card, open_space = team.plan("secret"), team.card(), team.world.make_space()
    team.put(made, card)
    team.change(card, board_id=open_space.board_id)
    writer = team.world.users["writer"].id
    team.world.call("DELETE", f"/spaces/{team.space.id}/users/{writer}")
    path = f"/cards/{card['uid']}/iterations-history?with_details=true"
    (entry,) = team.call("GET", path)
    assert entry["iteration"] == {"id": made["id"], "is_accessible": False}


def test_the_order_of_the_checks(team: Team) -> None:
    """404 of the space, 403, 404 of further ids, 400 of the body, 400 with a code."""
    made, closed = team.plan(), team.plan()
    team.start(closed)
    team.close(closed)
    wrong = {"card_uid": ""}
    nowhere = f"/spaces/{NOWHERE}/iterations/{NOWHERE}/cards"
    assert team.refused("POST", nowhere, wrong) == (404, None)
    unknown = f"{team.iterations}/{NOWHERE}/cards"
    assert team.refused("POST", unknown, wrong, as_="reader") == (403, None)
    assert team.refused("POST", unknown, wrong) == (404, None)
    assert team.refused("POST", cards_of(team, closed), wrong)[0] == 400
    assert team.refused("POST", cards_of(team, closed), {"card_uid": NOWHERE}) == (404, None)
    card = team.card()
    assert team.refused("POST", cards_of(team, closed), {"card_uid": card["uid"]}) == (400, 3)
    assert team.inside(made) == []
