"""The reports: values where a chart is pointed at, tables, links that can be given on, files."""

import re
from collections.abc import Callable
from typing import Any

import httpx
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


@pytest.mark.deep_only
def test_it_can_be_counted_in_cards_and_of_another_iteration(reports: Page) -> None:
    reports.get_by_role("combobox", name="Counted in").select_option(label="Cards")
    expect(reports).to_have_url(re.compile("unit=count"))
    burnup = chart(reports, "Burnup")
    burnup.get_by_text("Table").click()
    expect(burnup.get_by_role("row").last).to_have_text(re.compile(r"1\s*(–|[\d.]+)\s*1\s*2$"))
    reports.get_by_role("combobox", name="Iteration").select_option(label="First (closed)")
    expect(reports).to_have_url(re.compile("iteration="))
    expect(chart(reports, "Burndown").locator("svg")).to_contain_text("First")
    # What is over is not forecast.
    expect(reports.get_by_role("heading", name="Forecast")).to_have_count(0)
    reports.reload()
    expect(chart(reports, "Burndown").locator("svg")).to_contain_text("First")
    reports.go_back()
    expect(chart(reports, "Burndown").locator("svg")).to_contain_text("Second")


@pytest.mark.deep_only
def test_what_others_do_is_drawn_anew(reports: Page, team: Team) -> None:
    figure = chart(reports, "Burnup")
    expect(figure.locator("svg")).to_contain_text("4 of 6 remaining")
    four = next(
        card
        for card in team.call("GET", f"/cards?space_id={team.space.id}")
        if card["title"] == "Four"
    )
    team.change(four, column_id=team.space.columns[2])
    expect(figure.locator("svg")).to_contain_text("0 of 6 remaining")


@pytest.mark.deep_only
def test_a_charts_link_opens_without_signing_in(reports: Page, team: Team) -> None:
    reports.context.grant_permissions(["clipboard-read", "clipboard-write"])
    figure = chart(reports, "Burndown")
    figure.get_by_role("button", name="Copy public link").click()
    expect(figure.get_by_role("button", name="Copied")).to_be_visible()
    link = reports.evaluate("navigator.clipboard.readText()")
    assert httpx.get(link).headers["content-type"].startswith("image/svg+xml")
    reports.goto(f"/spaces/{team.space.uid}/settings")
    links = reports.get_by_role("region", name="Signed links")
    expect(links).to_contain_text("Burndown: Second")
    links.get_by_role("button", name="Revoke Burndown: Second").click()
    links.get_by_role("button", name="Really revoke Burndown: Second").click()
    expect(links).not_to_contain_text("Burndown: Second")
    assert httpx.get(link).status_code == 404


@pytest.mark.deep_only
def test_charts_are_saved_as_files(reports: Page) -> None:
    for name, kind, begins, called in (
        ("Burndown", "PNG", b"\x89PNG", "Burndown, Second.png"),
        ("Burnup", "CSV", b"at,cause,", "Burnup, Second.csv"),
        ("Cumulative flow", "CSV", b"day,queued,", "Cumulative flow, Second.csv"),
        ("Velocity", "CSV", b"id,title,", "Velocity.csv"),
        ("Forecast", "CSV", b"day,chance\r\n", "Forecast, Second.csv"),
    ):
        with reports.expect_download() as saved:
            chart(reports, name).get_by_role("link", name=kind).click()
        assert saved.value.suggested_filename == called
        content = saved.value.path().read_bytes()
        assert content.startswith(begins)
        assert len(content) >= len(begins)


@pytest.mark.deep_only
def test_without_iterations_the_way_to_them_is_shown(
    open_browser: Callable[..., Page], world: World
) -> None:
    page = open_browser()
    enter(page, world)
    made = world.call("POST", "/spaces", "writer", json={"title": "New"}).json()
    page.goto(f"/spaces/{made['uid']}/reports")
    expect(page.get_by_text("There are no iterations yet")).to_be_visible()
