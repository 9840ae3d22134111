"""The rules of an iteration's life: each where it begins to hold, and their order."""

from itertools import product
from typing import Any

import pytest

from kadence.domain.errors import RuleViolation
from kadence.domain.iteration_cards import (
    check_entry,
    check_exit,
    leaves_when_archived,
    moves_on_closing,
    moves_on_deleting,
)
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration
from kadence.domain.lifecycle import Step, check_end, check_target, step
from kadence.domain.model import DAY, Condition, Iteration
from tests.rules.kit import card, iteration

STATUSES = ("planned", "active", "closed", "removed")
LEADS_TO = {("planned", "active"), ("active", "closed")}
DAYS = {"start_date": 10, "finish_date": 20}
NOW = 15


def code(old: Iteration, *, now: int = NOW, **change: Any) -> int | None:
    """The code of the rule that forbids the change, or None."""
    try:
        step(old, ChangeIteration(**change), now)
    except RuleViolation as refused:
        return refused.code
    return None


@pytest.mark.parametrize(("old", "new"), list(product(STATUSES, STATUSES)))
def test_a_status_leads_only_forward_one_by_one(old: str, new: str) -> None:
    allowed = old == new or (old, new) in LEADS_TO
    assert code(iteration(status=old, **DAYS), status=new) == (None if allowed else 1)


def test_what_is_removed_cannot_be_changed_and_what_is_closed_keeps_its_dates() -> None:
    assert code(iteration(status="removed"), title="x") == 1
    closed = iteration(status="closed", **DAYS)
    assert code(closed, title="x") is None
    for name in DAYS:
        assert code(closed, **{name: 12}) == 1
        assert code(closed, **{name: None}) == 1  # type: ignore[arg-type]
    # Said to be closed once more, it ignores the rest.
    ignored = ChangeIteration(
        status=ChangeableStatus.CLOSED, start_date=1, finish_date=2, title="x"
    )
    made = step(closed, ignored, NOW)
    assert (made.new.start_date, made.new.finish_date, made.new.title) == (10, 20, "x")
    assert not made.closes


@pytest.mark.parametrize(("start", "finish"), [(None, None), (None, 20), (10, None)])
def test_to_run_it_needs_both_dates(start: int | None, finish: int | None) -> None:
    planned = iteration(start_date=start, finish_date=finish)
    assert code(planned, status="active") == 2
    assert code(planned, title="x") is None
    active = iteration(status="active", **DAYS)
    assert code(active, start_date=start, finish_date=finish) == 2
    assert code(active, status="closed", start_date=start, finish_date=finish) == 2


@pytest.mark.parametrize(("start", "finish", "refused"), [(10, 9, 6), (10, 10, 6), (10, 11, None)])
def test_it_ends_later_than_it_starts(start: int, finish: int, refused: int | None) -> None:
    assert code(iteration(), start_date=start, finish_date=finish) == refused
    assert code(iteration(start_date=start), finish_date=finish) == refused


@pytest.mark.parametrize(("actual", "refused"), [(9, 7), (10, 7), (11, None)])
def test_it_is_closed_later_than_it_starts(actual: int, refused: int | None) -> None:
    active = iteration(status="active", **DAYS)
    assert code(active, status="closed", actual_finish_date=actual) == refused
    assert code(active, status="closed", now=actual) == refused
    # Outside of closing the date is ignored.
    assert code(active, actual_finish_date=actual) is None


def test_closing_notes_when() -> None:
    active = iteration(status="active", **DAYS)
    closing = step(active, ChangeIteration(status=ChangeableStatus.CLOSED), NOW)
    assert (closing.activates, closing.closes) == (False, True)
    assert closing.new.actual_finish_date == NOW
    given = step(
        active, ChangeIteration(status=ChangeableStatus.CLOSED, actual_finish_date=12), NOW
    )
    assert given.new.actual_finish_date == 12
    cleared = step(
        active, ChangeIteration(status=ChangeableStatus.CLOSED, actual_finish_date=None), NOW
    )
    assert cleared.new.actual_finish_date == NOW
    starting = step(iteration(**DAYS), ChangeIteration(status=ChangeableStatus.ACTIVE), NOW)
    assert (starting.activates, starting.closes) == (True, False)
    assert starting.new.actual_finish_date is None


@pytest.mark.parametrize(
    ("finish", "activated", "refused"),
    [
        (NOW, NOW, None),
        (NOW - 1, NOW, 8),
        (NOW - 1, None, None),
        (NOW + DAY, NOW, None),
        (NOW + DAY + 1, NOW, 8),
        (NOW + DAY + 1, None, 8),
    ],
)
def test_it_ended_between_its_activation_and_tomorrow(
    finish: int, activated: int | None, refused: int | None
) -> None:
    if refused is None:
        check_end(finish, activated, NOW)
        return
    with pytest.raises(RuleViolation) as error:
        check_end(finish, activated, NOW)
    assert error.value.code == refused


