"""`kadence resume`: lets a database act by itself again that may have been a copy."""

from typing import Annotated

from kadence.cli.common import DATABASE, DatabaseOption, look, operate, option, out
from kadence.domain.errors import DatabaseUnavailable, NotInitialised
from kadence.domain.installation import Because, Installation
from kadence.settings import Settings
from kadence.usecases import installation
from kadence.web.codec import format_timestamp

_WHY = {
    Because.BACKUP: "it is a backup",
    Because.RESTORED: "it was restored from a backup",
    Because.COPIED: "it was copied from another database",
    Because.OTHER_URL: "it was served at another address before",
}


def begin_installation(settings: Settings) -> str | None:
    """Note where a database is served; return what to say if it is paused."""
    url = settings.public_url
    try:
        known = look(settings.database, installation.find)
        if url is not None and known.public_url != url:
            known = operate(settings.database, installation.begin, url)
    except (NotInitialised, DatabaseUnavailable):
        # Nothing is there yet; or it cannot be written, as a standby: the server says so itself.
        return None
    why = why_paused(known)
    if why is None:
        return None
    return (
        f"What acts by itself is paused, but for backups: {why}. If it is the one that people use,"
        " run `kadence resume`."
    )


def why_paused(known: Installation) -> str | None:
    """Return why what acts by itself is paused; None where it is not."""
    if known.paused_at is None or known.paused_because is None:
        return None
    return _WHY[Because(known.paused_because)]


def resume(
    public_url: Annotated[str | None, option("public_url")] = None,
    database: DatabaseOption = DATABASE,
) -> None:
    """Let the database act by itself again, after it was restored, copied or moved.

    A copy for tests should stay paused: it would speak for the real one.
    """
    known = operate(database, installation.resume, public_url)
    if known.paused_at is None:
        out.print("It was not paused.")
        return
    out.print(f"It goes on, as it was at {format_timestamp(known.paused_at)}.")
