"""Fractional positions: always between the neighbours, and above 0 before the first one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain.ordering import GAP, LARGEST_EXACT, between

POSITIONS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
ABOVE_0 = st.floats(min_value=1e-300, max_value=1e15)


@given(after=ABOVE_0)
def test_before_the_first_one_there_is_room_above_0(after: float) -> None:
    place = between(None, after)
    assert place is not None
    assert 0 < place < after


@given(after=st.floats(min_value=-1e15, max_value=0))
def test_before_one_at_or_below_0_there_is_no_room(after: float) -> None:
    assert between(None, after) is None


@given(before=st.floats(min_value=0, max_value=1e15))
def test_behind_the_last_one_there_is_a_whole_gap(before: float) -> None:
    assert between(before, None) == before + GAP


@given(before=st.floats(min_value=LARGEST_EXACT, allow_infinity=False))
def test_behind_one_that_is_too_large_there_is_no_room(before: float) -> None:
    assert between(before, None) is None


@given(one=POSITIONS, other=POSITIONS)
def test_between_two_it_is_between_or_there_is_no_room(one: float, other: float) -> None:
    before, after = min(one, other), max(one, other)
    place = between(before, after)
    if place is None:
        assert after <= 0 or (max(before, 0) + after) / 2 in (max(before, 0), after)
    else:
        assert max(before, 0) < place < after


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (None, None, GAP),
        (None, 1.0, 0.5),
        (None, 0.0, None),
        (None, 5e-324, None),
        (-3.0, None, GAP),
        (-3.0, 2.0, 1.0),
        (2.0**53 - 1, None, 2.0**53),
        (2.0**53, None, None),
        (1e17, None, None),
        (1e308, None, None),
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
