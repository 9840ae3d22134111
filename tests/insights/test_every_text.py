"""Any text that is accepted, through every output, read back by another program's rules."""

import csv
import io
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from kadence.usecases import people
from tests.api.kit import Team
from tests.cli.kit import run
from tests.conftest import DEEP
from tests.world import World

CHARTS = ("burndown", "burnup", "flow", "forecast")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


@pytest.fixture(scope="module")
def team(world: World) -> Team:
    return Team(world, world.make_space(), as_="admin")


def calendar_texts(body: bytes, name: str) -> list[str]:
    """The values of a TEXT property, by the grammar of RFC 5545 alone (3.1 and 3.3.11)."""
    assert body.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    lines = re.sub("\r\n[ \t]", "", body.decode()).split("\r\n")
    assert not [line for line in lines if re.search("[\x00-\x08\x0a-\x1f\x7f]", line)]
    values = [line.partition(":")[2] for line in lines if line.startswith(f"{name}:")]
    assert not [value for value in values if re.search(r"(?<!\\)(?:\\\\)*[;,]", value)]
    kinds = {"n": "\n", "N": "\n", "\\": "\\", ";": ";", ",": ","}
    return [re.sub(r"\\(.)", lambda found: kinds[found[1]], value) for value in values]


def cells(text: str, delimiter: str) -> list[dict[str, str]]:
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows[1:] for cell in row):
        bare = cell.lstrip(' \t\r\n"')
        assert not bare.startswith(SIGNS) or re.fullmatch(r"-[0-9.]+", bare), cell
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.deep
@settings(
    max_examples=40 if DEEP else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example("=1+1")
@example("a\x0bb\u2028c\x85d\x1b[31m\x9b0m")
@example("\ufffe\uffff;,\"'\\,;\t@x")
@example("<b>&amp;]]>\U0001f3c1e\u0301\u202e")
@given(text=TEXTS)
def test_every_output_holds_every_text(
    world: World, team: Team, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    dates = {"start_date": "2026-03-02", "finish_date": "2026-03-13"}
    body = {"title": text, "goal": text, **dates}
    answer = world.call("POST", team.iterations, "admin", json=body)
    assume(answer.status_code == 200)
    made = answer.json()
    card = team.card(text, size_text="3", description=text)
    said = team.call("POST", f"/cards/{card['id']}/comments", {"text": text})
    team.call("POST", f"/cards/{card['id']}/tags", {"name": text})
    name = f"name-{made['id']}@home.example"
    person = world.do(people.add_user, name, text).user
    team.call("POST", f"/spaces/{team.space.id}/users", {"email": name, "role_id": 1})
    team.call("PATCH", f"/spaces/{team.space.id}", {"title": text})
    team.put(made, card)
    team.start(made)
    path = f"/spaces/{team.space.uid}/iterations/{made['id']}"

    def own(what: str) -> Any:
        found = world.own("GET", f"{path}/{what}", "reader")
        assert found.status_code == 200, (what, found.text)
        # What httpx has read as one header is one.
        assert not [v for v in found.headers.values() if re.search("[^ -~]", v)]
        return found

    # JSON, which holds all of it; a title is of one line.
    assert re.fullmatch("[^\x00-\x1f\x7f-\x9f\u2028\u2029]+", made["title"])
    assert (made["goal"], said["text"]) == (text, text)
    assert own("report").json()["iteration"]["title"] == made["title"]
    members = team.call(
        "GET", f"/spaces/{team.space.id}/users?limit=100&last_user_id={person.id - 1}"
    )
    assert [one["full_name"] for one in members if one["id"] == person.id] == [person.full_name]
    # Pictures.
    for chart in CHARTS:
        drawn = "".join(ET.fromstring(own(f"{chart}.svg").content).itertext())  # noqa: S314
        assert not CONTROL.search(drawn)
    ET.fromstring(own("badge.svg").content)  # noqa: S314
    # Tables.
    clean = CONTROL.sub("", card["title"])
    for query, delimiter in (("", ","), ("?separator=;", ";"), ("?separator=tab", "\t")):
        (row,) = cells(own(f"report.csv{query}").text, delimiter)
        assert not CONTROL.search(row["title"])
        assert row["title"].replace("'", "") == (clean if row["title"] else "").replace("'", "")
    # The calendar.
    feed = world.own("GET", f"/spaces/{team.space.uid}/iterations.ics", "reader").content
    assert CONTROL.sub("", made["title"]) in calendar_texts(feed, "SUMMARY")
    goal = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert goal in calendar_texts(feed, "DESCRIPTION") or not goal
    assert len(calendar_texts(feed, "X-WR-CALNAME")) == 1
    # A header: the name of a key that has no effect.
    ignored = world.http.get(
        f"{world.api}/cards", params={"limit": "1", text: "1"}, headers=world.headers("reader")
    ).headers.get("x-kadence-ignored", "")
    assert re.fullmatch("[ -~]*", ignored)
    assert text.strip(" ") in unquote(ignored) or len(ignored) > 1000 or not ignored
    # The terminal.
    folder = tmp_path_factory.mktemp("terminal")
    code, out, err = run("report", made["id"], "--database", world.database, cwd=folder)
    assert code == 0, err
    assert not CONTROL.search(out)
    # What has run its course is drawn with the others.
    team.close(made)
    velocity = world.own("GET", f"/spaces/{team.space.uid}/velocity.svg", "reader")
    ET.fromstring(velocity.content)  # noqa: S314


def test_the_reader_of_calendars_is_strict() -> None:
    good = b"BEGIN:VCALENDAR\r\nSUMMARY:a\\, b\\nc\r\n  d\r\nEND:VCALENDAR\r\n"
    assert calendar_texts(good, "SUMMARY") == ["a, b\nc d"]
    for bad in (
        good.replace(b"\\,", b","),
        good.replace(b"a", b"\x0b"),
        good.replace(b"b", b"b" * 80),
    ):
        with pytest.raises(AssertionError):
            calendar_texts(bad, "SUMMARY")
