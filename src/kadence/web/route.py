"""One entry of the route table: what is served and what the OpenAPI document says of it."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Sequence
from functools import reduce
from operator import or_
from types import UnionType
from typing import Any, Literal

from msgspec import Struct

from kadence.domain.error_ids import ErrorId
from kadence.usecases.unit_of_work import RenderedResponse
from kadence.web.bodies import Body
from kadence.web.http import Handler
from kadence.web.query import Harmless, Parameter
from kadence.web.responses import Response, WithCookie, WithETag

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Tag = Literal[
    "Iterations",
    "Cards",
    "Boards",
    "Spaces",
    "Members",
    "People",
    "Tags",
    "Fixed lists",
    "Additions",
    "Insights",
    "Charts",
    "Signed links",
    "Signing in",
]
"""What an operation is about."""


class Route(Struct, frozen=True):
    """A method and path below the base path, with its handler.

    The handler's docstring is the operation's text, its return annotation the answer's schema. Its
    `errors` are those of its own rules; the others follow from what it takes. What is `public`
    needs no token.
    """

    method: Method
    path: str
    handler: Handler
    tag: Tag
    body: Body[Any] | None = None
    query: Sequence[Parameter[Any]] = ()
    errors: Sequence[ErrorId] = ()
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
        """The type of the JSON that is answered, or `Response` for what is none."""
        return _unwrapped(self._returned)[-1]

    @property
    def has_etag(self) -> bool:
        """Whether the answer comes with an entity tag."""
        return any(typing.get_origin(kind) is WithETag for kind in _unwrapped(self._returned))

    @property
    def _returned(self) -> Any:
        return typing.get_type_hints(self.handler, include_extras=True)["return"]

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
    def uids(self) -> Sequence[str]:
        """The path parameters that are UUIDs; the others are integer ids."""
        by_uid = "_uid}" in self.path
        return self.path_parameters if by_uid else ()

    @property
    def path_parameters(self) -> list[str]:
        """The names in the path."""
        return names_in(self.path)


def _unwrapped(kind: Any) -> list[Any]:
    """Return a type and, one after the other, those within it, down to the answer."""
    if typing.get_origin(kind) is UnionType:
        # What may be JSON or a stream is told by its JSON.
        kind = reduce(or_, (one for one in typing.get_args(kind) if one is not Response))
    kinds = [kind]
    while typing.get_origin(kinds[-1]) in _WRAPS:
        kinds.append(typing.get_args(kinds[-1])[0])
    return kinds


_WRAPS = (RenderedResponse, WithETag, WithCookie)
"""What a handler may put around its answer."""


def names_in(path: str) -> list[str]:
    """Return the names of the parameters in a path."""
    return re.findall(r"{(\w+)}", path)
