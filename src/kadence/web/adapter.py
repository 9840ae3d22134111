"""The adapter between handlers and Litestar: it calls one, and sends its result as JSON."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web import errors
from kadence.web.codec import JSON
from kadence.web.http import (
    DRY_RUN,
    AppState,
    Disconnected,
    Handler,
    RequestContext,
    WithCookie,
    rendered,
    tags_of,
)

_OF_WRITES = frozenset({DRY_RUN.name})


def adapt(
    handler: Handler,
    state: AppState,
    allowed: Sequence[str],
    known: frozenset[str] = frozenset(),
    *,
    public: bool = False,
) -> Callable[..., Awaitable[ASGIResponse]]:
    """Return a Litestar handler that runs `handler` and sends its result as JSON.

    Errors are sent as `errors.response` says.

    What is `public` acts for nobody, so that nobody can be made to do it.

    OPTIONS, which Litestar routes here, is refused like every method that is not `allowed`.
    """

    async def answer(request: Request[Any, Any, Any]) -> ASGIResponse:
        method = request.scope["method"]
        if method == "OPTIONS":
            return errors.wrong_method(allowed)
        context = RequestContext(request, state, known if method == "GET" else known | _OF_WRITES)
        try:
            if method != "GET" and not public:
                context.refuse_forged()
            result = await handler(context)
            ignored = context.ignored
        except Disconnected:
            return ASGIResponse(status_code=400)
        except Exception as error:
            return errors.response(error)
        if isinstance(result, ASGIResponse):
            if ignored:
                result.headers["x-kadence-ignored"] = ignored
            return result
        if isinstance(result, WithCookie):
            return _Success(rendered(result.answer), ignored, result.cookie)
        return _sent(rendered(result), method, context, ignored)

    return answer


def _sent(
    made: RenderedResponse, method: str, context: RequestContext, ignored: str
) -> ASGIResponse:
    seen = tags_of(context.headers.get(b"if-none-match")) if method == "GET" else None
    if made.etag is not None and seen is not None and (made.etag in seen or "*" in seen):
        return errors.empty(304, {"etag": made.etag})
    kept = b"no-store" if context.has_secret else _PRIVATE if method == "GET" else None
    return _Success(made, ignored, kept=kept)


class _Success(ASGIResponse):
    """A 200 that is rendered already; Litestar's own would render and weigh it once more."""

    def __init__(
        self,
        made: RenderedResponse,
        ignored: str = "",
        cookie: str | None = None,
        kept: bytes | None = None,
    ) -> None:
        self._made = made
        self._kept = kept
        self._ignored = ignored
        self._cookie = cookie

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        body, etag = self._made.body, self._made.etag
        headers = [(b"content-type", _JSON), (b"content-length", b"%d" % len(body))]
        if etag is not None:
            headers.append((b"etag", etag.encode()))
        if self._kept is not None:
            headers.append((b"cache-control", self._kept))
        if self._ignored:
            headers.append((b"x-kadence-ignored", self._ignored.encode()))
        if self._cookie is not None:
            headers += [(b"set-cookie", self._cookie.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


_JSON = JSON.encode()
_PRIVATE = b"private, no-cache"
"""A read is for its caller alone, and to be asked for again (ETag) before it is used again."""
