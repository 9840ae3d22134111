"""Carries whole databases: from one engine to another, into a backup file and back."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import TableClause

from kadence.domain.errors import StorageUnusable
from kadence.domain.installation import Because
from kadence.storage import installation, migrate
from kadence.storage.engines import Engine, SqliteFile
from kadence.storage.engines.copy_statements import ROWS_AT_ONCE
from kadence.storage.engines.engine import CopySide
from kadence.storage.engines.sqlite_copy import as_one_file, copy_file, removed_on_failure
from kadence.storage.revision import check_own_revision, check_revision, revision_of
from kadence.storage.schema import REVISION, card_search, companies, metadata
from kadence.storage.transactions import Row

Progress = Callable[[str, int, int], None]
"""Told after every so many rows: the table, rows of it carried by now, and rows in it in all."""

TABLES: dict[str, TableClause] = {
    **{table.name: table for table in metadata.sorted_tables},
    card_search.name: card_search,
}
"""Every table with rows of ours, those that others refer to first."""

_encode = msgspec.msgpack.Encoder().encode


class Carried(Struct, frozen=True):
    """What was carried of one table, and the SHA-256 of its rows in the order of their keys."""

    table: str
    rows: int
    checksum: str


def copy(
    source: Engine, target: Engine, progress: Progress, marked: Because = Because.COPIED
) -> list[Carried]:
    """Carry all rows of a database into one that holds none, and compare both row by row.

    The target is `marked` as a copy.

    It is the source as it was at one moment, so whoever still serves it should be stopped before.
    The target gets the schema if it has none, and all rows in one transaction.

    Raises:
        StorageError: the source's schema is not this program's, the target holds data (nothing is
            overwritten), or what arrived is not what was sent (nothing is kept).
    """
    check_own_revision(source)
    target.refuse_served()
    migrate.prepare(target)
    check_own_revision(target)
    with source.copied(filled=False) as sender, target.copied(filled=True) as receiver:
        receiver.begin_filling()
        if receiver.count(companies):
            raise StorageUnusable(f"{target} holds data already; nothing was overwritten")
        sent = [_carry(name, sender, receiver, progress) for name in TABLES]
        last_ids = {name: sender.last_id(name) for name in TABLES}
        for carried in sent:
            arrived = _checksum(receiver.rows(TABLES[carried.table]))
            if arrived != (carried.rows, carried.checksum):
                raise StorageUnusable(f"{carried.table} arrived in {target} other than it was sent")
        receiver.end_filling(last_ids)
    installation.mark(target, marked)
    return sent


def _carry(name: str, sender: CopySide, receiver: CopySide, progress: Progress) -> Carried:
    table = TABLES[name]
    total = sender.count(table)
    digest = hashlib.sha256()
    done = 0
    progress(name, 0, total)

    def passing() -> Iterator[Row]:
        nonlocal done
        for row in sender.rows(table):
            digest.update(_as_bytes(row))
            done += 1
            if done % ROWS_AT_ONCE == 0:
                progress(name, done, total)
            yield row

    receiver.fill(table, passing())
    progress(name, done, total)
    return Carried(name, done, digest.hexdigest())


def _checksum(rows: Iterable[Row]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(_as_bytes(row))
        count += 1
    return count, digest.hexdigest()


def _as_bytes(row: Row) -> bytes:
    # SQLite knows no negative zero.
    return _encode([value + 0.0 if type(value) is float else value for value in row])


def back_up(source: Engine, file: Path) -> None:
    """Write all of a database into a new file, a SQLite database, while it is served.

    Raises:
        StorageError: the file is there already, or one of the two cannot be used.
    """
    _refuse_existing(file)
    if source.file is None:
        with removed_on_failure(file):
            copy(source, SqliteFile(file), lambda *_: None, Because.BACKUP)
            as_one_file(file)
        return
    revision = revision_of(source)
    copy_file(source.file, file)
    if revision == REVISION:
        installation.mark(SqliteFile(file), Because.BACKUP)
        as_one_file(file)


def restore(file: Path, target: Engine, progress: Progress) -> None:
    """Fill a database that is not there, or holds nothing, from a backup.

    Raises:
        StorageError: the target holds data (nothing is overwritten), the backup is damaged or of a
            newer program, or one of the two cannot be used.
    """
    backup = SqliteFile(file)
    if not file.is_file():
        raise StorageUnusable(f"there is no backup {file}")
    if target.file is not None:
        target.refuse_served()
        for end in ("", "-wal", "-shm"):
            _refuse_existing(target.file.with_name(target.file.name + end))
        found = revision_of(backup)
        if found is None:
            raise StorageUnusable(f"{file} is no backup of kadence")
        if found > REVISION:
            check_revision(backup)
        copy_file(file, target.file)
        if found == REVISION:
            installation.mark(target, Because.RESTORED)
    else:
        copy(backup, target, progress, Because.RESTORED)


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise StorageUnusable(f"{file} is there already; nothing was overwritten")
