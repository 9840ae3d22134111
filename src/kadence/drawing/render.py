"""Draws Vega-Lite definitions, without a browser; runs in the helper process."""

from html import escape
from typing import Literal

import msgspec
import vl_convert

from kadence.drawing.picture import Drawing, Format

SCALE = 1.5
"""Pixels of a PNG by those of the definition: sharp on today's screens."""


LOCALES: dict[str, Literal["en-US", "ru-RU"]] = {"en": "en-US", "ru": "ru-RU"}


def render(drawing: Drawing) -> bytes:
    """Return the picture's bytes."""
    definition = msgspec.json.decode(drawing.definition)
    locale = LOCALES[drawing.language]
    if drawing.format is Format.PNG:
        png = vl_convert.vegalite_to_png(
            definition, scale=SCALE, format_locale=locale, time_format_locale=locale
        )
        return bytes(png)
    svg = vl_convert.vegalite_to_svg(definition, format_locale=locale, time_format_locale=locale)
    return _named(str(svg), definition["description"]).encode()


def _named(svg: str, description: str) -> str:
    """Return the picture with its name, which screen readers say and browsers show."""
    name = escape(description, quote=True)
    head, _, rest = svg.partition(">")
    role = 'role="graphics-document" aria-roledescription="chart"'
    return f'{head} {role} aria-label="{name}"><title>{name}</title>{rest}'
