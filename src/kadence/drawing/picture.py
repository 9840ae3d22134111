"""What is to be drawn: a definition, and the format of the picture."""

from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from kadence.outputs import for_xml, prepared


class Format(StrEnum):
    """How a picture is written."""

    SVG = "svg"
    PNG = "png"


class Drawing(Struct, frozen=True):
    """A picture to be drawn: a Vega-Lite definition as JSON, and how it is to be written.

    `language` is that of the numbers and days on its axes.
    """

    definition: bytes
    format: Format
    language: str = "en"


def drawing(definition: dict[str, Any], format_: Format, language: str = "en") -> Drawing:
    """Return what is to be drawn of a Vega-Lite definition, whatever text stands in it."""
    return Drawing(msgspec.json.encode(prepared(definition, for_xml)), format_, language)
