"""A space's settings: its title, members, working calendar and signed links."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import enter, eventually
from tests.world import World


@pytest.mark.deep_only
def test_only_who_made_a_link_or_an_admin_can_revoke_it(
    open_browser: Callable[..., Page], settings: Page, world: World, team: Team
) -> None:
    for who, shows in (("admin", "velocity"), ("writer", "iterations")):
        made = world.own("POST", f"/spaces/{team.space.uid}/links", who, json={"shows": shows})
        assert made.status_code == 200
    settings.reload()
    links = settings.get_by_role("region", name="Signed links")
    for shows in ("Velocity", "Iterations for a calendar"):
        expect(links.get_by_role("button", name=f"Revoke {shows}")).to_be_visible()
    page = open_browser()
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/settings")
    links = page.get_by_role("region", name="Signed links")
    expect(links.get_by_role("button", name="Revoke Iterations for a calendar")).to_be_visible()
    expect(links.get_by_role("link", name="Velocity")).to_be_visible()
    expect(links.get_by_role("button", name="Revoke Velocity")).to_have_count(0)


@pytest.mark.deep_only
def test_the_title_is_changed_for_everybody(
    settings: Page, open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    other = open_browser()
    enter(other, world)
    other.goto(f"/spaces/{team.space.uid}/plan")
    expect(other.get_by_role("heading", name="Space", level=1)).to_be_visible()
    settings.get_by_label("Title").fill("Renamed")
    settings.get_by_role("button", name="Save").first.click()
    for page in (settings, other):
        expect(page.get_by_role("heading", name="Renamed", level=1)).to_be_visible()


def test_members_come_go_and_change_their_role(settings: Page, team: Team) -> None:
    members = settings.get_by_role("region", name="Members")
    # The last one is everybody else.
    expect(members.get_by_role("listitem")).to_have_count(5)
    members.get_by_label("Role: Reader").select_option("writer")

    def role(name: str) -> int:
        found = team.call("GET", f"/spaces/{team.space.id}/users", as_="admin")
        return next(int(one["role"]) for one in found if one["full_name"] == name)

    eventually(settings, lambda: role("Reader"), 2)
    members.get_by_role("button", name="Remove Reader").click()
    members.get_by_role("button", name="Really remove Reader").click()
    expect(members).not_to_contain_text("reader@home.example")
    members.get_by_label("E-mail address").fill("stranger@home.example")
    members.get_by_role("combobox", name="Role", exact=True).select_option("reader")
    members.get_by_role("button", name="Add").click()
    expect(members).to_contain_text("stranger@home.example")
    assert role("Stranger") == 1


@pytest.mark.deep_only
def test_what_everybody_may_do_is_said_and_set(settings: Page, team: Team) -> None:
    members = settings.get_by_role("region", name="Members")
    everybody = members.get_by_label("Role: Everybody else")
    expect(everybody.locator("option:checked")).to_have_text("no access")
    everybody.select_option("writer")
    # Nobody has less than everybody, whatever is kept of them.
    expect(members).to_contain_text("writer, like everybody")
    reader = members.get_by_label("Role: Reader")
    expect(reader.locator("option:checked")).to_have_text("reader")
    expect(reader.locator("option", has_text="reader")).to_be_disabled()
    shown = team.call("GET", f"/spaces/{team.space.id}", as_="stranger")
    assert shown["access"] == "for_everyone"
    everybody.select_option("no access")
    expect(members).not_to_contain_text("like everybody")
    refused = team.world.call("GET", f"/spaces/{team.space.id}", "stranger")
    assert refused.status_code == 404


@pytest.mark.deep_only
def test_who_is_an_admin_like_everybody_cannot_shut_themselves_out(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    everybody = {"access": "for_everyone", "for_everyone_access_role_id": 3}
    team.call("PATCH", f"/spaces/{team.space.id}", everybody, as_="admin")
    page = open_browser()
    enter(page, world, "stranger")
    page.goto(f"/spaces/{team.space.uid}/settings")
    offered = page.get_by_label("Role: Everybody else")
    expect(offered.locator("option:checked")).to_have_text("admin")
    for role in ("no access", "reader", "writer"):
        expect(offered.locator("option", has_text=role)).to_be_disabled()


@pytest.mark.deep_only
def test_an_owner_gets_a_link_for_somebody_new(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser()
    enter(page, world, "owner")
    page.goto(f"/spaces/{team.space.uid}/settings")
    members = page.get_by_role("region", name="Members")
    members.get_by_label("E-mail address").fill("newcomer@home.example")
    members.get_by_role("button", name="Add").click()
    link = members.get_by_role("status").get_by_role("textbox")
    expect(link).to_have_value(re.compile("/enter#"))
    guest = open_browser()
    guest.goto(link.input_value())
    guest.get_by_role("main").get_by_role("button", name="Sign in").click()
    guest.get_by_role("button", name="Sign out").wait_for()
    guest.goto(f"/spaces/{team.space.uid}")
    expect(guest.get_by_role("heading", name="Space", level=1)).to_be_visible()


def test_the_calendar_is_set(settings: Page, team: Team) -> None:
    settings.get_by_label("Time zone").select_option("Europe/Berlin")
    settings.get_by_role("checkbox", name="Fri").uncheck()
    settings.get_by_label("Public holidays of").select_option("DE")
    settings.get_by_label("Its part").fill("BY")
    settings.get_by_label("Days off: Day").fill("2026-05-04")
    days = settings.get_by_role("group", name="Days off")
    days.get_by_role("button", name="Add").click()
    expect(days).to_contain_text("4 May 2026")
    settings.get_by_role("button", name="Save").nth(1).click()
    summary = settings.get_by_text(re.compile(r"Public holidays \(\d+\)"))
    summary.click()
    expect(settings.get_by_text("Heilige Drei Könige").first).to_be_visible()
    calendar = team.world.own("GET", f"/spaces/{team.space.uid}/calendar").json()
    assert calendar["time_zone"] == "Europe/Berlin"
    assert calendar["weekdays"] == [1, 2, 3, 4]
    assert (calendar["country"], calendar["subdivision"]) == ("DE", "BY")
    assert calendar["days_off"] == ["2026-05-04"]
    settings.get_by_label("Its part").fill("Atlantis")
    settings.get_by_role("button", name="Save").nth(1).click()
    expect(settings.get_by_role("alert")).to_contain_text("These are: BB,")


@pytest.mark.deep_only
def test_two_admins_change_the_calendar_beside_each_other(settings: Page, team: Team) -> None:
    settings.get_by_role("checkbox", name="Fri").uncheck()
    path = f"/spaces/{team.space.uid}/calendar"
    change = {"days_off": ["2026-05-04"]}
    assert team.world.own("PATCH", path, "admin", json=change).status_code == 200
    settings.get_by_role("button", name="Save").nth(1).click()

    def calendar() -> Any:
        return team.world.own("GET", path).json()

    eventually(settings, lambda: calendar()["weekdays"], [1, 2, 3, 4])
    assert calendar()["days_off"] == ["2026-05-04"]
    expect(settings.get_by_role("group", name="Days off")).to_contain_text("4 May 2026")


@pytest.mark.deep_only
def test_a_reader_sees_the_settings_and_changes_nothing(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser()
    enter(page, world, "reader")
    page.goto(f"/spaces/{team.space.uid}/settings")
    expect(page.get_by_label("Title")).to_be_disabled()
    expect(page.get_by_label("Time zone")).to_be_disabled()
    for name in ("Save", "Add", "Remove"):
        expect(
            page.get_by_role("button", name=name, exact=True).and_(page.locator(":enabled"))
        ).to_have_count(0)
    expect(page.get_by_role("region", name="Members")).to_contain_text("reader@home.example")
    expect(page.get_by_role("heading", name="Signed links")).to_have_count(0)
