"""What holds for every route: methods, unknown paths, headers, health, limits, switches."""

import json
import re
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from kadence.usecases import companies
from tests.world import World, file_url, fresh_database, make_company, serving

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/spaces/{uid}/iterations", "GET, POST"),
        ("/spaces", "GET, POST"),
        ("/spaces/1", "DELETE, GET, PATCH"),
        ("/users", "GET"),
        ("/spaces/1/users/1", "DELETE, GET, PATCH"),
    ],
)
def test_a_wrong_method_is_405_with_allow_before_the_token(
    world: World, path: str, allowed: str
) -> None:
    for method in METHODS:
        if method not in allowed and method != "HEAD":
            answer = world.call(method, path.format(uid=world.space.uid), "nobody")
            assert answer.status_code == 405, method
            assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/nope", "/spaces/1/nope", "/users/current/x", "/api"])
def test_an_unknown_route_is_404_without_body_before_the_token(world: World, path: str) -> None:
    for method in METHODS:
        answer = world.call(method, path, "nobody")
        assert answer.status_code == 404
        assert answer.content == b""
        assert "x-kadence" not in answer.headers


@pytest.mark.parametrize(("path", "page"), [("/nope", True), ("/api/latest/nope", False)])
def test_a_browser_at_an_unknown_address_gets_the_page(
    world: World, path: str, *, page: bool
) -> None:
    answer = world.http.get(world.url + path, headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 404
    assert answer.text == (world.http.get(world.url).text if page else "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/cards/1/blockers"),
        ("PUT", "/cards/x/files"),
        ("POST", "/cards/1/checklists"),
        ("PATCH", "/cards/1/checklists/2/items/3"),
    ],
)
def test_a_published_route_that_is_not_served_says_so(world: World, method: str, path: str) -> None:
    answer = world.call(method, path, "nobody")
    assert answer.status_code == 404
    assert answer.headers["x-kadence"] == "not-served"


def test_provisioning_of_users_is_below_no_base_path_and_not_served(world: World) -> None:
    for path in ("/scim/v2/Users", "/scim/v2/Groups/1"):
        answer = world.http.get(world.url + path)
        assert (answer.status_code, answer.headers["x-kadence"]) == (404, "not-served")
    assert "x-kadence" not in world.http.get(f"{world.url}/cards/1/blockers").headers


@pytest.mark.both_engines
def test_health(world: World) -> None:
    for path in ("/healthz", "/readyz"):
        answer = world.http.get(world.url + path)
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok"}


