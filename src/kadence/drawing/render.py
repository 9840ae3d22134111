"""Draws Vega-Lite definitions, without a browser; runs in the helper process."""

from html import escape

import msgspec
import vl_convert

from kadence.drawing.studio import Drawing, Format

SCALE = 1.5
"""Pixels of a PNG by those of the definition: sharp on today's screens."""


def render(drawing: Drawing) -> bytes:
    """The picture's bytes."""
    definition = msgspec.json.decode(drawing.definition)
    if drawing.format is Format.PNG:
        return bytes(vl_convert.vegalite_to_png(definition, scale=SCALE))
    svg = str(vl_convert.vegalite_to_svg(definition))
    return _named(svg, definition["description"]).encode()


def _named(svg: str, description: str) -> str:
    """The picture with its name, which screen readers say and browsers show."""
    name = escape(description, quote=True)
    head, _, rest = svg.partition(">")
    role = 'role="graphics-document" aria-roledescription="chart"'
    return f'{head} {role} aria-label="{name}"><title>{name}</title>{rest}'
