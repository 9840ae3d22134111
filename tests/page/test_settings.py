"""A space's settings: its title, members, working calendar and signed links."""

import re

from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import eventually


def test_members_come_go_and_change_their_role(settings: Page, team: Team) -> None:
    members = settings.get_by_role("region", name="Members")
    # The last one is everybody else.
    expect(members.get_by_role("listitem")).to_have_count(5)
    members.get_by_label("Role: Reader").select_option("Editor")

    def role(name: str) -> int:
        found = team.call("GET", f"/spaces/{team.space.id}/users", as_="admin")
        return next(int(one["role"]) for one in found if one["full_name"] == name)

    eventually(settings, lambda: role("Reader"), 2)
    members.get_by_role("button", name="Remove Reader").click()
    members.get_by_role("button", name="Remove Reader").click()
    expect(members).not_to_contain_text("reader@home.example")
    members.get_by_label("E-mail address").fill("stranger@home.example")
    members.get_by_role("combobox", name="Role", exact=True).select_option("Viewer")
    members.get_by_role("button", name="Add").click()
    expect(members).to_contain_text("stranger@home.example")
    assert role("Stranger") == 1


def test_the_calendar_is_set(settings: Page, team: Team) -> None:
    settings.get_by_label("Time zone").select_option("Europe/Berlin")
    settings.get_by_role("checkbox", name="Fri").uncheck()
    settings.get_by_label("Public holidays of").select_option("DE")
    settings.get_by_label("Its part").fill("BY")
    settings.get_by_label("Days off: Day").fill("2026-05-04")
    days = settings.get_by_role("group", name="Days off")
    days.get_by_role("button", name="Add").click()
    expect(days).to_contain_text("4 May")
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
