"""What goes over the wire of the server itself: whether what acts by itself is paused."""

from collections.abc import Sequence

from msgspec import Struct

from kadence.domain.installation import Because
from kadence.usecases import installation as usecases
from kadence.web.codec import When, format_optional
from kadence.web.http import RequestContext
from kadence.web.route import Route


class InstallationAnswer(Struct, frozen=True):
    """Whether what acts by itself is paused, since when, and why.

    It is where the database may be a copy of another one: so nothing is said twice.
    """

    paused: bool
    since: When | None
    because: Because | None


async def get_installation(context: RequestContext) -> InstallationAnswer:
    """Get whether what acts by itself is paused."""
    known = await context.read_inline(usecases.get_installation, context.nothing())
    return InstallationAnswer(
        paused=known.paused_at is not None,
        since=format_optional(known.paused_at),
        because=Because(known.paused_because) if known.paused_because else None,
    )


OWN_ROUTES: Sequence[Route] = (Route("GET", "/installation", get_installation, "Additions"),)
