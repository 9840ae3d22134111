"""Reads and writes side by side, long requests beside short ones, idle callers, memory."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import big_space
from bench.kit import CREATE, Load, Measure, Site, company, kadence, line, load

SECTION = "mixed load, 64 connections, SQLite"
SECONDS = 60
CONNECTIONS = 64
IDLE = 900
"""As many as the limit of connections, 1,000, leaves beside the callers, and some room."""
WARM, MANY = 10_000, 100_000


def measure(folder: Path) -> list[Measure]:
    """90 % reads and 10 % writes; alone, beside a long list and a search, beside idle callers."""
    path = folder / "mixed.db"
    database = f"sqlite:///{path}"
    made = company(database)
    place = big_space.fill(path, made, iterations=200, cards=20_000)
    with kadence(database, made) as site:
        lines = _lines(site, place)

        def run(seconds: int) -> Load:
            return load(site.url, made.token, lines, seconds=seconds, connections=CONNECTIONS)

        whole = run(SECONDS)
        alone = run(10)
        with _long_requests(site, place):
            beside_long = run(10)
        with _idle(site, IDLE):
            beside_idle = run(10)
    return [
        Measure(
            SECTION,
            f"p99 of {SECONDS} s, no error",
            whole.p99,
            unit=" ms",
            note=f"{whole.rate:,.0f} a second, p50 {whole.p50:.1f} ms",
        ),
        Measure(
            SECTION,
            "p99 beside a long list and a search / p99 without",
            beside_long.p99 / alone.p99,
            at_most=1.5,
            note=f"{beside_long.p99:.1f} / {alone.p99:.1f} ms",
        ),
        Measure(
            SECTION,
            f"rate beside {IDLE} idle and slow connections / rate without",
            beside_idle.rate / alone.rate,
            at_least=0.8,
            note=f"{beside_idle.rate:,.0f} / {alone.rate:,.0f} a second",
        ),
        *_memory(folder),
    ]


def _lines(site: Site, place: big_space.Place) -> list[str]:
    iterations = f"/api/latest/spaces/{place.uid}/iterations"
    lines = []
    for n in range(100):
        id_ = place.iterations[n]
        lines += [
            line("GET", f"{iterations}/{id_}"),
            line("GET", f"{iterations}?limit=20&order=desc"),
            line("GET", f"/api/latest/cards/{n + 2}"),
            line("GET", f"{iterations}/{id_}"),
            line("GET", f"/api/latest/cards?space_id={place.id}&limit=10"),
            line("GET", f"{iterations}/{id_}/cards?status=active"),
            line("GET", "/api/latest/users/current"),
            line("GET", f"{iterations}/{id_}"),
            line("GET", f"/api/latest/cards/{n + 2}"),
            line("POST", site.iterations, CREATE)
            if n % 2
            else line("PATCH", f"/api/latest/cards/{n + 2}", {"title": f"Card {n}"}),
        ]
    return lines


@contextmanager
def _long_requests(site: Site, place: big_space.Place) -> Iterator[None]:
    """One caller who lists and one who searches, over and over."""
    ended = threading.Event()
    queries = ("limit=100&order_by=title", "limit=100&query=по&search_fields=title,description")

    def ask(query: str) -> None:
        with site.client() as client:
            while not ended.is_set():
                path = f"/api/latest/cards?space_id={place.id}&{query}"
                client.get(path).raise_for_status()
                ended.wait(0.05)

    threads = [threading.Thread(target=ask, args=(query,)) for query in queries]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@contextmanager
def _idle(site: Site, count: int) -> Iterator[None]:
    """Connections that say nothing, or only the beginning of a request."""
    host, port = site.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for n in range(count):
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            if n % 2:
                connection.sendall(b"POST /api/latest/spaces HTTP/1.1\r\nHost: x\r\nContent-Le")
        yield


def _memory(folder: Path) -> list[Measure]:
    database = f"sqlite:///{folder}/memory.db"
    made = company(database)
    sizes = []
    with kadence(database, made) as site, site.client() as client:
        for goal in (WARM, MANY):
            while _count(client.get(f"{site.iterations}?order=desc&limit=1").json()) < goal:
                load(site.url, made.token, [line("POST", site.iterations, CREATE)], seconds=1)
            sizes.append(site.memory())
    warm, many = sizes
    return [
        Measure("memory, SQLite", "after 100,000 creates", many, at_most=120, unit=" MiB"),
        Measure("memory, SQLite", "more than after 10,000", many - warm, at_most=20, unit=" MiB"),
    ]


def _count(newest: list[dict[str, float]]) -> float:
    return newest[0]["sort_order"] if newest else 0
