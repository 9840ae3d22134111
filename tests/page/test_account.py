"""Getting in with a browser, and what is one's own there."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.page.conftest import enter, enter_by_link, of_one, sign_out
from tests.world import World

PASSWORD = "correct horse battery"  # noqa: S105


def test_an_owner_invites_and_the_invited_comes_back_with_a_password(
    open_browser: Callable[..., Page], world: World
) -> None:
    owner = open_browser()
    enter_by_link(owner, world, "owner")
    owner.goto("/people")
    owner.get_by_label("E-mail addresses").fill("Vera <vera@home.example>")
    owner.get_by_role("button", name="Make a link").click()
    link = owner.get_by_label("Link for Vera").input_value()
    assert link.startswith(f"{world.url}/enter#kdn_")

    guest = open_browser()
    guest.goto(link)
    guest.get_by_role("button", name="Sign in").click()
    guest.get_by_label("Choose a password").fill(PASSWORD)
    guest.get_by_role("button", name="Save and begin").click()
    expect(guest.get_by_label("Choose a password")).to_have_count(0)
    sign_out(guest)

    guest.get_by_label("E-mail address").fill("vera@home.example")
    guest.get_by_label("Password").fill("wrong")
    guest.get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("alert")).to_have_text("Wrong address or password")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Sign in").click()
    of_one(guest).wait_for()

    guest.goto(link)
    guest.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(guest.get_by_role("alert")).to_contain_text("already used")


def test_nothing_is_asked_of_another_server(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/plan")
    page.get_by_role("listbox", name="Backlog").wait_for()
    assert asked
    assert all(url.startswith(world.url) for url in asked)


def test_the_page_is_served_with_a_strict_policy_and_small(world: World) -> None:
    page = world.http.get(f"{world.url}/spaces/anything/plan")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "font-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    sizes: dict[str, Any] = {}
    for name in page.text.split('"'):
        if name.startswith("/assets/"):
            part = world.http.get(world.url + name, headers={"Accept-Encoding": "gzip"})
            packed = "" if name.endswith(".woff2") else "gzip"
            assert part.headers.get("content-encoding", "") == packed
            sizes[name] = int(part.headers["content-length"])
    scripts = sum(size for name, size in sizes.items() if name.endswith(".js"))
    assert 0 < scripts < 100_000, sizes
