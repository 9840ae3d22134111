"""A small picture of two words, for a README or a wiki: `remaining 12 of 30`."""

from html import escape

from kadence.outputs import for_xml

_LETTER, _PAD, _HEIGHT = 6.6, 8, 20
_FONT = "Verdana, 'DejaVu Sans', sans-serif"


def badge(label: str, value: str, description: str) -> bytes:
    """Return the badge as an SVG; `description` is what a screen reader says."""
    left, right = (round(len(text) * _LETTER + 2 * _PAD) for text in (label, value))
    name = escape(for_xml(description), quote=True)
    texts = "".join(
        f'<text x="{x}" y="14" textLength="{width - 2 * _PAD}">{escape(text)}</text>'
        for text, x, width in ((label, _PAD, left), (value, left + _PAD, right))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" '
        f'role="img" aria-label="{name}"><title>{name}</title>'
        f'<rect width="{left + right}" height="{_HEIGHT}" rx="3" fill="#3b4252"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" '
        f'fill="#1f6f8b"/>'
        f'<g fill="#ffffff" font-family="{_FONT}" font-size="11">{texts}</g></svg>'
    ).encode()
