"""Several server processes at one address: limits, numbers and deaths are those of the whole."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kadence.web.rate_limit import SharedCounts
from tests.cli.kit import run
from tests.cluster import Cluster
from tests.faults.kit import assert_nothing_lost, company, loading
from tests.world import Server, file_url, fresh_database, serving


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.create(template="empty")


def ids(server: Server, headers: dict[str, str], number: int) -> Iterator[httpx.Response]:
    """Responses over connections of their own, so that they come from any worker."""
    for _ in range(number):
        yield httpx.get(f"{server.api}/users/current", headers=headers, timeout=30)


def workers_of(answers: list[httpx.Response]) -> set[str]:
    """Who answered: each process has a prefix of its own for the ids of requests."""
    return {answer.headers["x-request-id"].partition("-")[0] for answer in answers}


def test_a_file_is_served_by_one_process_and_the_refusal_says_why(tmp_path: Path) -> None:
    database = file_url(fresh_database(tmp_path))
    code, _, err = run(
        "serve", "--port", "0", "--workers", "2", "--database", database, cwd=tmp_path
    )
    assert code == 2
    assert "one writer" in err
    assert "kadence db copy" in err


def test_a_rate_limit_and_the_metrics_are_those_of_all_workers(url: str) -> None:
    made = company(url)
    headers = {"Authorization": f"Bearer {made.token}"}
    options = ("--workers", "2", "--rate-limit", "5", "--metrics-listen", "127.0.0.1:0")
    with serving(url, *options) as server:
        answers = list(ids(server, headers, 120))
        assert len(workers_of(answers)) == 2
        let_through: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        for answer in answers:
            asked[answer.headers["x-ratelimit-reset"]] += 1
            let_through[answer.headers["x-ratelimit-reset"]] += answer.status_code == 200
        assert let_through == {second: min(5, number) for second, number in asked.items()}
        line = next(line for line in server.log if "metrics" in line)
        metrics = httpx.get(line.split()[-1]).text
        counted = re.findall(
            r'^kadence_requests_total\{.*route=".*".*\} (\S+)$', metrics, re.MULTILINE
        )
        assert sum(map(float, counted)) == len(answers)
        assert server.stop() == 0


def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(url: str) -> None:
    made = company(url)
    headers = {"Authorization": f"Bearer {made.token}"}
    with serving(url, "--workers", "2") as server, loading(server, made) as load:
        load.wait_for(lambda seen: seen[200] >= 50)
        first, *_ = children(server)
        os.kill(first, signal.SIGKILL)
        ends = time.monotonic() + 30
        while first in children(server) or len(children(server)) < 2:
            assert time.monotonic() < ends
            time.sleep(0.05)
        done = len(load.titles(200))
        load.wait_for(lambda seen: seen[200] >= done + 50)
        while len(workers_of(list(ids(server, headers, 20)))) < 2:
            assert time.monotonic() < ends
        load.end()
        assert server.stop() == 0
    assert {said.status for said in load.said} <= {200, None}
    assert_nothing_lost(url, made, load)


def test_workers_end_with_a_parent_that_was_killed(url: str) -> None:
    company(url)
    with serving(url, "--workers", "2") as server:
        pids = children(server)
        server.process.kill()
        ends = time.monotonic() + 15
        while any(Path(f"/proc/{pid}").exists() for pid in pids):
            assert time.monotonic() < ends
            time.sleep(0.05)


def children(server: Server) -> list[int]:
    """The workers' process ids."""
    parent = server.process.pid
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in text.split()}
    return [pid for pid, line in lines.items() if b"resource_tracker" not in line]


def test_workers_whose_clocks_straddle_a_second_count_together(tmp_path: Path) -> None:
    file = tmp_path / "counts"
    SharedCounts.make(file)
    early, late = SharedCounts(file), SharedCounts(file)
    with early._file, late._file:  # noqa: SLF001
        assert early.count("token", 10) == 1
        assert early.count("token", 11) == 1
        # Its clock is still in the second before: it counts with the others, and resets nothing.
        assert late.count("token", 10) == 2
        assert early.count("token", 11) == 3
        assert early.count("another", 11) == 1
        assert late.count("token", 12) == 1
