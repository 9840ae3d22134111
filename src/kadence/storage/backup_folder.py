"""A folder of dated backups of a database: each is checked, and the oldest ones go."""

import re
from datetime import UTC, datetime
from pathlib import Path

from kadence.domain.errors import StorageUnusable
from kadence.domain.model import DAY, Instant
from kadence.storage import integrity, transfer
from kadence.storage.engines import Engine, SqliteFile

KEPT = 14
"""Backups that stay."""
EVERY: Instant = DAY
"""Milliseconds between two of them."""
_FORMAT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"kadence-(\d{8}T\d{6}Z)\.backup")
_UNFINISHED = "kadence-*.backup.unfinished*"


def age(folder: Path, now: Instant) -> Instant | None:
    """Return how many milliseconds old the newest backup of a folder is.

    None where there is none, or the folder cannot be read.
    """
    try:
        newest = max((at for at, _ in _backups(folder)), default=None)
    except StorageUnusable:
        return None
    return None if newest is None else now - newest


def _backups(folder: Path) -> list[tuple[Instant, Path]]:
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        raise StorageUnusable(f"the folder of backups {folder}: {error.strerror}") from error
    return [
        (at, file)
        for file in files
        if (found := _NAME.fullmatch(file.name)) and (at := _instant(found[1])) is not None
    ]


def _instant(stamp: str) -> Instant | None:
    try:
        return int(datetime.strptime(stamp, _FORMAT).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None


def add(engine: Engine, folder: Path, now: Instant) -> tuple[Path, list[str]]:
    """Back a database up into a folder, look the backup over, and drop all but the newest 14.

    Returns the backup, and what `kadence db check` says of it: a database that is not sound needs
    its backups most.

    Raises:
        StorageError: it could not be made, or its pages are damaged; then there is none, and none
            is gone.
    """
    _backups(folder)
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime(_FORMAT)
    made = folder / f"kadence-{stamp}.backup"
    for left in folder.glob(_UNFINISHED):
        left.unlink(missing_ok=True)
    unfinished = folder / f"{made.name}.unfinished"
    try:
        transfer.back_up(engine, unfinished)
        problems = integrity.problems(SqliteFile(unfinished))
        unfinished.rename(made)
    except OSError as error:
        raise StorageUnusable(f"{made}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    for _, old in sorted(_backups(folder))[:-KEPT]:
        old.unlink(missing_ok=True)
    return made, problems
