"""What is to be drawn: a definition, and the format of the picture."""

from enum import StrEnum

from msgspec import Struct


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
