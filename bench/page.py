"""How large the page is, how soon there is something to be seen, and how smoothly it drags."""

import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench.kit import Measure, company, kadence
from kadence.domain.access import Actor
from kadence.domain.iteration_commands import CreateIteration
from kadence.domain.model import CompanyRole
from kadence.storage.engines import locate, transaction
from kadence.usecases.card_commands import CreateCard
from kadence.usecases.cards import create_card
from kadence.usecases.clock import system_clock
from kadence.usecases.iterations import create_iteration
from kadence.usecases.setup import Initialised
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret

CARDS = 2_000
TURNS = 5
SECTION = f"The page, a plan of {CARDS:,} backlog cards (Chromium, this machine)"

VIEWS = {
    "the board": "",
    "the plan": "/plan",
    "iterations": "/iterations",
    "reports": "/reports",
    "settings": "/settings",
}
_PARTS = """() => {
    const size = (kind) => performance.getEntriesByType("resource")
        .filter((part) => part.name.endsWith(kind))
        .reduce((sum, part) => sum + part.encodedBodySize, 0);
    return { js: size(".js"), css: size(".css") };
}"""
"""Bytes of the parts that a view has loaded, compressed, from the browser's own account."""

_FRAMES = """() => {
    window.frames_ = [];
    let before = performance.now();
    const next = (now) => {
        window.frames_.push(now - before);
        before = now;
        requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""
"""Notes the time from one frame to the next, as long as the page is there."""


def measure(folder: Path) -> list[Measure]:
    """Compressed sizes, medians of times to the first card, and the frames of one long drag."""
    database = f"sqlite:///{folder / 'page.db'}"
    made = company(database)
    _fill(database, made)
    with kadence(database, made) as site, sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = _signed_in(launched, site.url, made.token)
        painted, there = [], []
        for _ in range(TURNS):
            page.goto("about:blank")
            page.goto(f"{site.url}/spaces/{made.space_uid}/plan", wait_until="commit")
            page.get_by_role("heading", level=1).wait_for()
            page.get_by_role("listbox", name="Backlog").get_by_role("option").first.wait_for()
            there.append(page.evaluate("performance.now()"))
            painted.append(page.evaluate("performance.getEntriesByType('paint')[0].startTime"))
        frames = _dragged(page)
        home = f"{site.url}/spaces/{made.space_uid}"
        sizes = [(view, *_transferred(page, home + path)) for view, path in VIEWS.items()]
        launched.close()
    late = sum(1 for frame in frames if frame > 50) / len(frames) * 100  # noqa: PLR2004
    return [
        *(
            Measure(
                SECTION,
                f"script of {view} opened first",
                script / 1000,
                at_most=100,
                unit=" kB",
                note=f"and {style / 1000:.0f} kB of style",
            )
            for view, script, style in sizes
        ),
        Measure(SECTION, "first paint", median(painted), unit=" ms"),
        Measure(SECTION, "all cards there", median(there), unit=" ms", note="20 pages of the API"),
        Measure(SECTION, "a frame of a drag, median", median(frames), at_most=20, unit=" ms"),
        Measure(SECTION, "frames of a drag over 50 ms", late, at_most=5, unit=" %"),
    ]


def _transferred(page: Page, address: str) -> tuple[int, int]:
    """Bytes of script and style, as they go over the wire, when this is seen first."""
    page.goto("about:blank")
    page.goto(address)
    page.locator("main .plan, main .view > :not([role=status])").first.wait_for()
    found = page.evaluate(_PARTS)
    return found["js"], found["css"]


def _signed_in(browser: Browser, url: str, token: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-GB")
    page.goto(url)
    page.get_by_role("button", name="Use an API token").click()
    page.get_by_label("API token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Account and settings of").wait_for()
    return page


def _dragged(page: Page) -> list[float]:
    """Milliseconds of each frame while a card is dragged over the backlog and the iterations."""
    page.get_by_role("option", name="Card 5", exact=False).first.hover()
    page.mouse.down()
    page.evaluate(_FRAMES)
    for step in range(240):
        page.mouse.move(200 + step * 3 % 900, 300 + step * 7 % 400)
    page.locator(".lifted").wait_for(state="attached")
    frames: list[float] = page.evaluate("window.frames_")
    page.mouse.up()
    return frames[1:]


def _fill(database: str, made: Initialised) -> None:
    with transaction(locate(database)) as tx:
        actor = Actor(made.user_id, made.user_uid, 1, CompanyRole.OWNER)
        unit = UnitOfWork(tx, actor, system_clock(), random_id, random_secret)
        for number in range(CARDS):
            create_card(
                unit, CreateCard(f"Card {number}", made.board_id, size_text=str(number % 8))
            )
        for title in ("Sprint 1", "Sprint 2"):
            create_iteration(unit, made.space_uid, CreateIteration(title))
