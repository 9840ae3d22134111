"""The view of an iteration and its board: cards moved, undone, closed, beside others."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import card_of, cell, enter, eventually, opened, tile, titles
from tests.world import World


def test_a_card_is_dragged_to_done_and_that_is_undone(view: Page, team: Team) -> None:
    expect(titles(view, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])
    tile(view, "Task 2").drag_to(cell(view, "Done"))
    expect(titles(view, "Done")).to_have_text(["Task 2"])
    expect(view.get_by_text("2 of 6 (1 of 3 cards)")).to_be_visible()
    eventually(view, lambda: card_of(team, "Task 2")["state"], 3)
    tile(view, "Task 1").drag_to(cell(view, "Done", "Lower"))
    eventually(view, lambda: card_of(team, "Task 1")["lane_id"], team.space.lanes[1])
    view.get_by_role("button", name="Undo").click()
    view.get_by_role("button", name="Undo").click()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])
    eventually(view, lambda: card_of(team, "Task 2")["state"], 1)


@pytest.mark.deep_only
def test_cards_are_put_in_order(view: Page, team: Team, sprint: dict[str, Any]) -> None:
    tile(view, "Task 3").drag_to(tile(view, "Task 1"), target_position={"x": 60, "y": 4})
    expect(titles(view, "Queue: Review")).to_have_text(["Task 3", "Task 1", "Task 2"])
    in_order = [card_of(team, f"Task {number}")["id"] for number in (3, 1, 2)]
    path = f"/cards?iteration_id={sprint['id']}&order_by=sort_order&order_direction=asc"
    eventually(view, lambda: [card["id"] for card in team.call("GET", path)], in_order)
    view.reload()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 3", "Task 1", "Task 2"])


def test_a_board_is_worked_by_keyboard(view: Page, team: Team, sprint: dict[str, Any]) -> None:
    task = view.get_by_role("link", name="Task 1")
    task.focus()
    view.keyboard.press("Alt+ArrowRight")
    expect(titles(view, "In progress")).to_have_text(["Task 1"])
    expect(task).to_be_focused()
    eventually(view, lambda: card_of(team, "Task 1")["state"], 2)
    view.keyboard.press("Alt+ArrowLeft")
    expect(titles(view, "Queue: Review")).to_have_text(["Task 2", "Task 3", "Task 1"])
    eventually(view, lambda: card_of(team, "Task 1")["state"], 1)
    view.keyboard.press("Alt+ArrowUp")
    expect(titles(view, "Queue: Review")).to_have_text(["Task 2", "Task 1", "Task 3"])
    order = [card_of(team, f"Task {number}")["id"] for number in (2, 1, 3)]
    path = f"/cards?iteration_id={sprint['id']}&order_by=sort_order&order_direction=asc"
    eventually(view, lambda: [card["id"] for card in team.call("GET", path)], order)
    expect(view.get_by_role("alert")).to_have_count(0)
    view.keyboard.press("Enter")
    expect(view.get_by_role("dialog")).to_be_visible()


@pytest.mark.deep_only
def test_arrows_walk_over_the_board(view: Page, team: Team) -> None:
    team.change(card_of(team, "Task 3"), column_id=team.space.columns[2])
    expect(titles(view, "Done")).to_have_text(["Task 3"])
    tile(view, "Task 1").get_by_role("link").focus()
    for key, reached in (
        ("ArrowDown", "Task 2"),
        ("ArrowDown", "Task 2"),
        # Columns without cards are ignored.
        ("ArrowRight", "Task 3"),
        ("ArrowLeft", "Task 1"),
        ("ArrowUp", "Task 1"),
    ):
        view.keyboard.press(key)
        expect(tile(view, reached).get_by_role("link")).to_be_focused()


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
    expect(changes).to_contain_text("1 card, size 8")


@pytest.mark.deep_only
def test_an_iteration_is_closed_from_its_view(view: Page, team: Team) -> None:
    tile(view, "Task 3").drag_to(cell(view, "Done"))
    eventually(view, lambda: card_of(team, "Task 3")["state"], 3)
    view.get_by_role("button", name="Close…").click()
    dialog = view.get_by_role("dialog")
    expect(dialog).to_contain_text("It is frozen with 1 card done, size 3.")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(view.get_by_text("closed", exact=True)).to_be_visible()
    expect(view.get_by_role("list", name="Done, Upper")).to_have_count(0)


@pytest.mark.deep_only
def test_a_closed_iteration_tells_what_was_done(view: Page, team: Team) -> None:
    team.change(card_of(team, "Task 2"), column_id=team.space.columns[2])
    (sprint,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Running"]
    team.close(sprint)
    done = view.get_by_role("region", name="Done")
    expect(done.get_by_role("link")).to_have_text("Task 2")
    expect(done).to_contain_text("1 card, size 2")


@pytest.mark.deep_only
def test_what_did_not_load_is_loaded_when_the_server_is_back(view: Page) -> None:
    view.get_by_role("link", name="Iterations").click()
    view.get_by_role("region", name="Timeline").wait_for()
    view.context.set_offline(True)
    view.get_by_role("link", name="Running", exact=True).click()
    expect(view.get_by_role("alert").last).to_contain_text("Trying again")
    view.context.set_offline(False)
    expect(view.get_by_role("link", name="Task 3")).to_be_visible()
    expect(view.get_by_role("alert")).to_have_count(0)


@pytest.mark.deep_only
def test_a_planned_iteration_is_deleted_from_its_view(view: Page, team: Team) -> None:
    planned = team.plan("Not wanted")
    view.goto(f"/spaces/{team.space.uid}/iterations/{planned['id']}")
    view.get_by_role("button", name="Delete…").click()
    view.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(view.get_by_role("region", name="Timeline")).to_be_visible()
    expect(view.get_by_text("Not wanted")).to_have_count(0)
    view.goto(f"/spaces/{team.space.uid}/iterations/{planned['id']}")
    expect(view.get_by_text("deleted", exact=True)).to_be_visible()
    expect(view.get_by_role("button", name="Edit")).to_have_count(0)


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
    for name in ("Close…", "Edit", "New iteration"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    dialog = opened(page, "Task 1")
    expect(dialog.get_by_label("Title")).to_be_disabled()
    expect(dialog.get_by_label("Column")).to_be_disabled()
    for name in ("Save", "Archive"):
        expect(dialog.get_by_role("button", name=name)).to_have_count(0)
