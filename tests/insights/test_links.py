"""Signed links and feeds: who sees what without a token, and when that ends."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from kadence.domain.access import Actor
from kadence.domain.errors import NotFound
from kadence.domain.model import Shows, SpaceRole
from kadence.storage import integrity
from kadence.storage.engines import locate, transaction
from kadence.usecases import insights, links, people
from kadence.usecases.insights import ReportQuery
from kadence.usecases.links import CreateLink
from kadence.usecases.members import AddMember, add_member
from kadence.usecases.overview import calendar_feed
from kadence.usecases.unit_of_work import UnitOfWork
from kadence.web.feeds import calendar_of
from kadence.web.links import FILES
from kadence.web.tables import TABLES, report_lines, written
from tests.api.kit import Team
from tests.insights.kit import Stage, at
from tests.world import World

SHARED = "/api/kadence/v1/shared/"


def shared(world: World, path: str) -> Any:
    return world.http.get(world.url + path)


@pytest.mark.parametrize("shows", list(Shows))
def test_a_link_shows_one_thing_to_anybody(world: World, team: Team, shows: Shows) -> None:
    body: dict[str, Any] = {"shows": shows.value}
    if shows not in links.OF_SPACE:
        body["iteration_id"] = team.space.iteration_id
    made = world.own("POST", f"/spaces/{team.space.uid}/links", "writer", json=body).json()
    assert [path.rpartition("/")[2] for path in made["paths"]] == list(FILES[shows])
    for path in made["paths"]:
        answer = shared(world, path)
        assert answer.status_code == 200, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert shared(world, f"{path}?unit=weight").status_code == 400
    key = made["paths"][0].removeprefix(SHARED).partition("/")[0]
    others = {name for names in FILES.values() for name in names} - set(FILES[shows])
    for name in others:
        assert shared(world, f"{SHARED}{key}/{name}").status_code == 404


def test_a_key_that_was_changed_opens_nothing(world: World, team: Team) -> None:
    path = _link(world, team, {"shows": "velocity"})["paths"][0]
    other = _link(world, team, {"shows": "iterations"})["paths"][0]
    assert shared(world, path).status_code == 200
    key = path.removeprefix(SHARED).partition("/")[0]
    id_, _, signature = key.partition(".")
    wrong = "A" if signature[5] != "A" else "B"
    for forged in (
        id_,
        f"{id_}.",
        f"{id_}.{signature[:-2]}",
        f"{id_}.{signature[:5]}{wrong}{signature[6:]}",
        f"{id_}.{other.removeprefix(SHARED).partition('/')[0].partition('.')[2]}",
        f"{id_}.{signature}x",
        f"{id_}.\u00e9",
        "nothing",
    ):
        answer = shared(world, path.replace(key, forged))
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.both_engines
def test_a_revoked_link_ends_at_once(world: World, team: Team) -> None:
    made = _link(world, team, {"shows": "velocity"})
    path = f"/spaces/{team.space.uid}/links"
    (listed, *_) = [
        one for one in world.own("GET", path, "writer").json() if one["id"] == made["id"]
    ]
    assert listed == made
    assert world.own("DELETE", f"{path}/{made['id']}", "writer").status_code == 200
    assert shared(world, made["paths"][0]).status_code == 404
    assert world.own("DELETE", f"{path}/{made['id']}", "writer").status_code == 404
    assert made["id"] not in {one["id"] for one in world.own("GET", path, "writer").json()}


def test_a_writer_revokes_their_own_links_an_admin_any(world: World, team: Team) -> None:
    path = f"/spaces/{team.space.uid}/links"
    body = {"shows": "velocity"}
    of_owner = world.own("POST", path, "owner", json=body).json()
    assert world.own("DELETE", f"{path}/{of_owner['id']}", "writer").status_code == 403
    assert world.own("DELETE", f"{path}/{of_owner['id']}", "admin").status_code == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Link should have required property 'shows'"),
        ({"shows": "all"}, "shows should be equal to one of the allowed values"),
        ({"shows": "burndown"}, "Link should have iteration_id to show burndown"),
        ({"shows": "velocity", "expires_in_days": 0}, "expires_in_days should be >= 1"),
        ({"shows": "velocity", "expires_in_days": 367}, "expires_in_days should be <= 366"),
    ],
)
def test_a_wrong_link_is_told(world: World, team: Team, body: dict[str, Any], message: str) -> None:
    answer = world.own("POST", f"/spaces/{team.space.uid}/links", "writer", json=body)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_the_key_stands_in_no_log(world: World, team: Team) -> None:
    path = _link(world, team, {"shows": "velocity"})["paths"][0]
    signature = path.removeprefix(SHARED).partition("/")[0].partition(".")[2]
    line = world.logged(shared(world, path))
    assert "/shared/" in line["path"]
    assert not [one for one in world.server.log if signature in one]


def _link(world: World, team: Team, body: dict[str, Any]) -> Any:
    return world.own("POST", f"/spaces/{team.space.uid}/links", "writer", json=body).json()


@pytest.mark.both_engines
def test_a_link_expires_by_itself(stage: Stage) -> None:
    stage.clock("2026-07-27T09:00")
    made = links.create_link(stage.unit, stage.space_uid, CreateLink(Shows.VELOCITY, None, 7))
    assert links.find_link(stage.unit, made.link_key) == made.link
    stage.clock("2026-08-03T08:59:59.999")
    links.find_link(stage.unit, made.link_key)
    assert links.list_links(stage.unit, stage.space_uid, None)
    stage.clock("2026-08-03T09:00")
    with pytest.raises(NotFound):
        links.find_link(stage.unit, made.link_key)
    assert links.list_links(stage.unit, stage.space_uid, None) == []


@pytest.mark.both_engines
def test_a_link_ends_with_its_makers_access(world: World, team: Team) -> None:
    made = _link(world, team, {"shows": "report", "iteration_id": team.space.iteration_id})
    path = made["paths"][0]
    assert shared(world, path).status_code == 200
    writer = world.users["writer"].id
    removed = world.call("DELETE", f"/spaces/{team.space.id}/users/{writer}")
    assert removed.status_code == 200
    assert shared(world, path).status_code == 404


def test_a_link_of_somebody_who_is_out_opens_nothing(unit: UnitOfWork) -> None:
    stage = Stage(unit)
    person = people.add_user(unit, "maker@home.example", "Maker")
    add_member(unit, stage.space_id, AddMember("maker@home.example", SpaceRole.WRITER))
    owner = unit.actor
    unit.actor = Actor(person.user.id, person.user.uid, owner.company_id, 2)
    made = links.create_link(unit, stage.space_uid, CreateLink(Shows.VELOCITY, None, 7))
    unit.actor = owner
    links.find_link(unit, made.link_key)
    people.deactivate_user(unit, "maker@home.example")
    with pytest.raises(NotFound):
        links.find_link(unit, made.link_key)


def test_iterations_as_a_calendar(stage: Stage) -> None:
    stage.clock("2026-07-01T09:00")
    stage.calendar(time_zone="Europe/Moscow")
    bare = stage.iteration("2026-07-27", "2026-08-07", "Sprint, with; signs\nand lines")
    moscow = stage.iteration("2026-08-09T21:00", "2026-08-20T21:00", "Спринт")
    stage.iteration(title="no dates")
    feed = Calendar.from_ical(calendar_of(*calendar_feed(stage.unit, stage.space_uid)))
    found: dict[str, Any] = {str(event["uid"]): event for event in feed.walk("VEVENT")}
    assert set(found) == {f"{bare.id}@kadence", f"{moscow.id}@kadence"}
    first, second = found[f"{bare.id}@kadence"], found[f"{moscow.id}@kadence"]
    assert str(first["summary"]) == bare.title
    # The end is the first day after it.
    assert (first["dtstart"].dt, first["dtend"].dt) == (date(2026, 7, 27), date(2026, 8, 8))
    assert (second["dtstart"].dt, second["dtend"].dt) == (date(2026, 8, 10), date(2026, 8, 22))
    assert str(first["status"]) == "TENTATIVE"


def test_no_text_of_a_csv_is_taken_for_a_formula(stage: Stage) -> None:
    stage.clock("2026-07-01T09:00")
    sprint = stage.iteration("2026-07-01", "2026-07-10")
    card = stage.card("3", into=sprint)
    stage.change(card, title='=HYPERLINK("x";"y"), really')
    stage.written()
    found = insights.get_report(stage.unit, stage.space_uid, sprint.id, ReportQuery())
    text = written(TABLES["report"].columns, report_lines(found))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["title"] for row in rows] == ['\'=HYPERLINK("x";"y"), really']
    assert rows[0] | {"scope": "3", "done": "0", "remaining": "3", "cause": "added"} == rows[0]
    assert at(rows[0]["at"]) == at("2026-07-01T09:00")


def test_all_keys_of_a_space_are_renewed_at_once(world: World, team: Team) -> None:
    other = Team(world, world.make_space())
    shown = ("velocity", "iterations")
    paths = [_link(world, team, {"shows": shows})["paths"][0] for shows in shown]
    elsewhere = _link(world, other, {"shows": "velocity"})["paths"][0]

    def listed(as_: str) -> list[dict[str, Any]]:
        return list(world.own("GET", f"/spaces/{team.space.uid}/links", as_).json())

    def paths_of(as_: str) -> set[str]:
        return {path for one in listed(as_) for path in one["paths"]}

    before = listed("writer")
    assert len(world.do(links.renew_links, team.space.uid)) == len(before)
    assert [shared(world, path).status_code for path in (*paths, elsewhere)] == [404, 404, 200]
    assert [one["expires"] for one in listed("writer")] == [one["expires"] for one in before]
    assert {shared(world, path).status_code for path in paths_of("writer")} == {200}
    # Whose they were they are: nobody else gets to see a key.
    assert not paths_of("admin") & paths_of("writer")
    with transaction(locate(world.database)) as tx:
        assert integrity.journal_gaps(tx) == []
