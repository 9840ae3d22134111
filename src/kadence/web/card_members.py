"""What goes over the wire about the members of a card (contract: workspace.md, Cards)."""

from kadence.domain.model import Card, CardMember, User
from kadence.usecases import card_members as usecases
from kadence.usecases.card_members import AddCardMember, ChangeCardMember
from kadence.web.bodies import Body
from kadence.web.card_views import CardMemberAnswer, card_member_answer
from kadence.web.columns import DeletedAnswer
from kadence.web.http import RequestContext

ADD = Body("CardMember", AddCardMember)
CHANGE = Body("CardMember", ChangeCardMember)


def _answer(found: tuple[Card, CardMember, User]) -> CardMemberAnswer:
    card, _, user = found
    return card_member_answer(user, card.id, responsible=card.responsible_id == user.id)


async def list_card_members(context: RequestContext) -> list[CardMemberAnswer]:
    """List the people who take part in a card."""
    card, found = await context.read(
        usecases.list_card_members, context.id("card_id"), context.nothing()
    )
    return [_answer((card, member, user)) for member, user in found]


async def add_card_member(context: RequestContext) -> CardMemberAnswer:
    """Let a person of the company take part in a card."""
    validated = await context.body(ADD)
    return await context.write_inline(
        _answer, usecases.add_card_member, context.id("card_id"), validated
    )


async def change_card_member(context: RequestContext) -> CardMemberAnswer:
    """Make a member the responsible one, or a plain one again."""
    validated = await context.body(CHANGE)
    return await context.write_inline(
        _answer, usecases.change_card_member, context.id("card_id"), context.id("id"), validated
    )


async def remove_card_member(context: RequestContext) -> DeletedAnswer:
    """Remove a person from a card."""
    validated = await context.empty_body()
    return await context.write_inline(
        DeletedAnswer,
        usecases.remove_card_member,
        context.id("card_id"),
        context.id("id"),
        validated,
    )
