"""What people do with the members of a card."""

from enum import IntEnum
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from kadence.domain import events
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import NotFound, RuleViolation
from kadence.domain.model import Card, CardMember, SpaceRole, User
from kadence.domain.values import Id
from kadence.storage import cards, people
from kadence.usecases.access import BoardAccess, authorize_card
from kadence.usecases.card_changes import bump, ensure_member, store_card
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap


class MemberType(IntEnum):
    """What a person is to a card."""

    MEMBER = 1
    RESPONSIBLE = 2


class AddCardMember(Struct, frozen=True):
    """Who takes part."""

    user_id: Id


class ChangeCardMember(Struct, frozen=True):
    """What the person is to the card."""

    type: Annotated[MemberType, Meta(description="1 member, 2 responsible.")]


def list_card_members(
    unit: UnitOfWork, card_id: int, validated: Validated[None]
) -> tuple[Card, list[tuple[CardMember, User]]]:
    """Return the people who take part in a card.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, _ = authorize_card(unit, card_id, SpaceRole.READER)
    unwrap(validated)
    return card, unit.tx.fetch_batch(cards.members_of(card.company_id, [card.id]))[0]


def add_card_member(
    unit: UnitOfWork, card_id: int, validated: Validated[AddCardMember]
) -> tuple[Card, CardMember, User]:
    """Let a person of the company take part in a card; one who does already stays as they are.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no writer), BadRequest, RuleViolation
            (code 1: no such person).
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    user = person_named(unit, unwrap(validated).user_id)
    found = cards.CARD_MEMBERS.find(unit.tx, card.company_id, card.id, user.id)
    if found is None:
        check_can_take_part(user)
        card = bump(unit, card)
        found = ensure_member(unit, access, card, user.id)
    return card, found, user


def person_named(unit: UnitOfWork, user_id: int) -> User:
    """Return a person of the company.

    Raises:
        RuleViolation: there is none with this id (code 1).
    """
    user = people.find_user(unit.tx, unit.actor.company_id, user_id)
    if user is None:
        raise RuleViolation(
            ErrorId.USER_UNKNOWN, 1, "user_id should be the id of a user of the company"
        )
    return user


def check_can_take_part(user: User) -> None:
    """Refuse to give work to somebody who has left.

    Raises:
        RuleViolation: code 1.
    """
    if user.deactivated_at is not None:
        raise RuleViolation(ErrorId.USER_DEACTIVATED, 1, "user_id is of a deactivated user")


def change_card_member(
    unit: UnitOfWork, card_id: int, user_id: int, validated: Validated[ChangeCardMember]
) -> tuple[Card, CardMember, User]:
    """Make a member the responsible one (the body says so), or a plain one again.

    Raises:
        KadenceError: NotFound (card or member), Forbidden (no writer), BadRequest.
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    member, user = _member(unit, card, user_id)
    if unwrap(validated).type == MemberType.RESPONSIBLE:
        responsible: int | None = user.id
    else:
        responsible = None if card.responsible_id == user.id else card.responsible_id
    card = store_card(unit, access, access, card, replace(card, responsible_id=responsible))
    return card, member, user


def remove_card_member(
    unit: UnitOfWork, card_id: int, user_id: int, validated: Validated[None]
) -> int:
    """Remove a person from a card.

    Raises:
        KadenceError: NotFound (card or member), Forbidden (no writer), BadRequest.
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    member, user = _member(unit, card, user_id)
    unwrap(validated)
    take_member(unit, access, card, member)
    return user.id


def take_member(unit: UnitOfWork, access: BoardAccess, card: Card, member: CardMember) -> None:
    """Remove a person from a card, also as the responsible one."""
    if card.responsible_id == member.user_id:
        card = store_card(unit, access, access, card, replace(card, responsible_id=None))
    else:
        card = bump(unit, card)
    cards.CARD_MEMBERS.delete(unit.tx, member)
    payload = {"card_id": card.id, "user_id": member.user_id, "version": card.version}
    unit.record(events.CARD_MEMBER_REMOVED, payload, space_uid=access.space_uid, card_uid=card.uid)


def _member(unit: UnitOfWork, card: Card, user_id: int) -> tuple[CardMember, User]:
    member = cards.CARD_MEMBERS.find(unit.tx, card.company_id, card.id, user_id)
    user = people.find_user(unit.tx, card.company_id, user_id)
    if member is None or user is None:
        raise NotFound
    return member, user
