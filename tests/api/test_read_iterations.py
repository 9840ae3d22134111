"""Listing iterations and getting one (iterations.md, 2 and 3)."""

import pytest

from kadence.domain.iteration_commands import CreateIteration
from kadence.usecases.iterations import create_iteration
from kadence.usecases.spaces import delete_space
from kadence.usecases.unit_of_work import UnitOfWork
from tests.api.test_create_iteration import KEYS
from tests.world import NOWHERE, World


@pytest.fixture(scope="module")
def many(world: World) -> str:
    """A space with 120 more iterations."""

    def make(unit: UnitOfWork) -> None:
        for number in range(120):
            unit.now += 1
            create_iteration(unit, uid, CreateIteration(f"Sprint {number:03}"))

    uid = world.make_space().uid
    world.do(make)
    return uid


def titles(world: World, space: str, query: str = "") -> list[str]:
    answer = world.call("GET", f"/spaces/{space}/iterations{query}")
    assert answer.status_code == 200, answer.text
    return [iteration["title"] for iteration in answer.json()]


@pytest.mark.both_engines
def test_the_list_is_by_creation_a_hundred_at_a_time(world: World, many: str) -> None:
    assert titles(world, many) == ["Sprint", *(f"Sprint {n:03}" for n in range(99))]


@pytest.mark.both_engines
def test_order_desc_is_the_whole_list_backwards(world: World, many: str) -> None:
    forward = titles(world, many) + titles(world, many, "?offset=100")
    backward = titles(world, many, "?order=desc") + titles(world, many, "?order=desc&offset=100")
    assert backward == forward[::-1]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?limit=5", 5),
        ("?limit=0", 1),
        ("?limit=-3", 1),
        ("?limit=1000", 100),
        ("?limit=99999999999999999999999", 100),
        ("?limit=", 100),
        ("?offset=115", 6),
        ("?skip=115", 6),
        ("?offset=120&skip=3", 1),
        ("?offset=-5", 100),
        ("?offset=99999999999999999999999", 0),
        ("?offset=", 100),
    ],
)
def test_limit_is_clamped_and_a_negative_offset_is_0(
    world: World, many: str, query: str, count: int
) -> None:
    assert len(titles(world, many, query)) == count


@pytest.mark.parametrize(
    "query",
    [
        "limit=x",
        "limit=2&limit=7",
        "limit=1.5",
        "limit=--1",
        "limit=١",
        "offset=x",
        "order=up",
        "order=ASC",
        "status=open",
        "status=planned,open",
        "status=planned,",
        "with_data=users",
        "x=%00",
    ],
)
def test_a_value_of_the_wrong_type_is_400_without_code(world: World, many: str, query: str) -> None:
    answer = world.call("GET", f"/spaces/{many}/iterations?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == ["message"]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("status", "count"),
    [
        ("planned", 100),
        ("planned%2Cactive", 100),
        ("active,closed,removed", 0),
        ("planned,active,closed,removed", 100),
        ("planned,planned", 100),
        ("", 100),
    ],
)
def test_the_list_by_status(world: World, many: str, status: str, count: int) -> None:
    assert len(titles(world, many, f"?status={status}")) == count


@pytest.mark.both_engines
def test_with_data_cards_adds_the_key_in_its_place(world: World) -> None:
    answer = world.call("GET", f"/spaces/{world.space.uid}/iterations?with_data=cards")
    for iteration in answer.json():
        assert all(record["removed_at"] is None for record in iteration["cards"])
        assert list(iteration) == [*KEYS[:12], "cards", *KEYS[12:]]


def test_the_query_is_checked_only_after_access(world: World) -> None:
    path = f"/spaces/{world.space.uid}/iterations?limit=x"
    assert world.call("GET", path, "nobody").status_code == 401
    assert world.call("GET", path, "stranger").status_code == 403
    assert world.call("GET", f"/spaces/{NOWHERE}/iterations?limit=x").status_code == 404


def test_one_iteration_is_answered_as_it_was_created(world: World) -> None:
    made = world.create({"title": "Sprint", "goal": "Go", "finish_date": "2026-07-28"})
    made_id = made.json()["id"]
    for written in (made_id, made_id.upper()):
        answer = world.call("GET", f"/spaces/{world.space.uid}/iterations/{written}")
        assert answer.status_code == 200
        assert answer.content == made.content


@pytest.mark.parametrize("iteration", [NOWHERE, "5", "x", "%00"])
def test_an_unknown_iteration_is_404_without_body(world: World, iteration: str) -> None:
    answer = world.call("GET", f"/spaces/{world.space.uid}/iterations/{iteration}")
    assert answer.status_code == 404
    assert answer.content == b""


def test_an_iteration_of_another_space_is_404(world: World) -> None:
    elsewhere = world.make_space()
    path = f"/spaces/{world.space.uid}/iterations/{elsewhere.iteration_id}"
    assert world.call("GET", path).status_code == 404


@pytest.mark.both_engines
def test_everything_in_a_deleted_space_is_404(world: World) -> None:
    space = world.make_space()
    world.do(delete_space, space.id, None)
    for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{space.iteration_id}")):
        answer = world.call(method, f"/spaces/{space.uid}/iterations{path}", json={"title": "x"})
        assert answer.status_code == 404
