"""The words of ASGI, by which server and application speak with each other."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

SEND_WHOLE = "kadence.send_whole"
"""An extension of ours: `scope["extensions"][SEND_WHOLE](status, headers, body)` sends an answer in
one piece, or returns False when it has to go the common way."""

HAS_ROOM = "kadence.has_room"
"""Another: `scope["extensions"][HAS_ROOM]()` says whether there is memory for a large answer."""
