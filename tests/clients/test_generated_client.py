"""A Python client generated from the OpenAPI document goes from an iteration's start to its end.

The page is the same for TypeScript: its types are generated, and its tests work a real server.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import World

LOCK = Path(__file__).with_name("openapi-python-client.txt")
STORY = Path(__file__).with_name("generated_story.py")


@pytest.mark.deep
def test_a_generated_client_creates_starts_moves_and_closes(world: World, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    install = [str(home / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--require-hashes", "-r", str(LOCK)], check=True)
    document = tmp_path / "openapi.json"
    document.write_bytes(world.http.get(f"{world.url}/schema/openapi.json").content)
    made = tmp_path / "client"
    generate = ["generate", "--meta", "setup", "--path", str(document), "--output-path", str(made)]
    generated = subprocess.run(
        [home / "bin/openapi-python-client", *generate],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": f"{home}/bin"},
    )
    left_out = [line for line in generated.stdout.splitlines() if "will not be generated" in line]
    assert left_out == []
    space = world.make_space()
    token = world.headers("writer")["Authorization"].removeprefix("Bearer ")
    told = subprocess.run(
        [home / "bin/python", STORY, world.url, token, str(space.id)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(made)},
    )
    assert json.loads(told.stdout) == {
        "statuses": ["planned", "active", "closed"],
        "moved_to": True,
        "held": 2,
        "data": {
            "committed": {"size": 8},
            "velocity": {"size": 3},
            "doneCount": 1,
            "totalCount": 2,
        },
    }
