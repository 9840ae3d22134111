"""What goes over the wire about the members of a card (contract: workspace.md, Cards)."""

from enum import IntEnum
from typing import Annotated

from msgspec import Meta, Struct

from kadence.domain.model import Card, CardMember, User
from kadence.usecases import card_members as usecases
from kadence.web.card_answers import CardMemberAnswer, card_member_answer
from kadence.web.columns import DeletedAnswer
from kadence.web.http import NOTHING, Call
from kadence.web.query import LARGEST_INTEGER
from kadence.web.wire import Body


class MemberType(IntEnum):
    """What a person is to a card."""

    MEMBER = 1
    RESPONSIBLE = 2


class AddCardMember(Struct, frozen=True):
    """Who takes part."""

    user_id: Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]

    def draft(self) -> int:
        """The same for the use case."""
        return self.user_id


class ChangeCardMember(Struct, frozen=True):
    """What the person is to the card."""

    type: Annotated[MemberType, Meta(description="1 member, 2 responsible.")]

    def draft(self) -> bool:
        """The same for the use case."""
        return self.type == MemberType.RESPONSIBLE


ADD = Body("CardMember", AddCardMember, AddCardMember.draft)
CHANGE = Body("CardMember", ChangeCardMember, ChangeCardMember.draft)


def _answer(found: tuple[Card, CardMember, User]) -> CardMemberAnswer:
    card, _, user = found
    return card_member_answer(user, card.id, responsible=card.responsible_id == user.id)


async def list_card_members(call: Call) -> list[CardMemberAnswer]:
    """List the people who take part in a card."""
    card, found = await call.read(usecases.list_card_members, call.id("card_id"), call.nothing())
    return [_answer((card, member, user)) for member, user in found]


async def add_card_member(call: Call) -> CardMemberAnswer:
    """Let a person of the company take part in a card."""
    draft = await call.body(ADD)
    return await call.jot(_answer, usecases.add_card_member, call.id("card_id"), draft)


async def change_card_member(call: Call) -> CardMemberAnswer:
    """Make a member the responsible one, or a plain one again."""
    draft = await call.body(CHANGE)
    return await call.jot(
        _answer, usecases.change_card_member, call.id("card_id"), call.id("id"), draft
    )


async def remove_card_member(call: Call) -> DeletedAnswer:
    """Let a person take part in a card no more."""
    draft = await call.body(NOTHING)
    return await call.jot(
        DeletedAnswer, usecases.remove_card_member, call.id("card_id"), call.id("id"), draft
    )
