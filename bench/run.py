"""`make bench`: creates per second of kadence, of its floor and of a bare commit loop, as ratios.

The machines are shared and noisy, so the three take turns within one run, and what counts is the
median of the ratios between neighbours, never a time.
"""

import contextlib
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

import big_space
from kadence.cli.init import initialise

ROUNDS = 12
SECONDS = 2
CONNECTIONS = 32
BUDGETS = {"floor": 0.50, "loop": None}
SCRIPT = Path(__file__).with_name("create.lua")


def main() -> None:
    """Measure and print; exit with 1 when a budget of this stage is not met."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not on PATH; it makes the load")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = initialise(f"sqlite:///{folder}/k.db", "Bench", "bench@example.com", "Bench")
        path = f"/api/latest/spaces/{made.space_uid}/iterations"
        floor_command = [sys.executable, str(Path(__file__).with_name("floor.py"))]
        serve = [sys.executable, "-m", "kadence", "serve", "--database", f"sqlite:///{folder}/k.db"]
        with _serving(floor_command, "") as floor, _serving(serve, "--port") as kadence:
            rates: dict[str, list[float]] = {"kadence": [], "floor": [], "loop": []}
            tails = []
            for _ in range(ROUNDS):
                rates["floor"].append(_load(floor + path, made.token)[0])
                rate, tail = _load(kadence + path, made.token)
                rates["kadence"].append(rate)
                tails.append(tail)
                rates["loop"].append(_commit_loop(folder / "loop.db"))
        _measure_big_space(folder)
    _report(rates, tails)


def _measure_big_space(folder: Path) -> None:
    """Work in a big space beside a small one, each with a database and a server of its own."""
    with contextlib.ExitStack() as stack:
        sides = []
        for name, (iterations, cards) in {"small": (12, 1_200), "big": (2_000, 200_000)}.items():
            path = folder / f"{name}.db"
            made = initialise(f"sqlite:///{path}", "Bench", "bench@example.com", "Bench")
            place = big_space.fill(path, made, iterations=iterations, cards=cards)
            serve = [sys.executable, "-m", "kadence", "serve", "--database", f"sqlite:///{path}"]
            url = stack.enter_context(_serving(serve, "--port"))
            sides.append(big_space.Side(big_space.Caller(url, made.token), place))
        big_space.measure(*sides)


def _report(rates: dict[str, list[float]], tails: list[float]) -> None:
    table = Table("create, 32 connections", "per second", "kadence is", "budget")
    table.add_row("kadence", f"{statistics.median(rates['kadence']):,.0f}", "", "")
    missed = False
    for name, what in (("floor", "no database"), ("loop", "bare loop of one-row commits")):
        pairs = zip(rates["kadence"], rates[name], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        budget = BUDGETS[name]
        missed |= budget is not None and ratio < budget
        shown = "reported" if budget is None else f"at least {budget:.2f}"
        row = (what, f"{statistics.median(rates[name]):,.0f}", f"{ratio:.2f} of it", shown)
        table.add_row(*row)
    table.add_row("p99 by p50", "", f"{statistics.median(tails):.1f}", "reported")
    Console().print(table)
    sys.exit(1 if missed else 0)


@contextlib.contextmanager
def _serving(command: list[str], flag: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [*command, *([flag] if flag else []), port],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            with contextlib.suppress(httpx.ConnectError):
                httpx.get(url)
                break
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(15)


def _load(url: str, token: str) -> tuple[float, float]:
    """Requests per second, and the 99th percentile by the median."""
    said = subprocess.run(
        [  # noqa: S607
            "wrk",
            "--threads=1",
            f"--connections={CONNECTIONS}",
            f"--duration={SECONDS}s",
            "--latency",
            f"--script={SCRIPT}",
            f"--header=Authorization: Bearer {token}",
            url,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    middle, tail = (re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", said) for part in (50, 99))
    if rate is None or middle is None or tail is None:
        sys.exit(said)
    return float(rate[1]), _seconds(tail) / _seconds(middle)


def _seconds(found: re.Match[str]) -> float:
    return float(found[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1}[found[2]]


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


if __name__ == "__main__":
    main()
