"""The plan beside others and without the server: what comes in, what is refused, what waits."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kadence.usecases import people
from tests.api.kit import Team
from tests.page.conftest import Held, box, cards, enter, enter_by_link, eventually, id_of, inside
from tests.world import World


@pytest.mark.deep_only
def test_a_view_that_was_not_opened_yet_opens_when_the_server_is_back(plan: Page) -> None:
    plan.context.set_offline(True)
    plan.get_by_role("link", name="Reports").first.click()
    expect(plan.get_by_text("Loading…")).to_be_visible()
    plan.context.set_offline(False)
    expect(plan.get_by_role("figure", name="Velocity")).to_be_visible()


@pytest.mark.deep_only
def test_a_dialog_that_is_not_loaded_yet_says_so_and_can_be_given_up(plan: Page) -> None:
    plan.context.set_offline(True)
    plan.get_by_role("button", name="Archive").click()
    dialog = plan.get_by_role("dialog", name="Archived cards")
    expect(dialog).to_contain_text("Loading…")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    plan.get_by_role("button", name="Archive").click()
    plan.context.set_offline(False)
    expect(dialog).to_contain_text("Nothing is archived.")


def test_two_browsers_see_each_others_changes(
    plan: Page, open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    other = open_browser()
    enter(other, world, "admin")
    other.goto(f"/spaces/{team.space.uid}/plan")
    other.get_by_role("option", name="Story 5").drag_to(box(other, "Next sprint"))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 5"])
    team.change({"id": id_of(team, "Story 5")}, title="Story five")
    expect(cards(plan, "Next sprint")).to_have_text(["Story five"])
    team.card("Made by a bot", size_text="8")
    expect(plan.get_by_role("option", name="Made by a bot")).to_be_visible()


@pytest.mark.deep_only
def test_where_a_stream_does_not_come_through_it_is_asked_again_and_again(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser()
    page.clock.install()
    asked: list[str] = []

    def hold_back(route: Any) -> None:
        asked.append(route.request.headers["accept"])
        if asked[-1] != "text/event-stream":
            route.continue_()

    page.route(re.compile(r"/events\?after="), hold_back)
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/plan")
    page.get_by_role("option", name="Story 5").wait_for()
    team.card("Made by a bot", size_text="8")
    page.clock.run_for(36_000)
    page.clock.run_for(3_000)
    expect(page.get_by_role("option", name="Made by a bot")).to_be_visible()
    assert asked[0] == "text/event-stream"
    assert asked[1] == "application/json"


@pytest.mark.deep_only
def test_cards_that_go_elsewhere_and_come_back_do_so_here(plan: Page, team: Team) -> None:
    card = id_of(team, "Story 3")
    option = plan.get_by_role("option", name="Story 3")
    team.call("PATCH", f"/cards/{card}", {"condition": 2})
    expect(option).to_have_count(0)
    team.call("PATCH", f"/cards/{card}", {"condition": 1})
    expect(option).to_be_visible()
    other = Team(team.world, team.world.make_space())
    team.call("PATCH", f"/cards/{card}", {"board_id": other.space.board_id})
    expect(option).to_have_count(0)
    team.call("PATCH", f"/cards/{card}", {"board_id": team.space.board_id})
    expect(option).to_be_visible()
    team.call("DELETE", f"/cards/{card}")
    expect(option).to_have_count(0)


@pytest.mark.deep_only
def test_what_is_left_over_stands_in_the_backlog_when_others_close_it_too(
    plan: Page, team: Team
) -> None:
    (planned,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Next sprint"]
    story = {"id": id_of(team, "Story 2")}
    team.put(planned, team.get(story))
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    team.start(planned)
    team.close(planned)
    left = box(plan, "Backlog").get_by_role("option", name="Story 2")
    expect(left).to_contain_text("left over from Next sprint")


@pytest.mark.deep_only
def test_a_card_that_others_take_out_of_an_iteration_is_in_the_backlog_again(
    plan: Page, team: Team
) -> None:
    (planned,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Next sprint"]
    card = team.get({"id": id_of(team, "Story 2")})
    team.put(planned, card)
    expect(cards(plan, "Next sprint")).to_have_text(["Story 2"])
    team.call("DELETE", f"{team.at(planned)}/cards/{card['uid']}")
    expect(cards(plan, "Next sprint")).to_have_count(0)
    expect(cards(plan, "Backlog")).to_have_text([f"Story {number}" for number in range(1, 6)])


@pytest.mark.deep_only
def test_a_change_that_meets_another_loses_neither(plan: Page, team: Team) -> None:
    (iteration,) = [i for i in team.call("GET", team.iterations) if i["title"] == "Next sprint"]
    edit = plan.get_by_role("region", name="Next sprint").get_by_role("button", name="Edit")
    with plan.expect_response(re.compile(f"iterations/{iteration['id']}$")):
        edit.click()
    dialog = plan.get_by_role("dialog", name="Edit iteration")
    dialog.get_by_label("Goal").fill("Mine")
    team.call("PATCH", team.at(iteration), {"goal": "Theirs", "title": "Next one"})
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody changed it meanwhile")
    expect(dialog).to_contain_text("Theirs")
    expect(dialog.get_by_label("Title")).to_have_value("Next one")
    assert team.call("GET", team.at(iteration))["goal"] == "Theirs"
    dialog.get_by_role("button", name="Save mine").click()
    expect(dialog).to_have_count(0)
    assert team.call("GET", team.at(iteration))["goal"] == "Mine"


def test_what_is_done_while_the_server_is_gone_is_sent_when_it_is_back(
    plan: Page, team: Team
) -> None:
    plan.context.set_offline(True)
    plan.get_by_role("option", name="Story 1").drag_to(box(plan, "Next sprint"))
    expect(plan.get_by_role("alert")).to_contain_text("The server does not answer")
    expect(cards(plan, "Next sprint")).to_have_text(["Story 1"])
    assert inside(team, "Next sprint") == []
    plan.context.set_offline(False)
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 1"])
    expect(plan.get_by_role("alert")).to_have_count(0)


@pytest.mark.deep_only
def test_a_server_that_is_stuck_is_told_of(plan: Page, team: Team) -> None:
    held = Held(plan, "**/arrange")
    plan.get_by_role("option", name="Story 1").drag_to(box(plan, "Next sprint"))
    expect(plan.get_by_role("alert")).to_contain_text("The server does not answer")
    held.let_go()
    expect(plan.get_by_role("alert")).to_have_count(0)
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 1"])


@pytest.mark.deep_only
def test_what_the_server_refuses_is_said_and_taken_back(plan: Page) -> None:
    plan.route("**/arrange", lambda route: route.fulfill(status=400, json={"message": "Not now"}))
    plan.get_by_role("option", name="Story 1").drag_to(box(plan, "Next sprint"))
    expect(plan.get_by_role("alert")).to_contain_text("Not now")
    expect(cards(plan, "Next sprint")).to_have_count(0)
    expect(plan.get_by_role("option", name="Story 1")).to_be_visible()


@pytest.mark.deep_only
def test_a_line_that_is_refused_stays_and_none_is_made_twice(plan: Page, team: Team) -> None:
    def refuse(route: Any) -> None:
        if '"Second"' in (route.request.post_data or ""):
            route.fulfill(status=400, json={"message": "Not this one"})
        else:
            route.continue_()

    plan.route("**/api/latest/cards", refuse)
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("First 1\nSecond 2\nThird 3")
    field.press("Enter")
    expect(plan.get_by_role("alert")).to_contain_text("Not this one")
    expect(field).to_have_value("Second 2\nThird 3")
    plan.unroute("**/api/latest/cards")
    field.press("Enter")
    expect(plan.get_by_role("option", name="Third")).to_be_visible()
    made = [c["title"] for c in team.call("GET", f"/cards?space_id={team.space.id}")]
    assert [made.count(title) for title in ("First", "Second", "Third")] == [1, 1, 1]


def end_sessions(world: World, who: str = "writer") -> None:
    for token in world.do(people.list_tokens):
        if token.user.id == world.users[who].id and token.token.name == "browser session":
            world.do(people.revoke_token, token.token.id)


def puts(team: Team) -> list[Any]:
    """Who has put cards into iterations of the space, one after the other."""
    path = f"/spaces/{team.space.uid}/events?limit=100&kinds=iteration_card.added"
    return [event["actor_uid"] for event in team.world.own("GET", path, "writer").json()]


def sign_in_again(plan: Page, world: World, who: str = "writer") -> None:
    again = plan.get_by_role("dialog", name="Your session has ended")
    again.get_by_role("button", name="Use an API token").click()
    again.get_by_label("API token").fill(str(world.tokens[who]))
    again.get_by_role("button", name="Sign in").click()
    expect(plan.locator("dialog")).to_have_count(0)


def test_what_was_done_when_the_session_had_ended_is_sent_after_signing_in_again(
    plan: Page, world: World, team: Team
) -> None:
    field = plan.get_by_label(re.compile("Add cards"))
    field.fill("Half a thought")
    end_sessions(world)
    plan.get_by_role("option", name="Story 1").drag_to(box(plan, "Next sprint"))
    expect(plan.get_by_role("dialog")).to_contain_text("Nothing typed is lost")
    plan.keyboard.press("Escape")
    expect(plan.get_by_role("dialog")).to_be_visible()
    assert inside(team, "Next sprint") == []
    sign_in_again(plan, world)
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 1"])
    expect(field).to_have_value("Half a thought")
    # What happens is followed again.
    team.card("Seen after all")
    expect(plan.get_by_role("option", name="Seen after all")).to_be_visible()


def test_what_one_person_did_is_not_sent_in_the_name_of_another(
    plan: Page, world: World, team: Team
) -> None:
    end_sessions(world)
    before = puts(team)
    held = Held(plan, "**/arrange")
    for number in (1, 2, 3):
        plan.get_by_role("option", name=f"Story {number}").drag_to(box(plan, "Next sprint"))
    # The first is refused, and the others wait behind it.
    held.let_go()
    sign_in_again(plan, world, "admin")
    expect(plan.get_by_role("link", name=world.users["admin"].full_name)).to_be_visible()
    expect(plan.get_by_role("option", name="Story 1")).to_be_visible()
    expect(cards(plan, "Next sprint")).to_have_count(0)
    assert inside(team, "Next sprint") == []
    plan.get_by_role("option", name="Story 5").drag_to(box(plan, "Next sprint"))
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 5"])
    assert puts(team) == [*before, world.users["admin"].uid]


@pytest.mark.deep_only
def test_a_session_begun_anew_in_another_tab_is_taken_up(
    plan: Page, world: World, team: Team
) -> None:
    refused: list[int] = []
    plan.on("response", lambda answer: refused.append(answer.status))

    def hold_back(route: Any) -> None:
        # Coming back to the window tells as well, and sooner.
        if 403 in refused:
            route.continue_()
        else:
            route.fulfill(status=503)

    plan.route("**/api/kadence/v1/session", hold_back)
    enter_by_link(plan.context.new_page(), world)
    plan.get_by_role("option", name="Story 1").drag_to(box(plan, "Next sprint"))
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 1"])
    assert 403 in refused
    expect(plan.get_by_role("alert")).to_have_count(0)


@pytest.mark.deep_only
def test_who_does_not_come_back_leaves_nothing_behind(plan: Page, world: World) -> None:
    plan.get_by_label(re.compile("Add cards")).fill("For nobody else")
    end_sessions(world)
    plan.get_by_role("option", name="Story 1").drag_to(box(plan, "Next sprint"))
    again = plan.get_by_role("dialog", name="Your session has ended")
    again.get_by_role("button", name="Sign out").click()
    assert plan.evaluate("sessionStorage.length") == 0
    expect(plan.get_by_role("heading", name="Sign in to kadence")).to_be_visible()
    expect(plan.get_by_role("option", name="Story 1")).to_have_count(0)
