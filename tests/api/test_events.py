"""The journal outside: a space's feed in pages and live, and that the tables follow from it."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from kadence.domain.events import KINDS
from kadence.domain.replay import APPLY
from kadence.storage import integrity
from kadence.storage.engines import locate
from kadence.usecases import people, tokens
from kadence.web.app_state import MOST_STREAMS
from tests.api.kit import Team
from tests.world import NOWHERE, World, serving

pytestmark = pytest.mark.both_engines


EVENT_KEYS = [
    "seq",
    "at",
    "kind",
    "actor_uid",
    "space_uid",
    "iteration_id",
    "card_uid",
    "payload",
]


def feed(team: Team, query: str = "", as_: str = "writer") -> list[dict[str, Any]]:
    answer = team.world.own("GET", f"/spaces/{team.space.uid}/events{query}", as_)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def test_the_feed_tells_what_happened_in_order(team: Team) -> None:
    last = feed(team)[-1]["seq"]
    plan, card = team.plan(), team.card("One")
    team.put(plan, card)
    team.change(card, title="Two", column_id=team.space.columns[1])
    team.start(plan)
    found = feed(team, f"?after={last}")
    assert [event["kind"] for event in found] == [
        "iteration.created",
        "card.created",
        "iteration_card.added",
        "card.moved",
        "card.changed",
        "iteration.activated",
    ]
    assert list(found[0]) == EVENT_KEYS
    assert {event["space_uid"] for event in found} == {team.space.uid}
    assert {event["actor_uid"] for event in found} == {team.world.users["writer"].uid}
    assert found[2]["iteration_id"] == plan["id"]
    assert found[2]["card_uid"] == found[3]["card_uid"] == card["uid"]
    moved = found[3]["payload"]
    assert moved["old"]["column_id"] == team.space.columns[0]
    assert moved["new"]["column_id"] == team.space.columns[1]
    assert (moved["old"]["state"], moved["new"]["state"]) == (1, 2)
    assert found[4]["payload"]["new"] == {"title": "Two"}
    assert found[5]["payload"]["new"]["data"] == '{"committed":{"size":0}}'


def test_pages_kinds_and_limits(team: Team) -> None:
    for n in range(5):
        team.card(str(n))
    whole = feed(team, "?limit=100")
    page, seen = feed(team, "?limit=3"), []
    while page:
        seen += page
        page = feed(team, f"?limit=3&after={page[-1]['seq']}")
    assert seen == whole
    made = feed(team, "?kinds=card.created,comment.added")
    assert [e["kind"] for e in made].count("card.created") == 6
    assert {e["kind"] for e in made} == {"card.created", "comment.added"}
    wrong = team.world.own("GET", f"/spaces/{team.space.uid}/events?kinds=card.eaten", "writer")
    assert wrong.status_code == 400


def test_a_card_that_goes_to_another_space_is_told_in_both(team: Team) -> None:
    other, card = team.world.make_space(), team.card()
    team.change(card, board_id=other.board_id)
    assert feed(team)[-1]["kind"] == "card.left"
    there = feed(Team(team.world, other))
    assert there[-1]["kind"] == "card.moved"
    assert there[-1]["payload"]["old"]["board_id"] == team.space.board_id


@contextmanager
def live(
    team: Team, as_: str = "writer", after: int = 0, headers: dict[str, str] | None = None
) -> Iterator[Iterator[str]]:
    """The lines of a space's stream."""
    with httpx.stream(
        "GET",
        f"{team.world.url}/api/kadence/v1/spaces/{team.space.uid}/events?after={after}",
        headers=team.world.headers(as_) | {"Accept": "text/event-stream"} | (headers or {}),
        timeout=20,
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.iter_lines()


def events(lines: Iterator[str], count: int) -> list[tuple[int, str, dict[str, Any]]]:
    """The next events of a stream: id, kind, data."""
    found: list[tuple[int, str, dict[str, Any]]] = []
    fields: dict[str, str] = {}
    while len(found) < count:
        line = next(lines)
        if ": " in line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
            fields = {}
    return found


def test_the_stream_tells_of_what_happens_as_it_happens(team: Team) -> None:
    last = feed(team)[-1]["seq"]
    with live(team, after=last) as lines:
        assert next(lines) == ": kadence"
        card = team.card("Seen")
        ((seq, kind, data),) = events(lines, 1)
        assert (kind, data["card_uid"]) == ("card.created", card["uid"])
        assert [data] == feed(team, f"?after={last}")
        assert seq == data["seq"]
        team.change(card, title="Seen again")
        assert events(lines, 1)[0][1] == "card.changed"


def test_the_stream_resumes_behind_the_last_event_id(team: Team) -> None:
    team.card("a")
    team.card("b")
    whole = feed(team, "?limit=100")
    with live(team, headers={"Last-Event-ID": str(whole[-3]["seq"])}) as lines:
        assert [data for _, _, data in events(lines, 2)] == whole[-2:]
    answer = team.world.own(
        "GET",
        f"/spaces/{team.space.uid}/events",
        headers={"Accept": "text/event-stream", "Last-Event-ID": "x"},
    )
    assert answer.status_code == 400
    with live(team, headers={"Last-Event-ID": "9" * 5000}) as lines:
        assert next(lines) == ": kadence"


def test_the_stream_is_refused_like_the_pages(team: Team) -> None:
    accept = {"Accept": "text/event-stream"}
    path = f"/spaces/{team.space.uid}/events"
    for caller, status in (("stranger", 403), ("other", 404), ("nobody", 401), ("revoked", 401)):
        assert team.world.own("GET", path, caller, headers=accept).status_code == status
    assert team.world.own("GET", f"/spaces/{NOWHERE}/events", headers=accept).status_code == 404


def test_a_revoked_token_ends_the_stream(team: Team) -> None:
    made = team.world.do(people.create_token, "reader@home.example", "stream", None)
    team.world.tokens["streaming"] = made.secret
    with live(team, "streaming", after=2**40) as lines:
        assert next(lines) == ": kadence"
        team.world.do(tokens.revoke_token, made.token.id)
        assert [line for line in lines if line and not line.startswith(":")] == []


def test_losing_the_space_ends_the_stream(team: Team) -> None:
    with live(team, "reader", after=2**40) as lines:
        next(lines)
        reader = team.world.users["reader"].id
        team.call("DELETE", f"/spaces/{team.space.id}/users/{reader}", as_="admin")
        assert [line for line in lines if line and not line.startswith(":")] == []


def test_the_stream_is_correct_across_server_processes(team: Team) -> None:
    """What another process commits comes too, each event once."""
    last = feed(team)[-1]["seq"]
    with serving(team.world.database) as second:
        headers = team.world.headers("writer")
        with live(team, after=last) as lines:
            next(lines)
            body = {"title": "From elsewhere", "board_id": team.space.board_id}
            posts = [
                httpx.post(f"{url}/cards", json=body, headers=headers)
                for url in (second.api, team.world.api, second.api)
            ]
            assert [post.status_code for post in posts] == [200] * 3
            found = events(lines, 3)
            assert [data["card_uid"] for _, _, data in found] == [p.json()["uid"] for p in posts]


def test_a_token_has_so_many_streams_at_once(team: Team) -> None:
    path = f"{team.world.url}/api/kadence/v1/spaces/{team.space.uid}/events?after={2**40}"
    headers = team.world.headers("reader") | {"Accept": "text/event-stream"}
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(timeout=20, limits=limits, headers=headers) as http:

        def begin() -> httpx.Response:
            return http.send(http.build_request("GET", path), stream=True)

        streams = [begin() for _ in range(MOST_STREAMS)]
        lines = [stream.iter_lines() for stream in streams]
        assert [next(line) for line in lines] == [": kadence"] * MOST_STREAMS
        refused = begin()
        assert refused.status_code == 429
        assert json.loads(refused.read())["message"].endswith("50 live streams")
        assert int(refused.headers["retry-after"]) > 0
        with live(team, "writer", after=2**40) as others:
            assert next(others) == ": kadence"
        streams[0].close()
        ends = time.monotonic() + 10
        while (again := begin()).status_code != 200:
            again.close()
            assert time.monotonic() < ends
        for stream in (*streams, again):
            stream.close()


def test_streams_that_are_opened_at_once_are_counted_too(team: Team) -> None:
    made = team.world.do(people.create_token, "reader@home.example", "many", None)
    path = f"/api/kadence/v1/spaces/{team.space.uid}/events?after={2**40}"
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {made.secret}\r\n"
        "Accept: text/event-stream\r\n\r\n"
    ).encode()
    host, port = team.world.url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection((host, int(port)), 20))
            for _ in range(3 * MOST_STREAMS)
        ]
        for client in clients:
            client.sendall(asked)
        found = [client.recv(12) for client in clients]
    assert found.count(b"HTTP/1.1 200") == MOST_STREAMS
    assert found.count(b"HTTP/1.1 429") == 2 * MOST_STREAMS


