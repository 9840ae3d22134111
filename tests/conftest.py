"""What the tests share: one server process for those that need nothing special of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.api.kit import Team
from tests.world import World, fresh_database, serving

LONG = bool(os.environ.get("KADENCE_TEST_LONG"))
settings.register_profile("short", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("long" if LONG else "short")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A running server with people in it; tests make what they change for themselves."""
    path = fresh_database(tmp_path_factory.mktemp("world"))
    with serving(path) as server:
        with World(path, server) as made:
            yield made
        assert server.stop() == 0


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database file with the schema and nothing else."""
    return fresh_database(tmp_path)


@pytest.fixture
def team(world: World) -> Team:
    """A fresh space of the running server, seen by its writer."""
    return Team(world, world.make_space())
