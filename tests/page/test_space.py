"""A space's list of iterations on its line of time, and what a space is to who comes to it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import enter
from tests.world import World

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_iterations_stand_in_groups_and_on_the_line(home: Page, team: Team) -> None:
    running = team.plan("Running", goal="Ship it", start_date="2026-02-16")
    cards = [team.card("A", size_text="5"), team.done(title="B", size_text="3")]
    team.put(running, *cards)
    team.start(running)
    active = home.get_by_role("region", name="Active")
    expect(active).to_contain_text("Ship it")
    expect(active).to_contain_text("3 of 8 pts done")
    line = home.get_by_role("region", name="Timeline")
    expect(line.get_by_role("link")).to_have_text(
        [re.compile("Running"), re.compile("Next sprint")]
    )
    team.close(running)
    closed = home.get_by_role("region", name="Closed")
    expect(closed).to_contain_text("3 of 8 pts")
    # Closed on another day than it was to end.
    expect(closed).to_contain_text(re.compile("16 Feb.*–.*13 Mar.*, closed \\d"))
    expect(home.get_by_role("region", name="Planned")).to_contain_text("average 3")
    closed.get_by_role("link", name="Running", exact=True).click()
    expect(home).to_have_url(re.compile(f"/iterations/{running['id']}$"))
    expect(home.get_by_role("heading", name="Running")).to_be_visible()


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
    team.change({"id": space.card_id}, title=MARKUP, description=MARKUP)
    team.call("POST", f"/cards/{space.card_id}/comments", {"text": MARKUP})
    team.call("POST", f"/cards/{space.card_id}/tags", {"name": MARKUP[:90]})
    page = open_browser()
    enter(page, world)
    seen = page.get_by_role("heading", name=MARKUP, level=1)
    for view in (
        "/iterations",
        "/plan",
        f"/iterations/{space.iteration_id}",
        "/reports",
        "/settings",
    ):
        query = f"?iteration={space.iteration_id}&card={space.card_id}"
        page.goto(f"/spaces/{space.uid}{view}{query}")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("article").last).to_contain_text(MARKUP)
        expect(dialog.get_by_label("Description")).to_have_value(MARKUP)
        expect(dialog.get_by_role("button", name=f"Remove {MARKUP[:90]}")).to_be_visible()
        page.keyboard.press("Escape")
        expect(seen).to_be_visible()
        height = "document.documentElement.scrollHeight - document.documentElement.clientHeight"
        assert page.evaluate(height) <= 0, f"{view} scrolls as a whole"
        if view in ("/reports", f"/iterations/{space.iteration_id}"):
            expect(page.locator("figure svg").first).to_contain_text("<img src=x")
        assert (
            page.locator("main img, main script, main iframe, dialog img, dialog script").count()
            == 0
        )
        assert page.title() != "owned"


def test_a_stranger_sees_no_space_at_all(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser()
    enter(page, world, "stranger")
    for view in ("", "/plan", "/reports", "/settings", f"/iterations/{team.space.iteration_id}"):
        page.goto(f"/spaces/{team.space.uid}{view}")
        expect(page.get_by_role("alert")).to_contain_text("Not found, or you have no access.")
        assert "Sprint" not in page.content()
        expect(page.get_by_role("heading", level=1)).to_have_count(0)
