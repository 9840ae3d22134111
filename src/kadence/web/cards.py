"""Making, changing and deleting cards over the wire (contract: workspace.md, Cards)."""

from enum import IntEnum
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.domain.errors import BadRequest
from kadence.usecases import card_views
from kadence.usecases import cards as usecases
from kadence.usecases.cards import CardChange, NewCard
from kadence.web.bodies import Body
from kadence.web.card_views import OneCardAnswer, one_card
from kadence.web.codec import (
    CardDescription,
    ExternalId,
    OneLine,
    Positive,
    TextOrNumber,
    Timestamp,
    instant,
    moment,
    plain,
)
from kadence.web.http import NOTHING, RequestContext
from kadence.web.query import LARGEST_INTEGER, Harmless
from kadence.web.responses import WithETag

Id = Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]


class CardTitle(OneLine):
    """The title of a card."""

    longest = 1024


class SizeText(TextOrNumber):
    """The size of a card as a person writes it."""

    longest = 267


GET_PARAMETERS = (
    Harmless("broken_api", "What it leaves out is left out by nobody who has none of it."),
)


class Position(IntEnum):
    """Where a card goes in its cell."""

    FIRST = 1
    LAST = 2


class CardCondition(IntEnum):
    """The conditions that a card can be put in."""

    LIVE = 1
    ARCHIVED = 2


class CreateCard(Struct, frozen=True):
    """A card to make: in the first column and lane of its board unless said otherwise."""

    title: CardTitle
    board_id: Id
    column_id: Id | None = None
    lane_id: Id | None = None
    description: CardDescription | None = None
    size_text: SizeText | None = None
    due_date: Timestamp | None = None
    due_date_time_present: bool | None = None
    asap: bool | None = None
    owner_id: Id | None = None
    owner_email: str | None = None
    responsible_id: Id | None = None
    external_id: ExternalId | None = None
    position: Position | None = None
    sort_order: Positive | None = None
    properties: dict[str, Any] | None = None
    estimate_workload: Annotated[float, Meta(ge=0)] | None = None
    planned_start: Timestamp | None = None
    planned_end: Timestamp | None = None

    def validated(self) -> NewCard:
        """Return the same for the use case."""
        return NewCard(
            title=str(self.title),
            board_id=self.board_id,
            column_id=self.column_id,
            lane_id=self.lane_id,
            description=plain(self.description),
            size_text=plain(self.size_text),
            due_date=instant(self.due_date),
            due_date_time_present=bool(self.due_date_time_present),
            asap=bool(self.asap),
            owner_id=self.owner_id,
            owner_email=self.owner_email,
            responsible_id=self.responsible_id,
            external_id=plain(self.external_id),
            position=(self.position or Position.LAST).value,
            sort_order=self.sort_order,
            properties=_json(self.properties),
            estimate_workload=self.estimate_workload or 0,
            planned_start=instant(self.planned_start),
            planned_end=instant(self.planned_end),
        )


class ChangeCard(Struct, frozen=True):
    """What to change of a card; absent keys stay, null clears."""

    title: CardTitle | UnsetType = UNSET
    board_id: Id | UnsetType = UNSET
    column_id: Id | UnsetType = UNSET
    lane_id: Id | UnsetType = UNSET
    description: CardDescription | UnsetType | None = UNSET
    size_text: SizeText | UnsetType | None = UNSET
    due_date: Timestamp | UnsetType | None = UNSET
    due_date_time_present: bool | UnsetType = UNSET
    asap: bool | UnsetType = UNSET
    owner_id: Id | UnsetType = UNSET
    owner_email: str | UnsetType = UNSET
    responsible_id: Id | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET
    sort_order: Positive | UnsetType = UNSET
    prev_card_id: Id | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType | None = UNSET
    estimate_workload: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    planned_start: Timestamp | UnsetType | None = UNSET
    planned_end: Timestamp | UnsetType | None = UNSET
    condition: CardCondition | UnsetType = UNSET

    def validated(self) -> CardChange:
        """Return the same for the use case."""
        return CardChange(
            title=plain(self.title),
            board_id=self.board_id,
            column_id=self.column_id,
            lane_id=self.lane_id,
            description=plain(self.description),
            size_text=plain(self.size_text),
            due_date=moment(self.due_date),
            due_date_time_present=self.due_date_time_present,
            asap=self.asap,
            owner_id=self.owner_id,
            owner_email=self.owner_email,
            responsible_id=self.responsible_id,
            external_id=plain(self.external_id),
            position=self.position if self.position is UNSET else self.position.value,
            sort_order=self.sort_order,
            prev_card_id=self.prev_card_id,
            properties=UNSET if self.properties is UNSET else _json(self.properties),
            estimate_workload=self.estimate_workload,
            planned_start=moment(self.planned_start),
            planned_end=moment(self.planned_end),
            condition=self.condition if self.condition is UNSET else self.condition.value,
        )


CREATE = Body("Card", CreateCard, CreateCard.validated)
CHANGE = Body("Card", ChangeCard, ChangeCard.validated)


LARGEST_PROPERTIES = 32_768
"""Bytes of a card's `properties` as JSON: as long as its description, for a list has 100."""


def _json(value: dict[str, Any] | None) -> str | None:
    if value is None:
        return None
    encoded = msgspec.json.encode(value)
    if len(encoded) > LARGEST_PROPERTIES:
        raise BadRequest(f"properties should NOT be larger than {LARGEST_PROPERTIES} bytes")
    return encoded.decode()


async def create_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Make a card on a board."""
    validated = await context.body(CREATE)
    return await context.write_inline(one_card, usecases.create_card, validated)


async def get_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Get one card, an archived or deleted one too."""
    return one_card(
        await context.read_inline(card_views.get_card, context.id("card_id"), context.nothing())
    )


async def change_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Change, move, archive or restore a card; `version` grows when that changes anything."""
    validated = await context.body(CHANGE)
    return await context.write_inline(
        one_card, usecases.change_card, context.id("card_id"), validated
    )


async def delete_card(context: RequestContext) -> WithETag[OneCardAnswer]:
    """Delete a card: its condition becomes 3, and it leaves its planned or active iteration."""
    validated = await context.body(NOTHING)
    return await context.write(one_card, usecases.delete_card, context.id("card_id"), validated)
