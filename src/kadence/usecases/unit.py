"""What a use case gets to work with, and how it is run inside one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, cast

import uuid_utils
from msgspec import Struct
from msgspec.structs import astuple

from kadence.domain.access import Actor
from kadence.domain.errors import (
    AlreadyInitialised,
    BadRequest,
    Conflict,
    NotInitialised,
    PreconditionFailed,
    StorageError,
    Unauthenticated,
)
from kadence.domain.model import CompanyRole, Event, Instant
from kadence.storage import idempotency, journal, people
from kadence.storage.engine import Database, Transaction
from kadence.usecases.pulse import Pulse

T = TypeVar("T")
P = ParamSpec("P")
Draft: TypeAlias = T | BadRequest
"""A decoded body or query, or what is wrong with it: said only once access is settled."""

SEEN_EVERY = 60_000
"""Milliseconds between two notes of a token's last use: a read must not cost a write each time."""


KEPT_FOR = 24 * 60 * 60 * 1000
"""Milliseconds for which an answer is kept under its idempotency key."""


class Terms(Struct, frozen=True):
    """What a caller makes a write depend on.

    `if_match`: entity tags of which the thing must have one, `*` being any. `key`: an idempotency
    key, `request` being the digest of what is asked under it. `dry_run`: show what would be, and
    change nothing.
    """

    if_match: Sequence[str] | None = None
    key: str | None = None
    request: str = ""
    dry_run: bool = False


class Reply(Struct, frozen=True):
    """An answer as it goes over the wire: JSON, and the entity tag of what it shows."""

    body: bytes
    etag: str | None = None


def system_clock() -> Instant:
    """The time now, by the machine's clock."""
    return time.time_ns() // 1_000_000


class SteadyClock:
    """The time by another clock, but never earlier than it was told before by this one.

    The machine's clock can be set back while a server runs; what happens later must not seem to
    have happened earlier. `seq` orders the journal in any case.
    """

    def __init__(self, clock: Callable[[], Instant] = system_clock) -> None:
        self._clock = clock
        self._latest: Instant = 0

    def __call__(self) -> Instant:
        """The time now."""
        self._latest = max(self._latest, self._clock())
        return self._latest


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
    terms: Terms = Terms()

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
        event = self.event(
            kind, payload, space_uid=space_uid, iteration_id=iteration_id, card_uid=card_uid
        )
        journal.append(self.tx, [event])

    def record_all(self, events: Sequence[Event]) -> None:
        """Write events of `event` into the journal, in this transaction."""
        if events:
            journal.append(self.tx, events)

    def event(
        self,
        kind: str,
        payload: Struct | dict[str, Any],
        *,
        space_uid: str | None = None,
        iteration_id: str | None = None,
        card_uid: str | None = None,
    ) -> Event:
        """Something that the actor does now."""
        return Event(
            seq=0,
            company_id=self.actor.company_id,
            at=self.now,
            kind=kind,
            actor_uid=self.actor.uid or None,
            space_uid=space_uid,
            iteration_id=iteration_id,
            card_uid=card_uid,
            payload=payload,
        )

    def match(self, etag: str) -> None:
        """Go on only if the caller has seen the thing as it is, or does not ask for that.

        Raises:
            PreconditionFailed: If-Match names other entity tags.
        """
        wanted = self.terms.if_match
        if wanted is not None and "*" not in wanted and etag not in wanted:
            raise PreconditionFailed("It has changed since you read it: read it again")


