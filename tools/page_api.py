"""The API's description as the page's build takes it, to make its types of it."""

import json
from typing import Any

from kadence.web.endpoints import api_document

OPEN = ("additionalProperties", "patternProperties", "propertyNames")
"""What says that unknown keys are ignored: true on the wire, but it blinds a type checker."""


def description() -> str:
    """ui/src/api/openapi.json."""
    document = _closed(api_document())
    # The page's types are the same, whichever commit they are made at.
    del document["info"]["version"]
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _closed(part: Any) -> Any:
    """The same, with the keys alone that have a name."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    named = isinstance(part.get("properties"), dict)
    return {key: _closed(value) for key, value in part.items() if not (named and key in OPEN)}
