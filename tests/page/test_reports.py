"""The reports: values where a chart is pointed at, tables, links that can be given on, files."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.kit import Team
from tests.page.conftest import enter
from tests.world import World

CHARTS = ("Burndown", "Burnup", "Forecast", "Cumulative flow", "Velocity")


@pytest.fixture
def closed(team: Team) -> dict[str, Any]:
    """A closed iteration: of 8 in two cards 5 are done."""
    made = team.plan("First")
    team.put(made, team.card("Done in it", size_text="5"), team.card("Left", size_text="3"))
    team.start(made)
    done = next(
        card for card in team.call("GET", f"/cards?iteration_id={made['id']}") if card["size"] == 5
    )
    team.change(done, column_id=team.space.columns[2])
    return team.close(made)


@pytest.fixture
def running(team: Team, closed: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """An active iteration of 6 in two cards, of which 2 are done."""
    made = team.plan("Second")
    cards = [team.card("Two", size_text="2"), team.card("Four", size_text="4")]
    team.put(made, *cards)
    team.start(made)
    team.change(cards[0], column_id=team.space.columns[2])
    return made


@pytest.fixture
def reports(
    open_browser: Callable[..., Page],
    world: World,
    team: Team,
    running: dict[str, Any],  # noqa: ARG001
) -> Page:
    """The reports of the team's space, opened by its writer."""
    page = open_browser()
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/reports")
    page.get_by_role("heading", name="Burndown").wait_for()
    return page


def chart(page: Page, name: str) -> Locator:
    return page.get_by_role("figure", name=name)


def test_every_chart_is_drawn_with_a_table_behind(reports: Page) -> None:
    for name in CHARTS:
        expect(chart(reports, name).locator("svg")).to_be_visible()
        chart(reports, name).get_by_text("Table").click()
    burndown = chart(reports, "Burndown").get_by_role("row")
    expect(burndown.last).to_contain_text("4")
    velocity = chart(reports, "Velocity").get_by_role("row")
    expect(velocity.nth(1)).to_have_text(re.compile(r"First\s*8\s*5\s*3\s*–"))


def test_values_are_told_on_hover_and_by_keyboard(reports: Page) -> None:
    burndown = chart(reports, "Burndown")
    readings = burndown.locator(".readings_marks > *")
    found = readings.last.bounding_box()
    assert found is not None
    reports.mouse.move(found["x"] - 3, found["y"] + 20)
    tip = burndown.locator(".tip")
    expect(tip).to_contain_text("Remaining 4")
    reports.mouse.move(0, 0)
    expect(tip).to_have_count(0)
    velocity = chart(reports, "Velocity")
    first = velocity.locator(".readings_marks > *").first
    expect(first).to_have_accessible_name(re.compile("First.*Committed 8.*Done 5"))
    first.focus()
    expect(velocity.locator(".tip")).to_contain_text("Committed 8")
    first.blur()
    expect(velocity.locator(".tip")).to_have_count(0)
