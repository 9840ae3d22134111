"""Creates on PostgreSQL into one space, with one worker and with two, beside the floor."""

import contextlib
import statistics
from pathlib import Path

from tests.cluster import running

from bench.kit import CREATE, Load, Measure, company, floor, kadence, line, load, median_ratio

SECTION = "32 connections, PostgreSQL"
ROUNDS = 6


def measure(_folder: Path) -> list[Measure]:
    """A private cluster with the settings that PostgreSQL comes with; all take turns."""
    turns: dict[str, list[Load]] = {"floor": [], "one": [], "two": [], "get": []}
    with running() as cluster, contextlib.ExitStack() as stack:
        bare = stack.enter_context(floor())
        sites = []
        for workers in ("1", "2"):
            database = cluster.create()
            made = company(database)
            sites.append(stack.enter_context(kadence(database, made, "--workers", workers)))
        one, two = sites
        with one.client() as client:
            some = client.post(one.iterations, json={"title": "x"}).json()["id"]
        for _ in range(ROUNDS):
            for name, url, site in (
                ("floor", bare, one),
                ("one", one.url, one),
                ("two", two.url, two),
            ):
                creating = [line("POST", site.iterations, CREATE)]
                turns[name].append(load(url, site.made.token, creating))
            reading = [line("GET", f"{one.iterations}/{some}")]
            turns["get"].append(load(one.url, one.made.token, reading))
    rates = {name: [turn.rate for turn in loads] for name, loads in turns.items()}
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return [
        Measure(
            SECTION,
            "create relative to the floor, one worker",
            median_ratio(rates["one"], rates["floor"]),
            at_least=0.05,
            note=f"{medians['one']:,.0f} of {medians['floor']:,.0f} a second",
        ),
        Measure(
            SECTION,
            "two workers / one",
            median_ratio(rates["two"], rates["one"]),
            at_least=1.0,
            note=f"{medians['two']:,.0f} a second",
        ),
        Measure(
            SECTION,
            "create: p99 / p50, one worker",
            statistics.median(turn.tail for turn in turns["one"]),
        ),
        Measure(
            SECTION,
            "get one iteration, relative to the floor",
            median_ratio(rates["get"], rates["floor"]),
            note=f"{medians['get']:,.0f} a second",
        ),
    ]
