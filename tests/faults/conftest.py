"""A server that hostile and odd clients speak with."""

from collections.abc import Iterator

import pytest

from tests.world import Server, file_url, fresh_database, make_company, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str, str]]:
    """A server that waits a second for a request, a token, and its space."""
    url = file_url(fresh_database(tmp_path_factory.mktemp("hostile")))
    made = make_company(url, "Home")
    with serving(url, "--request-timeout", "1") as server:
        yield server, made.token, made.space_uid
