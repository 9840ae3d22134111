"""Update iteration: the lifecycle, its codes and their order, closing with leftovers (4)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.api.kit import FINISH, START, Team, uids
from tests.world import NOWHERE

DAY = timedelta(days=1)


def test_title_goal_and_dates_change_and_null_clears(team: Team) -> None:
    made = team.plan(goal="Ship")
    changed = team.call("PATCH", team.at(made), {"title": "New", "goal": None, "start_date": None})
    assert (changed["title"], changed["goal"], changed["start_date"]) == ("New", None, None)
    assert changed["finish_date"] == FINISH
    assert changed["updater_uid"] == team.world.users["writer"].uid
    assert list(changed) == list(made)


@pytest.mark.parametrize("body", [{}, {"actual_finish_date": START}, {"new_iteration_id": None}])
def test_something_to_change_must_be_there(team: Team, body: Any) -> None:
    status, message = team.refused("PATCH", team.at(team.plan()), body)
    assert status == 400
    assert message.startswith("Iteration should have at least one of")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"title": ""}, "title should NOT be shorter than 1 characters"),
        ({"title": "x" * 257}, "title should NOT be longer than 256 characters"),
        ({"title": None}, "title should be string"),
        ({"goal": 5}, "goal should be string"),
        ({"status": "removed"}, "status should be equal to one of the allowed values"),
        ({"start_date": "soon"}, 'start_date should match format "date-time"'),
        ({"title": "x", "new_iteration_id": 5}, "new_iteration_id should be string"),
        ([], "Iteration should be object"),
    ],
)
def test_a_wrong_body_is_400_in_the_published_words(team: Team, body: Any, message: str) -> None:
    assert team.refused("PATCH", team.at(team.plan()), body) == (400, message)


@pytest.mark.both_engines
def test_what_changes_nothing_leaves_no_trace(team: Team) -> None:
    made = team.plan()
    again = team.call("PATCH", team.at(made), {"title": made["title"], "status": "planned"})
    assert again == made


@pytest.mark.parametrize(
    ("way", "status", "message"),
    [
        ([], "closed", "Invalid status transition: planned → closed"),
        (["active"], "planned", "Invalid status transition: active → planned"),
        (["active", "closed"], "active", "Invalid status transition: closed → active"),
        (["active", "closed"], "planned", "Invalid status transition: closed → planned"),
    ],
)
def test_code_1_any_other_change_of_status(
    team: Team, way: list[str], status: str, message: str
) -> None:
    made = team.plan()
    for step in way:
        team.call("PATCH", team.at(made), {"status": step})
    answer = team.world.call("PATCH", team.at(made), "writer", json={"status": status})
    assert answer.status_code == 400
    assert answer.json() == {"code": 1, "message": message}


def test_code_1_a_removed_one_cannot_be_changed(team: Team) -> None:
    made = team.plan()
    team.call("DELETE", team.at(made))
    for body in ({"title": "x"}, {"status": "planned"}, {"status": "active"}, {"goal": None}):
        assert team.refused("PATCH", team.at(made), body) == (400, 1)


def test_code_1_a_closed_one_keeps_its_dates_but_not_its_title(team: Team) -> None:
    made = team.plan()
    team.start(made)
    closed = team.close(made)
    for body in ({"start_date": START}, {"finish_date": None}, {"title": "x", "finish_date": None}):
        assert team.refused("PATCH", team.at(made), body) == (400, 1)
    changed = team.call("PATCH", team.at(made), {"title": "Past", "goal": "Told"})
    assert (changed["title"], changed["goal"]) == ("Past", "Told")
    assert changed["data"] == closed["data"]


def test_the_status_that_it_has_is_200_and_a_closed_one_ignores_the_rest(team: Team) -> None:
    made = team.plan()
    assert team.call("PATCH", team.at(made), {"status": "planned"})["status"] == "planned"
    active = team.start(made)
    assert team.start(made) == active
    closed = team.close(made)
    again = team.close(
        made,
        title="Past",
        start_date=None,
        finish_date="2020-01-01",
        actual_finish_date="2020-01-01",
        new_iteration_id=NOWHERE,
    )
    assert again["title"] == "Past"
    for key in ("start_date", "finish_date", "actual_finish_date", "data"):
        assert again[key] == closed[key]
    assert "moved_cards" not in again


@pytest.mark.parametrize("missing", ["start_date", "finish_date"])
def test_code_2_to_become_active_both_dates_must_be_set(team: Team, missing: str) -> None:
    made = team.plan(**{missing: None})
    assert team.refused("PATCH", team.at(made), {"status": "active"}) == (400, 2)
    date = {"start_date": START, "finish_date": FINISH}[missing]
    assert team.call("PATCH", team.at(made), {"status": "active", missing: date})["status"] == (
        "active"
    )


def test_code_2_in_an_active_one_a_date_changes_but_is_not_cleared(team: Team) -> None:
    made = team.plan()
    team.start(made)
    for body in ({"start_date": None}, {"finish_date": None}):
        assert team.refused("PATCH", team.at(made), body) == (400, 2)
        assert team.refused("PATCH", team.at(made), {"status": "closed"} | body) == (400, 2)
    moved = team.call("PATCH", team.at(made), {"finish_date": "2026-03-20"})
    assert moved["finish_date"] == "2026-03-20T00:00:00.000Z"


@pytest.mark.parametrize("active", [False, True])
def test_code_6_finish_stays_later_than_start(team: Team, active: bool) -> None:
    made = team.plan()
    if active:
        team.start(made)
    for body in ({"finish_date": START}, {"start_date": FINISH}, {"start_date": "2030-01-01"}):
        assert team.refused("PATCH", team.at(made), body) == (400, 6)


@pytest.mark.both_engines
def test_activation_freezes_committed(team: Team) -> None:
    made = team.plan()
    cards = [team.card(size_text=text) for text in ("0.1", "0.2 SP", "XL")] + [team.card()]
    team.put(made, *cards, team.done(size_text="5"))
    assert team.start(made)["data"] == {"committed": {"size": 5.3}}
    team.put(made, team.card(size_text="8"))
    team.change(cards[0], size_text="100")
    assert team.call("GET", team.at(made))["data"] == {"committed": {"size": 5.3}}


@pytest.mark.both_engines
def test_closing_freezes_velocity_and_counts_before_cards_move_on(team: Team) -> None:
    made, following = team.plan(), team.plan("Next")
    left = [team.card(size_text="2"), team.card(size_text="1")]
    team.put(made, *left, team.done(size_text="0.1"), team.done(size_text="0.2"))
    team.start(made)
    closed = team.close(made, new_iteration_id=following["id"])
    assert closed["data"] == {
        "committed": {"size": 3.3},
        "velocity": {"size": 0.3},
        "doneCount": 2,
        "totalCount": 4,
    }
    assert list(closed["data"]) == ["committed", "velocity", "doneCount", "totalCount"]
    assert [type(closed["data"][key]) for key in ("doneCount", "totalCount")] == [int, int]


@pytest.mark.both_engines
def test_sizes_are_summed_exactly(team: Team) -> None:
    made = team.plan()
    tiny, huge = "0." + "0" * 200 + "1", "9" * 200
    team.put(
        made,
        team.done(size_text=tiny),
        team.done(size_text=huge),
        *(team.done(size_text="0.1") for _ in range(3)),
    )
    assert team.start(made)["data"]["committed"]["size"] == float("9" * 200)
    small = team.plan()
    team.put(small, *(team.done(size_text="0.1") for _ in range(3)))
    assert team.start(small)["data"]["committed"]["size"] == 0.3


def test_actual_finish_date_defaults_to_now(team: Team) -> None:
    made = team.plan()
    team.start(made)
    before = datetime.now(UTC) - timedelta(seconds=1)
    closed = team.close(made, actual_finish_date=None)
    at = datetime.fromisoformat(closed["actual_finish_date"])
    assert before <= at <= datetime.now(UTC) + timedelta(seconds=1)


def test_actual_finish_date_is_kept_as_given_and_ignored_outside_closing(team: Team) -> None:
    made = team.plan()
    changed = team.call("PATCH", team.at(made), {"title": "x", "actual_finish_date": FINISH})
    assert changed["actual_finish_date"] is None
    team.start(made)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=6)
    there = at.astimezone(timezone(timedelta(hours=2)))
    closed = team.close(made, actual_finish_date=there.isoformat())
    assert closed["actual_finish_date"] == f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def test_code_8_it_has_not_finished_before_it_ran_or_in_days_to_come(team: Team) -> None:
    made = team.plan()
    team.start(made)
    early, late = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 2))
    for at in (early.isoformat(), late.isoformat(), "2999-01-01"):
        body = {"status": "closed", "actual_finish_date": at, "new_iteration_id": "nope"}
        assert team.refused("PATCH", team.at(made), body) == (400, 8)
    assert team.call("GET", team.at(made))["status"] == "active"


@pytest.mark.parametrize("at", [START, "2026-03-01"])
def test_code_7_it_must_have_finished_after_it_started(team: Team, at: str) -> None:
    made = team.plan()
    team.start(made)
    body = {"status": "closed", "actual_finish_date": at}
    assert team.refused("PATCH", team.at(made), body) == (400, 7)
    later = {"status": "closed", "start_date": "2030-01-01", "finish_date": "2030-02-01"}
    assert team.refused("PATCH", team.at(made), later) == (400, 7)


@pytest.mark.both_engines
def test_closing_carries_unfinished_live_cards_over_in_order(team: Team) -> None:
    made, following = team.plan(), team.plan("Next")
    already = team.card("already there")
    team.put(following, already)
    cards = [team.card(f"card {n}") for n in range(4)]
    finished, archived = team.done(), team.card("archived")
    team.put(made, cards[2], finished, cards[0], archived, cards[3], cards[1])
    team.start(made)
    team.change(archived, condition=2)
    closed = team.close(made, new_iteration_id=following["id"])
    order = uids(cards[2], cards[0], cards[3], cards[1])
    moved = closed["moved_cards"]
    assert [record["card_uid"] for record in moved] == order
    assert list(moved[0]) == [
        "iteration_id",
        "card_uid",
        "added_by_uid",
        "sort_order",
        "created",
        "updated",
    ]
    assert {record["iteration_id"] for record in moved} == {following["id"]}
    assert list(closed).index("moved_cards") == list(closed).index("data") + 1
    assert team.inside(following) == [already["uid"], *order]
    assert team.inside(made) == uids(finished, archived)
    gone = team.call("GET", f"{team.at(made)}/cards?status=removed")
    assert {record["card_uid"] for record in gone} == set(order)
    assert {record["removed_by_uid"] for record in gone} == {team.world.users["writer"].uid}
    assert closed["data"]["totalCount"] == 6


def test_moved_cards_is_absent_when_none_moved(team: Team) -> None:
    made, following = team.plan(), team.plan("Next")
    team.put(made, team.done())
    team.start(made)
    assert "moved_cards" not in team.close(made, new_iteration_id=following["id"])


def test_without_a_target_everything_stays_standing(team: Team) -> None:
    made = team.plan()
    cards = [team.card(), team.done()]
    team.put(made, *cards)
    team.start(made)
    assert "moved_cards" not in team.close(made)
    assert team.inside(made) == uids(*cards)
    assert "iteration" not in team.get(cards[0])
    team.put(team.plan(), cards[0])


def test_codes_3_4_and_5_of_the_target(team: Team) -> None:
    made, ended = team.plan(), team.plan("Ended")
    team.start(ended)
    team.close(ended)
    removed = team.plan("Removed")
    team.call("DELETE", team.at(removed))
    team.start(made)
    elsewhere = team.world.make_space()
    for target, code in (
        (made["id"], 3),
        (made["id"].upper(), 3),
        (NOWHERE, 4),
        ("no uuid", 4),
        ("", 4),
        (elsewhere.iteration_id, 4),
        (ended["id"], 5),
        (removed["id"], 5),
    ):
        body = {"status": "closed", "new_iteration_id": target}
        assert team.refused("PATCH", team.at(made), body) == (400, code), target
    assert team.call("GET", team.at(made))["status"] == "active"


def test_the_message_of_code_4(team: Team) -> None:
    made = team.start(team.plan())
    body = {"status": "closed", "new_iteration_id": NOWHERE}
    answer = team.world.call("PATCH", team.at(made), "writer", json=body)
    assert answer.json() == {"code": 4, "message": "New iteration does not belong to this space"}


def test_the_target_is_ignored_outside_closing(team: Team) -> None:
    made = team.plan()
    team.call("PATCH", team.at(made), {"title": "x", "new_iteration_id": NOWHERE})
    team.call("PATCH", team.at(made), {"status": "active", "new_iteration_id": made["id"]})


def test_codes_are_tried_in_the_order_1_2_6_7_3_4_5(team: Team) -> None:
    """Each body breaks the rule of its code and all that come after it, as far as it can."""
    made = team.plan()
    everything = {"finish_date": START, "actual_finish_date": "2000-01-01"}
    target = {"new_iteration_id": NOWHERE}
    all_wrong = {"status": "closed", "start_date": None} | everything | target
    assert team.refused("PATCH", team.at(made), all_wrong) == (400, 1)
    undated = {"status": "active", "start_date": None, "finish_date": None}
    assert team.refused("PATCH", team.at(made), undated) == (400, 2)
    team.start(made)
    cleared = {"status": "closed", "actual_finish_date": "2000-01-01"} | target
    assert team.refused("PATCH", team.at(made), {"start_date": FINISH} | cleared) == (400, 6)
    assert team.refused("PATCH", team.at(made), cleared) == (400, 7)


def test_a_wrong_target_is_told_even_when_no_card_would_move(team: Team) -> None:
    made = team.start(team.plan())
    body = {"status": "closed", "new_iteration_id": made["id"]}
    assert team.refused("PATCH", team.at(made), body) == (400, 3)


def test_an_iteration_of_another_space_is_404(team: Team) -> None:
    other = team.world.make_space()
    path = f"{team.iterations}/{other.iteration_id}"
    assert team.refused("PATCH", path, {"title": "x"}) == (404, None)
    assert team.refused("PATCH", f"{team.iterations}/5", {"title": "x"}) == (404, None)
