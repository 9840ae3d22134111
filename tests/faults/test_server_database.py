"""A PostgreSQL that is stopped and started, or locked, under a serving kadence."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from kadence.storage import migrate
from kadence.storage.engines import locate
from tests.cli.kit import run
from tests.cluster import Cluster, binaries, running
from tests.faults.kit import ROUNDS, assert_nothing_lost, company, loading
from tests.world import serving

pytestmark = pytest.mark.both_engines


@pytest.fixture
def own() -> Iterator[tuple[Cluster, str]]:
    """A cluster of this test alone, with a database."""
    if binaries() is None:
        pytest.skip("no initdb on PATH")
    with running() as cluster:
        url = cluster.create()
        migrate.upgrade(locate(url))
        yield cluster, url


@pytest.mark.deep
def test_stopped_and_started_under_load_it_loses_nothing(own: tuple[Cluster, str]) -> None:
    cluster, url = own
    made = company(url)
    headers = {"Authorization": f"Bearer {made.token}"}
    with serving(url) as server, loading(server, made) as load:
        for number in range(ROUNDS):
            done = len(load.titles(200))
            load.wait_for(lambda seen, done=done: seen[200] >= done + 30)  # type: ignore[misc]
            cluster.stop("immediate" if number % 2 else "fast")
            # The threads may all wait to hear what became of one commit.
            refused = [load.create().status for _ in range(3)]
            assert refused == [503, 503, 503]
            answer = httpx.get(f"{server.api}/users/current", headers=headers, timeout=60)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            cluster.start()
            _until_it_reads(f"{server.api}/users/current", headers)
        done = len(load.titles(200))
        load.wait_for(lambda seen: seen[200] >= done + 30)
    assert [said for said in load.said if said.status not in (200, 503)] == []
    assert all(said.retry_after for said in load.said if said.status == 503)
    assert_nothing_lost(url, made, load)


def _until_it_reads(url: str, headers: dict[str, str]) -> None:
    ends = time.monotonic() + 30
    while httpx.get(url, headers=headers, timeout=60).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_lock_of_another_program_is_waited_for_and_then_told(own: tuple[Cluster, str]) -> None:
    _, url = own
    made = company(url)
    headers = {"Authorization": f"Bearer {made.token}"}
    with serving(url) as server, loading(server, made, threads=3) as load:
        load.wait_for(lambda seen: seen[200] >= 10)
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE iterations IN EXCLUSIVE MODE")
            load.wait_for(lambda seen: seen[503] >= 3, 40)
            api = f"{server.api}/spaces/{made.space_uid}/iterations"
            assert httpx.get(api, headers=headers).status_code == 200
            done = len(load.titles(200))
        load.wait_for(lambda seen: seen[200] >= done + 10)
    assert [said for said in load.said if said.status not in (200, 503)] == []
    assert all(said.retry_after for said in load.said if said.status == 503)
    assert_nothing_lost(url, made, load)


def test_a_server_that_is_not_there_is_a_sentence(own: tuple[Cluster, str], tmp_path: Path) -> None:
    cluster, url = own
    cluster.stop()
    try:
        code, _, err = run("serve", "--port", "0", "--database", url, cwd=tmp_path)
    finally:
        cluster.start()
    assert code == 2
    assert "does not answer" in err


def test_a_database_that_is_not_there_is_a_sentence(
    own: tuple[Cluster, str], tmp_path: Path
) -> None:
    cluster, _ = own
    code, _, err = run("serve", "--port", "0", "--database", cluster.url("nowhere"), cwd=tmp_path)
    assert code == 2
    assert "nowhere" in err
    assert "createdb" in err
