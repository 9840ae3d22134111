"""Lists that clients ask for before anything else, and that are the same for everybody here."""

from typing import Any

from msgspec import Struct

from kadence.usecases import people as usecases
from kadence.web.card_answers import CardTypeAnswer, card_type
from kadence.web.http import Call
from kadence.web.wire import When, format_timestamp


class UserRoleAnswer(Struct, frozen=True, kw_only=True):
    """A role that people can have in time logs; this server has one."""

    id: int = -1
    name: str = "Employee"
    company_id: int
    created: When
    updated: When


async def list_card_types(call: Call) -> list[CardTypeAnswer]:
    """List the types of cards: there is one."""
    company = await call.read(usecases.get_company, call.nothing())
    return [card_type(company.id, company.created)]


async def list_user_roles(call: Call) -> list[UserRoleAnswer]:
    """List the roles of people: there is one."""
    company = await call.read(usecases.get_company, call.nothing())
    created = format_timestamp(company.created)
    return [UserRoleAnswer(company_id=company.id, created=created, updated=created)]


async def list_custom_properties(call: Call) -> list[dict[str, Any]]:
    """List the custom properties of cards: there are none."""
    await call.read(usecases.get_company, call.nothing())
    return []


async def list_sprints(call: Call) -> list[dict[str, Any]]:
    """List the sprints, which came before iterations: there are none."""
    await call.read(usecases.get_company, call.nothing())
    return []
