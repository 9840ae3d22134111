"""Many cards changed at once: the same as one by one, and taken back the same way."""

from typing import Any

import pytest

from tests.api.kit import Team, uids
from tests.world import NOWHERE

pytestmark = pytest.mark.both_engines


def edit(team: Team, *edits: dict[str, Any], query: str = "", as_: str = "writer") -> Any:
    path = f"/spaces/{team.space.uid}/cards/edit{query}"
    answer = team.world.own("POST", path, as_, json={"edits": list(edits)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(team: Team, *edits: dict[str, Any]) -> tuple[int, Any]:
    path = f"/spaces/{team.space.uid}/cards/edit"
    answer = team.world.own("POST", path, "writer", json={"edits": list(edits)})
    return answer.status_code, answer.headers["x-kadence-error"].split(";")[0]


def of(card: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {"card_uids": [card["uid"]], **change}


def test_all_that_an_edit_can_say_is_what_the_cards_say_then(team: Team) -> None:
    one, two = team.card("One"), team.card("Two", size_text="1 SP")
    reader = team.world.users["reader"].id
    done = team.space.columns[2]
    found = edit(
        team,
        {
            "card_uids": uids(one, two),
            "size_text": "5 SP",
            "add_tags": ["ui", "new one"],
            "add_member_ids": [reader],
            "column_id": done,
            "sort_order": 7,
        },
        of(two, title="Second", size_text=None),
    )
    assert found["refused"] == []
    assert [row["title"] for row in found["rows"]] == ["One", "Second"]
    for row, size in zip(found["rows"], [5, None], strict=True):
        whole = team.get(row)
        assert {key: row[key] for key in ("size", "size_unit", "state", "version")} == {
            key: whole[key] for key in ("size", "size_unit", "state", "version")
        }
        assert (whole["size"], whole["state"], whole["sort_order"]) == (size, 3, 7)
        assert [tag["name"] for tag in whole["tags"]] == ["new one", "ui"]
        assert row["tag_ids"] == [tag["id"] for tag in whole["tags"]]
        assert row["member_ids"] == [member["id"] for member in whole["members"]] == [reader]
    assert {tag["name"] for tag in found["tags"]} == {"ui", "new one"}
    assert [(who["id"], who["full_name"]) for who in found["people"]] == [(reader, "Reader")]

    back = edit(
        team,
        {
            "card_uids": uids(one, two),
            "remove_tags": ["ui", "never"],
            "remove_member_ids": [reader],
        },
        of(one, condition=2),
    )
    assert [row["member_ids"] for row in back["rows"]] == [[], []]
    assert [row["condition"] for row in back["rows"]] == [2, 1]
    assert [tag["name"] for tag in team.get(two)["tags"]] == ["new one"]


def test_what_is_as_it_was_leaves_no_trace(team: Team) -> None:
    card = team.card("Same", size_text="3")
    edit(team, of(card, title="Same", size_text="3", remove_tags=["none"], remove_member_ids=[1]))
    assert team.get(card)["version"] == card["version"]


def test_cards_go_into_an_iteration_and_back_to_where_each_was(team: Team) -> None:
    plan, other = team.plan(), team.plan()
    a, b, c, d = (team.card(name) for name in "abcd")
    team.put(other, a, b, c)
    team.put(plan, d)
    edit(team, {"card_uids": uids(c, a), "iteration_id": plan["id"], "before": d["uid"]})
    assert team.inside(plan) == uids(c, a, d)
    assert team.inside(other) == uids(b)
    edit(
        team,
        of(c, iteration_id=other["id"]),
        of(a, iteration_id=other["id"], before=b["uid"]),
        of(d, iteration_id=None),
    )
    assert team.inside(other) == uids(a, b, c)
    assert team.inside(plan) == []
    # In front of one that has left is at the end.
    edit(team, of(d, iteration_id=other["id"], before=NOWHERE))
    assert team.inside(other) == uids(a, b, c, d)


def test_what_is_archived_leaves_its_plan_and_comes_back_into_it(team: Team) -> None:
    plan, card = team.plan(), team.card()
    team.put(plan, card)
    (row,) = edit(team, of(card, condition=2))["rows"]
    assert (row["condition"], row["iteration_id"]) == (2, None)
    (row,) = edit(team, of(card, condition=1, iteration_id=plan["id"]))["rows"]
    assert (row["condition"], row["iteration_id"]) == (1, plan["id"])


def test_a_refused_card_hinders_no_other(team: Team) -> None:
    closed, good, gone = team.plan(), team.card(), team.card()
    team.call("DELETE", f"/cards/{gone['id']}")
    elsewhere = team.world.make_space()
    named = [NOWHERE, gone["uid"], elsewhere.card_uid, "x", good["uid"], good["uid"]]
    found = edit(team, {"card_uids": named, "size_text": "2"})
    assert [row["uid"] for row in found["rows"]] == [good["uid"]]
    assert [(one["card_uid"], one["error"]["error"]) for one in found["refused"]] == [
        (NOWHERE, "card.unknown"),
        (gone["uid"], "card.deleted"),
        (elsewhere.card_uid, "card.unknown"),
        ("x", "card.unknown"),
    ]
    team.close(team.start(closed))
    (late,) = edit(team, of(good, size_text="9", iteration_id=closed["id"]))["refused"]
    assert late["error"]["error"] == "iteration.closed"
    assert team.get(good)["size"] == 2


def test_cards_of_a_board_that_is_shown_here_are_changed_and_not_planned(team: Team) -> None:
    owned = team.world.make_space()
    plan = team.plan()
    shown = {"card_uids": [owned.card_uid], "size_text": "7"}
    assert edit(team, shown)["refused"][0]["error"]["error"] == "card.unknown"
    team.call("PATCH", f"/spaces/{team.space.id}/boards/{owned.board_id}", {}, as_="admin")
    (row,) = edit(team, shown)["rows"]
    assert row["size"] == 7
    (late,) = edit(team, shown | {"iteration_id": plan["id"], "size_text": "1"})["refused"]
    assert late["error"]["error"] == "card.foreign_board"
    assert team.call("GET", f"/cards/{owned.card_id}")["size"] == 7


def test_what_is_wrong_for_all_changes_none(team: Team) -> None:
    card, foreign = team.card("Card"), team.world.make_space()
    for wrong, said in (
        ({"add_member_ids": [999999]}, (400, "user.unknown")),
        ({"iteration_id": foreign.iteration_id}, (400, "target.elsewhere")),
        ({"iteration_id": "x"}, (400, "target.elsewhere")),
        ({"column_id": foreign.columns[0]}, (400, "column.unknown")),
        ({"title": " "}, (400, "value.invisible")),
        ({"add_tags": ["t"] * 21}, (400, "value.many")),
        ({"condition": 3}, (400, "value.unknown")),
    ):
        assert refused(team, of(card, size_text="8"), of(card, **wrong)) == said, wrong
    assert refused(team) == (400, "value.few")
    assert refused(team, {"card_uids": []}) == (400, "value.few")
    assert refused(team, *[of(card, card_uids=[card["uid"]] * 101)] * 2) == (400, "value.many")
    assert team.get(card)["size"] is None


def test_200_cards_fit_in_one_request_and_a_dry_run_leaves_them(team: Team) -> None:
    plan = team.plan()
    cards = [team.card(str(n))["uid"] for n in range(200)]
    wanted = {"card_uids": cards, "size_text": "1", "iteration_id": plan["id"]}
    assert len(edit(team, wanted, query="?dry_run=true")["rows"]) == 200
    assert team.inside(plan) == []
    assert len(edit(team, wanted)["rows"]) == 200
    assert team.inside(plan) == cards


def test_a_repeated_request_is_done_once(team: Team) -> None:
    card = team.card("Once")
    path = f"/spaces/{team.space.uid}/cards/edit"
    body = {"edits": [of(card, title="Twice")]}
    key = {"idempotency-key": "edit-once-0123456789"}
    first = team.world.own("POST", path, "writer", json=body, headers=key)
    team.change(card, title="Meanwhile")
    again = team.world.own("POST", path, "writer", json=body, headers=key)
    assert first.json() == again.json()
    assert team.get(card)["title"] == "Meanwhile"
