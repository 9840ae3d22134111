"""The public package kaiten-cli, unmodified, works against a running server."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import pytest

from tests.clients.story import commands, steps
from tests.processes import Forkserver
from tests.world import Server, World

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("kaiten-cli.txt")


@pytest.fixture(scope="module")
def kaiten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forkserver]:
    """The command, in an environment of its own that holds the locked versions."""
    home = tmp_path_factory.mktemp("kaiten-cli")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    install = [str(home / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--require-hashes", "-r", str(LOCK)], check=True)
    program = Forkserver("kaiten_cli", imports="kaiten_cli.app", python=home / "bin/python")
    yield program
    program.close()


class Cli:
    """kaiten-cli as one person uses it."""

    def __init__(self, program: Forkserver, server: Server, token: str | None, home: Path) -> None:
        self._program = program
        self._environment = {
            "KAITEN_DOMAIN": server.url,
            "KAITEN_TOKEN": str(token),
            "HOME": str(home),
        }

    def run(self, line: str) -> dict[str, Any]:
        """What a command prints, as JSON."""
        options = ("--json", "--cache-mode", "off", "--no-update-check")
        _, out, err = self._program.run(*options, *shlex.split(line), env=self._environment)
        assert out, (line, err)
        return dict(json.loads(out))


@pytest.fixture
def cli(kaiten: Forkserver, world: World, tmp_path: Path) -> Cli:
    return Cli(kaiten, world.server, world.tokens["other"], tmp_path)


def part(answer: Any, path: str) -> Any:
    """`lanes.0.id` of an answer."""
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


def test_a_whole_planning_story(cli: Cli) -> None:
    known: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    for line, notes in steps():
        said = cli.run(Template(line).substitute(known))
        assert said["success"], (line, said)
        answers[line] = said["data"]
        known |= {name: part(said["data"], path) for name, path in notes.items()}

    def answer(beginning: str) -> Any:
        return next(data for line, data in answers.items() if line.startswith(beginning))

    assert answer("profile probe")["authentication"]["ok"] is True
    assert known["velocity"] == 3
    closed = answer("iterations update --space-uid $suid --iteration-id $sprint --status closed")
    assert closed["data"] == {
        "committed": {"size": 8},
        "velocity": {"size": 3},
        "doneCount": 1,
        "totalCount": 2,
    }
    assert [moved["card_uid"] for moved in closed["moved_cards"]] == [known["uid2"]]
    assert [record["card_uid"] for record in answer("iteration-cards list")] == [known["uid2"]]
    history = answer("card-iterations-history list")
    assert [entry["iteration"]["title"] for entry in history] == ["Sprint 2", "Sprint 1"]
    assert answer("cards move --card-id $one --column-id $review")["state"] == 2
    assert answer("cards move --card-id $one --column-id $done")["state"] == 3
    moves = answer("card-location-history get")
    assert [move["subcolumn_id"] for move in moves] == [known["review"], None]
    titles = {card["title"] for card in answer("cards list --space-id")}
    assert titles == {"Search", "Платежи", "Dark mode"}
    assert answer("card-members update")["type"] == 2
    assert answer("comments update")["edited"] is True
    assert answer("iterations delete")["status"] == "removed"
    assert answer("boards place-existing")["primary_path"] is False


def test_errors_reach_the_person(cli: Cli) -> None:
    said = cli.run("spaces get --space-id 4611686018427387904")
    assert said["success"] is False
    assert said["error"]["status_code"] == 404
    said = cli.run('cards create --board-id 1 --title ""')
    assert said["success"] is False


def test_every_command_of_the_story_is_in_the_docs() -> None:
    page = (ROOT / "docs/clients.md").read_text("utf-8")
    listed = page.split("<!-- kaiten-cli -->")[1].split("##")[0]
    assert [line.strip("- `") for line in listed.strip().splitlines()] == sorted(commands())
