"""Writes the server's own description for the page's build, which makes its types of it."""

import json
import sys
from typing import Any

from kadence.web.app import api_document

OPEN = ("additionalProperties", "patternProperties", "propertyNames")
"""What says that unknown keys are passed over: true on the wire, but it blinds a type checker."""


def closed(part: Any) -> Any:
    """The same, with the keys alone that have a name."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    named = "properties" in part and isinstance(part["properties"], dict)
    return {key: closed(value) for key, value in part.items() if not (named and key in OPEN)}


if __name__ == "__main__":
    json.dump(closed(api_document()), sys.stdout)
