"""What people do with tags."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from kadence.domain import events
from kadence.domain.changes import changed, differences, made
from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import NotFound, RuleViolation
from kadence.domain.model import Card, CardTag, SpaceRole, Tag
from kadence.domain.text import fold
from kadence.domain.values import OneLine
from kadence.storage import cards, spaces, tags
from kadence.usecases.access import authorize_card, require_owner, visible_scope
from kadence.usecases.card_changes import bump
from kadence.usecases.unit_of_work import UnitOfWork, Validated, unwrap

COLORS = 17
"""Colours that tags can have, numbered from 1."""


class TagQuery(Struct, frozen=True):
    """Which tags of the company a caller wants."""

    text: str | None = None
    ids: Sequence[int] | None = None
    space_id: int | None = None
    limit: int = 100
    offset: int = 0


TagName: TypeAlias = Annotated[str, OneLine(128, numbers=False)]
Color: TypeAlias = Annotated[int, Meta(ge=1, le=COLORS)]


class CreateTag(Struct, frozen=True):
    """The tag that is wanted; it is made when there is none of this name."""

    name: TagName
    color: Color | None = None


class ChangeTag(Struct, frozen=True):
    """What to change of a tag; absent keys stay."""

    name: TagName | UnsetType = UNSET
    color: Color | UnsetType = UNSET


def list_tags(unit: UnitOfWork, query: Validated[TagQuery]) -> list[Tag]:
    """Return the tags of the company, oldest first; their names can be read by everybody of it.

    Raises:
        BadRequest: the query is invalid.
    """
    wanted = unwrap(query)
    if wanted.space_id is None:
        every = tags.of_company(unit.tx, unit.actor.company_id)
    elif wanted.space_id in visible_scope(unit).space_ids:
        every = tags.in_space(unit.tx, unit.actor.company_id, wanted.space_id)
    else:
        every = []
    text = fold(wanted.text or "")
    found = [
        tag
        for tag in every
        if (wanted.ids is None or tag.id in wanted.ids) and text in fold(tag.name)
    ]
    return found[wanted.offset : wanted.offset + wanted.limit]


def create_tag(unit: UnitOfWork, validated: Validated[CreateTag]) -> Tag:
    """Return the tag of this name, made when there is none.

    Raises:
        BadRequest: the body is invalid.
    """
    return tag_named(unit, unwrap(validated))


def change_tag(unit: UnitOfWork, tag_id: int, validated: Validated[ChangeTag]) -> Tag:
    """Rename or recolour a tag, on all cards that have it.

    Raises:
        KadenceError: NotFound, Forbidden (no owner of the company), BadRequest, RuleViolation
            (code 1: another tag has that name).
    """
    tag = _owned(unit, tag_id)
    new = changed(tag, unwrap(validated))
    if new == tag:
        return tag
    if new.name != tag.name and tags.find_by_name(unit.tx, tag.company_id, new.name):
        raise RuleViolation(ErrorId.TAG_TAKEN, 1, "There is already a tag with this name")
    before, after = differences(tag, new)
    stored = tags.TAGS.update(unit.tx, tag, after | {"updated": unit.now})
    cards.touch_tagged(unit.tx, tag)
    unit.record(events.TAG_CHANGED, {"id": tag.id, "old": before, "new": after})
    return stored


def delete_tag(unit: UnitOfWork, tag_id: int, validated: Validated[None]) -> int:
    """Delete a tag, and take it off all cards.

    Raises:
        KadenceError: NotFound, Forbidden (no owner of the company), BadRequest.
    """
    tag = _owned(unit, tag_id)
    unwrap(validated)
    for use in tags.uses(unit.tx, tag):
        card = cards.CARDS.find(unit.tx, tag.company_id, use.card_id)
        if card is not None:
            space = spaces.SPACES.find(unit.tx, card.company_id, card.space_id)
            take_tag(unit, space.uid if space else None, card, use)
    tags.TAGS.delete(unit.tx, tag)
    unit.record(events.TAG_DELETED, {"id": tag.id})
    return tag_id


def list_card_tags(
    unit: UnitOfWork, card_id: int, validated: Validated[None]
) -> list[tuple[CardTag, Tag]]:
    """Return the tags of a card, by name.

    Raises:
        KadenceError: NotFound (or unreadable), BadRequest.
    """
    card, _ = authorize_card(unit, card_id, SpaceRole.READER)
    unwrap(validated)
    return unit.tx.fetch_batch(tags.of_cards(card.company_id, [card.id]))[0]


def add_card_tag(
    unit: UnitOfWork, card_id: int, validated: Validated[CreateTag]
) -> tuple[CardTag, Tag]:
    """Give a card the tag of this name, made when there is none; one that it has stays.

    Raises:
        KadenceError: NotFound (or unreadable), Forbidden (no writer), BadRequest.
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    tag = tag_named(unit, unwrap(validated))
    return give_tag(unit, access.space_uid, card, tag), tag


def give_tag(unit: UnitOfWork, space_uid: str, card: Card, tag: Tag) -> CardTag:
    """Give a card a tag; one that it has stays."""
    found = tags.CARD_TAGS.find(unit.tx, card.company_id, card.id, tag.id)
    if found is not None:
        return found
    card = bump(unit, card)
    use = CardTag(card.company_id, card.id, tag.id, unit.now)
    tags.CARD_TAGS.insert(unit.tx, use)
    payload = asdict(use) | {"version": card.version}
    unit.record(events.CARD_TAG_ADDED, payload, space_uid=space_uid, card_uid=card.uid)
    return use


def remove_card_tag(unit: UnitOfWork, card_id: int, tag_id: int, validated: Validated[None]) -> int:
    """Take a tag off a card.

    Raises:
        KadenceError: NotFound (card, or a tag that it does not have), Forbidden, BadRequest.
    """
    card, access = authorize_card(unit, card_id, SpaceRole.WRITER)
    use = tags.CARD_TAGS.find(unit.tx, card.company_id, card.id, tag_id)
    if use is None:
        raise NotFound
    unwrap(validated)
    take_tag(unit, access.space_uid, card, use)
    return tag_id


def tag_named(unit: UnitOfWork, new: CreateTag) -> Tag:
    """Return the tag of this name, made when there is none."""
    company_id = unit.actor.company_id
    found = tags.find_by_name(unit.tx, company_id, new.name)
    if found is not None:
        return found
    tag = tags.TAGS.insert(
        unit.tx,
        made(
            Tag,
            new,
            id=0,
            uid=unit.new_id(),
            company_id=company_id,
            color=new.color or 1 + sum(map(ord, new.name)) % COLORS,
            created=unit.now,
            updated=unit.now,
        ),
    )
    unit.record(events.TAG_CREATED, tag)
    return tag


def take_tag(unit: UnitOfWork, space_uid: str | None, card: Card, use: CardTag) -> None:
    """Take a tag off a card."""
    card = bump(unit, card)
    tags.CARD_TAGS.delete(unit.tx, use)
    payload = {"card_id": card.id, "tag_id": use.tag_id, "version": card.version}
    unit.record(events.CARD_TAG_REMOVED, payload, space_uid=space_uid, card_uid=card.uid)


def _owned(unit: UnitOfWork, tag_id: int) -> Tag:
    """Return a tag for the owner of the company.

    Nobody else may change what stands on everybody's cards.
    """
    tag = tags.TAGS.find(unit.tx, unit.actor.company_id, tag_id)
    if tag is None:
        raise NotFound
    require_owner(unit)
    return tag
