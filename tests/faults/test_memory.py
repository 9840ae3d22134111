"""What a server has in memory at most, whatever strangers and members send and ask for."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.faults.wire import MIB
from tests.world import file_url, fresh_database, make_company

MOST = 120 * MIB
LONGEST = 32_768
CALLERS = 60
CONNECTIONS = 900
TEXT = "😀" * LONGEST
"""As long as a description may be; each letter is four bytes, in memory and on the wire."""


class Loaded:
    """A server of its own, begun as a person begins it, whose cards are as large as they may be."""

    def __init__(self, url: str, log: Path) -> None:
        made = make_company(url, "Home")
        self.token, self.space, self.board = made.token, made.space_uid, made.board_id
        command = [sys.executable, "-m", "kadence", "serve", "--port", "0", "--database", url]
        with log.open("wb") as errors:
            self.process = subprocess.Popen(command, stderr=errors)
        self.base = self._address(log)
        self.http = httpx.Client(
            base_url=self.base, headers={"Authorization": f"Bearer {self.token}"}, timeout=60
        )
        for number in range(100):
            card = {"title": f"{number}", "board_id": self.board, "description": TEXT}
            self.id = self.http.post("/api/latest/cards", json=card).raise_for_status().json()["id"]
        for number in range(50):
            change = {"description": f"{number:02}{TEXT[2:]}"}
            self.http.patch(f"/api/latest/cards/{self.id}", json=change).raise_for_status()

    def _address(self, log: Path) -> str:
        ends = time.monotonic() + 30
        while not (found := re.search(r"answers at (\S+)", log.read_text())):
            assert time.monotonic() < ends
            assert self.process.poll() is None
            time.sleep(0.05)
        return found[1]

    def connect(self) -> socket.socket:
        host, port = self.base.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), timeout=60)

    def asks(self, path: str, *headers: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}", *headers]
        return "\r\n".join([*lines, "", ""]).encode()

    def together(self, number: int, what: Callable[[int], object]) -> None:
        with ThreadPoolExecutor(number) as pool:
            list(pool.map(what, range(number)))

    def read_by_many(self, path: str, *headers: str) -> None:
        """As many callers ask at once, and read what they get; some are told to come again."""
        statuses = []

        def one(_: int) -> None:
            with self.connect() as client:
                client.sendall(self.asks(path, "Connection: close", *headers))
                statuses.append(client.recv(12))
                while client.recv(65536):
                    pass

        self.together(CALLERS, one)
        assert set(statuses) <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        assert b"HTTP/1.1 200" in statuses

    def ask_and_not_read(self, number: int, path: str, *headers: str, seconds: float) -> None:
        with ExitStack() as stack:
            for _ in range(number):
                client = stack.enter_context(self.connect())
                client.sendall(self.asks(path, *headers))
            time.sleep(seconds)

    def peak(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("memory")
    server = Loaded(file_url(fresh_database(folder)), folder / "log")
    yield server
    server.http.close()
    server.process.terminate()
    assert server.process.wait(20) == 0


def events_by_many(server: Loaded) -> None:
    server.read_by_many(f"/api/kadence/v1/spaces/{server.space}/events")


def cards_by_many(server: Loaded) -> None:
    server.read_by_many("/api/latest/cards")


def packed_cards_by_many(server: Loaded) -> None:
    server.read_by_many("/api/latest/cards", "Accept-Encoding: zstd")


def history_by_many(server: Loaded) -> None:
    server.read_by_many(f"/api/kadence/v1/cards/{server.id}/events")


def activity_by_many(server: Loaded) -> None:
    server.read_by_many(f"/api/latest/cards/{server.id}/activity")


def board_by_many(server: Loaded) -> None:
    server.read_by_many(f"/api/latest/boards/{server.board}?with_cards=true")


def asked_and_left(server: Loaded) -> None:
    server.ask_and_not_read(CONNECTIONS, "/api/latest/cards", seconds=0.2)


def asked_and_not_read(server: Loaded) -> None:
    server.ask_and_not_read(300, "/api/latest/cards", seconds=3)


def description_not_read(server: Loaded) -> None:
    server.ask_and_not_read(300, "/schema/openapi.json", seconds=2)


def streams_not_read(server: Loaded) -> None:
    path = f"/api/kadence/v1/spaces/{server.space}/events?after=0"
    server.ask_and_not_read(45, path, "Accept: text/event-stream", seconds=3)


def heads_not_ended(server: Loaded) -> None:
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            client = stack.enter_context(server.connect())
            with contextlib.suppress(OSError):
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nx-a: " + b"a" * 16_000)
        time.sleep(1)


def odd_bodies(server: Loaded) -> None:
    bodies = [
        b"[" * 1_000_000,
        b"[" + b"{}," * 330_000 + b"{}]",
        b"[" + b'"\\u0041",' * 110_000 + b'""]',
        json.dumps({"properties": {f"k{n}": {} for n in range(60_000)}}).encode(),
        json.dumps({"title": "x", "board_id": server.board, "tags": ["a"] * 200_000}).encode(),
        json.dumps({"title": "x", "board_id": server.board, "description": "x" * 900_000}).encode(),
    ]

    def one(number: int) -> None:
        answer = server.http.post("/api/latest/cards", content=bodies[number % len(bodies)])
        assert answer.status_code in (200, 400, 503)

    server.together(4 * len(bodies), one)


@pytest.mark.parametrize(
    "load",
    [
        events_by_many,
        cards_by_many,
        packed_cards_by_many,
        history_by_many,
        activity_by_many,
        board_by_many,
        asked_and_left,
        asked_and_not_read,
        description_not_read,
        streams_not_read,
        heads_not_ended,
        odd_bodies,
    ],
)
def test_memory_stays_below(loaded: Loaded, load: Callable[[Loaded], None]) -> None:
    # From now on the peak counts.
    Path(f"/proc/{loaded.process.pid}/clear_refs").write_text("5")
    load(loaded)
    assert loaded.peak() < MOST
    assert loaded.http.get("/api/latest/users/current").status_code == 200


MOMENTS = """
import resource
from kadence import memory
memory.return_large_blocks()
grown = [bytearray(1024) for _ in range(1000)]
memory.return_the_rest()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(1000):
    bytearray(90 * 1024)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_what_sqlite_takes_for_a_moment_is_not_mapped_anew_each_time() -> None:
    """It takes 90 KB with each change: mapped and zeroed, that costs a third of the change."""
    done = subprocess.run([sys.executable, "-c", MOMENTS], capture_output=True, check=True)
    # Each time it would be 22 pages.
    assert int(done.stdout) < 1000
