"""Statements, the transactions that they run in, and where transactions come from.

The SQL is written once in SQLAlchemy Core. Each statement is compiled once for a dialect and then
run on the driver itself, because Core's own execution costs several times what the statement does
(docs/decisions/0002-storage.md).
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec
from msgspec import Struct
from sqlalchemy import Table, bindparam, func, literal_column, select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.sql.dml import UpdateBase

from kadence.domain.model import Instant
from kadence.storage.dialects import OneOf, rows_as_json

T = TypeVar("T")
Row = Sequence[Any]


NO_PARAMETERS: Mapping[str, Any] = {}


class Cursor(Protocol):
    """The part of a driver's cursor that statements need."""

    def execute(self, sql: str, parameters: Any, /) -> object:
        """Run one statement with its parameters, as `Compiled.bind` gives them."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> object:
        """Run one statement for each of these sets of parameters."""

    def fetchone(self) -> Row | None:
        """Return the next row, or None."""

    def fetchall(self) -> Sequence[Row]:
        """Return all the rows left."""


class Compiled(Struct, frozen=True, gc=False):
    """The text of a statement for one dialect, and the values of the literals in it by name."""

    sql: str
    literals: Mapping[str, Any]
    bind: Callable[[Mapping[str, Any]], Any]
    """What the driver is given for these values of the bind parameters; it ignores others."""

    def filled(self) -> tuple[str, Any]:
        """Return the text and what the driver is given where all values are literals."""
        return self.sql, self.bind(NO_PARAMETERS)


def _compiled(sql: str, literals: Mapping[str, Any], order: Sequence[str] | None) -> Compiled:
    """`order` names the parameters where they go by their places; None: they go by name."""
    pick: Callable[[Mapping[str, Any]], Any] | None = None
    if order is not None:
        # Of one name, itemgetter gives the value by itself.
        pick = itemgetter(*order) if len(order) > 1 else lambda values: [values[n] for n in order]
    if not literals:
        bind = pick or (lambda values: values)
    elif pick:
        bind = lambda values: pick({**literals, **values})  # noqa: E731
    else:
        bind = lambda values: {**literals, **values}  # noqa: E731
    return Compiled(sql, literals, bind)


_DECIDES_NOTHING = frozenset(
    {"iterations", "iteration_cards", "cards", "card_search", "journal", "idempotency_keys"}
)
"""Tables whose rows are no ground for what anybody may do."""


class Statement:
    """A Core statement, compiled for each dialect when it is first run there.

    One that `decides` changes rows by which it is decided who may do what.
    """

    __slots__ = ("_compiled", "_core", "decides", "width", "writes")

    def __init__(self, core: Select[Any] | UpdateBase) -> None:
        self._core = core
        self.width = len(core.selected_columns) if isinstance(core, Select) else 0
        self.writes = isinstance(core, UpdateBase)
        self.decides = isinstance(core, UpdateBase) and _table_of(core) not in _DECIDES_NOTHING
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        """Return the text for `dialect`, and how values are bound to it."""
        ready = self._compiled.get(dialect.name)
        if ready is None:
            made = self._core.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            literals = {name: v for name, v in made.params.items() if v is not None}
            order = getattr(made, "positiontup", None)
            ready = self._compiled[dialect.name] = _compiled(str(made), literals, order)
        return ready


def _table_of(core: UpdateBase) -> str:
    return str(getattr(core.table, "name", ""))


class BatchedSelect(Statement):
    """For PostgreSQL: several SELECTs as one that gives one row, for each the JSON of its rows.

    Their parameters are distinguished by `name_in`.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Statement]) -> None:
        self._parts = parts
        self.writes = self.decides = False
        self._compiled = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        """See Statement.compiled."""
        ready = self._compiled.get(dialect.name)
        if ready is None:
            columns: list[str] = []
            literals: dict[str, Any] = {}
            for n, part in enumerate(self._parts):
                made = part.compiled(dialect)
                columns.append(rows_as_json(made.sql, part.width, self.name_in(n, "")))
                literals |= {self.name_in(n, name): v for name, v in made.literals.items()}
            text = f"SELECT {', '.join(columns)}"
            ready = self._compiled[dialect.name] = _compiled(text, literals, None)
        return ready

    @staticmethod
    def name_in(part: int, name: str) -> str:
        """Return what the parameter `name` of a part is called in the whole."""
        return f"part{part}_{name}"


