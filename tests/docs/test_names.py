"""A noun has the same file name in each layer, as docs/architecture.md says."""

from pathlib import Path

import pytest

from kadence.web.routes import OWN_ROUTES, ROUTES

SOURCE = Path(__file__).parents[2] / "src/kadence"
WITHOUT_A_USE_CASE = {
    "feeds": "an iteration list in another format",
    "pictures": "reports in another format",
    "stubs": "answers that are the same for everybody",
    "tables": "reports in another format",
    "velocity": "a report among usecases/insights.py",
}
"""Modules of web/ that show what another one's use case gives."""
HANDLERS = sorted({route.handler.__module__.rpartition(".")[2] for route in (*ROUTES, *OWN_ROUTES)})


@pytest.mark.parametrize("name", HANDLERS)
def test_what_web_serves_is_named_like_its_use_case(name: str) -> None:
    has_one = (SOURCE / f"usecases/{name}.py").is_file()
    assert has_one is (name not in WITHOUT_A_USE_CASE)


def test_no_noun_of_storage_has_another_name_above() -> None:
    """What a layer calls a noun, the layers above call it too."""
    machinery = {
        "backup_folder",
        "connections",
        "dialects",
        "executor",
        "history",
        "idempotency",
        "integrity",
        "journal",
        "migrate",
        "readiness",
        "revision",
        "schema",
        "table_gateway",
        "timeline",
        "transactions",
        "transfer",
    }
    nouns = {file.stem for file in (SOURCE / "storage").glob("*.py")} - machinery - {"__init__"}
    above = {file.stem for file in (SOURCE / "usecases").glob("*.py")}
    assert nouns - above == {"card_relations"}, "what a card shows is one query below card_views"
