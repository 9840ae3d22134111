"""Upgrading a database that is a file: what was there is backed up before, beside it."""

from datetime import UTC, datetime
from pathlib import Path

from kadence.storage import migrate, transfer
from kadence.storage.engines import Engine, locate
from kadence.storage.revision import revision_of
from kadence.storage.schema import REVISION


def upgrade_at_start(database: str) -> str | None:
    """Upgrade a file of an older schema; return what was done, as a sentence, or None.

    A server may do so by itself: it is the only one, and the way back lies beside the file.

    Raises:
        StorageError: a server has the file open, there is no room for the backup, or the file
            cannot be upgraded; then it is as it was.
    """
    engine = locate(database)
    if engine.file is None or not engine.exists():
        return None
    before = revision_of(engine)
    if before is None or before >= REVISION:
        return None
    kept = upgrade_file(engine, before)
    return f"upgraded from schema {before} to {REVISION}; what was there is kept as {kept}"


def upgrade_file(engine: Engine, before: str) -> Path:
    """Back a file up that has the schema `before`, and upgrade it; return the backup.

    Raises:
        StorageError: as in `upgrade_at_start`; then the backup, which nobody needs, is gone.
    """
    assert engine.file is not None  # noqa: S101 - whoever calls has asked
    engine.refuse_served()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = engine.file.with_name(f"{engine.file.name}.{before}-{stamp}.backup")
    transfer.back_up(engine, kept)
    try:
        migrate.upgrade(engine)
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return kept
