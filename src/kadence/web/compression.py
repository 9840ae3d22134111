"""Makes text smaller on its way, with zstd or gzip, if the client takes it."""

import asyncio
import gzip

import zstandard

from kadence.web.requests import Request
from kadence.web.responses import Response

LEAST = 8192
"""Bytes of a body from which on it is worth it: one card is less, and cards are written often."""
AT_ONCE = 32_768
"""Bytes up to which it is done on the event loop; more takes milliseconds, and a thread."""
CODINGS = (b"zstd", b"gzip")
"""How a body is made smaller, the one that is preferred first."""
_TYPES = (b"application/json", b"text/", b"image/svg+xml")
_GZIP_LEVEL, _ZSTD_LEVEL = 5, 3
_THOROUGH_GZIP, _THOROUGH_ZSTD = 9, 12
"""For what is packed once: a twentieth smaller, in five times the time."""


async def compress(request: Request, response: Response) -> None:
    """Compress the body of a response in place, which has at least LEAST bytes.

    An answer with a secret is left as it is: its length would tell of it (BREACH). So is the entity
    tag: it stands for a version, and If-Match takes no weak one.
    """
    body = response.body
    if not _is_text(response):
        return
    response.headers.append((b"vary", b"Accept-Encoding"))
    coding = coding_of(request.headers.get(b"accept-encoding", b""))
    if coding is None:
        return
    small = len(body) <= AT_ONCE
    packed = pack(coding, body) if small else await asyncio.to_thread(pack, coding, body)
    response.body = packed
    response.headers = [one for one in response.headers if one[0] != b"content-length"]
    response.headers.append((b"content-length", b"%d" % len(packed)))
    response.headers.append((b"content-encoding", coding))


def _is_text(response: Response) -> bool:
    kind = response.header(b"content-type") or b""
    return (
        kind.startswith(_TYPES)
        and response.header(b"content-encoding") is None
        and response.header(b"cache-control") != b"no-store"
    )


def coding_of(accepted: bytes) -> bytes | None:
    """Return which of CODINGS an Accept-Encoding header wants; None for none."""
    weights: dict[bytes, float] = {}
    for part in accepted.lower().split(b","):
        name, _, rest = part.strip().partition(b";")
        weights[name.strip()] = _weight(rest)
    usable = [name for name in CODINGS if weights.get(name, weights.get(b"*", 0)) > 0]
    return max(usable, key=lambda name: weights.get(name, 0), default=None)


def _weight(rest: bytes) -> float:
    name, _, value = rest.strip().partition(b"=")
    if name.strip() != b"q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def pack(coding: bytes, body: bytes | bytearray, *, thorough: bool = False) -> bytes:
    """Return a body in one of CODINGS; `thorough` for what is packed once."""
    if coding == b"gzip":
        return gzip.compress(body, _THOROUGH_GZIP if thorough else _GZIP_LEVEL, mtime=0)
    level = _THOROUGH_ZSTD if thorough else _ZSTD_LEVEL
    return zstandard.ZstdCompressor(level=level).compress(body)