_batched = lru_cache(maxsize=256)(BatchedSelect)


class Query(Struct, Generic[T], frozen=True, gc=False):
    """A SELECT with its values, and what is made of each row; no statement gives no rows.

    `alone` asks for the same where the list of values has one, which is bound by itself.
    """

    statement: Statement | None
    values: Mapping[str, Any]
    make: Callable[[Row], T]
    alone: Statement | None = None


class InQuery(Generic[T]):
    """A SELECT narrowed to the rows whose column is one of a list, and what is made of each row."""

    __slots__ = ("_make", "_many", "_one")

    def __init__(
        self, core: Select[Any], column: ColumnElement[Any], make: Callable[[Row], T]
    ) -> None:
        self._many = Statement(core.where(OneOf(column, "listed")))
        self._one = Statement(core.where(column == bindparam("listed")))
        self._make = make

    def query(self, listed: Sequence[Any], **values: object) -> Query[T]:
        """Return the query for these values; none of them are no rows."""
        statement = self._many if listed else None
        alone = self._one if len(listed) == 1 else None
        return Query(statement, {"listed": list(listed), **values}, self._make, alone)


class InlineLimitExceeded(Exception):
    """Inline work looked at or wrote more rows than it may."""


class Capabilities(Struct, frozen=True, gc=False, kw_only=True):
    """What a kind of database is good at, where statements go by it."""

    dialect: Dialect
    cheap_returning: bool
    """Whether RETURNING costs next to nothing; in SQLite it costs as much as the INSERT."""
    text_match: bool
    """Whether the text index is asked by MATCH, else by LIKE."""
    round_trips: bool
    """Whether each statement is one to a server, so that several are better asked together."""


