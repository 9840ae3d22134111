"""The card list: its filters, and what they are called on the wire (contract: workspace.md)."""

import base64
from collections.abc import Sequence
from typing import Any, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct, UnsetType

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, RuleViolation
from kadence.domain.model import Condition
from kadence.domain.text import fold
from kadence.domain.values import canonical_uid
from kadence.storage.card_list import SEARCHABLE, Mark, fits
from kadence.usecases import card_list as usecases
from kadence.usecases.card_list import CardQuery
from kadence.web.card_views import CardAnswer, ListedCardAnswer, listed_card
from kadence.web.http import RequestContext
from kadence.web.query import (
    LIMIT,
    OFFSET,
    SKIP,
    Flag,
    Harmless,
    Id,
    Ids,
    Moment,
    Numbers,
    OptionalFlag,
    Parameter,
    Query,
    Refused,
    Text,
    Word,
    Words,
)
from kadence.web.route import Route

_CONDITIONS = [condition.value for condition in Condition]
_STATES = (1, 2, 3)

SPACE = Id("space_id", "Only cards on boards that this space shows.")
CONDITION = Numbers("condition", _CONDITIONS, "1 live (the default), 2 archived, 3 deleted.")
ARCHIVED = OptionalFlag("archived", "true: archived cards alone; false: live ones.")
TYPE = Id("type_id", "Only cards of this type; all have type 1.")
TYPES = Ids("type_ids", "Only cards of these types; all have type 1.")
MOST_WORDS = 50
"""Words that a search can have; each of them is looked for."""
QUERY = Text(
    "query", f"Only cards with each of these words (at most {MOST_WORDS}) in a text, in any case."
)
SEARCH_FIELDS = Words("search_fields", SEARCHABLE, "Where `query` is looked for; the title if not.")
ITERATION = Text(
    "iteration_id",
    "Only cards in this planned or active iteration; `none`: in none; `any`: in one.",
)
EXTRA = Words("additional_card_fields", ("description", "iteration"), "Keys to add to each card.")
REQUESTS = Flag("is_request", "Only service requests, of which there are none here.")
FILTER = Refused("filter", "Not supported.")
DIRECTION = Word("order_direction", ["asc", "desc"], "The direction of `order_by`.")

IDS_OF: dict[str, tuple[Id | Ids, ...]] = {
    "board_id": (Id("board_id", "Only cards on this board."),),
    "column_ids": (
        Id("column_id", "Only cards in this column or its subcolumns."),
        Ids("column_ids", "Only cards in these columns or their subcolumns."),
    ),
    "lane_id": (Id("lane_id", "Only cards in this lane."),),
    "owner_ids": (
        Id("owner_id", "Only cards of this owner."),
        Ids("owner_ids", "Only cards of these owners."),
    ),
    "responsible_ids": (
        Id("responsible_id", "Only cards for which this person is responsible."),
        Ids("responsible_ids", "Only cards for which one of these people is responsible."),
    ),
    "member_ids": (Ids("member_ids", "Only cards in which one of these people takes part."),),
    "tag_ids": (Ids("tag_ids", "Only cards with one of these tags."),),
    "ids": (Ids("ids", "Only cards with these integer ids, comma-separated."),),
    **{
        f"exclude_{what}_ids": (Ids(f"exclude_{what}_ids", f"Not cards of these {what}s."),)
        for what in ("board", "column", "lane", "owner", "card")
    },
}
"""Each filter that takes one of several ids, with the parameters that it can be given by."""
STATES = Numbers("states", _STATES, "Only cards that are 1 queued, 2 in progress, 3 done.")
TAG = Text("tag", "Only cards with a tag of this name.")
FLAGS = (
    OptionalFlag("asap", "Whether it is to be done as soon as possible."),
    OptionalFlag("overdue", "Whether it is not done and was due before now."),
    OptionalFlag("done_on_time", "true: done by the due date; false: done after it."),
    OptionalFlag("with_due_date", "Whether it has a due date."),
)
MOMENTS = tuple(
    Moment(f"{what}_{side}", f"Only cards with this instant {side} that.")
    for what in (
        "created",
        "updated",
        "due_date",
        "first_moved_in_progress",
        "last_moved_to_done_at",
    )
    for side in ("before", "after")
)
EXTERNAL_ID = Text("external_id", "Only cards with exactly this id of another system.")
VERSION = Word(
    "version", ["1", "2"], "Of the search: 1 answers an array, 2 an object with a position."
)
START = Text("start_position", "With version 2: only what follows this `position`.")
PREVIEW = Flag("include_search_preview", "With version 2: adds `preview` to each card, here null.")
ORGANIZATIONS = Text("organizations_ids", "Only cards of these organizations: there are none.")
PROJECTS = Text("project_ids", "Only cards of these projects: there are none.")
ORDER_SPACE = Refused("order_space_id", "Not supported.")
BROKEN = Harmless("broken_api", "What it leaves out is left out by nobody who has none of it.")

