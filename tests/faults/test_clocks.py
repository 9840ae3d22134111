"""A machine whose clock is set back while kadence runs."""

import asyncio

import pytest

from kadence.domain.access import Actor
from kadence.domain.model import CompanyRole, Event, Iteration
from kadence.storage import integrity, journal
from kadence.storage.location import locate, open_database
from kadence.usecases.cards import NewCard, create_card
from kadence.usecases.clock import SteadyClock
from kadence.usecases.iteration_cards import add_card, card_history, remove_card
from kadence.usecases.iterations import NewIteration, create_iteration
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.usecases.unit_of_work import UnitOfWork
from tests.faults.kit import company

pytestmark = pytest.mark.both_engines


HOUR = 60 * 60 * 1000
TIMES = [10 * HOUR, 10 * HOUR + 1, 8 * HOUR, 8 * HOUR + 5, 1, 11 * HOUR, 9 * HOUR]


def test_a_clock_that_is_set_back_breaks_no_order(database: str) -> None:
    made = company(database)
    opened = open_database(locate(database))
    times = iter(TIMES * 2)
    runner = UnitOfWorkRunner(opened, SteadyClock(lambda: 2_000_000 * HOUR + next(times)))

    def owned(unit: UnitOfWork) -> UnitOfWork:
        unit.actor = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
        return unit

    def plan(unit: UnitOfWork) -> Iteration:
        return create_iteration(owned(unit), made.space_uid, NewIteration("Sprint"))

    def put(unit: UnitOfWork, iteration_id: str, card_uid: str) -> None:
        add_card(owned(unit), made.space_uid, iteration_id, card_uid)

    async def story() -> list[Event]:
        first, second = await runner.run_as_operator(plan), await runner.run_as_operator(plan)
        card = await runner.run_as_operator(
            lambda unit: create_card(owned(unit), NewCard("Card", made.board_id)).card
        )
        for iteration in (first, second, first):
            await runner.run_as_operator(put, iteration.id, card.uid)
        await runner.run_as_operator(
            lambda unit: remove_card(owned(unit), made.space_uid, first.id, card.uid, None)
        )
        _, history = await runner.run_as_operator(
            lambda unit: card_history(owned(unit), card.uid, query=False)
        )
        assert [entry.record.iteration_id for entry in history] == [first.id, second.id, first.id]
        assert history[0].record.removed_at is not None
        return await opened.read(lambda tx: list(journal.all_events(tx)))

    try:
        events = asyncio.run(story())
    finally:
        opened.close()
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    told = [event.at for event in events if event.at >= 2_000_000 * HOUR]
    assert len(told) >= 7
    assert told == sorted(told)
    assert integrity.problems(locate(database)) == []
