"""The backlog of a plan: typed and pasted, searched and filtered, archived, in its order."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import box, cards, enter
from tests.world import World

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_lines_become_cards_with_sizes_and_are_scrolled_to(plan: Page, team: Team) -> None:
    for number in range(40):
        team.card(f"Filler {number}")
    expect(plan.get_by_text("45 cards")).to_be_visible()
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("Pay by invoice =5\nNo size\nFrom a spreadsheet\t2,5\n\n")
    expect(plan.get_by_role("button", name="Add 3 cards")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("")
    expect(plan.get_by_role("option", name="Pay by invoice")).to_contain_text("5")
    expect(plan.get_by_role("option", name="From a spreadsheet")).to_be_in_viewport()
    made = {c["title"]: c["size"] for c in team.call("GET", f"/cards?space_id={team.space.id}")}
    assert made["Pay by invoice"] == 5
    assert made["No size"] is None
    assert made["From a spreadsheet"] == 2.5


def test_markup_in_any_text_is_text(
    world: World, open_browser: Callable[..., Page], team: Team
) -> None:
    card = team.card(MARKUP)
    team.call("POST", f"/cards/{card['id']}/tags", {"name": MARKUP[:90]})
    team.plan(MARKUP[:100], goal=MARKUP)
    team.call("PATCH", f"/spaces/{team.space.id}", {"title": MARKUP}, as_="admin")
    page = open_browser()
    enter(page, world)
    page.goto("/")
    expect(page.get_by_role("link", name=MARKUP).first).to_be_visible()
    page.goto(f"/spaces/{team.space.uid}/plan")
    expect(page.get_by_role("heading", name=MARKUP, level=1)).to_be_visible()
    expect(box(page, "Backlog").get_by_role("option").filter(has_text=MARKUP)).to_be_visible()
    assert page.locator("main img, main script").count() == 0
    assert page.title() != "owned"


@pytest.mark.parametrize("count", [2000])
def test_of_many_cards_only_those_in_sight_are_in_the_document(
    world: World, open_browser: Callable[..., Page], team: Team, count: int
) -> None:
    page = open_browser()
    enter(page, world)
    path = f"/spaces/{team.space.uid}/cards"
    answer: dict[str, Any] = team.world.own("GET", path, "writer").json()
    shown = answer["rows"][0]

    def many(route: Any) -> None:
        start = re.search(r"start_position=(\d+)", route.request.url)
        offset = int(start[1]) if start else 0
        end = min(offset + 500, count)
        rows = [
            shown | {"id": n + 1, "uid": f"card-{n}", "title": f"Card {n}", "sort_order": n + 1}
            for n in range(offset, end)
        ]
        route.fulfill(json=answer | {"rows": rows, "position": str(end) if end < count else None})

    page.route(re.compile(rf"{path}\?.*iteration_id=none"), many)
    page.goto(f"/spaces/{team.space.uid}/plan")
    expect(page.get_by_text(f"{count:,} cards")).to_be_visible()
    assert 5 < box(page, "Backlog").get_by_role("option").count() < 80
    page.get_by_role("option", name="Card 0").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("option", name=f"Card {count - 1}")).to_be_visible()


def test_the_backlog_is_filtered(plan: Page, team: Team) -> None:
    tagged = team.card("Tagged", size_text="13")
    team.call("POST", f"/cards/{tagged['id']}/tags", {"name": "urgent"})
    reader = team.world.users["reader"].id
    team.call("POST", f"/cards/{tagged['id']}/members", {"user_id": reader})
    expect(plan.get_by_role("option", name="Tagged")).to_contain_text("urgent")
    for label, wanted in (("Tag", "urgent"), ("Member", "Reader"), ("Size", "13")):
        plan.get_by_label(label, exact=True).select_option(label=wanted)
        expect(cards(plan, "Backlog")).to_have_text(["Tagged"])
        plan.get_by_label(label, exact=True).select_option(value="")
        expect(plan.get_by_role("option", name="Story 1")).to_be_visible()
