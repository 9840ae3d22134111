"""The documentation is true: generated pages are current, examples and links work."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from kadence.cli.app import COMMANDS as LISTED
from kadence.cli.app import command_line
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CREATE = (ROOT / "docs/create-iteration.md").read_text("utf-8")


def test_the_generated_pages_are_current() -> None:
    tool = ROOT / "tools/generate_docs.py"
    done = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_picture_loads_nothing_from_elsewhere() -> None:
    picture = (ROOT / "docs/images/create-iteration.svg").read_text("utf-8")
    assert set(re.findall(r"https?://[^\s\"<>)]+", picture)) <= {
        "http://www.w3.org/2000/svg",
        "https://www.textualize.io",
    }
    assert "url(" not in picture.replace("url(#", "")


def block(kind: str) -> str:
    return CREATE.split(f"```json {kind}\n")[1].split("```")[0]


def test_the_example_is_answered_as_shown(world: World) -> None:
    answer = world.create(json.loads(block("request")), space=world.make_space().uid)
    shown = json.loads(block("answer"))
    made = answer.json()
    assert list(made) == list(shown)
    for key in set(shown) - {"id", "space_uid", "creator_uid", "updater_uid", "created", "updated"}:
        assert made[key] == shown[key], key


@pytest.mark.parametrize(
    ("body", "message"), re.findall(r"^\| `([{\[].*?)` \| (\S.*?) *\|$", CREATE, re.MULTILINE)
)
def test_each_wrong_body_is_answered_with_the_message_shown(
    world: World, body: str, message: str
) -> None:
    answer = world.call("POST", f"/spaces/{world.space.uid}/iterations", content=body.encode())
    assert answer.status_code == 400
    assert answer.json()["message"] == message


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


COMMANDS = re.findall(
    r"\bkadence ([a-z]+(?: [a-z-]+)?)",
    "".join(
        re.findall(
            r"`[^`\n]*`|^\$ .*$", "\n".join(page.read_text("utf-8") for page in PAGES), re.MULTILINE
        )
    ),
)


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    commands: Any = get_command(command_line(None))
    told = {name: found.help.partition("\n\n")[0] for name, found in commands.commands.items()}
    assert {name: " ".join(text.split()) for name, text in told.items()} == LISTED


@pytest.mark.parametrize("line", sorted(set(COMMANDS)))
def test_a_command_in_the_docs_exists(line: str) -> None:
    first, *rest = line.split()
    groups: Any = get_command(command_line(None))
    assert first in groups.commands
    subcommands = getattr(groups.commands[first], "commands", None)
    assert not rest or subcommands is None or rest[0] in subcommands
