"""What live streams cost a server: what happens in their space, and nothing else."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kadence.usecases.setup import Initialised
from tests.faults.wire import connect
from tests.world import Server, file_url, fresh_database, make_company, serving

STREAMS = 45
"""Of each token: almost as many as it may have."""
CREATES = 400


class Followed:
    """A server with spaces of several companies: some are followed, in one people work."""

    def __init__(self, server: Server, url: str) -> None:
        self.server = server
        self.busy = make_company(url, "Busy")
        self.followed = [make_company(url, name) for name in ("One", "Two", "Three")]

    def follow(self, company: Initialised) -> socket.socket:
        client = connect(self.server)
        path = f"/api/kadence/v1/spaces/{company.space_uid}/events?after={2**40}"
        client.sendall(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {company.token}\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        while b": kadence" not in client.recv(65536):
            pass
        return client

    def cpu_of_work(self) -> float:
        """CPU seconds of the server in which that many iterations are made in the other space."""
        before = self._cpu()
        headers = {"Authorization": f"Bearer {self.busy.token}"}
        path = f"{self.server.api}/spaces/{self.busy.space_uid}/iterations"
        with httpx.Client(headers=headers) as http:
            for number in range(CREATES):
                http.post(path, json={"title": f"Sprint {number}"}).raise_for_status()
        return self._cpu() - before

    def _cpu(self) -> float:
        stat = Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / 100


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    url = file_url(fresh_database(tmp_path))
    with serving(url) as server:
        yield Followed(server, url)


def test_commits_elsewhere_cost_streams_nothing(followed: Followed) -> None:
    followed.cpu_of_work()
    alone = followed.cpu_of_work()
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(followed.follow(company))
            for company in followed.followed
            for _ in range(STREAMS)
        ]
        beside = followed.cpu_of_work()
        # If each of them looked, it would be five times as much.
        assert beside < 2.5 * alone
        for client in clients:
            client.settimeout(0)
            with pytest.raises(BlockingIOError):
                client.recv(1)


@pytest.mark.deep_only
def test_an_idle_stream_gets_one_sign_of_life_in_15_seconds(followed: Followed) -> None:
    with followed.follow(followed.followed[0]) as client:
        client.settimeout(20)
        began = time.monotonic()
        assert b": alive" in client.recv(65536)
        assert 14 < time.monotonic() - began < 20
