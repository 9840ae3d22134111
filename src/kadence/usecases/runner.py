"""Runs use cases for the bearer of a token, or whoever runs the server, each in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar, cast

import msgspec
from msgspec.structs import replace

from kadence import logs
from kadence.domain.access import Actor, Demands
from kadence.domain.audit_log import Origin
from kadence.domain.errors import (
    AlreadyInitialised,
    Conflict,
    NotInitialised,
    StorageError,
    Unauthenticated,
)
from kadence.domain.model import CompanyRole, Instant
from kadence.domain.retention import DEFAULT, Retention
from kadence.storage import idempotency, installation, people, readiness
from kadence.storage.transactions import Database, Transaction
from kadence.usecases import links
from kadence.usecases.access import demand_again, demands_left
from kadence.usecases.clock import SteadyClock
from kadence.usecases.commit_notifier import CommitNotifier
from kadence.usecases.housekeeping import tidy
from kadence.usecases.unit_of_work import (
    RenderedResponse,
    UnitOfWork,
    UseCase,
    WriteOptions,
    random_id,
    random_secret,
    token_digest,
)

T = TypeVar("T")
S = TypeVar("S")
P = ParamSpec("P")

SEEN_EVERY = 60_000
"""Milliseconds between two notes of a token's last use: a read must not cost a write each time."""

_COMMAND_LINE = Origin(address=None, client="kadence")
_NOBODY = Actor(0, "", 0, CompanyRole.USER)


