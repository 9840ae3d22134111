"""The application, made of the routes."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.cors import CORSConfig
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_405_METHOD_NOT_ALLOWED

from kadence.web import errors, openapi, pages
from kadence.web.adapter import adapt
from kadence.web.http import AppState
from kadence.web.route import Route
from kadence.web.routes import BASE_PATHS, OWN_BASE_PATHS, OWN_ROUTES, ROUTES
from kadence.web.unsupported_endpoints import BY_PATH, NOT_SERVED, not_served

_LITERAL = frozenset(route.path for route in ROUTES if "{" not in route.path)
"""Those without a parameter."""


def create_app(
    state: AppState, *, cors_origins: Sequence[str] = (), public_url: str | None = None
) -> Litestar:
    """Return the ASGI application that works with this state.

    Pages of `cors_origins` may call it; `public_url` is where people reach it from outside.
    """
    document = api_document(public_url)
    return Litestar(
        route_handlers=[
            *_api(state, ROUTES, BASE_PATHS),
            *_api(state, OWN_ROUTES, OWN_BASE_PATHS),
            *pages.handlers(state.runner, document),
        ],
        exception_handlers={HTTPException: _refused, Exception: _refused},
        cors_config=_cors(cors_origins) if cors_origins else None,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def api_document(public_url: str | None = None) -> openapi.Schema:
    """Return what the server does, as an OpenAPI document."""
    parts = [openapi.Part(ROUTES, BASE_PATHS), openapi.Part(OWN_ROUTES, OWN_BASE_PATHS)]
    return openapi.document(parts, public_url, NOT_SERVED)


def _cors(origins: Sequence[str]) -> CORSConfig:
    return CORSConfig(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=[
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "last-event-id",
            "x-idempotency-key",
            "x-kadence-fault",
            "x-kadence-strict",
            "x-kaiten-client-name",
            "x-kaiten-client-type",
            "x-kaiten-client-version",
        ],
        expose_headers=[
            "content-disposition",
            "etag",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "retry-after",
            "x-kadence",
            "x-kadence-ignored",
            "x-request-id",
        ],
    )


def _api(
    state: AppState, routes: Sequence[Route], base_paths: Sequence[str]
) -> list[HTTPRouteHandler]:
    """Return one Litestar handler for each route, under its base paths.

    The first of a path takes OPTIONS too: Litestar would answer that by itself, but to the contract
    it is one more wrong method.
    """
    allowed: dict[str, list[str]] = {}
    for route in routes:
        allowed.setdefault(route.path, [*BY_PATH.get(route.path, ())]).append(route.method)
    firsts = {route.path: route.method for route in reversed(routes)}
    return [
        HTTPRouteHandler(
            [base + _litestar_path(route.path) for base in base_paths],
            http_method=_methods(route.method, first=route.method == firsts[route.path]),
            status_code=200,
            name=f"{route.method} {base_paths[0]}{route.path}",
        )(
            adapt(
                route.handler,
                state,
                allowed[route.path],
                route.query_keys,
                public=route.public,
            )
        )
        for route in routes
    ]


def _methods(method: HttpMethod, *, first: bool) -> list[HttpMethod]:
    return [method, HttpMethod.OPTIONS] if first else [method]


def _litestar_path(path: str) -> str:
    return path.replace("}", ":str}")


class _Ready(Response[bytes]):
    """An answer made already, in the form that Litestar's exception handlers must have."""

    def __init__(self, answer: ASGIResponse) -> None:
        super().__init__(b"")
        self._answer = answer

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        return self._answer


def _refused(request: Request[Any, Any, Any], error: Exception) -> _Ready:
    if not isinstance(error, HTTPException):
        return _Ready(errors.response(error))
    path, method = request.scope["path"], request.scope["method"]
    whole = path if path.startswith("/scim/") else ""
    below = next((path.removeprefix(b) for b in BASE_PATHS if path.startswith(b)), whole)
    known = error.status_code == HTTP_405_METHOD_NOT_ALLOWED
    if known or error.status_code == HTTP_404_NOT_FOUND:
        missing = not_served(below, literal=below in _LITERAL)
        if method in missing:
            return _Ready(errors.empty(404, {"x-kadence": "not-served"}))
        if known:
            methods = set((error.headers or {}).get("allow", "").split(", ")) - {"OPTIONS"}
            return _Ready(errors.wrong_method([*methods, *missing]))
        if not path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
            return _Ready(pages.nowhere())
    return _Ready(errors.response(error))
