"""Any history of operations: what a report says of an instant is what was there at that instant."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from kadence.domain.errors import KadenceError
from kadence.domain.model import Card, ColumnType, Iteration
from kadence.domain.sizes import exact_size
from kadence.storage import integrity, iteration_cards, iterations
from kadence.usecases import cards
from kadence.usecases.unit_of_work import UnitOfWork
from tests.conftest import DEEP
from tests.insights.kit import COUNT, SIZE, Stage

pytestmark = pytest.mark.both_engines


SIZES = st.sampled_from([None, "1", "2", "3", "0.1", "0.2", "8 SP", "XL", ",5"])
ACTIONS = st.sampled_from(
    [
        *["card"] * 4,
        *["move"] * 6,
        *["resize"] * 3,
        *["add"] * 2,
        "remove",
        "archive",
        "restore",
        "delete",
        *["activate"] * 2,
        "close",
        "close into next",
    ]
)
DEEDS = st.lists(
    st.tuples(
        ACTIONS, st.integers(0, 99), st.integers(1, 3), SIZES, st.sampled_from([0, 1, 10**8])
    ),
    min_size=3,
    max_size=40,
)


class Seen(Struct):
    """What the tables said of an iteration at an instant."""

    at: int
    iteration: str
    counts: tuple[int, int]
    sizes: tuple[Decimal, Decimal]
    uids: set[str]


@pytest.mark.deep
@settings(
    max_examples=200 if DEEP else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
def test_the_report_of_every_instant_is_what_the_tables_said_then(
    unit: UnitOfWork, deeds: list[tuple[str, int, int, str | None, int]]
) -> None:
    stage = Stage(unit)
    stage.clock("2026-07-01T09:00")
    plans = [stage.iteration("2026-07-01", "2026-07-14", f"Sprint {n}") for n in (1, 2)]
    made: list[Card] = []
    seen: list[Seen] = []
    for action, which, state, size, later in deeds:
        unit.now += later + 1
        try:
            _do(stage, plans, made, action, which, state, size)
        except KadenceError:
            continue
        # What comes at the same instant counts as one.
        seen = [one for one in seen if one.at != unit.now] + [
            _look(unit, p.id, stage) for p in plans
        ]
    for one in seen:
        _agrees(stage, one)
    for plan in plans:
        _adds_up(stage, plan)
    assert integrity.frozen_gaps(unit.tx) == []


def _do(
    stage: Stage,
    plans: list[Iteration],
    made: list[Card],
    action: str,
    which: int,
    state: int,
    size: str | None,
) -> None:
    plan, other = plans[which % 2], plans[1 - which % 2]
    if action == "card":
        made.append(stage.card(size, into=plan if which % 3 else None))
        return
    to_plan: dict[str, Callable[[], object]] = {
        "activate": lambda: stage.set_status(plan, "active"),
        "close": lambda: stage.set_status(plan, "closed"),
        "close into next": lambda: stage.set_status(plan, "closed", other),
    }
    if action in to_plan:
        to_plan[action]()
    elif made:
        card = made[which % len(made)]
        to_card: dict[str, Callable[[], object]] = {
            "move": lambda: stage.move(card, state),
            "resize": lambda: stage.change(card, size_text=size),
            "add": lambda: stage.add(plan, card),
            "remove": lambda: stage.remove(plan, card),
            "archive": lambda: stage.change(card, condition=2),
            "restore": lambda: stage.change(card, condition=1),
            "delete": lambda: cards.delete_card(stage.unit, card.id, None),
        }
        to_card[action]()


def _look(unit: UnitOfWork, iteration_id: str, stage: Stage) -> Seen:
    """Count naively what stands in the iteration; of a closed one, what it froze."""
    found = iterations.find(unit.tx, unit.actor.company_id, stage.space_uid, iteration_id)
    assert found is not None
    standing = [card for _, card in iteration_cards.standing_with_cards(unit.tx, found)]
    if found.status == "closed":
        frozen: dict[str, Any] = msgspec.json.decode(found.data or "")
        counts = (frozen["totalCount"], frozen["doneCount"])
        return Seen(unit.now, iteration_id, counts, (Decimal(-1), _exact(frozen)), set())
    done = [card for card in standing if card.state == ColumnType.DONE]
    return Seen(
        unit.now,
        iteration_id,
        (len(standing), len(done)),
        (_sum(standing), _sum(done)),
        {card.uid for card in standing},
    )


def _exact(frozen: dict[str, Any]) -> Decimal:
    return Decimal(str(frozen["velocity"]["size"]))


def _sum(standing: list[Card]) -> Decimal:
    return sum(
        (exact_size(card.size_text, card.size) or Decimal(0) for card in standing), Decimal(0)
    )


def _agrees(stage: Stage, seen: Seen) -> None:
    iteration = iterations.find(
        stage.unit.tx, stage.unit.actor.company_id, stage.space_uid, seen.iteration
    )
    assert iteration is not None
    found = stage.report(iteration, seen.at).report
    counts, sizes = found.tally.counts, found.tally.sizes
    assert (sum(counts), counts[2]) == seen.counts
    assert sizes[2] == seen.sizes[1]
    if seen.sizes[0] >= 0:
        assert sum(sizes) == seen.sizes[0]
        inside = {
            card.card_uid for card in (*found.scope.done.cards, *found.scope.unfinished.cards)
        }
        assert inside == seen.uids


def _adds_up(stage: Stage, plan: Iteration) -> None:
    """The sum of the causes is the change; scope is done and remaining; at every point."""
    for unit_of_measure in (SIZE, COUNT):
        found = stage.report(plan, unit=unit_of_measure).report
        scope = found.scope
        for point in found.series:
            assert point.scope == point.done + point.remaining or (
                abs(float(point.scope) - float(point.done) - float(point.remaining)) < 1e-9
            )
        sizes = found.tally.sizes
        moved = scope.added.size - scope.removed.size + scope.re_estimated.size
        assert scope.baseline.size + moved == sum(sizes)
        counted = scope.baseline.count + scope.added.count - scope.removed.count
        assert counted == sum(found.tally.counts)
        assert scope.done.size + scope.unfinished.size == sum(sizes)
        causes = Counter(point.cause for point in found.series)
        assert causes["added"] == scope.added.count
        assert causes["re-estimated"] == len(scope.re_estimated.cards)
        assert [p.seq for p in found.series] == sorted(p.seq for p in found.series)
