"""Errors are data: each has an id that stays, and what is wrong with a body comes of its schema."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest, RuleViolation
from kadence.domain.values import JsonObject, OneLine, Rule, TextOrNumber
from kadence.usecases.boards import CreateBoard
from kadence.usecases.calendars import ChangeCalendar
from kadence.usecases.card_commands import CreateCard
from kadence.usecases.sessions import CreateSession
from kadence.usecases.spaces import CreateSpace
from kadence.web import errors, schema_errors
from kadence.web.bodies import Body
from kadence.web.routes import OWN_ROUTES, ROUTES
from kadence.web.schema_errors import LONGEST, MOST
from kadence.web.values import decode_hook, schema_hook
from tests.world import OF_RULES, World

BODIES = {id(route.body): route.body for route in (*ROUTES, *OWN_ROUTES) if route.body}
KEYS = [
    pytest.param(body, field, id=f"{body.shape.__name__}.{field.encode_name}")
    for body in BODIES.values()
    for field in msgspec.structs.fields(body.shape)
]
EDGES = (0, 1, 2, 128, 129, 256, 257, 1024, 1025, 4096, 4097, 32768, 32769)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 1, 2, 3, 4, 17, 18, 3660, 3661, 2**31 - 1, 2**31, 2**63 - 1]),
    st.sampled_from([-0.5, 0.5, 3.0, 1e300]),
    st.sampled_from(["", "\u200b", "x", "planned", "closed", "2026-11-28", "2026-02-30", "add"]),
    st.sampled_from(EDGES).map(lambda size: "x" * size),
    st.lists(st.sampled_from(["2026-11-28", "x", 3, 7, 8, None, {"title": ""}]), max_size=9),
    st.dictionaries(st.sampled_from(["title", "a"]), st.sampled_from(["", 1, None]), max_size=2),
)
"""Values of every type, many of them just inside and just outside what some key takes."""


def refused(body: Body[Any], field: Any, value: Any) -> bool:
    """Whether the decoder refuses the value for this key."""
    try:
        msgspec.convert(value, field.type, dec_hook=decode_hook)
    except msgspec.ValidationError:
        # `3.0` is an integer in JSON, and read as one.
        whole = isinstance(value, float) and value.is_integer()
        return not whole or refused(body, field, int(value))
    return False


def rules(kind: Any) -> Iterator[type[Rule]]:
    """The kinds of rules that stand in a type."""
    for part in get_args(kind):
        yield from rules(part)
    if hasattr(kind, "rule"):
        yield type(kind.rule)


def only_its_reader_knows(field: Any, value: Any) -> bool:
    """Whether a value is of what no schema tells: how long a number is as a text, or an object."""
    if isinstance(value, dict):
        return JsonObject in rules(field.type)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and not {TextOrNumber, OneLine}.isdisjoint(rules(field.type))


@pytest.mark.parametrize(("body", "field"), KEYS)
@given(value=VALUES)
def test_schema_and_decoder_refuse_the_same(body: Body[Any], field: Any, value: Any) -> None:
    found = schema_errors.refusal(body.shape, field.encode_name, value)
    wrong = refused(body, field, value)
    raw = json.dumps({field.encode_name: value}).encode()
    if found is not None:
        said = body.read(raw)
        # Or the command itself refuses it, in the words that are published for it.
        in_its_words = isinstance(said, BadRequest) and said.id == ErrorId.COMMENT_LONG
        assert wrong or in_its_words, found.message
        assert found.message.startswith(field.encode_name)
        assert found.about["key"] == field.encode_name
        assert found.id != ErrorId.INTERNAL
    elif wrong:
        # The decoder's refusal stands, in general words.
        assert only_its_reader_knows(field, value)
        said = body.read(raw)
        assert isinstance(said, BadRequest)
        assert said.message


SPACE = Body("Space", CreateSpace)
CALENDAR = Body("Calendar", ChangeCalendar)
CARD = Body("Card", CreateCard)
BOARD = Body("Board", CreateBoard)


@pytest.mark.parametrize(
    ("body", "raw", "message"),
    [
        (
            CALENDAR,
            '{"weekdays": ["x", 3, 3, 3, 3, 3, 3, 3]}',
            "weekdays should NOT have more than 7 items",
        ),
        (CALENDAR, '{"weekdays": ["x"]}', "weekdays[0] should be integer"),
        (CALENDAR, '{"days_off": ["x"]}', 'days_off[0] should match format "date"'),
        (CARD, '{"title": "x", "board_id": 1e20}', "board_id should be integer"),
        (
            CARD,
            '{"title": "x", "board_id": 9223372036854775808}',
            "board_id should be <= 9223372036854775807",
        ),
        (CARD, '{"title": "x", "board_id": 0}', "board_id should be >= 1"),
        (
            CARD,
            '{"title": "x", "board_id": 1, "position": 3}',
            "position should be equal to one of the allowed values",
        ),
        (CARD, '{"title": "x", "board_id": 1, "position": "first"}', "position should be integer"),
        (CARD, '{"title": true, "board_id": 1}', "title should be string"),
        (CARD, '{"title": "x", "board_id": 1, "properties": []}', "properties should be object"),
        (SPACE, '{"title": "x", "access": 1}', "access should be string"),
        (SPACE, '{"title": "x", "sort_order": 0}', "sort_order should be > 0"),
        (
            BOARD,
            '{"title": "x", "columns": [{"title": ""}]}',
            "columns[0].title should NOT be shorter than 1 characters",
        ),
        (
            BOARD,
            '{"title": "x", "columns": [{}]}',
            "columns[0] should have required property 'title'",
        ),
        (BOARD, '{"title": "x", "columns": []}', "columns should NOT have fewer than 1 items"),
        (Body("Session", CreateSession), "{} junk", "Request body is not valid JSON"),
    ],
)
def test_the_words_are_those_that_are_published(body: Body[Any], raw: str, message: str) -> None:
    said = body.read(raw.encode())
    assert isinstance(said, BadRequest)
    assert said.message == message


def schemas() -> Iterator[tuple[str, Any]]:
    """Every schema in those of the bodies, however deep, with where it stands."""

    def within(place: str, schema: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(schema, dict):
            yield place, schema
        if isinstance(schema, dict | list):
            parts = schema.items() if isinstance(schema, dict) else enumerate(schema)
            for name, part in parts:
                yield from within(f"{place}.{name}", part)

    for body in BODIES.values():
        yield from within(body.name, msgspec.json.schema(body.shape, schema_hook=schema_hook))


def test_only_what_schemas_look_at_of_a_value_is_looked_at() -> None:
    """Python looks at it, and would take seconds and tens of MiB for some values of a MiB."""
    unbounded = [
        place
        for place, schema in schemas()
        if schema.get("type") == "array" and "maxItems" not in schema
    ]
    assert unbounded == []
    assert max(schema.get("maxLength", 0) for _, schema in schemas()) == LONGEST
    assert max(schema.get("maxItems", 0) for _, schema in schemas()) == MOST
    known = {"title"}
    assert len(schema_errors.brief("x" * 900_000, known)) == LONGEST + 1
    assert len(schema_errors.brief([0] * 300_000, known)) == MOST + 1
    assert schema_errors.brief([{"title": "x", "other": [0]}], known) == [{"title": "x"}]


def test_an_error_holds_no_copies_of_the_value() -> None:
    for value in ("x" * 900_000, ["x" * 900] * 1000, {"title": "x" * 900_000}):
        assert len(repr(schema_errors.brief([value], {"title"}))) < 10


@pytest.mark.parametrize(
    ("body", "id_", "about"),
    [
        ({"title": ""}, "value.short", {"key": '"title"', "least": "1"}),
        ({"title": "x" * 257}, "value.long", {"key": '"title"', "most": "256"}),
        ({"title": "\u200b"}, "value.invisible", {"key": '"title"'}),
        ({"title": 5}, "value.type", {"key": '"title"'}),
        ({}, "body.key_missing", {}),
        ({"title": "x", "start_date": "soon"}, "value.format", {"key": '"start_date"'}),
        (
            {"title": "x", "start_date": "2026-11-28", "finish_date": "2026-11-27"},
            "iteration.dates_order",
            {},
        ),
    ],
)
def test_the_header_tells_the_id_and_what_it_is_about(
    world: World, body: dict[str, Any], id_: str, about: dict[str, str]
) -> None:
    answer = world.create(body)
    assert answer.status_code == 400
    told, *parameters = answer.headers["x-kadence-error"].split(";")
    assert told == id_
    assert dict(one.split("=") for one in parameters) == about
    assert "error" not in answer.json(), "the published body stays as it is"


def test_our_own_api_tells_the_id_in_the_body(world: World) -> None:
    path = f"/spaces/{world.space.uid}/iterations/{world.space.iteration_id}/cards/arrange"
    wrong = {"action": "add", "card_uids": ["x"], "before": "a", "after": "b"}
    assert world.own("POST", path, json=wrong).json() == {
        "error": "arrangement.places_two",
        "message": "Arrangement should have before or after, NOT both",
        "code": 6,
    }
    assert world.own("POST", path, "nobody", json={}).json()["error"] == "unauthenticated"
    long = world.own("POST", path, json={"action": "add", "card_uids": ["x"] * 201}).json()
    assert long["error"] == "value.many"
    assert long["about"] == {"key": "card_uids", "most": 200}
    (outcome,) = world.own("POST", path, json={"action": "add", "card_uids": ["x"]}).json()
    assert outcome["error"]["error"] == "card.unknown"


def test_every_id_is_of_a_rule_that_some_route_states_or_general() -> None:
    ids = [*ErrorId]
    general = set(ids[: ids.index(ErrorId.ITERATION_REMOVED)]) - {ErrorId.EMAIL_INVALID}
    assert general.isdisjoint(OF_RULES)
    of_commands = {ErrorId.ITERATION_UNKNOWN}
    assert general | OF_RULES | of_commands == set(ids)
    assert of_commands.isdisjoint(OF_RULES)


@pytest.mark.parametrize("path", ["/nowhere", "/spaces/0", "/api-nowhere"])
def test_what_is_not_there_has_an_id(world: World, path: str) -> None:
    assert world.call("GET", path).headers["x-kadence-error"] == "not_found"


def test_a_method_that_a_path_does_not_have_is_told(world: World) -> None:
    answer = world.call("DELETE", "/users/current")
    assert answer.headers["x-kadence-error"] == "method.unknown"


def test_an_error_that_nobody_foresaw_is_told_without_detail() -> None:
    for own in (False, True):
        answer = errors.response(ZeroDivisionError("secret"), own=own)
        assert (b"x-kadence-error", b"internal") in answer.headers
        assert b"secret" not in answer.body


def test_what_an_error_names_cannot_break_the_header() -> None:
    odd = RuleViolation(
        ErrorId.TAG_TAKEN,
        1,
        "x",
        quoted='a"b\\c',
        foreign="SP, São 5%",
        line="a\r\nb",
        most=10**15,
    )
    told = dict(errors.response(odd).headers)[b"x-kadence-error"]
    assert told.split(b";") == [
        b"tag.taken",
        rb'quoted="a\"b\\c"',
        b'foreign=%"SP, S%c3%a3o 5%25"',
        b'line=%"a%0d%0ab"',
        b'most="1000000000000000"',
    ]


def test_ids_are_words_apart_by_dots_and_each_is_there_once() -> None:
    assert all(part.replace("_", "").isalpha() for one in ErrorId for part in one.split("."))
    assert len({one.value for one in ErrorId}) == len(ErrorId)
