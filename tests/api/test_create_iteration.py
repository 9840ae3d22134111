"""Create iteration, row by row of the contract (iterations.md, 1)."""

import json
import re
from typing import Any

import pytest

from tests.world import NOWHERE, World

KEYS = [
    "id",
    "space_uid",
    "title",
    "goal",
    "status",
    "creator_uid",
    "updater_uid",
    "start_date",
    "finish_date",
    "actual_finish_date",
    "sort_order",
    "data",
    "created",
    "updated",
]
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.mark.both_engines
def test_success_is_200_with_every_key_in_order(world: World) -> None:
    answer = world.create({"title": "Sprint 1"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert list(answer.json()) == KEYS


def test_a_new_iteration_is_planned_and_mine(world: World) -> None:
    made = world.create({"title": "Sprint 1"}, "writer").json()
    assert UUID.fullmatch(made["id"])
    assert made["space_uid"] == world.space.uid
    assert made["status"] == "planned"
    assert made["creator_uid"] == made["updater_uid"] == world.users["writer"].uid
    for key in ("goal", "start_date", "finish_date", "actual_finish_date", "data"):
        assert made[key] is None
    assert TIMESTAMP.fullmatch(made["created"])
    assert made["updated"] == made["created"]


@pytest.mark.both_engines
def test_a_new_iteration_goes_last(world: World) -> None:
    space = world.make_space().uid
    orders = [world.create({"title": str(n)}, space=space).json()["sort_order"] for n in range(5)]
    assert orders == sorted(set(orders))


def test_all_base_paths_answer_the_same(world: World) -> None:
    body = {"title": "Sprint", "goal": "Go", "start_date": "2026-07-28"}
    path = f"/spaces/{world.space.uid}/iterations"
    answers = [
        world.http.post(f"{world.url}/api{base}{path}", headers=world.headers(), json=body)
        for base in ("/latest", "/v1", "")
    ]
    differing = {"id", "created", "updated", "sort_order"}
    first, *others = ({k: v for k, v in a.json().items() if k not in differing} for a in answers)
    assert others == [first, first]
    ids = [answer.json()["id"] for answer in answers]
    for made in ids:
        one, *same = (
            world.http.get(f"{world.url}/api{base}{path}/{made}", headers=world.headers())
            for base in ("/latest", "/v1", "")
        )
        assert {other.content for other in same} == {one.content}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Iteration should have required property 'title'"),
        ({"goal": 5}, "Iteration should have required property 'title'"),
        (None, "Iteration should be object"),
        ([], "Iteration should be object"),
        ("x", "Iteration should be object"),
        ({"title": None}, "title should be string"),
        ({"title": 5}, "title should be string"),
        ({"title": ["x"]}, "title should be string"),
        ({"title": ""}, "title should NOT be shorter than 1 characters"),
        ({"title": "x" * 257}, "title should NOT be longer than 256 characters"),
        ({"title": "😀" * 257}, "title should NOT be longer than 256 characters"),
        ({"title": "x", "goal": 5}, "goal should be string"),
        ({"title": "x", "goal": {}}, "goal should be string"),
        ({"title": "x", "start_date": "soon"}, 'start_date should match format "date-time"'),
        ({"title": "x", "finish_date": "soon"}, 'finish_date should match format "date-time"'),
        ({"title": "x", "start_date": 5}, "start_date should be string"),
        ({"title": 5, "goal": 5}, "title should be string"),
    ],
)
def test_a_body_of_the_wrong_shape_is_400_with_the_published_words(
    world: World, body: Any, message: str
) -> None:
    answer = world.create(body)
    assert answer.status_code == 400
    assert answer.json() == {"message": message}


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"not json",
        b'{"title": "x"} tail',
        b'{"title": NaN}',
        b'{"title": "\xff"}',
        b'{"title": "x", "other": "\xff"}',
        b'{"title": "\xed\xa0\x80"}',
        b'{"title": "a\nb"}',
        b"[" * 100_000,
        b'{"title": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"title": "\\ud800"}',
        b'{"title": "x", "other": "\\ud800"}',
        b'{"title": "x", "\\udfff": 1}',
        b'{"title": "a\\u0000b"}',
        b'{"title": "x", "goal": "\\u0000"}',
        b'{"title": "x", "other": {"deep": ["\\\\\\u0000"]}}',
        b'{"title": "x", "\\u0000": 1}',
    ],
)
def test_malformed_text_is_400_with_a_message(world: World, raw: bytes) -> None:
    answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", content=raw)
    assert answer.status_code == 400
    assert list(answer.json()) == ["message"]


