"""folded texts: what is searched is found in each way to write its letters."""

import unicodedata
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Row

revision = "0006"
down_revision = "0005"

_TEXTS = ("title", "description", "external_id")
_NAMES = ("email", "full_name", "username")
_AT_ONCE = 1000


def upgrade() -> None:
    """Migrate forward; there is no way back but a backup."""
    users = _table("users", "id", "search", *_NAMES)
    for row in _rows(users, users.c.id):
        searched = _fold("\n".join(getattr(row, name) for name in _NAMES))
        op.execute(users.update().where(users.c.id == row.id).values(search=searched))
    cards = _table("cards", "id", *_TEXTS)
    index = _table("card_search", "rowid", *_TEXTS)
    for row in _rows(cards, cards.c.id):
        texts = [getattr(row, name) or "" for name in _TEXTS]
        folded = [_fold(text) for text in texts]
        if folded == [text.casefold() for text in texts]:
            continue
        values = dict(zip(_TEXTS, folded, strict=True))
        op.execute(index.update().where(index.c.rowid == row.id).values(values))


def _fold(text: str) -> str:
    lower = unicodedata.normalize("NFKC", text).casefold().replace("\u0131", "i")
    whole = unicodedata.normalize("NFKC", lower)
    return whole.replace("i\u0307", "i").replace("\u0451", "\u0435")


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns))


def _rows(table: sa.TableClause, id_: sa.ColumnClause[int]) -> Iterator[Row[tuple[object, ...]]]:
    """Yield all rows by id, some at a time."""
    last = 0
    while True:
        page = sa.select(table).where(id_ > last).order_by(id_).limit(_AT_ONCE)
        found = op.get_bind().execute(page).all()
        yield from found
        if not found:
            return
        last = found[-1].id
