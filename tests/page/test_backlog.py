"""The backlog of a plan: typed and pasted, searched and filtered, archived, in its order."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import box, cards, enter, eventually, inside
from tests.world import World

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_lines_become_cards_with_sizes(plan: Page, team: Team) -> None:
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("Pay by invoice 5\nNo size\nFrom a spreadsheet\t2,5\n\n")
    expect(plan.get_by_role("button", name="Add 3 cards")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("")
    expect(plan.get_by_role("option", name="Pay by invoice")).to_contain_text("5")
    expect(plan.get_by_role("option", name="From a spreadsheet")).to_be_visible()
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
    shown: dict[str, Any] = dict(team.call("GET", f"/cards?space_id={team.space.id}")[0])

    def many(route: Any) -> None:
        offset = int(re.search(r"offset=(\d+)", route.request.url)[1])  # type: ignore[index]
        numbers = range(offset, min(offset + 100, count))
        route.fulfill(
            json=[shown | {"id": n + 1, "uid": f"card-{n}", "title": f"Card {n}"} for n in numbers]
        )

    page.route(re.compile(r"/api/latest/cards\?.*iteration_id=none"), many)
    page.goto(f"/spaces/{team.space.uid}/plan")
    expect(page.get_by_text(f"{count} cards")).to_be_visible()
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


@pytest.mark.deep_only
def test_of_what_is_searched_the_sum_is_told(plan: Page) -> None:
    total = plan.get_by_role("region", name="Backlog").locator("[data-sum]")
    plan.get_by_label("Search the backlog").fill("Story 4")
    expect(total).to_have_text(re.compile(r"^1 of \d+ cards, size 4$"))


@pytest.mark.deep_only
def test_a_spreadsheet_is_pasted_with_tags_and_members(plan: Page, team: Team) -> None:
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("Import\t3\tdata, slow\treader@home.example\nExport\t\t\tNobody Known")
    plan.get_by_role("button", name="Add 2 cards").click()
    expect(plan.get_by_role("alert")).to_contain_text(
        "Export: it is made, but Nobody Known could not be added."
    )
    expect(plan.get_by_role("option", name="Export")).to_be_visible()
    made = {c["title"]: c for c in team.call("GET", f"/cards?space_id={team.space.id}")}
    assert sorted(tag["name"] for tag in made["Import"]["tags"]) == ["data", "slow"]
    assert [m["full_name"] for m in made["Import"]["members"]] == ["Reader"]
    assert (made["Export"]["size"], made["Export"]["members"]) == (None, [])


@pytest.mark.deep_only
def test_what_is_refused_of_a_pasted_card_is_named_and_hinders_nothing_else(
    plan: Page, team: Team
) -> None:
    field = plan.get_by_label(re.compile("Add cards"))
    long = "x" * 1025
    field.fill(f"Import\t3\t{long[:300]}, slow\tReader\n{long}\nAfter it")
    plan.get_by_role("button", name="Add 3 cards").click()
    told = plan.get_by_role("alert")
    expect(told.get_by_role("paragraph")).to_have_text(
        [
            re.compile("^Import: it is made, but x{40}… could not be added"),
            re.compile("^x{40}…: That is too long: 1024 characters at most."),
        ]
    )
    expect(field).to_have_value(f"{long}\nAfter it")
    # It is there until it has been seen, whatever is typed and added meanwhile.
    field.fill("Something else")
    field.press("Enter")
    expect(plan.get_by_role("option", name="Something else")).to_be_visible()
    expect(told).to_contain_text("Import: it is made")
    told.get_by_role("button", name="Close").click()
    expect(told).to_have_count(0)
    (made,) = team.call("GET", f"/cards?space_id={team.space.id}&query=Import")
    assert [tag["name"] for tag in made["tags"]] == ["slow"]
    assert [one["full_name"] for one in made["members"]] == ["Reader"]


@pytest.mark.deep_only
def test_a_done_card_that_leaves_its_iteration_is_not_in_the_backlog(
    plan: Page, team: Team
) -> None:
    (planned,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Next sprint"]
    team.put(planned, team.card("Made", column_id=team.space.columns[2], size_text="3"))
    plan.get_by_role("option", name="Made").click()
    plan.get_by_label("Move to").select_option(label="Backlog")
    plan.get_by_role("button", name="Move", exact=True).click()
    expect(plan.get_by_text("1 done card is out of the iteration")).to_be_visible()
    expect(plan.get_by_role("option", name="Made")).to_have_count(0)
    expect(plan.get_by_role("heading", level=1)).to_be_focused()
    plan.get_by_role("button", name="Undo").click()
    expect(plan.get_by_text("1 done card is out of the iteration")).to_have_count(0)
    expect(cards(plan, "Next sprint")).to_have_text(["Made"])
    eventually(plan, lambda: inside(team, "Next sprint"), ["Made"])


@pytest.mark.deep_only
def test_what_a_closed_iteration_left_over_says_so(plan: Page, team: Team) -> None:
    old = team.plan("Old sprint")
    left = team.card("Not finished", size_text="2")
    team.put(old, left)
    team.start(old)
    team.close(old)
    plan.reload()
    card = plan.get_by_role("option", name="Not finished")
    expect(card).to_contain_text("left over from Old sprint")


@pytest.mark.deep_only
def test_what_is_archived_is_found_and_brought_back(plan: Page, team: Team) -> None:
    for title in ("Old idea", "Older idea"):
        team.change(team.card(title), condition=2)
    plan.get_by_role("button", name="Archive").click()
    dialog = plan.get_by_role("dialog", name="Archived cards")
    titles = dialog.get_by_role("listitem").get_by_role("link")
    expect(titles).to_have_text(["Older idea", "Old idea"])
    dialog.get_by_label("Search the archive").fill("OLDER")
    dialog.get_by_role("button", name="Search").click()
    expect(titles).to_have_text(["Older idea"])
    dialog.get_by_role("button", name="Restore Older idea").click()
    expect(dialog).to_contain_text("No archived card is like that.")
    dialog.get_by_role("button", name="Close").click()
    expect(plan.get_by_role("option", name="Older idea")).to_be_visible()
    plan.get_by_role("button", name="Undo").click()
    expect(plan.get_by_role("option", name="Older idea")).to_have_count(0)
    plan.get_by_role("button", name="Archive").click()
    titles.filter(has_text="Older idea").click()
    expect(plan.get_by_role("dialog")).to_have_count(1)
    expect(plan.get_by_role("dialog").get_by_role("button", name="Restore")).to_be_visible()


@pytest.mark.deep_only
def test_the_backlogs_order_is_kept_also_among_cards_of_several_columns(
    plan: Page, team: Team
) -> None:
    for number in range(1, 4):
        team.card(f"Begun {number}", column_id=team.space.columns[1])
    expect(plan.get_by_role("option", name="Begun 3")).to_be_visible()
    plan.reload()
    for moving, beside in (("Story 5", "Begun 1"), ("Begun 3", "Story 2")):
        plan.get_by_role("option", name=moving).drag_to(
            plan.get_by_role("option", name=beside), target_position={"x": 60, "y": 4}
        )
        order = cards(plan, "Backlog").all_text_contents()
        assert order.index(moving) == order.index(beside) - 1
    backlog = f"/cards?space_id={team.space.id}&iteration_id=none&states=1,2&order_by=sort_order"
    eventually(plan, lambda: [card["title"] for card in team.call("GET", backlog)], order)
    plan.reload()
    plan.get_by_role("option", name="Story 5").wait_for()
    assert cards(plan, "Backlog").all_text_contents() == order
