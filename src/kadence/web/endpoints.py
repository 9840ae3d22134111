"""Makes the routes answer: calls a route's handler, and sends its result as JSON."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import NotFound
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web import errors, openapi, pages
from kadence.web.app_state import AppState
from kadence.web.codec import JSON
from kadence.web.compression import LEAST, compress
from kadence.web.http import DRY_RUN, Disconnected, Handler, RequestContext
from kadence.web.requests import Request
from kadence.web.responses import Response, WithCookie, empty, rendered, tags_of
from kadence.web.route import Route
from kadence.web.router import Router
from kadence.web.routes import BASE_PATHS, OWN_BASE_PATHS, OWN_ROUTES, ROUTES
from kadence.web.unsupported_endpoints import NOT_SERVED, not_served

Endpoint = Callable[[Request], Awaitable[Response]]

_LITERAL = frozenset(route.path for route in ROUTES if "{" not in route.path)
"""Those without a parameter."""
_OF_WRITES = frozenset({DRY_RUN.name})


class Endpoints:
    """Everything that is served, found by path and method."""

    def __init__(self, state: AppState, *, public_url: str | None = None) -> None:
        """`public_url` is where people reach the server from outside."""
        self._router: Router[tuple[Endpoint, str]] = Router()
        document = api_document(public_url)
        for path, endpoint in pages.endpoints(state.runner, document):
            self._router.add("GET", path, (endpoint, path))
        for routes, base_paths in ((ROUTES, BASE_PATHS), (OWN_ROUTES, OWN_BASE_PATHS)):
            own = routes is OWN_ROUTES
            for route in routes:
                for base in base_paths:
                    path = base + route.path
                    endpoint = endpoint_of(route, state, own=own)
                    self._router.add(route.method, path, (endpoint, path))

    @property
    def paths(self) -> list[str]:
        """All paths that are served, with the names of their parameters in braces."""
        return self._router.paths

    def respond(self, request: Request) -> Awaitable[Response]:
        """Answer a request; an error that nobody foresaw is logged, and answered as one."""
        found = self._router.find(request.method, request.path)
        if isinstance(found, list):
            return _not_found(request, found)
        (endpoint, request.route), request.params = found
        return endpoint(request)


def api_document(public_url: str | None = None) -> openapi.Schema:
    """Return what the server does, as an OpenAPI document."""
    parts = [openapi.Part(ROUTES, BASE_PATHS), openapi.Part(OWN_ROUTES, OWN_BASE_PATHS, own=True)]
    return openapi.document(parts, public_url, NOT_SERVED)


def endpoint_of(route: Route, state: AppState, *, own: bool = False) -> Endpoint:
    """Return what answers the requests of a route; `own` are those that kadence adds.

    What is public acts for nobody, so that nobody can be made to do it.
    """
    handler: Handler = route.handler
    reads, public = route.method == "GET", route.public
    known = route.query_keys if reads else route.query_keys | _OF_WRITES

    async def answer(request: Request) -> Response:
        context = RequestContext(request, state, known)
        try:
            if not reads and not public:
                context.refuse_forged()
            result = await handler(context)
            if isinstance(result, list):
                # The future that brought it holds it until this turn of the event loop ends.
                await asyncio.sleep(0)
            ignored = context.ignored
            response = _response(result, context, reads=reads)
            if len(response.body) >= LEAST:
                await compress(request, response)
        except Disconnected:
            return Response(400, [])
        except Exception as error:
            refusal = errors.response(error, own=own)
            # Its frames refer to it: such a circle would keep all that the request had in hand.
            error.__traceback__ = error.__context__ = None
            return refusal
        finally:
            # Nobody waits for a turn until somebody else has read the answer.
            context.give_turn()
        if ignored:
            response.headers.append((b"x-kadence-ignored", ignored.encode()))
        return response

    return answer


def _response(result: Any, context: RequestContext, *, reads: bool) -> Response:
    """Return the response with a handler's result."""
    if isinstance(result, Response):
        return result
    if isinstance(result, WithCookie):
        response = _success(rendered(result.answer), b"no-store")
        if result.cookie is not None:
            response.headers.append((b"set-cookie", result.cookie.encode()))
        return response
    made = rendered(result)
    if context.has_secret:
        return _success(made, b"no-store")
    if not reads:
        return _success(made, None)
    made = _tagged(made)
    if _is_known(made, context.headers.get(b"if-none-match")):
        return empty(304, {"etag": made.etag or "", "cache-control": _PRIVATE.decode()})
    return _success(made, _PRIVATE)


def _success(made: RenderedResponse[Any], kept: bytes | None) -> Response:
    body, etag = made.body, made.etag
    headers = [(b"content-type", _JSON), (b"content-length", b"%d" % len(body))]
    if etag is not None:
        headers.append((b"etag", etag.encode()))
    if kept is not None:
        headers.append((b"cache-control", kept))
    return Response(200, headers, body)


def _tagged(made: RenderedResponse[Any]) -> RenderedResponse[Any]:
    """Return the answer with an entity tag: of what has no version, one of its bytes."""
    if made.etag is not None:
        return made
    digest = hashlib.blake2b(made.body, digest_size=12).hexdigest()
    return RenderedResponse(made.body, f'"{digest}"')


def _is_known(made: RenderedResponse[Any], header: bytes | None) -> bool:
    """Return whether the client has this answer, by its If-None-Match."""
    known = tags_of(header)
    return made.etag is not None and known is not None and (made.etag in known or "*" in known)


_JSON = JSON.encode()
_PRIVATE = b"private, no-cache"
"""A read is for its caller alone, and to be asked for again (ETag) before it is used again."""


async def _not_found(request: Request, methods: Sequence[str]) -> Response:
    """Refuse a path that nothing has, or a method that is none of those that the path has."""
    path = request.path
    whole = path if path.startswith("/scim/") else ""
    below = next((path.removeprefix(b) for b in BASE_PATHS if path.startswith(b)), whole)
    missing: Sequence[str] = not_served(below, literal=below in _LITERAL)
    if request.method in missing:
        return empty(404, {"x-kadence": "not-served", errors.ERROR_HEADER: ErrorId.NOT_FOUND.value})
    if methods:
        return errors.wrong_method([*methods, *missing])
    if not path.startswith("/api/") and b"text/html" in request.headers.get(b"accept", b""):
        return pages.nowhere()
    return errors.response(NotFound())
