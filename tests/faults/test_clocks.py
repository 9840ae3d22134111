"""A machine whose clock is set back while kadence runs."""

import asyncio

import pytest

from kadence.domain.access import Actor
from kadence.domain.iteration_commands import CreateIteration
from kadence.domain.model import DAY, CompanyRole, Event, Iteration
from kadence.storage import integrity, journal
from kadence.storage.engines import locate, transaction
from kadence.usecases import invitations, sessions
from kadence.usecases.card_commands import CreateCard
from kadence.usecases.cards import create_card
from kadence.usecases.clock import SteadyClock, system_clock
from kadence.usecases.iteration_cards import AddCard, add_card, card_history, remove_card
from kadence.usecases.iterations import create_iteration
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.usecases.sign_in_attempts import BY_BOTH, WINDOW
from kadence.usecases.unit_of_work import (
    RenderedResponse,
    UnitOfWork,
    WriteOptions,
    random_id,
)
from tests.faults.kit import company

pytestmark = pytest.mark.both_engines


HOUR = 60 * 60 * 1000
TIMES = [10 * HOUR, 10 * HOUR + 1, 8 * HOUR, 8 * HOUR + 5, 1, 11 * HOUR, 9 * HOUR]


def test_a_clock_that_is_set_back_breaks_no_order(database: str) -> None:
    made = company(database)
    opened = locate(database).open()
    times = iter(TIMES * 2)
    runner = UnitOfWorkRunner(opened, SteadyClock(lambda: 2_000_000 * HOUR + next(times)))

    def owned(unit: UnitOfWork) -> UnitOfWork:
        unit.actor = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
        return unit

    def plan(unit: UnitOfWork) -> Iteration:
        return create_iteration(owned(unit), made.space_uid, CreateIteration("Sprint"))

    def put(unit: UnitOfWork, iteration_id: str, card_uid: str) -> None:
        add_card(owned(unit), made.space_uid, iteration_id, AddCard(card_uid))

    async def story() -> list[Event]:
        first, second = await runner.run_as_operator(plan), await runner.run_as_operator(plan)
        card = await runner.run_as_operator(
            lambda unit: create_card(owned(unit), CreateCard("Card", made.board_id)).card
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


class Machine:
    """A machine whose clock can be set, and whose time passes all the same."""

    def __init__(self) -> None:
        self.at, self.off = 10_000, 1_800_000_000_000
        self.clock = SteadyClock(lambda: self.at + self.off, lambda: self.at)

    def after(self, seconds: float, jump: float = 0) -> int:
        """What the clock tells so much later, set by so much in the meantime; from the start."""
        self.at += int(seconds * 1000)
        self.off += int(jump * 1000)
        return self.clock() - 1_800_000_010_000


def test_a_small_correction_is_followed_forward_and_waited_for_backward() -> None:
    machine = Machine()
    assert machine.after(1) == 1_000
    assert machine.after(1, jump=30) == 32_000
    assert machine.after(1, jump=-60) == 32_000
    assert machine.after(61) == 34_000


@pytest.mark.parametrize("jump", [3600, -3600, 61, 10 * 365 * 86_400])
def test_a_jump_is_believed_after_five_minutes_and_time_goes_on_meanwhile(jump: float) -> None:
    machine = Machine()
    assert machine.after(1) == 1_000
    told = [machine.after(1, jump=jump), machine.after(100), machine.after(199)]
    assert told == [2_000, 102_000, 301_000]
    believed = machine.after(1)
    # What was told is never taken back.
    assert believed == max(302_000 + jump * 1000, 301_000)
    assert machine.after(1) == max(303_000 + jump * 1000, 301_000)


def test_a_clock_that_comes_back_had_not_jumped() -> None:
    machine = Machine()
    assert machine.after(1, jump=3600) == 1_000
    assert machine.after(100) == 101_000
    assert machine.after(1, jump=-3600) == 102_000
    assert machine.after(1, jump=3600) == 103_000
    assert machine.after(299) == 402_000
    assert machine.after(1) == 403_000 + 3_600_000


def test_a_restart_by_a_clock_that_is_behind_goes_on_behind_the_last_event(database: str) -> None:
    made = company(database)

    def plan(unit: UnitOfWork) -> Iteration:
        unit.actor = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
        return create_iteration(unit, made.space_uid, CreateIteration("Sprint"))

    found = []
    for now in (2_000_000 * HOUR, 1_999_999 * HOUR):
        opened = locate(database).open()
        try:
            runner = UnitOfWorkRunner(opened, SteadyClock(lambda now=now: now))  # type: ignore[misc]
            found.append(asyncio.run(runner.run_as_operator(plan)).created)
        finally:
            opened.close()
    assert found == [2_000_000 * HOUR] * 2
    assert integrity.problems(locate(database)) == []


def test_an_event_before_the_one_before_it_is_damage(database: str) -> None:
    made = company(database)
    with transaction(locate(database)) as tx:
        event = Event(0, 1, 5, "link.revoked", None, made.space_uid, None, None, {})
        journal.append(tx, [event])
    found = integrity.problems(locate(database))
    assert any("is earlier than the event of its space before it" in gap for gap in found), found


def test_what_expires_goes_by_the_clock_and_not_by_the_last_event(database: str) -> None:
    """One command with a clock that is far ahead: nobody is signed out or locked out for it."""
    made = company(database)
    opened = locate(database).open()
    real = system_clock()

    def plan(unit: UnitOfWork) -> Iteration:
        unit.actor = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
        return create_iteration(unit, made.space_uid, CreateIteration("Sprint"))

    async def story() -> None:
        def at(moment: int) -> UnitOfWorkRunner:
            return UnitOfWorkRunner(opened, lambda: moment)

        begun = await at(real).write_anonymous(sessions.begin_with_token, made.token)
        await at(real + 40 * DAY).run_as_operator(plan)
        options = WriteOptions()
        answer: RenderedResponse[None] = RenderedResponse(b"")
        await at(real + 1).write(
            begun.secret, options, lambda _: answer, create_iteration, made.space_uid,
            CreateIteration("After"),
        )  # fmt: skip
        link = await at(real + 2).run_as_operator(
            invitations.issue_login_link, "owner@home.example"
        )
        assert link.expires == real + 2 + 7 * DAY
        for number in range(3 * BY_BOTH):
            now = real + number * WINDOW
            await at(now).write_anonymous(
                sessions.candidate, random_id(), "192.0.2.1", "owner@home.example"
            )

    try:
        asyncio.run(story())
    finally:
        opened.close()
    assert integrity.problems(locate(database)) == []