def test_a_stopping_server_ends_its_streams_at_once(team: Team) -> None:
    with serving(team.world.database) as second:
        url = second.url.removeprefix("http://")
        headers = team.world.headers("writer") | {"Accept": "text/event-stream"}
        path = f"http://{url}/api/kadence/v1/spaces/{team.space.uid}/events?after={2**40}"
        codes: list[int] = []
        with httpx.stream("GET", path, headers=headers, timeout=20) as answer:
            lines = answer.iter_lines()
            next(lines)
            stopping = threading.Thread(target=lambda: codes.append(second.stop()))
            stopping.start()
            assert [line for line in lines if line and not line.startswith(":")] == []
            stopping.join()
        assert codes == [0]


def test_the_tables_follow_from_the_journal_alone(world: World) -> None:
    """After everything that all the tests did so far, and a bit of everything now."""
    team = Team(world, world.make_space())
    other = world.make_space()
    plan, following, card = team.plan(goal="x"), team.plan("Next"), team.card(size_text="3")
    team.put(plan, card, team.card(), team.done())
    team.start(plan)
    team.call("POST", f"/cards/{card['id']}/tags", {"name": f"t {team.space.uid}"})
    team.call("POST", f"/cards/{card['id']}/members", {"user_id": world.users["admin"].id})
    member = f"/cards/{card['id']}/members/{world.users['admin'].id}"
    team.call("PATCH", member, {"type": 2})
    team.call("DELETE", member)
    comment = team.call("POST", f"/cards/{card['id']}/comments", {"text": "a"})
    team.call("PATCH", f"/cards/{card['id']}/comments/{comment['id']}", {"text": "b"})
    team.close(plan, new_iteration_id=following["id"])
    arrange = f"{team.at(following)}/cards/arrange"
    body = {"action": "reorder", "card_uids": [team.inside(following)[-1]], "before": card["uid"]}
    assert world.own("POST", arrange, "writer", json=body).status_code == 200
    world.own("PATCH", f"{team.at(following)}/capacity", "writer", json={"capacity": 12.5})
    team.as_ = "admin"
    team.change(card, condition=2)
    team.change(card, condition=1)
    path = f"/spaces/{other.id}/boards/{team.space.board_id}"
    team.call("PATCH", path, {"title": "Shown"})
    team.call("PATCH", path, {"move_from_space_id": team.space.id})
    team.call(
        "PATCH", f"/boards/{team.space.board_id}/columns/{team.space.columns[0]}", {"type": 3}
    )
    team.call("DELETE", f"/boards/{team.space.board_id}/columns/{team.space.columns[2]}?force=1")
    team.call("DELETE", f"/boards/{team.space.board_id}/lanes/{team.space.lanes[1]}?force=1")
    team.call("DELETE", f"/cards/{card['id']}/comments/{comment['id']}")
    (tag,) = team.get(card)["tags"]
    team.call("PATCH", f"/company/tags/{tag['id']}", {"color": 5}, as_="owner")
    team.call("DELETE", f"/company/tags/{tag['id']}", as_="owner")
    team.call("DELETE", f"/spaces/{other.id}")
    team.call("DELETE", f"/spaces/{team.space.id}")
    assert integrity.problems(locate(world.database)) == []


def test_every_kind_of_event_can_be_replayed() -> None:
    assert set(APPLY) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_documented(kind: str) -> None:
    page = Path(__file__).parents[2] / "docs/events.md"
    assert f"`{kind}`" in page.read_text("utf-8")
