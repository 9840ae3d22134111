"""What a use case gets to work with: one transaction, who acts, when, and with which options."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

import msgspec
import uuid_utils
from msgspec import Struct

from kadence.domain.access import Actor, Demands
from kadence.domain.audit_log import UNKNOWN, AuditEntry, Deed, Origin
from kadence.domain.errors import (
    BadRequest,
    PreconditionFailed,
    Unauthenticated,
)
from kadence.domain.model import Event, Instant
from kadence.domain.retention import DEFAULT, Retention
from kadence.storage import audit_log, journal
from kadence.storage.transactions import Transaction

T = TypeVar("T")
P = ParamSpec("P")
Validated: TypeAlias = T | BadRequest
"""A decoded body or query, or its validation error, raised only after access was checked."""


class WriteOptions(Struct, frozen=True):
    """What a caller makes a write depend on.

    `if_match`: entity tags of which the thing must have one, `*` being any. `idempotency_key`:
    under it a repeated request is done once; `request` is the digest of what is asked. `dry_run`:
    show what would be, and change nothing.
    """

    if_match: Sequence[str] | None = None
    idempotency_key: str | None = None
    request: str = ""
    dry_run: bool = False


class RenderedResponse(Struct, Generic[T], frozen=True):
    """An answer `T` as it goes over the wire: JSON, and the entity tag of what it shows."""

    body: bytes | bytearray
    etag: str | None = None


def random_id() -> str:
    """Return a new UUIDv7: ids of one process ascend, also within a millisecond."""
    return str(uuid_utils.uuid7())


def random_secret() -> str:
    """Return a new API token of 256 random bits; the prefix lets a secret scanner recognise it."""
    return f"kdn_{secrets.token_urlsafe(32)}"


def token_digest(secret: str | None) -> str:
    """Return the SHA-256 under which an API token is stored; its 256 random bits need no salt.

    Raises:
        Unauthenticated: there is no secret.
    """
    if secret is None:
        raise Unauthenticated
    return hashlib.sha256(secret.encode()).hexdigest()


def unwrap(validated: Validated[T]) -> T:
    """Return the value, if it is valid.

    Raises:
        BadRequest: the validation error.
    """
    if isinstance(validated, BadRequest):
        raise validated
    return validated


class UnitOfWork(Struct, gc=False):
    """One unit of work: the transaction, who acts, when, and where ids and secrets come from."""

    tx: Transaction
    actor: Actor
    now: Instant
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    options: WriteOptions = WriteOptions()
    clock: Instant = 0
    """What time it is; what expires goes by this. `now` is when what is done here is told to
    happen: never before what happened before, so that it may be ahead."""
    demands: Demands | None = None
    """What the actor has been asked for; noted where a retry of the write is to be answered."""
    retention: Retention = DEFAULT
    origin: Origin = UNKNOWN
    """From where it is asked. What is done inline does not say so: it is not audited."""

    def __post_init__(self) -> None:
        self.clock = self.clock or self.now

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

    def audit(
        self, deed: Deed, *, author: int | None = None, subject: int | None = None, **ids: Any
    ) -> None:
        """Tell in the audit log what is done, in this transaction.

        It is the actor's doing, or that of the person `author`; `subject` is the person to whom it
        is done, `ids` are those of what else it concerns.
        """
        entry = AuditEntry(
            company_id=self.actor.company_id,
            id=self.new_id(),
            at=self.now,
            author_id=author or self.actor.user_id or None,
            category=deed.category,
            action=deed.action,
            subject_id=subject,
            details=msgspec.json.encode(ids).decode(),
            client=self.origin.client,
            address=self.origin.address,
        )
        audit_log.insert(self.tx, entry)

    def match(self, etag: str) -> None:
        """Go on only if the caller has seen the thing as it is, or does not ask for that.

        Raises:
            PreconditionFailed: If-Match names other entity tags.
        """
        wanted = self.options.if_match
        if wanted is not None and "*" not in wanted and etag not in wanted:
            raise PreconditionFailed("It has changed since you read it: read it again")


UseCase: TypeAlias = Callable[Concatenate[UnitOfWork, P], T]
