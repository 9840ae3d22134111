"""All in which databases differ, behind one interface: what each kind has to be able to do."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy
from msgspec import Struct
from sqlalchemy import TableClause

from kadence.storage.connections import Connection
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.transactions import Row, Transaction

VERSION = "SELECT version_num FROM alembic_version"
OLDEST = (
    "SELECT max(oldest) FROM revisions"
    " WHERE (SELECT version_num FROM alembic_version) IN (SELECT revision FROM revisions)"
)
"""Null where the last migration has not said it."""
STANDING = f"SELECT version_num, ({OLDEST}) FROM alembic_version"  # noqa: S608 - all of it is here


class Schema(Struct, frozen=True):
    """The tables that a database has, and at which migration it stands, if it has that.

    `oldest` is the oldest migration whose programs may serve it; none says so before 0011.
    """

    tables: AbstractSet[str]
    revision: str | None = None
    oldest: str | None = None


class CopySide(Protocol):
    """One end of a copy: a connection with a transaction, seen as tables of rows."""

    def rows(self, table: TableClause) -> Iterator[Row]:
        """Return all rows by key, not all at once in memory."""

    def count(self, table: TableClause) -> int:
        """Return how many rows there are."""

    def begin_filling(self) -> None:
        """Let rows come before those that they refer to, and have none of the schema's own."""

    def fill(self, table: TableClause, rows: Iterable[Row]) -> None:
        """Add these rows."""

    def last_id(self, name: str) -> int:
        """Return the largest id that a table has given out by itself; 0 when it gives out none."""

    def end_filling(self, last_ids: dict[str, int]) -> None:
        """Check all references, go on numbering from there, and commit."""


class Engine(Protocol):
    """A database of one kind at one place, open or not; its text never has a password.

    All of it raises StorageError when the database cannot be used.
    """

    @property
    def file(self) -> Path | None:
        """The one file that the database is; None for one of a server."""

    @property
    def is_shared(self) -> bool:
        """Whether several processes may serve it at once."""

    def exists(self) -> bool:
        """Return whether there is a database, be it empty."""

    def refuse_served(self) -> None:
        """Refuse, by StorageError, what a running server has open and nobody else may fill."""

    def create(self) -> None:
        """Make an empty one where there is none, if that is for us to do."""

    def schema(self) -> Schema:
        """Return what is there, without changing anything."""

    def open(self, *, connections: int = 2, statement_seconds: int = 0) -> ThreadedDatabase:
        """Open it for serving, its schema being right.

        On a server: with so many connections, at least 2, of which one writes, and an end to
        statements that take longer than `statement_seconds`; 0 is no limit.
        """

    def connection(self, *, writes: bool) -> Connection:
        """Open one connection, for a command."""

    def examined(self) -> AbstractContextManager[tuple[list[str], Transaction]]:
        """Tell what is damaged below the rows, a sentence each, and let the rows be looked at."""

    def sqlalchemy_engine(self) -> sqlalchemy.Engine:
        """Return SQLAlchemy's own engine, for what changes or inspects the schema."""

    def migrating(self, oldest: str) -> AbstractContextManager[sqlalchemy.Connection]:
        """Open the transaction of a migration, of which there is one at a time.

        Servers wait meanwhile with what they write.

        Raises:
            StorageUnusable: a server runs whose program is older than the schema `oldest`; for a
                file, any server.
            StorageBusy: others were in the way, and it may be tried again.
        """

    def purge(self, *, events: bool) -> None:
        """Leave nothing of what was changed or deleted where somebody could dig it out.

        With `events` also of the journal, which only a migration changes. What backups have, and a
        server's own log, is not ours to take away.
        """

    def copied(self, *, filled: bool) -> AbstractContextManager[CopySide]:
        """Open one end of a copy; `filled` is the one that gets the rows."""
