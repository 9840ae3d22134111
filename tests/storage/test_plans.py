"""What a request costs the database, whatever the machine's load: its statements and their plans."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from kadence.domain.access import Actor
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration, CreateIteration
from kadence.domain.model import CompanyRole
from kadence.storage.engines import postgres_connections as postgres
from kadence.storage.engines import postgres_server
from kadence.storage.engines import sqlite_connections as sqlite
from kadence.storage.transactions import NO_PARAMETERS, Statement, Transaction
from kadence.usecases import (
    activity,
    card_list,
    card_views,
    cards,
    comments,
    forecasts,
    insights,
    iteration_cards,
    iterations,
    overview,
    planning,
)
from kadence.usecases.activity import EventQuery
from kadence.usecases.card_commands import ChangeCard, CreateCard
from kadence.usecases.card_list import CardQuery
from kadence.usecases.clock import system_clock
from kadence.usecases.comments import AddComment
from kadence.usecases.forecasts import ForecastQuery
from kadence.usecases.insights import ReportQuery, VelocityQuery
from kadence.usecases.iteration_cards import AddCard
from kadence.usecases.iterations import IterationQuery
from kadence.usecases.pages import Page
from kadence.usecases.planning import Action, ArrangeCards
from kadence.usecases.setup import Initialised, initialise
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret
from tests.cluster import Cluster
from tests.world import fresh_database

pytestmark = pytest.mark.both_engines


GROWING = (
    "cards",
    "iterations",
    "iteration_cards",
    "journal",
    "card_tags",
    "card_members",
    "comments",
)


class Recording(Transaction):
    """A transaction that remembers what was run in it."""

    __slots__ = ("ran",)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ran: list[tuple[str, Any]] = []

    def run(self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS) -> None:
        made = statement.compiled(self._dialect)
        self.ran.append((made.sql, made.bind(parameters)))
        super().run(statement, parameters)

    def run_many(self, statement: Statement, rows: Any) -> None:
        rows = list(rows)
        if rows:
            made = statement.compiled(self._dialect)
            self.ran.append((made.sql, made.bind(rows[0])))
        super().run_many(statement, rows)


class Space:
    """A space with cards and iterations, one of them active with half of the cards in it."""

    def __init__(self, unit: UnitOfWork, cards_in_it: int) -> None:
        made = initialise(unit, "Home", "owner@home.example", "Owner", "Space")
        self.made: Initialised = made
        self.cards = [
            cards.create_card(unit, CreateCard(f"Card number {n}", made.board_id)).card
            for n in range(cards_in_it)
        ]
        period = CreateIteration("Sprint", None, unit.now - 10, unit.now + 10)
        self.active, self.planned, self.spare = (
            iterations.create_iteration(unit, made.space_uid, period) for _ in range(3)
        )
        for card in self.cards[::2]:
            iteration_cards.add_card(unit, made.space_uid, self.active.id, AddCard(card.uid))
        active = ChangeIteration(status=ChangeableStatus.ACTIVE)
        iterations.change_iteration(unit, made.space_uid, self.active.id, active)


@pytest.fixture(
    scope="module",
    params=[("sqlite", 4), ("sqlite", 60), ("postgresql", 4), ("postgresql", 60)],
    ids=lambda stage: "-".join(map(str, stage)),
)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[UnitOfWork, Space, Recording, int]]:
    engine, size = request.param
    connection: Any
    if engine == "sqlite":
        connection = sqlite.connect(fresh_database(tmp_path_factory.mktemp("plans")))
        can = sqlite.CAPABILITIES
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        connection = postgres_server.connect(cluster.create(template="empty"))
        can = postgres.CAPABILITIES
    connection.execute("BEGIN")
    recording = Recording(connection.cursor(), can)
    nobody = Actor(0, "", 0, CompanyRole.USER)
    unit = UnitOfWork(recording, nobody, system_clock(), random_id, random_secret)
    yield unit, Space(unit, size), recording, size
    connection.close()


def arrange(unit: UnitOfWork, space: Space) -> object:
    wanted = ArrangeCards(Action.ADD, [card.uid for card in space.cards[1::2]])
    return planning.arrange_cards(unit, space.made.space_uid, space.planned.id, wanted)


def close(unit: UnitOfWork, space: Space) -> object:
    change = ChangeIteration(status=ChangeableStatus.CLOSED, new_iteration_id=space.spare.id)
    return iterations.change_iteration(unit, space.made.space_uid, space.active.id, change)


def listing(**wanted: Any) -> Callable[[UnitOfWork, Space], object]:
    def listed(unit: UnitOfWork, space: Space) -> object:
        query = CardQuery(space_id=space.made.space_id, **wanted)
        return card_list.list_cards(unit, query)

    return listed


# Each request with the most statements that it may take, however much there is in the space.
REQUESTS: dict[str, tuple[int, Callable[[UnitOfWork, Space], object]]] = {
    "create iteration": (
        3,
        lambda u, s: iterations.create_iteration(u, s.made.space_uid, CreateIteration("x")),
    ),
    "list iterations": (
        2,
        lambda u, s: iterations.list_iterations(u, s.made.space_uid, IterationQuery()),
    ),
    "list iterations with cards": (
        3,
        lambda u, s: iterations.list_iterations(
            u, s.made.space_uid, IterationQuery(with_cards=True, newest_first=True)
        ),
    ),
    "cards of an iteration": (
        3,
        lambda u, s: iteration_cards.list_cards(u, s.made.space_uid, s.active.id, "active"),
    ),
    "list cards": (11, listing()),
    "search": (11, listing(words=("number", "card"))),
    "search a short word": (11, listing(words=("no",))),
    "backlog": (10, listing(flags={"backlog": True})),
    "cards newest first": (11, listing(descending=True)),
    "cards of every space": (10, lambda u, _: card_list.list_cards(u, CardQuery())),
    "get card": (1, lambda u, s: card_views.get_card(u, s.cards[0].id, None)),
    "create card": (8, lambda u, s: cards.create_card(u, CreateCard("x", s.made.board_id))),
    "change card": (
        3,
        lambda u, s: cards.change_card(u, s.cards[0].id, ChangeCard(title="Card number one")),
    ),
    "add a card to an iteration": (
        7,
        lambda u, s: iteration_cards.add_card(
            u, s.made.space_uid, s.planned.id, AddCard(s.cards[1].uid)
        ),
    ),
    "move a card to another iteration": (
        11,
        lambda u, s: iteration_cards.add_card(
            u, s.made.space_uid, s.spare.id, AddCard(s.cards[1].uid)
        ),
    ),
    "comment": (4, lambda u, s: comments.add_comment(u, s.cards[0].id, AddComment("Hm"))),
    "history of a card": (
        5,
        lambda u, s: iteration_cards.card_history(u, s.cards[0].uid, True),  # noqa: FBT003
    ),
    "events of a card": (2, lambda u, s: activity.card_events(u, s.cards[0].id, Page())),
    "events of a space": (2, lambda u, s: activity.space_events(u, s.made.space_uid, EventQuery())),
    "report": (
        6,
        lambda u, s: insights.get_report(u, s.made.space_uid, s.active.id, ReportQuery()),
    ),
    "flow": (6, lambda u, s: insights.get_flow(u, s.made.space_uid, s.active.id, ReportQuery())),
    "periods": (3, lambda u, s: overview.get_periods(u, s.made.space_uid, ())),
    "totals": (2, lambda u, s: overview.get_totals(u, s.made.space_uid, None)),
    "leftovers": (2, lambda u, s: overview.get_leftovers(u, s.made.space_uid, None)),
    "velocity": (2, lambda u, s: insights.get_velocity(u, s.made.space_uid, VelocityQuery())),
    "forecast": (7, lambda u, s: forecasts.ask(u, s.made.space_uid, s.active.id, ForecastQuery())),
    "close with leftovers": (12, close),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_takes_few_statements_and_scans_no_table(
    stage: tuple[UnitOfWork, Space, Recording, int], name: str
) -> None:
    unit, space, recording, _ = stage
    most, request = REQUESTS[name]
    recording.ran = []
    request(unit, space)
    ran = recording.ran
    assert len(ran) <= most, "\n".join(sql for sql, _ in ran)
    for sql, parameters in ran:
        plan = explained(recording, sql, parameters)
        for table in GROWING:
            assert not re.search(rf"SCAN {table}\b(?! USING)", plan), f"{sql}\n{plan}"


# On PostgreSQL each statement is a round trip: queries that do not wait for each other share one.
ROUND_TRIPS = {
    "list cards": 3,
    "search": 3,
    "backlog": 3,
    "cards of every space": 3,
    "list iterations with cards": 3,
    "get card": 1,
    "change card": 3,
    "history of a card": 4,
}


@pytest.mark.parametrize("stage", [("postgresql", 4), ("postgresql", 60)], indirect=True)
@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_a_request_takes_few_round_trips_to_a_server(
    stage: tuple[UnitOfWork, Space, Recording, int], name: str
) -> None:
    unit, space, recording, _ = stage
    recording.ran = []
    REQUESTS[name][1](unit, space)
    assert len(recording.ran) <= ROUND_TRIPS[name], "\n".join(sql for sql, _ in recording.ran)


def test_a_page_by_id_is_found_without_sorting(
    stage: tuple[UnitOfWork, Space, Recording, int],
) -> None:
    unit, space, recording, _ = stage
    for name in ("list cards", "search", "backlog", "cards newest first", "cards of every space"):
        recording.ran = []
        REQUESTS[name][1](unit, space)
        (sql, parameters) = next(
            (sql, values) for sql, values in recording.ran if "LIMIT" in sql and "cards" in sql
        )
        assert "TEMP B-TREE" not in explained(recording, sql, parameters), (name, sql)


def test_many_cards_cost_a_few_more_statements_each(
    stage: tuple[UnitOfWork, Space, Recording, int],
) -> None:
    unit, space, recording, size = stage
    recording.ran = []
    arrange(unit, space)
    assert len(recording.ran) <= 12 + 2 * size


def explained(recording: Recording, sql: str, parameters: Mapping[str, Any]) -> str:
    """SQLite's plan; PostgreSQL chooses one by how much there is, which is little here."""
    if recording._dialect.name != "sqlite":  # noqa: SLF001
        return ""
    recording._cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)  # noqa: SLF001
    return "\n".join(row[3] for row in recording._cursor.fetchall())  # noqa: SLF001
