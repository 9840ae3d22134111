"""Sizes: what is a number in a text, and sums that are exact."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain.model import Card
from kadence.domain.sizes import CardSize, exact_size, parse_size
from kadence.domain.statistics import Outcome, Size, committed, json_number, outcome, total_size
from tests.rules.kit import card

NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=3)
UNITS = st.text(st.characters(categories=["L"]), max_size=8)


CASES = json.loads((Path(__file__).parents[1] / "cases" / "sizes.json").read_text())


@pytest.mark.parametrize(("text", "number", "unit"), [(None, None, None), *CASES])
def test_a_size_is_a_number_at_the_start_a_unit_or_both(
    text: str | None, number: float | None, unit: str | None
) -> None:
    kept = text if text and text.strip() else None
    assert parse_size(text) == CardSize(number, unit, kept)
    exact = exact_size(text, number)
    assert exact == (None if number is None else Decimal(str(number)))


@given(number=NUMBERS, unit=UNITS)
def test_what_is_written_as_a_number_is_read_as_that_number(number: Decimal, unit: str) -> None:
    for sign in ".,":
        text = f"{number:f} {unit}".replace(".", sign)
        read = parse_size(text)
        assert read == CardSize(float(number), unit or None, text)
        assert exact_size(text, read.size) == number


@pytest.mark.parametrize(
    ("text", "number", "exact"),
    [
        ("PROJ-3", -3.0, "-3"),
        ("about 2,5", 2.5, "2.5"),
        ("1 000", 1.0, "1"),
        ("1 000", 1000.0, "1000"),
        ("\u22125", 5.0, "5"),
        ("3 of 5", 3.0, "3"),
        ("PROJ-3", None, None),
    ],
)
def test_a_size_that_was_read_by_rules_1_counts_what_it_did(
    text: str, number: float | None, exact: str | None
) -> None:
    assert exact_size(text, number) == (None if exact is None else Decimal(exact))


def sized(text: str, **values: Any) -> Card:
    return card(size_text=text, size=parse_size(text).size, **values)


@given(sizes=st.lists(NUMBERS, max_size=30))
def test_sums_of_sizes_are_exact_in_any_order(sizes: list[Decimal]) -> None:
    cards = [sized(f"{size:f}") for size in sizes]
    total = total_size(cards)
    assert total == total_size(reversed(cards))
    assert total == total_size([*cards, sized("XL"), card()])
    assert total.size == json_number(sum(sizes, Decimal(0)))


def test_a_small_size_is_not_lost_beside_large_ones() -> None:
    large = "1" + "0" * 40
    cards = [sized(size) for size in (large, "1", f"-{large}")]
    assert total_size(cards) == Size(1)


def test_tenths_do_not_drift() -> None:
    assert total_size([sized("0.1")] * 3) == Size(0.3)
    assert total_size([sized("0.1")] * 10) == Size(1)


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
    cards = [sized("5", state=3), sized("3", state=2), card(state=3)]
    assert committed(cards).committed == Size(8)
    assert outcome(Size(8), cards) == Outcome(Size(8), Size(5), doneCount=2, totalCount=3)
