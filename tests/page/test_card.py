"""The card's dialog: edited, moved, commented, undone, beside others and without a server."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import Held, card_of, cell, eventually, opened, tile, titles
from tests.world import World

MARKUP = "<img src=x onerror=\"document.title='owned'\">"


@pytest.mark.deep_only
def test_a_card_is_put_first_or_last_without_dragging(view: Page) -> None:
    dialog = opened(view, "Task 3")
    dialog.get_by_role("button", name="To the top").click()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 3", "Task 1", "Task 2"])
    dialog.get_by_role("button", name="To the bottom").click()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])


def test_a_card_is_edited_and_that_is_undone(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    assert re.search(r"\?card=\d+$", view.url), "a card has an address of its own"
    dialog.get_by_label("Title").fill("Task two")
    dialog.get_by_label("Size").fill("5,5 h")
    dialog.get_by_label("Description").fill("First line\nSecond line")
    dialog.get_by_role("button", name="Save").click()
    expect(tile(view, "Task two")).to_contain_text("5.5 h")
    card = card_of(team, "Task two")
    assert (card["size"], card["description"]) == (5.5, "First line\nSecond line")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_role("button", name="Close").click()
    view.get_by_role("button", name="Undo").click()
    expect(tile(view, "Task 2")).to_be_visible()
    card = card_of(team, "Task 2")
    assert (card["size_text"], card["description"]) == ("2", None)


def test_a_card_that_somebody_else_changed_is_shown_in_both_versions(
    view: Page, team: Team
) -> None:
    dialog = opened(view, "Task 2")
    dialog.get_by_label("Title").fill("Mine")
    card = card_of(team, "Task 2")
    team.change(card, title="Theirs", size_text="8")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody changed it meanwhile")
    # What was not typed here is as they left it, and stays so.
    expect(dialog.get_by_label("Size")).to_have_value("8")
    expect(dialog.get_by_role("definition").first).to_have_text("Theirs")
    expect(dialog.get_by_label("Title")).to_have_value("Mine")
    assert team.get(card)["title"] == "Theirs"
    dialog.get_by_role("button", name="Save mine").click()
    eventually(view, lambda: team.get(card)["title"], "Mine")
    assert team.get(card)["size"] == 8
    expect(dialog.get_by_role("alert")).to_have_count(0)


@pytest.mark.deep_only
def test_a_card_is_saved_when_the_server_is_back(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    view.context.set_offline(True)
    dialog.get_by_label("Title").fill("Typed in a tunnel")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The server does not answer")
    expect(dialog.get_by_label("Title")).to_have_value("Typed in a tunnel")
    assert card_of(team, "Task 2")["title"] == "Task 2"
    view.context.set_offline(False)
    eventually(
        view,
        lambda: team.call("GET", f"/cards/{view.url.split('=')[1]}")["title"],
        "Typed in a tunnel",
    )
    expect(dialog.get_by_role("alert")).to_have_count(0)


@pytest.mark.deep_only
def test_what_was_given_up_without_the_server_is_not_done_later(view: Page, team: Team) -> None:
    view.get_by_role("button", name="Close…").click()
    dialog = view.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Close", exact=True)).to_be_enabled()
    view.context.set_offline(True)
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("The server does not answer")
    dialog.get_by_role("button", name="Cancel").click()
    view.context.set_offline(False)
    # What was changed later has arrived, and so would have what was given up.
    expect(view.get_by_role("alert")).to_have_count(0)
    tile(view, "Task 1").drag_to(cell(view, "In progress"))
    eventually(view, lambda: card_of(team, "Task 1")["state"], 2)
    (running,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Running"]
    assert running["status"] == "active"


def test_what_is_typed_into_a_card_is_not_lost_by_closing(view: Page) -> None:
    dialog = opened(view, "Task 2")
    dialog.get_by_label("Title").fill("Half writ")
    view.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("not saved")
    expect(dialog.get_by_label("Title")).to_have_value("Half writ")
    dialog.get_by_role("region", name="Iterations").get_by_role("link").click()
    expect(dialog.get_by_label("Title")).to_have_value("Half writ")
    address = view.url
    view.go_back()
    expect(dialog.get_by_label("Title")).to_have_value("Half writ")
    assert view.url == address
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)
    expect(tile(view, "Task 2")).to_be_visible()


@pytest.mark.deep_only
def test_a_tag_that_is_typed_is_not_lost_by_closing(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    dialog.get_by_label("Add tag").fill("urgent")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not saved")
    dialog.get_by_label("Add tag").press("Enter")
    expect(dialog.get_by_role("button", name="Remove urgent")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    assert [one["name"] for one in card_of(team, "Task 2")["tags"]] == ["urgent"]


@pytest.mark.deep_only
def test_members_tags_and_columns_are_changed_at_once(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    dialog.get_by_label("Add member").select_option(label="Admin")
    expect(dialog.get_by_role("button", name="Remove Admin")).to_be_visible()
    dialog.get_by_role("button", name="Remove Writer").click()
    expect(dialog.get_by_role("button", name="Remove Writer")).to_have_count(0)
    dialog.get_by_label("Add tag").fill("urgent")
    dialog.get_by_label("Add tag").press("Enter")
    expect(dialog.get_by_role("button", name="Remove urgent")).to_be_visible()
    dialog.get_by_label("Column").select_option(label="In progress")
    expect(titles(view, "In progress")).to_have_text(["Task 2"])
    card = card_of(team, "Task 2")
    assert [one["full_name"] for one in card["members"]] == ["Admin"]
    assert [one["name"] for one in card["tags"]] == ["urgent"]
    dialog.get_by_role("button", name="Archive").click()
    expect(dialog.get_by_role("button", name="Restore")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    for _ in range(5):
        view.get_by_role("button", name="Undo").click()
    expect(view.get_by_role("button", name="Undo")).to_be_disabled()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])
    eventually(view, lambda: len(card_of(team, "Task 2")["tags"]), 0)
    (member,) = card_of(team, "Task 2")["members"]
    assert member["full_name"] == "Writer"


def test_no_change_is_lost_behind_one_that_is_under_way(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    held = Held(view, "**/cards/*/members")
    dialog.get_by_label("Add member").select_option(label="Admin")
    dialog.get_by_label("Add tag").fill("urgent")
    dialog.get_by_label("Add tag").press("Enter")
    dialog.get_by_label("Column").select_option(label="In progress")
    dialog.get_by_label("Column").select_option(label="Done")
    held.let_go()
    expect(titles(view, "Done")).to_have_text(["Task 2"])
    card = card_of(team, "Task 2")
    assert {one["full_name"] for one in card["members"]} == {"Writer", "Admin"}
    assert [one["name"] for one in card["tags"]] == ["urgent"]
    dialog.get_by_role("button", name="Close").click()
    # Taken back one by one, the last one first.
    view.get_by_role("button", name="Undo").click()
    expect(titles(view, "In progress")).to_have_text(["Task 2"])
    view.get_by_role("button", name="Undo").click()
    expect(titles(view, "Queue: Review")).to_have_text(["Task 1", "Task 2", "Task 3"])


def test_a_refused_column_is_not_shown_as_taken(view: Page) -> None:
    dialog = opened(view, "Task 2")
    refusal = {"status": 400, "json": {"message": "Not there"}}
    view.route(
        "**/cards/*",
        lambda route: (
            route.fulfill(**refusal) if route.request.method == "PATCH" else route.continue_()
        ),
    )
    dialog.get_by_label("Column").select_option(label="Done")
    expect(dialog.get_by_role("alert")).to_contain_text("Not there")
    expect(dialog.get_by_label("Column").locator("option:checked")).to_have_text("Queue: Review")
    # What comes right behind it does not hide why.
    held = Held(view, "**/cards/*/tags")
    dialog.get_by_label("Add tag").fill("urgent")
    dialog.get_by_label("Add tag").press("Enter")
    dialog.get_by_label("Column").select_option(label="Done")
    dialog.get_by_label("Add tag").fill("later")
    dialog.get_by_label("Add tag").press("Enter")
    held.let_go()
    expect(dialog.get_by_role("button", name="Remove later")).to_be_visible()
    expect(dialog.get_by_role("alert")).to_contain_text("Not there")


@pytest.mark.deep_only
def test_a_tag_beside_what_is_typed_is_no_conflict(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    dialog.get_by_label("Description").fill("Half of it")
    dialog.get_by_label("Add tag").fill("urgent")
    dialog.get_by_label("Add tag").press("Enter")
    expect(dialog.get_by_role("button", name="Remove urgent")).to_be_visible()
    # What is typed next goes into the field, and not to the page behind.
    view.keyboard.type("now")
    expect(dialog.get_by_label("Add tag")).to_have_value("now")
    dialog.get_by_role("button", name="Save").click()
    eventually(view, lambda: card_of(team, "Task 2")["description"], "Half of it")
    expect(dialog.get_by_role("alert")).to_have_count(0)


@pytest.mark.deep_only
def test_what_was_discarded_without_the_server_is_not_saved_later(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    view.context.set_offline(True)
    dialog.get_by_label("Title").fill("Never mind")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Title")).to_be_disabled()
    for _ in range(4):
        view.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Discard").click()
    view.context.set_offline(False)
    expect(view.get_by_role("alert")).to_have_count(0)
    tile(view, "Task 1").drag_to(cell(view, "In progress"))
    eventually(view, lambda: card_of(team, "Task 1")["state"], 2)
    expect(tile(view, "Task 2")).to_be_visible()


@pytest.mark.deep_only
def test_comments_come_and_go(view: Page, team: Team) -> None:
    dialog = opened(view, "Task 2")
    dialog.get_by_label("Comment", exact=True).fill("Is it still true?")
    dialog.get_by_role("button", name="Add comment").click()
    expect(dialog.get_by_role("article")).to_contain_text("Is it still true?")
    card = card_of(team, "Task 2")
    team.call("POST", f"/cards/{card['id']}/comments", {"text": "Yes"}, as_="admin")
    expect(dialog.get_by_role("article").nth(1)).to_contain_text("Yes")
    expect(dialog.get_by_role("article").nth(1).get_by_role("button")).to_have_count(0)
    dialog.get_by_role("article").first.get_by_role("button", name="Remove").click()
    # A double click is no answer.
    really = dialog.get_by_role("button", name="Really remove")
    expect(really).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    dialog.get_by_role("article").first.get_by_role("button", name="Remove").dblclick()
    expect(dialog.get_by_role("article")).to_have_count(2)
    really.click()
    expect(dialog.get_by_role("article")).to_have_text([re.compile("Yes")])


@pytest.mark.deep_only
def test_a_card_tells_the_iterations_it_was_in(view: Page) -> None:
    dialog = opened(view, "Task 2")
    history = dialog.get_by_role("region", name="Iterations")
    expect(history.get_by_role("listitem")).to_have_text([re.compile("Running.*since")])


@pytest.mark.deep_only
def test_markup_in_a_card_is_text(view: Page, team: Team) -> None:
    card = card_of(team, "Task 2")
    team.change(card, title=MARKUP, description=MARKUP, size_text="1")
    team.call("POST", f"/cards/{card['id']}/comments", {"text": MARKUP})
    team.call("POST", f"/cards/{card['id']}/tags", {"name": MARKUP})
    expect(tile(view, MARKUP)).to_be_visible()
    dialog = opened(view, MARKUP)
    expect(dialog.get_by_label("Description")).to_have_value(MARKUP)
    expect(dialog.get_by_role("article")).to_contain_text(MARKUP)
    expect(dialog.get_by_role("button", name=f"Remove {MARKUP}")).to_be_visible()
    assert view.locator("main img, main script, dialog img, dialog script").count() == 0
    assert view.title() != "owned"


@pytest.mark.deep_only
def test_going_back_from_a_closed_card_does_not_open_it_again(view: Page) -> None:
    address = view.url
    opened(view, "Task 2")
    view.keyboard.press("Escape")
    expect(view.get_by_role("dialog")).to_have_count(0)
    expect(tile(view, "Task 2").get_by_role("link")).to_be_focused()
    view.go_back()
    expect(view).to_have_url(address)
    expect(view.get_by_role("dialog")).to_have_count(0)


@pytest.mark.deep_only
def test_a_card_of_elsewhere_is_not_shown(view: Page, world: World, team: Team) -> None:
    other = Team(world, world.make_space(), as_="owner")
    world.call(
        "DELETE", f"/spaces/{other.space.id}/users/{world.users['writer'].id}"
    ).raise_for_status()
    view.goto(f"/spaces/{team.space.uid}/plan?card={other.space.card_id}")
    expect(view.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    view.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(view).to_have_url(re.compile("/plan$"))
