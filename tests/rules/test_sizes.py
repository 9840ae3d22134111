"""Sizes: what is a number in a text, and sums that are exact."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain.sizes import CardSize, exact_size, parse_size
from kadence.domain.statistics import Outcome, Size, committed, json_number, outcome, total_size
from tests.rules.kit import card

NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=3)
UNITS = st.text(st.characters(categories=["L"]), max_size=8)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (None, CardSize(None, None, None)),
        ("", CardSize(None, None, None)),
        (" \t", CardSize(None, None, None)),
        ("3", CardSize(3.0, None, "3")),
        (".5", CardSize(0.5, None, ".5")),
        (",5", CardSize(0.5, None, ",5")),
        ("23.45", CardSize(23.45, None, "23.45")),
        ("3,5 h", CardSize(3.5, "h", "3,5 h")),
        ("3 M", CardSize(3.0, "M", "3 M")),
        ("XL", CardSize(None, "XL", "XL")),
        (" XL ", CardSize(None, "XL", " XL ")),
        ("5.", CardSize(5.0, ".", "5.")),
    ],
)
def test_a_size_is_a_number_a_unit_or_both(text: str | None, size: CardSize) -> None:
    assert parse_size(text) == size


@given(number=NUMBERS, unit=UNITS)
def test_what_is_written_as_a_number_is_read_as_that_number(number: Decimal, unit: str) -> None:
    text = f"{number:f} {unit}"
    assert exact_size(text) == number
    assert parse_size(text).size == float(number)
    assert parse_size(text).size_unit == (unit or None)
    assert exact_size(text.replace(".", ",")) == number


@given(sizes=st.lists(NUMBERS, max_size=30))
def test_sums_of_sizes_are_exact_in_any_order(sizes: list[Decimal]) -> None:
    cards = [card(size_text=f"{size:f}") for size in sizes]
    total = total_size(cards)
    assert total == total_size(reversed(cards))
    assert total == total_size([*cards, card(size_text="XL"), card(size_text=None)])
    assert total.size == json_number(sum(sizes, Decimal(0)))


def test_a_small_size_is_not_lost_beside_large_ones() -> None:
    large = "1" + "0" * 40
    cards = [card(size_text=size) for size in (large, "1", f"-{large}")]
    assert total_size(cards) == Size(1)


def test_tenths_do_not_drift() -> None:
    assert total_size([card(size_text="0.1")] * 3) == Size(0.3)
    assert total_size([card(size_text="0.1")] * 10) == Size(1)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Decimal("2.0"), "2"),
        (Decimal("2.5"), "2.5"),
        (-3.0, "-3"),
        (0, "0"),
        (2**53 - 1, str(2**53 - 1)),
        (2**53, str(float(2**53))),
        (-(2**53), str(float(-(2**53)))),
    ],
)
def test_a_whole_number_is_written_without_a_fraction_where_every_reader_holds_it(
    number: Decimal | float, written: str
) -> None:
    assert str(json_number(number)) == written


def test_closing_counts_what_is_done_of_all_there_is() -> None:
    cards = [card(state=3, size_text="5"), card(state=2, size_text="3"), card(state=3)]
    assert committed(cards).committed == Size(8)
    assert outcome(Size(8), cards) == Outcome(Size(8), Size(5), doneCount=2, totalCount=3)
