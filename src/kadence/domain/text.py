"""Rules for text that people type: what one line is, what can be seen, what counts as the same."""

import re
import unicodedata

from kadence.domain.error_ids import ErrorId
from kadence.domain.errors import BadRequest

_INVISIBLE = (
    ("\x00", " "), ("\x7f", "\xa0"), ("\xad", "\xad"), ("\u034f", "\u034f"), ("\u061c", "\u061c"),
    ("\u115f", "\u1160"), ("\u1680", "\u1680"), ("\u17b4", "\u17b5"), ("\u180b", "\u180f"),
    ("\u2000", "\u200f"), ("\u2028", "\u202f"), ("\u205f", "\u206f"), ("\u2800", "\u2800"),
    ("\u3000", "\u3000"), ("\u3164", "\u3164"), ("\ufe00", "\ufe0f"), ("\ufeff", "\ufeff"),
    ("\uffa0", "\uffa0"), ("\ufff0", "\ufffb"), ("\ufffe", "\uffff"),
    ("\U0001bca0", "\U0001bca3"), ("\U0001d173", "\U0001d17a"), ("\U000e0000", "\U000e0fff"),
)  # fmt: skip
"""Blanks, controls, and what Unicode calls default ignorable: nobody sees any of them."""

VISIBLE = f"[^{''.join(f'{first}-{last}' for first, last in _INVISIBLE)}]"
"""A regular expression for a character that can be seen."""

_visible = re.compile(VISIBLE).search
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return the text on one line: controls and line breaks in a row become one blank."""
    return _BREAKS.sub(" ", text)


def is_visible(text: str) -> bool:
    """Return whether there is anything in the text that a person could see."""
    return _visible(text) is not None


def fold(text: str) -> str:
    """Return the text as it is searched: the same for each way to write the same letters.

    Case counts for nothing, nor do compatibility forms (NFKC), nor the dots of ё and İ; ui/src/lib/
    fold.ts does the same in the page. tests/cases/folding.json is proof for both.
    """
    lower = unicodedata.normalize("NFKC", text).casefold().replace("\u0131", "i")
    # Folding the case takes some letters apart.
    whole = unicodedata.normalize("NFKC", lower)
    return whole.replace("i\u0307", "i").replace("\u0451", "\u0435")


def required_line(name: str, text: str, longest: int = 256) -> str:
    """Return a name that somebody typed as a text of one line.

    Raises:
        BadRequest: it cannot be seen, or has more than `longest` characters.
    """
    line = one_line(text)
    if not is_visible(line):
        raise BadRequest(ErrorId.VALUE_INVISIBLE, f"{name} should have a visible character")
    if len(line) > longest:
        raise BadRequest(
            ErrorId.VALUE_LONG,
            f"{name} should NOT be longer than {longest} characters",
            key=name,
            most=longest,
        )
    return line