SINGLE: Sequence[Parameter[Any]] = (*MOMENTS, EXTERNAL_ID)

_NOT_SCALAR = (list, dict, Struct)
ORDERS = [
    info.encode_name
    for info in msgspec.structs.fields(CardAnswer)
    if not any(
        isinstance(kind, type) and issubclass(kind, _NOT_SCALAR)
        for kind in (get_origin(part) or part for part in (*get_args(info.type), info.type))
    )
]
ORDER = Word("order_by", ORDERS, "By which key; ties go by id.")

LIST_PARAMETERS: Sequence[Parameter[Any]] = (
    SPACE,
    *(parameter for parameters in IDS_OF.values() for parameter in parameters),
    STATES,
    CONDITION,
    ARCHIVED,
    TAG,
    TYPE,
    TYPES,
    *FLAGS,
    *MOMENTS,
    EXTERNAL_ID,
    VERSION,
    START,
    PREVIEW,
    ORGANIZATIONS,
    PROJECTS,
    ORDER_SPACE,
    BROKEN,
    ITERATION,
    QUERY,
    SEARCH_FIELDS,
    EXTRA,
    REQUESTS,
    FILTER,
    ORDER,
    DIRECTION,
    LIMIT,
    OFFSET,
    SKIP,
)


def card_query(query: Query) -> tuple[CardQuery, "Shown"]:
    """Return which cards a query asks for, and how they are to be shown.

    Raises:
        BadRequest: a parameter is wrong.
    """
    query.get(FILTER)
    query.get(ORDER_SPACE)
    search = _search(query)
    among: dict[str, Sequence[Any]] = {}
    for name, parameters in IDS_OF.items():
        sets = [set(ids) for parameter in parameters if (ids := _ids(query, parameter))]
        if sets:
            among[name] = sorted(set.intersection(*sets))
    if states := query.get(STATES):
        among["states"] = states
    if (tag := query.get(TAG)) is not None:
        among["tag"] = [tag]
    flags = {flag.name: value for flag in FLAGS if (value := query.get(flag)) is not None}
    single: dict[str, Any] = {
        parameter.name: value for parameter in SINGLE if (value := query.get(parameter)) is not None
    }
    iteration = query.get(ITERATION)
    if iteration == "none":
        flags["backlog"] = True
    elif iteration == "any":
        flags["backlog"] = False
    elif iteration is not None:
        single["iteration_id"] = canonical_uid(iteration)
    wanted = CardQuery(
        space_id=query.get(SPACE),
        conditions=_conditions(query),
        among=among,
        single=single,
        flags=flags,
        nothing=query.get(REQUESTS)
        or not _has_type(query)
        or [] in among.values()
        or any(query.get(one) for one in (ORGANIZATIONS, PROJECTS)),
        words=_words(query),
        search_in=query.get(SEARCH_FIELDS) or ("title",),
        order_by=query.get(ORDER),
        descending=_descending(query),
        limit=query.get(LIMIT),
        offset=query.get_first(OFFSET, SKIP),
        behind=search.behind,
    )
    extra: Sequence[str] = query.get(EXTRA)
    return wanted, Shown(tuple(extra), search)


class Search(Struct, frozen=True):
    """How the published search is asked: in which version, behind what, with a preview or not."""

    is_second: bool
    behind: Mark | None
    preview: bool


class Shown(Struct, frozen=True):
    """How the cards are to be shown: with which further keys, and in which version's answer."""

    extra: tuple[str, ...]
    search: Search


class FoundCardAnswer(ListedCardAnswer, frozen=True, kw_only=True):
    """A card of a search, with its preview where that was asked for."""

    preview: str | UnsetType | None = UNSET


class SearchAnswer(Struct, frozen=True):
    """What a search of version 2 found; `position` is absent where that is nothing."""

    result: list[FoundCardAnswer]
    position: str | UnsetType = UNSET


