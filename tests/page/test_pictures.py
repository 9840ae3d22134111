"""Pictures of every view, light and dark, wide and narrow, for docs/screenshots and to be looked at.

`KADENCE_PICTURES=1 pytest tests/page/test_pictures.py` renews those that are committed.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.world import KADENCE

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
SIZES = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, Any]]:
    """A running `kadence demo` and what it printed."""
    process = subprocess.Popen(
        [*KADENCE, "demo", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield dict(json.loads(process.stdout.readline()))
    process.terminate()
    process.wait(15)
    process.stdout.close()


@pytest.fixture(scope="module")
def world() -> Any:
    """The pictures need no other server than the demo."""

    class Nowhere:
        url = None

    return Nowhere()


def test_every_view_is_taken(
    open_browser: Callable[..., Page], demo: dict[str, Any], tmp_path: Path
) -> None:
    into = FOLDER if os.environ.get("KADENCE_PICTURES") else tmp_path
    into.mkdir(exist_ok=True)
    url = demo["base_url"]
    first = open_browser()
    first.goto(demo["sign_in_url"])
    first.get_by_role("button", name="Sign in").click()
    first.get_by_role("button", name="Sign out").wait_for()
    state = first.context.storage_state()
    for scheme in ("light", "dark"):
        for size, viewport in SIZES.items():
            stranger = open_browser(color_scheme=scheme, viewport=viewport)
            stranger.goto(f"{url}/")
            stranger.get_by_role("heading", name="Sign in").wait_for()
            stranger.screenshot(path=into / f"sign-in-{size}-{scheme}.png")
            page = open_browser(color_scheme=scheme, viewport=viewport, storage_state=state)
            page.goto(f"{url}/")
            page.get_by_role("link", name="Orchard web").wait_for()
            page.screenshot(path=into / f"spaces-{size}-{scheme}.png")
            page.goto(f"{url}/account")
            page.get_by_text("browser session").first.wait_for()
            page.screenshot(path=into / f"account-{size}-{scheme}.png")
            page.goto(f"{url}/spaces/{demo['space_uid']}/plan")
            cards = page.get_by_role("listbox", name="Backlog").get_by_role("option")
            cards.nth(2).click()
            cards.nth(4).click(modifiers=["Control"])
            page.screenshot(path=into / f"plan-{size}-{scheme}.png")
            page.get_by_role("button", name="New iteration").click()
            page.get_by_role("dialog").wait_for()
            page.screenshot(path=into / f"new-iteration-{size}-{scheme}.png")
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Close…").click()
            page.get_by_role("dialog").get_by_role("status").wait_for()
            page.screenshot(path=into / f"close-{size}-{scheme}.png")
    assert len(list(into.glob("*.png"))) == 24
