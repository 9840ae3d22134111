"""Where a card or record stands among its neighbours: fractional positions."""

GAP = 1.0
"""How far apart two neighbours are put that have room."""


def between(before: float | None, after: float | None) -> float | None:
    """Return a position between two neighbours, each None when there is none.

    None when no number lies between the two: then all must be spread out again.
    """
    if before is None and after is None:
        return GAP
    if before is None:
        assert after is not None  # noqa: S101 - for the type checker
        return after / 2 if after > 0 and after / 2 < after else after - GAP
    if after is None:
        return before + GAP
    middle = (before + after) / 2
    return middle if before < middle < after else None
