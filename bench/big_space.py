"""What work costs in a space of 2,000 iterations and 200,000 cards, beside a small one: ratios.

Each has a database and a server of its own; they are asked in turns, one request at a time, so that
what is compared differs in nothing but the size.
"""

import contextlib
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import httpx
from msgspec import Struct

from bench.kit import Measure, company, kadence
from kadence.domain.access import Actor
from kadence.domain.iteration_commands import CreateIteration
from kadence.domain.model import CompanyRole
from kadence.storage.engines.sqlite_connections import CAPABILITIES, connect
from kadence.storage.transactions import Transaction
from kadence.usecases.card_commands import CreateCard
from kadence.usecases.cards import create_card
from kadence.usecases.clock import system_clock
from kadence.usecases.iterations import create_iteration
from kadence.usecases.setup import Initialised, make_space
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret

SECTION = "200,000 cards compared with 2,000, SQLite"
SIZES = {"small": (20, 2_000), "big": (2_000, 200_000)}
SEED = 20260101
BUDGET = 1.2
ROUNDS = 60
CLOSED_WITH = 500
_TEXT = (
    "search payment invoice Übersicht поиск оплата карточка доска team board export import mobile "
    "dark mode e-mail login password profile avatar calendar filter report chart sprint velocity"
)
WORDS = _TEXT.split()


class Place(Struct):
    """A space with what is needed to work in it."""

    id: int
    uid: str
    board_id: int
    cards: list[str]
    iterations: list[str]


def fill(path: Path, made: Initialised, *, iterations: int, cards: int) -> Place:
    """A space with so many iterations and cards, the same for every run.

    All but the last 1,000 cards are in iterations, which are closed; they are copied in bulk from
    one that the use cases made, with titles of their own.
    """
    chance = random.Random(SEED)  # noqa: S311 - sample data
    connection = connect(path)
    connection.execute("BEGIN IMMEDIATE")
    tx = Transaction(connection.cursor(), CAPABILITIES)
    owner = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
    unit = UnitOfWork(tx, owner, system_clock(), random_id, random_secret)
    space, full = make_space(unit, f"Space of {cards}")
    card = create_card(unit, CreateCard("template", full.board.id, size_text="3")).card
    sprint = create_iteration(unit, space.uid, CreateIteration("Sprint"))
    ids = [random_id() for _ in range(iterations)]
    _copy(connection, "iterations", sprint.id, "id", ({"id": i, "status": "closed"} for i in ids))
    uids = [random_id() for _ in range(cards)]
    titles = [" ".join(chance.choices(WORDS, k=4)) for _ in uids]
    _copy(
        connection,
        "cards",
        card.uid,
        "uid",
        ({"uid": u, "title": t, "id": None} for u, t in zip(uids, titles, strict=True)),
    )
    connection.execute(
        "INSERT INTO card_search (rowid, title, description, external_id)"
        " SELECT id, title, '', '' FROM cards WHERE space_id = ? AND id > ?",
        (space.id, card.id),
    )
    connection.executemany(
        "INSERT INTO iteration_cards (company_id, iteration_id, id, card_uid, added_by_uid,"
        " sort_order, created, updated) VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (
            (ids[n % len(ids)], random_id(), uid, made.user_uid, n, unit.now, unit.now)
            for n, uid in enumerate(uids[: max(cards - 1000, 0)])
        ),
    )
    connection.execute("COMMIT")
    # Copying in bulk leaves the text index in many pieces, which a server's own small writes merge
    # as they come.
    connection.execute("INSERT INTO card_search (card_search) VALUES ('optimize')")
    connection.close()
    return Place(space.id, space.uid, full.board.id, uids, ids)


def _copy(connection: apsw.Connection, table: str, key: str, column: str, rows: Any) -> None:
    """Rows like the one whose `column` is `key`, each with other values in some columns."""
    found = connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (key,))  # noqa: S608
    names = [part[0] for part in found.get_description()]
    template = dict(zip(names, found.fetchone() or (), strict=True))
    marks = ", ".join(f":{name}" for name in names)
    connection.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
        (template | row for row in rows),
    )


