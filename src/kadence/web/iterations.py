"""What goes over the wire about iterations (contract: iterations.md)."""

from collections.abc import Sequence
from typing import cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

from kadence.domain.error_ids import ErrorId
from kadence.domain.iteration_commands import ChangeIteration, CreateIteration, DeleteIteration
from kadence.domain.model import Iteration, IterationStatus
from kadence.usecases import iterations as usecases
from kadence.usecases.iteration_cards import RecordView
from kadence.usecases.iterations import Carried, IterationQuery
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.codec import Uid, When, format_optional, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.iteration_cards import (
    IterationCardAnswer,
    MovedCardAnswer,
    moved_answer,
    record_answer,
)
from kadence.web.query import LIMIT, OFFSET, SKIP, Query, Word, Words
from kadence.web.responses import WithETag
from kadence.web.route import Route


class Size(Struct, frozen=True):
    """A sum of card sizes."""

    size: float


class Statistics(Struct, frozen=True, omit_defaults=True):
    """What is frozen when an iteration is activated and when it is closed."""

    committed: Size
    velocity: Size | UnsetType = UNSET
    doneCount: int | UnsetType = UNSET  # noqa: N815 - the wire's own spelling
    totalCount: int | UnsetType = UNSET  # noqa: N815


class IterationAnswer(Struct, frozen=True, kw_only=True):
    """An iteration: a time box of a space."""

    id: Uid
    space_uid: Uid
    title: str
    goal: str | None
    status: IterationStatus
    creator_uid: Uid
    updater_uid: Uid
    start_date: When | None
    finish_date: When | None
    actual_finish_date: When | None
    sort_order: float
    data: Statistics | None
    cards: list[IterationCardAnswer] | UnsetType = UNSET
    moved_cards: list[MovedCardAnswer] | UnsetType | None = UNSET
    created: When
    updated: When


CHANGE = Body(
    "Iteration",
    ChangeIteration,
    one_of=("title", "goal", "status", "start_date", "finish_date"),
)
DELETE = Body("Iteration", DeleteIteration)
CREATE = Body("Iteration", CreateIteration)

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


def shape(
    iteration: Iteration,
    records: Sequence[RecordView] | None = None,
    moved: list[MovedCardAnswer] | UnsetType | None = UNSET,
) -> IterationAnswer:
    """Return the iteration as the wire shows it."""
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
        # It is kept as it goes over the wire.
        data=cast("Statistics", msgspec.Raw(iteration.data.encode())) if iteration.data else None,
        cards=UNSET if records is None else [record_answer(record) for record in records],
        moved_cards=moved,
        created=format_timestamp(iteration.created),
        updated=format_timestamp(iteration.updated),
    )


def with_etag(iteration: Iteration) -> WithETag[IterationAnswer]:
    """Return the iteration with its entity tag."""
    return WithETag(shape(iteration), usecases.etag(iteration))


def _changed(carried: Carried) -> WithETag[IterationAnswer]:
    moved = [moved_answer(record) for record in carried.moved] or UNSET
    return WithETag(shape(carried.iteration, moved=moved), usecases.etag(carried.iteration))


def _deleted(carried: Carried) -> WithETag[IterationAnswer]:
    moved = [moved_answer(record) for record in carried.moved] or None
    return WithETag(shape(carried.iteration, moved=moved), usecases.etag(carried.iteration))


def _list_query(query: Query) -> IterationQuery:
    return IterationQuery(
        statuses=query.get(STATUS),
        with_cards="cards" in query.get(WITH_DATA),
        newest_first=query.get(ORDER) == "desc",
        limit=query.get(LIMIT),
        offset=query.get_first(OFFSET, SKIP),
    )


async def create_iteration(context: RequestContext) -> RenderedResponse[WithETag[IterationAnswer]]:
    """Plan a new iteration at the end of the space.

    It is `planned`, and the caller is its creator. `finish_date` must be later than `start_date`
    when both are given, else 400 with code 6.
    """
    asked = await context.body(CREATE)
    return await context.write_inline(
        asked, with_etag, usecases.create_iteration, context.uid("space_uid"), asked.command
    )


async def list_iterations(context: RequestContext) -> list[IterationAnswer]:
    """List the iterations of the space by creation, a page at a time."""
    query = context.query(_list_query)
    found = await context.read(usecases.list_iterations, context.uid("space_uid"), query)
    return [shape(iteration, records) for iteration, records in found]


async def get_iteration(context: RequestContext) -> WithETag[IterationAnswer]:
    """Get one iteration of the space; a removed one is still answered."""
    return with_etag(
        await context.read_inline(
            usecases.get_iteration, context.uid("space_uid"), context.uid("id"), context.nothing()
        )
    )


async def change_iteration(context: RequestContext) -> RenderedResponse[WithETag[IterationAnswer]]:
    """Change an iteration; `status` starts or closes it.

    From `planned` it goes to `active`, for which both dates must be set, from there to `closed`,
    with `actual_finish_date` if that is not now. Closing carries the unfinished cards into
    `new_iteration_id` if that is given; `moved_cards` are their records there.
    """
    asked = await context.body(CHANGE)
    return await context.write(
        asked,
        _changed,
        usecases.change_iteration,
        context.uid("space_uid"),
        context.uid("id"),
        asked.command,
    )


async def delete_iteration(context: RequestContext) -> RenderedResponse[WithETag[IterationAnswer]]:
    """Remove an iteration; its cards go into `new_iteration_id` if that is given.

    From a planned or active one all live cards go there, from a closed one those that are neither
    done nor in another planned or active iteration. `moved_cards` are their records there.
    """
    asked = await context.body(DELETE)
    return await context.write(
        asked,
        _deleted,
        usecases.delete_iteration,
        context.uid("space_uid"),
        context.uid("id"),
        asked.command,
    )


TARGET_ERRORS = (ErrorId.TARGET_SAME, ErrorId.TARGET_ELSEWHERE, ErrorId.TARGET_CLOSED)
"""Of the iteration that takes leftovers."""

ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/spaces/{space_uid}/iterations",
        create_iteration,
        "Iterations",
        body=CREATE,
        errors=(ErrorId.ITERATION_DATES_ORDER,),
    ),
    Route(
        "GET",
        "/spaces/{space_uid}/iterations",
        list_iterations,
        "Iterations",
        query=LIST_PARAMETERS,
    ),
    Route("GET", "/spaces/{space_uid}/iterations/{id}", get_iteration, "Iterations"),
    Route(
        "PATCH",
        "/spaces/{space_uid}/iterations/{id}",
        change_iteration,
        "Iterations",
        body=CHANGE,
        errors=(
            ErrorId.ITERATION_REMOVED,
            ErrorId.ITERATION_TRANSITION,
            ErrorId.ITERATION_DATES_FIXED,
            ErrorId.ITERATION_DATES_MISSING,
            ErrorId.ITERATION_DATES_ORDER,
            ErrorId.ITERATION_END_EARLY,
            ErrorId.ITERATION_END_LATE,
            *TARGET_ERRORS,
        ),
    ),
    Route(
        "DELETE",
        "/spaces/{space_uid}/iterations/{id}",
        delete_iteration,
        "Iterations",
        body=DELETE,
        errors=TARGET_ERRORS,
    ),
)
