"""One entry of the route table: what is served and what the OpenAPI document says of it."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from kadence.web.bodies import Body
from kadence.web.http import Handler
from kadence.web.query import Harmless, Parameter
from kadence.web.responses import WithCookie, WithETag

Method = Literal["GET", "POST", "PATCH", "DELETE"]


class Route(Struct, frozen=True):
    """A method and path below the base path, with its handler.

    The handler's docstring is the operation's text, its return annotation the answer's schema. What
    is `public` needs no token.
    """

    method: Method
    path: str
    handler: Handler
    body: Body[Any] | None = None
    query: Sequence[Parameter[Any]] = ()
    produces: Sequence[str] = ("application/json",)
    public: bool = False

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.handler.__name__

    @property
    def doc(self) -> str:
        """What the operation does, for a reader."""
        return inspect.getdoc(self.handler) or ""

    @property
    def answer(self) -> Any:
        """The type of the answer."""
        returned = typing.get_type_hints(self.handler, include_extras=True)["return"]
        return typing.get_args(returned)[0] if typing.get_origin(returned) in _WRAPS else returned

    @property
    def has_etag(self) -> bool:
        """Whether the answer comes with an entity tag."""
        returned = typing.get_type_hints(self.handler, include_extras=True)["return"]
        return typing.get_origin(returned) is WithETag

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"

    @property
    def query_keys(self) -> frozenset[str]:
        """The names of its query parameters that have an effect."""
        return frozenset(one.name for one in self.query if not isinstance(one, Harmless))

    @property
    def is_of_iterations(self) -> bool:
        """Whether this is one of the endpoints that answer 402 when iterations are off."""
        return self.tag == "Iterations"

    @property
    def is_of_sessions(self) -> bool:
        """Whether this is about signing in, some of which an API token may not do."""
        return self.tag == "Signing in"

    @property
    def tag(self) -> str:
        """What the operation is about."""
        return next(tag for pattern, tag in _TAGS if re.search(pattern, self.path))

    @property
    def uids(self) -> Sequence[str]:
        """The path parameters that are UUIDs; the others are integer ids."""
        by_uid = "_uid}" in self.path
        return self.path_parameters if by_uid else ()

    @property
    def path_parameters(self) -> list[str]:
        """The names in the path."""
        return names_in(self.path)


_TAGS = (
    (r"^/(session|invitations)", "Signing in"),
    (r"/(links|shared)\b", "Signed links"),
    (r"\.(svg|png)$", "Charts"),
    (r"/((report|flow|forecast|velocity)(\.csv)?|calendar|iterations\.ics)$", "Insights"),
    (r"/(arrange|capacity|events|totals|leftovers|periods)$", "Additions"),
    (r"iterations", "Iterations"),
    (r"^/cards", "Cards"),
    (r"boards|columns|lanes", "Boards"),
    (r"^/spaces/.*/users", "Members"),
    (r"^/spaces", "Spaces"),
    (r"^/(users|companies)", "People"),
    (r"tags", "Tags"),
    (r"", "Fixed lists"),
)


_WRAPS = (WithETag, WithCookie)
"""What a handler may put around its answer."""


def names_in(path: str) -> list[str]:
    """Return the names of the parameters in a path."""
    return re.findall(r"{(\w+)}", path)
