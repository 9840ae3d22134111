"""What a create, a get and a first page cost with 1,000,000 iterations, beside 1,000."""

import contextlib
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import apsw
import httpx
from msgspec import Struct

from bench.kit import CREATE, Measure, Site, company, kadence
from kadence.storage.engines.sqlite_connections import connect
from kadence.usecases.unit_of_work import random_id

SECTION = "1,000,000 iterations compared with 1,000, SQLite"
TURNS = 300
BUDGET = 1.15
SIZES = {"small": 1_000, "big": 1_000_000}


class Side(Struct):
    """One of the two databases, served."""

    site: Site
    client: httpx.Client
    some: str
    size: int


def measure(folder: Path) -> list[Measure]:
    """Each size has a database and a server of its own; they are asked in turns."""
    with contextlib.ExitStack() as stack:
        sides = []
        for name, iterations in SIZES.items():
            path = folder / f"growth-{name}.db"
            database = f"sqlite:///{path}"
            made = company(database)
            some = fill(path, made.space_uid, made.user_uid, iterations)
            site = stack.enter_context(kadence(database, made))
            sides.append(Side(site, stack.enter_context(site.client()), some, iterations))
        return [
            Measure(SECTION, name, _ratio(sides, ask), at_most=budget)
            for name, (ask, budget) in _REQUESTS.items()
        ]


def fill(path: Path, space_uid: str, user_uid: str, count: int) -> str:
    """So many closed and planned iterations with their events; the id of one in the middle."""
    connection = connect(path)
    connection.execute("BEGIN IMMEDIATE")
    ids = [random_id() for _ in range(count)]
    statuses = ("closed", "closed", "closed", "planned")
    connection.executemany(
        "INSERT INTO iterations (company_id, id, space_uid, title, status, creator_uid,"
        " updater_uid, sort_order, created, updated)"
        " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (id_, space_uid, f"Sprint {n}", statuses[n % 4], user_uid, user_uid, n, n, n)
            for n, id_ in enumerate(ids)
        ),
    )
    _journal(connection, space_uid, user_uid, ids)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return ids[count // 2]


def _journal(connection: apsw.Connection, space: str, user: str, ids: list[str]) -> None:
    connection.executemany(
        "INSERT INTO journal (company_id, at, kind, actor_uid, space_uid, iteration_id, payload)"
        " VALUES (1, ?, 'iteration.created', ?, ?, ?, '{}')",
        ((n, user, space, id_) for n, id_ in enumerate(ids)),
    )


Ask = Callable[[Side], httpx.Response]


def _page(query: str) -> Ask:
    return lambda side: side.client.get(f"{side.site.iterations}?limit=100{query}")


_REQUESTS: dict[str, tuple[Ask, float | None]] = {
    "create": (
        lambda s: s.client.post(
            s.site.iterations, content=CREATE, headers={"Content-Type": "application/json"}
        ),
        BUDGET,
    ),
    "get one": (lambda side: side.client.get(f"{side.site.iterations}/{side.some}"), BUDGET),
    "first page of 100, oldest first": (_page(""), BUDGET),
    "first page of 100, newest first": (_page("&order=desc"), BUDGET),
    "first page of 100, planned": (_page("&status=planned"), BUDGET),
    "first page of 100, two statuses": (_page("&status=planned,closed&order=desc"), BUDGET),
    "a page after 90 % of the rows": (
        lambda s: s.client.get(f"{s.site.iterations}?limit=100&offset={s.size * 9 // 10}"),
        None,
    ),
}


def _ratio(sides: list[Side], ask: Ask) -> float:
    times: list[list[float]] = [[], []]
    for _ in range(TURNS):
        for side, took in zip(sides, times, strict=True):
            began = time.perf_counter()
            ask(side).raise_for_status()
            took.append(time.perf_counter() - began)
    small, big = times
    return statistics.median(b / s for s, b in zip(small, big, strict=True))
