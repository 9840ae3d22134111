"""Who a request says that it is of, and whether a page of ours made it."""

import hmac
from collections.abc import Mapping

from kadence.domain.errors import CrossSite
from kadence.web.cookies import cookie_of, csrf_of
from kadence.web.requests import Request


def session_of(headers: Mapping[bytes, bytes], *, secure: bool) -> str | None:
    """Return the secret of a browser's session, or None; Authorization goes before it."""
    if b"authorization" in headers:
        return None
    return cookie_of(headers.get(b"cookie"), secure=secure)


def bearer_token(headers: Mapping[bytes, bytes]) -> str | None:
    """Return the token of `Authorization: Bearer <token>`, or None."""
    value = headers.get(b"authorization")
    if value is None:
        return None
    scheme, _, token = value.partition(b" ")
    if scheme.lower() != b"bearer":
        return None
    return token.strip().decode("latin-1") or None


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
