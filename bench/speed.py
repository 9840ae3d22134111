"""Requests a second at 32 connections: creating, moving, adding, reading; beside the floor."""

import sqlite3
import statistics
import time
from pathlib import Path

from bench import big_space
from bench.kit import CREATE, Load, Measure, company, floor, kadence, line, load, median_ratio

SECTION = "32 connections, one process, SQLite"
ROUNDS = 8
SECONDS = 2
FRESH = 20_000
"""Cards for one turn of adding."""
CARDS = 2_000 + ROUNDS * FRESH


def measure(folder: Path) -> list[Measure]:
    """All that is compared with the floor takes turns with it."""
    path = folder / "speed.db"
    database = f"sqlite:///{path}"
    made = company(database)
    place = big_space.fill(path, made, iterations=50, cards=CARDS)
    cards = list(zip(range(2, CARDS + 2), place.cards, strict=True))
    turns: dict[str, list[Load]] = {"floor": [], "create": [], "move": [], "add": [], "get": []}
    loop: list[float] = []
    with floor() as bare, kadence(database, made) as site, site.client() as client:
        board = client.get(f"/api/latest/boards/{place.board_id}").json()
        columns = [column["id"] for column in board["columns"]]
        iterations = f"/api/latest/spaces/{place.uid}/iterations"
        creating = [line("POST", site.iterations, CREATE)]
        moving = [
            line("PATCH", f"/api/latest/cards/{number}", {"column_id": column})
            for column in (columns[1], columns[2], columns[0])
            for number, _ in cards[:2000]
        ]
        reading = [line("GET", f"{iterations}/{id_}") for id_ in place.iterations]
        for turn in range(ROUNDS):
            turns["floor"].append(load(bare, made.token, creating, seconds=SECONDS))
            turns["create"].append(load(site.url, made.token, creating, seconds=SECONDS))
            turns["move"].append(load(site.url, made.token, moving, seconds=SECONDS))
            goal = client.post(iterations, json={"title": f"Goal {turn}"}).json()["id"]
            # Each card once: adding one again is less work, moving one is more.
            fresh = cards[2000 + turn * FRESH : 2000 + (turn + 1) * FRESH]
            adding = [
                line("POST", f"{iterations}/{goal}/cards", {"card_uid": uid}) for _, uid in fresh
            ]
            turns["add"].append(load(site.url, made.token, adding, seconds=SECONDS))
            turns["get"].append(load(site.url, made.token, reading, seconds=SECONDS))
            loop.append(_commit_loop(folder / "loop.db"))
    return _measures(turns, loop)


def _measures(turns: dict[str, list[Load]], loop: list[float]) -> list[Measure]:
    rates = {name: [turn.rate for turn in loads] for name, loads in turns.items()}
    medians = {name: statistics.median(values) for name, values in rates.items()}
    found = [
        Measure(
            SECTION,
            f"{what}, relative to the floor",
            median_ratio(rates[name], rates["floor"]),
            at_least=budget,
            note=f"{medians[name]:,.0f} of {medians['floor']:,.0f} a second",
        )
        for name, what, budget in (
            ("create", "create an iteration", 0.40),
            ("move", "move a card", 0.30),
            ("add", "add a card to an iteration", 0.25),
            ("get", "get one iteration", 0.40),
        )
    ]
    found.insert(
        1,
        Measure(
            SECTION,
            "create relative to a loop of one-row commits",
            median_ratio(rates["create"], loop),
            at_least=1.0,
            note=f"{statistics.median(loop):,.0f} commits a second; "
            f"the floor answers {median_ratio(rates['floor'], loop):.2f} times as many requests",
        ),
    )
    tail = statistics.median(turn.tail for turn in turns["create"])
    found.insert(2, Measure(SECTION, "create: p99 / p50", tail, at_most=5))
    return found


def _commit_loop(path: Path) -> float:
    """Commits per second of one row of an iteration's size, durable as kadence's are."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT)")
    count, ends = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < ends:
        connection.execute("INSERT INTO rows (text) VALUES (?)", ("x" * 300,))
        count += 1
    connection.close()
    return count / SECONDS
