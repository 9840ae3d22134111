"""kadence: a self-hosted server for iterations that speaks the Kaiten REST API."""

from kadence._version import VERSION

__version__ = VERSION
