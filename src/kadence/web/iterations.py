"""What goes over the wire about iterations (contract: iterations.md)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.domain.model import Iteration, IterationStatus
from kadence.usecases import iterations as usecases
from kadence.usecases.iterations import IterationQuery, NewIteration
from kadence.web.http import Call
from kadence.web.query import LIMIT, OFFSET, SKIP, Query, Word, Words
from kadence.web.wire import Body, Timestamp, Uid, When, format_optional, format_timestamp, instant

Title = Annotated[str, Meta(min_length=1, max_length=256, description="Unicode code points.")]


class Size(Struct, frozen=True):
    """A sum of card sizes."""

    size: float


class Statistics(Struct, frozen=True, omit_defaults=True):
    """What is frozen when an iteration is activated and when it is closed."""

    committed: Size
    velocity: Size | UnsetType = UNSET
    doneCount: int | UnsetType = UNSET  # noqa: N815 - the wire's own spelling
    totalCount: int | UnsetType = UNSET  # noqa: N815


class IterationCard(Struct, frozen=True):
    """A card's record in an iteration."""

    iteration_id: Uid
    card_uid: Uid
    added_by_uid: Uid
    removed_at: When | None
    removed_by_uid: Uid | None
    sort_order: float
    created: When
    updated: When


class IterationAnswer(Struct, frozen=True, kw_only=True):
    """An iteration: a time box of a space."""

    id: Uid
    space_uid: Uid
    title: Title
    goal: str | None
    status: IterationStatus
    creator_uid: Uid
    updater_uid: Uid
    start_date: When | None
    finish_date: When | None
    actual_finish_date: When | None
    sort_order: float
    data: Statistics | None
    cards: list[IterationCard] | UnsetType = UNSET
    created: When
    updated: When


class CreateIteration(Struct, frozen=True):
    """What to plan: a title, and if known a goal and a period."""

    title: Title
    goal: str | None = None
    start_date: Timestamp | None = None
    finish_date: Timestamp | None = None

    def draft(self) -> NewIteration:
        """The same for the use case."""
        return NewIteration(
            self.title, self.goal, instant(self.start_date), instant(self.finish_date)
        )


CREATE = Body("Iteration", CreateIteration, CreateIteration.draft)

STATUS = Words(
    "status",
    [status.value for status in IterationStatus],
    "Only iterations of these statuses, comma-separated; without it all four kinds are listed.",
)
WITH_DATA = Words(
    "with_data",
    ["cards"],
    "`cards` adds to each iteration that is not removed its records.",
)
ORDER = Word("order", ["asc", "desc"], "By creation time, ties by id.")
LIST_PARAMETERS = (STATUS, WITH_DATA, LIMIT, OFFSET, SKIP, ORDER)


def shape(iteration: Iteration, *, with_cards: bool = False) -> IterationAnswer:
    """The iteration as the wire shows it."""
    shows_cards = with_cards and iteration.status != IterationStatus.REMOVED
    return IterationAnswer(
        id=iteration.id,
        space_uid=iteration.space_uid,
        title=iteration.title,
        goal=iteration.goal,
        status=IterationStatus(iteration.status),
        creator_uid=iteration.creator_uid,
        updater_uid=iteration.updater_uid,
        start_date=format_optional(iteration.start_date),
        finish_date=format_optional(iteration.finish_date),
        actual_finish_date=format_optional(iteration.actual_finish_date),
        sort_order=iteration.sort_order,
        data=msgspec.json.decode(iteration.data, type=Statistics) if iteration.data else None,
        cards=[] if shows_cards else UNSET,
        created=format_timestamp(iteration.created),
        updated=format_timestamp(iteration.updated),
    )


def _list_query(query: Query) -> tuple[IterationQuery, Sequence[str]]:
    wanted = IterationQuery(
        statuses=query.get(STATUS),
        newest_first=query.get(ORDER) == "desc",
        limit=query.get(LIMIT),
        offset=query.get_first(OFFSET, SKIP),
    )
    return wanted, query.get(WITH_DATA)


async def create_iteration(call: Call) -> IterationAnswer:
    """Plan a new iteration at the end of the space.

    It is `planned`, and the caller is its creator. `finish_date` must be later than `start_date`
    when both are given, else 400 with code 6.
    """
    draft = await call.body(CREATE)
    return shape(await call.write(usecases.create_iteration, call.uid("space_uid"), draft))


async def list_iterations(call: Call) -> list[IterationAnswer]:
    """List the iterations of the space by creation, a page at a time."""
    parsed = call.query(_list_query)
    draft, with_data = parsed if isinstance(parsed, tuple) else (parsed, ())
    found = await call.read(usecases.list_iterations, call.uid("space_uid"), draft)
    return [shape(iteration, with_cards="cards" in with_data) for iteration in found]


async def get_iteration(call: Call) -> IterationAnswer:
    """Get one iteration of the space; a removed one is still answered."""
    return shape(
        await call.read(
            usecases.get_iteration, call.uid("space_uid"), call.uid("id"), call.nothing()
        )
    )
