"""Pictures of every view, light and dark, wide and narrow, for docs/screenshots and to be looked at.

`TESTS_PICTURES=1 pytest tests/page/test_pictures.py` renews those that are committed.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests import processes
from tests.page.conftest import of_one

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
SIZES = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, Any]]:
    """A running `kadence demo` and what it printed."""
    process = processes.start("demo", "--port", "0", "--json", output="stdout")
    with process.output:
        yield dict(json.loads(process.output.readline()))
    process.terminate()
    process.wait(15)


@pytest.fixture(scope="module")
def world() -> Any:
    """The pictures need no other server than the demo."""

    class Nowhere:
        url = None

    return Nowhere()


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """Where the pictures go."""
    into = FOLDER if os.environ.get("TESTS_PICTURES") else tmp_path
    into.mkdir(exist_ok=True)
    return into


@pytest.fixture
def browse(
    open_browser: Callable[..., Page], demo: dict[str, Any]
) -> Iterator[tuple[str, Page, Page]]:
    """In every size and scheme: how it is called, a signed-out page and a signed-in one."""

    def all_of_them() -> Iterator[tuple[str, Page, Page]]:
        for scheme in ("light", "dark"):
            for size, viewport in SIZES.items():
                stranger = open_browser(color_scheme=scheme, viewport=viewport)
                page = open_browser(color_scheme=scheme, viewport=viewport)
                page.goto(demo["base_url"])
                page.get_by_role("button", name="Use an API token").click()
                page.get_by_label("API token").fill(demo["token"])
                page.get_by_role("main").get_by_role("button", name="Sign in").click()
                of_one(page).wait_for()
                yield f"{size}-{scheme}", stranger, page

    return all_of_them()


def invitation(demo: dict[str, Any], email: str = "yuki.tanaka@example.com") -> str:
    """A link that lets in a member of the demo's team, or somebody who is new."""
    headers = {"authorization": f"Bearer {demo['token']}"}
    wish = {"email": email}
    answer = httpx.post(
        f"{demo['base_url']}/api/kadence/v1/invitations", headers=headers, json=wish
    )
    return f"{demo['base_url']}{answer.json()['path']}"


