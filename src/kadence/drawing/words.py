"""What all charts say in the same words: headings, axes, days."""

from datetime import UTC, date, datetime

from kadence.domain.model import Instant, Iteration
from kadence.domain.report import UnitOfMeasure
from kadence.drawing.theme import (
    Definition,
    Heading,
)

UNIT = {UnitOfMeasure.SIZE: "size", UnitOfMeasure.COUNT: "cards"}
AXIS = {UnitOfMeasure.SIZE: "Sum of card sizes", UnitOfMeasure.COUNT: "Number of cards"}


def heading_of(kind: str, iteration: Iteration, unit: UnitOfMeasure, state: str) -> Heading:
    """What stands above a chart of an iteration."""
    subtitle = f"{kind} by {UNIT[unit]}; {state}"
    return Heading(iteration.title, subtitle, f"{iteration.title}. {subtitle}.")


def values_axis(unit: UnitOfMeasure) -> Definition:
    """The axis of what is counted."""
    least = 1 if unit is UnitOfMeasure.COUNT else 0
    return {"title": AXIS[unit], "tickMinStep": least, "tickCount": 6}


def midnight_of(day: date) -> Instant:
    """Where a day begins on an axis of days, as `theme.wall` has it."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def day_name(day: date | None) -> str:
    """A day for people."""
    if day is None:
        return "not within a year"
    return f"{day.day} {day:%b %Y}"
