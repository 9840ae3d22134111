"""All routes in one readable list, and the application made of them."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Response
from litestar.config.cors import CORSConfig
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from kadence.usecases.unit import Work
from kadence.web import errors, iterations
from kadence.web.http import adapt
from kadence.web.route import Route

BASE_PATHS = ("/api/latest", "/api/v1")
"""Two names of the same API."""

_ITERATIONS = "/spaces/{space_uid}/iterations"

ROUTES: Sequence[Route] = (
    Route(
        HttpMethod.POST,
        _ITERATIONS,
        iterations.create_iteration,
        body=iterations.CREATE,
        tag="Iterations",
        iterations=True,
    ),
    Route(
        HttpMethod.GET,
        _ITERATIONS,
        iterations.list_iterations,
        query=iterations.LIST_PARAMETERS,
        tag="Iterations",
        iterations=True,
    ),
    Route(
        HttpMethod.GET,
        _ITERATIONS + "/{id}",
        iterations.get_iteration,
        tag="Iterations",
        iterations=True,
    ),
)


def create_app(work: Work, *, cors_origins: Sequence[str] = ()) -> Litestar:
    """The ASGI application over `work`; pages of `cors_origins` may call it."""
    return Litestar(
        route_handlers=_api(work),
        exception_handlers={HTTPException: _refused, Exception: _refused},
        cors_config=_cors(cors_origins) if cors_origins else None,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _cors(origins: Sequence[str]) -> CORSConfig:
    return CORSConfig(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["authorization", "content-type", "if-match", "if-none-match"],
        expose_headers=[
            "etag",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "retry-after",
            "x-request-id",
        ],
    )


def _api(work: Work) -> list[HTTPRouteHandler]:
    """One Litestar handler for each route, under both base paths.

    The first of a path takes OPTIONS too: Litestar would answer that by itself, but to the contract
    it is one more wrong method.
    """
    allowed: dict[str, list[str]] = {}
    for route in ROUTES:
        allowed.setdefault(route.path, []).append(route.method)
    return [
        HTTPRouteHandler(
            [base + _litestar_path(route.path) for base in BASE_PATHS],
            http_method=_methods(route.method, first=route.method == allowed[route.path][0]),
            status_code=200,
            name=f"{route.method} {route.path}",
        )(adapt(route.handler, work, allowed[route.path]))
        for route in ROUTES
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


def _refused(_request: object, error: Exception) -> _Ready:
    return _Ready(errors.response(error))
