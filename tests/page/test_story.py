"""The whole story of an iteration in the page, from signing in to the report, as one person tells it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import enter_by_link, take
from tests.world import World


@pytest.mark.deep
@pytest.mark.both_engines(deep=True)
def test_a_team_plans_works_and_looks_back(open_browser: Callable[..., Page], world: World) -> None:
    page = open_browser()
    enter_by_link(page, world, "owner")
    page.goto("/")

    # A space, its cards, its first iteration.
    page.get_by_label("Name of the new space").fill("Orchard")
    page.get_by_role("button", name="Create space").click()
    page.get_by_label("Add cards").fill("Plant trees =5\nWater them (3)\nPick apples =8")
    page.get_by_role("button", name="Add 3 cards").click()
    backlog = page.get_by_role("listbox", name="Backlog")
    expect(backlog.get_by_role("option")).to_have_count(3)
    page.get_by_role("main").get_by_role("button", name="New iteration").last.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Goal").fill("Apples for everybody")
    dialog.get_by_label("First day").fill("2026-03-02")
    dialog.get_by_label("Last day").fill("2026-03-13")
    dialog.get_by_label("Number of").fill("2")
    dialog.get_by_role("button", name="Create 2 iterations").click()
    first = page.get_by_role("listbox", name="Sprint 1")
    expect(first).to_be_visible()

    # Planned by dragging and by keyboard.
    page.get_by_role("option", name="Plant trees").drag_to(first)
    page.get_by_role("option", name="Water them").focus()
    page.keyboard.press("Space")
    take(page, "Move to", "Sprint 1")
    expect(first.get_by_role("option")).to_have_count(2)

    # Started, and the cards moved on its board.
    page.get_by_role("button", name="Start iteration… Sprint 1").click()
    expect(dialog).to_contain_text("Commits 2 cards, 8 pts")
    dialog.get_by_role("button", name="Start iteration", exact=True).click()
    page.get_by_role("link", name="Sprint 1", exact=True).click()
    expect(page.get_by_text("Apples for everybody")).to_be_visible()
    tree = page.locator("li[data-uid]").filter(has_text="Plant trees")
    tree.drag_to(page.get_by_role("list", name="Doing"))
    expect(page.get_by_role("list", name="Doing").get_by_role("link")).to_have_count(1)
    tree.drag_to(page.get_by_role("list", name="Done"))
    expect(page.get_by_text("5 of 8 pts done")).to_be_visible()

    # Closed: what is left over goes to the next one.
    page.get_by_role("button", name="Close iteration…").click()
    dialog.get_by_label("Move unfinished cards to").select_option(label="Sprint 2")
    expect(dialog).to_contain_text("1 card (3 pts) moves to Sprint 2")
    dialog.get_by_role("button", name="Close iteration", exact=True).click()
    expect(page.get_by_text("closed", exact=True)).to_be_visible()

    # And looked back at.
    page.get_by_role("link", name="Reports").last.click()
    velocity = page.get_by_role("figure", name="Velocity")
    velocity.get_by_text("Table").click()
    expect(velocity.get_by_role("row").nth(1)).to_have_text(re.compile(r"Sprint 1\s*8\s*5\s*3"))
    expect(page.get_by_role("figure", name="Burndown").locator("svg")).to_contain_text("3 of 8")
    page.get_by_role("link", name="Plan", exact=True).click()
    second = page.get_by_role("listbox", name="Sprint 2")
    expect(second.get_by_role("option")).to_contain_text(["Water them"])
    expect(page.get_by_role("region", name="Sprint 2")).to_contain_text("1 card · 3 pts")
