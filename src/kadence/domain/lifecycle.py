"""Is it allowed? The rules of an iteration's life (contract: iterations.md, Endpoints 1, 4, 5)."""

from collections.abc import Callable

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from kadence.domain.changes import changed
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import RuleViolation
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration
from kadence.domain.model import DAY, Instant, Iteration, IterationStatus
from kadence.domain.values import said_period_end

PLANNED, ACTIVE, CLOSED, REMOVED = IterationStatus

OPEN = (PLANNED, ACTIVE)
"""The statuses in which an iteration takes cards, and in which a card can be in one at most."""

TRANSITIONS = {(PLANNED, ACTIVE), (ACTIVE, CLOSED)}
"""From which status to which other an update may lead; deleting leads from any to removed."""


class Step(Struct, frozen=True):
    """An iteration before and after an update, and what was asked for."""

    old: Iteration
    new: Iteration
    change: ChangeIteration

    @property
    def activates(self) -> bool:
        """Whether it starts the iteration."""
        return self.old.status != ACTIVE and self.new.status == ACTIVE

    @property
    def closes(self) -> bool:
        """Whether it finishes the iteration."""
        return self.old.status != CLOSED and self.new.status == CLOSED


def step(iteration: Iteration, change: ChangeIteration, now: Instant) -> Step:
    """Return the iteration as the update leaves it, its statistics aside.

    Raises:
        RuleViolation: by the first rule of RULES that forbids it.
    """
    settled = iteration.status == CLOSED and change.status == ChangeableStatus.CLOSED
    new = changed(iteration, change, but=("start_date", "finish_date", "actual_finish_date"))
    if not settled and not isinstance(change.start_date, UnsetType):
        start, timed = said_period_end(change.start_date)
        new = replace(new, start_date=start, start_timed=timed)
    if not settled and not isinstance(change.finish_date, UnsetType):
        finish, timed = said_period_end(change.finish_date)
        new = replace(new, finish_date=finish, finish_timed=timed)
    made = Step(iteration, new, change)
    if made.closes:
        asked = change.actual_finish_date
        new = replace(new, actual_finish_date=asked if isinstance(asked, int) else now)
        made = Step(iteration, new, change)
    for rule in RULES:
        rule(made)
    return made


def allowed_transition(step: Step) -> None:
    """Code 1: prevents an iteration that skips its start or comes back to life.

    A closed one keeps its dates, a removed one everything.
    """
    old, new = step.old, step.new
    if old.status == REMOVED and step.change.status is UNSET:
        raise RuleViolation(ErrorId.ITERATION_REMOVED, 1, "Can't change removed iteration")
    if old.status != new.status and (old.status, new.status) not in TRANSITIONS:
        raise RuleViolation(
            ErrorId.ITERATION_TRANSITION,
            1,
            f"Invalid status transition: {old.status} → {new.status}",
        )
    if old.status == CLOSED and step.change.status is UNSET and _names_a_date(step.change):
        raise RuleViolation(
            ErrorId.ITERATION_DATES_FIXED, 1, "Can't change dates of finished iteration"
        )


def _names_a_date(change: ChangeIteration) -> bool:
    return change.start_date is not UNSET or change.finish_date is not UNSET


def active_has_period(step: Step) -> None:
    """Code 2: prevents a running iteration of which nobody knows when it ends.

    The dates of an active one are not cleared by the update that closes it either.
    """
    new = step.new
    running = ACTIVE in (step.old.status, new.status)
    if running and (new.start_date is None or new.finish_date is None):
        raise RuleViolation(
            ErrorId.ITERATION_DATES_MISSING,
            2,
            "Active iteration should have start_date and finish_date",
        )


def finish_after_start(step: Step) -> None:
    """Code 6: see `check_period`."""
    check_period(step.new.start_date, step.new.finish_date)


def closes_after_start(step: Step) -> None:
    """Code 7: prevents an iteration that was over before it began."""
    start, finish = step.new.start_date, step.new.actual_finish_date
    if step.closes and start is not None and finish is not None and finish <= start:
        raise RuleViolation(
            ErrorId.ITERATION_END_EARLY, 7, "actual_finish_date should be later than start_date"
        )


RULES: tuple[Callable[[Step], None], ...] = (
    allowed_transition,
    active_has_period,
    finish_after_start,
    closes_after_start,
)
"""The rules of an update in the order in which they are tried; 8 of `check_end` and 3, 4, 5 of
`check_target` follow."""


def check_period(start: Instant | None, finish: Instant | None) -> None:
    """Refuse a period that ends at or before its start.

    Prevents iterations of no or negative length, on which every later statistic would divide or
    count backwards.

    Raises:
        RuleViolation: code 6, when both are given and `finish` is not later than `start`.
    """
    if start is not None and finish is not None and finish <= start:
        raise RuleViolation(
            ErrorId.ITERATION_DATES_ORDER, 6, "finish_date should be later than start_date"
        )


AHEAD = DAY
"""How far in the future an iteration may be said to have ended, for whoever closes it early."""


def check_end(finish: Instant, activated: Instant | None, now: Instant) -> None:
    """Refuse an end before the iteration ran or long after now, of which no report can tell.

    `activated` is when it was, None where the journal does not know.

    Raises:
        RuleViolation: code 8.
    """
    if activated is not None and finish < activated:
        raise RuleViolation(
            ErrorId.ITERATION_END_EARLY,
            8,
            "actual_finish_date should not be earlier than the activation",
        )
    if finish > now + AHEAD:
        raise RuleViolation(
            ErrorId.ITERATION_END_LATE, 8, "actual_finish_date should be at most one day from now"
        )


def check_target(iteration: Iteration, target_id: str, target: Iteration | None) -> Iteration:
    """Return the iteration `target` of the same space, into which the leftovers of this one may go.

    `target` is what was found under `target_id` in the space. Prevents cards that are carried
    into the past, into another space or in a circle.

    Raises:
        RuleViolation: code 3, it is this one; 4, there is none in this space; 5, it has ended.
    """
    if target_id == iteration.id:
        raise RuleViolation(
            ErrorId.TARGET_SAME, 3, "New iteration should differ from the current one"
        )
    if target is None:
        raise RuleViolation(
            ErrorId.TARGET_ELSEWHERE, 4, "New iteration does not belong to this space"
        )
    if target.status not in OPEN:
        raise RuleViolation(ErrorId.TARGET_CLOSED, 5, "New iteration should be planned or active")
    return target
