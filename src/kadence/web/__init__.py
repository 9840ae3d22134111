"""Speaks HTTP: routes, JSON shapes, status codes; it knows no SQL and decides no rule."""
