"""How many actions the work of a sprint takes, by mouse and by keys: as docs/page.md says.

An action is a click, a drag, a key or chord, a run of one key, or a run of typing.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.kit import Team
from tests.page.conftest import card_of, cell, enter, eventually, inside, tile
from tests.world import World

DOCS = Path(__file__).parents[2] / "docs/page.md"
TEN = range(1, 20, 2)
"""Stories that are no neighbours."""
SIZES = [8, 1, 2, 3, 13, 8, 1, 2, 3, 13]


class Hands:
    """Does what a person does, and counts it."""

    way: str

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def click(self, what: Locator, **options: object) -> None:
        """One click."""
        self.count += 1
        what.click(**options)  # type: ignore[arg-type]

    def drag(self, what: Locator, onto: Locator) -> None:
        """One drag."""
        self.count += 1
        what.drag_to(onto)

    def key(self, name: str, times: int = 1) -> None:
        """A key or chord, or a run of it."""
        self.count += 1
        for _ in range(times):
            self.page.keyboard.press(name)

    def type(self, text: str) -> None:
        """A run of typing."""
        self.count += 1
        self.page.keyboard.insert_text(text)

    def taken(self) -> int:
        """How many it were since this was asked last."""
        count, self.count = self.count, 0
        return count


class Mouse(Hands):
    """Everything but typing with the mouse."""

    way = "mouse"

    def create(self) -> None:
        """Open the dialog of a new iteration."""
        self.click(self.page.get_by_role("banner").get_by_role("button", name="New iteration"))

    def add(self) -> None:
        """Go to where cards are typed."""
        self.click(self.page.get_by_label("Add cards"))

    def select(self) -> None:
        """Select ten stories."""
        for number in TEN:
            row = story(self.page, number)
            self.click(row, modifiers=["Control"], position={"x": 300, "y": 12})

    def choose(self, button: str, key: str, typed: str, option: str) -> None:
        """Choose a property of all that are selected."""
        del key, typed
        self.click(self.page.get_by_role("toolbar").get_by_role("button", name=button))
        self.click(picker(self.page, button).get_by_role("option", name=re.compile(option)).first)
        # Where several can be chosen it stays open, and where one can, Escape would unselect all.
        if picker(self.page, button).count() > 0:
            self.page.keyboard.press("Escape")

    def size(self, rows: Sequence[Locator]) -> None:
        """Give each its size."""
        for row, size in zip(rows, SIZES, strict=True):
            self.click(row.locator("[data-choose=size]"))
            found = picker(self.page, "Size").get_by_role("option", name=str(size), exact=True)
            self.click(found)

    def press(self, button: Locator) -> None:
        """Press a button."""
        self.click(button)

    def find(self, field: Locator) -> None:
        """Go to where one searches."""
        self.click(field)

    def update(self) -> None:
        """Say that a card is in progress."""
        self.drag(tile(self.page, "Story 3"), cell(self.page, "In progress"))

    def mine(self) -> None:
        """See what is one's own."""
        self.click(self.page.get_by_role("button", name="Mine"))


class Keys(Hands):
    """Everything with keys alone."""

    way = "keys"

    def create(self) -> None:
        """Open the dialog of a new iteration."""
        self.key("n")

    def add(self) -> None:
        """Go to where cards are typed."""
        self.key("c")

    def select(self) -> None:
        """Select ten stories, from the first on."""
        story(self.page, TEN[0]).focus()
        self.key("Space")
        for _ in TEN[1:]:
            self.key("ArrowDown", 2)
            self.key("Space")

    def choose(self, button: str, key: str, typed: str, option: str) -> None:
        """Choose a property of all that are selected."""
        del option
        self.key(key)
        picker(self.page, button).get_by_role("option").first.wait_for()
        if typed:
            self.type(typed)
        self.key("Enter")

    def size(self, rows: Sequence[Locator]) -> None:
        """Give each its size, from the first on."""
        rows[0].focus()
        self.key("s")
        for size in SIZES:
            picker(self.page, "Size").wait_for()
            self.type(str(size))
            self.key("Tab")
        self.page.keyboard.press("Escape")

    def press(self, button: Locator) -> None:
        """Press a button, to which a run of Tab comes."""
        self.count += 1
        button.focus()
        self.key("Enter")

    def find(self, field: Locator) -> None:
        """Go to where one searches."""
        del field
        self.key("/")

    def update(self) -> None:
        """Say that a card is in progress."""
        self.page.get_by_role("link", name="Story 1", exact=True).focus()
        self.key("ArrowDown")
        self.key("2")

    def mine(self) -> None:
        """See what is one's own."""
        self.key("Shift+M")


