"""What kadence adds: arranging many cards at once, and a planned capacity."""

from typing import Any

import pytest

from tests.api.kit import Team, uids
from tests.world import NOWHERE

pytestmark = pytest.mark.both_engines


def arrange(team: Team, iteration: dict[str, Any], **body: Any) -> Any:
    answer = team.world.own("POST", f"{team.at(iteration)}/cards/arrange", "writer", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(team: Team, iteration: dict[str, Any], **body: Any) -> Any:
    answer = team.world.own("POST", f"{team.at(iteration)}/cards/arrange", "writer", json=body)
    assert answer.status_code == 400, answer.text
    return answer.json().get("code")


def test_many_cards_are_added_in_order_with_an_answer_each(team: Team) -> None:
    plan, cards = team.plan(), [team.card() for _ in range(4)]
    found = arrange(team, plan, action="add", card_uids=uids(*reversed(cards)))
    assert [answer["card_uid"] for answer in found] == uids(*reversed(cards))
    assert all(answer["record"] and answer["error"] is None for answer in found)
    assert team.inside(plan) == uids(*reversed(cards))


@pytest.mark.parametrize(
    ("place", "order"),
    [
        ({}, "abcxy"),
        ({"before": "a"}, "xyabc"),
        ({"before": "b"}, "axybc"),
        ({"after": "b"}, "abxyc"),
        ({"after": "c"}, "abcxy"),
    ],
)
@pytest.mark.parametrize("action", ["add", "reorder", "move"])
def test_the_place_is_before_or_after_a_card(
    team: Team, action: str, place: dict[str, str], order: str
) -> None:
    plan, other = team.plan(), team.plan()
    cards = {name: team.card(name) for name in "abcxy"}
    first = "abc" if action != "reorder" else "xabyc"
    team.put(plan, *(cards[name] for name in first))
    body: dict[str, Any] = {key: cards[name]["uid"] for key, name in place.items()}
    body |= {"action": action, "card_uids": uids(cards["x"], cards["y"])}
    if action == "move":
        team.put(other, cards["x"], cards["y"])
        arrange(team, other, to=plan["id"], **body)
        assert team.inside(other) == []
    else:
        arrange(team, plan, **body)
    assert team.inside(plan) == [cards[name]["uid"] for name in order]


def test_where_there_is_no_room_left_all_are_numbered_anew(team: Team) -> None:
    plan = team.plan()
    cards = [team.card(str(n)) for n in range(3)]
    team.put(plan, *cards)
    for turn in range(80):
        moving = cards[1 + turn % 2]
        arrange(team, plan, action="reorder", card_uids=uids(moving), after=cards[0]["uid"])
        assert team.inside(plan)[1] == moving["uid"]


def test_cards_are_removed_together(team: Team) -> None:
    plan, cards = team.plan(), [team.card() for _ in range(3)]
    team.put(plan, *cards)
    found = arrange(team, plan, action="remove", card_uids=uids(*cards[:2]))
    assert all(answer["record"]["removed_at"] for answer in found)
    assert team.inside(plan) == uids(cards[2])
    team.put(team.plan(), cards[0])


def test_a_refused_card_hinders_no_other(team: Team) -> None:
    plan, good, old = team.plan(), team.card(), team.card()
    team.change(old, condition=2)
    elsewhere = team.world.make_space()
    wanted = [NOWHERE, old["uid"], good["uid"], elsewhere.card_uid, "x"]
    found = arrange(team, plan, action="add", card_uids=wanted)
    assert [answer["error"] and answer["error"]["code"] for answer in found] == [
        404,
        4,
        None,
        2,
        404,
    ]
    assert team.inside(plan) == [good["uid"]]


def test_codes_of_the_whole_request(team: Team) -> None:
    plan, card = team.plan(), team.card()
    team.put(plan, card)
    only = {"card_uids": [card["uid"]]}
    assert refused(team, plan, action="move", **only) == 7
    assert refused(team, plan, action="move", to=plan["id"], **only) == 3
    assert refused(team, plan, action="move", to=NOWHERE, **only) == 4
    assert refused(team, plan, action="add", before=NOWHERE, **only) == 6
    assert refused(team, plan, action="add", before=card["uid"], after=card["uid"], **only) == 6
    assert refused(team, plan, action="shuffle", **only) is None
    assert refused(team, plan, action="add", card_uids=[]) is None
    assert refused(team, plan, action="add", card_uids=["x"] * 201) is None
    assert team.inside(plan) == [card["uid"]]


def test_200_cards_fit_in_one_request_and_a_dry_run_leaves_them(team: Team) -> None:
    plan = team.plan()
    cards = [team.card(str(n))["uid"] for n in range(200)]
    path = f"{team.at(plan)}/cards/arrange?dry_run=true"
    body = {"action": "add", "card_uids": cards}
    assert len(team.world.own("POST", path, "writer", json=body).json()) == 200
    assert team.inside(plan) == []
    arrange(team, plan, **body)
    assert team.inside(plan) == cards


def test_the_planned_capacity(team: Team) -> None:
    plan = team.plan()
    path = f"{team.at(plan)}/capacity"
    own = team.world.own
    assert own("GET", path, "reader").json() == {"iteration_id": plan["id"], "capacity": None}
    changed = own("PATCH", path, "writer", json={"capacity": 34.5})
    assert changed.json()["capacity"] == 34.5
    assert own("GET", path, "reader").headers["etag"] == changed.headers["etag"]
    assert own("PATCH", path, "writer", json={"capacity": -1}).status_code == 400
    assert own("PATCH", path, "writer", json={}).status_code == 400
    assert own("PATCH", path, "writer", json={"capacity": None}).json()["capacity"] is None
    team.start(plan)
    team.close(plan)
    assert own("PATCH", path, "writer", json={"capacity": 1}).json()["code"] == 5
