"""How large the page is, how soon there is something to be seen, and how smoothly it drags."""

import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from bench.kit import Measure, company, kadence
from kadence.domain.access import Actor
from kadence.domain.iteration_commands import ChangeableStatus, ChangeIteration, CreateIteration
from kadence.domain.model import CompanyRole
from kadence.storage.engines import locate, transaction
from kadence.usecases.card_commands import CreateCard
from kadence.usecases.cards import create_card
from kadence.usecases.clock import system_clock
from kadence.usecases.iteration_cards import AddCard, add_card
from kadence.usecases.iterations import change_iteration, create_iteration
from kadence.usecases.setup import Initialised
from kadence.usecases.unit_of_work import UnitOfWork, random_id, random_secret

CARDS = 2_000
PLANNED = 100
DAY = 24 * 60 * 60 * 1_000_000
"""Microseconds."""
TURNS = 5
SETTLED = 1500
"""Milliseconds after which nothing more is loaded."""
SECTION = f"The page, a plan of {CARDS + PLANNED:,} cards (Chromium, this machine)"

VIEWS = {
    "the board": "",
    "the plan": "/plan",
    "iterations": "/iterations",
    "reports": "/reports",
    "settings": "/settings",
}
_PARTS = """() => {
    const of = (kind) => performance.getEntriesByType("resource")
        .filter((part) => part.name.endsWith(kind));
    const size = (parts) => parts.reduce((sum, part) => sum + part.encodedBodySize, 0);
    return { js: size(of(".js")), css: size(of(".css")), files: of(".js").length };
}"""
"""Bytes of the parts that a view has loaded, compressed, from the browser's own account."""

_SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    const seen = (list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
    };
    new PerformanceObserver(seen).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 200);
})"""
"""How far a view has moved by itself since it was opened."""

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
        home = f"{site.url}/spaces/{made.space_uid}"
        sizes = [(view, *_transferred(page, home + path)) for view, path in VIEWS.items()]
        cold, again = _over_the_wire(launched, page, f"{home}/plan")
        usable = _on_a_slow_link(launched, page, f"{home}/plan")
        page.goto(f"{home}/plan")
        frames = _dragged(page)
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
                note=f"in {files} files, and {style / 1000:.0f} kB of style",
            )
            for view, script, style, files, _ in sizes
        ),
        Measure(SECTION, "files of script, at most", max(one[3] for one in sizes), at_most=8),
        Measure(SECTION, "layout shift, at most", max(one[4] for one in sizes), at_most=0.05),
        Measure(SECTION, "the plan, opened first", cold[0] / 1000, at_most=600, unit=" kB"),
        Measure(SECTION, "its requests", cold[1], at_most=25),
        Measure(SECTION, "the plan, opened again", again[0] / 1000, at_most=60, unit=" kB"),
        Measure(SECTION, "usable at 1.6 Mbit/s, 150 ms", usable / 1000, at_most=5, unit=" s"),
        Measure(SECTION, "first paint", median(painted), unit=" ms"),
        Measure(
            SECTION, "all cards there", median(there), unit=" ms", note="the first page of them"
        ),
        Measure(SECTION, "a frame of a drag, median", median(frames), at_most=20, unit=" ms"),
        Measure(SECTION, "frames of a drag over 50 ms", late, at_most=5, unit=" %"),
    ]


def _transferred(page: Page, address: str) -> tuple[int, int, int, float]:
    """Bytes of script and style, as they go over the wire, files of script, and layout shift."""
    page.goto("about:blank")
    page.goto(address)
    page.locator("main .plan, main .view > :not([role=status])").first.wait_for()
    page.wait_for_timeout(SETTLED)
    found = page.evaluate(_PARTS)
    return found["js"], found["css"], found["files"], page.evaluate(_SHIFTS)


def _alike(browser: Browser, page: Page) -> tuple[BrowserContext, Page, CDPSession]:
    """A browser with an empty cache, signed in as another."""
    context = browser.new_context(storage_state=page.context.storage_state(), locale="en-GB")
    opened = context.new_page()
    session = context.new_cdp_session(opened)
    session.send("Network.enable")
    return context, opened, session


def _over_the_wire(
    browser: Browser, page: Page, address: str
) -> tuple[tuple[float, int], tuple[float, int]]:
    """Bytes and requests of the whole plan: with an empty cache, and in a tab opened again."""
    context, opened, session = _alike(browser, page)
    found = []
    for _ in range(2):
        sizes: list[float] = []

        def count(told: dict[str, float], sizes: list[float] = sizes) -> None:
            sizes.append(told["encodedDataLength"])

        session.on("Network.loadingFinished", count)
        opened.goto(address)
        opened.get_by_text(f"{CARDS:,} cards").wait_for()
        opened.wait_for_timeout(SETTLED)
        # The stream of events goes on, and counts as a request.
        found.append((sum(sizes), len(sizes) + 1))
        session.remove_listener("Network.loadingFinished", count)
        opened.close()
        opened = context.new_page()
        session = context.new_cdp_session(opened)
        session.send("Network.enable")
    context.close()
    return found[0], found[1]


def _on_a_slow_link(browser: Browser, page: Page, address: str) -> float:
    """Milliseconds until a card can be taken, with an empty cache."""
    context, opened, session = _alike(browser, page)
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 150,
            "downloadThroughput": 1.6e6 / 8,
            "uploadThroughput": 0.75e6 / 8,
        },
    )
    opened.goto(address, wait_until="commit")
    opened.get_by_role("listbox", name="Backlog").get_by_role("option").first.wait_for()
    there: float = opened.evaluate("performance.now()")
    context.close()
    return there


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
        first, *_ = [
            create_iteration(unit, made.space_uid, CreateIteration(title))
            for title in ("Sprint 1", "Sprint 2")
        ]
        for number in range(PLANNED):
            card = create_card(
                unit, CreateCard(f"Planned {number}", made.board_id, size_text=str(number % 8))
            ).card
            add_card(unit, made.space_uid, first.id, AddCard(card.uid))
        today = unit.now - unit.now % DAY
        begun = ChangeIteration(
            status=ChangeableStatus.ACTIVE, start_date=today, finish_date=today + 14 * DAY
        )
        change_iteration(unit, made.space_uid, first.id, begun)
