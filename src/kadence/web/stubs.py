"""Lists that clients ask for before anything else, and that are the same for everybody here."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from kadence.domain.errors import BadRequest
from kadence.domain.text import fold
from kadence.usecases import companies as usecases
from kadence.web.card_views import CardTypeAnswer, card_type
from kadence.web.codec import Uid, When, format_timestamp
from kadence.web.http import RequestContext
from kadence.web.query import LIMIT, OFFSET, Harmless, Refused, Text
from kadence.web.route import Route


class UserRoleAnswer(Struct, frozen=True, kw_only=True):
    """A role that people can have in time logs; this server has one."""

    id: int = -1
    uid: Uid = "5f2a7c1e-3b64-4d0a-9c58-1f0e6a7b2c02"
    name: str = "Employee"
    company_id: int
    created: When
    updated: When


_EMPTY = "There are none here."
TYPE_SEARCH = Text("query", "Only types with this text in their name, in any case.")
CARD_TYPE_PARAMETERS = (TYPE_SEARCH, LIMIT, OFFSET)
PROPERTY_PARAMETERS = (
    Refused("include_values", "Not supported since October 2026.", harmless=("false", "0")),
    *(
        Harmless(name, _EMPTY)
        for name in (
            "include_author", "compact", "load_by_ids", "ids", "offset", "limit", "order_by",
            "order_direction", "query",
        )
    ),
)  # fmt: skip
SPRINT_PARAMETERS = tuple(Harmless(name, _EMPTY) for name in ("active", "limit", "offset"))


async def list_card_types(context: RequestContext) -> list[CardTypeAnswer]:
    """List the types of cards: there is one."""
    page = context.query(
        lambda query: (query.get(TYPE_SEARCH) or "", query.get(LIMIT), query.get(OFFSET))
    )
    company = await context.read(usecases.get_company, _checked(page))
    assert isinstance(page, tuple)  # noqa: S101 - else that was refused
    text, limit, offset = page
    one = card_type(company.created)
    found = [one] if fold(text) in fold(one.name) else []
    return found[offset : offset + limit]


def _checked(read: object) -> BadRequest | None:
    return read if isinstance(read, BadRequest) else None


async def list_user_roles(context: RequestContext) -> list[UserRoleAnswer]:
    """List the roles of people: there is one."""
    company = await context.read(usecases.get_company, context.nothing())
    created = format_timestamp(company.created)
    return [UserRoleAnswer(company_id=company.id, created=created, updated=created)]


async def list_custom_properties(context: RequestContext) -> list[dict[str, Any]]:
    """List the custom properties of cards: there are none."""
    refused = context.query(lambda query: query.get(PROPERTY_PARAMETERS[0]))
    await context.read(usecases.get_company, _checked(refused))
    return []


async def list_sprints(context: RequestContext) -> list[dict[str, Any]]:
    """List the sprints, which came before iterations: there are none."""
    await context.read(usecases.get_company, context.nothing())
    return []


ROUTES: Sequence[Route] = (
    Route("GET", "/user-roles", list_user_roles, "Fixed lists"),
    Route("GET", "/card-types", list_card_types, "Fixed lists", query=CARD_TYPE_PARAMETERS),
    Route(
        "GET",
        "/company/custom-properties",
        list_custom_properties,
        "Fixed lists",
        query=PROPERTY_PARAMETERS,
    ),
    Route("GET", "/sprints", list_sprints, "Fixed lists", query=SPRINT_PARAMETERS),
)
