"""The numbers that an iteration freezes, summed exactly (contract: iterations.md, Iteration)."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from kadence.domain.model import Card, ColumnType
from kadence.domain.sizes import exact_size

_DIGITS = 1000
"""More than a sum of sizes can have, each of which has at most 267 characters."""
_LARGEST_WHOLE = 2**53
"""From here on a double cannot hold every whole number."""

Number: TypeAlias = int | float
"""A number as JSON writes it: whole ones without a fraction."""


class Size(Struct, frozen=True):
    """A sum of card sizes, a card without one counted as 0."""

    size: Number


class Committed(Struct, frozen=True):
    """What stands in `data` from activation on."""

    committed: Size


class Outcome(Struct, frozen=True):
    """What stands in `data` from closing on."""

    committed: Size
    velocity: Size
    doneCount: int  # noqa: N815 - the wire's own spelling
    totalCount: int  # noqa: N815


def committed(cards: Iterable[Card]) -> Committed:
    """Return the numbers at the moment of activation, of the cards in the iteration."""
    return Committed(total_size(cards))


def outcome(before: Size, cards: Sequence[Card]) -> Outcome:
    """Return the numbers at the moment of closing, before the unfinished cards are moved on."""
    done = [card for card in cards if card.state == ColumnType.DONE]
    return Outcome(before, total_size(done), len(done), len(cards))


def exact_sums() -> AbstractContextManager[Context]:
    """Inside of it, sums of sizes are exact."""
    return localcontext(prec=_DIGITS)


def total_size(cards: Iterable[Card]) -> Size:
    """Return the sum of the cards' sizes."""
    with exact_sums():
        sizes = (exact_size(card.size_text, card.size) for card in cards)
        total = sum((size for size in sizes if size is not None), Decimal(0))
    return Size(json_number(total))


@lru_cache(maxsize=16_384)  # the same few sums come again and again in a report
def json_number(number: Decimal | float) -> Number:
    """Return the number, an integer when it is whole and not too large for every reader."""
    whole = -_LARGEST_WHOLE < number < _LARGEST_WHOLE and number == int(number)
    return int(number) if whole else float(number)
