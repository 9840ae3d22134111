"""Connections that are used in odd ways: many requests at once, unread answers, other protocols."""

import contextlib
import json
import socket
import time

import httpx
import psutil
import pytest

from kadence.web.app_state import MOST_STREAMS
from tests.faults.wire import MIB, answer, connect, create, memory
from tests.world import Server


def chunked(head: str, trailer: str) -> bytes:
    body = b'{"title": "By trailer"}'
    return (
        f"{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{len(body):x}\r\n".encode()
        + body
        + f"\r\n0\r\n{trailer}\r\n\r\n".encode()
    )


def test_what_stands_behind_a_body_is_no_header(served: tuple[Server, str, str]) -> None:
    server, token, _ = served
    post = "POST /api/latest/spaces HTTP/1.1\r\nHost: x\r\n"
    bearer = f"Authorization: Bearer {token}"
    for head, trailer, status in (
        (post, bearer, b" 401 "),
        (f"{post}{bearer}\r\n", "Host: y", b" 200 "),
        (f"{post}{bearer}\r\n", "Authorization: Bearer other", b" 200 "),
    ):
        with connect(server) as client:
            client.sendall(chunked(head, trailer))
            assert status in answer(client), trailer


def test_a_refusal_does_not_stand_in_the_middle_of_an_answer(
    served: tuple[Server, str, str],
) -> None:
    server, token, space = served
    stream = (
        f"GET /api/kadence/v1/spaces/{space}/events HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
    ).encode()
    with connect(server) as client:
        client.sendall(stream)
        said = client.recv(65536)
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        client.sendall(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n")
        assert create(served).status_code == 200
        while b"iteration.created" not in said:
            said += client.recv(65536)
    assert said.count(b"HTTP/1.1 ") == 1


def test_what_is_owed_is_answered_though_nonsense_follows(served: tuple[Server, str, str]) -> None:
    server, token, _ = served
    body = b'{"title": "Before nonsense"}'
    head = (
        f"POST /api/latest/spaces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    for nonsense in (b"\x00\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n"):
        with connect(server) as client:
            client.sendall(head + body + nonsense)
            said = answer(client)
        assert said.count(b"HTTP/1.1 ") == 1
        assert b" 200 " in said[:16]
        assert b"Before nonsense" in said


@pytest.mark.parametrize("offered", ["h2c", "websocket", "TLS/1.0"])
@pytest.mark.parametrize("parts", [1, 3])
def test_a_request_that_offers_another_protocol_is_one_like_others(
    served: tuple[Server, str, str], offered: str, parts: int
) -> None:
    """As Java's HTTP client does with each of its first requests."""
    server, token, _ = served
    body = json.dumps({"title": f"By {offered}"}).encode()
    head = (
        f"POST /api/latest/spaces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Connection: Upgrade\r\nUpgrade: {offered}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    behind = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    sent = head + body + behind
    if parts == 1:
        sent = sent.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d  " % len(body))
    size = -(-len(sent) // parts)
    with connect(server) as client:
        for at in range(0, len(sent), size):
            client.sendall(sent[at : at + size])
            time.sleep(0.02)
        said = answer(client)
    assert b"HTTP/1.1 200" in said[:12]
    assert f'"title":"By {offered}"'.encode() in said
    assert said.count(b"HTTP/1.1 ") <= 2
    assert b" 404 " not in said


def test_so_many_requests_may_wait_on_a_connection(served: tuple[Server, str, str]) -> None:
    server, _, _ = served
    before = memory(server)
    with connect(server) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000)
        said = answer(client)
    assert 0 < said.count(b"HTTP/1.1 200") < 100
    assert memory(server) - before < 16 * MIB
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_who_does_not_read_is_let_go(served: tuple[Server, str, str]) -> None:
    server, _, _ = served
    before = memory(server)
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(100):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            host, port = server.url.removeprefix("http://").split(":")
            client.connect((host, int(port)))
            with contextlib.suppress(ConnectionError):
                client.sendall(b"GET /schema HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
            clients.append(client)
        assert memory(server) - before < 40 * MIB
        # Within a second nothing was read, which is as long as this server waits.
        ends = time.monotonic() + 20
        while httpx.get(f"{server.url}/healthz").status_code != 200:
            assert time.monotonic() < ends
        while _connections(server) > 5:
            assert time.monotonic() < ends
            time.sleep(0.1)


def _connections(server: Server) -> int:
    """How many clients the server has."""
    found = psutil.Process(server.process.pid).net_connections("tcp")
    return sum(one.status == psutil.CONN_ESTABLISHED for one in found)


def test_streams_of_who_has_gone_end_though_other_requests_wait_behind_them(
    served: tuple[Server, str, str],
) -> None:
    server, token, space = served
    path = f"/api/kadence/v1/spaces/{space}/events?after={2**40}"
    bearer = f"Host: x\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
    two = f"GET {path} HTTP/1.1\r\n{bearer}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    ends = time.monotonic() + 20
    with contextlib.ExitStack() as stack:
        streams = 0
        while streams < MOST_STREAMS:
            client = stack.enter_context(connect(server))
            client.sendall(two.encode())
            # Those of the test before may be ending yet.
            streams += b" 200 " in client.recv(65536)
            assert time.monotonic() < ends
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    while True:
        with httpx.stream("GET", f"{server.url}{path}", headers=headers, timeout=20) as one:
            if one.status_code == 200:
                break
        assert time.monotonic() < ends
    assert not [line for line in server.log if "Traceback" in line or "RuntimeError" in line]
