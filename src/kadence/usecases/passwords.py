"""Passwords as they are kept: argon2id, slow on purpose, so never in a transaction.

Each takes 64 MiB while it is looked at: a process of its own does that for a server.
"""

from functools import cache
from multiprocessing.connection import Connection

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from kadence.helper_process import serve

SHORTEST, LONGEST = 10, 1024
"""Characters of a password; no other rule (NIST SP 800-63B)."""

IDLE_SECONDS = 300
"""After how long without a password the process ends that looks at them."""

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


class Check(Struct, frozen=True):
    """Whether a password is the one of which `kept` was made."""

    kept: str | None
    password: str


class Hashing(Struct, frozen=True):
    """What is kept of a new password."""

    password: str


def work(pipe: Connection) -> None:
    """What the process does that looks at passwords."""
    # So that the first who is nobody takes as long as everybody.
    _of_nobody()
    serve(pipe, _done, IDLE_SECONDS)


def _done(task: Check | Hashing) -> bool | str:
    if isinstance(task, Check):
        return is_right(task.kept, task.password)
    return hashed(task.password)
