"""Any stored text, older than today's rules too, through every output, read by another program."""

import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

from kadence.domain.iteration_commands import CreateIteration
from kadence.usecases.iterations import create_iteration
from tests.api.kit import Team
from tests.insights.test_pictures import CHARTS
from tests.world import World

ODD = "Sprint 7\x0bInvoices \x01\x07\x08\x0c\x0e\x1b[31m\x1f\ufffe\uffff, a; b\\c"
CLEAN = "Sprint 7Invoices [31m, a; b\\c"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


@pytest.fixture(scope="module")
def odd(world: World) -> tuple[Team, str]:
    """A space with a running iteration whose title and goal no client could send any more."""
    team = Team(world, world.make_space(), as_="admin")
    made = world.do(create_iteration, team.space.uid, CreateIteration(ODD, f"{ODD}\r\nand more"))
    iteration = {"id": made.id}
    team.call(
        "PATCH", team.at(iteration), {"start_date": "2026-03-02", "finish_date": "2026-03-13"}
    )
    team.put(iteration, team.card("=1+1", size_text="3"))
    team.start(iteration)
    return team, f"/spaces/{team.space.uid}/iterations/{made.id}"


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("chart", [chart for chart in CHARTS if chart != "velocity"])
def test_it_is_drawn_without_what_xml_does_not_allow(
    world: World, odd: tuple[Team, str], chart: str, kind: str
) -> None:
    answer = world.own("GET", f"{odd[1]}/{chart}.{kind}", "reader")
    assert answer.status_code == 200, answer.text
    if kind == "svg":
        text = "".join(ET.fromstring(answer.content).itertext())  # noqa: S314 - our own picture
        assert "Sprint 7Invoices" in text


def test_its_badge_can_be_read(world: World, odd: tuple[Team, str]) -> None:
    answer = world.own("GET", f"{odd[1]}/badge.svg", "reader")
    assert "Sprint 7Invoices" in "".join(ET.fromstring(answer.content).itertext())  # noqa: S314


def test_the_calendar_has_no_controls_and_escapes_its_own_name(
    world: World, odd: tuple[Team, str]
) -> None:
    team, _ = odd
    team.call("PATCH", f"/spaces/{team.space.id}", {"title": "Home, garden; more"})
    answer = world.own("GET", f"/spaces/{team.space.uid}/iterations.ics", "reader")
    assert not CONTROLS.search(answer.text.replace("\r\n", "\n"))
    assert "X-WR-CALNAME:Home\\, garden\\; more" in answer.text
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    (event,) = [one for one in events if str(one["summary"]).startswith("Sprint 7")]
    assert str(event["summary"]) == CLEAN
    assert str(event["description"]) == f"{CLEAN}\nand more"


def read(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_a_table_is_read_and_run_by_no_spreadsheet(world: World, odd: tuple[Team, str]) -> None:
    answer = world.own("GET", f"{odd[1]}/report.csv", "reader")
    assert answer.text.startswith("at,cause,")
    assert {row["title"] for row in read(answer.text)} == {""}
    team, path = odd
    team.put({"id": path.rpartition("/")[2]}, team.card("x;=1+1", size_text="1"))
    again = world.own("GET", f"{path}/report.csv", "reader").text
    assert read(again)[-1]["title"] == "'x;'=1+1"
    assert not CONTROLS.search(answer.text.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    ("query", "delimiter", "number"),
    [
        ("download=true", ",", "2.5"),
        ("download=true&language=ru", ";", "2,5"),
        ("download=true&language=ru&separator=,", ",", "2,5"),
        ("separator=%3B", ";", "2.5"),
        ("separator=tab&download=1", "\t", "2.5"),
        ("language=ru", ",", "2.5"),
    ],
)
def test_a_file_opens_in_the_spreadsheet_of_the_reader(
    world: World, query: str, delimiter: str, number: str
) -> None:
    team = Team(world, world.make_space())
    made = team.plan("Sprint")
    team.put(made, team.card("Карта", size_text="2.5"))
    team.start(made)
    path = f"/spaces/{team.space.uid}/iterations/{made['id']}/report.csv?{query}"
    answer = world.own("GET", path, "reader").content
    assert answer.startswith(b"\xef\xbb\xbf") == ("download" in query)
    (row,) = read(answer.decode("utf-8-sig"), delimiter)
    assert row["scope"] == number


def test_a_separator_is_one_of_three(world: World, odd: tuple[Team, str]) -> None:
    answer = world.own("GET", f"{odd[1]}/report.csv?separator=|", "reader")
    assert answer.status_code == 400
    assert answer.json()["message"] == "separator should be one of: auto, ,, ;, tab"


@pytest.mark.parametrize("text", [" ", "\u200b", "\xa0", "\ufeff", "\u2800", "\u3164", "\n\t"])
def test_a_title_that_nobody_sees_is_refused(world: World, text: str) -> None:
    team = Team(world, world.make_space(), as_="admin")
    said = (400, "title should have a visible character")
    assert team.refused("POST", team.iterations, {"title": text}) == said
    assert team.refused("POST", "/spaces", {"title": text}) == said
    board = team.space.board_id
    assert team.refused("POST", "/cards", {"title": text, "board_id": board}) == said
    assert team.refused("POST", f"/spaces/{team.space.id}/boards", {"title": text}) == said
    assert team.refused("POST", f"/boards/{board}/columns", {"title": text}) == said
    assert team.refused("POST", f"/boards/{board}/lanes", {"title": text}) == said
    name = (400, "name should have a visible character")
    assert team.refused("POST", "/tags", {"name": text}) == name


def test_a_title_is_of_one_line(world: World) -> None:
    team = Team(world, world.make_space())
    assert team.plan("Sprint 7\x0bInvoices\r\nand more")["title"] == "Sprint 7 Invoices and more"
    assert team.card("a\tb")["title"] == "a b"
    assert team.card(7)["title"] == "7"
