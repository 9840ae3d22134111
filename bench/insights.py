"""How long a report of a large iteration and a chart take, by the server's own metrics."""

import re
import socket
import time
from pathlib import Path

import httpx
import msgspec

from bench.kit import Measure, company, kadence
from kadence.domain.access import Actor
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration, CreateIteration
from kadence.domain.model import CompanyRole
from kadence.drawing.picture import Drawing, Format
from kadence.drawing.render import render
from kadence.storage import boards
from kadence.storage.engines import locate, transaction
from kadence.usecases.card_commands import ChangeCard, CreateCard
from kadence.usecases.cards import change_card, create_card
from kadence.usecases.clock import system_clock
from kadence.usecases.iteration_cards import AddCard, add_card
from kadence.usecases.iterations import change_iteration, create_iteration
from kadence.usecases.setup import Initialised
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret
from kadence.web.codec import format_timestamp

CARDS = 1_000
CHANGES = 18
"""Changes of each card: one in six is a move to another state, one a re-estimate."""
SECTION = f"insights: an iteration of {CARDS:,} cards and 20,000 events"
TURNS = 30
NAMES = ("report", "flow", "burndown.svg", "burndown.png")


def measure(folder: Path) -> list[Measure]:
    """Means over many requests, of the time from a request's first byte to its answer's last."""
    database = f"sqlite:///{folder / 'insights.db'}"
    made = company(database)
    iteration_id = _fill(database, made)
    with socket.create_server(("127.0.0.1", 0)) as free:
        metrics = f"127.0.0.1:{free.getsockname()[1]}"
    with kadence(database, made, "--metrics-listen", metrics) as site, site.client() as client:
        path = f"/api/kadence/v1/spaces/{made.space_uid}/iterations/{iteration_id}"
        page = f"/api/latest/cards?space_id={made.space_id}&limit=100"
        addresses = {name: f"{path}/{name}" for name in NAMES} | {"cards": page}
        taken = {}
        for name, address in addresses.items():
            client.get(address).raise_for_status()
            count, seconds = _spent(metrics, name)
            now = system_clock()
            for turn in range(TURNS):
                # Another instant each time, so that no picture is one that was drawn before.
                query = "" if name == "cards" else f"?as_of={format_timestamp(now - 40 * turn)}"
                client.get(address + query).raise_for_status()
            after, total = _spent(metrics, name)
            taken[name] = (total - seconds) / (after - count) * 1000
    return _measures(taken, {format_: _bare(format_) for format_ in Format})


def _measures(taken: dict[str, float], bare: dict[Format, float]) -> list[Measure]:
    page = taken["cards"]
    found = [
        Measure(
            SECTION,
            f"{name}, relative to a page of 100 cards",
            taken[name] / page,
            at_most=budget,
            note=f"{taken[name]:.1f} of {page:.1f} ms",
        )
        for name, budget in (("report", 22), ("flow", None))
    ]
    for format_, least in bare.items():
        name = f"burndown.{format_.value}"
        beside = least + taken["report"]
        found.append(
            Measure(
                SECTION,
                f"{name}, relative to its report and a bare chart",
                taken[name] / beside,
                at_most=1.5,
                note=f"{taken[name]:.0f} of {beside:.0f} ms",
            )
        )
    return found


def _bare(format_: Format) -> float:
    """Milliseconds in which the library draws a chart of one bar."""
    chart = {
        "description": "A bar",
        "data": {"values": [{"x": "a", "y": 1}]},
        "mark": "bar",
        "encoding": {"x": {"field": "x"}, "y": {"field": "y", "type": "quantitative"}},
    }
    asked = Drawing(msgspec.json.encode(chart), format_)
    render(asked)
    began = time.perf_counter()
    for _ in range(TURNS):
        render(asked)
    return (time.perf_counter() - began) / TURNS * 1000


def _spent(metrics: str, name: str) -> tuple[float, float]:
    """How many requests there were of a route, and their seconds in all."""
    text = httpx.get(f"http://{metrics}/metrics").text
    pattern = r'kadence_request_seconds_{}{{[^}}]*route="[^"]*/{}"[^}}]*}} (\S+)'
    found = [re.search(pattern.format(part, re.escape(name)), text) for part in ("count", "sum")]
    return tuple(float(each[1]) if each else 0.0 for each in found)  # type: ignore[return-value]


def _fill(database: str, made: Initialised) -> str:
    with transaction(locate(database)) as tx:
        actor = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
        # All of it is over when it is asked about.
        unit = UnitOfWork(tx, actor, system_clock() - 600_000, random_id, random_secret)
        board = boards.BOARDS.find(tx, 1, made.board_id)
        assert board is not None  # noqa: S101 - it was made just now
        columns = [column.id for column in boards.columns_of(tx, board)]
        period = CreateIteration("Sprint", "", unit.now - 10**9, unit.now + 10**9)
        iteration = create_iteration(unit, made.space_uid, period)
        cards = []
        for number in range(CARDS):
            new = CreateCard(f"Card {number}", made.board_id, size_text=str(number % 8 + 1))
            cards.append(create_card(unit, new).card)
            add_card(unit, made.space_uid, iteration.id, AddCard(cards[-1].uid))
        begun = ChangeIteration(status=ChangeableStatus.ACTIVE)
        change_iteration(unit, made.space_uid, iteration.id, begun)
        for turn in range(CHANGES):
            for card in cards:
                unit.now += 7
                change_card(unit, card.id, _change(turn, card.id, columns))
    return iteration.id


def _change(turn: int, card_id: int, columns: list[int]) -> ChangeCard:
    if turn == 1:
        return ChangeCard(size_text=str(card_id % 9 + 1))
    if turn % 6 == 0:
        return ChangeCard(column_id=columns[(turn // 6 + 1) % 3])
    return ChangeCard(description=f"What it is about, version {turn}. " * 6)
