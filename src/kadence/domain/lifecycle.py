"""Is it allowed? The rules of an iteration's life (contract: iterations.md, Endpoints 1 and 4)."""

from kadence.domain.errors import RuleViolation
from kadence.domain.model import Instant


def check_period(start: Instant | None, finish: Instant | None) -> None:
    """Refuse a period that ends at or before its start.

    Prevents iterations of no or negative length, on which every later statistic would divide or
    count backwards.

    Raises:
        RuleViolation: code 6, when both are given and `finish` is not later than `start`.
    """
    if start is not None and finish is not None and finish <= start:
        raise RuleViolation(6, "finish_date should be later than start_date")
