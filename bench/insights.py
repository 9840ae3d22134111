"""How long a report of a large iteration and a chart take, by the server's own metrics."""

import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench.kit import Measure, company, kadence
from kadence.domain.access import Actor
from kadence.domain.lifecycle import IterationChange
from kadence.domain.model import CompanyRole
from kadence.storage import boards
from kadence.storage.location import locate, transaction
from kadence.usecases.cards import CardChange, NewCard, change_card, create_card
from kadence.usecases.clock import system_clock
from kadence.usecases.iteration_cards import add_card
from kadence.usecases.iterations import NewIteration, change_iteration, create_iteration
from kadence.usecases.setup import Initialised
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret

CARDS = 1_000
CHANGES = 18
"""Changes of each card: one in six is a move to another state, one a re-estimate."""
SECTION = f"insights: an iteration of {CARDS:,} cards and 20,000 events"
TURNS = 30


def measure(folder: Path) -> list[Measure]:
    """Means over many requests, of the time from a request's first byte to its answer's last."""
    database = f"sqlite:///{folder / 'insights.db'}"
    made = company(database)
    iteration_id = _fill(database, made)
    with socket.create_server(("127.0.0.1", 0)) as free:
        metrics = f"127.0.0.1:{free.getsockname()[1]}"
    with kadence(database, made, "--metrics-listen", metrics) as site, site.client() as client:
        path = f"/api/kadence/v1/spaces/{made.space_uid}/iterations/{iteration_id}"
        for name in ("report", "flow", "burndown.svg", "burndown.png"):
            client.get(f"{path}/{name}").raise_for_status()
        taken = {}
        ends = datetime.now(UTC).date() + timedelta(days=2)
        for name in ("report", "flow", "burndown.svg", "burndown.png"):
            count, seconds = _spent(metrics, name)
            for turn in range(TURNS):
                # Another instant each time, so that no picture is one that was drawn before.
                later = f"?as_of={ends}T{turn // 2:02}:{turn % 2 * 30:02}:00Z"
                client.get(f"{path}/{name}{later}").raise_for_status()
            after, total = _spent(metrics, name)
            taken[name] = (total - seconds) / (after - count) * 1000
    return [
        Measure(SECTION, "report", taken["report"], at_most=50, unit=" ms"),
        Measure(SECTION, "flow", taken["flow"], unit=" ms"),
        Measure(SECTION, "burndown, SVG", taken["burndown.svg"], at_most=150, unit=" ms"),
        Measure(SECTION, "burndown, PNG", taken["burndown.png"], at_most=150, unit=" ms"),
    ]


def _spent(metrics: str, name: str) -> tuple[float, float]:
    """How many requests there were of a route, and their seconds in all."""
    text = httpx.get(f"http://{metrics}/metrics").text
    pattern = r'kadence_request_seconds_{}{{[^}}]*route="[^"]*/{}"[^}}]*}} (\S+)'
    found = [re.search(pattern.format(part, re.escape(name)), text) for part in ("count", "sum")]
    return tuple(float(each[1]) if each else 0.0 for each in found)  # type: ignore[return-value]


def _fill(database: str, made: Initialised) -> str:
    with transaction(locate(database)) as tx:
        actor = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
        unit = UnitOfWork(tx, actor, system_clock(), random_id, random_secret)
        board = boards.BOARDS.find(tx, 1, made.board_id)
        assert board is not None  # noqa: S101 - it was made just now
        columns = [column.id for column in boards.columns_of(tx, board)]
        period = NewIteration("Sprint", "", unit.now - 10**9, unit.now + 10**9)
        iteration = create_iteration(unit, made.space_uid, period)
        cards = []
        for number in range(CARDS):
            new = NewCard(f"Card {number}", made.board_id, size_text=str(number % 8 + 1))
            cards.append(create_card(unit, new).card)
            add_card(unit, made.space_uid, iteration.id, cards[-1].uid)
        begun = IterationChange(status="active")
        change_iteration(unit, made.space_uid, iteration.id, begun)
        for turn in range(CHANGES):
            for card in cards:
                unit.now += 7
                change_card(unit, card.id, _change(turn, card.id, columns))
    return iteration.id


def _change(turn: int, card_id: int, columns: list[int]) -> CardChange:
    if turn == 1:
        return CardChange(size_text=str(card_id % 9 + 1))
    if turn % 6 == 0:
        return CardChange(column_id=columns[(turn // 6 + 1) % 3])
    return CardChange(description=f"What it is about, version {turn}. " * 6)
