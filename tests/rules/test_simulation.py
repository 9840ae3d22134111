"""What a forecast asks and answers, at the edges."""

import pytest

from kadence.domain.flow import PERCENTILES, percentiles
from kadence.domain.simulation import LEAST_DAYS, days_until, lacks


def test_a_past_is_enough_from_a_number_of_days_on_which_something_was_done() -> None:
    days = [(0.0, 0.0)] * (LEAST_DAYS - 1)
    assert f"{LEAST_DAYS} are needed" in (lacks([*days[1:], (1.0, 0.0)]) or "")
    assert "nothing was done" in (lacks([*days, (0.0, 5.0)]) or "")
    assert "nothing was done" in (lacks([*days, (-1.0, 0.0)]) or "")
    assert lacks([*days, (0.1, 0.0)]) is None


@pytest.mark.parametrize(
    ("percent", "days"), [(0, 0), (1, 1), (49, 1), (50, 1), (51, 3), (85, 3), (86, None)]
)
def test_it_takes_as_many_days_as_give_the_chance(percent: int, days: int | None) -> None:
    assert days_until([0.0, 0.5, 0.5, 0.85], percent) == days


def test_percentiles_of_few_and_of_many() -> None:
    assert percentiles([]) == {}
    assert percentiles([2.0]) == dict.fromkeys(PERCENTILES, 2.0)
    many = percentiles([float(n) for n in range(101)])
    assert many == {percent: float(percent) for percent in PERCENTILES}
