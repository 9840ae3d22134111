"""Clients who ask and go: nothing is done for them, and nobody waits behind them."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kadence.domain.access import Actor
from kadence.domain.model import CompanyRole
from kadence.drawing.render_worker import MOST_WAITING
from kadence.usecases.invitations import issue_login_link
from kadence.usecases.setup import Initialised
from kadence.web.read_turns import AT_ONCE
from tests.faults.wire import connect
from tests.insights.test_pictures import helpers
from tests.world import Server, do, file_url, fresh_database, make_company, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server whose helper runs, and the path of a signed link's chart."""
    url = file_url(fresh_database(tmp_path))
    made = make_company(url, "Home")
    headers = {"Authorization": f"Bearer {made.token}"}
    with serving(url) as server:
        links = f"{server.url}/api/kadence/v1/spaces/{made.space_uid}/links"
        link = httpx.post(links, json={"shows": "velocity"}, headers=headers).json()
        path = next(path for path in link["paths"] if path.endswith(".svg"))
        assert httpx.get(f"{server.url}{path}", timeout=30).status_code == 200
        yield server, path


def ask_and_stay(server: Server, path: str, number: int) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    client = socket.create_connection((host, int(port)), timeout=30)
    client.sendall(f"GET {path}?theme=dark&last={number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return client


def test_who_has_gone_is_not_drawn_for(served: tuple[Server, str]) -> None:
    server, path = served
    (helper,) = helpers(server.process.pid)
    os.kill(helper.pid, signal.SIGSTOP)

    def refused(number: int) -> bool:
        """Whether there is no room; who has to wait is let wait."""
        with contextlib.suppress(httpx.ReadTimeout):
            answer = httpx.get(f"{server.url}{path}?theme=dark&last={number}", timeout=0.5)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "5"
            return True
        return False

    try:
        with contextlib.ExitStack() as stack:
            for number in range(1, MOST_WAITING + 1):
                stack.enter_context(ask_and_stay(server, path, number))
            ends = time.monotonic() + 60
            while not refused(30):
                assert time.monotonic() < ends
            # A password is looked at all the same.
            wrong = {"email": "owner@home.example", "password": "not this one"}
            session = f"{server.url}/api/kadence/v1/session"
            assert httpx.post(session, json=wrong, timeout=10).status_code == 401
        while refused(31):
            assert time.monotonic() < ends
    finally:
        os.kill(helper.pid, signal.SIGCONT)
    assert httpx.get(f"{server.url}{path}?theme=dark", timeout=30).status_code == 200


def test_how_often_is_simulated_is_not_for_strangers_to_say(served: tuple[Server, str]) -> None:
    server, path = served
    answer = httpx.get(f"{server.url}{path}?seed=7&trials=50000&theme=dark", timeout=30)
    assert answer.status_code == 200
    assert answer.headers["x-kadence-ignored"] == "seed, trials"


def test_who_waits_for_a_password_keeps_nobody_from_reading(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    made = make_company(url, "Home")
    key = do(url, issue_login_link, "owner@home.example", actor=owner(made)).login_token
    with serving(url) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        session = "/api/kadence/v1/session"
        csrf = http.post(session, json={"key": key}).json()["csrf"]
        headers = {"X-Kadence-Csrf": csrf}
        first = {"password": "correct horse battery"}
        assert http.patch(f"{session}/password", json=first, headers=headers).is_success
        (helper,) = helpers(server.process.pid)
        os.kill(helper.pid, signal.SIGSTOP)
        try:
            with contextlib.ExitStack() as stack:
                cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
                for _ in range(AT_ONCE + 1):
                    stack.enter_context(change(server, cookie, csrf))
                ends = time.monotonic() + 60
                for _ in range(5):
                    assert http.get("/api/latest/users", timeout=5).status_code == 200
                assert time.monotonic() < ends
        finally:
            os.kill(helper.pid, signal.SIGCONT)


def owner(made: Initialised) -> Actor:
    return Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)


def change(server: Server, cookie: str, csrf: str) -> socket.socket:
    """A request to change a password, whose answer is not waited for."""
    body = b'{"password": "another good one", "current": "not this one"}'
    client = connect(server)
    client.sendall(
        (
            "PATCH /api/kadence/v1/session/password HTTP/1.1\r\nHost: x\r\n"
            f"Cookie: {cookie}\r\nX-Kadence-Csrf: {csrf}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        + body
    )
    return client
