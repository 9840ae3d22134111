"""A space's list of iterations on its line of time, and what a space is to who comes to it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import enter, enter_by_link
from tests.world import World

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_iterations_stand_in_groups_and_on_the_line(home: Page, team: Team) -> None:
    running = team.plan("Running", goal="Ship it", start_date="2026-02-16")
    cards = [team.card("A", size_text="5"), team.done(title="B", size_text="3")]
    team.put(running, *cards)
    team.start(running)
    active = home.get_by_role("region", name="Active")
    expect(active).to_contain_text("Ship it")
    expect(active).to_contain_text("3 of 8 done")
    line = home.get_by_role("region", name="Timeline")
    expect(line.get_by_role("link")).to_have_text(
        [re.compile("Running"), re.compile("Next sprint")]
    )
    team.close(running)
    closed = home.get_by_role("region", name="Closed")
    expect(closed).to_contain_text("3 done, 8 committed")
    # Closed on another day than it was to end.
    expect(closed).to_contain_text(re.compile("16 Feb 2026 – 13 Mar 2026, closed \\d"))
    expect(home.get_by_role("region", name="Planned")).to_contain_text("usually done: 3")
    closed.get_by_role("link", name="Running", exact=True).click()
    expect(home).to_have_url(re.compile(f"/iterations/{running['id']}$"))
    expect(home.get_by_role("heading", name="Running")).to_be_visible()


@pytest.mark.deep_only
def test_what_is_planned_is_measured_by_what_the_team_said(home: Page, team: Team) -> None:
    planned = team.plan("With capacity")
    team.put(planned, team.card("Large", size_text="8"))
    at = f"/spaces/{team.space.uid}/iterations/{planned['id']}/capacity"
    assert team.world.own("PATCH", at, "writer", json={"capacity": 20}).status_code == 200
    row = home.get_by_role("listitem").filter(has=home.get_by_role("heading", name="With capacity"))
    expect(row).to_contain_text("1 card, size 8; capacity: 20")


@pytest.mark.deep_only
def test_an_iteration_is_started_closed_edited_and_deleted_from_the_list(
    home: Page,
) -> None:
    planned = home.get_by_role("region", name="Planned")
    home.get_by_role("button", name="Edit Next sprint").click()
    home.get_by_label("Goal").fill("Something small")
    home.get_by_role("button", name="Save").click()
    expect(planned).to_contain_text("Something small")
    home.get_by_role("button", name="Start… Next sprint").click()
    home.get_by_role("dialog").get_by_role("button", name="Start", exact=True).click()
    expect(home.get_by_role("region", name="Active")).to_contain_text("Next sprint")
    home.get_by_role("button", name="Close… Next sprint").click()
    home.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    expect(home.get_by_role("region", name="Closed")).to_contain_text("Next sprint")
    home.get_by_role("button", name="Delete… Sprint").click()
    dialog = home.get_by_role("dialog")
    expect(dialog).to_contain_text("1 card, size 3, to Backlog:")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(planned).to_have_count(0)


@pytest.mark.deep_only
def test_an_edit_is_undone_from_the_list(home: Page) -> None:
    planned = home.get_by_role("region", name="Planned")
    home.get_by_role("button", name="Edit Next sprint").click()
    home.get_by_role("dialog").get_by_label("Goal").fill("Another goal")
    home.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(planned).to_contain_text("Another goal")
    home.get_by_role("button", name="Undo").click()
    expect(planned).not_to_contain_text("Another goal")
    expect(home.get_by_role("alert")).to_have_count(0)


def test_an_empty_space_leads_to_its_first_iteration(
    open_browser: Callable[..., Page], world: World
) -> None:
    page = open_browser()
    enter(page, world, "admin")
    page.goto("/")
    page.get_by_label("Name of the new space").fill("First steps")
    page.get_by_role("button", name="Create space").click()
    expect(page.get_by_text("The backlog is empty.")).to_be_visible()
    page.get_by_role("link", name="Iterations").click()
    expect(page.get_by_text("There is no iteration yet.")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="New iteration").last.click()
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("region", name="Planned")).to_contain_text("Sprint 1")


@pytest.mark.deep_only
def test_a_space_without_a_board_is_given_one(
    open_browser: Callable[..., Page], world: World
) -> None:
    page = open_browser()
    enter(page, world, "owner")
    made = world.call("POST", "/spaces", json={"title": "Bare"}).json()
    page.goto(f"/spaces/{made['uid']}/plan")
    expect(page.get_by_text("There is no board yet")).to_be_visible()
    page.get_by_role("button", name="Create a board").click()
    page.get_by_label("Add cards").fill("A card")
    page.get_by_role("button", name="Add 1 card").click()
    expect(page.get_by_role("option", name="A card")).to_be_visible()


@pytest.mark.deep_only
def test_many_closed_iterations_are_shown_when_they_are_asked_for(home: Page, team: Team) -> None:
    for number in range(8):
        team.close(team.start(team.plan(f"Old {number}")))
    closed = home.get_by_role("region", name="Closed").get_by_role("heading", level=3)
    button = home.get_by_role("button", name="Show all 8")
    expect(button).to_be_visible()
    expect(closed).to_have_count(6)
    button.click()
    expect(closed).to_have_count(8)


@pytest.mark.deep_only
@pytest.mark.parametrize(
    ("language", "blank", "order"),
    [
        (
            "en",
            "This must not be empty.",
            "The last day has to come after the first one: an iteration has at least two days.",
        ),
        (
            "ru",
            "Это поле не может быть пустым.",
            "Последний день должен быть позже первого: в итерации не меньше двух дней.",
        ),
    ],
    ids=["en", "ru"],
)
def test_what_a_field_does_not_take_is_said_in_the_readers_language(
    open_browser: Callable[..., Page],
    world: World,
    team: Team,
    language: str,
    blank: str,
    order: str,
) -> None:
    page = open_browser()
    enter_by_link(page, world)
    page.get_by_label("Language").select_option(language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.goto(f"/spaces/{team.space.uid}")
    page.locator(".top button.main").click()
    dialog = page.get_by_role("dialog")
    title, first, last = (dialog.locator("input").nth(n) for n in (0, 2, 3))
    send = dialog.locator("button.main")
    message = "field => field.validationMessage"
    title.fill("  ")
    send.click()
    assert title.evaluate(message) == blank
    title.fill("Turned round")
    first.fill("2026-05-20")
    last.fill("2026-05-04")
    send.click()
    assert first.evaluate(message) == order
    # What is put right in one field is right in the other one too.
    last.fill("2026-05-29")
    send.click()
    expect(dialog).to_have_count(0)
    assert "Turned round" in [one["title"] for one in team.call("GET", team.iterations)]


def test_markup_in_any_name_is_text_in_every_view(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    space, admin = team.space, {"as_": "admin"}
    iteration = {"id": space.iteration_id}
    period = {"start_date": "2026-03-02", "finish_date": "2026-03-13"}
    team.call("PATCH", team.at(iteration), {"title": MARKUP, "goal": MARKUP} | period)
    team.call("PATCH", f"/spaces/{space.id}", {"title": MARKUP}, **admin)
    board = f"/spaces/{space.id}/boards/{space.board_id}"
    team.call("PATCH", board, {"title": MARKUP}, **admin)
    for column in (*space.columns[1:],):
        team.call("PATCH", f"/boards/{space.board_id}/columns/{column}", {"title": MARKUP}, **admin)
    for lane in space.lanes:
        team.call("PATCH", f"/boards/{space.board_id}/lanes/{lane}", {"title": MARKUP}, **admin)
    team.change({"id": space.card_id}, title=MARKUP)
    page = open_browser()
    enter(page, world)
    seen = page.get_by_role("heading", name=MARKUP, level=1)
    for view in ("", "/plan", f"/iterations/{space.iteration_id}", "/reports", "/settings"):
        query = f"?iteration={space.iteration_id}&card={space.card_id}"
        page.goto(f"/spaces/{space.uid}{view}{query}")
        page.get_by_role("dialog").get_by_text("Looks good").wait_for()
        page.keyboard.press("Escape")
        expect(seen).to_be_visible()
        if view in ("/reports", f"/iterations/{space.iteration_id}"):
            expect(page.locator("figure svg").first).to_contain_text("<img src=x")
        assert page.locator("main img, main script, main iframe, dialog img").count() == 0
        assert page.title() != "owned"


@pytest.mark.deep_only
def test_days_are_those_of_the_spaces_time_zone(home: Page, team: Team) -> None:
    path = f"/spaces/{team.space.uid}/calendar"
    change = {"time_zone": "Europe/Moscow"}
    assert team.world.own("PATCH", path, "admin", json=change).status_code == 200
    period = {"start_date": "2026-05-03T21:00:00.000Z", "finish_date": "2026-05-14T21:00:00.000Z"}
    team.plan("From Moscow", **period)
    home.reload()
    row = home.get_by_role("listitem").filter(has_text="From Moscow").last
    expect(row).to_contain_text("4 May 2026 – 15 May 2026")
    home.get_by_role("button", name="Edit From Moscow").click()
    dialog = home.get_by_role("dialog")
    expect(dialog.get_by_label("First day")).to_have_value("2026-05-04")
    expect(dialog.get_by_label("Last day")).to_have_value("2026-05-15")
    dialog.get_by_role("button", name="Cancel").click()
    home.get_by_role("button", name="New iteration").click()
    expect(dialog.get_by_label("First day")).to_have_value("2026-05-18")


def test_a_stranger_sees_no_space_at_all(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser()
    enter(page, world, "stranger")
    for view in ("", "/plan", "/reports", "/settings", f"/iterations/{team.space.iteration_id}"):
        page.goto(f"/spaces/{team.space.uid}{view}")
        expect(page.get_by_role("alert")).to_contain_text("There is nothing here")
        expect(page.get_by_role("heading", level=1)).to_have_count(0)