def said(way: str) -> dict[str, int]:
    """A column of the table in docs/page.md."""
    rows = re.findall(
        r"^\| ([^|]+?) +\| +(\d+) \| +(\d+) \|$", DOCS.read_text("utf-8"), re.MULTILINE
    )
    return {what: int(mouse if way == "mouse" else keys) for what, mouse, keys in rows}


def story(page: Page, number: int) -> Locator:
    return page.get_by_role("option", name=re.compile(rf"^Story {number} "))


def picker(page: Page, label: str) -> Locator:
    return page.get_by_role("listbox", name=re.compile(rf"^{label}"))


def planning(page: Page, team: Team, hands: Mouse | Keys) -> dict[str, int]:
    """The actions of a planning meeting, in the plan."""
    found: dict[str, int] = {}
    hands.create()
    expect(page.get_by_role("dialog").get_by_label("Title")).to_be_focused()
    hands.key("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    found["Create an iteration"] = hands.taken()

    hands.add()
    hands.type("\n".join(f"Idea {number} =3" for number in range(10)))
    hands.key("Enter")
    page.get_by_role("option", name="Idea 9").wait_for()
    found["Add ten cards with sizes"] = hands.taken()

    hands.select()
    expect(page.get_by_role("toolbar")).to_contain_text("10 selected")
    found["Select ten cards"] = hands.taken()
    hands.choose("Assign to", "a", "rea", "^Reader")
    found["Assign them"] = hands.taken()
    hands.choose("Size", "s", "5", r"^5\b")
    found["Give them one size"] = hands.taken()
    hands.choose("Tags", "t", "urg", "^urgent")
    found["Tag them"] = hands.taken()
    eventually(page, lambda: len(card_of(team, "Story 19")["tags"]), 1)
    last = card_of(team, "Story 19")
    assert (last["size"], last["members"][0]["full_name"]) == (5, "Reader")
    hands.choose("Move to", "m", "", "^Next sprint")
    eventually(page, lambda: len(inside(team, "Next sprint")), 10)
    found["Move them into an iteration"] = hands.taken()

    hands.size([page.get_by_role("option", name=re.compile(f"^Idea {n} ")) for n in range(10)])
    eventually(page, lambda: [card_of(team, f"Idea {n}")["size"] for n in range(10)], SIZES)
    found["Give ten cards a size each"] = hands.taken()

    panel = page.get_by_role("region", name="Next sprint", exact=True)
    hands.press(panel.get_by_role("button", name="Start iteration"))
    dialog = page.get_by_role("dialog")
    hands.press(dialog.get_by_role("button", name="Start iteration", exact=True))
    expect(panel).to_contain_text("active")
    found["Start it"] = hands.taken()
    return found


def working(page: Page, team: Team, hands: Mouse | Keys) -> dict[str, int]:
    """The actions of a working day."""
    found: dict[str, int] = {}
    hands.find(page.get_by_label("Search the backlog"))
    hands.type("Story 14")
    expect(page.get_by_role("listbox", name="Backlog").get_by_role("option")).to_have_count(1)
    found["Find a card"] = hands.taken()

    page.goto(f"/spaces/{team.space.uid}")
    tile(page, "Story 3").wait_for()
    hands.update()
    eventually(page, lambda: card_of(team, "Story 3")["state"], 2)
    found["Update a card"] = hands.taken()
    hands.mine()
    expect(page.get_by_text("No matching cards")).to_be_visible()
    found["See what is mine"] = hands.taken()
    return found


@pytest.mark.parametrize("hands_of", [Mouse, Keys])
def test_the_table_of_actions_is_what_it_takes(
    open_browser: Callable[..., Page],
    world: World,
    team: Team,
    hands_of: type[Mouse | Keys],
) -> None:
    for number in range(6, 21):
        team.card(f"Story {number}")
    team.call("POST", f"/cards/{card_of(team, 'Story 2')['id']}/tags", {"name": "urgent"})
    page = open_browser(viewport={"width": 1280, "height": 1000})
    enter(page, world)
    page.goto(f"/spaces/{team.space.uid}/plan")
    story(page, 20).wait_for()
    hands = hands_of(page)
    found = planning(page, team, hands) | working(page, team, hands)
    assert found == said(hands.way)
