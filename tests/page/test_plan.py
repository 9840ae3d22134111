"""Planning in the page: by mouse, by touch, by keyboard, several at once; sums, undo, steps."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import box, cards, choose, enter, eventually, id_of, inside, take
from tests.world import World


def test_a_card_is_dragged_into_an_iteration_and_back(plan: Page, team: Team) -> None:
    panel = plan.get_by_role("region", name="Next sprint")
    total = panel.locator("[data-sum]")
    # The sums follow what is dragged, and forget what is not dropped here.
    plan.get_by_role("option", name="Story 4").hover()
    plan.mouse.down()
    place = box(plan, "Next sprint").bounding_box()
    assert place is not None
    for step in range(1, 5):
        plan.mouse.move(place["x"] + 40, place["y"] + 5 * step)
    expect(total).to_have_text("1 card · 4 pts")
    plan.mouse.move(5, 5, steps=4)
    expect(total).to_have_text("0 cards · 0 pts")
    plan.mouse.up()
    expect(cards(plan, "Next sprint")).to_have_count(0)
    # An empty list is small: the words in it are a place to drop, too.
    plan.get_by_role("option", name="Story 2").drag_to(panel.get_by_text("Drag cards here"))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    expect(total).to_have_text("1 card · 2 pts")
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 2"])
    plan.reload()
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    plan.get_by_role("option", name="Story 2").drag_to(plan.get_by_role("option", name="Story 4"))
    expect(cards(plan, "Next sprint")).to_have_count(0)
    eventually(plan, lambda: inside(team, "Next sprint"), [])


def test_several_are_dragged_at_once_and_put_in_order(plan: Page, team: Team) -> None:
    plan.get_by_role("option", name="Story 1").click()
    plan.get_by_role("option", name="Story 3").click(modifiers=["Shift"])
    plan.get_by_role("option", name="Story 2").click(modifiers=["Control"])
    plan.get_by_role("option", name="Story 3").drag_to(box(plan, "Next sprint"))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 1", "Story 3"])
    plan.get_by_role("option", name="Story 5").drag_to(
        plan.get_by_role("option", name="Story 3"), target_position={"x": 60, "y": 4}
    )
    wanted = ["Story 1", "Story 5", "Story 3"]
    expect(cards(plan, "Next sprint")).to_have_text(wanted)
    eventually(plan, lambda: inside(team, "Next sprint"), wanted)


def test_all_of_it_goes_by_keyboard(plan: Page, team: Team) -> None:
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("Space")
    plan.keyboard.press("ArrowDown")
    plan.keyboard.press("Space")
    expect(plan.get_by_text("2 selected · 3")).to_be_visible()
    take(plan, "Move to", "Next sprint")
    expect(cards(plan, "Next sprint")).to_have_text(["Story 1", "Story 2"])
    toast = plan.get_by_role("status").filter(has_text="2 cards moved to Next sprint")
    expect(toast).to_be_visible()
    # What is next to do is in the list that they left.
    expect(plan.get_by_role("option", name="Story 3")).to_be_focused()
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("Alt+ArrowDown")
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2", "Story 1"])
    expect(plan.get_by_role("status").filter(has_text="Next sprint, 2 of 2")).to_be_attached()
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 2", "Story 1"])


def test_a_toast_takes_back_what_it_tells_and_is_reached_by_keyboard(
    plan: Page, team: Team
) -> None:
    plan.get_by_role("option", name="Story 2").drag_to(box(plan, "Next sprint"))
    toast = plan.locator("[data-toast]")
    expect(toast).to_contain_text("1 card moved to Next sprint")
    undo = toast.get_by_role("button", name="Undo")
    for _ in range(3):
        plan.keyboard.press("F6")
        if undo.evaluate("button => button === document.activeElement"):
            break
    expect(undo).to_be_focused()
    plan.keyboard.press("Enter")
    expect(cards(plan, "Next sprint")).to_have_count(0)
    expect(toast).to_have_count(0)
    heard = plan.get_by_role("status").filter(has_text="Undone: 1 card moved to Next sprint")
    expect(heard).to_be_attached()
    expect(plan.get_by_role("option", name="Story 2")).to_be_focused()
    eventually(plan, lambda: inside(team, "Next sprint"), [])


def test_moves_are_undone_one_after_the_other(plan: Page, team: Team) -> None:
    before = cards(plan, "Backlog").all_text_contents()
    for number in (2, 4):
        plan.get_by_role("option", name=f"Story {number}").drag_to(box(plan, "Next sprint"))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2", "Story 4"])
    plan.get_by_role("button", name="Undo", exact=True).click()
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("Control+z")
    expect(cards(plan, "Next sprint")).to_have_count(0)
    expect(plan.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    expect(cards(plan, "Backlog")).to_have_text(before)
    eventually(plan, lambda: inside(team, "Next sprint"), [])


def test_an_iteration_is_started_closed_and_its_leftovers_carried_on(
    plan: Page, team: Team
) -> None:
    later = team.plan("Later sprint")
    plan.get_by_role("region", name="Later sprint").wait_for()
    for number in (2, 4):
        plan.get_by_role("option", name=f"Story {number}").drag_to(box(plan, "Next sprint"))
    panel = plan.get_by_role("region", name="Next sprint")
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 2", "Story 4"])

    panel.get_by_role("button", name="Start").click()
    dialog = plan.get_by_role("dialog", name="Start Next sprint")
    expect(dialog).to_contain_text("Commits 2 cards, 6 pts")
    dialog.get_by_role("button", name="Start iteration", exact=True).click()
    expect(panel).to_contain_text("active")
    card = id_of(team, "Story 2")
    team.change({"id": card}, column_id=team.space.columns[2])
    # What is done is folded into a line.
    expect(panel.get_by_role("option")).to_have_count(1)
    panel.get_by_role("button", name="1 done · 2 pts").click()
    expect(panel.get_by_role("option", name=re.compile("^Story 2 .* done$"))).to_be_visible()

    panel.get_by_role("button", name="Close").click()
    dialog = plan.get_by_role("dialog", name="Close Next sprint")
    expect(dialog).to_contain_text("1 card done (2 pts)")
    expect(dialog).to_contain_text("1 card (4 pts) moves to Backlog")
    dialog.get_by_label("Move unfinished cards to").select_option(label="Later sprint")
    expect(dialog).to_contain_text("1 card (4 pts) moves to Later sprint")
    dialog.get_by_role("button", name="Close iteration", exact=True).click()
    expect(panel).to_have_count(0)
    expect(cards(plan, "Later sprint")).to_have_text(["Story 4"])
    assert inside(team, "Later sprint") == ["Story 4"]

    panel = plan.get_by_role("region", name="Later sprint")
    choose(plan, "More for Later sprint", "Delete iteration…")
    plan.get_by_role("dialog").get_by_role("button", name="Delete iteration", exact=True).click()
    expect(panel).to_have_count(0)
    expect(box(plan, "Backlog").get_by_role("option", name="Story 4")).to_be_visible()
    assert team.call("GET", team.at(later))["status"] == "removed"


def hold(page: Page, name: str) -> None:
    """Press a card for as long as it takes to select it."""
    box = page.get_by_role("option", name=name).bounding_box()
    assert box
    at = {"x": box["x"] + 90, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(page.get_by_role("option", name=name)).to_have_attribute("aria-selected", "true")
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_by_touch_a_tap_opens_and_a_long_press_selects(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser(has_touch=True, viewport={"width": 390, "height": 844})
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/plan")
    page.get_by_role("option", name="Story 2").tap()
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    hold(page, "Story 1")
    # Once one is selected, a tap selects too.
    page.get_by_role("option", name="Story 3").tap()
    page.get_by_text("2 selected · 4").wait_for()
    take(page, "Move to", "Next sprint")
    expect(cards(page, "Next sprint")).to_have_text(["Story 1", "Story 3"])
    eventually(page, lambda: inside(team, "Next sprint"), ["Story 1", "Story 3"])
