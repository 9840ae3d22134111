"""Records of the domain of which a test says only what matters to it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.calendar import WorkingCalendar
from kadence.domain.model import Card, Condition, Iteration
from kadence.domain.sizes import parse_size
from kadence.domain.timeline import (
    CardFacts,
    Entry,
    EventPayload,
    Lifespan,
    Timeline,
    build_timeline,
)

_CARD = Card(
    id=1, uid="card", company_id=1, space_id=1, board_id=1, column_id=1, lane_id=1, title="Card",
    state=1, condition=Condition.LIVE.value, sort_order=1.0, version=1, revision=1, owner_id=1,
    responsible_id=None, updater_id=1, asap=0, due_date=None, due_date_time_present=0, size=None,
    size_unit=None, size_text=None, external_id=None, estimate_workload=0.0, planned_start=None,
    planned_end=None, last_moved_at=None, column_changed_at=None, lane_changed_at=None,
    first_moved_to_in_progress_at=None, last_moved_to_done_at=None, completed_at=None,
    comments_total=0, comment_last_added_at=None, iteration_id=None, created=0, updated=0,
    properties=None, description=None,
)  # fmt: skip
_ITERATION = Iteration(
    company_id=1, id="one", space_uid="space", title="Sprint", goal=None, status="planned",
    creator_uid="a", updater_uid="a", start_date=None, finish_date=None, actual_finish_date=None,
    sort_order=1.0, data=None, capacity=None, start_timed=0, finish_timed=0, version=1, created=0, updated=0,
)  # fmt: skip


def card(**values: Any) -> Card:
    """A live, queued card of space 1 that is in no iteration."""
    return replace(_CARD, **values)


def iteration(**values: Any) -> Iteration:
    """A planned iteration without dates."""
    return replace(_ITERATION, **values)


def dated(start: int | None, finish: int | None, *, timed: bool = False) -> Iteration:
    """An iteration with these dates, which were written with a time or without."""
    return iteration(
        start_date=start, finish_date=finish, start_timed=int(timed), finish_timed=int(timed)
    )


MONDAY = date(2026, 3, 2)
ALL_WEEK = WorkingCalendar(weekdays=(1, 2, 3, 4, 5, 6, 7))
HERE = "one"
ACTIVATION, CLOSING = 100, 1000
"""The places in the journal at which an iteration is activated and closed."""


def day(number: int) -> date:
    """That many days after the Monday."""
    return MONDAY + timedelta(days=number)


def at(number: int, hour: int = 12) -> int:
    """The instant of an hour of that day."""
    on = day(number)
    return int(datetime(on.year, on.month, on.day, hour, tzinfo=UTC).timestamp() * 1000)


def deed(seq: int, when: int, card: str, into: str | None = None, **facts: Any) -> Entry:
    """A card changed, or with `into` came into an iteration; "" takes it out of HERE."""
    if "size_text" in facts:
        facts["size"] = parse_size(facts["size_text"]).size
    if facts:
        payload = EventPayload(new=CardFacts(**facts))
        return Entry(seq, when, events.CARD_CHANGED, None, card, payload)
    kind = events.ITERATION_CARD_ADDED if into else events.ITERATION_CARD_REMOVED
    return Entry(seq, when, kind, into or HERE, card, None)


def timeline(
    *deeds: Entry,
    activated: int | None = at(0, 8),
    closed: int | None = None,
    others: Mapping[str, Lifespan] | None = None,
) -> Timeline:
    """The timeline of iteration HERE, which was activated and closed at these instants."""
    span = Lifespan(
        activated=None if activated is None else (ACTIVATION, activated),
        closed=None if closed is None else (CLOSING, closed),
    )
    return build_timeline(deeds, HERE, span, 2 * CLOSING, others or {})
