"""Passwords as they are kept: argon2id, slow on purpose, so never in a transaction."""

from functools import cache

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 1024
"""Characters of a password; no other rule (NIST SP 800-63B)."""

_HASHER = argon2.PasswordHasher()


@cache
def _of_nobody() -> str:
    return _HASHER.hash("nobody has this password")


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Return whether a password is the one of which `kept` was made.

    Takes as long when there is none, so that nobody learns from it who has one.
    """
    try:
        return _HASHER.verify(kept or _of_nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
