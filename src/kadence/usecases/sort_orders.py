"""Where something new goes that is put behind all others of its kind."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from kadence.domain.ordering import GAP, LARGEST_EXACT


class Placed(Protocol):
    """Something with a place among others."""

    @property
    def sort_order(self) -> float:
        """Return its place."""


P = TypeVar("P", bound=Placed)


def behind_all(
    order: float, others: Callable[[], Sequence[P]], store: Callable[[P, float], object]
) -> float:
    """Return `order`, the sort_order behind all others; where no double holds it, a smaller one.

    Then `others`, in their order, are numbered anew: `store` gives each that moves its place.
    """
    if order < LARGEST_EXACT:
        return order
    standing = others()
    for number, one in enumerate(standing, start=1):
        if one.sort_order != GAP * number:
            store(one, GAP * number)
    return GAP * (len(standing) + 1)
