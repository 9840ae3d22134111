"""Delete iteration: with and without a target, in every status (5)."""

import pytest

from tests.api.kit import Team, uids
from tests.world import NOWHERE


@pytest.mark.parametrize("status", ["planned", "active", "closed"])
def test_any_status_can_be_deleted_and_data_stays(team: Team, status: str) -> None:
    made = team.plan()
    cards = [team.card(size_text="2"), team.done(size_text="3")]
    team.put(made, *cards)
    if status != "planned":
        team.start(made)
    before = team.close(made) if status == "closed" else team.call("GET", team.at(made))
    removed = team.call("DELETE", team.at(made))
    assert removed["status"] == "removed"
    assert removed["data"] == before["data"]
    assert removed["moved_cards"] is None
    records = team.call("GET", f"{team.at(made)}/cards")
    assert len(records) == 2
    assert all(record["removed_at"] and record["removed_by_uid"] for record in records)
    assert team.call("GET", team.at(made))["status"] == "removed"
    assert all("iteration" not in team.get(card) for card in cards)


@pytest.mark.both_engines
@pytest.mark.parametrize("status", ["planned", "active"])
def test_from_a_planned_or_active_one_live_cards_move_done_or_not(team: Team, status: str) -> None:
    made, following = team.plan(), team.plan("Next")
    cards = [team.card("a"), team.done(title="b"), team.card("c")]
    archived = team.card("archived")
    team.put(made, cards[1], archived, cards[2], cards[0])
    if status == "active":
        team.start(made)
    team.change(archived, condition=2)
    removed = team.call("DELETE", team.at(made), {"new_iteration_id": following["id"]})
    order = uids(cards[1], cards[2], cards[0])
    assert [record["card_uid"] for record in removed["moved_cards"]] == order
    assert team.inside(following) == order
    assert team.inside(made) == []


@pytest.mark.both_engines
def test_from_a_closed_one_what_is_unfinished_and_free_moves(team: Team) -> None:
    made, following, other = team.plan(), team.plan("Next"), team.plan("Other")
    free, taken, archived, gone = (team.card(name) for name in ("free", "taken", "old", "gone"))
    finished = team.done()
    team.put(made, free, taken, archived, gone, finished)
    team.start(made)
    team.close(made)
    team.put(other, taken)
    team.change(archived, condition=2)
    team.call("DELETE", f"/cards/{gone['id']}")
    removed = team.call("DELETE", team.at(made), {"new_iteration_id": following["id"]})
    assert [record["card_uid"] for record in removed["moved_cards"]] == [free["uid"]]
    assert team.inside(following) == [free["uid"]]
    assert team.inside(other) == [taken["uid"]]


def test_moved_cards_is_null_when_none_moved(team: Team) -> None:
    made, following = team.plan(), team.plan("Next")
    removed = team.call("DELETE", team.at(made), {"new_iteration_id": following["id"]})
    assert removed["moved_cards"] is None


def test_codes_3_4_and_5_of_the_target(team: Team) -> None:
    made, ended = team.plan(), team.plan()
    team.start(ended)
    team.close(ended)
    elsewhere = team.world.make_space().iteration_id
    for target, code in ((made["id"], 3), (NOWHERE, 4), ("x", 4), (elsewhere, 4), (ended["id"], 5)):
        body = {"new_iteration_id": target}
        assert team.refused("DELETE", team.at(made), body) == (400, code), target
    assert team.call("GET", team.at(made))["status"] == "planned"


@pytest.mark.parametrize("body", [None, {}, {"new_iteration_id": None}, {"other": 1}])
def test_the_body_is_optional(team: Team, body: object) -> None:
    assert team.call("DELETE", team.at(team.plan()), body)["status"] == "removed"


def test_an_empty_body_with_a_content_type_counts_as_absent(team: Team) -> None:
    headers = {"Content-Type": "application/json"}
    assert team.call("DELETE", team.at(team.plan()), headers=headers)["status"] == "removed"


def test_a_wrong_body_is_400(team: Team) -> None:
    made = team.plan()
    assert team.refused("DELETE", team.at(made), {"new_iteration_id": 5}) == (
        400,
        "new_iteration_id should be string",
    )


def test_deleting_a_removed_one_again_is_404(team: Team) -> None:
    made = team.plan()
    team.call("DELETE", team.at(made))
    assert team.refused("DELETE", team.at(made)) == (404, None)
    assert team.refused("DELETE", team.at(made), {"new_iteration_id": 5}) == (404, None)
