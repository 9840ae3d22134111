"""Public clients, unmodified, against a running server."""
