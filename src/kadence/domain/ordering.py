"""Where a card or record stands among its neighbours: fractional positions above 0."""

GAP = 1.0
"""How far apart two neighbours are put that have room."""
LARGEST_EXACT = 2.0**53
"""From here on a double cannot hold every whole number, so that a gap may be none."""


def between(before: float | None, after: float | None) -> float | None:
    """Return a position above 0 between two neighbours, each None when there is none.

    None when there is no room, at an end too: then all must be numbered anew, a GAP apart.
    """
    if after is None:
        place = max(before or 0.0, 0.0) + GAP
        return place if place <= LARGEST_EXACT and place > (before or 0.0) else None
    place = (max(before or 0.0, 0.0) + after) / 2
    return place if place > 0 and (before or 0.0) < place < after else None
