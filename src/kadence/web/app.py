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
from kadence.web import errors, iterations, openapi, pages, people, spaces
from kadence.web.http import adapt
from kadence.web.published import NOT_SERVED
from kadence.web.route import Route

BASE_PATHS = ("/api/latest", "/api/v1")
"""Two names of the same API."""

_GET, _POST, _PATCH, _DELETE = HttpMethod.GET, HttpMethod.POST, HttpMethod.PATCH, HttpMethod.DELETE
_ITERATIONS = "/spaces/{space_uid}/iterations"
_SPACE = "/spaces/{space_id}"
_MEMBERS = "/spaces/{space_id}/users"

ROUTES: Sequence[Route] = (
    Route(_POST, _ITERATIONS, iterations.create_iteration, body=iterations.CREATE),
    Route(_GET, _ITERATIONS, iterations.list_iterations, query=iterations.LIST_PARAMETERS),
    Route(_GET, f"{_ITERATIONS}/{{id}}", iterations.get_iteration),
    Route(_GET, "/users/current", people.get_current_user),
    Route(_GET, "/users", people.list_users, query=people.LIST_PARAMETERS),
    Route(_GET, "/spaces", spaces.list_spaces),
    Route(_POST, "/spaces", spaces.create_space, body=spaces.CREATE),
    Route(_GET, _SPACE, spaces.get_space),
    Route(_PATCH, _SPACE, spaces.change_space, body=spaces.CHANGE),
    Route(_DELETE, _SPACE, spaces.delete_space),
    Route(_GET, _MEMBERS, spaces.list_members, query=spaces.MEMBER_PARAMETERS),
    Route(_POST, _MEMBERS, spaces.add_member, body=spaces.ADD_MEMBER),
    Route(_GET, f"{_MEMBERS}/{{user_id}}", spaces.get_member),
    Route(_PATCH, f"{_MEMBERS}/{{user_id}}", spaces.change_member, body=spaces.CHANGE_MEMBER),
    Route(_DELETE, f"{_MEMBERS}/{{user_id}}", spaces.remove_member),
)
"""What the API serves, below each of the base paths."""


def create_app(
    work: Work, *, cors_origins: Sequence[str] = (), public_url: str | None = None
) -> Litestar:
    """The ASGI application over `work`.

    Pages of `cors_origins` may call it; `public_url` is where people reach it from outside.
    """
    document = openapi.document(ROUTES, BASE_PATHS, public_url, NOT_SERVED)
    return Litestar(
        route_handlers=[*_api(work), *_not_served(), *pages.handlers(work, document)],
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
    for path, methods in NOT_SERVED:
        if path in allowed:
            allowed[path] += methods
    return [
        HTTPRouteHandler(
            [base + _litestar_path(route.path) for base in BASE_PATHS],
            http_method=_methods(route.method, first=route.method == allowed[route.path][0]),
            status_code=200,
            name=f"{route.method} {route.path}",
        )(adapt(route.handler, work, allowed[route.path]))
        for route in ROUTES
    ]


def _not_served() -> list[HTTPRouteHandler]:
    """Published operations that are not served say so, which a wrong address does not."""

    async def not_served() -> ASGIResponse:
        return errors.empty(404, {"x-kadence": "not-served"})

    served = {route.path for route in ROUTES}
    return [
        HTTPRouteHandler(
            [base + _litestar_path(path) for base in BASE_PATHS],
            http_method=[
                *map(HttpMethod, methods),
                *([] if path in served else [HttpMethod.OPTIONS]),
            ],
            status_code=404,
            name=f"not served: {path}",
        )(not_served)
        for path, methods in NOT_SERVED
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