def test_what_is_not_asked_for_stays_and_null_clears() -> None:
    old = iteration(title="Old", goal="Goal", **DAYS)
    assert step(old, ChangeIteration(), NOW) == Step(old, old, ChangeIteration())
    changed = step(old, ChangeIteration(title="New", goal=None, finish_date=None), NOW).new
    assert (changed.title, changed.goal) == ("New", None)
    assert (changed.start_date, changed.finish_date) == (10, None)


@pytest.mark.parametrize(
    ("status", "change", "message"),
    [
        ("removed", {"title": "x"}, "Can't change removed iteration"),
        ("closed", {"status": "active"}, "Invalid status transition: closed → active"),
        ("closed", {"start_date": 1}, "Can't change dates of finished iteration"),
        (
            "active",
            {"start_date": None},
            "Active iteration should have start_date and finish_date",
        ),
        ("planned", {"finish_date": 10}, "finish_date should be later than start_date"),
        (
            "active",
            {"status": "closed", "actual_finish_date": 10},
            "actual_finish_date should be later than start_date",
        ),
    ],
)
def test_a_refusal_says_why_in_the_published_words(
    status: str, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        step(iteration(status=status, **DAYS), ChangeIteration(**change), NOW)
    assert refused.value.message == message


def test_rules_are_tried_in_their_order() -> None:
    removed = iteration(status="removed", start_date=20, finish_date=10)
    assert code(removed, status="active") == 1
    assert code(iteration(start_date=20), status="active") == 2
    active = iteration(status="active", start_date=20, finish_date=20)
    assert code(active, status="closed", actual_finish_date=1) == 6


def test_leftovers_go_to_another_open_iteration_of_the_space() -> None:
    here, there = iteration(), iteration(id="two")
    assert check_target(here, "two", there) is there
    assert check_target(here, "two", iteration(id="two", status="active")).status == "active"
    same = "New iteration should differ from the current one"
    elsewhere = "New iteration does not belong to this space"
    over = "New iteration should be planned or active"
    for target_id, target, refused, message in (
        ("one", here, 3, same),
        ("one", None, 3, same),
        ("two", None, 4, elsewhere),
        ("two", iteration(id="two", status="closed"), 5, over),
        ("two", iteration(id="two", status="removed"), 5, over),
    ):
        with pytest.raises(RuleViolation) as told:
            check_target(here, target_id, target)
        assert (told.value.code, told.value.message) == (refused, message)


ENTRY_MESSAGES = {
    3: "Can't add card to finished iteration",
    2: "Card should be on a primary board of this space",
    4: "Can't add archived or deleted card",
}


@pytest.mark.parametrize(
    ("status", "space_id", "condition", "refused"),
    [
        ("planned", 1, 1, None),
        ("active", 1, 1, None),
        ("closed", 1, 1, 3),
        ("removed", 2, 2, 3),
        ("planned", 2, 1, 2),
        ("planned", 2, 2, 2),
        ("active", 1, 2, 4),
        ("active", 1, 3, 4),
    ],
)
def test_a_card_enters_by_the_rules_in_their_order(
    status: str, space_id: int, condition: int, refused: int | None
) -> None:
    into, entering = iteration(status=status), card(condition=condition, space_id=1)
    if refused is None:
        check_entry(into, entering, space_id)
        return
    with pytest.raises(RuleViolation) as told:
        check_entry(into, entering, space_id)
    assert (told.value.code, told.value.message) == (refused, ENTRY_MESSAGES[refused])


def test_a_card_leaves_what_has_not_ended() -> None:
    for status in ("planned", "active"):
        check_exit(iteration(status=status))
    for status in ("closed", "removed"):
        with pytest.raises(RuleViolation) as told:
            check_exit(iteration(status=status))
        assert told.value.code == 5
        assert told.value.message == "Can't remove card from finished iteration"


@pytest.mark.parametrize(("state", "condition"), list(product((1, 2, 3), (1, 2, 3))))
def test_what_goes_on_when_an_iteration_ends(state: int, condition: int) -> None:
    live, unfinished = condition == Condition.LIVE, state != 3
    one = card(state=state, condition=condition, iteration_id="one")
    assert moves_on_closing(one) is (live and unfinished)
    for status in ("planned", "active"):
        assert moves_on_deleting(iteration(status=status), one, 1) is live
    closed = iteration(status="closed")
    assert moves_on_deleting(closed, one, 1) is False, "it stands in another one"
    free = card(state=state, condition=condition)
    assert moves_on_deleting(closed, free, 1) is (live and unfinished)
    assert moves_on_deleting(closed, free, 2) is False, "its board is of another space"


def test_archiving_takes_a_card_out_of_plans_only() -> None:
    assert [leaves_when_archived(status) for status in STATUSES] == [True, False, True, True]
