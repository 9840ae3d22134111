"""Who a request says that it is of, and whether a page of ours made it."""

import hmac
import re

from msgspec import Struct

from kadence.domain.audit_log import Origin
from kadence.domain.errors import CrossSite
from kadence.web.cookies import cookie_of, csrf_of
from kadence.web.requests import Request

LONGEST_CLIENT = 256
"""Characters that are kept of what a client calls itself."""
_NOT_VISIBLE = re.compile(rb"[^ -~]")


class Caller(Struct, frozen=True, gc=False):
    """Who a request says that it is of: the secret it comes with, and whether a session's."""

    token: str | None
    session: str | None


def caller_of(request: Request) -> Caller:
    """Return who a request says that it is of, worked out once; Authorization goes before cookies.

    Of `Authorization: Bearer <token>` it is the token, else what stands in the session's cookie.
    """
    if request.caller is None:
        value = request.headers.get(b"authorization")
        if value is None:
            session = cookie_of(request.headers.get(b"cookie"), secure=request.is_https)
            request.caller = Caller(session, session)
        else:
            scheme, _, token = value.partition(b" ")
            bearer = token.strip().decode("latin-1") if scheme.lower() == b"bearer" else ""
            request.caller = Caller(bearer or None, None)
    caller: Caller = request.caller
    return caller


def origin_of(request: Request) -> Origin:
    """Return where a request comes from, as the audit log tells it."""
    name = request.headers.get(b"x-kaiten-client-name", b"")
    seen = _NOT_VISIBLE.sub(b"", name)[:LONGEST_CLIENT].decode() or None
    return Origin(request.client, seen)


def refuse_forged(request: Request, session: str) -> None:
    """Let a request of a session pass only if a page of ours made it.

    Raises:
        CrossSite: it lacks what only such a page knows.
    """
    refuse_other_sites(request)
    said = request.headers.get(b"x-kadence-csrf", b"")
    if not hmac.compare_digest(said, csrf_of(session).encode()):
        raise CrossSite(
            "X-Kadence-Csrf should be the csrf that GET /api/kadence/v1/session answers"
        )


def refuse_other_sites(request: Request) -> None:
    """Let a request pass only if no other site's page made it, as far as browsers say.

    Raises:
        CrossSite: one did.
    """
    site = request.headers.get(b"sec-fetch-site")
    if site is None:
        # To addresses without TLS, other than localhost, browsers say only what page asks.
        _, _, origin = request.headers.get(b"origin", b"").partition(b"://")
        foreign = bool(origin) and origin != request.headers.get(b"host")
    else:
        foreign = site not in (b"none", b"same-origin")
    if foreign:
        raise CrossSite("This may be asked only from this server's own page")
