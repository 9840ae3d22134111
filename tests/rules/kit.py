"""Records of the domain of which a test says only what matters to it."""

from typing import Any

from msgspec.structs import replace

from kadence.domain.model import Card, Condition, Iteration

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
    sort_order=1.0, data=None, capacity=None, version=1, created=0, updated=0,
)  # fmt: skip


def card(**values: Any) -> Card:
    """A live, queued card of space 1 that is in no iteration."""
    return replace(_CARD, **values)


def iteration(**values: Any) -> Iteration:
    """A planned iteration without dates."""
    return replace(_ITERATION, **values)
