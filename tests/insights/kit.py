"""A space whose clock the test sets, on either engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from kadence.domain.access import Actor
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration, CreateIteration
from kadence.domain.model import Card, CompanyRole, Iteration
from kadence.domain.report import UnitOfMeasure
from kadence.storage import boards
from kadence.storage.engines import locate, transaction
from kadence.usecases import cards, insights, iteration_cards, iterations
from kadence.usecases.calendars import ChangeCalendar, change_calendar
from kadence.usecases.card_commands import ChangeCard, CreateCard
from kadence.usecases.insights import ReportQuery
from kadence.usecases.iteration_cards import AddCard
from kadence.usecases.setup import initialise, make_space
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret

SIZE, COUNT = UnitOfMeasure.SIZE, UnitOfMeasure.COUNT


def at(text: str) -> int:
    """An instant from `2026-07-28T12:00Z` or another ISO text; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


class Stage:
    """A space with a board of three columns, and a clock."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit
        space, full = make_space(unit, "Space")
        self.space_uid, self.space_id = space.uid, space.id
        self.board_id = full.board.id
        board = boards.BOARDS.find(unit.tx, unit.actor.company_id, self.board_id)
        assert board is not None
        self.columns = [column.id for column in boards.columns_of(unit.tx, board)]

    def clock(self, text: str) -> None:
        """Let it be this instant."""
        self.unit.now = self.unit.clock = at(text)

    def iteration(
        self, start: str | None = None, finish: str | None = None, title: str = "Sprint"
    ) -> Iteration:
        """A planned iteration."""
        dates = (None if start is None else at(start), None if finish is None else at(finish))
        return iterations.create_iteration(
            self.unit, self.space_uid, CreateIteration(title, "", *dates)
        )

    def card(self, size: str | None = None, into: Iteration | None = None) -> Card:
        """A queued card, perhaps in an iteration."""
        made = cards.create_card(self.unit, CreateCard("Card", self.board_id, size_text=size)).card
        if into is not None:
            self.add(into, made)
        return made

    def add(self, iteration: Iteration, card: Card) -> None:
        iteration_cards.add_card(self.unit, self.space_uid, iteration.id, AddCard(card.uid))

    def remove(self, iteration: Iteration, card: Card) -> None:
        iteration_cards.remove_card(self.unit, self.space_uid, iteration.id, card.uid, None)

    def move(self, card: Card, state: int) -> None:
        """Into the column of this state: 1 queued, 2 in progress, 3 done."""
        self.change(card, column_id=self.columns[state - 1])

    def change(self, card: Card, **values: Any) -> None:
        cards.change_card(self.unit, card.id, ChangeCard(**values))

    def set_status(self, iteration: Iteration, status: str, into: Iteration | None = None) -> None:
        change = ChangeIteration(
            status=ChangeableStatus(status), new_iteration_id=into.id if into else None
        )
        iterations.change_iteration(self.unit, self.space_uid, iteration.id, change)

    def calendar(self, **values: Any) -> None:
        change_calendar(self.unit, self.space_uid, ChangeCalendar(**values))

    def written(self) -> None:
        """Have the events so far in the journal, as at the end of a transaction."""
        self.unit.tx.flush_deferred()

    def report(
        self, iteration: Iteration, as_of: int | None = None, unit: UnitOfMeasure = SIZE
    ) -> insights.Reported:
        """The report over the use case."""
        self.written()
        query = ReportQuery(as_of, unit)
        return insights.get_report(self.unit, self.space_uid, iteration.id, query)


@contextmanager
def staged(url: str) -> Iterator[UnitOfWork]:
    """A unit of a new company's owner, in one long transaction."""
    nobody = Actor(0, "", 0, CompanyRole.USER)
    with transaction(locate(url)) as tx:
        unit = UnitOfWork(tx, nobody, at("2026-06-01T08:00"), random_id, random_secret)
        initialise(unit, "Home", "owner@home.example", "Owner", "Home")
        yield unit