class Caller:
    """Requests to a running server, and how long each took."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a request that must succeed."""
        answer = self._http.request(method, f"/api/latest{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def own(self, path: str, body: Any) -> Any:
        """The answer to one of kadence's own operations."""
        answer = self._http.post(f"/api/kadence/v1{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def time(self, work: Callable[[], object]) -> float:
        """Seconds that the work takes."""
        began = time.perf_counter()
        work()
        return time.perf_counter() - began


class Side(Struct):
    """A space and the caller who works in it."""

    caller: Caller
    place: Place
    goal: str | None = None


def measure(folder: Path) -> list[Measure]:
    """What each kind of work costs in the big space by what it costs in the small one."""
    with contextlib.ExitStack() as stack:
        sides = []
        for name, (iterations, cards) in SIZES.items():
            path = folder / f"{name}.db"
            database = f"sqlite:///{path}"
            made = company(database)
            place = fill(path, made, iterations=iterations, cards=cards)
            site = stack.enter_context(kadence(database, made))
            sides.append(Side(Caller(site.url, made.token), place))
        small, big = sides
        found = []
        for name, work in {
            "card list": _list(""),
            "search": _list("&query=payment поиск"),
            "search, one hit": _rare,
            "backlog": _list("&iteration_id=none"),
            "add a card to an iteration": _add,
        }.items():
            pairs = [(work(small, turn), work(big, turn)) for turn in range(ROUNDS)]
            found.append(_ratio(name, pairs))
        pairs = [(_closing(small), _closing(big)) for _ in range(6)]
        found.append(_ratio(f"close an iteration of {CLOSED_WITH} cards", pairs))
        return found


Work = Callable[[Side, int], float]


def _list(filters: str) -> Work:
    def listed(side: Side, _: int) -> float:
        path = f"/cards?space_id={side.place.id}&limit=20{filters}"
        return side.caller.time(lambda: side.caller.ask("GET", path))

    return listed


def _rare(side: Side, turn: int) -> float:
    """Search for the one card with a word of its own."""
    caller, place = side.caller, side.place
    word = f"needle{turn}x"
    caller.ask("POST", "/cards", {"title": word, "board_id": place.board_id})
    path = f"/cards?space_id={place.id}&query={word}"
    return caller.time(lambda: caller.ask("GET", path))


def _add(side: Side, turn: int) -> float:
    caller, place = side.caller, side.place
    path = f"/spaces/{place.uid}/iterations"
    if side.goal is None:
        side.goal = caller.ask("POST", path, {"title": "Goal"})["id"]
    body = {"card_uid": place.cards[-1 - turn]}
    goal = f"{path}/{side.goal}/cards"
    return caller.time(lambda: caller.ask("POST", goal, body))


def _closing(side: Side) -> float:
    caller, place = side.caller, side.place
    path = f"/spaces/{place.uid}/iterations"
    period = {"start_date": "2026-01-05", "finish_date": "2026-01-16"}
    closing, following = (caller.ask("POST", path, {"title": "x"} | period)["id"] for _ in "ab")
    for start in range(100, 100 + CLOSED_WITH, 100):
        cards = [place.cards[-1 - n] for n in range(start, start + 100)]
        caller.own(f"{path}/{closing}/cards/arrange", {"action": "add", "card_uids": cards})
    caller.ask("PATCH", f"{path}/{closing}", {"status": "active"})
    body = {"status": "closed", "new_iteration_id": following}
    return caller.time(lambda: caller.ask("PATCH", f"{path}/{closing}", body))


def _ratio(name: str, pairs: list[tuple[float, float]]) -> Measure:
    ratio = statistics.median(big / small for small, big in pairs)
    small, big = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    return Measure(SECTION, name, ratio, at_most=BUDGET, note=f"{big:.2f} / {small:.2f} ms")
