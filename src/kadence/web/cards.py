"""Making, changing and deleting cards over the wire (contract: workspace.md, Cards)."""

from enum import IntEnum
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.usecases import card_views
from kadence.usecases import cards as usecases
from kadence.usecases.cards import CardChange, NewCard
from kadence.web.card_answers import OneCardAnswer, one_card
from kadence.web.http import NOTHING, Call, Tagged
from kadence.web.query import LARGEST_INTEGER
from kadence.web.wire import (
    Body,
    Description,
    ExternalId,
    Positive,
    TextOrNumber,
    Timestamp,
    instant,
    moment,
    plain,
)

Id = Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]


class CardTitle(TextOrNumber):
    """The title of a card."""

    shortest = 1
    longest = 1024


class SizeText(TextOrNumber):
    """The size of a card as a person writes it."""

    longest = 267


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
    description: Description | None = None
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

    def draft(self) -> NewCard:
        """The same for the use case."""
        return NewCard(
            title=str(self.title),
            board_id=self.board_id,
            column_id=self.column_id,
            lane_id=self.lane_id,
            description=self.description,
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
    description: Description | UnsetType | None = UNSET
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

    def draft(self) -> CardChange:
        """The same for the use case."""
        return CardChange(
            title=plain(self.title),
            board_id=self.board_id,
            column_id=self.column_id,
            lane_id=self.lane_id,
            description=self.description,
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


CREATE = Body("Card", CreateCard, CreateCard.draft)
CHANGE = Body("Card", ChangeCard, ChangeCard.draft)


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


async def create_card(call: Call) -> Tagged[OneCardAnswer]:
    """Make a card on a board."""
    draft = await call.body(CREATE)
    return await call.jot(one_card, usecases.create_card, draft)


async def get_card(call: Call) -> Tagged[OneCardAnswer]:
    """Get one card, an archived or deleted one too."""
    return one_card(await call.glance(card_views.get_card, call.id("card_id"), call.nothing()))


async def change_card(call: Call) -> Tagged[OneCardAnswer]:
    """Change, move, archive or restore a card; `version` grows when that changes anything."""
    draft = await call.body(CHANGE)
    return await call.jot(one_card, usecases.change_card, call.id("card_id"), draft)


async def delete_card(call: Call) -> Tagged[OneCardAnswer]:
    """Delete a card: its condition becomes 3, and it leaves its planned or active iteration."""
    draft = await call.body(NOTHING)
    return await call.write(one_card, usecases.delete_card, call.id("card_id"), draft)
