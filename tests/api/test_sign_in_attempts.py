"""Guessing passwords: who is slowed down, by which of many servers, and for how long."""

import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from kadence.domain.access import Actor
from kadence.domain.errors import TooManyRequests
from kadence.domain.model import CompanyRole
from kadence.storage.engines import locate, transaction
from kadence.storage.schema import sign_in_attempts
from kadence.storage.sign_in_attempts import SignInAttempt
from kadence.storage.transactions import Statement, Transaction
from kadence.usecases.sign_in_attempts import (
    BY_BOTH,
    BY_CLIENT,
    BY_EMAIL,
    WINDOW,
    count_attempt,
    network_of,
    take_back,
)
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret
from tests.cluster import Cluster
from tests.insights.test_pictures import helpers, wait_for_end
from tests.world import Server, file_url, fresh_database, make_company, serving

NOON = 1_800_000_000_000


class Guesses:
    """Attempts at an instant that the test sets, in a transaction that is never committed."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.now = NOON

    @property
    def unit(self) -> UnitOfWork:
        """A unit of work at the instant."""
        actor = Actor(0, "", 1, CompanyRole.USER)
        return UnitOfWork(self.tx, actor, self.now, random_id, random_secret)

    def guess(self, client: str, email: str, attempt_id: str | None = None) -> SignInAttempt:
        """One attempt."""
        return count_attempt(self.unit, attempt_id or random_id(), client, email)


@pytest.fixture
def guesses(database: str) -> Iterator[Guesses]:
    make_company(database, "Home")
    with transaction(locate(database)) as tx:
        yield Guesses(tx)


def test_failures_are_forgotten_after_the_window(guesses: Guesses) -> None:
    for _ in range(BY_BOTH):
        guesses.guess("192.0.2.1", "x@y.example")
    guesses.now += WINDOW // 2
    with pytest.raises(TooManyRequests, match="try again in 8 minutes") as refused:
        guesses.guess("192.0.2.1", "x@y.example")
    assert refused.value.seconds == WINDOW // 2000 + 1
    guesses.guess("192.0.2.1", "other@y.example")
    guesses.guess("192.0.2.2", "x@y.example")
    guesses.now += WINDOW // 2
    guesses.guess("192.0.2.1", "x@y.example")
    # What is too old is not kept.
    assert guesses.tx.scalar(Statement(select(func.count()).select_from(sign_in_attempts)), {}) == 3


def test_one_client_cannot_try_everybody(guesses: Guesses) -> None:
    for number in range(BY_CLIENT):
        guesses.guess("192.0.2.1", f"{number}@y.example")
    with pytest.raises(TooManyRequests):
        guesses.guess("192.0.2.1", "one-more@y.example")
    guesses.guess("192.0.2.2", "1@y.example")


def test_many_clients_cannot_try_one_person(guesses: Guesses) -> None:
    for number in range(BY_EMAIL):
        guesses.guess(f"192.0.2.{number}", "x@y.example")
    with pytest.raises(TooManyRequests):
        guesses.guess("192.0.2.200", "x@y.example")


def test_what_was_right_does_not_count(guesses: Guesses) -> None:
    for _ in range(3 * BY_BOTH):
        take_back(guesses.unit, guesses.guess("192.0.2.1", "x@y.example"))
    for _ in range(BY_BOTH):
        guesses.guess("192.0.2.1", "x@y.example")
    with pytest.raises(TooManyRequests):
        guesses.guess("192.0.2.1", "x@y.example")


def test_an_attempt_that_is_run_twice_counts_once(guesses: Guesses) -> None:
    """After a commit whose end nobody knew, a transaction without an event is run again."""
    for number in range(BY_BOTH):
        for _ in range(2):
            guesses.guess("192.0.2.1", "x@y.example", f"attempt {number}")
    with pytest.raises(TooManyRequests):
        guesses.guess("192.0.2.1", "x@y.example")


def test_neither_address_is_kept_but_a_digest(guesses: Guesses) -> None:
    guesses.guess("192.0.2.1", "x@y.example")
    rows = guesses.tx.all(Statement(select(sign_in_attempts)), {})
    assert "192.0.2" not in str(rows)
    assert "y.example" not in str(rows)


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(client: str, network: str) -> None:
    assert network_of(client) == network


def guess_over_http(server: Server, number: int) -> int:
    password = {"email": "owner@home.example", "password": f"guess {number}"}
    url = f"{server.url}/api/kadence/v1/session"
    return httpx.post(url, json=password, timeout=60).status_code


def test_all_workers_and_servers_count_together(cluster: Cluster) -> None:
    url = cluster.create(template="empty")
    make_company(url, "Home")
    with (
        serving(url, "--workers", "2") as one,
        serving(url) as other,
        ThreadPoolExecutor(6) as pool,
    ):
        asked = [
            pool.submit(guess_over_http, server, number)
            for number in range(20)
            for server in (one, other)
        ]
        found = Counter(answer.result() for answer in asked)
    assert found == {401: BY_BOTH, 429: 40 - BY_BOTH}


def test_a_restart_forgets_no_failures(database: str) -> None:
    make_company(database, "Home")
    found = []
    for _ in range(2):
        with serving(database) as server:
            found += [guess_over_http(server, number) for number in range(6)]
    assert found == [401] * BY_BOTH + [429] * 2


def test_many_at_once_wait_a_few_at_a_time_and_nobody_else_behind_them(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    made = make_company(url, "Home")
    with serving(url) as server, ThreadPoolExecutor(40) as pool:
        asked = [pool.submit(guess_over_http, server, number) for number in range(40)]
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(transport=elsewhere, timeout=60) as http:
            wrong = {"email": "somebody@home.example", "password": "not this one"}
            assert http.post(f"{server.url}/api/kadence/v1/session", json=wrong).status_code == 401
            whole = {"token": made.token}
            assert http.post(f"{server.url}/api/kadence/v1/session", json=whole).status_code == 200
        found = Counter(answer.result() for answer in asked)
    assert set(found) <= {401, 429, 503}
    assert found[401] == BY_BOTH


def test_a_stranger_who_says_to_be_a_proxy_is_told_of_once(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    make_company(url, "Home")
    with serving(url) as server:
        for _ in range(3):
            headers = {"X-Forwarded-For": "203.0.113.5"}
            assert httpx.get(f"{server.url}/healthz", headers=headers).status_code == 200
        assert server.stop() == 0
        said = [line for line in server.log if "X-Forwarded-For" in line]
    assert len(said) == 1
    assert "--trusted-proxy" in said[0]
    assert "203.0.113.5" not in said[0]


def test_clients_who_hang_up_do_not_make_more_passwords_be_looked_at_at_once(
    tmp_path: Path,
) -> None:
    url = file_url(fresh_database(tmp_path))
    make_company(url, "Home")
    body = b'{"email": "owner@home.example", "password": "wrong wrong"}'
    asked = b"POST /api/kadence/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )
    with serving(url) as server:
        host, port = server.url.removeprefix("http://").split(":")
        for number in range(30):
            source = (f"127.0.1.{number + 1}", 0)
            with socket.create_connection((host, int(port)), 10, source) as client:
                client.sendall(asked)
                time.sleep(0.01)
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0])
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    # Each takes 64 MiB, in a process of its own.
    assert peak < 120 * 1024


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_process_for_passwords_is_replaced_and_ends_with_its_server(
    tmp_path: Path, number: signal.Signals
) -> None:
    url = file_url(fresh_database(tmp_path))
    make_company(url, "Home")
    with serving(url) as server:
        assert guess_over_http(server, 1) == 401
        (first,) = helpers(server.process.pid)
        first.kill()
        assert guess_over_http(server, 2) == 401
        (second,) = helpers(server.process.pid)
        assert second.pid != first.pid
        server.process.send_signal(number)
        server.process.wait(15)
        wait_for_end(second)