class UnitOfWorkRunner:
    """Runs use cases for the bearer of a token, each in one transaction of its own.

    The token is looked up in that same transaction, so one that was revoked stops at once.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], Instant] | None = None,
        new_id: Callable[[], str] = random_id,
        new_secret: Callable[[], str] = random_secret,
        retention: Retention = DEFAULT,
    ) -> None:
        self._database = database
        self._clock = clock or SteadyClock()
        self._new_id = new_id
        self._new_secret = new_secret
        self._retention = retention
        self._notes: set[asyncio.Task[None]] = set()
        self._checking: asyncio.Task[None] | None = None
        self.commits = CommitNotifier()

    def read(
        self, token: str | None, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]:
        """Run a use case that changes nothing.

        Raises:
            KadenceError: Unauthenticated, or what the use case raises.
        """
        return self._read(self._database.read, token, query, *args, **kwargs)

    def read_inline(
        self, token: str | None, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]:
        """As `read`, for a use case of a few look-ups by key.

        Raises:
            KadenceError: as `read`.
        """
        return self._read(self._database.read_inline, token, query, *args, **kwargs)

    async def _read(
        self,
        how: Callable[[Callable[[Transaction], Any]], Awaitable[Any]],
        token: str | None,
        query: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        digest = token_digest(token)

        def attempt(tx: Transaction) -> tuple[Actor, Instant, T]:
            unit = self._unit_of_bearer(tx, digest)
            return unit.actor, unit.clock, query(unit, *args, **kwargs)

        actor, now, result = await how(attempt)
        if _is_stale(actor, now):
            self._note_in_background(actor, now)
        return cast("T", result)

    def write(
        self,
        token: str | None,
        options: WriteOptions,
        render: Callable[[T], RenderedResponse[S]],
        command: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Coroutine[Any, Any, RenderedResponse[S]]:
        """Run a use case that changes something; the change is durable when this returns.

        The answer is rendered before the commit, so that nothing can go wrong after it. Under an
        idempotency key it is kept in the same transaction, and a retry is answered from there.

        Raises:
            KadenceError: Unauthenticated, Conflict, PreconditionFailed, or what the use case
                raises; nothing was changed then.
        """
        how = self._database.write
        return self._write(how, token, options, render, command, *args, **kwargs)

    def write_inline(
        self,
        token: str | None,
        options: WriteOptions,
        render: Callable[[T], RenderedResponse[S]],
        command: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Coroutine[Any, Any, RenderedResponse[S]]:
        """As `write`, for a use case of a few look-ups and changes by key.

        Raises:
            KadenceError: as `write`.
        """
        how = self._database.write_inline
        return self._write(how, token, options, render, command, *args, **kwargs)

    async def _write(
        self,
        how: Callable[
            [Callable[[Transaction], RenderedResponse[S]]], Awaitable[RenderedResponse[S]]
        ],
        token: str | None,
        options: WriteOptions,
        render: Callable[[T], RenderedResponse[S]],
        command: UseCase[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> RenderedResponse[S]:
        digest = token_digest(token)

        def attempt(tx: Transaction) -> RenderedResponse[S]:
            unit = self._unit_of_bearer(tx, digest)
            unit.options = options
            keyed = options.idempotency_key is not None and not options.dry_run
            if keyed and (kept := _kept_response(unit)) is not None:
                return kept
            unit.demands = Demands() if keyed else None
            response = render(command(unit, *args, **kwargs))
            if options.dry_run:
                raise _DryRunRollback(response)
            if _is_stale(unit.actor, unit.clock):
                people.mark_seen(tx, unit.actor, unit.clock)
            if keyed:
                _keep_response(unit, response)
            return response

        try:
            response = await how(attempt)
        except _DryRunRollback as shown:
            return shown.response
        self.commits.notify()
        return response

    async def note(
        self, token: str | None, command: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case that leaves no event, and whose change stays.

        Raises:
            KadenceError: Unauthenticated, or what the use case raises; nothing was changed then.
        """
        digest = token_digest(token)
        return await self._database.write(
            lambda tx: command(self._unit_of_bearer(tx, digest), *args, **kwargs)
        )

    async def read_via_link(
        self, link_key: str, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case that changes nothing for whoever holds the key of a signed link.

        It sees what the person who made the link may see, now.

        Raises:
            KadenceError: NotFound (no such link, or it has ended), or what the use case raises.
        """

        def attempt(tx: Transaction) -> T:
            unit = self._unit(tx, _NOBODY)
            unit.actor, _ = links.holder(tx, link_key, unit.clock)
            return query(unit, *args, **kwargs)

        return await self._database.read(attempt)

    async def read_anonymous(self, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write_anonymous`, for a use case that changes nothing.

        Raises:
            KadenceError: as `write_anonymous`.
        """
        return await self._database.read(
            lambda tx: query(self._unit(tx, _first_company(tx, _NOBODY)), *args, **kwargs)
        )

    async def write_anonymous(self, command: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case for somebody who is about to sign in to the server's company.

        Raises:
            KadenceError: NotInitialised, or what the use case raises; nothing was changed then.
        """
        return await self._database.write(
            lambda tx: command(self._unit(tx, _first_company(tx, _NOBODY)), *args, **kwargs)
        )

    async def run_as_operator(self, command: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case for whoever runs the server, who needs no token to its own database.

        Raises:
            KadenceError: NotInitialised, or what the use case raises; nothing was changed then.
        """

        def attempt(tx: Transaction) -> T:
            operator = _first_company(tx, Actor(0, "", 0, CompanyRole.OWNER))
            return command(self._unit_of_operator(tx, operator), *args, **kwargs)

        return await self._database.write(attempt)

    async def read_as_operator(self, query: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run_as_operator`, for a use case that changes nothing.

        Raises:
            KadenceError: as `run_as_operator`.
        """

        def attempt(tx: Transaction) -> T:
            operator = _first_company(tx, Actor(0, "", 0, CompanyRole.OWNER))
            return query(self._unit_of_operator(tx, operator), *args, **kwargs)

        return await self._database.read(attempt)

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
            return command(self._unit_of_operator(tx, _NOBODY), *args, **kwargs)

        return await self._database.write(attempt)

    async def tidy(self) -> None:
        """Forget what is too old, and purge what was taken out if that is still to be done.

        Raises:
            StorageError: the database did not let it happen.
        """
        await self._database.write(lambda tx: tidy(self._unit(tx, _NOBODY)))
        await self.purge()

    async def purge(self) -> None:
        """Leave nothing of what was erased where somebody could dig it out, if something was.

        Raises:
            StorageError: the database did not let it happen: it is tried again later.
        """
        if (await self._database.read(installation.find)).purge_owed:
            await asyncio.to_thread(self._database.purge)
            await self._database.write(lambda tx: installation.owe_purge(tx, owed=False))

    async def check_readiness(self) -> None:
        """Make sure that the database can be read, has our schema, and takes a change durably.

        Who asks while that is looked at waits for the same answer.

        Raises:
            StorageError: it cannot be served at the moment.
        """
        if self._checking is None or self._checking.done():
            self._checking = asyncio.ensure_future(self._check_readiness())
            # Whoever asked may have given up by then.
            self._checking.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(self._checking)

    async def _check_readiness(self) -> None:
        await self._database.read(readiness.check_schema)
        await self._database.write(readiness.write_nothing_new)

    def _unit_of_bearer(self, tx: Transaction, digest: str) -> UnitOfWork:
        unit = self._unit(tx, _NOBODY)
        actor = people.find_actor(tx, digest, unit.clock)
        if actor is None:
            raise Unauthenticated
        logs.note_actor(actor.uid)
        unit.actor = actor
        return unit

    def _unit(self, tx: Transaction, actor: Actor) -> UnitOfWork:
        # Another server's clock may be ahead of ours, and so may the one of before a restart.
        clock = self._clock()
        now = max(clock, tx.latest)
        return UnitOfWork(
            tx,
            actor,
            now,
            self._new_id,
            self._new_secret,
            clock=clock,
            retention=self._retention,
        )

    def _unit_of_operator(self, tx: Transaction, actor: Actor) -> UnitOfWork:
        unit = self._unit(tx, actor)
        unit.origin = _COMMAND_LINE
        return unit

    def _note_in_background(self, actor: Actor, now: Instant) -> None:
        task = asyncio.create_task(self._note(actor, now))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _note(self, actor: Actor, now: Instant) -> None:
        # A read is answered even where nothing can be written, as on a full disk.
        with contextlib.suppress(StorageError):
            await self._database.write_inline(lambda tx: people.mark_seen(tx, actor, now))


def _first_company(tx: Transaction, actor: Actor) -> Actor:
    companies = people.all_companies(tx)
    if not companies:
        raise NotInitialised("the database holds no company yet: run `kadence init` first")
    return replace(actor, company_id=companies[0].id)


class _DryRunRollback(Exception):
    """Undoes a dry run, and carries its answer out."""

    def __init__(self, response: RenderedResponse[Any]) -> None:
        super().__init__()
        self.response = response


def _kept_response(unit: UnitOfWork) -> RenderedResponse[Any] | None:
    """Return the answer that was given under the caller's idempotency key.

    Raises:
        Conflict: for another request.
        FeatureOff, NotFound, Forbidden: they may not do now what they did then.
    """
    actor, options = unit.actor, unit.options
    kept = idempotency.KEPT.find(unit.tx, actor.company_id, actor.user_id, options.idempotency_key)
    if kept is None or kept.created <= unit.clock - unit.retention.idempotency_key:
        return None
    if kept.request != options.request:
        raise Conflict("This idempotency key was used for another request")
    demand_again(unit, msgspec.json.decode(kept.demands or "{}", type=Demands))
    return RenderedResponse(kept.answer.encode(), kept.etag)


def _keep_response(unit: UnitOfWork, response: RenderedResponse[Any]) -> None:
    """Keep the answer under the caller's idempotency key, and drop those that are too old."""
    actor, options = unit.actor, unit.options
    idempotency.forget(unit.tx, unit.clock - unit.retention.idempotency_key)
    kept = idempotency.Kept(
        actor.company_id,
        actor.user_id,
        str(options.idempotency_key),
        options.request,
        response.body.decode(),
        response.etag,
        msgspec.json.encode(demands_left(unit)).decode(),
        unit.clock,
    )
    idempotency.KEPT.insert(unit.tx, kept)


def _is_stale(actor: Actor, now: Instant) -> bool:
    return actor.token_last_used is None or now - actor.token_last_used >= SEEN_EVERY
