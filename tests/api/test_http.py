"""HTTP as the world uses it: HEAD, byte order marks, hosts, caches, other origins."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
import zstandard

from kadence.web.compression import coding_of
from tests.api.kit import Team
from tests.world import World, file_url, fresh_database, serving


@pytest.fixture
def team(world: World) -> Team:
    return Team(world, world.make_space())


def test_head_is_get_without_a_body(team: Team) -> None:
    world, space = team.world, team.space
    shared = f"/api/kadence/v1/shared/{space.key}/badge.svg"
    iterations = f"/api/latest{team.iterations}"
    feed = f"/api/kadence/v1/spaces/{space.uid}/iterations.ics"
    for path in ("/", "/healthz", "/readyz", "/schema", shared, iterations, feed, "/nowhere"):
        headers = world.headers("writer")
        got = world.http.get(world.url + path, headers=headers)
        head = world.http.head(world.url + path, headers=headers)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        for name in ("content-type", "content-length", "etag"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)
    stream = f"{world.url}/api/kadence/v1/spaces/{space.uid}/events"
    live = world.headers("writer") | {"Accept": "text/event-stream"}
    assert world.http.head(stream, headers=live).status_code == 200
    assert world.http.head(f"{world.url}/api/latest/users/current").status_code == 401


def test_a_byte_order_mark_before_a_body_is_no_part_of_it(team: Team) -> None:
    body = b'\xef\xbb\xbf{"title": "x"}'
    assert team.world.call("POST", team.iterations, content=body).status_code == 200


def raw(world: World, *lines: str) -> bytes:
    """The first line of the answer to a request that no client library sends."""
    address = urlsplit(world.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.partition(b"\r\n")[0]


def test_a_request_names_one_host(world: World) -> None:
    path = "GET /healthz HTTP/1.1"
    assert b"200" in raw(world, path, "Host: a")
    assert b"400" in raw(world, path)
    assert b"400" in raw(world, path, "Host: a", "Host: b")
    assert b"200" in raw(world, "GET /healthz HTTP/1.0")


def test_what_is_read_is_private_and_secrets_are_kept_by_nobody(team: Team) -> None:
    world = team.world
    read = world.call("GET", team.iterations, "writer")
    assert read.headers["cache-control"] == "private, no-cache"
    assert read.headers["x-content-type-options"] == "nosniff"
    links = world.own("GET", f"/spaces/{team.space.uid}/links", "writer")
    session = world.own("GET", "/session", "writer")
    assert links.headers["cache-control"] == session.headers["cache-control"] == "no-store"
    assert "cache-control" not in world.call("POST", "/tags", json={"name": "bug"}).headers


def test_an_array_says_what_is_wrong_with_it(team: Team) -> None:
    admin = Team(team.world, team.space, as_="admin")
    path = f"/spaces/{team.space.id}/boards"
    said = (400, "columns should NOT have fewer than 1 items")
    assert admin.refused("POST", path, {"title": "Board", "columns": []}) == said
    days = {"days_off": [f"{2000 + n // 365}-01-01" for n in range(1001)]}
    calendar = f"/spaces/{team.space.uid}/calendar"
    answer = team.world.own("PATCH", calendar, "admin", json=days)
    assert answer.status_code == 400
    assert "should NOT have more than" in answer.json()["message"]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that pages of one other origin may call."""
    database = file_url(fresh_database(tmp_path_factory.mktemp("cors")))
    with (
        serving(database, "--cors-origin=https://plan.example.com") as server,
        httpx.Client(base_url=server.url) as http,
    ):
        yield http


@pytest.mark.parametrize("origin", ["https://plan.example.com", "https://other.example", ""])
def test_answers_say_that_they_vary_by_origin(elsewhere: httpx.Client, origin: str) -> None:
    answer = elsewhere.get("/healthz", headers={"Origin": origin} if origin else {})
    assert answer.headers["vary"] == "Origin"
    allowed = answer.headers.get("access-control-allow-origin")
    assert (allowed == origin) == (origin == "https://plan.example.com")


