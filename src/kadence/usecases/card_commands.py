"""What a caller says of a card to be made or changed (contract: workspace.md, Cards)."""

from enum import IntEnum
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.domain.values import (
    ExternalId,
    Id,
    JsonObject,
    Moment,
    OneLine,
    Positive,
    TextOrNumber,
)


class Position(IntEnum):
    """Where a card goes in its cell."""

    FIRST = 1
    LAST = 2


class CardCondition(IntEnum):
    """The conditions that a card can be put in."""

    LIVE = 1
    ARCHIVED = 2


CardTitle: TypeAlias = Annotated[str, OneLine(1024)]
CardDescription: TypeAlias = Annotated[str, TextOrNumber(32768)]
SizeText: TypeAlias = Annotated[str, TextOrNumber(267)]
Properties: TypeAlias = Annotated[str, JsonObject(32768)]
"""As long as the description, for a list has 100."""
Workload: TypeAlias = Annotated[float, Meta(ge=0)]


class CreateCard(Struct, frozen=True):
    """A card to make: in the first column and lane of its board unless said otherwise."""

    title: CardTitle
    board_id: Id
    column_id: Id | None = None
    lane_id: Id | None = None
    description: CardDescription | None = None
    size_text: SizeText | None = None
    due_date: Moment | None = None
    due_date_time_present: bool | None = None
    asap: bool | None = None
    owner_id: Id | None = None
    owner_email: str | None = None
    responsible_id: Id | None = None
    external_id: ExternalId | None = None
    position: Position | None = None
    sort_order: Positive | None = None
    properties: Properties | None = None
    estimate_workload: Workload | None = None
    planned_start: Moment | None = None
    planned_end: Moment | None = None


class ChangeCard(Struct, frozen=True):
    """What to change of a card; absent keys stay, null clears."""

    title: CardTitle | UnsetType = UNSET
    board_id: Id | UnsetType = UNSET
    column_id: Id | UnsetType = UNSET
    lane_id: Id | UnsetType = UNSET
    description: CardDescription | UnsetType | None = UNSET
    size_text: SizeText | UnsetType | None = UNSET
    due_date: Moment | UnsetType | None = UNSET
    due_date_time_present: bool | UnsetType = UNSET
    asap: bool | UnsetType = UNSET
    owner_id: Id | UnsetType = UNSET
    owner_email: str | UnsetType = UNSET
    responsible_id: Id | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET
    sort_order: Positive | UnsetType = UNSET
    prev_card_id: Id | UnsetType = UNSET
    properties: Properties | UnsetType | None = UNSET
    estimate_workload: Workload | UnsetType = UNSET
    planned_start: Moment | UnsetType | None = UNSET
    planned_end: Moment | UnsetType | None = UNSET
    condition: CardCondition | UnsetType = UNSET