class Transaction:
    """One open transaction; everything done through it is kept or lost together.

    `writes` counts the statements that wanted to change something. While `row_limit` is set, work
    that turns out to look at or to write more rows at once is stopped by `InlineLimitExceeded`.
    """

    __slots__ = (
        "_cursor",
        "_deferred",
        "_dialect",
        "can",
        "last_row",
        "latest",
        "memory",
        "row_limit",
        "writes",
    )

    def __init__(self, cursor: Cursor, can: Capabilities) -> None:
        self._cursor = cursor
        self._dialect = can.dialect
        self.can = can
        self.writes = 0
        self.latest: Instant = 0
        """When the last event before this transaction was, if it is one that writes."""
        self.row_limit: int | None = None
        self.memory: dict[Hashable, Any] | None = None
        """What `remembered` found in a batch of writes; None elsewhere."""
        self._deferred: list[tuple[Statement, Mapping[str, Any]]] = []
        self.last_row: Mapping[str, Any] | None = None
        """The last row that was deferred until the end of this transaction, once that has come."""

    def run(self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS) -> None:
        """Run a statement; `parameters` by the names of its bind parameters, others are ignored."""
        ready = statement.compiled(self._dialect)
        self.writes += statement.writes
        if statement.decides:
            self.forget()
        self._cursor.execute(ready.sql, ready.bind(parameters))

    def remembered(self, key: Hashable, ask: Callable[[], T]) -> T:
        """Return what `ask` finds; in a batch of writes it is asked once.

        It may depend on who may do what, on nothing else: it is asked again when some of that was
        changed, or a change of it undone.
        """
        if self.memory is None:
            return ask()
        if key not in self.memory:
            self.memory[key] = ask()
        return cast("T", self.memory[key])

    def forget(self) -> None:
        """Have all that was remembered asked again."""
        if self.memory:
            self.memory.clear()

    def run_many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each of `rows`."""
        rows = list(rows)
        self._check_row_limit(len(rows))
        ready = statement.compiled(self._dialect)
        self.writes += statement.writes
        if statement.decides:
            self.forget()
        self._cursor.executemany(ready.sql, map(ready.bind, rows))

    def defer(self, statement: Statement, row: Mapping[str, Any]) -> None:
        """Run a statement at the transaction's end, with those of all the rows deferred for it."""
        self._deferred.append((statement, row))

    @property
    def deferred(self) -> int:
        """How many rows are deferred."""
        return len(self._deferred)

    def drop_deferred(self, after: int = 0) -> None:
        """Drop what was deferred but for the first so many rows."""
        del self._deferred[after:]

    def flush_deferred(self) -> None:
        """Run what was deferred, in its order."""
        rows, self._deferred = self._deferred, []
        if rows:
            self.last_row = rows[-1][1]
        for statement, group in groupby(rows, key=itemgetter(0)):
            self.run_many(statement, [row for _, row in group])

    def first(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS
    ) -> Row | None:
        """Run a statement; its first row, or None."""
        self.run(statement, parameters)
        return self._cursor.fetchone()

    def all(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS
    ) -> Sequence[Row]:
        """Run a statement; all its rows."""
        self.run(statement, parameters)
        rows = self._cursor.fetchall()
        self._check_row_limit(len(rows))
        return rows

    def each(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS
    ) -> Iterator[Row]:
        """Run a statement; its rows one after the other, until another statement is run."""
        self.run(statement, parameters)
        count = 0
        while (row := self._cursor.fetchone()) is not None:
            count += 1
            self._check_row_limit(count)
            yield row

    def _check_row_limit(self, count: int) -> None:
        if self.row_limit is not None and count > self.row_limit:
            raise InlineLimitExceeded

    def fetch_batch(self, *queries: Query[Any]) -> list[list[Any]]:
        """Return the results of queries that do not depend on each other, in their order.

        Where each statement is a round trip to a server, they are asked in one.
        """
        asked = [query for query in queries if query.statement]
        if not self.can.round_trips or len(asked) < 2:  # noqa: PLR2004
            return [self._asked(query) for query in queries]
        together = _batched(tuple(query.statement for query in asked))
        values = {
            together.name_in(n, name): value
            for n, query in enumerate(asked)
            for name, value in query.values.items()
        }
        texts = iter(self.first(together, values) or ())
        return [
            [query.make(row) for row in msgspec.json.decode(next(texts))] if query.statement else []
            for query in queries
        ]

    def _asked(self, query: Query[T]) -> list[T]:
        statement, values = query.statement, query.values
        if statement is None:
            return []
        if query.alone and not self.can.round_trips:
            # It looks for one value in less time than it takes to read a list of one.
            statement, values = query.alone, {**values, "listed": values["listed"][0]}
        return [query.make(row) for row in self.all(statement, values)]

    def scalar(self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Any:
        """Run a statement that gives a row; the first column of it."""
        row = self.first(statement, parameters)
        if row is None:
            msg = f"no row from: {statement.compiled(self._dialect).sql}"
            raise LookupError(msg)
        return row[0]


class Database(Protocol):
    """Where transactions come from; `read` and `write` run `work` off the event loop.

    What a write did is durable when the call returns; when it raises, nothing was written.
    """

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` on a consistent snapshot that holds every write acknowledged before."""

    async def read_inline(self, work: Callable[[Transaction], T]) -> T:
        """As `read`, for work of a few look-ups by key: it may hold up the event loop."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction of its own and commit it."""

    async def write_inline(self, work: Callable[[Transaction], T]) -> T:
        """As `write`, for work of a few look-ups and changes by key: as in `read_inline`."""

    def purge(self) -> None:
        """See Engine.purge, without events; blocks, and what is written meanwhile waits for it."""

    def close(self) -> None:
        """Finish what was begun, then let go of files and connections."""


def record_columns(table: Table, record: type[Struct]) -> list[ColumnElement[Any]]:
    """Return the columns of `table` in the order of the fields of `record`."""
    return [table.c[name] for name in record.__struct_fields__]


def bound(table: Table, *names: str) -> dict[str, ColumnElement[Any]]:
    """For an INSERT or UPDATE: each of these columns bound to a parameter of its own name."""
    return {name: bindparam(name, type_=table.c[name].type) for name in names}


def after_last(column: ColumnElement[float], *where: ColumnElement[bool]) -> ColumnElement[float]:
    """Return a scalar subquery for the number after the greatest one of a column.

    It looks at the rows that match `where`.
    """
    zero: ColumnElement[float] = literal_column("0")
    one: ColumnElement[float] = literal_column("1")
    return select(func.coalesce(func.max(column), zero) + one).where(*where).scalar_subquery()
