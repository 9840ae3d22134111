"""What the tests share: one server process for those that need nothing special of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kadence.storage import migrate
from kadence.storage.engines import locate
from tests import processes
from tests.api.kit import Team
from tests.cluster import Cluster, binaries, running
from tests.world import World, file_url, fresh_database, serving

DEEP = bool(os.environ.get("TESTS_DEEP"))
"""Whether counts are those of the deep suite."""
settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("deep" if DEEP else "quick")

ENGINES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on SQLite, and on PostgreSQL too where the engine can make a difference.

    Marked `both_engines` are tests of storage, concurrency, search, order, numbers and faults, and
    the access matrix, which calls each route. With `both_engines(deep=True)` PostgreSQL has its turn
    in the deep suite alone.
    """
    marker = metafunc.definition.get_closest_marker("both_engines")
    both = marker is not None and (DEEP or not marker.kwargs.get("deep"))
    engines = ENGINES if both else ENGINES[:1]
    if "world" in metafunc.fixturenames:
        metafunc.parametrize("world", engines, indirect=True, scope="session")
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", engines, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the deep suite what belongs there alone."""
    if DEEP or os.environ.get("TESTS_PICTURES"):
        return
    left_out = [item for item in items if item.get_closest_marker("deep_only")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_sessionfinish() -> None:
    """End what the tests have shared."""
    processes.kadence.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL with a database `empty` that has the schema and nothing else."""
    if binaries() is None:
        pytest.skip("no initdb on PATH")
    with running() as made:
        made.sql("CREATE DATABASE empty")
        migrate.upgrade(locate(made.url("empty")))
        yield made


@pytest.fixture(scope="session")
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A running server with people in it; tests make what they change for themselves."""
    url = _fresh(request, tmp_path_factory.mktemp("world"))
    with serving(url) as server:
        with World(url, server) as made:
            yield made
        assert server.stop() == 0


@pytest.fixture
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
