"""Orders and dates at the least and the greatest that is accepted, alone and with a neighbour."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.api.kit import Team
from tests.world import World

pytestmark = pytest.mark.both_engines
LARGE = (2.0**53, 1e17, 1.7e18, 1e308)


def titles(team: Team) -> list[str]:
    path = f"/cards?column_id={team.space.columns[1]}&order_by=sort_order"
    found = team.call("GET", path)
    assert len({card["sort_order"] for card in found}) == len(found)
    for card in found:
        # What is answered is accepted back.
        assert team.change(card, sort_order=card["sort_order"])["sort_order"] == card["sort_order"]
    return [card["title"] for card in found]


@pytest.mark.parametrize("place", [*LARGE, 5e-324, 1e-300])
def test_a_cell_stays_in_order_whatever_place_a_client_chose(world: World, place: float) -> None:
    team = Team(world, world.make_space())

    def card(title: str, **body: Any) -> dict[str, Any]:
        return team.card(title, column_id=team.space.columns[1], **body)

    a, b, _ = card("A"), card("B"), card("C")
    team.change(b, sort_order=place)
    d = card("D")
    before = titles(team)
    assert before[-1] == "D"
    team.change(a, prev_card_id=d["id"])
    assert titles(team) == [*(t for t in before if t != "A"), "A"]
    team.change(a, position=1)
    assert titles(team)[0] == "A"
    team.change(a, position=2)
    assert titles(team)[-1] == "A"
    card("E", position=1)
    assert titles(team)[0] == "E"


def test_behind_one_of_several_with_one_place_is_right_behind_it(world: World) -> None:
    team = Team(world, world.make_space())
    column = team.space.columns[1]
    a, b, c = (team.card(title, column_id=column) for title in "ABC")
    for one in (a, b, c):
        team.change(one, sort_order=5)
    d = team.card("D", column_id=column)
    team.change(d, prev_card_id=a["id"])
    assert titles(team) == ["A", "D", "B", "C"]


@pytest.mark.parametrize("kind", ["columns", "lanes"])
@pytest.mark.parametrize("place", LARGE)
def test_columns_and_lanes_stay_in_order(world: World, kind: str, place: float) -> None:
    team = Team(world, world.make_space(), as_="admin")
    path = f"/boards/{team.space.board_id}/{kind}"
    first = team.call("GET", path)[0]
    team.call("PATCH", f"{path}/{first['id']}", {"sort_order": place})
    made = [team.call("POST", path, {"title": title}) for title in ("New", "Newer")]
    found = team.call("GET", path)
    assert [one["id"] for one in found[-2:]] == [one["id"] for one in made]
    assert len({one["sort_order"] for one in found}) == len(found)


def test_boards_and_spaces_stay_in_order(world: World) -> None:
    team = Team(world, world.make_space(), as_="admin")
    path = f"/spaces/{team.space.id}/boards"
    team.call("PATCH", f"{path}/{team.space.board_id}", {"sort_order": 1e17})
    made = [team.call("POST", path, {"title": title})["id"] for title in ("New", "Newer")]
    found = team.call("GET", path)
    assert [one["id"] for one in found] == [team.space.board_id, *made]
    assert [one["sort_order"] for one in found] == [1, 2, 3]


def test_an_iteration_to_the_end_of_time_is_drawn_and_counted(world: World) -> None:
    team = Team(world, world.make_space())
    made = team.plan("Endless", start_date="2026-11-20", finish_date="9999-12-31T23:59:59Z")
    team.put(made, team.card("A", size_text="3"))
    at = f"/spaces/{team.space.uid}/iterations/{made['id']}"
    for step in ("planned", "active", "closed"):
        if step != "planned":
            team.call("PATCH", team.at(made), {"status": step})
        for name in ("burndown.svg", "burnup.svg", "flow.svg", "badge.svg", "report", "flow"):
            answer = world.own("GET", f"{at}/{name}", "reader")
            assert answer.status_code == 200, (step, name, answer.text)
            if name.endswith(".svg"):
                ET.fromstring(answer.content)  # noqa: S314 - our own picture
    assert world.own("GET", f"/spaces/{team.space.uid}/iterations.ics").status_code == 200


@pytest.mark.parametrize(
    ("start", "finish"),
    [("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31T23:59:59.999Z")],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Adak"])
def test_the_first_and_the_last_days_of_all_are_drawn(
    world: World, start: str, finish: str, zone: str
) -> None:
    team = Team(world, world.make_space(), as_="admin")
    calendar = f"/spaces/{team.space.uid}/calendar"
    assert world.own("PATCH", calendar, "admin", json={"time_zone": zone}).status_code == 200
    made = team.start(team.plan("Edge", start_date=start, finish_date=finish))
    at = f"/spaces/{team.space.uid}/iterations/{made['id']}"
    for name in ("burndown.svg", "burnup.png", "flow.svg", "forecast.svg", "report", "forecast"):
        answer = world.own("GET", f"{at}/{name}", "reader")
        assert answer.status_code == 200, (name, answer.text)
