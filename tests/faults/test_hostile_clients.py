"""Clients that send without end, or nothing: they are let go, and everybody else is answered."""

import contextlib
import json
import resource
import select
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.wire import MIB, answer, connect, create, memory, pour
from tests.world import Server, file_url, fresh_database, make_company, serving


@pytest.mark.parametrize(
    "piece",
    [b"X-Line: " + b"a" * 100 + b"\r\n", b"a" * 65536, b"x:y\r\n"],
    ids=["lines", "one", "many"],
)
def test_a_head_without_end_is_cut_off(served: tuple[Server, str, str], piece: bytes) -> None:
    server, _, _ = served
    before = memory(server)
    with connect(server) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ")
        sent = pour(client, piece, 120 * MIB)
        said = answer(client)
    # What a socket holds on its way is not yet with the server.
    assert sent < 16 * MIB
    assert said == b"" or b" 431 " in said
    assert memory(server) - before < 16 * MIB
    assert httpx.get(f"{server.url}/healthz").status_code == 200


@pytest.mark.parametrize(("fields", "status"), [(99, b" 200 "), (100, b" 431 ")])
def test_a_head_has_a_hundred_fields_at_most(
    served: tuple[Server, str, str], fields: int, status: bytes
) -> None:
    server, _, _ = served
    with connect(server) as client:
        lines = b"".join(b"X-%d: y\r\n" % n for n in range(fields - 1))
        client.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + b"\r\n"
        )
        assert status in answer(client)


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(
    served: tuple[Server, str, str], sent: bytes
) -> None:
    with connect(served[0]) as client:
        client.sendall(sent)
        said = answer(client)
    assert said == b"" if not sent else b" 408 " in said


def test_a_body_that_does_not_come_is_not_waited_for(served: tuple[Server, str, str]) -> None:
    server, token, space = served
    head = (
        f"POST /api/latest/spaces/{space}/iterations HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 100\r\n\r\n"
    )
    with connect(server) as client:
        client.sendall(head.encode() + b"{")
        assert b" 408 " in answer(client)


def test_who_is_slow_but_honest_is_served_and_a_stream_goes_on(
    served: tuple[Server, str, str],
) -> None:
    server, token, space = served
    events = f"{server.url}/api/kadence/v1/spaces/{space}/events"
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    # Five seconds are due to it by its length, of which it takes more than the one of its head.
    body = json.dumps({"title": "Slow", "goal": "x" * 2500}).encode()
    head = (
        f"POST /api/latest/spaces/{space}/iterations HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with (
        httpx.stream("GET", events, headers=headers, timeout=30) as stream,
        connect(server) as slow,
        connect(server) as silent,
    ):
        slow.sendall(head.encode() + body[:-1])
        silent.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert b" 408 " in answer(silent)
        slow.sendall(body[-1:])
        assert b" 200 " in answer(slow)
        assert any("Slow" in line for line in stream.iter_lines())


@pytest.mark.parametrize("part", ["heads", "bodies"])
def test_many_large_requests_at_once_are_refused_before_memory_runs_out(
    served: tuple[Server, str, str], part: str
) -> None:
    server, token, space = served
    head = f"POST /api/latest/spaces/{space}/iterations HTTP/1.1\r\nHost: x\r\n"
    if part == "heads":
        lines = b"".join(b"X-%d: %b\r\n" % (n, b"a" * 600) for n in range(95))
        number, sent = 600, head.encode() + lines
    else:
        head += f"Authorization: Bearer {token}\r\nContent-Length: 1000000\r\n\r\n"
        number, sent = 60, head.encode() + b" " * 999_999
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(number):
            clients.append(stack.enter_context(connect(server)))
            with contextlib.suppress(ConnectionError):
                clients[-1].sendall(sent)
        assert memory(server) < 120 * MIB
        # Some were refused; the others are waited for.
        refused, _, _ = select.select(clients, [], [], 10)
        assert 0 < len(refused) < number
        assert {answer(client)[9:12] for client in refused} <= {b"503", b""}
    ends = time.monotonic() + 20
    while httpx.post(
        f"{server.url}/api/latest/spaces/{space}/iterations",
        headers={"Authorization": f"Bearer {token}"},
        json={"title": "x" * 100, "goal": "y" * 200_000},
        timeout=30,
    ).status_code == 503:  # fmt: skip
        assert time.monotonic() < ends


def test_there_are_only_so_many_connections(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    with serving(url, "--max-connections", "5") as server:
        with contextlib.ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(connect(server))
            with connect(server) as one_more:
                said = answer(one_more)
        assert b" 503 " in said
        assert b"retry-after: 1\r\n" in said
        ends = time.monotonic() + 20
        while httpx.get(f"{server.url}/healthz").status_code != 200:
            assert time.monotonic() < ends


def test_silent_clients_leave_room_for_others(served: tuple[Server, str, str]) -> None:
    server, _, _ = served
    with contextlib.ExitStack() as stack:
        silent = []
        for _ in range(200):
            silent.append(stack.enter_context(connect(server)))
            silent[-1].sendall(b"GET / HTTP/1.1\r\nX: ")
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        assert all(b" 408 " in answer(client) for client in silent)
    refused = [line for line in server.log if "a client was refused" in line]
    assert 1 <= len(refused) <= 4


def test_when_descriptors_run_out_it_is_said_and_passes(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    make_company(url, "Home")
    with serving(url, "--request-timeout", "1") as server, contextlib.ExitStack() as stack:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (64, 64))
        silent = [stack.enter_context(connect(server)) for _ in range(100)]
        for client in silent:
            with contextlib.suppress(ConnectionError):
                client.sendall(b"GET / HTTP/1.1\r\nX: ")
        for client in silent:
            with contextlib.suppress(ConnectionError):
                answer(client)
        assert httpx.get(f"{server.url}/healthz", timeout=30).status_code == 200
    said = [line for line in server.log if "descriptors run out" in line]
    assert len(said) == 1


def test_a_body_behind_its_answer_is_for_nobody_and_its_client_is_let_go(
    served: tuple[Server, str, str],
) -> None:
    server, _, _ = served
    with connect(server) as client:
        head = b"POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 17000000\r\n\r\n"
        client.sendall(head)
        said = client.recv(65536)
        assert b" 404 " in said
        assert b"connection: close" in said
        pour(client, b"x" * 65536, 16 * MIB)
        for _ in range(3):
            assert create(served).status_code == 200
        client.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(65536) == b""


def test_who_holds_most_is_let_go_and_not_who_comes_last(served: tuple[Server, str, str]) -> None:
    server, token, space = served
    head = (
        f"POST /api/latest/spaces/{space}/iterations HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 1000000\r\n\r\n"
    )
    with contextlib.ExitStack() as stack:
        for _ in range(17):
            client = stack.enter_context(connect(server))
            with contextlib.suppress(ConnectionError):
                client.sendall(head.encode() + b" " * 985_000)
        for _ in range(5):
            assert create(served).status_code == 200
