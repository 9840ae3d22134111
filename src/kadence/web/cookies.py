"""A browser's session: the cookie that holds its secret, and the proof that a page of ours has."""

import hashlib

SESSION_COOKIE = "kadence_session"


def cookie_name(*, secure: bool) -> str:
    """Return what the session's cookie is called.

    With TLS it has the prefix by which browsers take it from this host alone: neither another host
    of the same domain nor a page without TLS can put its own in the place of it (RFC 6265bis).
    """
    return f"__Host-{SESSION_COOKIE}" if secure else SESSION_COOKIE


def cookie_of(header: bytes | None, *, secure: bool) -> str | None:
    """Return the secret of the session in a Cookie header, or None."""
    wanted = cookie_name(secure=secure).encode()
    for part in (header or b"").split(b";"):
        name, _, value = part.strip().partition(b"=")
        if name == wanted:
            return value.decode("latin-1") or None
    return None


def session_cookie(secret: str, seconds: int, *, secure: bool) -> str:
    """Return the Set-Cookie that gives a browser its session, or with 0 seconds takes it."""
    only = "; Secure" if secure else ""
    kept = f"{cookie_name(secure=secure)}={secret}; Path=/; Max-Age={seconds}"
    return f"{kept}; HttpOnly; SameSite=Strict{only}"


def csrf_of(secret: str) -> str:
    """Return what a page of ours knows of its session, and a page of another site cannot."""
    return hashlib.sha256(f"csrf {secret}".encode()).hexdigest()
