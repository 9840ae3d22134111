"""One caller alone: how long a create, a card move and a list take, beside a bare fsync."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from bench import big_space
from bench.kit import CREATE, Measure, company, kadence, percentile

SECTION = "one caller alone, SQLite"
TIMES = 500


def measure(folder: Path) -> list[Measure]:
    """All four take turns, a call each."""
    path = folder / "alone.db"
    database = f"sqlite:///{path}"
    made = company(database)
    place = big_space.fill(path, made, iterations=50, cards=2_000)
    took: dict[str, list[float]] = {}
    with kadence(database, made) as site, site.client() as client:
        board = client.get(f"/api/latest/boards/{place.board_id}").json()
        columns = [column["id"] for column in board["columns"]]
        file = os.open(folder / "synced", os.O_CREAT | os.O_WRONLY)
        headers = {"Content-Type": "application/json"}

        def synced(_: int) -> object:
            os.write(file, b"x" * 4096)
            os.fdatasync(file)
            return None

        def created(_: int) -> object:
            return client.post(site.iterations, content=CREATE, headers=headers).raise_for_status()

        def moved(turn: int) -> object:
            body = {"column_id": columns[1 + turn % 2]}
            return client.patch("/api/latest/cards/2", json=body).raise_for_status()

        def listed(_: int) -> object:
            return client.get(f"/api/latest/spaces/{place.uid}/iterations?limit=50")

        work: dict[str, Callable[[int], object]] = {
            "a bare fsync of 4 KiB": synced,
            "create an iteration": created,
            "move a card": moved,
            "list 50 iterations": listed,
        }
        for turn in range(TIMES):
            for name, do in work.items():
                began = time.perf_counter()
                do(turn)
                took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        os.close(file)
    return [
        Measure(
            SECTION,
            name,
            percentile(times, 0.5),
            unit=" ms",
            note=f"p99 {percentile(times, 0.99):.2f} ms",
        )
        for name, times in took.items()
    ]