def test_pages_of_other_origins_send_and_read_what_is_documented(elsewhere: httpx.Client) -> None:
    headers = {
        "Origin": "https://plan.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-idempotency-key",
    }
    preflight = elsewhere.options("/api/latest/cards", headers=headers)
    assert preflight.status_code == 204
    allowed = preflight.headers["access-control-allow-headers"].lower()
    for name in ("x-idempotency-key", "idempotency-key", "if-match", "x-kaiten-client-name"):
        assert name in allowed
    answer = elsewhere.get("/healthz", headers={"Origin": "https://plan.example.com"})
    shown = answer.headers["access-control-expose-headers"].lower()
    for name in ("x-kadence", "x-kadence-ignored", "etag", "retry-after"):
        assert name in shown


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "path",
    ["/api/kadence/v1/shared/%00/badge.svg", "/api/latest/spaces/%00/iterations", "/%00"],
)
def test_a_path_with_a_nul_is_that_of_nothing(world: World, path: str) -> None:
    assert world.http.get(world.url + path, headers=world.headers()).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (b"", None),
        (b"identity", None),
        (b"gzip", b"gzip"),
        (b"GZIP, deflate, br, zstd", b"zstd"),
        (b"gzip;q=1.0, zstd;q=0.5", b"gzip"),
        (b"zstd;q=0, gzip;q=0.1", b"gzip"),
        (b"gzip;q=0", None),
        (b"*", b"zstd"),
        (b"*;q=0, gzip", b"gzip"),
        (b"gzip;q=x", None),
        (b",;,=", None),
    ],
)
def test_the_coding_is_one_that_the_client_takes(accepted: bytes, coding: bytes | None) -> None:
    assert coding_of(accepted) == coding


def test_long_answers_are_compressed_and_say_the_same(team: Team) -> None:
    world = team.world
    for number in range(60):
        team.call("POST", "/cards", {"board_id": team.space.board_id, "title": f"Card {number}"})
    url = f"{world.api}/users/current"
    for path in (f"{world.api}/cards?space_id={team.space.id}", f"{world.url}/schema"):
        plain, packed = (
            world.http.get(path, headers=world.headers("writer") | {"Accept-Encoding": coding})
            for coding in ("identity", "gzip")
        )
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < len(plain.content) / 4
        assert packed.headers.get("etag") == plain.headers.get("etag")
        headers = world.headers("writer") | {"Accept-Encoding": "zstd"}
        with world.http.stream("GET", path, headers=headers) as answer:
            assert answer.headers["content-encoding"] == "zstd"
            raw = b"".join(answer.iter_raw())
        assert zstandard.ZstdDecompressor().decompress(raw) == plain.content
        head = world.http.head(path, headers=world.headers("writer") | {"Accept-Encoding": "gzip"})
        assert head.headers["content-length"] == packed.headers["content-length"]
    short = world.http.get(url, headers=world.headers("writer") | {"Accept-Encoding": "gzip"})
    assert len(short.content) < 8192
    assert "content-encoding" not in short.headers


def test_what_holds_a_secret_is_not_compressed(team: Team) -> None:
    for _ in range(40):
        team.world.own(
            "POST", f"/spaces/{team.space.uid}/links", "writer", json={"shows": "velocity"}
        )
    path = f"{team.world.url}/api/kadence/v1/spaces/{team.space.uid}/links"
    headers = team.world.headers("writer") | {"Accept-Encoding": "gzip"}
    answer = team.world.http.get(path, headers=headers)
    assert len(answer.content) > 8192
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/api/latest//users/current", 404, None),
        ("GET", "/api/latest/users/current/", 200, None),
        ("GET", "/api/latest/users/current/x", 404, None),
        ("DELETE", "/api/latest/users/current", 405, "GET"),
        ("OPTIONS", "/api/latest/spaces", 405, "GET, POST"),
        ("POST", "/healthz", 405, "GET"),
        ("GET", "/api/latest/spaces//iterations", 404, None),
        ("PUT", "/api/latest/spaces", 405, "GET, POST"),
    ],
)
def test_paths_and_methods_that_are_not_served(
    world: World, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = world.http.request(method, world.url + path, headers=world.headers())
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)


def test_every_answer_has_a_date_and_none_without_a_body_a_length(
    team: Team, elsewhere: httpx.Client
) -> None:
    world = team.world
    first = world.call("GET", "/users/current", "writer")
    known = {"If-None-Match": first.headers["etag"]}
    same = world.call("GET", "/users/current", "writer", headers=known)
    asked = {"Origin": "https://plan.example.com", "Access-Control-Request-Method": "POST"}
    preflight = elsewhere.options("/api/latest/cards", headers=asked)
    gone = world.call("GET", "/nowhere")
    assert [one.status_code for one in (first, same, preflight, gone)] == [200, 304, 204, 404]
    assert all("date" in one.headers for one in (first, same, preflight, gone))
    assert "content-length" not in same.headers
    assert "content-length" not in preflight.headers
    assert same.headers["cache-control"] == first.headers["cache-control"]
