"""What the values of a command must be: each kind is a plain type beside the rule that it keeps.

A command is made of plain values by whoever has them. Those that come over the wire are read by
`web/values.py`, which has one reader for each kind of rule here.
"""

import re
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from kadence.domain.model import Instant, SpaceRole

LARGEST_INTEGER = 2**63 - 1
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class Rule(Struct, frozen=True):
    """What a value must be beyond its type."""


class TextOrNumber(Rule, frozen=True):
    """A text of so many code points; a number is taken as its text."""

    longest: int
    shortest: int = 0


class OneLine(Rule, frozen=True):
    """A title or name: one line, in which something can be seen.

    Controls and line breaks become blanks. With `numbers` a number is taken as its text.
    """

    longest: int = 256
    numbers: bool = True


class WrittenInstant(Rule, frozen=True):
    """An RFC 3339 instant; with `keeps_time` it is a `TimedInstant` if a time was written."""

    keeps_time: bool = False


class PresetRole(Rule, frozen=True):
    """A preset role of a space, by its UUID or as 1, 2 or 3."""


class JsonObject(Rule, frozen=True):
    """A JSON object of so many bytes, kept as its text."""

    longest: int


def canonical_uid(text: str) -> str:
    """Return a UUID in canonical form; "" for anything else, which matches nothing."""
    return text.lower() if _UUID.fullmatch(text) else ""


class TimedInstant(int):
    """An instant of which a time was said, and not its day alone."""


def said_period_end(said: Instant | None) -> tuple[Instant | None, int]:
    """Return a start or finish as it is kept: the instant, and 1 where a time was said with it."""
    return (None, 0) if said is None else (int(said), int(isinstance(said, TimedInstant)))


Id: TypeAlias = Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]
Email: TypeAlias = Annotated[str, Meta(max_length=1000)]
"""An e-mail address, before it is looked at."""
Positive: TypeAlias = Annotated[float, Meta(gt=0)]
Name: TypeAlias = Annotated[str, OneLine(numbers=False)]
ExternalId: TypeAlias = Annotated[str, TextOrNumber(1024)]
"""An id that another system uses for the thing."""
Description: TypeAlias = Annotated[str, Meta(max_length=32768)]
WrittenUid: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
"""A UUID in any case; whatever else it is matches nothing."""
Moment: TypeAlias = Annotated[Instant, WrittenInstant()]
PeriodEnd: TypeAlias = Annotated[Instant, WrittenInstant(keeps_time=True)]
"""When an iteration starts or finishes; see `said_period_end`."""
Role: TypeAlias = Annotated[SpaceRole, PresetRole()]
