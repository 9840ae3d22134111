"""One HTTP request as it comes from the server."""

from collections.abc import Callable
from typing import Any

from kadence.web.asgi import HAS_ROOM, Receive, Scope


class Request:
    """Method, path and headers of a request, and the way to its body.

    Of a header that comes more than once the last value counts. `route` is the path with the names
    of its parameters, as it is in the route table, and `params` are their values.
    """

    __slots__ = ("caller", "headers", "method", "params", "path", "receive", "route", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.route = "unknown"
        self.caller: Any = None
        """See credentials.caller_of."""
        self.params: dict[str, str] = {}

    @property
    def query_string(self) -> bytes:
        """The query as it was sent."""
        query: bytes = self.scope["query_string"]
        return query

    @property
    def is_https(self) -> bool:
        """Whether the browser is spoken to through TLS."""
        return bool(self.scope["scheme"] == "https")

    @property
    def client(self) -> str:
        """The address that the request came from."""
        client: Any = self.scope.get("client")
        return str(client[0]) if client else ""

    def has_room(self) -> bool:
        """Return whether there is memory for a large answer, as far as the server says."""
        say: Callable[[], bool] | None = self.scope.get("extensions", {}).get(HAS_ROOM)
        return say is None or say()

    async def wait_until_gone(self) -> None:
        """Return once the client has gone; what it still sends is ignored."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
