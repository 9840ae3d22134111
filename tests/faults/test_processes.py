"""Server processes that are killed or stopped under load."""

import random
import threading
import time

import httpx
import pytest

from tests.faults.kit import ROUNDS, assert_nothing_lost, assert_sound, company, kept, loading
from tests.world import serving

pytestmark = pytest.mark.both_engines


@pytest.mark.deep
def test_killed_under_load_it_has_kept_all_that_it_acknowledged(database: str) -> None:
    made = company(database)
    chance = random.Random(9)  # noqa: S311 - when to strike
    for _ in range(ROUNDS):
        with serving(database) as server, loading(server, made) as load:
            enough = chance.randrange(20, 200)
            load.wait_for(lambda seen, enough=enough: seen[200] >= enough)  # type: ignore[misc]
            server.process.kill()
            server.process.wait()
        assert_nothing_lost(database, made, load)


@pytest.mark.deep
def test_stopped_under_load_it_answers_what_it_did(database: str) -> None:
    """With live streams open: exit code 0 in time, and nothing done that was not answered."""
    made = company(database)
    headers = {"Authorization": f"Bearer {made.token}", "Accept": "text/event-stream"}
    for _ in range(ROUNDS):
        before = kept(database, made)
        with serving(database) as server:
            url = f"{server.url}/api/kadence/v1/spaces/{made.space_uid}/events"
            streams = [threading.Thread(target=_follow, args=(url, headers)) for _ in range(3)]
            for stream in streams:
                stream.start()
            with loading(server, made) as load:
                load.wait_for(lambda seen: seen[200] >= 50)
                began = time.monotonic()
                assert server.stop() == 0
                assert time.monotonic() - began < 10
            for stream in streams:
                stream.join()
        assert {said.status for said in load.said} <= {200, None}
        assert kept(database, made).keys() - before.keys() == load.titles(200)
    assert_sound(database)


def _follow(url: str, headers: dict[str, str]) -> None:
    with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
        for _ in answer.iter_lines():
            pass