def test_an_escaped_backslash_before_u0000_is_plain_text(world: World) -> None:
    raw = b'{"title": "\\\\u0000"}'
    answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", content=raw)
    assert answer.json()["title"] == "\\u0000"


@pytest.mark.parametrize("content", [b"", b"{}"])
def test_an_empty_body_counts_as_absent(world: World, content: bytes) -> None:
    answer = world.call(
        "POST",
        f"/spaces/{world.space.uid}/iterations",
        content=content,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json() == {"message": "Iteration should have required property 'title'"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_the_content_type_is_not_looked_at(world: World, kind: str) -> None:
    answer = world.call(
        "POST",
        f"/spaces/{world.space.uid}/iterations",
        content=b'{"title": "x"}',
        headers={"Content-Type": kind},
    )
    assert answer.status_code == 200


def test_of_duplicate_keys_the_last_one_wins(world: World) -> None:
    for raw in (b'{"title": "a", "title": "b"}', b'{"title": 5, "title": "b"}'):
        answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", content=raw)
        assert answer.json()["title"] == "b"
    raw = b'{"title": "b", "title": 5}'
    answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", content=raw)
    assert answer.status_code == 400


def test_unknown_keys_and_queries_are_ignored(world: World) -> None:
    path = f"/spaces/{world.space.uid}/iterations?broken_api=1&limit=x"
    answer = world.call("POST", path, json={"title": "x", "status": "closed", "id": 5})
    assert answer.status_code == 200
    assert answer.json()["status"] == "planned"


@pytest.mark.both_engines
@pytest.mark.parametrize("length", [1, 255, 256])
@pytest.mark.parametrize("character", ["x", "я", "😀", "\u0301", "\ue000"])
def test_the_length_of_a_title_counts_code_points(
    world: World, character: str, length: int
) -> None:
    answer = world.create({"title": character * length})
    assert answer.status_code == 200
    assert answer.json()["title"] == character * length


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-07-28T06:28:03.984Z", "2026-07-28T06:28:03.984Z"),
        ("2026-07-28t06:28:03.984z", "2026-07-28T06:28:03.984Z"),
        ("2026-07-28T06:28Z", "2026-07-28T06:28:00.000Z"),
        ("2026-07-28T06:28:03", "2026-07-28T06:28:03.000Z"),
        ("2026-07-28", "2026-07-28T00:00:00.000Z"),
        ("2026-07-28T01:30:00+03:00", "2026-07-27T22:30:00.000Z"),
        ("2026-07-28T22:30:00-05:45", "2026-07-29T04:15:00.000Z"),
        ("2026-07-28T06:28:03.9849999Z", "2026-07-28T06:28:03.984Z"),
        ("2026-07-28T06:28:03.9Z", "2026-07-28T06:28:03.900Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_comes_back_in_utc_to_the_millisecond(
    world: World, given: str, shown: str
) -> None:
    answer = world.create({"title": "x", "start_date": given})
    assert answer.json()["start_date"] == shown


@pytest.mark.parametrize(
    "given",
    [
        "",
        "20260728",
        "2026-W31-2",
        "2026-209",
        "2026-07-28T24:00:00Z",
        "2026-07-28T23:59:60Z",
        "2026-07-28 06:28:03Z",
        "2026-07-28T06Z",
        "2026-07-28T062803Z",
        "2026-07-28T06:28:03,5Z",
        "2026-07-28T06:28:03.Z",
        "2026-07-28T06:28:03+0300",
        "2026-07-28T06:28:03+03",
        "2026-07-28T06:28:03+24:00",
        "2026-07-28Z",
        "2026-02-30",
        "0000-01-01",
        "10000-01-01",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "٢٠٢٦-٠٧-٢٨",
        " 2026-07-28",
        "2026-07-28\n",
    ],
)
def test_any_other_form_of_a_date_is_400(world: World, given: str) -> None:
    answer = world.create({"title": "x", "finish_date": given})
    assert answer.status_code == 400
    assert answer.json() == {"message": 'finish_date should match format "date-time"'}


@pytest.mark.parametrize("given", [5, 5.5, True, [], {}])
def test_a_date_that_is_no_string_is_400(world: World, given: Any) -> None:
    assert world.create({"title": "x", "start_date": given}).status_code == 400


@pytest.mark.parametrize("finish", ["2026-07-28", "2026-07-27", "2026-07-28T03:00:00+03:00"])
def test_finish_must_be_later_than_start_code_6(world: World, finish: str) -> None:
    answer = world.create({"title": "x", "start_date": "2026-07-28", "finish_date": finish})
    assert answer.status_code == 400
    assert list(answer.json()) == ["code", "message"]
    assert answer.json()["code"] == 6


@pytest.mark.parametrize("key", ["start_date", "finish_date"])
def test_one_date_alone_is_taken(world: World, key: str) -> None:
    answer = world.create({"title": "x", key: "2026-07-28"})
    assert answer.json()[key] == "2026-07-28T00:00:00.000Z"


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer"}])
def test_without_a_token_401_as_bare_text(world: World, headers: dict[str, str]) -> None:
    url = f"{world.api}/spaces/{world.space.uid}/iterations"
    for content in (b'{"title": "x"}', b"{", b"x" * 2_000_000):
        answer = world.http.post(url, headers=headers, content=content)
        assert answer.status_code == 401
        assert answer.text == "Unauthorized"
        assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_the_word_bearer_is_read_in_any_case(world: World, scheme: str) -> None:
    answer = world.call(
        "POST",
        f"/spaces/{world.space.uid}/iterations",
        json={"title": "x"},
        headers={"Authorization": f"{scheme} {world.home.token}"},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("value", ["Basic abc", "Token abc", "Bearer wrong", "Bearer naïve"])
def test_a_wrong_token_is_401(world: World, value: str) -> None:
    answer = world.http.post(
        f"{world.api}/spaces/{world.space.uid}/iterations",
        headers={b"Authorization": value.encode()},
        json={"title": "x"},
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("space", [NOWHERE, "1", "x", "01890000000070008000000000000000", "%00"])
def test_an_unknown_space_is_404_without_body(world: World, space: str) -> None:
    answer = world.call("POST", f"/spaces/{space}/iterations", content=b"{")
    assert answer.status_code == 404
    assert answer.content == b""
    assert "content-type" not in answer.headers


def test_who_cannot_write_gets_403_without_body(world: World) -> None:
    for name in ("reader", "stranger"):
        answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", name, content=b"{")
        assert answer.status_code == 403
        assert answer.content == b""
        assert "content-type" not in answer.headers


def test_an_uid_is_read_in_any_case(world: World) -> None:
    made = world.create({"title": "x"}, space=world.space.uid.upper()).json()
    assert made["space_uid"] == world.space.uid


def test_a_body_over_one_mebibyte_is_413(world: World) -> None:
    largest = 1024 * 1024
    frame = len(json.dumps({"title": "x", "pad": ""}))
    fits = json.dumps({"title": "x", "pad": "y" * (largest - frame)})
    assert len(fits) == largest
    path = f"/spaces/{world.space.uid}/iterations"
    assert world.call("POST", path, content=fits).status_code == 200
    answer = world.call("POST", path, content=fits + " ")
    assert answer.status_code == 413
    assert list(answer.json()) == ["message"]
    assert world.create({"title": "still here"}).status_code == 200


@pytest.mark.both_engines
def test_unsound_text_in_the_query_is_400(world: World) -> None:
    path = f"/spaces/{world.space.uid}/iterations"
    for query in ("x=%00", "%00=x", "x=%ED%A0%80", "x=%FF"):
        answer = world.call("POST", f"{path}?{query}", json={"title": "x"})
        assert answer.status_code == 400
        answer = world.call("GET", f"{path}/{world.space.iteration_id}?{query}")
        assert answer.status_code == 400
