"""What the tests share: one server process for those that need nothing special of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kadence.storage import migrate
from kadence.storage.location import locate
from tests import processes
from tests.api.kit import Team
from tests.cluster import Cluster, binaries, running
from tests.world import World, file_url, fresh_database, serving

LONG = bool(os.environ.get("KADENCE_TEST_LONG"))
settings.register_profile("short", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("long" if LONG else "short")


ENGINES = ("sqlite", "postgresql")
LATER = ("page/test_", "api/test_openapi.py", "clients/test_")
"""What speaks the same HTTP to both engines: on PostgreSQL only `make test-long` runs it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make test-long` what is LATER, and the pictures of the page."""
    later = [item for item in items if _is_later(item)]
    for item in later:
        item.add_marker(pytest.mark.long)
    if not LONG and not os.environ.get("KADENCE_PICTURES"):
        items[:] = [item for item in items if item not in later]
        config.hook.pytest_deselected(items=later)


def _is_later(item: pytest.Item) -> bool:
    path = item.path.as_posix()
    on_postgresql = "postgresql" in item.name and any(part in path for part in LATER)
    return on_postgresql or path.endswith("page/test_pictures.py")


def pytest_sessionfinish() -> None:
    """End what the tests have shared."""
    processes.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL with a database `empty` that has the schema and nothing else."""
    if binaries() is None:
        pytest.skip("no initdb on PATH")
    with running() as made:
        made.sql("CREATE DATABASE empty")
        migrate.upgrade(locate(made.url("empty")))
        yield made


@pytest.fixture(scope="session", params=ENGINES)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A running server with people in it; tests make what they change for themselves."""
    url = _fresh(request, tmp_path_factory.mktemp("world"))
    with serving(url) as server:
        with World(url, server) as made:
            yield made
        assert server.stop() == 0


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the schema and nothing else."""
    return _fresh(request, tmp_path)


def _fresh(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return file_url(fresh_database(folder))
    made: Cluster = request.getfixturevalue("cluster")
    return made.create(template="empty")


@pytest.fixture
def team(world: World) -> Team:
    """A fresh space of the running server, seen by its writer."""
    return Team(world, world.make_space())
