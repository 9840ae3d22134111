"""What was counted by the rules of before stays as it was counted."""

import re
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import select

from kadence.domain.model import Iteration
from kadence.domain.sizes import CardSize
from kadence.domain.timeline import RULES
from kadence.storage import cards, integrity
from kadence.storage.schema import journal
from kadence.storage.transactions import Statement
from tests.insights.kit import Stage

pytestmark = pytest.mark.both_engines


def by_rules_1(text: str | None) -> CardSize:
    found = re.search(r"-?[0-9]+", text or "")
    return CardSize(float(found[0]) if found else None, None, text)


def gaps(stage: Stage, sprint: Iteration) -> list[str]:
    return [gap for gap in integrity.frozen_gaps(stage.unit.tx) if sprint.id in gap]


def test_a_card_keeps_the_size_that_it_was_given_by_earlier_rules(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.clock("2026-07-01T09:00")
    sprint = stage.iteration("2026-07-01", "2026-07-10")
    with monkeypatch.context() as before:
        before.setattr("kadence.usecases.cards.parse_size", by_rules_1)
        card = stage.card("PROJ-3", into=sprint)
        done = stage.card("1 000", into=sprint)
        stage.move(done, 3)
    stage.card("1 000", into=sprint)
    stage.set_status(sprint, "active")
    stage.change(card, title="Renamed")
    running = stage.report(sprint).report.scope
    assert (running.baseline.size, running.done.size) == (Decimal(998), Decimal(1))
    stage.set_status(sprint, "closed")
    closed = stage.report(sprint).report
    # Written again, the same text is read by the rules of now: which changes nothing of what is over.
    stage.change(card, size_text="PROJ-3")
    again = cards.CARDS.find(stage.unit.tx, stage.unit.actor.company_id, card.id)
    assert again is not None
    assert (again.size, again.size_text) == (None, "PROJ-3")
    assert stage.report(sprint).report == closed
    assert gaps(stage, sprint) == []


def test_a_freezing_says_by_which_rules(stage: Stage) -> None:
    stage.clock("2026-07-02T09:00")
    sprint = stage.iteration("2026-07-01", "2026-07-10")
    stage.set_status(sprint, "active")
    stage.set_status(sprint, "closed")
    stage.written()
    frozen = Statement(
        select(journal.c.kind, journal.c.payload)
        .where(journal.c.iteration_id == sprint.id)
        .where(journal.c.kind.in_(("iteration.activated", "iteration.closed")))
        .order_by(journal.c.seq)
    )
    told = [(kind, msgspec.json.decode(said)) for kind, said in stage.unit.tx.all(frozen)]
    assert [(kind, payload["rules"]) for kind, payload in told] == [
        ("iteration.activated", RULES),
        ("iteration.closed", RULES),
    ]


def test_numbers_that_were_frozen_by_rules_of_later_are_no_proof(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.clock("2026-07-02T09:00")
    sprint = stage.iteration("2026-07-01", "2026-07-10")
    with monkeypatch.context() as later:
        later.setattr("kadence.usecases.iterations.RULES", RULES + 1)
        stage.set_status(sprint, "active")
    stage.written()
    (gap,) = gaps(stage, sprint)
    assert f"froze by rules {RULES + 1}" in gap
