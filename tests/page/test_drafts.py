"""What is typed in the page: what becomes of it is said, and it is not lost without a question."""

import re

from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import box, choose, enter_by_link, eventually, sign_out
from tests.world import World


def titles(team: Team) -> list[str]:
    """The titles of the live cards of the team's space."""
    return [card["title"] for card in team.call("GET", f"/cards?space_id={team.space.id}")]


def test_lines_are_still_there_in_another_view_and_after_a_reload(plan: Page, team: Team) -> None:
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("Half a thought")
    plan.get_by_role("link", name="Reports").first.click()
    plan.get_by_role("heading", name="Velocity").wait_for()
    plan.get_by_role("link", name="Plan", exact=True).click()
    expect(field).to_have_value("Half a thought")
    plan.reload()
    expect(field).to_have_value("Half a thought")
    field.press("Enter")
    eventually(plan, lambda: "Half a thought" in titles(team), wanted=True)
    plan.reload()
    expect(field).to_have_value("")


def test_signing_out_leaves_no_lines_behind(plan: Page, world: World, team: Team) -> None:
    plan.get_by_label(re.compile("Add cards")).fill("For nobody else")
    sign_out(plan)
    plan.get_by_role("heading", name="Sign in to kadence").wait_for()
    assert plan.evaluate("sessionStorage.length") == 0
    enter_by_link(plan, world)
    plan.goto(f"/spaces/{team.space.uid}/plan")
    expect(plan.get_by_label(re.compile("Add cards"))).to_have_value("")


def test_a_new_iteration_that_is_typed_is_not_lost_by_escape(plan: Page, team: Team) -> None:
    plan.get_by_role("button", name="New iteration").click()
    dialog = plan.get_by_role("dialog")
    dialog.get_by_label("Title").wait_for()
    plan.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    plan.get_by_role("button", name="New iteration").click()
    dialog.get_by_label("Goal").fill("To the moon")
    plan.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("not saved")
    expect(dialog.get_by_label("Goal")).to_have_value("To the moon")
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)
    before = len(team.call("GET", team.iterations))
    choose(plan, "More for Next sprint", "Edit")
    dialog.get_by_label("Title").fill("T" * 128)
    expect(dialog.get_by_role("status")).to_have_text("A title has at most 128 characters.")
    plan.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("not saved")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(box(plan, "Next sprint")).to_be_visible()
    assert len(team.call("GET", team.iterations)) == before
