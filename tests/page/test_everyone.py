"""The page for everyone: no violation that axe-core knows of, two languages, dark, narrow."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.kit import Team
from tests.conftest import DEEP
from tests.page.conftest import choose, enter_by_link, of_one
from tests.world import World

AXE = Path(__file__).parents[2] / "ui/node_modules/axe-core/axe.min.js"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[Any]:
    """What axe-core finds wrong with the page."""
    page.evaluate(AXE.read_text("utf-8"))
    options = {"runOnly": RULES}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]


@pytest.mark.deep
@pytest.mark.parametrize(
    ("scheme", "width"),
    [("light", 320), *([("dark", 1280)] if DEEP else [])],
)
def test_axe_finds_nothing_on_any_view(
    open_browser: Callable[..., Page], world: World, team: Team, scheme: str, width: int
) -> None:
    page = open_browser(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto("/")
    page.get_by_role("heading", name="Sign in").wait_for()
    assert violations(page) == []
    page.goto("/enter#x")
    page.get_by_role("heading", name="Welcome").wait_for()
    assert violations(page) == []
    enter_by_link(page, world)
    for address, heading in (("/", "Spaces"), ("/account", world.users["writer"].full_name)):
        page.goto(address)
        page.get_by_role("heading", name=heading).wait_for()
        assert violations(page) == [], address
    running = team.plan("Running", goal="A goal that is worth it")
    team.put(running, team.card("Half done", size_text="3"))
    team.start(running)
    team.close(team.start(team.plan("Closed")))
    for view, shown in (
        ("", page.get_by_role("region", name="Scope changes")),
        ("/iterations", page.get_by_role("region", name="Timeline")),
        (f"/iterations/{running['id']}", page.locator(".readings_marks > *").first),
        ("/reports", page.locator("figure svg").nth(4)),
        ("/settings", page.get_by_label("Time zone")),
    ):
        page.goto(f"/spaces/{team.space.uid}{view}")
        shown.wait_for(state="attached")
        assert violations(page) == [], view
        assert page.evaluate(FITS), f"{view} scrolls sideways"
    page.goto(f"/spaces/{team.space.uid}/plan?card={team.space.card_id}")
    page.get_by_role("dialog").get_by_text("Looks good").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("option", name="Story 5").click()
    page.get_by_text("1 selected").wait_for()
    assert violations(page) == []
    assert page.evaluate(FITS), "the page scrolls sideways"
    page.get_by_role("button", name="Unselect").click()
    for menu in ("Space: ", "Account and settings of", "More for Next"):
        page.get_by_role("button", name=menu).click()
        page.get_by_role("menu").wait_for()
        assert violations(page) == [], menu
        page.keyboard.press("Escape")
    for button in (
        "New iteration",
        "Keys and gestures",
        "Archive",
        "Start iteration… Next",
        ("More for Next", "Delete iteration…"),
        ("More for Next", "Edit"),
    ):
        if isinstance(button, tuple):
            choose(page, *button)
        else:
            page.get_by_role("button", name=button).click()
        page.get_by_role("dialog").wait_for()
        assert violations(page) == [], button
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_is_printed_is_whole(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    running = team.plan("Running")
    team.put(running, *(team.card(f"Card {n}") for n in range(40)))
    team.start(running)
    page = open_browser()
    enter_by_link(page, world)
    page.goto(f"/spaces/{team.space.uid}")
    last = page.get_by_role("link", name="Card 39")
    last.wait_for()
    page.emulate_media(media="print")
    cut = """() => [...document.querySelectorAll("main, main *")].filter(one =>
        one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible"
        && one.clientHeight > 1).map(one => one.tagName + "." + one.className)"""
    assert page.evaluate(cut) == []
    expect(page.get_by_role("banner")).to_be_hidden()
    assert len(page.pdf()) > 10_000


def test_it_speaks_russian_and_remembers_it(
    open_browser: Callable[..., Page], world: World, team: Team
) -> None:
    page = open_browser(locale="ru-RU")
    made = team.plan("Три карточки")
    team.put(made, *(team.card(f"№ {n}", size_text="1,5") for n in range(3)))
    page.goto("/")
    expect(page.get_by_role("heading", name="Вход в kadence")).to_be_visible()
    page.get_by_label("Language").or_(page.get_by_label("Язык")).select_option("en")
    expect(page.get_by_role("heading", name="Sign in to kadence")).to_be_visible()
    enter_by_link(page, world)
    of_one(page).click()
    page.get_by_role("menuitemradio", name="Русский").click()
    page.keyboard.press("Escape")
    page.goto(f"/spaces/{team.space.uid}/plan")
    panel = page.get_by_role("region", name="Три карточки")
    expect(panel.locator("[data-sum]")).to_have_text("3 карточки · 4,5 SP")
    expect(panel).to_contain_text(re.compile("2.*13 мар"))
    assert page.evaluate("document.documentElement.lang") == "ru"
    assert violations(page) == []
    page.get_by_role("link", name="Итерации").click()
    expect(page.get_by_role("region", name="Запланированы")).to_contain_text("3 карточки · 4,5 SP")
    page.get_by_role("link", name="Три карточки", exact=True).click()
    expect(page.get_by_text("Готово 0 из 4,5 SP")).to_be_visible()
    choose(page, "Ещё: Три карточки", "Отчёты")
    expect(page.get_by_role("heading", name="Накопительная диаграмма потока")).to_be_visible()
    burndown = page.get_by_role("figure", name="Диаграмма сгорания").locator("svg")
    expect(burndown).to_contain_text("осталось 4,5 из 4,5")
    choose(page, "Пространство: ", "Настройки")
    expect(page.get_by_role("heading", name="Рабочий календарь")).to_be_visible()
    expect(page.get_by_role("checkbox", name="пн")).to_be_checked()
