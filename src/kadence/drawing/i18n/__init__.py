"""What charts say, in the reader's language: headings, axes, numbers, days."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from kadence.domain.model import Instant, Iteration
from kadence.domain.report import UnitOfMeasure
from kadence.drawing.i18n.russian import RUSSIAN
from kadence.drawing.theme import Definition, Heading, written

_NARROW_SPACE = "\u202f"


class Language(StrEnum):
    """In which language a chart speaks."""

    ENGLISH = "en"
    RUSSIAN = "ru"


class Words(Struct, frozen=True):
    """A language's words; messages are asked for by their English text."""

    language: Language = Language.ENGLISH

    def __call__(self, message: str, **values: Any) -> str:
        """Return the message with these values in its places."""
        known = RUSSIAN if self.language is Language.RUSSIAN else {}
        return known.get(message, message).format(**values)

    def number(self, value: float) -> str:
        """Return a number for people: at most one digit behind the point."""
        text = written(value)
        if self.language is Language.RUSSIAN:
            return text.replace(",", _NARROW_SPACE).replace(".", ",")
        return text

    def day(self, day: date | None) -> str:
        """Return a day for people; None is beyond what was looked at."""
        if day is None:
            return self("not within a year")
        return f"{day.day} {self(f'{day:%b}')} {day.year}"


ENGLISH = Words()


def heading_of(
    kind: str, iteration: Iteration, unit: UnitOfMeasure, state: str, words: Words
) -> Heading:
    """Return what stands above a chart of an iteration.

    `kind` and `state` are in its language already.
    """
    by = words("{kind} by size" if unit is UnitOfMeasure.SIZE else "{kind} by cards", kind=kind)
    return Heading(iteration.title, f"{by}; {state}", f"{iteration.title}. {by}; {state}.")


def values_axis(unit: UnitOfMeasure, words: Words) -> Definition:
    """Return the axis of what is counted."""
    least = 1 if unit is UnitOfMeasure.COUNT else 0
    title = words("Sum of card sizes" if unit is UnitOfMeasure.SIZE else "Number of cards")
    return {"title": title, "tickMinStep": least, "tickCount": 6}


def midnight_of(day: date) -> Instant:
    """Return where a day begins on an axis of days, as `theme.wall` has it."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
