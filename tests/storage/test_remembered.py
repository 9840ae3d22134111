"""Who may do what is looked up once for all writes of a batch, until one of them changes it."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import update

from kadence.domain.access import Actor, role_in_space
from kadence.domain.errors import NotFound
from kadence.domain.model import CompanyRole
from kadence.storage import people, spaces
from kadence.storage.engines import locate
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.schema import cards, members, tokens
from kadence.storage.schema import spaces as spaces_table
from kadence.storage.transactions import Statement, Transaction
from kadence.usecases.setup import Initialised
from kadence.usecases.unit_of_work import token_digest
from tests.world import make_company

pytestmark = pytest.mark.both_engines

REVOKE = Statement(update(tokens).values(revoked_at=1))
CLOSE = Statement(update(spaces_table).values(access="by_invite"))
Work = Callable[[Transaction], Any]


@pytest.fixture
def opened(database: str) -> Iterator[ThreadedDatabase]:
    made = locate(database).open()
    yield made
    made.close()


@pytest.fixture
def home(database: str) -> Initialised:
    return make_company(database, "Home")


def together(opened: ThreadedDatabase, *works: Work) -> list[Any]:
    """The results of writes that are one batch, or what they raised."""

    async def batch() -> list[Any]:
        return list(await asyncio.gather(*map(opened.write, works), return_exceptions=True))

    return asyncio.run(batch())


def then_fails(work: Work, look: Work) -> Work:
    """Work that is undone, after what it came to was looked at."""

    def failing(tx: Transaction) -> None:
        work(tx)
        look(tx)
        raise NotFound

    return failing


def test_it_is_asked_once_for_a_batch_and_anew_for_the_next(opened: ThreadedDatabase) -> None:
    asked: list[Transaction] = []

    def look(tx: Transaction) -> int:
        tx.remembered("what", lambda: asked.append(tx))
        return len(asked)

    assert together(opened, look, look, look) == [1, 1, 1]
    assert together(opened, look, look) == [2, 2]
    # What is read for itself is not remembered.
    assert asyncio.run(opened.read(look)) == 3
    assert asyncio.run(opened.read(look)) == 4


@pytest.mark.usefixtures("home")
def test_what_decides_nothing_leaves_it_and_all_else_ends_it(opened: ThreadedDatabase) -> None:
    asked: list[Transaction] = []

    def look(tx: Transaction) -> int:
        tx.remembered("what", lambda: asked.append(tx))
        return len(asked)

    def change(table: Any) -> Work:
        return lambda tx: tx.run(Statement(update(table).values(updated=1)))

    def asked_again(works: list[Work]) -> bool:
        first, _, second = together(opened, look, *works, look)
        return bool(second - first)

    assert not asked_again([change(cards)])
    assert asked_again([change(members)])


def test_a_token_that_ends_in_a_batch_is_good_for_nothing_behind_it(
    opened: ThreadedDatabase, home: Initialised
) -> None:
    digest = token_digest(home.token)

    def knows(tx: Transaction) -> bool:
        return people.find_actor(tx, digest, 1) is not None

    def revoke(tx: Transaction) -> None:
        tx.run(REVOKE)

    assert together(opened, knows, then_fails(revoke, knows), knows)[::2] == [True, True]
    assert together(opened, knows, revoke, knows)[::2] == [True, False]
    assert together(opened, knows, knows) == [False, False]


def test_a_space_that_is_closed_in_a_batch_is_closed_behind_it(
    opened: ThreadedDatabase, home: Initialised
) -> None:
    stranger = Actor(home.user_id + 100, "stranger", 1, CompanyRole.USER)

    def role(tx: Transaction) -> int | None:
        access = spaces.access_by_uid(tx, stranger, home.space_uid)
        return role_in_space(stranger.company_role, access) if access else None

    def close(tx: Transaction) -> None:
        tx.run(CLOSE)

    open_to_all = together(opened, role)[0]
    assert together(opened, role, then_fails(close, role), role)[::2] == [open_to_all, open_to_all]
    assert together(opened, role, close, role)[::2] == [open_to_all, None]
    assert open_to_all is not None
