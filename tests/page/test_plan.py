"""Planning in the page: by mouse, by touch, by keyboard, several at once; sums, undo, steps."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import box, cards, enter, eventually, id_of, inside
from tests.world import World


def test_a_card_is_dragged_into_an_iteration_and_back(plan: Page, team: Team) -> None:
    plan.get_by_role("option", name="Story 2").drag_to(box(plan, "Next sprint"))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    panel = plan.get_by_role("region", name="Next sprint")
    expect(panel.locator("[data-sum]")).to_have_text("1 card, size 2")
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 2"])
    plan.reload()
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    plan.get_by_role("option", name="Story 2").drag_to(plan.get_by_role("option", name="Story 4"))
    expect(cards(plan, "Next sprint")).to_have_count(0)
    eventually(plan, lambda: inside(team, "Next sprint"), [])


@pytest.mark.deep_only
def test_a_card_is_dropped_on_the_words_of_an_empty_iteration(plan: Page, team: Team) -> None:
    panel = plan.get_by_role("region", name="Next sprint")
    plan.get_by_role("option", name="Story 2").drag_to(panel.get_by_text("Drag cards here"))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 2"])


@pytest.mark.deep_only
def test_what_is_chosen_in_the_backlog_is_meant_for_the_next_iteration(plan: Page) -> None:
    plan.get_by_role("option", name="Story 2").click()
    chosen = plan.get_by_label("Move to").locator("option:checked")
    expect(chosen).not_to_have_text("Backlog")
    plan.get_by_role("button", name="Move", exact=True).click()
    expect(box(plan, "Backlog").get_by_role("option", name="Story 2")).to_have_count(0)


@pytest.mark.deep_only
def test_the_page_itself_does_not_scroll(plan: Page, team: Team) -> None:
    for view in ("/plan", "", "/reports", "/settings", f"/iterations/{team.space.iteration_id}"):
        plan.goto(f"/spaces/{team.space.uid}{view}")
        plan.locator("main .view h2, main .plan h2, main form").first.wait_for()
        height = "document.documentElement.scrollHeight - document.documentElement.clientHeight"
        assert plan.evaluate(height) <= 0, view


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
    plan.get_by_label("Move to").select_option(label="Next sprint")
    plan.get_by_role("button", name="Move", exact=True).click()
    expect(cards(plan, "Next sprint")).to_have_text(["Story 1", "Story 2"])
    expect(plan.get_by_role("status").filter(has_text="2 cards moved")).to_be_attached()
    expect(plan.get_by_role("option", name="Story 1")).to_be_focused()
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("Alt+ArrowDown")
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2", "Story 1"])
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 2", "Story 1"])


def test_moves_are_undone_one_after_the_other(plan: Page, team: Team) -> None:
    before = cards(plan, "Backlog").all_text_contents()
    for number in (2, 4):
        plan.get_by_role("option", name=f"Story {number}").drag_to(box(plan, "Next sprint"))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2", "Story 4"])
    plan.get_by_role("button", name="Undo").click()
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("Control+z")
    expect(cards(plan, "Next sprint")).to_have_count(0)
    expect(plan.get_by_role("button", name="Undo")).to_be_disabled()
    expect(cards(plan, "Backlog")).to_have_text(before)
    eventually(plan, lambda: inside(team, "Next sprint"), [])


@pytest.mark.deep_only
def test_the_next_iterations_are_proposed_and_made(plan: Page, team: Team) -> None:
    plan.get_by_role("button", name="New iteration").click()
    dialog = plan.get_by_role("dialog")
    # Those of the fixture end on a Friday, 13 March.
    expect(dialog.get_by_label("First day")).to_have_value("2026-03-16")
    expect(dialog.get_by_label("Last day")).to_have_value("2026-03-27")
    dialog.get_by_label("Title").fill("Sprint 7")
    dialog.get_by_label("How many").fill("2")
    dialog.get_by_role("button", name="Create 2 iterations").click()
    expect(plan.get_by_role("region", name="Sprint 8")).to_be_visible()
    made = {i["title"]: i for i in team.call("GET", team.iterations)}
    assert made["Sprint 8"]["start_date"] == "2026-03-30T00:00:00.000Z"
    assert made["Sprint 8"]["finish_date"] == "2026-04-10T00:00:00.000Z"


@pytest.mark.deep_only
def test_a_capacity_is_typed_and_what_is_over_is_said(plan: Page) -> None:
    plan.get_by_role("option", name="Story 5").drag_to(box(plan, "Next sprint"))
    panel = plan.get_by_role("region", name="Next sprint")
    panel.get_by_label("Capacity").fill("3")
    panel.get_by_label("Capacity").blur()
    expect(panel.get_by_text("2 over")).to_be_visible()
    plan.reload()
    expect(panel.get_by_label("Capacity")).to_have_value("3")


@pytest.mark.deep_only
def test_all_of_a_list_are_selected_by_a_key(plan: Page) -> None:
    plan.get_by_label("Search the backlog").fill("Story")
    plan.get_by_role("option", name="Story 2").focus()
    plan.keyboard.press("Control+a")
    expect(plan.get_by_text("5 selected · 15")).to_be_visible()
    plan.keyboard.press("m")
    expect(plan.get_by_label("Move to")).to_be_focused()


@pytest.mark.deep_only
def test_the_sums_follow_what_is_dragged(plan: Page) -> None:
    panel = plan.get_by_role("region", name="Next sprint").locator("[data-sum]")
    expect(panel).to_have_text("0 cards, size 0")
    plan.get_by_role("option", name="Story 4").hover()
    plan.mouse.down()
    place = box(plan, "Next sprint").bounding_box()
    assert place is not None
    for step in range(1, 5):
        plan.mouse.move(place["x"] + 40, place["y"] + 5 * step)
    expect(panel).to_have_text("1 card, size 4")
    plan.mouse.move(5, 5, steps=4)
    expect(panel).to_have_text("0 cards, size 0")
    plan.mouse.up()
    expect(cards(plan, "Next sprint")).to_have_count(0)


@pytest.mark.deep_only
def test_what_ends_with_an_iteration_does_not_end_the_undoing_of_the_rest(plan: Page) -> None:
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("Alt+ArrowDown")
    doomed = plan.get_by_role("region", name="Next sprint")
    doomed.get_by_label("Capacity").fill("5")
    doomed.get_by_label("Capacity").blur()
    plan.get_by_role("option", name="Story 3").drag_to(box(plan, "Next sprint"))
    doomed.get_by_role("button", name="Delete").click()
    plan.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(doomed).to_have_count(0)
    # What opened the dialog is gone.
    expect(plan.get_by_role("heading", level=1)).to_be_focused()
    plan.keyboard.press("Control+z")
    expect(cards(plan, "Backlog").first).to_have_text("Story 1")
    expect(plan.get_by_role("button", name="Undo")).to_be_disabled()
    expect(plan.get_by_role("alert")).to_have_count(0)


@pytest.mark.deep_only
def test_what_is_selected_and_gone_is_not_counted(plan: Page, team: Team) -> None:
    for number in (1, 2):
        plan.get_by_role("option", name=f"Story {number}").click(modifiers=["Control"])
    expect(plan.get_by_text("2 selected · 3")).to_be_visible()
    gone = team.call("GET", f"/cards?space_id={team.space.id}&query=Story 1")[0]
    team.change(gone, condition=2)
    expect(plan.get_by_text("1 selected · 2")).to_be_visible()


@pytest.mark.deep_only
def test_the_keys_are_told(plan: Page) -> None:
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("?")
    expect(plan.get_by_role("dialog")).to_contain_text("Move a card up or down in its list")
    plan.keyboard.press("Escape")
    expect(plan.locator("dialog")).to_have_count(0)
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("/")
    expect(plan.get_by_label("Search the backlog")).to_be_focused()


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
    expect(dialog).to_contain_text("What is committed is frozen: 2 cards, size 6.")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(panel).to_contain_text("active")
    card = id_of(team, "Story 2")
    team.change({"id": card}, column_id=team.space.columns[2])
    expect(panel.get_by_role("option", name="Story 2")).to_contain_text("done")

    panel.get_by_role("button", name="Close").click()
    dialog = plan.get_by_role("dialog", name="Close Next sprint")
    expect(dialog).to_contain_text("It is frozen with 1 card done, size 2.")
    expect(dialog).to_contain_text("1 card, size 4, to Backlog:")
    dialog.get_by_label("What is not done goes to").select_option(label="Later sprint")
    expect(dialog).to_contain_text("1 card, size 4, to Later sprint:")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(panel).to_have_count(0)
    expect(cards(plan, "Later sprint")).to_have_text(["Story 4"])
    assert inside(team, "Later sprint") == ["Story 4"]

    panel = plan.get_by_role("region", name="Later sprint")
    panel.get_by_role("button", name="Delete").click()
    plan.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(panel).to_have_count(0)
    expect(box(plan, "Backlog").get_by_role("option", name="Story 4")).to_be_visible()
    assert team.call("GET", team.at(later))["status"] == "removed"


@pytest.mark.deep_only
def test_without_dragging_or_keys_cards_are_put_in_order(plan: Page, team: Team) -> None:
    (planned,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Next sprint"]
    for number in (1, 2, 3):
        team.put(planned, team.get({"id": id_of(team, f"Story {number}")}))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 1", "Story 2", "Story 3"])
    plan.get_by_role("option", name="Story 2").click()
    plan.get_by_role("option", name="Story 3").click(modifiers=["Control"])
    plan.get_by_role("button", name="Move up").click()
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2", "Story 3", "Story 1"])
    plan.get_by_role("button", name="Move up").click()
    plan.get_by_role("button", name="Move down").click()
    wanted = ["Story 1", "Story 2", "Story 3"]
    expect(cards(plan, "Next sprint")).to_have_text(wanted)
    eventually(plan, lambda: inside(team, "Next sprint"), wanted)


@pytest.mark.deep_only
def test_single_keys_can_be_switched_off(plan: Page) -> None:
    plan.keyboard.press("?")
    plan.get_by_role("checkbox", name="Single keys").uncheck()
    plan.keyboard.press("Escape")
    expect(plan.locator("dialog")).to_have_count(0)
    plan.keyboard.press("n")
    plan.keyboard.press("?")
    plan.reload()
    plan.get_by_role("option", name="Story 1").focus()
    plan.keyboard.press("n")
    expect(plan.get_by_role("dialog")).to_have_count(0)
    plan.get_by_role("button", name="Keys and gestures").click()
    plan.get_by_role("checkbox", name="Single keys").check()
    plan.keyboard.press("Escape")
    expect(plan.locator("dialog")).to_have_count(0)
    plan.keyboard.press("n")
    expect(plan.get_by_role("dialog", name="New iteration")).to_be_visible()


@pytest.mark.deep_only
def test_what_cannot_be_started_is_said_before(plan: Page, team: Team) -> None:
    team.call("POST", team.iterations, {"title": "No dates"})
    panel = plan.get_by_role("region", name="No dates")
    panel.get_by_role("button", name="Start").click()
    dialog = plan.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_have_text(
        "To be started it needs a first and a last day."
    )
    expect(dialog.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="Set its dates").click()
    dialog.get_by_label("First day").fill("2026-03-16")
    dialog.get_by_label("Last day").fill("2026-03-27")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    panel.get_by_role("button", name="Start").click()
    expect(dialog.get_by_role("button", name="Start", exact=True)).to_be_enabled()


@pytest.mark.deep_only
def test_a_negative_capacity_is_refused(plan: Page, team: Team) -> None:
    field = plan.get_by_role("region", name="Next sprint").get_by_label("Capacity")
    field.fill("-3")
    field.blur()
    expect(plan.get_by_role("alert")).to_have_text("This must be at least 0.")
    field.fill("3")
    field.blur()
    expect(plan.get_by_role("alert")).to_have_count(0)
    (planned,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Next sprint"]
    at = f"/spaces/{team.space.uid}/iterations/{planned['id']}/capacity"
    eventually(plan, lambda: team.world.own("GET", at, "writer").json()["capacity"], 3)


@pytest.mark.deep_only
def test_what_is_undone_by_keyboard_keeps_the_focus(plan: Page) -> None:
    plan.get_by_role("option", name="Story 2").focus()
    plan.keyboard.press("Space")
    plan.keyboard.press("m")
    plan.keyboard.press("Tab")
    plan.keyboard.press("Enter")
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    expect(plan.get_by_role("option", name="Story 2")).to_be_focused()
    plan.keyboard.press("Control+z")
    expect(cards(plan, "Next sprint")).to_have_count(0)
    expect(plan.get_by_role("option", name="Story 2")).to_be_focused()


def test_by_touch_cards_are_tapped_and_moved(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser(has_touch=True, viewport={"width": 390, "height": 844})
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/plan")
    for number in (1, 3):
        page.get_by_role("option", name=f"Story {number}").tap()
    page.get_by_text("2 selected · 4").wait_for()
    page.get_by_label("Move to").select_option(label="Next sprint")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(cards(page, "Next sprint")).to_have_text(["Story 1", "Story 3"])
    eventually(page, lambda: inside(team, "Next sprint"), ["Story 1", "Story 3"])
