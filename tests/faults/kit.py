"""Load from several threads that remembers what it was told, and the reckoning afterwards."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from msgspec import Struct

from kadence.storage import integrity, iterations
from kadence.storage.engines import locate, transaction
from kadence.usecases.setup import Initialised
from tests.conftest import DEEP
from tests.world import Server, make_company

ROUNDS = 50 if DEEP else 3
_numbers = itertools.count()


class Said(Struct, frozen=True):
    """What came back of one request to create an iteration; no status is no answer."""

    title: str
    status: int | None
    retry_after: str | None = None
    text: str = ""


class Load:
    """Threads that create iterations, each with a title that was never used before."""

    def __init__(self, server: Server, made: Initialised, threads: int = 6) -> None:
        self.said: list[Said] = []
        self._stop = threading.Event()
        self._url = f"{server.api}/spaces/{made.space_uid}/iterations"
        self._headers = {"Authorization": f"Bearer {made.token}"}
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def _run(self) -> None:
        with httpx.Client(headers=self._headers, timeout=60) as http:
            while not self._stop.is_set():
                if self._create(http).status != 200:
                    time.sleep(0.02)

    def create(self) -> Said:
        """One more request, for a caller that cannot wait for the threads: they may all be busy."""
        with httpx.Client(headers=self._headers, timeout=60) as http:
            return self._create(http)

    def _create(self, http: httpx.Client) -> Said:
        title = f"Sprint {next(_numbers)}"
        try:
            answer = http.post(self._url, json={"title": title})
        except httpx.HTTPError as error:
            said = Said(title, None, text=repr(error))
        else:
            waits = answer.headers.get("retry-after")
            said = Said(title, answer.status_code, waits, answer.text)
        self.said.append(said)
        return said

    def wait_for(self, enough: Callable[[Counter[int | None]], bool], seconds: float = 60) -> None:
        """Go on until the counts of the statuses so far are enough."""
        ends = time.monotonic() + seconds
        while not enough(Counter(said.status for said in self.said)):
            assert time.monotonic() < ends, Counter(said.status for said in self.said)
            time.sleep(0.005)

    def titles(self, *statuses: int | None) -> set[str]:
        """The titles of the requests that were answered so."""
        return {said.title for said in self.said if said.status in statuses}

    def end(self) -> None:
        """Let every thread finish its request."""
        self._stop.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def loading(server: Server, made: Initialised, threads: int = 6) -> Iterator[Load]:
    """Load for as long as the block lasts."""
    load = Load(server, made, threads)
    for thread in load._threads:  # noqa: SLF001
        thread.start()
    try:
        yield load
    finally:
        load.end()


def company(url: str) -> Initialised:
    """A company with a space to load."""
    return make_company(url, "Home")


def kept(url: str, made: Initialised) -> Counter[str]:
    """How often each title stands in the space, by the tables themselves."""
    with transaction(locate(url)) as tx:
        return Counter(i.title for i in iterations.live(tx, 1, made.space_uid))


def assert_sound(url: str) -> None:
    """Pages, references and the journal against the tables."""
    assert integrity.problems(locate(url)) == []


def assert_nothing_lost(url: str, made: Initialised, load: Load) -> None:
    """What was acknowledged is there, once; what was refused is not."""
    found = kept(url, made)
    assert load.titles(200) <= found.keys()
    assert set(found.values()) <= {1}
    refused = {said.title for said in load.said if said.status not in (200, None)}
    kept_all_the_same = refused & found.keys()
    assert kept_all_the_same == set(), [s for s in load.said if s.title in kept_all_the_same]
    assert_sound(url)
