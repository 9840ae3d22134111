"""A part of a list: what a caller asks for who reads it page by page."""

from msgspec import Struct


class Page(Struct, frozen=True):
    """A part of a list."""

    limit: int = 100
    offset: int = 0
