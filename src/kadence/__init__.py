"""kadence: a self-hosted server for iterations that speaks the Kaiten REST API."""

__version__ = "0.1.0"