@pytest.mark.deep_only
def test_every_view_is_taken(
    browse: Iterator[tuple[str, Page, Page]], demo: dict[str, Any], taken: Path
) -> None:
    url, space = demo["base_url"], f"{demo['base_url']}/spaces/{demo['space_uid']}"
    for name, stranger, page in browse:

        def take(view: str, of: Page, name: str = name) -> None:
            of.screenshot(path=taken / f"{view}-{name}.png")

        stranger.goto(f"{url}/")
        stranger.get_by_role("heading", name="Sign in").wait_for()
        take("sign-in", stranger)
        page.goto(f"{url}/")
        page.get_by_role("link", name="Orchard web").wait_for()
        take("spaces", page)
        stranger.goto(invitation(demo))
        stranger.get_by_role("main").get_by_role("button", name="Sign in").click()
        stranger.get_by_label("Your name").wait_for()
        take("welcome", stranger)
        stranger.goto(f"{url}/account")
        stranger.get_by_text("browser session").first.wait_for()
        take("account", stranger)
        page.goto(f"{space}/plan")
        cards = page.get_by_role("listbox", name="Backlog").get_by_role("option")
        cards.nth(2).click()
        cards.nth(4).click(modifiers=["Control"])
        take("plan", page)
        page.get_by_role("button", name="New iteration").click()
        page.get_by_role("dialog").get_by_label("Title").wait_for()
        take("new-iteration", page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Close iteration…").click()
        page.get_by_role("dialog").get_by_text("cannot reopen").wait_for()
        take("close", page)
        page.goto(f"{space}/iterations")
        page.get_by_role("region", name="Timeline").wait_for()
        take("iterations", page)
        page.get_by_role("region", name="Active").get_by_role("heading").get_by_role("link").click()
        page.locator(".readings_marks").wait_for(state="attached")
        page.get_by_text("chance to finish on time").wait_for()
        take("iteration", page)
        page.locator("li[data-uid] a").first.click()
        page.get_by_role("dialog").get_by_label("Title").wait_for()
        take("card", page)
        page.goto(f"{space}/reports")
        page.locator("figure svg").nth(4).wait_for()
        page.locator("figure .readings_marks > *").nth(1).focus()
        take("reports", page)
        page.goto(f"{space}/settings")
        page.get_by_role("region", name="Members").get_by_role("listitem").first.wait_for()
        take("settings", page)
    assert len(list(taken.glob("*.png"))) >= 12 * 4


@pytest.mark.deep_only
def test_what_owners_see_of_people_is_taken(
    browse: Iterator[tuple[str, Page, Page]], demo: dict[str, Any], taken: Path
) -> None:
    for email in ("nora.lind@example.com", "sam.okafor@example.com"):
        invitation(demo, email)
    for name, _, page in browse:
        page.goto(f"{demo['base_url']}/people")
        page.get_by_text("yuki.tanaka@example.com").wait_for()
        page.get_by_text("nora.lind@example.com").wait_for()
        page.screenshot(path=taken / f"people-{name}.png")
        page.goto(f"{demo['base_url']}/audit")
        page.get_by_role("list", name="Audit log").get_by_role("listitem").nth(3).wait_for()
        page.screenshot(path=taken / f"audit-{name}.png")
    assert len(list(taken.glob("people-*.png"))) == len(list(taken.glob("audit-*.png"))) == 4


LONG_TITLE = (
    "A title that somebody copied from an e-mail, with everything that was said in it, " * 3
)


def filled(demo: dict[str, Any], count: int) -> tuple[str, str]:
    """A space with so many cards, half of them in an iteration: the addresses of both."""
    headers = {"authorization": f"Bearer {demo['token']}"}
    with httpx.Client(base_url=demo["api_url"], headers=headers) as api:
        space = api.post(
            "/spaces", json={"title": LONG_TITLE[:200] if count == 1 else "Space"}
        ).json()
        columns = [
            {"title": name, "type": n} for n, name in enumerate(("To do", "Doing", "Done"), 1)
        ]
        board = api.post(
            f"/spaces/{space['id']}/boards",
            json={"title": "Board", "columns": columns, "lanes": [{"title": "Lane"}]},
        ).json()
        period = {"start_date": "2026-03-02", "finish_date": "2026-03-13"}
        path = f"/spaces/{space['uid']}/iterations"
        sprint = api.post(
            path, json={"title": LONG_TITLE[:120], "goal": LONG_TITLE} | period
        ).json()
        for number in range(count):
            title = LONG_TITLE if number % 50 == 0 else f"Card {number}"
            body = {"title": title, "board_id": board["id"], "size_text": str(number % 9)}
            card = api.post("/cards", json=body).json()
            if number % 2 == 0:
                api.post(f"{path}/{sprint['id']}/cards", json={"card_uid": card["uid"]})
    home = f"{demo['base_url']}/spaces/{space['uid']}"
    return home, f"{home}/iterations/{sprint['id']}"


@pytest.mark.deep_only
@pytest.mark.parametrize("count", [0, 1, 500])
def test_few_and_many_cards_are_taken(
    browse: Iterator[tuple[str, Page, Page]], demo: dict[str, Any], taken: Path, count: int
) -> None:
    home, sprint = filled(demo, count)
    for name, _, page in browse:
        page.goto(f"{home}/plan")
        page.get_by_role("heading", name="Backlog").wait_for()
        page.screenshot(path=taken / f"plan-of-{count}-{name}.png")
        page.goto(sprint)
        page.locator("figure svg").wait_for()
        page.screenshot(path=taken / f"iteration-of-{count}-{name}.png")
    assert len(list(taken.glob(f"*-of-{count}-*.png"))) == 2 * 4
