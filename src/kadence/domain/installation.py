"""Where a database is served, and whether it may be a copy of another one."""

from enum import StrEnum

from msgspec import Struct

from kadence.domain.model import Instant


class Because(StrEnum):
    """Why what acts by itself is paused."""

    BACKUP = "backup"
    RESTORED = "restored"
    COPIED = "copied"
    OTHER_URL = "other_url"


class Installation(Struct, frozen=True):
    """Where a database is served, since when and why it may be a copy, and what is left to do."""

    id: int = 1
    public_url: str | None = None
    paused_at: Instant | None = None
    paused_because: str | None = None
    purge_owed: int = 0
