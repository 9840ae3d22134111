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
