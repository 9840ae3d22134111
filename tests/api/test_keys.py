"""Every answer has every key that is published for it (tests/api/operations.json)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.world import World

OPERATIONS = json.loads(Path(__file__).with_name("operations.json").read_text("utf-8"))
MISTAKES = {"include_inactive", "cards_deprecation_message", "attacments"}
"""Keys of the list that live answers never have."""
NOT_OF_A_CARD = {"blocker", "block_reason", "blocked_at", "email", "cardRole"}
"""Keys of things that a card here does not have, and so leaves out; `blocker` begins several."""
TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (),
    "any": (object,),
}
OPTIONAL = {
    ("GET", "/cards"): {"description"},
    ("GET", "/spaces/{space_uid}/iterations"): {"cards"},
    ("PATCH", "/spaces/{space_uid}/iterations/{id}"): {"moved_cards"},
}
"""Keys that come when they are asked for, or when there is something to tell."""
NULLABLE = {"description"}
"""Keys that live answers have as null, whatever is published (workspace.md, Boards)."""
BY_HAND = {"/cards/{card_id}/activity"}
"""What is of several shapes, and has tests of its own."""


def rows() -> dict[tuple[str, str], dict[str, str]]:
    """By method and path: each key with its type, with a `?` where it may be null."""
    return {
        (one["method"], one["path"]): {
            key: kind
            for key, kind, *_ in one["answer"]
            if key not in MISTAKES | NOT_OF_A_CARD and not key.startswith("blocker")
        }
        for one in OPERATIONS
        if one["served_today"] and one["path"] not in BY_HAND
    }


PUBLISHED = rows()
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/spaces"): {"title": "Space"},
    ("PATCH", "/spaces/{space_id}"): {"title": "New"},
    ("POST", "/spaces/{space_id}/users"): {"email": "reader@home.example"},
    ("PATCH", "/spaces/{space_id}/users/{id}"): {"role_id": 2},
    ("POST", "/spaces/{space_id}/boards"): {"title": "Board"},
    ("PATCH", "/spaces/{space_id}/boards/{id}"): {"title": "New"},
    ("POST", "/boards/{board_id}/columns"): {"title": "Column"},
    ("PATCH", "/boards/{board_id}/columns/{id}"): {"title": "New"},
    ("POST", "/columns/{column_id}/subcolumns"): {"title": "Sub"},
    ("PATCH", "/columns/{column_id}/subcolumns/{id}"): {"title": "New"},
    ("POST", "/boards/{board_id}/lanes"): {"title": "Lane"},
    ("PATCH", "/boards/{board_id}/lanes/{id}"): {"title": "New"},
    ("POST", "/cards"): {"title": "Card", "board_id": "{board_id}"},
    ("PATCH", "/cards/{card_id}"): {"title": "New"},
    ("POST", "/cards/{card_id}/members"): {"user_id": "{user_id}"},
    ("PATCH", "/cards/{card_id}/members/{id}"): {"type": 2},
    ("POST", "/cards/{card_id}/tags"): {"name": "bug"},
    ("POST", "/cards/{card_id}/comments"): {"text": "Hm"},
    ("PATCH", "/cards/{card_id}/comments/{comment_id}"): {"text": "Ah"},
    ("POST", "/tags"): {"name": "bug"},
    ("POST", "/spaces/{space_uid}/iterations"): {"title": "Sprint"},
    ("PATCH", "/spaces/{space_uid}/iterations/{id}"): {"title": "New"},
    ("POST", "/spaces/{space_uid}/iterations/{iteration_id}/cards"): {"card_uid": "{card_uid}"},
}
FORCED = ("boards", "columns", "subcolumns", "lanes")
EMPTY = {"/sprints", "/company/custom-properties"}
"""Lists in which there never is anything."""


@pytest.mark.parametrize(("method", "path"), PUBLISHED, ids=lambda part: part)
def test_the_answer_has_every_published_key(world: World, method: str, path: str) -> None:
    space = world.make_space()
    columns = {"column_id": space.columns[1]}
    world.call("PATCH", f"/cards/{space.card_id}", json=columns)
    body = {
        key: space.ids(value)[value.strip("{}")] if str(value).startswith("{") else value
        for key, value in BODIES.get((method, path), {}).items()
    }
    if method == "DELETE" and path.split("/")[-2] in FORCED:
        body = {"force": True}
    caller = "writer" if "comments/{" in path else "owner"
    answer = world.call(method, path.format(**space.ids(path)), caller, json=body or None)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    shown = said if isinstance(said, list) else [said]
    assert shown or path in EMPTY
    for item in shown:
        missing = PUBLISHED[method, path].keys() - item.keys()
        missing -= OPTIONAL.get((method, path), set())
        assert not missing, f"missing: {sorted(missing)}"
        for key, kind in PUBLISHED[method, path].items():
            if key in item and not (item[key] is None and key in NULLABLE):
                check_type(key, item[key], kind)


def check_type(key: str, value: Any, kind: str) -> None:
    """The value is of the published type; an array never null."""
    if value is None:
        assert kind.endswith("?") or kind == "null", f"{key} is null, and published as {kind}"
        return
    allowed = TYPES[kind.rstrip("?")]
    assert isinstance(value, allowed), f"{key} is {value!r}, and published as {kind}"
    if bool not in allowed:
        assert not isinstance(value, bool), f"{key} is {value!r}, and published as {kind}"


def test_the_table_is_about_routes_that_are_served() -> None:
    assert len(PUBLISHED) > 50
