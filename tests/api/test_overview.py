"""What the open iterations of a space hold, and what its closed ones left over."""

from typing import Any

import pytest

from tests.api.kit import Team
from tests.world import World

pytestmark = pytest.mark.both_engines


@pytest.fixture
def team(world: World) -> Team:
    """A space without cards in its iterations but one."""
    return Team(world, world.make_space())


def own(team: Team, what: str, as_: str = "reader") -> Any:
    answer = team.world.own("GET", f"/spaces/{team.space.uid}/{what}", as_)
    assert answer.status_code == 200
    return answer.json()


def test_totals_of_open_iterations(team: Team) -> None:
    running, planned, over = (team.plan(title) for title in ("Running", "Planned", "Over"))
    team.put(running, team.card(size_text="2,5"), team.card(), team.done(size_text="0.1"))
    team.put(running, team.done(size_text="0,2"))
    team.put(over, team.card(size_text="9"))
    gone = team.card(size_text="100")
    team.put(running, gone)
    team.call("DELETE", f"/cards/{gone['id']}")
    team.start(over)
    team.close(over)
    team.start(running)
    path = f"/spaces/{team.space.uid}/iterations/{planned['id']}/capacity"
    assert team.world.own("PATCH", path, "writer", json={"capacity": 20}).status_code == 200
    found = {total.pop("iteration_id"): total for total in own(team, "totals")}
    assert over["id"] not in found
    assert found[running["id"]] == {
        "capacity": None,
        "scope": {"count": 4, "size": 2.8},
        "done": {"count": 2, "size": 0.3},
    }
    nothing = {"count": 0, "size": 0}
    assert found[planned["id"]] == {"capacity": 20, "scope": nothing, "done": nothing}


def test_periods_keep_whether_a_date_came_with_a_time(team: Team) -> None:
    zone = {"time_zone": "America/Los_Angeles"}
    path = f"/spaces/{team.space.uid}/calendar"
    assert team.world.own("PATCH", path, "admin", json=zone).status_code == 200
    bare = team.plan("Bare", start_date="2026-03-02", finish_date="2026-03-13")
    timed = team.plan("Timed", start_date="2026-03-02T00:00Z", finish_date="2026-03-13T00:00:00Z")
    half = team.plan("Half", start_date="2026-03-02", finish_date=None)
    none = team.plan("None", start_date=None, finish_date=None)
    gone = team.plan("Gone")
    team.call("DELETE", team.at(gone))
    assert bare["start_date"] == timed["start_date"]

    def found() -> dict[str, Any]:
        told = own(team, "periods")
        return {one["iteration_id"]: (one["first_day"], one["last_day"]) for one in told}

    def feed() -> str:
        answer = team.world.own("GET", f"/spaces/{team.space.uid}/iterations.ics", "reader")
        return str(answer.text)

    told = found()
    assert gone["id"] not in told
    assert own(team, "periods?status=closed") == []
    assert len(own(team, "periods?status=active,planned")) == len(told)
    assert {one["id"]: told[one["id"]] for one in (bare, timed, half, none)} == {
        bare["id"]: ("2026-03-02", "2026-03-13"),
        timed["id"]: ("2026-03-01", "2026-03-12"),
        half["id"]: ("2026-03-02", None),
        none["id"]: (None, None),
    }
    for one, first in ((bare, "2026-03-02"), (timed, "2026-03-01")):
        report = own(team, f"iterations/{one['id']}/report")
        assert report["period"]["first_day"] == first
    assert "DTSTART;VALUE=DATE:20260301" in feed()
    # The same instant, this time as a day; and a title says nothing of dates.
    team.call("PATCH", team.at(timed), {"start_date": "2026-03-02"})
    team.call("PATCH", team.at(bare), {"finish_date": "2026-03-13T00:00:00+00:00"})
    team.call("PATCH", team.at(bare), {"title": "Both"})
    assert found()[timed["id"]] == ("2026-03-02", "2026-03-12")
    assert found()[bare["id"]] == ("2026-03-02", "2026-03-12")


def test_leftovers_name_the_last_closed_iteration(team: Team) -> None:
    first, second = team.plan("First"), team.plan("Second")
    twice, once, finished, taken, archived, planned = (team.card(f"Card {n}") for n in range(6))
    team.put(first, twice, once, finished, archived, planned)
    team.start(first)
    team.close(first)
    team.put(second, twice, taken)
    team.call("DELETE", f"{team.at(second)}/cards/{taken['uid']}")
    team.start(second)
    team.close(second)
    team.change(finished, column_id=team.space.columns[2])
    team.change(archived, condition=2)
    team.put(team.plan("Third"), planned)
    found = {left["card_uid"]: left for left in own(team, "leftovers")}
    assert {uid: left["iteration_title"] for uid, left in found.items()} == {
        twice["uid"]: "Second",
        once["uid"]: "First",
    }
    assert found[once["uid"]]["iteration_id"] == first["id"]


def test_what_a_page_begins_with_is_what_each_part_says(team: Team) -> None:
    team.close(team.start(team.plan()))
    for caller, role in (("reader", "reader"), ("writer", "writer"), ("owner", "admin")):
        head = team.world.own("GET", f"/spaces/{team.space.uid}", caller).json()
        # The module's database has more spaces than a page of the list.
        pages = (team.call("GET", f"/spaces?offset={n}", as_=caller) for n in range(0, 1000, 100))
        (listed,) = [one for page in pages for one in page if one["uid"] == team.space.uid]
        assert head["space"] == listed
        assert head["space"]["access_mod"] == role
    assert head["calendar"] == own(team, "calendar")
    assert head["velocity"] == own(team, "velocity")["mean"]
    newest = own(team, "events?newest_first=true&limit=1")
    assert head["position"] == newest[0]["seq"]