def changes(old: Struct, new: Struct) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields in which two records differ, with the old and with the new values."""
    fields = zip(old.__struct_fields__, astuple(old), astuple(new), strict=True)
    differing = [(name, before, after) for name, before, after in fields if before != after]
    return (
        {name: before for name, before, _ in differing},
        {name: after for name, _, after in differing},
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
        clock: Callable[[], Instant] | None = None,
        new_id: Callable[[], str] = random_id,
        new_secret: Callable[[], str] = random_secret,
    ) -> None:
        self._database = database
        self._clock = clock or SteadyClock()
        self._new_id = new_id
        self._new_secret = new_secret
        self._notes: set[asyncio.Task[None]] = set()
        self.pulse = Pulse()

    async def read(
        self, token: str | None, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case that changes nothing.

        Raises:
            KadenceError: Unauthenticated, or what the use case raises.
        """
        return await self._read(self._database.read, token, query, *args, **kwargs)

    async def glance(
        self, token: str | None, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for a use case of a few look-ups by key.

        Raises:
            KadenceError: as `read`.
        """
        return await self._read(self._database.glance, token, query, *args, **kwargs)

    async def _read(
        self,
        how: Callable[[Callable[[Transaction], Any]], Awaitable[Any]],
        token: str | None,
        query: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        key = digest(token)

        def attempt(tx: Transaction) -> tuple[Actor, Instant, T]:
            unit = self._unit_of_bearer(tx, key)
            return unit.actor, unit.now, query(unit, *args, **kwargs)

        actor, now, result = await how(attempt)
        if _is_stale(actor, now):
            self._note_in_background(actor, now)
        return cast("T", result)

    async def write(
        self,
        token: str | None,
        terms: Terms,
        render: Callable[[T], Reply],
        command: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Reply:
        """Run a use case that changes something; the change is durable when this returns.

        The answer is rendered before the commit, so that nothing can go wrong after it. Under an
        idempotency key it is kept in the same transaction, and a retry is answered from there.

        Raises:
            KadenceError: Unauthenticated, Conflict, PreconditionFailed, or what the use case
                raises; nothing was changed then.
        """
        how = self._database.write
        return await self._write(how, token, terms, render, command, *args, **kwargs)

    async def jot(
        self,
        token: str | None,
        terms: Terms,
        render: Callable[[T], Reply],
        command: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Reply:
        """As `write`, for a use case of a few look-ups and changes by key.

        Raises:
            KadenceError: as `write`.
        """
        how = self._database.jot
        return await self._write(how, token, terms, render, command, *args, **kwargs)

    async def _write(
        self,
        how: Callable[[Callable[[Transaction], Reply]], Awaitable[Reply]],
        token: str | None,
        terms: Terms,
        render: Callable[[T], Reply],
        command: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Reply:
        key = digest(token)

        def attempt(tx: Transaction) -> Reply:
            unit = self._unit_of_bearer(tx, key)
            unit.terms = terms
            keyed = terms.key is not None and not terms.dry_run
            if keyed and (kept := _kept(unit)) is not None:
                return kept
            reply = render(command(unit, *args, **kwargs))
            if terms.dry_run:
                raise _WouldBe(reply)
            if _is_stale(unit.actor, unit.now):
                people.mark_seen(tx, unit.actor, unit.now)
            if keyed:
                _keep(unit, reply)
            return reply

        try:
            reply = await how(attempt)
        except _WouldBe as shown:
            return shown.reply
        self.pulse.beat()
        return reply

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
            await self._database.jot(lambda tx: people.mark_seen(tx, actor, now))


class _WouldBe(Exception):
    """Undoes a dry run, and carries its answer out."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def _kept(unit: Unit) -> Reply | None:
    """The answer that was given under the caller's idempotency key."""
    actor, terms = unit.actor, unit.terms
    kept = idempotency.KEPT.find(unit.tx, actor.company_id, actor.user_id, terms.key)
    if kept is None or kept.created <= unit.now - KEPT_FOR:
        return None
    if kept.request != terms.request:
        raise Conflict("This idempotency key was used for another request")
    return Reply(kept.answer.encode(), kept.etag)


def _keep(unit: Unit, reply: Reply) -> None:
    """Keep the answer under the caller's idempotency key, and drop those that are too old."""
    actor, terms = unit.actor, unit.terms
    idempotency.forget(unit.tx, unit.now - KEPT_FOR)
    kept = idempotency.Kept(
        actor.company_id,
        actor.user_id,
        str(terms.key),
        terms.request,
        reply.body.decode(),
        reply.etag,
        unit.now,
    )
    idempotency.KEPT.insert(unit.tx, kept)


def _is_stale(actor: Actor, now: Instant) -> bool:
    return actor.token_last_used is None or now - actor.token_last_used >= SEEN_EVERY
