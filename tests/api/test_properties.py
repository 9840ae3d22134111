"""What must hold for any input (hypothesis, against the running server)."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadence.domain.text import is_visible, one_line
from tests.world import World

pytestmark = [pytest.mark.deep, pytest.mark.both_engines]

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
TITLES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=256
)
ANY_TEXT = st.text(st.characters())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
BODIES = JSON | st.fixed_dictionaries(
    {},
    optional={
        "title": JSON | TITLES,
        "goal": JSON,
        "start_date": JSON | st.datetimes().map(str),
        "finish_date": JSON | st.datetimes().map(datetime.isoformat),
    },
)
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(
    datetime(2, 1, 1),
    datetime(9998, 12, 31),
    timezones=OFFSETS,
)


@given(title=TITLES)
def test_any_title_that_can_be_seen_comes_back_on_one_line(world: World, title: str) -> None:
    answer = world.create({"title": title})
    if not is_visible(title):
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    assert answer.json()["title"] == one_line(title)
    read = world.call("GET", f"/spaces/{world.space.uid}/iterations/{answer.json()['id']}")
    assert read.json()["title"] == one_line(title)


@given(moment=INSTANTS)
def test_any_instant_with_any_offset_comes_back_as_the_same_instant(
    world: World, moment: datetime
) -> None:
    answer = world.create({"title": "x", "start_date": moment.isoformat()})
    assert answer.status_code == 200, moment.isoformat()
    shown = datetime.fromisoformat(answer.json()["start_date"])
    cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert shown == cut
    assert shown.tzinfo == UTC


@given(body=BODIES)
def test_any_json_body_gives_200_or_400(world: World, body: Any) -> None:
    answer = world.create(body)
    assert answer.status_code in (200, 400)
    assert answer.json()


@given(raw=st.binary(max_size=200))
def test_any_bytes_give_200_or_400(world: World, raw: bytes) -> None:
    answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", content=raw)
    assert answer.status_code in (200, 400)
    assert json.loads(answer.content)


@given(key=ANY_TEXT, value=ANY_TEXT)
def test_u0000_and_lone_surrogates_are_400_wherever_they_stand(
    world: World, key: str, value: str
) -> None:
    unsound = any("\0" in text or (not text.isprintable() and _lone(text)) for text in (key, value))
    body = json.dumps({"title": "x", "other": {key: [value]}})
    answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", content=body)
    assert answer.status_code == (400 if unsound else 200)


def _lone(text: str) -> bool:
    try:
        json.loads(json.dumps(text)).encode()
    except UnicodeEncodeError:
        return True
    return False
