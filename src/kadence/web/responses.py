"""Responses as the application sends them, and what handlers answer that becomes one."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct

from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.codec import JSON, encode, encode_into

S = TypeVar("S")

_TEXTS = ("text/",)
"""Media types whose text is UTF-8, which is said of them."""


class WithETag(Struct, Generic[S], frozen=True):
    """An answer with the entity tag of what it shows."""

    answer: S
    etag: str


class WithCookie(Struct, Generic[S], frozen=True):
    """An answer that sets a cookie, if there is one."""

    answer: S
    cookie: str | None


class Response(Struct):
    """What goes back over the wire; a `stream` comes in the place of the body.

    `ended` is called when it has been sent, or was given up, whatever came of it.

    `headers` are names in lower case, and values, as they stand on the wire.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | bytearray = b""
    stream: AsyncGenerator[bytes, None] | None = None
    ended: Callable[[], None] | None = None

    def header(self, name: bytes) -> bytes | None:
        """Return the value of a header, None if there is none."""
        return next((value for known, value in self.headers if known == name), None)


def content(
    body: bytes | bytearray,
    media_type: str,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Return a response with a body."""
    of_text = media_type.startswith(_TEXTS) and "charset" not in media_type
    kind = f"{media_type}; charset=utf-8" if of_text else media_type
    return Response(
        status,
        [
            (b"content-type", kind.encode()),
            (b"content-length", b"%d" % len(body)),
            *_lines(headers),
        ],
        body,
    )


def json(answer: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with JSON."""
    return content(encode(answer), JSON, headers, status)


def empty(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response without body and so without Content-Type."""
    # RFC 9110, 8.6: the one never has a body, and of the other it would be that of the 200.
    length = [] if status in (204, 304) else [(b"content-length", b"0")]
    return Response(status, [*length, *_lines(headers)])


def _lines(headers: Mapping[str, str] | None) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in (headers or {}).items()]


def tags_of(header: bytes | None) -> Sequence[str] | None:
    """Return the entity tags of If-Match or If-None-Match, weak ones as if they were strong."""
    if header is None:
        return None
    return [tag.strip().removeprefix("W/") for tag in header.decode("latin-1").split(",")]


def rendered(result: S) -> RenderedResponse[S]:
    """Return a handler's result as it goes over the wire."""
    if isinstance(result, RenderedResponse):
        return result
    if isinstance(result, WithETag):
        return RenderedResponse(encode(result.answer), result.etag)
    if isinstance(result, list) and len(result) > 1:
        return RenderedResponse(_encode_list(result))
    return RenderedResponse(encode(result))


def _encode_list(result: list[Any]) -> bytearray:
    """Return a list as JSON; what is encoded is let go, so that it is not in memory twice."""
    encoded = bytearray(b"[")
    for place, item in enumerate(result):
        encode_into(item, encoded, -1)
        encoded += b","
        result[place] = None
    encoded[-1:] = b"]"
    return encoded