class _Position(Struct, frozen=True, array_like=True):
    """What a position holds: the order, and the value and id of the last row in it."""

    order_by: str
    descending: bool
    value: str | int | float | bool | None
    id: int


def _search(query: Query) -> Search:
    second = query.get(VERSION) == "2"
    start, preview = query.get(START), query.get(PREVIEW)
    if not second:
        for given, parameter in ((start, START), (preview, PREVIEW)):
            if given:
                raise RuleViolation(
                    ErrorId.SEARCH_INVALID,
                    1,
                    f"{parameter.name} is not supported without version=2",
                )
        return Search(is_second=False, behind=None, preview=False)
    if query.get_first(OFFSET, SKIP):
        raise RuleViolation(ErrorId.SEARCH_INVALID, 1, "offset is not supported with version=2")
    return Search(is_second=True, behind=behind(query, start) if start else None, preview=preview)


def behind(query: Query, start: str) -> Mark:
    """Return the mark that a position stands for.

    Raises:
        RuleViolation: it is none, or one of another order (code 2).
    """
    try:
        raw = base64.urlsafe_b64decode(start.encode() + b"=" * (-len(start) % 4))
        position = msgspec.json.decode(raw, type=_Position)
    except (ValueError, msgspec.DecodeError):
        raise RuleViolation(
            ErrorId.SEARCH_INVALID, 2, "start_position should be a position that a search answered"
        ) from None
    if (position.order_by, position.descending) != (query.get(ORDER), _descending(query)):
        raise RuleViolation(
            ErrorId.SEARCH_INVALID, 2, "start_position should be a position of the same order"
        )
    mark = Mark(position.value, position.id)
    if not fits(mark, position.order_by):
        raise RuleViolation(
            ErrorId.SEARCH_INVALID, 2, "start_position should be a position that a search answered"
        )
    return mark


def _descending(query: Query) -> bool:
    return query.get(DIRECTION) == "desc"


def _words(query: Query) -> Sequence[str]:
    words = list(dict.fromkeys(fold(query.get(QUERY) or "").split()))
    if len(words) > MOST_WORDS:
        raise BadRequest(
            ErrorId.VALUE_MANY,
            f"query should have at most {MOST_WORDS} words",
            key="query",
            most=MOST_WORDS,
        )
    return words


def _ids(query: Query, parameter: Id | Ids) -> Sequence[int]:
    if isinstance(parameter, Ids):
        return query.get(parameter) or ()
    one = query.get(parameter)
    return () if one is None else (one,)


def _conditions(query: Query) -> list[int]:
    """Live ones unless asked for others; asked for in two ways, both must hold."""
    asked: Sequence[int] = query.get(CONDITION)
    archived = query.get(ARCHIVED)
    if archived is not None:
        return sorted(set(asked or _CONDITIONS) & {2 if archived else 1})
    return sorted(asked) if asked else [Condition.LIVE.value]


def _has_type(query: Query) -> bool:
    one, several = query.get(TYPE), query.get(TYPES)
    return (one is None or one == 1) and (several is None or 1 in several)


async def list_cards(context: RequestContext) -> list[ListedCardAnswer] | SearchAnswer:
    """List the cards that the caller can read and that match every filter, a page at a time."""
    parsed = context.query(card_query)
    query = parsed[0] if isinstance(parsed, tuple) else parsed
    found = await context.read_texts(usecases.list_cards, query)
    assert isinstance(parsed, tuple)  # noqa: S101 - else that was refused
    wanted, shown = parsed
    if not shown.search.is_second:
        return [listed_card(view, shown.extra) for view in found.cards]
    preview = None if shown.search.preview else UNSET
    result = [
        FoundCardAnswer(**to_values(listed_card(view, shown.extra)), preview=preview)
        for view in found.cards
    ]
    return SearchAnswer(result, position_of(wanted, found.last))


def to_values(answer: ListedCardAnswer) -> dict[str, Any]:
    """Return the values of an answer by their keys."""
    return {name: getattr(answer, name) for name in answer.__struct_fields__}


def position_of(wanted: CardQuery, last: Mark | None) -> str | UnsetType:
    """Return the position of a mark, as text; nothing of nothing."""
    if last is None:
        return UNSET
    held = _Position(wanted.order_by, wanted.descending, last.value, last.id)
    return base64.urlsafe_b64encode(msgspec.json.encode(held)).rstrip(b"=").decode()


ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/cards",
        list_cards,
        "Cards",
        query=LIST_PARAMETERS,
        errors=(ErrorId.SEARCH_INVALID,),
    ),
)
