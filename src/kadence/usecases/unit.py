"""What a use case gets to work with, and how it is run inside one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import uuid_utils
from msgspec import Struct

from kadence.domain.access import Actor
from kadence.domain.errors import (
    AlreadyInitialised,
    BadRequest,
    NotInitialised,
    StorageError,
    Unauthenticated,
)
from kadence.domain.model import CompanyRole, Event, Instant
from kadence.storage import journal, people
from kadence.storage.engine import Database, Transaction

T = TypeVar("T")
P = ParamSpec("P")
Draft: TypeAlias = T | BadRequest
"""A decoded body or query, or what is wrong with it: said only once access is settled."""

SEEN_EVERY = 60_000
"""Milliseconds between two notes of a token's last use: a read must not cost a write each time."""


def system_clock() -> Instant:
    """The time now, by the machine's clock."""
    return time.time_ns() // 1_000_000


def random_id() -> str:
    """A new UUIDv7: ids of one process ascend, also within a millisecond."""
    return str(uuid_utils.uuid7())


def random_secret() -> str:
    """A new API token of 256 random bits; the prefix lets a secret scanner recognise it."""
    return f"kdn_{secrets.token_urlsafe(32)}"


def digest(secret: str | None) -> str:
    """The SHA-256 under which an API token is stored; its 256 random bits need no salt.

    Raises:
        Unauthenticated: there is no secret.
    """
    if secret is None:
        raise Unauthenticated
    return hashlib.sha256(secret.encode()).hexdigest()


def opened(draft: Draft[T]) -> T:
    """The draft's content.

    Raises:
        BadRequest: what is wrong with it.
    """
    if isinstance(draft, BadRequest):
        raise draft
    return draft


class Unit(Struct, gc=False):
    """One unit of work: the transaction, who acts, when, and where ids and secrets come from."""

    tx: Transaction
    actor: Actor
    now: Instant
    new_id: Callable[[], str]
    new_secret: Callable[[], str]

    def record(
        self,
        kind: str,
        payload: Struct | dict[str, Any],
        *,
        space_uid: str | None = None,
        iteration_id: str | None = None,
        card_uid: str | None = None,
    ) -> None:
        """Write an event into the journal, in this transaction."""
        journal.append(
            self.tx,
            Event(
                company_id=self.actor.company_id,
                at=self.now,
                kind=kind,
                actor_uid=self.actor.uid or None,
                space_uid=space_uid,
                iteration_id=iteration_id,
                card_uid=card_uid,
                payload=payload,
            ),
        )


_NOBODY = Actor(0, "", 0, CompanyRole.USER)

UseCase: TypeAlias = Callable[Concatenate[Unit, P], T]


class Work:
    """Runs use cases for the bearer of a token, each in one transaction of its own.

    The token is looked up in that same transaction, so one that was revoked stops at once.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], Instant] = system_clock,
        new_id: Callable[[], str] = random_id,
        new_secret: Callable[[], str] = random_secret,
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._new_secret = new_secret
        self._notes: set[asyncio.Task[None]] = set()

    async def read(
        self, token: str | None, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case that changes nothing.

        Raises:
            KadenceError: Unauthenticated, or what the use case raises.
        """
        key = digest(token)

        def attempt(tx: Transaction) -> tuple[Actor, Instant, T]:
            unit = self._unit_of_bearer(tx, key)
            return unit.actor, unit.now, query(unit, *args, **kwargs)

        actor, now, result = await self._database.read(attempt)
        if _is_stale(actor, now):
            self._note_in_background(actor, now)
        return result

    async def write(
        self,
        token: str | None,
        command: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a use case that changes something; the change is durable when this returns.

        Raises:
            KadenceError: Unauthenticated, or what the use case raises; nothing was changed then.
        """
        key = digest(token)

        def attempt(tx: Transaction) -> T:
            unit = self._unit_of_bearer(tx, key)
            result = command(unit, *args, **kwargs)
            if _is_stale(unit.actor, unit.now):
                people.mark_seen(tx, unit.actor, unit.now)
            return result

        return await self._database.write(attempt)

    async def operate(self, command: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case for whoever runs the server, who needs no token to its own database.

        Raises:
            KadenceError: NotInitialised, or what the use case raises; nothing was changed then.
        """

        def attempt(tx: Transaction) -> T:
            companies = people.all_companies(tx)
            if not companies:
                raise NotInitialised("the database holds no company yet: run `kadence init` first")
            operator = Actor(0, "", companies[0].id, CompanyRole.OWNER)
            return command(self._unit(tx, operator), *args, **kwargs)

        return await self._database.write(attempt)

    async def initialise(self, command: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the use case that makes the first company of an empty database.

        Raises:
            AlreadyInitialised: the database is not empty; nothing was changed.
        """

        def attempt(tx: Transaction) -> T:
            if people.all_companies(tx):
                raise AlreadyInitialised(
                    "the database holds a company already; nothing was changed"
                )
            return command(self._unit(tx, _NOBODY), *args, **kwargs)

        return await self._database.write(attempt)

    async def ping(self) -> None:
        """Ask the database for an answer.

        Raises:
            StorageError: it cannot give one.
        """
        await self._database.read(people.all_companies)

    def _unit_of_bearer(self, tx: Transaction, key: str) -> Unit:
        unit = self._unit(tx, _NOBODY)
        actor = people.find_actor(tx, key, unit.now)
        if actor is None:
            raise Unauthenticated
        unit.actor = actor
        return unit

    def _unit(self, tx: Transaction, actor: Actor) -> Unit:
        return Unit(tx, actor, self._clock(), self._new_id, self._new_secret)

    def _note_in_background(self, actor: Actor, now: Instant) -> None:
        task = asyncio.create_task(self._note(actor, now))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _note(self, actor: Actor, now: Instant) -> None:
        # A read is answered even where nothing can be written, as on a full disk.
        with contextlib.suppress(StorageError):
            await self._database.write(lambda tx: people.mark_seen(tx, actor, now))


def _is_stale(actor: Actor, now: Instant) -> bool:
    return actor.token_last_used is None or now - actor.token_last_used >= SEEN_EVERY
