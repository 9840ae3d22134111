"""Lists that clients ask for before anything else, and that are the same for everybody here."""

from typing import Any

from msgspec import Struct

from kadence.usecases import people as usecases
from kadence.web.card_views import CardTypeAnswer, card_type
from kadence.web.codec import Uid, When, format_timestamp
from kadence.web.http import RequestContext


class UserRoleAnswer(Struct, frozen=True, kw_only=True):
    """A role that people can have in time logs; this server has one."""

    id: int = -1
    uid: Uid = "5f2a7c1e-3b64-4d0a-9c58-1f0e6a7b2c02"
    name: str = "Employee"
    company_id: int
    created: When
    updated: When


async def list_card_types(context: RequestContext) -> list[CardTypeAnswer]:
    """List the types of cards: there is one."""
    company = await context.read(usecases.get_company, context.nothing())
    return [card_type(company.created)]


async def list_user_roles(context: RequestContext) -> list[UserRoleAnswer]:
    """List the roles of people: there is one."""
    company = await context.read(usecases.get_company, context.nothing())
    created = format_timestamp(company.created)
    return [UserRoleAnswer(company_id=company.id, created=created, updated=created)]


async def list_custom_properties(context: RequestContext) -> list[dict[str, Any]]:
    """List the custom properties of cards: there are none."""
    await context.read(usecases.get_company, context.nothing())
    return []


async def list_sprints(context: RequestContext) -> list[dict[str, Any]]:
    """List the sprints, which came before iterations: there are none."""
    await context.read(usecases.get_company, context.nothing())
    return []
