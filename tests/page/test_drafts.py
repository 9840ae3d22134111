"""What is typed in the page: what becomes of it is said, and it is not lost without a question."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import Held, box, enter, enter_by_link, eventually
from tests.world import World


def titles(team: Team) -> list[str]:
    """The titles of the live cards of the team's space."""
    return [card["title"] for card in team.call("GET", f"/cards?space_id={team.space.id}")]


@pytest.mark.deep_only
def test_what_lines_will_become_is_shown_and_taken_back(plan: Page, team: Team) -> None:
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("Fix bug 404\nMeasure\tXL\tslow\nBug #7")
    preview = plan.get_by_role("list", name="What will be added")
    expect(preview.get_by_role("listitem")).to_have_text(
        [
            re.compile(r"Fix bug\s+Size 404"),
            re.compile(r"Measure\s+slow\s+Size XL\s+\(counts as no size\)"),
            re.compile(r"Bug #7\s+no size"),
        ]
    )
    expect(plan.get_by_text("3 cards, size 404", exact=True)).to_be_visible()
    before = titles(team)
    field.press("Enter")
    expect(plan.get_by_role("option", name="Bug #7")).to_be_visible()
    expect(preview).to_have_count(0)
    plan.get_by_role("button", name="Undo").click()
    expect(plan.get_by_role("option", name="Bug #7")).to_have_count(0)
    eventually(plan, lambda: titles(team), before)


@pytest.mark.deep_only
def test_who_is_not_in_the_space_is_told_before_cards_are_made(plan: Page) -> None:
    plan.get_by_label(re.compile("Add cards")).fill("One\t1\t\tReader\nTwo\t2\t\tNobody")
    told = plan.get_by_text("Nobody here is called Nobody: those cards will have no member.")
    expect(told).to_be_visible()
    plan.get_by_label(re.compile("Add cards")).fill("One\t1\t\treader@home.example")
    expect(told).to_have_count(0)


@pytest.mark.deep_only
def test_a_new_card_is_scrolled_to(plan: Page, team: Team) -> None:
    for number in range(40):
        team.card(f"Filler {number}")
    expect(plan.get_by_text("45 cards")).to_be_visible()
    expect(plan.get_by_role("option", name="Seen at once")).to_have_count(0)
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("Seen at once")
    field.press("Enter")
    expect(plan.get_by_role("option", name="Seen at once")).to_be_in_viewport()


@pytest.mark.deep_only
def test_lines_typed_while_others_are_on_their_way_are_lines_of_their_own(
    plan: Page, team: Team
) -> None:
    field = plan.get_by_label(re.compile("Add cards"))
    held = Held(plan, "**/api/latest/cards")
    field.press_sequentially("Alpha 1\nBeta 2\nGamma 3\n")
    expect(plan.get_by_text("3 cards are being added…")).to_be_visible()
    # What is on its way goes on in another view, and is not there twice.
    plan.get_by_role("link", name="Reports").first.click()
    plan.get_by_role("link", name="Plan", exact=True).click()
    expect(field).to_have_value("")
    held.let_go()
    expect(plan.get_by_role("option", name="Gamma")).to_be_visible()
    found = [title for title in titles(team) if title in ("Alpha", "Beta", "Gamma")]
    assert found == ["Alpha", "Beta", "Gamma"]
    assert plan.evaluate("sessionStorage.length") == 0


@pytest.mark.deep_only
def test_what_is_undone_while_it_is_made_is_taken_back_when_it_is_there(
    plan: Page, team: Team
) -> None:
    before = titles(team)
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("\n".join(f"Line {n}" for n in range(8)))
    field.press("Enter")
    plan.get_by_role("option", name="Line 7").wait_for()
    plan.get_by_role("button", name="Undo").click()
    eventually(plan, lambda: titles(team), before)


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
    plan.get_by_role("button", name="Sign out").click()
    plan.get_by_role("heading", name="Sign in to kadence").wait_for()
    assert plan.evaluate("sessionStorage.length") == 0
    enter_by_link(plan, world)
    plan.goto(f"/spaces/{team.space.uid}/plan")
    expect(plan.get_by_label(re.compile("Add cards"))).to_have_value("")


@pytest.mark.deep_only
def test_a_card_says_what_its_size_counts_as(plan: Page) -> None:
    plan.get_by_role("option", name="Story 2").dblclick()
    dialog = plan.get_by_role("dialog")
    dialog.get_by_label("Size").fill("2,5")
    expect(dialog.get_by_role("status").first).to_have_text("Counts as 2.5.")


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
    plan.get_by_role("button", name="Edit Next sprint").click()
    dialog.get_by_label("Title").fill("T" * 128)
    expect(dialog.get_by_role("status")).to_have_text("A title has at most 128 characters.")
    plan.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("not saved")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(box(plan, "Next sprint")).to_be_visible()
    assert len(team.call("GET", team.iterations)) == before


@pytest.mark.deep_only
def test_settings_that_are_typed_are_not_lost_by_another_view(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser()
    enter(page, world, "admin")
    page.goto(f"/spaces/{team.space.uid}/settings")
    before = page.get_by_label("Title").input_value()
    page.get_by_label("Title").fill("Renamed by half")
    page.get_by_role("checkbox", name="Mon").uncheck()
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("not saved")
    expect(page).to_have_url(re.compile("/settings$"))
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_label("Title")).to_have_value(before)
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("checkbox", name="Mon")).to_be_checked()
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.get_by_role("heading", name="Backlog")).to_be_visible()
