"""One entry of the route table: what Litestar serves and what the OpenAPI document says of it."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Sequence
from typing import Any

from litestar.enums import HttpMethod
from msgspec import Struct

from kadence.web.http import Handler
from kadence.web.query import Parameter
from kadence.web.wire import Body


class Route(Struct, frozen=True):
    """A method and path below the base path, with its handler.

    The handler's docstring is the operation's text, its return annotation the answer's schema.
    """

    method: HttpMethod
    path: str
    handler: Handler
    body: Body[Any, Any] | None = None
    query: Sequence[Parameter[Any]] = ()

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
        return typing.get_type_hints(self.handler, include_extras=True)["return"]

    @property
    def is_of_iterations(self) -> bool:
        """Whether this is one of the endpoints that answer 402 when iterations are off."""
        return "iterations" in self.path

    @property
    def tag(self) -> str:
        """What the operation is about."""
        if self.is_of_iterations:
            return "Iterations"
        if "/users" in self.path:
            return "Members" if self.path_parameters else "People"
        return "Spaces"

    @property
    def uids(self) -> Sequence[str]:
        """The path parameters that are UUIDs; the others are integer ids."""
        return self.path_parameters if self.is_of_iterations else ()

    @property
    def path_parameters(self) -> list[str]:
        """The names in the path."""
        return names_in(self.path)


def names_in(path: str) -> list[str]:
    """The names of the parameters in a path."""
    return re.findall(r"{(\w+)}", path)
