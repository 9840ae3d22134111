"""The plan beside others and without the server: what comes in, what is refused, what waits."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from kadence.usecases import tokens
from tests.api.kit import Team
from tests.page.conftest import Held, box, cards, enter, eventually, id_of, inside, of_one
from tests.world import World


def test_what_was_not_loaded_yet_opens_when_the_server_is_back(plan: Page) -> None:
    plan.context.set_offline(True)
    plan.get_by_role("button", name="Archive").click()
    dialog = plan.get_by_role("dialog", name="Archived cards")
    expect(dialog).to_contain_text("Loading…")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    plan.get_by_role("button", name="Archive").click()
    plan.context.set_offline(False)
    expect(dialog).to_contain_text("Nothing is archived.")
    dialog.get_by_role("button", name="Close").click()
    plan.context.set_offline(True)
    plan.get_by_role("link", name="Reports").first.click()
    expect(plan.get_by_text("Loading…")).to_be_visible()
    plan.context.set_offline(False)
    expect(plan.get_by_role("figure", name="Velocity")).to_be_visible()


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


def test_what_is_done_while_the_server_is_gone_is_sent_when_it_is_back(
    plan: Page, team: Team
) -> None:
    plan.context.set_offline(True)
    plan.get_by_role("option", name="Story 1").drag_to(box(plan, "Next sprint"))
    expect(plan.get_by_role("alert")).to_contain_text("Offline")
    expect(cards(plan, "Next sprint")).to_have_text(["Story 1"])
    assert inside(team, "Next sprint") == []
    plan.context.set_offline(False)
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 1"])
    expect(plan.get_by_role("alert")).to_have_count(0)


def end_sessions(world: World, who: str = "writer") -> None:
    for token in world.do(tokens.list_tokens):
        if token.user.id == world.users[who].id and token.token.name == "browser session":
            world.do(tokens.revoke_token, token.token.id)


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
    expect(plan.get_by_role("dialog")).to_contain_text("Your text is safe")
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
    held = Held(plan, "**/cards/edit")
    for number in (1, 2, 3):
        plan.get_by_role("option", name=f"Story {number}").drag_to(box(plan, "Next sprint"))
    # The first is refused, and the others wait behind it.
    held.let_go()
    sign_in_again(plan, world, "admin")
    expect(of_one(plan)).to_have_accessible_name(re.compile("of Admin$"))
    expect(plan.get_by_role("option", name="Story 1")).to_be_visible()
    expect(cards(plan, "Next sprint")).to_have_count(0)
    assert inside(team, "Next sprint") == []
    plan.get_by_role("option", name="Story 5").drag_to(box(plan, "Next sprint"))
    eventually(plan, lambda: inside(team, "Next sprint"), ["Story 5"])
    assert puts(team) == [*before, world.users["admin"].uid]
