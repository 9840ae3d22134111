"""Released migrations stay as they are, and depend on nothing that changes."""

import hashlib
from pathlib import Path

import pytest

from kadence.storage import migrate

RELEASED = {
    "0001_the_first_schema": "3177b575a0461ae9",
    "0002_cards_and_iteration_cards": "551e573365db26c6",
    "0003_insights": "4e729c5749cec600",
    "0004_counting_events": "be1e2d2316ad4425",
    "0005_sign_in": "93a2284a5ed5d7ad",
    "0006_folded_texts": "e3394e3f1946f2e0",
    "0007_timed_dates": "8c85036fbcf33ee0",
    "0008_demands_of_retries": "fdad601098b92e2e",
    "0009_tokens_mended": "911ebb289a4d2705",
    "0010_sign_in_attempts": "8707c64014be7674",
    "0011_revisions": "998d0676f6f40c57",
    "0012_language": "2de1bad9906a8886",
    "0013_profiles": "4e155bd86269ec4c",
    "0014_audit_log": "bbb5e62c30049c89",
    "0015_installation": "cba23b93fbdcc0ee",
}
"""The migrations that databases have, with the beginnings of the SHA-256 of their files.

0002, 0003 and 0006 were changed once after their release: they say themselves now what they took
from modules that go on, and do the same.
"""


@pytest.mark.parametrize("name", sorted(RELEASED))
def test_a_released_migration_stays_as_it_is(name: str) -> None:
    folder = Path(migrate.__file__).parent / "migrations" / "versions"
    digest = hashlib.sha256((folder / f"{name}.py").read_bytes()).hexdigest()
    assert digest.startswith(RELEASED[name]), "mend what it did by a new migration"


def test_a_migration_takes_nothing_from_what_goes_on() -> None:
    folder = Path(migrate.__file__).parent / "migrations" / "versions"
    for file in folder.glob("[0-9]*.py"):
        assert "kadence" not in file.read_text("utf-8"), file.name
