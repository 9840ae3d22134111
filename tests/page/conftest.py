"""A real browser: Debian's chromium, driven by Playwright, on a real server."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    expect,
    sync_playwright,
)

from kadence.usecases import invitations
from kadence.usecases.profiles import ChangeProfile, change_profile_of
from kadence.web.cookies import SESSION_COOKIE
from tests.api.kit import Team
from tests.world import World

SECONDS = 20
expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; not longer than for a module, because an event loop runs as long as it does."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on PATH")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def open_browser(chromium: Browser, world: World) -> Iterator[Callable[..., Page]]:
    """Makes browsers with nothing in them; what a page reports as an error fails the test."""
    errors: list[str] = []
    with ExitStack() as opened:

        def make(**options: Any) -> Page:
            settings: dict[str, Any] = {
                "locale": "en-GB",
                "viewport": {"width": 1280, "height": 860},
            } | options
            context: BrowserContext = chromium.new_context(base_url=world.url, **settings)
            opened.callback(context.close)
            context.set_default_timeout(SECONDS * 1000)
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: _note(errors, said.text))
            return page

        yield make
    assert errors == []


def _note(errors: list[str], text: str) -> None:
    if "Content Security Policy" in text or "Trusted" in text:
        errors.append(text)


@pytest.fixture
def team(world: World) -> Team:
    """A space with two planned iterations and a backlog, made through the API."""
    made = Team(world, world.make_space())
    for number in range(1, 6):
        made.card(f"Story {number}", size_text=str(number))
    made.plan("Next sprint")
    return made


@pytest.fixture
def plan(open_browser: Callable[..., Page], world: World, team: Team) -> Page:
    """The plan of the team's space, opened by its writer."""
    page = open_browser()
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/plan")
    page.get_by_role("option", name="Story 5").wait_for()
    return page


def enter(page: Page, world: World, name: str = "writer") -> None:
    """Give the browser a session, as signing in by a one-time link does, without its pages."""
    email = world.users[name].email
    # Another test may have chosen one.
    world.do(change_profile_of, email, ChangeProfile(language=None))
    made = world.do(invitations.issue_login_link, email)
    with httpx.Client(base_url=world.url) as http:
        http.post("/api/kadence/v1/session", json={"key": made.login_token}).raise_for_status()
        cookie = {"name": SESSION_COOKIE, "value": http.cookies[SESSION_COOKIE], "url": world.url}
    page.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Strict"}])  # type: ignore[list-item]


def enter_by_link(page: Page, world: World, name: str = "writer") -> None:
    """Sign in by a one-time link, as a person does."""
    made = world.do(invitations.issue_login_link, world.users[name].email)
    page.goto(f"/enter#{made.login_token}")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    of_one(page).wait_for()


def of_one(page: Page) -> Locator:
    """The menu of whoever is signed in."""
    return page.get_by_role("button", name=re.compile("^Account and settings of"))


def choose(page: Page, menu: str, item: str) -> None:
    """Choose something out of a menu."""
    page.get_by_role("button", name=menu).click()
    page.get_by_role("menuitem", name=item).click()


def take(page: Page, opener: str, option: str) -> None:
    """Choose something in the picker that a button opens."""
    page.get_by_role("button", name=opener).click()
    found = page.get_by_role("listbox", name=opener).get_by_role("option", name=option)
    found.click()


def sign_out(page: Page) -> None:
    of_one(page).click()
    page.get_by_role("menuitem", name="Sign out").click()


def eventually(page: Page, what: Callable[[], Any], wanted: Any) -> None:
    """Ask the server until it says so: the page shows a move before it has been sent."""
    for _ in range(100):
        if what() == wanted:
            return
        page.wait_for_timeout(50)
    assert what() == wanted


class Held:
    """Holds back the requests to `pattern` until they are let go."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._waiting: list[Route] | None = []
        page.route(pattern, self._come)

    def _come(self, route: Route) -> None:
        if self._waiting is None:
            route.continue_()
        else:
            self._waiting.append(route)

    def let_go(self) -> None:
        """Let them through, those to come too."""
        waiting, self._waiting = self._waiting or [], None
        for route in waiting:
            route.continue_()


def box(page: Page, name: str) -> Locator:
    """The list of the backlog or of an iteration."""
    return page.get_by_role("listbox", name=name, exact=True)


def cards(page: Page, name: str) -> Locator:
    return box(page, name).get_by_role("option").locator(".title")


def inside(team: Team, title: str) -> list[str]:
    """The titles in an iteration, in its order, as the API tells."""
    (iteration,) = [i for i in team.call("GET", team.iterations) if i["title"] == title]
    records = team.call("GET", f"{team.at(iteration)}/cards?status=active")
    by_uid = {
        card["uid"]: card["title"]
        for card in team.call("GET", f"/cards?iteration_id={iteration['id']}")
    }
    ordered = sorted(records, key=lambda record: record["sort_order"])
    # Between the two answers a card may have come or gone: then they are asked for once more.
    return [by_uid.get(record["card_uid"], "?") for record in ordered]


def id_of(team: Team, title: str) -> int:
    found = team.call("GET", f"/cards?space_id={team.space.id}")
    return next(int(card["id"]) for card in found if card["title"] == title)


@pytest.fixture
def sprint(team: Team) -> dict[str, Any]:
    """A running iteration with three cards of Writer's."""
    made = team.plan("Running", goal="All of it")
    cards = [team.card(f"Task {n}", size_text=str(n)) for n in (1, 2, 3)]
    for card in cards:
        team.call("POST", f"/cards/{card['id']}/members", {"user_id": team.space.member_id})
    team.put(made, *cards)
    return team.start(made)


@pytest.fixture
def view(
    open_browser: Callable[..., Page], world: World, team: Team, sprint: dict[str, Any]
) -> Page:
    """The view of that iteration, opened by the space's writer."""
    page = open_browser()
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/iterations/{sprint['id']}")
    page.get_by_role("link", name="Task 3").wait_for()
    return page


def cell(page: Page, column: str, lane: str = "Upper") -> Locator:
    """A column of the board in one of its lanes."""
    return page.get_by_role("list", name=f"{column}, {lane}", exact=True)


def titles(page: Page, column: str, lane: str = "Upper") -> Locator:
    return cell(page, column, lane).get_by_role("link")


def tile(page: Page, title: str) -> Locator:
    """A card on the board."""
    link = page.get_by_role("link", name=title, exact=True)
    return page.locator("li[data-uid]").filter(has=link)


def card_of(team: Team, title: str) -> dict[str, Any]:
    found = team.call("GET", f"/cards?space_id={team.space.id}")
    return team.get(next(card for card in found if card["title"] == title))


def opened(view: Page, title: str) -> Locator:
    """The dialog of a card, opened by a click on it."""
    tile(view, title).get_by_role("link").click()
    dialog = view.get_by_role("dialog")
    expect(dialog.get_by_label("Title")).to_have_value(title)
    return dialog


@pytest.fixture
def home(open_browser: Callable[..., Page], world: World, team: Team) -> Page:
    """The iterations of the team's space, opened by its admin."""
    page = open_browser()
    enter(page, world, "admin")
    page.goto(f"/spaces/{team.space.uid}/iterations")
    page.get_by_role("heading", name="Planned").wait_for()
    return page


@pytest.fixture
def settings(home: Page) -> Page:
    """Its settings."""
    choose(home, "Space: ", "Settings")
    home.get_by_role("heading", name="Working calendar").wait_for()
    return home