def test_the_api_page_is_safe_and_loads_nothing_from_elsewhere(world: World) -> None:
    page = world.http.get(f"{world.url}/schema")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "//" not in page.text.replace("https://", "")
    assert "https://" not in page.text
    assert "/spaces/{space_uid}/iterations" in page.text
    style = world.http.get(f"{world.url}/schema/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text


def test_a_request_is_one_log_line_without_the_token(world: World) -> None:
    answer = world.call("GET", "/users/current?secret=1")
    line = world.logged(answer)
    assert sum(f'"{line["id"]}"' in one for one in world.server.log) == 1
    assert line["status"] == 200
    assert line["method"] == "GET"
    assert line["path"] == "/api/latest/users/current"
    assert line["ms"] >= 0
    text = "".join(world.server.log)
    assert "kdn_" not in text
    assert "secret=1" not in text


def test_iterations_switched_off_are_402_there_and_nowhere_else(database: str) -> None:
    with serving(database) as server, World(database, server) as world:
        path = f"/spaces/{world.space.uid}/iterations"
        world.do(companies.switch_iterations, on=False)
        one = f"{path}/{world.space.iteration_id}"
        for method, where in (("POST", path), ("GET", path), ("GET", one)):
            answer = world.call(method, where, content=b"{")
            assert answer.status_code == 402
            assert answer.json() == {"message": 'Your tariff doesn\'t include "Iterations" feature'}
            assert world.call(method, where, "nobody").status_code == 401
        gone = world.call("GET", "/spaces/x/iterations")
        assert gone.status_code == 402
        assert world.call("GET", "/spaces").status_code == 200
        assert world.call("GET", f"/spaces/{world.other.space_uid}/iterations", "other").is_success
        world.do(companies.switch_iterations, on=True)
        assert world.call("GET", path).status_code == 200


def test_a_rate_limit_counts_each_token_by_itself(database: str) -> None:
    with serving(database, "--rate-limit", "3") as server:
        home = make_company(database, "Home")
        other = make_company(database, "Other")
        with httpx.Client(base_url=server.api, timeout=30) as http:

            def ask(token: str) -> httpx.Response:
                return http.get("/users/current", headers={"Authorization": f"Bearer {token}"})

            # All in one second of the clock, and the first ones in it.
            for _ in range(2000):
                answers = [ask(home.token) for _ in range(4)]
                seconds = {a.headers["x-ratelimit-reset"] for a in answers}
                if len(seconds) == 1 and answers[0].headers["x-ratelimit-remaining"] == "2":
                    break
            assert [a.status_code for a in answers] == [200, 200, 200, 429]
            assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["2", "1", "0", "0"]
            over = answers[-1]
            assert over.headers["x-ratelimit-limit"] == "3"
            assert over.headers["retry-after"] == "1"
            assert over.headers["content-type"].startswith("text/html")
            assert over.text == "Too many requests, please try again later."
            assert ask(other.token).status_code == 200
            assert http.get("/users/current").status_code == 401


def test_a_rate_limit_counts_each_session_by_itself_below_the_api_alone(database: str) -> None:
    with serving(database, "--rate-limit", "2") as server:
        home = make_company(database, "Home")
        with httpx.Client(base_url=server.url, timeout=30) as http:
            origin = {"Origin": server.url}
            begun = http.post("/api/kadence/v1/session", json={"token": home.token}, headers=origin)
            assert begun.status_code == 200
            for _ in range(2000):
                answers = [http.get("/api/latest/users/current") for _ in range(20)]
                resets = {a.headers["x-ratelimit-reset"] for a in answers}
                if len(resets) == 1 and answers[0].headers["x-ratelimit-remaining"] == "1":
                    break
            assert [a.status_code for a in answers] == [200] * 2 + [429] * 18
            assert [http.get(path).status_code for path in ("/", "/healthz", "/schema")] == [
                200
            ] * 3


def test_no_rate_headers_without_a_limit(world: World) -> None:
    answer = world.call("GET", "/users/current")
    assert not [name for name in answer.headers if "ratelimit" in name]
    assert "access-control-allow-origin" not in answer.headers


def test_cors_metrics_and_public_url(database: str) -> None:
    options = (
        "--cors-origin=https://plan.example.com",
        "--public-url=https://plan.example.com",
        "--metrics-listen=127.0.0.1:0",
        "--trusted-proxy=127.0.0.1",
    )
    with serving(database, *options) as server:
        metrics_url = next(line for line in server.log if "metrics" in line).split()[-1]
        with httpx.Client(base_url=server.url, timeout=30) as http:
            origin = {"Origin": "https://plan.example.com"}
            answer = http.get("/healthz", headers=origin)
            assert answer.headers["access-control-allow-origin"] == "https://plan.example.com"
            assert "etag" in answer.headers["access-control-expose-headers"].lower()
            preflight = http.options(
                "/api/latest/spaces", headers=origin | {"Access-Control-Request-Method": "POST"}
            )
            assert preflight.is_success
            answer = http.get("/healthz", headers={"Origin": "https://elsewhere.example"})
            assert "access-control-allow-origin" not in answer.headers
            document = http.get("/schema/openapi.json").json()
            assert document["servers"] == [{"url": "https://plan.example.com"}]
            http.get("/healthz", headers={"X-Forwarded-For": "203.0.113.7"})
            metrics = httpx.get(metrics_url).text
        assert 'kadence_requests_total{method="GET",route="/healthz",status="200"}' in metrics
        assert server.stop() == 0
        assert '"203.0.113.7"' in "".join(server.log)


@pytest.mark.both_engines
def test_sigterm_answers_what_was_accepted(database: str) -> None:
    with serving(database) as server, World(database, server) as world:
        path = f"{world.api}/spaces/{world.space.uid}/iterations"
        answers: list[int] = []
        stopping = threading.Event()

        def load() -> None:
            with httpx.Client(headers=world.headers(), timeout=30) as http:
                while True:
                    try:
                        answers.append(http.post(path, json={"title": "x"}).status_code)
                    except httpx.ConnectError:
                        return
                    except httpx.HTTPError:
                        if stopping.is_set():
                            return
                        raise

        threads = [threading.Thread(target=load) for _ in range(8)]
        for thread in threads:
            thread.start()
        while len(answers) < 50:
            time.sleep(0.01)
        stopping.set()
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 10
        for thread in threads:
            thread.join()
        assert set(answers) == {200}
    with serving(database) as again:
        listed = 0
        while page := httpx.get(
            f"{again.api}/spaces/{world.space.uid}/iterations?offset={listed}",
            headers=world.headers(),
        ).json():
            listed += len(page)
        assert listed >= len(answers) + 1


def test_sigterm_does_not_wait_for_a_stalled_upload(database: str) -> None:
    with serving(database) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as stalled:
            stalled.sendall(
                b"POST /api/latest/spaces HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
            )
            assert httpx.get(f"{server.url}/healthz").status_code == 200
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 10


def test_behind_a_proxy_a_request_keeps_the_proxys_id_and_trace(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    sent = {"X-Request-Id": "edge-7f", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    with serving(url, "--trusted-proxy", "127.0.0.1") as server:
        answer = httpx.get(f"{server.api}/cards", headers=sent)
        assert answer.headers["x-request-id"] == "edge-7f"
        unfit = {"X-Request-Id": "a b\tc", "traceparent": "nonsense"}
        answer = httpx.get(f"{server.api}/cards", headers=unfit)
        assert re.fullmatch(r"[0-9a-f]{8}-\d+", answer.headers["x-request-id"])
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.log if '"request"' in line]
    assert [(line["id"], line.get("trace_id")) for line in lines] == [
        ("edge-7f", trace),
        (answer.headers["x-request-id"], None),
    ]
    with serving(url) as server:
        # Without a proxy that is trusted, anybody could write what they like into the log.
        answer = httpx.get(f"{server.api}/cards", headers=sent)
        assert answer.headers["x-request-id"] != "edge-7f"
        assert server.stop() == 0
        assert trace not in "".join(server.log)
