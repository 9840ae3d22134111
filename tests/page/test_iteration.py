"""The view of an iteration and its board: cards moved, undone, closed, beside others."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import card_of, cell, enter, eventually, opened, tile, titles
from tests.world import World


def test_a_card_is_dragged_to_done_and_that_is_undone(view: Page, team: Team) -> None:
    tile(view, "Task 3").drag_to(tile(view, "Task 1"), target_position={"x": 60, "y": 4})
    expect(titles(view, "Queue: Review")).to_have_text(["Task 3", "Task 1", "Task 2"])
    view.get_by_role("button", name="Undo", exact=True).click()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])
    tile(view, "Task 2").drag_to(cell(view, "Done"))
    expect(titles(view, "Done")).to_have_text(["Task 2"])
    expect(view.get_by_text("2 of 6 pts done")).to_be_visible()
    eventually(view, lambda: card_of(team, "Task 2")["state"], 3)
    tile(view, "Task 1").drag_to(cell(view, "Done", "Lower"))
    eventually(view, lambda: card_of(team, "Task 1")["lane_id"], team.space.lanes[1])
    view.get_by_role("button", name="Undo", exact=True).click()
    view.get_by_role("button", name="Undo", exact=True).click()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])
    eventually(view, lambda: card_of(team, "Task 2")["state"], 1)


def test_a_board_is_worked_by_keyboard(view: Page, team: Team, sprint: dict[str, Any]) -> None:
    task = view.get_by_role("link", name="Task 1")
    task.focus()
    view.keyboard.press("Alt+ArrowRight")
    expect(titles(view, "In progress")).to_have_text(["Task 1"])
    expect(task).to_be_focused()
    expect(view.get_by_role("status").filter(has_text="In progress, 1 of 1")).to_be_attached()
    eventually(view, lambda: card_of(team, "Task 1")["state"], 2)
    view.keyboard.press("Alt+ArrowLeft")
    expect(titles(view, "Queue: Review")).to_have_text(["Task 2", "Task 3", "Task 1"])
    eventually(view, lambda: card_of(team, "Task 1")["state"], 1)
    view.keyboard.press("Alt+ArrowUp")
    expect(titles(view, "Queue: Review")).to_have_text(["Task 2", "Task 1", "Task 3"])
    expect(view.get_by_role("status").filter(has_text="Queue: Review, 2 of 3")).to_be_attached()
    order = [card_of(team, f"Task {number}")["id"] for number in (2, 1, 3)]
    path = f"/cards?iteration_id={sprint['id']}&order_by=sort_order&order_direction=asc"
    eventually(view, lambda: [card["id"] for card in team.call("GET", path)], order)
    expect(view.get_by_role("alert")).to_have_count(0)
    view.keyboard.press("Enter")
    expect(view.get_by_role("dialog")).to_be_visible()


def test_what_others_do_is_seen_on_the_board(
    view: Page, team: Team, sprint: dict[str, Any]
) -> None:
    team.change(card_of(team, "Task 2"), column_id=team.space.columns[1])
    expect(titles(view, "In progress")).to_have_text(["Task 2"])
    row = view.get_by_role("row", name="Writer")
    expect(row).to_have_text(re.compile(r"Writer\s*3\s*1\s*0 of 6"))
    late = team.card("Came later", size_text="8")
    team.put(sprint, late)
    changes = view.get_by_role("region", name="Scope changes")
    expect(changes).to_contain_text("Came later")
    expect(changes).to_contain_text("1 card · 8 pts")


def test_a_reader_sees_everything_and_changes_nothing(
    open_browser: Callable[..., Page], world: World, team: Team, sprint: dict[str, Any]
) -> None:
    page = open_browser()
    enter(page, world, "reader")
    page.goto(f"/spaces/{team.space.uid}/iterations/{sprint['id']}")
    page.get_by_role("link", name="Task 1").focus()
    page.keyboard.press("Alt+ArrowRight")
    tile(page, "Task 2").drag_to(cell(page, "Done"))
    expect(titles(page, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])
    for name in ("Close iteration…", "New iteration"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    dialog = opened(page, "Task 1")
    expect(dialog.get_by_label("Title")).to_be_disabled()
    expect(dialog.get_by_label("Status")).to_be_disabled()
    for name in ("Save", "Archive"):
        expect(dialog.get_by_role("button", name=name)).to_have_count(0)
