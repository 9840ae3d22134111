"""Rows as records: what every noun's storage does in the same way."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import FromClause, Table, bindparam, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from kadence.storage.transactions import (
    InQuery,
    Query,
    Row,
    Statement,
    Transaction,
    bound,
    record_columns,
)

R = TypeVar("R", bound=Struct)


class RecordReader(Generic[R]):
    """Finds the rows of `table` as records; `key` names the columns that tell one from all others.

    Where `columns` has some of another table, `source` is the join of both.
    """

    def __init__(
        self,
        table: Table,
        record: type[R],
        key: Sequence[str] = ("company_id", "id"),
        *,
        columns: Sequence[ColumnElement[Any]] = (),
        source: FromClause | None = None,
    ) -> None:
        self._table = table
        self._record = record
        self._key = key
        self._key_binds = [f"key_{name}" for name in key]
        self.columns = columns or record_columns(table, record)
        self.select = select(*self.columns).select_from(table if source is None else source)
        self._find = Statement(self.select.where(*self._this()))
        self._among = lru_cache(maxsize=8)(self._among_of)

    def _this(self) -> list[ColumnElement[bool]]:
        return [self._table.c[name] == bindparam(f"key_{name}") for name in self._key]

    def _among_of(self, column: str) -> InQuery[R]:
        ours = self._table.c.company_id == bindparam("company")
        return InQuery(self.select.where(ours), self._table.c[column], self._made)

    def find(self, tx: Transaction, *key: object) -> R | None:
        """Return the record with this key."""
        row = tx.first(self._find, dict(zip(self._key_binds, key, strict=True)))
        return self._record(*row) if row else None

    def all(self, tx: Transaction, statement: Statement, **values: object) -> list[R]:
        """Return the records that a statement over `columns` gives."""
        return [self._record(*row) for row in tx.all(statement, values)]

    def among(
        self, tx: Transaction, column: str, company_id: int, values: Sequence[Any]
    ) -> list[R]:
        """Return the records of a company whose `column` is one of `values`, in no order."""
        return tx.fetch_batch(self.query_among(column, company_id, values))[0]

    def query_among(self, column: str, company_id: int, values: Sequence[Any]) -> Query[R]:
        """Return what `among` asks."""
        return self._among(column).query(values, company=company_id)

    def _made(self, row: Row) -> R:
        return self._record(*row)


class TableGateway(RecordReader[R]):
    """As RecordReader, of one table, whose rows it inserts and changes as well.

    With `numbered` the database gives each new row its `id`.
    """

    def __init__(
        self,
        table: Table,
        record: type[R],
        key: Sequence[str] = ("company_id", "id"),
        *,
        numbered: bool = True,
    ) -> None:
        super().__init__(table, record, key)
        self._numbered = numbered
        fields = [f for f in record.__struct_fields__ if not (numbered and f == "id")]
        adding = insert(table).values(bound(table, *fields))
        self._insert = Statement(adding.returning(table.c.id) if numbered else adding)
        self._delete = Statement(delete(table).where(*self._this()))
        self._updates = lru_cache(maxsize=128)(self._update_of)

    def _update_of(self, names: tuple[str, ...]) -> Statement:
        return Statement(
            update(self._table).where(*self._this()).values(bound(self._table, *names))
        )

    def _key_of(self, record: R) -> dict[str, Any]:
        return {
            bind: getattr(record, name)
            for bind, name in zip(self._key_binds, self._key, strict=True)
        }

    def insert(self, tx: Transaction, record: R) -> R:
        """Add a row; returns the record with the id that it got."""
        values = asdict(record)
        if not self._numbered:
            tx.run(self._insert, values)
            return record
        del values["id"]
        return replace(record, id=tx.scalar(self._insert, values))

    def insert_many(self, tx: Transaction, records: Iterable[R]) -> None:
        """Add rows that bring their own keys."""
        tx.run_many(self._insert, map(asdict, records))

    def update(self, tx: Transaction, record: R, changes: Mapping[str, Any]) -> R:
        """Change these columns of the record's row; returns the record as it is then."""
        self.store(tx, record, changes)
        return replace(record, **changes)

    def store(self, tx: Transaction, record: R, changes: Mapping[str, Any]) -> None:
        """As `update`, where the record as it is then is known."""
        tx.run(self._updates(tuple(changes)), {**self._key_of(record), **changes})

    def update_many(self, tx: Transaction, changed: Iterable[tuple[R, Mapping[str, Any]]]) -> None:
        """Change rows, all of them in the same columns."""
        rows = [(self._key_of(record), changes) for record, changes in changed]
        if rows:
            statement = self._updates(tuple(rows[0][1]))
            tx.run_many(statement, [{**key, **changes} for key, changes in rows])

    def delete(self, tx: Transaction, record: R) -> None:
        """Take the record's row away."""
        tx.run(self._delete, self._key_of(record))
