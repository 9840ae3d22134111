"""What a caller says of an iteration: to plan, change or remove it (contract: iterations.md)."""

from enum import StrEnum
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from kadence.domain.values import Moment, Name, PeriodEnd

Title: TypeAlias = Annotated[Name, Meta(description="1 to 256 Unicode code points.")]


class ChangeableStatus(StrEnum):
    """The statuses that an update can ask for."""

    PLANNED = "planned"
    ACTIVE = "active"
    CLOSED = "closed"


class CreateIteration(Struct, frozen=True, gc=False):
    """What to plan: a title, and if known a goal and a period."""

    title: Title
    goal: str | None = None
    start_date: PeriodEnd | None = None
    finish_date: PeriodEnd | None = None


class ChangeIteration(Struct, frozen=True):
    """What to change, at least one of the first five; absent keys stay, null clears."""

    title: Title | UnsetType = UNSET
    goal: str | UnsetType | None = UNSET
    status: ChangeableStatus | UnsetType = UNSET
    start_date: PeriodEnd | UnsetType | None = UNSET
    finish_date: PeriodEnd | UnsetType | None = UNSET
    actual_finish_date: Moment | UnsetType | None = UNSET
    new_iteration_id: str | UnsetType | None = UNSET


class DeleteIteration(Struct, frozen=True):
    """Where the cards go, if anywhere."""

    new_iteration_id: str | None = None
