"""One HTTP request as a handler sees it, and the adapter between handlers and Litestar."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

from litestar import Request
from litestar.response.base import ASGIResponse
from msgspec import Struct

from kadence.domain.errors import BadRequest, BodyTooLarge
from kadence.usecases.unit import UseCase, Work
from kadence.web import errors
from kadence.web.query import Query, integer_id
from kadence.web.wire import JSON, Body, encode

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D")
B = TypeVar("B", bound=Struct)

LARGEST_BODY = 1024 * 1024
"""Bytes that a request body may have."""

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class Disconnected(Exception):
    """The client went away before its body had come."""


class Call:
    """One request: its token, path, query and body, and the way into the use cases."""

    __slots__ = ("_request", "_token", "_work")

    def __init__(self, request: Request[Any, Any, Any], work: Work) -> None:
        self._request = request
        self._work = work
        self._token = bearer_token(request.scope["headers"])

    async def read(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that changes nothing, for the caller."""
        return await self._work.read(self._token, use_case, *args, **kwargs)

    async def write(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that changes something, for the caller."""
        return await self._work.write(self._token, use_case, *args, **kwargs)

    def uid(self, name: str) -> str:
        """A UUID of the path in canonical form; "" for anything else, which matches nothing."""
        text: str = self._request.scope["path_params"][name]
        return text.lower() if _UUID.fullmatch(text) else ""

    def id(self, name: str) -> int:
        """An integer id of the path; 0 for anything else, which matches nothing."""
        return integer_id(self._request.scope["path_params"][name])

    def query(self, build: Callable[[Query], D]) -> D | BadRequest:
        """What `build` makes of the query, or what is wrong with the query."""
        try:
            return build(Query(self._request.scope["query_string"]))
        except BadRequest as refused:
            return refused

    async def body(self, kind: Body[B, D]) -> D | BadRequest:
        """The draft in the request's body, or what is wrong with it or with the query."""
        raw = await self._raw_body()
        if raw is None:
            return BodyTooLarge(f"Request body is larger than {LARGEST_BODY} bytes")
        unsound = self.query(lambda query: query)
        return unsound if isinstance(unsound, BadRequest) else kind.read(raw)

    async def _raw_body(self) -> bytes | None:
        """The body, or None when it is too large; the Content-Type is not looked at."""
        whole = b""
        more = True
        while more:
            event = await self._request.receive()
            if event["type"] != "http.request":
                raise Disconnected
            whole += event["body"]
            more = event["more_body"]
            if len(whole) > LARGEST_BODY:
                return None
        return whole

    def nothing(self) -> BadRequest | None:
        """The draft of a request in which nothing is looked for: None, or an unsound query."""
        return self.query(lambda _: None)


Handler = Callable[[Call], Awaitable[Any]]


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token of `Authorization: Bearer <token>`, or None."""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.partition(b" ")
            if scheme.lower() == b"bearer":
                return token.strip().decode("latin-1") or None
            return None
    return None


def adapt(
    handler: Handler, work: Work, allowed: Sequence[str]
) -> Callable[..., Awaitable[ASGIResponse]]:
    """A Litestar handler that runs `handler` and answers its result as JSON, its errors as told.

    OPTIONS, which Litestar routes here, is refused like every method that is not `allowed`.
    """

    async def answer(request: Request[Any, Any, Any]) -> ASGIResponse:
        if request.scope["method"] == "OPTIONS":
            return errors.wrong_method(allowed)
        call = Call(request, work)
        try:
            result = await handler(call)
        except Disconnected:
            return ASGIResponse(status_code=400)
        except Exception as error:
            return errors.response(error)
        return ASGIResponse(body=encode(result), media_type=JSON)

    return answer
