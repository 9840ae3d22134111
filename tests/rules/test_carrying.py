"""Cards that one iteration gives and another gets, however long between."""

import pytest

from kadence.domain import events
from kadence.domain.calendar import WorkingCalendar
from kadence.domain.report import (
    UnitOfMeasure,
    report,
)
from kadence.domain.timeline import Entry, Lifespan, build_timeline
from tests.rules.kit import ALL_WEEK, HERE, at, deed, iteration

COUNT, SIZE = UnitOfMeasure.COUNT, UnitOfMeasure.SIZE
WEEKDAYS = WorkingCalendar(weekdays=(1, 2, 3, 4, 5))
ELSEWHERE, LATER = "elsewhere", "later"
PERIOD = {"start_date": at(0, 0), "finish_date": at(1, 0)}


def carried(*deeds: Entry, elsewhere: Lifespan) -> tuple[int, int]:
    """How many cards HERE got from ELSEWHERE, and how many that one says that it gave."""
    spans = {HERE: Lifespan(activated=(100, at(0))), ELSEWHERE: elsewhere}
    counts = []
    for one in (HERE, ELSEWHERE):
        told = build_timeline(deeds, one, spans[one], 10_000, spans)
        scope = report(iteration(id=one), told, ALL_WEEK, COUNT).scope
        counts.append((scope.carried_in if one == HERE else scope.carried_out).count)
    return counts[0], counts[1]


BEGUN = Lifespan(activated=(1, at(-9)))


def into(seq: int, when: int, where: str) -> Entry:
    return deed(seq, when, "a", where)


def out_of(seq: int, when: int, where: str) -> Entry:
    return Entry(seq, when, events.ITERATION_CARD_REMOVED, where, "a", None)


@pytest.mark.parametrize("later", [0, 60_000])
def test_what_one_iteration_gives_the_other_gets_however_much_later(later: int) -> None:
    deeds = into(2, at(-8), ELSEWHERE), out_of(3, at(-7), ELSEWHERE), into(4, at(-7) + later, HERE)
    assert carried(*deeds, elsewhere=BEGUN) == (1, 1)


@pytest.mark.parametrize(
    ("deeds", "elsewhere"),
    [
        # It was done there and reopened since.
        (
            [
                into(2, at(-8), ELSEWHERE),
                deed(3, at(-7), "a", state=3),
                out_of(4, at(-6), ELSEWHERE),
                deed(5, at(-5), "a", state=1),
                into(6, at(-4), HERE),
            ],
            BEGUN,
        ),
        # It was done between the two.
        (
            [
                into(2, at(-8), ELSEWHERE),
                out_of(3, at(-7), ELSEWHERE),
                deed(4, at(-6), "a", state=3),
                into(5, at(-5), HERE),
            ],
            BEGUN,
        ),
        # That one had not begun.
        (
            [into(2, at(-8), ELSEWHERE), out_of(3, at(-7), ELSEWHERE), into(4, at(-6), HERE)],
            Lifespan(activated=(50, at(-1))),
        ),
        # It was done when that one was closed, where it still stands, and reopened since.
        (
            [
                into(2, at(-8), ELSEWHERE),
                deed(3, at(-7), "a", state=3),
                deed(5, at(-5), "a", state=1),
                into(6, at(-4), HERE),
            ],
            Lifespan(activated=(1, at(-9)), closed=(4, at(-6))),
        ),
    ],
)
def test_what_was_finished_or_had_not_begun_is_not_carried(
    deeds: list[Entry], elsewhere: Lifespan
) -> None:
    assert carried(*deeds, elsewhere=elsewhere) == (0, 0)


def test_what_a_closed_iteration_left_standing_is_carried_in() -> None:
    deeds = into(2, at(-8), ELSEWHERE), into(5, at(-4), HERE)
    closed = Lifespan(activated=(1, at(-9)), closed=(3, at(-6)))
    # What was closed does not change by what comes later.
    assert carried(*deeds, elsewhere=closed) == (1, 0)
