"""Stages for the tests of this folder."""

from collections.abc import Iterator

import pytest

from kadence.usecases.unit_of_work import UnitOfWork
from tests.conftest import ENGINES, _fresh
from tests.insights.kit import Stage, staged


@pytest.fixture(scope="module", params=ENGINES)
def unit(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[UnitOfWork]:
    """One transaction of a company's owner, for all tests of a module."""
    with staged(_fresh(request, tmp_path_factory.mktemp("stage"))) as made:
        yield made


@pytest.fixture
def stage(unit: UnitOfWork) -> Stage:
    """A space of its own."""
    return Stage(unit)
