"""Fractional positions: always between the neighbours, and above 0 before the first one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain.ordering import GAP, between

POSITIONS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
ABOVE_0 = st.floats(min_value=1e-300, max_value=1e15)


@given(after=ABOVE_0)
def test_before_the_first_one_there_is_room_above_0(after: float) -> None:
    place = between(None, after)
    assert place is not None
    assert 0 < place < after


@given(after=st.floats(min_value=-1e15, max_value=0))
def test_before_one_at_or_below_0_there_is_room_too(after: float) -> None:
    place = between(None, after)
    assert place is not None
    assert place < after


@given(before=POSITIONS)
def test_behind_the_last_one_there_is_a_whole_gap(before: float) -> None:
    assert between(before, None) == before + GAP


@given(one=POSITIONS, other=POSITIONS)
def test_between_two_it_is_between_or_there_is_no_room(one: float, other: float) -> None:
    before, after = min(one, other), max(one, other)
    place = between(before, after)
    if place is None:
        assert (before + after) / 2 in (before, after)
    else:
        assert before < place < after


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (None, None, GAP),
        (None, 1.0, 0.5),
        (None, 0.0, -GAP),
        (1.0, 2.0, 1.5),
        (1.0, 1.0, None),
        (1.0, 1.0000000000000002, None),
        (1.0000000000000002, 1.0000000000000004, None),
        (2.0, None, 3.0),
    ],
)
def test_places_at_the_edges(
    before: float | None, after: float | None, place: float | None
) -> None:
    assert between(before, after) == place
